//! One column of a cohort: a numerator and a denominator for each household, in two arrays.
//!
//! Invariant: a key never contradicts the fractions: where the keys of two values differ, the values differ the same way.

use std::cmp::Ordering;

use super::Standing;
use crate::assess::Exact;

/// Values in lowest terms. A denominator of 0 says that there is none, and its numerator why.
#[derive(Debug, Default)]
pub(super) struct Column {
    numerators: Vec<i64>,
    denominators: Vec<i64>,
}

/// Why there is no value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Absent {
    NotApplicable,
    Missing,
}

const NOT_APPLICABLE: i64 = 0;
const MISSING: i64 = 1;

/// Do both parts of a fraction fit?
pub(super) fn fits(value: Exact) -> bool {
    i64::try_from(value.numerator()).is_ok() && i64::try_from(value.denominator()).is_ok()
}

impl Column {
    /// Adds a standing whose value [`fits`].
    pub fn push(&mut self, standing: Standing) {
        let (numerator, denominator) = match standing {
            Standing::Value(value) => (value.numerator() as i64, value.denominator() as i64),
            Standing::NotApplicable => (NOT_APPLICABLE, 0),
            Standing::Missing => (MISSING, 0),
        };
        self.numerators.push(numerator);
        self.denominators.push(denominator);
    }

    fn parts(&self, row: u32) -> (i64, i64) {
        (self.numerators[row as usize], self.denominators[row as usize])
    }

    pub fn standing(&self, row: u32) -> Standing {
        match self.parts(row) {
            (NOT_APPLICABLE, 0) => Standing::NotApplicable,
            (_, 0) => Standing::Missing,
            _ => Standing::Value(self.value(row)),
        }
    }

    /// The value of a row that has one; 0 for any other.
    pub fn value(&self, row: u32) -> Exact {
        let (numerator, denominator) = self.parts(row);
        Exact::new(i128::from(numerator), i128::from(denominator)).unwrap_or(Exact::ZERO)
    }

    /// The value in units of 2⁻³², rounded down; what is beyond 63 bits is the largest or least that they hold.
    pub fn key(&self, row: u32) -> Result<i64, Absent> {
        let (numerator, denominator) = self.parts(row);
        if denominator == 0 {
            return Err(if numerator == NOT_APPLICABLE { Absent::NotApplicable } else { Absent::Missing });
        }
        if let Ok(small) = i32::try_from(numerator) {
            return Ok((i64::from(small) << 32).div_euclid(denominator));
        }
        let wide = (i128::from(numerator) << 32).div_euclid(i128::from(denominator));
        Ok(wide.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64)
    }

    /// Compares the values of two rows that have one, exactly: 63 bits times 63 bits fit into 127.
    pub fn compare(&self, a: u32, b: u32) -> Ordering {
        let (left, right) = (self.parts(a), self.parts(b));
        if left == right {
            return Ordering::Equal;
        }
        let across = |numerator: i64, denominator: i64| i128::from(numerator) * i128::from(denominator);
        across(left.0, right.1).cmp(&across(right.0, left.1))
    }
}
