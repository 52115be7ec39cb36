//! The reader's zone as the host tells it: an offset, or the moments at which it changes.
//!
//! The engine knows no zone names: a browser finds the moments by asking its clock, a test by asking a table.

use jiff::civil::{Date, DateTime, Time};

use crate::moment;

/// Milliseconds of a day.
pub(crate) const DAY_MS: f64 = 86_400_000.0;

/// A zone, borrowed from a [`World`](crate::session::World).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Zone<'a> {
    /// Minutes east of UTC before the first change.
    pub minutes: i32,
    /// From these moments on (milliseconds since 1970-01-01T00:00Z, ascending) so many minutes.
    pub changes: &'a [(i64, i32)],
}

impl Zone<'_> {
    /// Minutes east of UTC at a moment.
    pub fn offset_at(self, ms: i64) -> i32 {
        let passed = self.changes.partition_point(|(from, _)| *from <= ms);
        passed.checked_sub(1).map_or(self.minutes, |last| self.changes[last].1)
    }

    /// The moment of a civil time. One that is had twice is the earlier; one that is skipped is read with the offset before.
    pub fn moment_of(self, civil: DateTime) -> i64 {
        let local = local_ms(civil);
        if self.changes.is_empty() {
            return local - i64::from(self.minutes) * 60_000;
        }
        let with = |offset: i32| local - i64::from(offset) * 60_000;
        let early = self.offset_at(local - DAY_MS as i64);
        let late = self.offset_at(local + DAY_MS as i64);
        let fits = |offset: &i32| self.offset_at(with(*offset)) == *offset;
        with([early, late].into_iter().find(fits).unwrap_or(early))
    }

    /// The moment at which a day begins.
    pub fn midnight(self, date: Date) -> i64 {
        self.moment_of(DateTime::from_parts(date, Time::midnight()))
    }

    /// A day as XPath's number: days since 1970-01-01T00:00Z at its local midnight.
    pub fn days(self, date: Date) -> f64 {
        self.midnight(date) as f64 / DAY_MS
    }

    /// The civil time at a moment; `None` outside the years that four digits can write.
    pub fn civil(self, ms: i64) -> Option<DateTime> {
        // Nothing beyond is a date at all; within, nothing overflows.
        if ms.unsigned_abs() > 400_000_000_000_000 {
            return None;
        }
        let civil = moment::civil(ms, self.offset_at(ms));
        let days = (ms + i64::from(self.offset_at(ms)) * 60_000).div_euclid(DAY_MS as i64);
        moment::date_of_days(days as f64).map(|_| civil)
    }

    /// The moment that a text tells: a day (its local midnight) or a day and a time, `T` between them. `None` if it is neither.
    pub fn read(self, text: &str) -> Option<i64> {
        let date = moment::read_date(text)?;
        let Some((_, time)) = text.split_once('T') else { return Some(self.midnight(date)) };
        let (time, offset) = moment::read_time(time)?;
        let civil = DateTime::from_parts(date, time);
        Some(match offset {
            Some(minutes) => local_ms(civil) - i64::from(minutes) * 60_000,
            None => self.moment_of(civil),
        })
    }

    /// A text that is a day or a moment as XPath's number.
    pub fn read_days(self, text: &str) -> Option<f64> {
        let dated = text.len() >= 10 && text.as_bytes()[4] == b'-';
        (dated.then(|| self.read(text))?).map(|ms| ms as f64 / DAY_MS)
    }
}

fn local_ms(civil: DateTime) -> i64 {
    let time = civil.time();
    let seconds = i64::from(time.hour()) * 3600 + i64::from(time.minute()) * 60 + i64::from(time.second());
    moment::days(civil.date()) as i64 * DAY_MS as i64
        + seconds * 1000
        + i64::from(time.subsec_nanosecond()) / 1_000_000
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIXED: Zone<'static> = Zone { minutes: -420, changes: &[] };
    /// Berlin in 2026: summer from 29 March, 02:00, to 25 October, 03:00.
    const BERLIN: Zone<'static> =
        Zone { minutes: 60, changes: &[(1_774_746_000_000, 120), (1_792_890_000_000, 60)] };

    #[test]
    fn a_day_begins_at_local_midnight() {
        assert_eq!(FIXED.read_days("1970-01-02"), Some(1.0 + 7.0 / 24.0));
        assert_eq!(FIXED.read_days("1970-01-02T00:00:00Z"), Some(1.0));
        assert_eq!(FIXED.read_days("12345-0"), None);
        assert_eq!(BERLIN.read("2026-07-01"), Some(1_782_856_800_000));
        assert_eq!(BERLIN.read("2026-12-01T00:00:00+01:00"), BERLIN.read("2026-12-01"));
    }

    #[test]
    fn hours_that_are_skipped_or_had_twice_are_read_with_the_offset_before() {
        let clock = |ms: i64| BERLIN.civil(ms).unwrap().time().to_string();
        assert_eq!(clock(BERLIN.read("2026-03-29T02:30").unwrap()), "03:30:00");
        assert_eq!(BERLIN.read("2026-10-25T02:30"), BERLIN.read("2026-10-25T02:30+02:00"));
        assert_eq!(BERLIN.read("2026-10-25T03:30"), BERLIN.read("2026-10-25T03:30+01:00"));
    }
}
