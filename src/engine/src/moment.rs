//! Days, times and moments as text and as XPath numbers: days since 1970-01-01, local midnight.
//!
//! The clock and the zone come from the [`World`](crate::session::World); nothing here asks for them.

use jiff::civil::{Date, DateTime, Time};

/// `2026-11-23`, a real day; also the day of a date-time.
pub fn read_date(text: &str) -> Option<Date> {
    let day = text.split_once('T').map_or(text, |(day, _)| day);
    let bytes = day.as_bytes();
    let shape = bytes.len() == 10 && bytes[4] == b'-' && bytes[7] == b'-';
    let number = |range: std::ops::Range<usize>| -> Option<i16> {
        let part = day.get(range)?;
        part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok())?
    };
    if !shape || (text.len() > 10 && !is_date_time(text)) {
        return None;
    }
    Date::new(number(0..4)?, number(5..7)? as i8, number(8..10)? as i8).ok()
}

/// Days since 1970-01-01.
pub fn days(date: Date) -> f64 {
    let epoch = Date::constant(1970, 1, 1);
    (date.duration_since(epoch).as_secs() / 86_400) as f64
}

/// The day that many days after 1970-01-01; fractions are cut off downwards.
pub fn date_of_days(days: f64) -> Option<Date> {
    if !days.is_finite() || days.abs() > 4_000_000.0 {
        return None;
    }
    let date = Date::constant(1970, 1, 1)
        .checked_add(jiff::SignedDuration::from_hours(24 * days.floor() as i64))
        .ok()?;
    // What four digits can write, and read again.
    (0..=9999).contains(&date.year()).then_some(date)
}

/// `09:30`, `09:30:00`, `09:30:00.000`, each with or without `Z` or `+08:00`.
pub fn is_time(text: &str) -> bool {
    read_time(text).is_some()
}

/// A date and a time joined by `T`.
pub fn is_date_time(text: &str) -> bool {
    text.split_once('T')
        .is_some_and(|(day, time)| day.len() == 10 && read_date(day).is_some() && is_time(time))
}

/// The time of day and, if written, the offset in minutes.
pub fn read_time(text: &str) -> Option<(Time, Option<i32>)> {
    let cut = text.find(['Z', '+', '-']).unwrap_or(text.len());
    let (clock, zone) = text.split_at(cut);
    let offset = match zone {
        "" => None,
        "Z" => Some(0),
        signed => {
            let sign = if signed.starts_with('-') { -1 } else { 1 };
            let (hours, minutes) = signed[1..].split_once(':').unwrap_or((&signed[1..], "0"));
            let (hours, minutes): (i32, i32) = (whole(hours)?, whole(minutes)?);
            (hours <= 14 && minutes < 60).then_some(())?;
            Some(sign * (hours * 60 + minutes))
        }
    };
    let mut parts = clock.split(':');
    let hour = whole(parts.next()?)?;
    let minute = whole(parts.next()?)?;
    let (second, nano) = match parts.next() {
        None => (0, 0),
        Some(seconds) => {
            let (second, fraction) = seconds.split_once('.').unwrap_or((seconds, "0"));
            let digits: String = fraction.chars().chain("000000000".chars()).take(9).collect();
            (whole(second)?, whole(&digits)?)
        }
    };
    if parts.next().is_some() {
        return None;
    }
    let time =
        Time::new(hour.try_into().ok()?, minute.try_into().ok()?, second.try_into().ok()?, nano).ok()?;
    Some((time, offset))
}

/// A moment as XPath's number: days since 1970-01-01T00:00Z, with fractions. Without an offset, the reader's zone counts.
pub fn moment_days(text: &str, zone_minutes: i32) -> Option<f64> {
    let (day, time) = text.split_once('T')?;
    let (time, offset) = read_time(time)?;
    let seconds =
        f64::from(time.hour()) * 3600.0 + f64::from(time.minute()) * 60.0 + f64::from(time.second());
    let millis = f64::from(time.subsec_nanosecond()) / 1e6;
    let minutes = f64::from(offset.unwrap_or(zone_minutes));
    Some(days(read_date(day)?) + (seconds * 1000.0 + millis - minutes * 60_000.0) / 86_400_000.0)
}

