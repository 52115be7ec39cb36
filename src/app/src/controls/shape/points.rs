//! The places of a line or of an outline: read and written as ODK does, put in, taken out, measured and drawn.

use doorstep_engine::value::{DataType, Value};

/// The radius of a ball as large as the earth, in metres (mean radius, IUGG).
const EARTH: f64 = 6_371_008.8;

/// One place, as an instance carries it.
#[derive(Clone, PartialEq, Debug)]
pub struct Point {
    /// Degrees, north positive.
    pub latitude: f64,
    /// Degrees, east positive.
    pub longitude: f64,
    /// `latitude longitude altitude accuracy`, as it was written.
    pub text: String,
}

impl Point {
    /// Of ODK's text form; altitude and accuracy may be left out, and are nothing then.
    pub fn read(text: &str) -> Option<Point> {
        let words: Vec<&str> = text.split([' ', ',', '，', '、']).filter(|word| !word.is_empty()).collect();
        let numbers: Option<Vec<f64>> = words.iter().map(|word| word.parse().ok()).collect();
        let numbers = numbers.filter(|numbers| (2..=4).contains(&numbers.len()))?;
        let (latitude, longitude) = (numbers[0], numbers[1]);
        (latitude.abs() <= 90.0 && longitude.abs() <= 180.0).then(|| {
            let or_none = |place: usize| words.get(place).copied().unwrap_or("0.0");
            let text = format!("{} {} {} {}", words[0], words[1], or_none(2), or_none(3));
            Point { latitude, longitude, text }
        })
    }

    /// How exactly it was measured, in metres; nothing of one that was typed.
    pub fn accuracy(&self) -> Option<f64> {
        self.text.split(' ').nth(3)?.parse().ok().filter(|metres| *metres > 0.0)
    }

    /// For people: `37.51340, 122.12040`.
    pub fn shown(&self) -> String {
        format!("{:.5}, {:.5}", self.latitude, self.longitude)
    }

    /// Metres east and north of another, on a plane that touches the earth there. Good for what can be walked round.
    fn from(&self, origin: &Point) -> (f64, f64) {
        let down = (self.latitude - origin.latitude).to_radians() * EARTH;
        let across =
            (self.longitude - origin.longitude).to_radians() * EARTH * origin.latitude.to_radians().cos();
        (across, down)
    }
}

/// The places of an answer. An outline's last one is its first again, and is not told twice.
pub fn points(value: &Value, data_type: DataType) -> Vec<Point> {
    let text = match value {
        Value::Geo(text) | Value::Unread(text) => text,
        _ => return Vec::new(),
    };
    let mut points: Vec<Point> = text.split(';').filter_map(|part| Point::read(part.trim())).collect();
    if data_type == DataType::Geoshape && points.len() > 1 && points.first() == points.last() {
        points.pop();
    }
    points
}

/// As an instance carries them. Too few for a line or an outline are kept, and are none.
pub fn text(points: &[Point], data_type: DataType) -> String {
    let mut texts: Vec<&str> = points.iter().map(|point| &*point.text).collect();
    if let (DataType::Geoshape, Some(first), true) = (data_type, points.first(), points.len() > 2) {
        texts.push(&first.text);
    }
    texts.join(";")
}

/// Metres along the line; round an outline.
pub fn length(points: &[Point], data_type: DataType) -> f64 {
    let closing = points.first().filter(|_| data_type == DataType::Geoshape);
    let next = points.iter().skip(1).chain(closing);
    points
        .iter()
        .zip(next)
        .map(|(from, to)| {
            let (across, down) = to.from(from);
            across.hypot(down)
        })
        .sum()
}

/// Square metres within an outline.
pub fn area(points: &[Point]) -> f64 {
    let Some(origin) = points.first() else { return 0.0 };
    let plane: Vec<(f64, f64)> = points.iter().map(|point| point.from(origin)).collect();
    let next = plane.iter().cycle().skip(1);
    let twice: f64 = plane.iter().zip(next).map(|((x, y), (to_x, to_y))| x * to_y - to_x * y).sum();
    twice.abs() / 2.0
}

