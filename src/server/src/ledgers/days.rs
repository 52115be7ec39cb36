//! Days, as the office's calendar has them: China has one time zone, eight hours before UTC.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;

use crate::answer::Refusal;
use crate::who::fields::bad;

const OFFICE: Offset = Offset::constant(8);

/// The day of a moment (milliseconds since 1970): `2026-11-23`; empty if it is none.
pub(super) fn day_of(ms: i64) -> String {
    let moment = Timestamp::from_millisecond(ms);
    moment.map(|moment| OFFICE.to_datetime(moment).date().to_string()).unwrap_or_default()
}

/// The first day of a period, and the one after its last.
pub(super) fn period(from: Option<&str>, to: Option<&str>) -> Result<(Option<Date>, Option<Date>), Refusal> {
    let day = |name: &'static str, text: &str| -> Result<Date, Refusal> {
        let whole = Some(text).filter(|text| text.len() == 10);
        whole.and_then(|text| text.parse().ok()).ok_or_else(|| bad(name, "a day: 2026-11-23"))
    };
    let given = |text: Option<&'_ str>| text.map(str::to_owned).filter(|text| !text.is_empty());
    let from = given(from).map(|text| day("from", &text)).transpose()?;
    let to = given(to).map(|text| day("to", &text)).transpose()?;
    if from.zip(to).is_some_and(|(from, to)| from > to) {
        return Err(bad("from", "a day not after `to`"));
    }
    let after = to.map(|to| to.tomorrow().map_err(|_| bad("to", "a day: 2026-11-23"))).transpose()?;
    Ok((from, after))
}

/// The milliseconds of a period: from, and before. Nothing where it has no ends.
pub(super) fn moments(from: Option<Date>, before: Option<Date>) -> Option<(i64, i64)> {
    if from.is_none() && before.is_none() {
        return None;
    }
    let start = |day: Date| {
        let moment = OFFICE.to_timestamp(day.at(0, 0, 0, 0));
        moment.map(Timestamp::as_millisecond).ok()
    };
    Some((from.and_then(start).unwrap_or(i64::MIN), before.and_then(start).unwrap_or(i64::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_the_offices_midnight() {
        // 2026-11-22T16:00:00Z
        let midnight = 1_795_363_200_000;
        assert_eq!((&*day_of(midnight - 1), &*day_of(midnight)), ("2026-11-22", "2026-11-23"));
        let (from, before) = period(Some("2026-11-23"), Some("2026-11-23")).unwrap();
        assert_eq!(moments(from, before), Some((midnight, midnight + 86_400_000)));
        assert_eq!(period(None, Some("")).unwrap(), (None, None));
        assert!(period(Some("2026-11-24"), Some("2026-11-23")).is_err());
        for text in ["2026-02-30", "23.11.2026", "2026-11-23T10:00", "soon"] {
            assert!(period(Some(text), None).is_err(), "{text}");
        }
    }
}