/// Where a moment, a day or a time of day stands among its like, in days. `None` if the text is none of them.
pub fn order(text: &str, zone_minutes: i32) -> Option<f64> {
    if let Some(days) = moment_days(text, zone_minutes) {
        return Some(days);
    }
    // A day begins at the reader's midnight, so that it can stand beside a moment.
    if let Some(date) = read_date(text) {
        return Some(days(date) - f64::from(zone_minutes) / 1440.0);
    }
    let (time, offset) = read_time(text)?;
    let minutes = f64::from(time.hour()) * 60.0 + f64::from(time.minute()) + f64::from(time.second()) / 60.0;
    Some((minutes - f64::from(offset.unwrap_or(zone_minutes))) / 1440.0)
}

/// The civil date and time at a moment in a zone.
pub fn civil(now_ms: i64, zone_minutes: i32) -> DateTime {
    let local = now_ms.saturating_add(i64::from(zone_minutes) * 60_000);
    let day = local.div_euclid(86_400_000);
    let ms = local.rem_euclid(86_400_000);
    let date = date_of_days(day as f64).unwrap_or(Date::constant(1970, 1, 1));
    let time = Time::constant(0, 0, 0, 0)
        .checked_add(jiff::SignedDuration::from_millis(ms))
        .unwrap_or(Time::constant(0, 0, 0, 0));
    DateTime::from_parts(date, time)
}

/// A moment as ODK instances carry it: `2026-11-23T09:30:00.000+08:00`.
pub fn date_time_text(now_ms: i64, zone_minutes: i32) -> String {
    let at = civil(now_ms, zone_minutes);
    let ms = at.subsec_nanosecond() / 1_000_000;
    let (sign, offset) = if zone_minutes < 0 { ('-', -zone_minutes) } else { ('+', zone_minutes) };
    format!(
        "{}T{:02}:{:02}:{:02}.{ms:03}{sign}{:02}:{:02}",
        at.date(),
        at.hour(),
        at.minute(),
        at.second(),
        offset / 60,
        offset % 60
    )
}

/// Full years from a birthday to a day; a birthday on 29 February is had on 1 March in common years.
pub fn full_years(birthday: Date, on: Date) -> i64 {
    let years = i64::from(on.year()) - i64::from(birthday.year());
    let had = (on.month(), on.day()) >= (birthday.month(), birthday.day());
    if had { years } else { years - 1 }
}

fn whole(digits: &str) -> Option<i32> {
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| digits.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_moments() {
        assert_eq!(days(read_date("1970-01-02").unwrap()), 1.0);
        assert_eq!(days(read_date("1969-12-31").unwrap()), -1.0);
        assert_eq!(date_of_days(20780.7).unwrap().to_string(), "2026-11-23");
        assert!(read_date("2026-02-29").is_none());
        assert!(read_date("2024-02-29").is_some());
        assert!(read_date("2026-11-23T99:00").is_none());
        assert!(is_time("09:30") && is_time("09:30:00.5+08:00") && !is_time("24:30") && !is_time("9"));
        assert_eq!(moment_days("1970-01-01T08:00:00+08:00", 0), Some(0.0));
        assert_eq!(date_time_text(0, 480), "1970-01-01T08:00:00.000+08:00");
        assert_eq!(date_time_text(-1, 0), "1969-12-31T23:59:59.999+00:00");
    }

    #[test]
    fn a_leap_day_birthday_is_had_on_the_first_of_march() {
        let born = read_date("2008-02-29").unwrap();
        assert_eq!(full_years(born, read_date("2026-02-28").unwrap()), 17);
        assert_eq!(full_years(born, read_date("2026-03-01").unwrap()), 18);
    }
}
