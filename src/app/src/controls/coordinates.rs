//! A place as people write it, read: `37.513 122.120`, `３７．５１３，１２２．１２０`, `37°30′45″N 122°7′E`, `东经122.12度，北纬37.513度`.
//!
//! Latitude first, unless it is said which is which. What could mean two things is not read.

use doorstep_engine::value::half_width;

/// The latitude and the longitude in degrees, north and east positive. Nothing if there are none, or they lie outside the earth's.
pub fn read(text: &str) -> Option<(f64, f64)> {
    let mut signs = signs(text)?.into_iter().peekable();
    let mut angles = vec![Angle::default()];
    while let Some(sign) = signs.next() {
        let last = angles.last_mut()?;
        match sign {
            Sign::Comma if last.degrees.is_some() => angles.push(Angle::default()),
            Sign::Comma => return None,
            Sign::Number(number) => {
                let unit = signs.next_if(|sign| matches!(sign, Sign::Unit(_)));
                match unit {
                    Some(Sign::Unit(unit @ (Unit::Minute | Unit::Second))) => last.add(number, unit)?,
                    _ if last.degrees.is_none() => last.degrees = Some(number),
                    _ => angles.push(Angle { degrees: Some(number), ..Angle::default() }),
                }
            }
            Sign::Unit(_) => return None,
            // Behind its number, or before the next one.
            Sign::Side(..) if last.degrees.is_some() && last.axis.is_some() => {
                angles.push(Angle::default().on(sign)?);
            }
            Sign::Side(..) => *last = last.on(sign)?,
        }
    }
    let [first, second] = angles.try_into().ok()?;
    let (latitude, longitude) = match (first.axis, second.axis) {
        (Some(Axis::Latitude) | None, Some(Axis::Longitude) | None) => (first, second),
        (Some(Axis::Longitude) | None, Some(Axis::Latitude) | None) => (second, first),
        _ => return None,
    };
    let (latitude, longitude) = (latitude.in_degrees()?, longitude.in_degrees()?);
    (latitude.abs() <= 90.0 && longitude.abs() <= 180.0).then_some((latitude, longitude))
}

/// As an instance carries it: `latitude longitude altitude accuracy`, of which the last two were not measured, which ODK's tools write as 0.
pub fn to_text((latitude, longitude): (f64, f64)) -> String {
    // As exactly as a device says it: a centimetre.
    let short = |degrees: f64| (degrees * 1e7).round() / 1e7;
    format!("{} {} 0.0 0.0", short(latitude), short(longitude))
}

#[derive(Clone, Copy, PartialEq)]
enum Axis {
    Latitude,
    Longitude,
}

#[derive(Clone, Copy, PartialEq)]
enum Unit {
    Degree,
    Minute,
    Second,
}

#[derive(Clone, Copy)]
enum Sign {
    Number(f64),
    Unit(Unit),
    /// Which of the two it is, and on which side of nothing, if that is said.
    Side(Axis, Option<f64>),
    Comma,
}

/// One of the two, as far as it is read.
#[derive(Clone, Copy, Default)]
struct Angle {
    axis: Option<Axis>,
    side: Option<f64>,
    degrees: Option<f64>,
    minutes: Option<f64>,
    seconds: Option<f64>,
}

impl Angle {
    fn add(&mut self, number: f64, unit: Unit) -> Option<()> {
        let above = if unit == Unit::Minute { self.degrees } else { self.minutes };
        let part = if unit == Unit::Minute { &mut self.minutes } else { &mut self.seconds };
        let fits = above.is_some_and(|above| above.fract() == 0.0)
            && part.is_none()
            && (0.0..60.0).contains(&number);
        *part = Some(number);
        fits.then_some(())
    }

    /// `北纬` says the same twice; `北经` says two things.
    fn on(mut self, sign: Sign) -> Option<Angle> {
        let Sign::Side(axis, side) = sign else { return None };
        let fits = self.axis.is_none_or(|known| known == axis) && (self.side.is_none() || side.is_none());
        self.axis = Some(axis);
        self.side = self.side.or(side);
        fits.then_some(self)
    }

    fn in_degrees(self) -> Option<f64> {
        let degrees = self.degrees?;
        // A sign and a side beside it: which of them is meant?
        if self.side.is_some() && degrees.is_sign_negative() {
            return None;
        }
        let parts = self.minutes.unwrap_or(0.0) / 60.0 + self.seconds.unwrap_or(0.0) / 3600.0;
        Some((degrees + parts.copysign(degrees)) * self.side.unwrap_or(1.0))
    }
}

