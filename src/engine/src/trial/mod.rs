//! A form tried out by machine: cases recorded from what was filled in, what cases reach of a form, and random filling.
//!
//! For designers and the command line; a phone has no use for it.

mod coverage;
mod levels;
mod random;
mod record;

pub use coverage::{Coverage, Reached};
pub use random::{Found, Told, fill};
pub use record::record;

/// Numbers that look random and are the same for the same seed (Marsaglia, *Xorshift RNGs*, 2003).
#[derive(Clone, Debug)]
struct Dice(u64);

impl Dice {
    fn new(seed: u64) -> Dice {
        Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// Below `end`; 0 where that is 0.
    fn below(&mut self, end: u64) -> u64 {
        if end == 0 { 0 } else { self.next() % end }
    }
}
