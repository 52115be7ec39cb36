//! How long nobody has touched a kiosk, and what follows from it. Pure.

/// Without a touch for so long, it asks; unless the station chose otherwise.
pub const ASKS_AFTER_S: u32 = 75;
/// And so long after that everything goes.
pub const GOES_AFTER_S: u32 = 30;

/// Whether anybody is there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Idle {
    /// Somebody was a moment ago.
    Here,
    /// Perhaps nobody is: everything goes in so many seconds.
    Asked(u32),
    /// Nobody is.
    Gone,
}

/// What follows from so many milliseconds without a touch.
pub fn idle(ms: f64, asks_after_s: u32) -> Idle {
    let over = ms / 1_000.0 - f64::from(asks_after_s);
    let left = f64::from(GOES_AFTER_S) - over;
    match () {
        () if over < 0.0 => Idle::Here,
        () if left <= 0.0 => Idle::Gone,
        // From 1 to 30: never more than was promised, never nothing while there is time.
        () => Idle::Asked(left.ceil().clamp(1.0, f64::from(GOES_AFTER_S)) as u32),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_asks_counts_down_and_goes() {
        for (ms, is) in [
            (0.0, Idle::Here),
            (74_999.0, Idle::Here),
            (75_000.0, Idle::Asked(30)),
            (75_001.0, Idle::Asked(30)),
            (76_000.0, Idle::Asked(29)),
            (104_500.0, Idle::Asked(1)),
            (105_000.0, Idle::Gone),
            // Asleep in between.
            (9e9, Idle::Gone),
            // A clock that was set back.
            (-5.0, Idle::Here),
        ] {
            assert_eq!(idle(ms, ASKS_AFTER_S), is, "{ms}");
        }
        assert_eq!(idle(61_000.0, 60), Idle::Asked(29));
    }
}