fn signs(text: &str) -> Option<Vec<Sign>> {
    // 纬度 and 经度 are words of their own: the 度 in them is none of an angle.
    let text =
        half_width(text).replace("纬度", "纬").replace("经度", "经").replace('−', "-").replace("''", "\"");
    let mut rest = text.chars().peekable();
    let mut signs = Vec::new();
    while let Some(c) = rest.next() {
        let sign = match c {
            '0'..='9' | '.' | '。' | '-' | '+' => {
                let mut number = String::from(c);
                while let Some(c) = rest.next_if(|c| matches!(c, '0'..='9' | '.' | '。')) {
                    number.push(c);
                }
                Sign::Number(number.replace('。', ".").parse().ok()?)
            }
            '°' | 'º' | '˚' | '度' => Sign::Unit(Unit::Degree),
            '′' | '\'' | '’' | '分' => Sign::Unit(Unit::Minute),
            '″' | '"' | '”' | '秒' => Sign::Unit(Unit::Second),
            'N' | 'n' | '北' => Sign::Side(Axis::Latitude, Some(1.0)),
            'S' | 's' | '南' => Sign::Side(Axis::Latitude, Some(-1.0)),
            'E' | 'e' | '东' => Sign::Side(Axis::Longitude, Some(1.0)),
            'W' | 'w' | '西' => Sign::Side(Axis::Longitude, Some(-1.0)),
            '纬' => Sign::Side(Axis::Latitude, None),
            '经' => Sign::Side(Axis::Longitude, None),
            ',' | '、' | ';' | '/' => Sign::Comma,
            ' ' | ':' | '\t' | '\u{a0}' | '\u{202f}' => continue,
            _ => return None,
        };
        signs.push(sign);
    }
    Some(signs)
}

#[cfg(test)]
mod tests {
    use doorstep_engine::value::{DataType, Value};

    use super::*;

    #[test]
    fn a_place_is_read_in_every_way_that_it_is_written() {
        for text in [
            "37.5125 122.12",
            " 37.5125,122.12 ",
            "３７．５１２５，１２２．１２",
            "37。5125、122。12",
            "+37.5125;+122.12",
            "37.5125°, 122.12°",
            "37°30′45″N 122°7′12″E",
            "37° 30' 45\" N, 122° 7' 12\" E",
            "N37°30’45” E122°7’12”",
            "37°30'45''N 122°7'12''E",
            "37°30.75′n122°7.2′e",
            "122.12E 37.5125N",
            "北纬37.5125，东经122.12",
            "东经122度7分12秒，北纬37度30分45秒",
            "纬度：37.5125　经度：122.12",
            "经度122.12，纬度37.5125",
        ] {
            let read = read(text).unwrap_or_else(|| panic!("{text} is not read"));
            assert_eq!(to_text(read), "37.5125 122.12 0.0 0.0", "{text}");
        }
    }

    #[test]
    fn south_and_west_are_below_nothing() {
        for text in
            ["-33.5 -70.25", "−33.5，−70.25", "33°30′S 70°15′W", "-33°30′ -70°15′", "西经70.25 南纬33.5"]
        {
            assert_eq!(read(text), Some((-33.5, -70.25)), "{text}");
        }
        assert_eq!(read("-0°30′ 0"), Some((-0.5, 0.0)));
    }

    #[test]
    fn what_is_no_place_or_could_be_two_is_not_read() {
        for text in [
            "",
            " ",
            ",",
            "37.5",
            "37.5,",
            ",37.5 122",
            "37.5 122.1 3",
            "37,5 122,1",
            "a b",
            "37.5 122.1x",
            "1e1 1e1x",
            "NaN inf",
            "威海市",
            "--1 2",
            "1.2.3 4",
            ". .",
            "° °",
            "37°75′N 122°E",
            "37.5°30′ 122",
            "37°30″N 122°E",
            "30′ 122",
            "37N 38N",
            "37北经 122东经",
            "-37S 122E",
            "37NS 122E",
            "37°30′30′ 122",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn what_lies_outside_the_earths_is_not_read() {
        for text in [
            "90.0001 0",
            "-91 0",
            "0 180.1",
            "0 -181",
            "122.12 37.5125",
            "北纬122.12 东经37.5",
            "89°60′N 0°E",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(read("90 180"), Some((90.0, 180.0)));
        assert_eq!(read("-90 -180"), Some((-90.0, -180.0)));
    }

    #[test]
    fn an_instance_carries_what_was_read() {
        let read = read("37°30′1″N 122°7′E").expect("it is a place");
        assert_eq!(to_text(read), "37.5002778 122.1166667 0.0 0.0");
        assert!(matches!(Value::read(DataType::Geopoint, &to_text(read)), Value::Geo(_)));
    }
}
