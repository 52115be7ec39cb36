//! Whether there is room for one more survey. What was begun can always be finished and sent.

use crate::platform::persist;

/// Below so many bytes a new survey is warned about.
const LITTLE: u64 = 200_000_000;
/// Below so many it is not begun.
const NONE: u64 = 50_000_000;

/// How much room there is, by the browser's estimate.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Space {
    /// Enough, or the browser does not say.
    Enough,
    /// So many bytes: one more survey fits, many photos do not.
    Little(u64),
    /// So many bytes: not enough to begin anything.
    None(u64),
}

/// How much there is now.
pub async fn now() -> Space {
    persist::free().await.map_or(Space::Enough, of)
}

fn of(free: u64) -> Space {
    match free {
        ..NONE => Space::None(free),
        NONE..LITTLE => Space::Little(free),
        LITTLE.. => Space::Enough,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn below_200_megabytes_it_is_little_and_below_50_too_little() {
        let kinds = [0, 49_999_999, 50_000_000, 199_999_999, 200_000_000].map(of);
        let expected = [
            Space::None(0),
            Space::None(49_999_999),
            Space::Little(50_000_000),
            Space::Little(199_999_999),
            Space::Enough,
        ];
        assert_eq!(kinds, expected);
    }
}
