//! Moments in the reader's words: today, yesterday, a day; always by the device's zone.

use doorstep_delivery::Moment;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};

use super::Words;

/// `今天 09:30`, `昨天 09:30`, `2026年11月20日 09:30`.
pub fn when(at_ms: i64, now: Moment, words: &Words) -> String {
    let at = civil(at_ms, now.utc_offset_minutes);
    let today = civil(now.ms, now.utc_offset_minutes).date();
    let time = format!("{:02}:{:02}", at.hour(), at.minute());
    if at.date() == today {
        (words.today)(&time)
    } else if today.yesterday().is_ok_and(|yesterday| at.date() == yesterday) {
        (words.yesterday)(&time)
    } else {
        (words.day)(at.year(), at.month(), at.day(), &time)
    }
}

/// The same on paper, where today is soon no more.
pub fn on_paper(at: Moment, words: &Words) -> String {
    let at = civil(at.ms, at.utc_offset_minutes);
    (words.day)(at.year(), at.month(), at.day(), &format!("{:02}:{:02}", at.hour(), at.minute()))
}

/// The same of a moment to come: today needs no saying.
pub fn until(at_ms: i64, now: Moment, words: &Words) -> String {
    let at = civil(at_ms, now.utc_offset_minutes);
    if at.date() == civil(now.ms, now.utc_offset_minutes).date() {
        format!("{:02}:{:02}", at.hour(), at.minute())
    } else {
        when(at_ms, now, words)
    }
}

/// The same of an RFC 3339 time, as receipts have it; as it stands if it is none.
pub fn when_written(time: &str, now: Moment, words: &Words) -> String {
    match time.parse::<Timestamp>() {
        Ok(timestamp) => when(timestamp.as_millisecond(), now, words),
        Err(_) => time.to_owned(),
    }
}

/// A zone's offset as ISO 8601 writes it: `+08:00`.
pub fn offset_text(at: Moment) -> String {
    let minutes = at.utc_offset_minutes;
    let sign = if minutes < 0 { '-' } else { '+' };
    format!("{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
}

fn civil(ms: i64, utc_offset_minutes: i32) -> DateTime {
    let offset = Offset::from_seconds(utc_offset_minutes.clamp(-1559, 1559) * 60).unwrap_or(Offset::UTC);
    offset.to_datetime(
        Timestamp::UNIX_EPOCH.saturating_add(SignedDuration::from_millis(ms)).unwrap_or_default(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Language;

    /// 2026-11-23T09:30 in China.
    const NOW: Moment = Moment { ms: 1_795_397_400_000, utc_offset_minutes: 480 };
    const HOUR: i64 = 3_600_000;

    #[test]
    fn days_are_the_devices_own() {
        let zh = |ms| when(ms, NOW, Language::Chinese.words());
        assert_eq!(zh(NOW.ms), "今天 09:30");
        assert_eq!(zh(NOW.ms - 9 * HOUR), "今天 00:30");
        assert_eq!(zh(NOW.ms - 10 * HOUR), "昨天 23:30");
        assert_eq!(zh(NOW.ms - 34 * HOUR), "2026年11月21日 23:30");
        assert_eq!(until(NOW.ms + HOUR, NOW, Language::Chinese.words()), "10:30");
        assert_eq!(until(NOW.ms + 15 * HOUR, NOW, Language::Chinese.words()), "2026年11月24日 00:30");
    }

    #[test]
    fn paper_says_the_day_itself() {
        assert_eq!(on_paper(NOW, Language::Chinese.words()), "2026年11月23日 09:30");
    }

    #[test]
    fn an_offset_has_its_sign_and_two_digits_each() {
        let of = |utc_offset_minutes| offset_text(Moment { ms: 0, utc_offset_minutes });
        assert_eq!([of(480), of(-210), of(0)], ["+08:00", "-03:30", "+00:00"]);
    }

    #[test]
    fn a_servers_time_is_shown_in_the_devices_zone() {
        let en = Language::English.words();
        assert_eq!(when_written("2026-11-20T22:05:00.000Z", NOW, en), "21 Nov 2026, 06:05");
        assert_eq!(when_written("soon", NOW, en), "soon");
    }
}
