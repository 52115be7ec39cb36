//! Days as entities have them, `2026-11-23`, beside today. A text that is no day is none: it is neither due nor late.

use doorstep_delivery::Moment;
use jiff::civil::{Date, DateTime};
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp, ToSpan};

/// The day that it is here.
pub fn today(now: Moment) -> Date {
    let offset = Offset::from_seconds(now.utc_offset_minutes.clamp(-1559, 1559) * 60).unwrap_or(Offset::UTC);
    let at = Timestamp::UNIX_EPOCH.saturating_add(SignedDuration::from_millis(now.ms)).unwrap_or_default();
    DateTime::date(offset.to_datetime(at))
}

/// The day that a text begins with: of a moment, its day.
pub fn day(text: &str) -> Option<Date> {
    text.get(..10)?.parse().ok()
}

/// Days from one to another; negative if that was before.
pub fn days(from: Date, to: Date) -> i64 {
    from.until(to).map_or(0, |span| i64::from(span.get_days()))
}

/// By how many days something is late; `None` if it is not.
pub fn late(due: &str, today: Date) -> Option<i64> {
    day(due).map(|due| days(due, today)).filter(|days| *days > 0)
}

/// A month as its first day and the next one's: what a text has to be from, and before.
pub fn month(text: &str) -> Option<(String, String)> {
    let first: Date = format!("{}-01", text.get(..7)?).parse().ok()?;
    let next = first.checked_add(1.month()).ok()?;
    Some((first.to_string(), next.to_string()))
}

/// The month before a day's: `2026-10`.
pub fn month_before(day: Date) -> String {
    let before = day.first_of_month().checked_sub(1.day()).unwrap_or(day);
    before.to_string().get(..7).unwrap_or_default().to_owned()
}

/// The months from one day's to another's, 36 at most.
pub fn months(from: &str, to: &str) -> Vec<String> {
    let (Some(first), Some(last)) = (day(from), day(to)) else { return Vec::new() };
    let (mut month, last) = (first.first_of_month(), last.first_of_month());
    let mut all = Vec::new();
    while month <= last && all.len() < 36 {
        all.push(month.to_string().get(..7).unwrap_or_default().to_owned());
        match month.checked_add(1.month()) {
            Ok(next) => month = next,
            Err(_) => break,
        }
    }
    all
}

/// The first day of the month so many months before.
pub fn months_back(day: Date, months: i32) -> String {
    day.first_of_month().checked_sub(months.months()).unwrap_or(day).to_string()
}

/// The day after, to be before of.
pub fn day_after(text: &str) -> Option<String> {
    day(text)?.tomorrow().ok().map(|day| day.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(text: &str) -> Date {
        day(text).expect("a day")
    }

    #[test]
    fn late_is_what_was_due_before_today() {
        let today = on("2026-12-01");
        assert_eq!(late("2026-11-28", today), Some(3));
        assert_eq!(late("2026-11-30T09:00:00.000+08:00", today), Some(1));
        for not in ["2026-12-01", "2026-12-02", "", "soon", "***"] {
            assert_eq!(late(not, today), None, "{not}");
        }
        // Days, not months and days.
        assert_eq!(late("2026-01-01", today), Some(334));
    }

    #[test]
    fn today_is_the_devices_own_day() {
        // 2026-11-23T01:30Z is still the 22nd in New York, and the 23rd in China.
        let at = |utc_offset_minutes| Moment { ms: 1_795_397_400_000, utc_offset_minutes };
        assert_eq!(today(at(480)), on("2026-11-23"));
        assert_eq!(today(at(-300)), on("2026-11-22"));
    }

    #[test]
    fn months_go_over_years() {
        assert_eq!(month("2026-12"), Some(("2026-12-01".into(), "2027-01-01".into())));
        assert_eq!(month("2026-13"), None);
        assert_eq!(month_before(on("2026-01-31")), "2025-12");
        assert_eq!(months("2025-11-30", "2026-02-01"), ["2025-11", "2025-12", "2026-01", "2026-02"]);
        assert!(months("2026-02-01", "2026-01-31").is_empty());
        assert_eq!(months("1990-01-01", "2026-01-01").len(), 36);
        assert_eq!(months_back(on("2026-11-27"), 11), "2025-12-01");
        assert_eq!(day_after("2026-12-31").as_deref(), Some("2027-01-01"));
    }
}
