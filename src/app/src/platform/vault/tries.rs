//! How long to wait after wrong PINs: three are free, then each doubles the wait, up to an hour.
//!
//! Kept here: a try is counted before it is made, so that killing the app gains none, and the count outlives a
//! restart. Who sets the clock forward shortens a wait; a clock that is set back starts it anew, never longer.
//! Pure: it is told the time.

/// So many wrong PINs cost no wait.
const FREE: u32 = 3;
/// The first wait, in milliseconds.
const FIRST_MS: i64 = 30_000;
/// The longest.
const LONGEST_MS: i64 = 3_600_000;

/// The PINs tried since the last right one.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct Tries {
    /// How many, the one under way included.
    pub(crate) made: u32,
    /// When the last one was, in milliseconds since 1970.
    pub(crate) last_ms: i64,
}

impl Tries {
    /// How long until the next may be made, in milliseconds.
    pub(crate) fn wait_ms(self, now_ms: i64) -> i64 {
        let delay = delay_ms(self.made);
        (self.last_ms + delay - now_ms).clamp(0, delay)
    }

    /// With one more, now.
    pub(crate) fn with_one(self, now_ms: i64) -> Tries {
        Tries { made: self.made.saturating_add(1), last_ms: now_ms }
    }

    /// The wait begins anew if the clock was set back behind the last try.
    pub(crate) fn held_against(self, now_ms: i64) -> Tries {
        Tries { last_ms: self.last_ms.min(now_ms), ..self }
    }

    /// How many more may be made without a wait.
    pub(crate) fn free(self) -> u32 {
        FREE.saturating_sub(self.made)
    }
}

fn delay_ms(made: u32) -> i64 {
    match made.checked_sub(FREE) {
        None => 0,
        Some(doublings) => (FIRST_MS << doublings.min(20)).min(LONGEST_MS),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_are_free_and_then_each_doubles_the_wait_up_to_an_hour() {
        let waits: Vec<i64> = (0..12).map(|made| Tries { made, last_ms: 0 }.wait_ms(0) / 1_000).collect();
        assert_eq!(waits, [0, 0, 0, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600]);
        assert_eq!(Tries { made: u32::MAX, last_ms: 0 }.wait_ms(0), LONGEST_MS);
    }

    #[test]
    fn the_wait_ends_when_its_time_is_over() {
        let tries = Tries { made: 3, last_ms: 1_000 };
        assert_eq!((tries.wait_ms(1_000), tries.wait_ms(21_000), tries.wait_ms(31_000)), (30_000, 10_000, 0));
    }

    #[test]
    fn a_clock_set_back_starts_the_wait_anew_and_makes_it_no_longer() {
        let tries = Tries { made: 3, last_ms: 1_000_000_000 };
        assert_eq!(tries.wait_ms(0), 30_000);
        assert_eq!(tries.held_against(0).wait_ms(20_000), 10_000);
        assert_eq!(tries.held_against(2_000_000_000), tries);
    }

    #[test]
    fn what_is_free_is_counted_down() {
        let free: Vec<u32> = (0..5).map(|made| Tries { made, last_ms: 0 }.free()).collect();
        assert_eq!(free, [3, 2, 1, 0, 0]);
    }
}
