//! A moment as a device saw it: when, and which zone its clock was in.
//!
//! The offset is kept because "the evening of the visit" can't be told from UTC alone.

use jiff::fmt::temporal::{DateTimePrinter, Pieces};
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};

/// A moment with the zone's offset at that place and time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Moment {
    /// Milliseconds since 1970-01-01T00:00Z.
    pub ms: i64,
    /// The offset from UTC in minutes, east positive (China: 480).
    pub utc_offset_minutes: i32,
}

impl Moment {
    /// RFC 3339 with milliseconds and offset: `2026-11-23T09:30:00.000+08:00`.
    ///
    /// A clock outside the years −9999 to 9999, or an offset of more than a day, is written as the nearest that can be.
    pub fn to_rfc3339(self) -> String {
        let timestamp = Timestamp::UNIX_EPOCH
            .saturating_add(SignedDuration::from_millis(self.ms))
            // A signed duration never fails to saturate, and less than 26 hours are an offset.
            .unwrap_or_default();
        let offset =
            Offset::from_seconds(self.utc_offset_minutes.clamp(-1559, 1559) * 60).unwrap_or(Offset::UTC);
        DateTimePrinter::new().precision(Some(3)).timestamp_with_offset_to_string(&timestamp, offset)
    }

    /// Reads RFC 3339 with an offset; parts of a millisecond and of a minute's offset are cut off. `None` if it is none.
    pub fn from_rfc3339(text: &str) -> Option<Moment> {
        let timestamp: Timestamp = text.parse().ok()?;
        let offset = Pieces::parse(text).ok()?.to_numeric_offset()?;
        Some(Moment { ms: timestamp.as_millisecond(), utc_offset_minutes: offset.seconds() / 60 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_the_offset_and_milliseconds() {
        let moment = Moment { ms: 1_795_397_400_000, utc_offset_minutes: 480 };
        assert_eq!(moment.to_rfc3339(), "2026-11-23T09:30:00.000+08:00");
        assert_eq!(Moment { ms: -1, utc_offset_minutes: 0 }.to_rfc3339(), "1969-12-31T23:59:59.999+00:00");
    }

    #[test]
    fn reads_what_it_wrote() {
        let moment = Moment { ms: 1_795_397_400_123, utc_offset_minutes: -210 };
        assert_eq!(Moment::from_rfc3339(&moment.to_rfc3339()), Some(moment));
        assert_eq!(Moment::from_rfc3339("2026-11-23T01:30:00Z").unwrap().utc_offset_minutes, 0);
        for text in ["", "2026-11-23", "2026-11-23T09:30:00", "2026-02-30T09:30:00+08:00", "yesterday"] {
            assert_eq!(Moment::from_rfc3339(text), None, "{text}");
        }
    }

    #[test]
    fn a_broken_clock_is_still_a_moment() {
        for ms in [i64::MIN, i64::MAX] {
            for utc_offset_minutes in [i32::MIN, i32::MAX, 0] {
                assert!(!Moment { ms, utc_offset_minutes }.to_rfc3339().is_empty());
            }
        }
    }
}
