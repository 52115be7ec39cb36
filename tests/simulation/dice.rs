//! Chance that follows from a seed alone.

use std::cell::Cell;

/// SplitMix64, through a shared reference: every task of a world draws from the same row.
#[derive(Debug)]
pub struct Dice(Cell<u64>);

impl Dice {
    /// The row of a seed.
    pub fn new(seed: u64) -> Dice {
        // Neighbouring seeds begin far apart.
        Dice(Cell::new(seed.wrapping_mul(0xd134_2543_de82_ef95).rotate_left(29) ^ 0x5851_f42d_4c95_7f2d))
    }

    /// The next number.
    pub fn next(&self) -> u64 {
        self.0.set(self.0.get().wrapping_add(0x9e37_79b9_7f4a_7c15));
        let mut z = self.0.get();
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`, which is above 0.
    pub fn below(&self, end: usize) -> usize {
        ((u128::from(self.next()) * end as u128) >> 64) as usize
    }

    /// Does it come up, once in `sides`?
    pub fn once_in(&self, sides: usize) -> bool {
        self.below(sides) == 0
    }

    /// One of several; `None` of none.
    pub fn of<'a, T>(&self, all: &'a [T]) -> Option<&'a T> {
        if all.is_empty() { None } else { all.get(self.below(all.len())) }
    }
}