/// Where the places lie in a square picture of 100 by 100, north up, with room at its edges.
pub fn placed(points: &[Point]) -> Vec<(f64, f64)> {
    let Some(origin) = points.first() else { return Vec::new() };
    let plane: Vec<(f64, f64)> = points.iter().map(|point| point.from(origin)).collect();
    let ends = |of: fn(&(f64, f64)) -> f64| {
        plane
            .iter()
            .map(of)
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), at| (least.min(at), most.max(at)))
    };
    let (west, east) = ends(|at| at.0);
    let (south, north) = ends(|at| at.1);
    let scale = 80.0 / (east - west).max(north - south).max(1e-6);
    let place = |(x, y): &(f64, f64)| {
        (50.0 + (x - (west + east) / 2.0) * scale, 50.0 - (y - (south + north) / 2.0) * scale)
    };
    plane.iter().map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<Point> {
        points(&Value::Geo(text.into()), DataType::Geotrace)
    }

    #[test]
    fn an_outline_is_closed_as_it_is_written_and_open_as_it_is_told() {
        let three = all("37.5 122.1 0 5;37.6 122.1 0 5;37.6 122.2 0 5");
        let written = text(&three, DataType::Geoshape);
        assert_eq!(written, "37.5 122.1 0 5;37.6 122.1 0 5;37.6 122.2 0 5;37.5 122.1 0 5");
        let value = Value::read(DataType::Geoshape, &written);
        assert!(matches!(value, Value::Geo(_)));
        assert_eq!(points(&value, DataType::Geoshape), three);
        assert!(matches!(Value::read(DataType::Geotrace, &text(&three, DataType::Geotrace)), Value::Geo(_)));
    }

    #[test]
    fn too_few_places_are_kept_and_are_no_answer() {
        let two = all("37.5 122.1;37.6 122.1");
        let value = Value::read(DataType::Geoshape, &text(&two, DataType::Geoshape));
        assert!(matches!(value, Value::Unread(_)));
        assert_eq!(points(&value, DataType::Geoshape), two);
        let one = text(&two[..1], DataType::Geotrace);
        assert_eq!(points(&Value::read(DataType::Geotrace, &one), DataType::Geotrace).len(), 1);
        assert_eq!(text(&[], DataType::Geotrace), "");
    }

    #[test]
    fn a_place_is_read_as_people_write_it_and_no_other() {
        assert_eq!(Point::read("37.5，122.1").map(|point| point.text).as_deref(), Some("37.5 122.1 0.0 0.0"));
        assert_eq!(Point::read("37.5 122.1 3 4.5").and_then(|point| point.accuracy()), Some(4.5));
        assert_eq!(Point::read("37.5 122.1").and_then(|point| point.accuracy()), None);
        for wrong in ["", "37.5", "91 0", "0 181", "a b", "1 2 3 4 5"] {
            assert_eq!(Point::read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn lengths_and_areas_are_those_of_the_ground() {
        // A hundredth of a degree of latitude is 1,112 m; so is one of longitude at the equator.
        let square = all("0 0;0.01 0;0.01 0.01;0 0.01");
        let side = 1_111.95;
        assert!((length(&square, DataType::Geotrace) - 3.0 * side).abs() < 1.0);
        assert!((length(&square, DataType::Geoshape) - 4.0 * side).abs() < 1.0);
        assert!((area(&square) - side * side).abs() < 500.0);
    }

    #[test]
    fn the_picture_has_north_up_and_fits() {
        let placed = placed(&all("37.5 122.1;37.6 122.1;37.6 122.2"));
        assert!(placed.iter().all(|(x, y)| (9.9..=90.1).contains(x) && (9.9..=90.1).contains(y)));
        assert!(placed[1].1 < placed[0].1, "north is up");
        assert!(placed[2].0 > placed[1].0, "east is right");
        let one = super::placed(&all("37.5 122.1"));
        assert_eq!(one, [(50.0, 50.0)]);
    }
}
