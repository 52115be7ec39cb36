//! The four aims of an allocation as one cost: two whole numbers, compared one after the other.
//!
//! Invariant: along any way that changes an assignment, each aim outweighs all aims after it together.
//!
//! Such a way goes through each provider at most once, and leaves at most one need unserved. So the costs of its offers differ by less than
//! `2 × providers × (largest cost + 1)`, and a step between priorities only has to outweigh that, not the costs of all needs.

use std::ops::{Add, Sub};

use super::Ordered;

/// What is to be least: unserved needs and cost in the first number, evenness and order in the second.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Cost {
    pub first: i64,
    pub second: i64,
}

impl Cost {
    pub const ZERO: Cost = Cost { first: 0, second: 0 };

    /// What an offer costs.
    pub fn of_offer(cost: u32) -> Cost {
        Cost { first: i64::from(cost), second: 0 }
    }
}

impl Add for Cost {
    type Output = Cost;

    fn add(self, other: Cost) -> Cost {
        Cost { first: self.first + other.first, second: self.second + other.second }
    }
}

impl Sub for Cost {
    type Output = Cost;

    fn sub(self, other: Cost) -> Cost {
        Cost { first: self.first - other.first, second: self.second - other.second }
    }
}

/// How the aims are weighed.
pub(super) struct Scale {
    /// Between one priority and the next.
    step: i64,
    class_count: i64,
    /// Between one square and the next: more than there are needs.
    evenness: i64,
    need_count: i64,
}

impl Scale {
    /// The weights for a demand. `None`: they don't fit.
    pub fn of(ordered: &Ordered, capacities: &[u32]) -> Option<Scale> {
        let largest = ordered.offers.iter().map(|offer| i128::from(offer.cost)).max().unwrap_or(0);
        let step = 2 * (capacities.len() as i128 + 2) * (largest + 1);
        let class_count = i128::from(ordered.class_count);
        let need_count = ordered.len() as i128;
        let capacity = capacities.iter().map(|capacity| i128::from(*capacity)).max().unwrap_or(0);
        // Nobody serves more than there are needs.
        let load = capacity.min(need_count);
        // Prices are sums along a way as well; four such sums stand in one comparison.
        let first = 8 * (class_count + 2) * step;
        let second = 8 * (2 * load + 2) * (need_count + 1) * (capacities.len() as i128 + 2);
        (first < i128::from(i64::MAX) && second < i128::from(i64::MAX)).then_some(Scale {
            step: step as i64,
            class_count: class_count as i64,
            evenness: need_count as i64 + 1,
            need_count: need_count as i64,
        })
    }

    /// What it costs to leave a need of that class unserved, by its place in the order.
    pub fn unserved(&self, class: u32, place: u32) -> Cost {
        Cost {
            first: (self.class_count - i64::from(class)) * self.step,
            second: self.need_count - i64::from(place),
        }
    }

    /// What one more need costs a provider that serves so many: the next square less this one.
    pub fn one_more(&self, load: u32) -> Cost {
        Cost { first: 0, second: (2 * i64::from(load) + 1) * self.evenness }
    }
}
