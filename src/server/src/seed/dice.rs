//! Chance that is the same each time: a seed's, and nothing else's.
//!
//! Kept here: what is to be so many is so many. Shares are dealt like cards, so that a town's totals are decided before any household is made.

use fastrand::Rng;
use jiff::civil::Date;
use jiff::{ToSpan, tz::Offset};

/// China has one time zone, eight hours before UTC.
const OFFICE: Offset = Offset::constant(8);

/// What decides everything that nobody else does.
#[derive(Clone, Debug)]
pub struct Dice(Rng);

impl Dice {
    /// Dice that fall the same for a seed each time.
    pub fn new(seed: u64) -> Dice {
        Dice(Rng::with_seed(seed))
    }

    /// A number from 0 to below `end`; 0 if there is none.
    pub fn below(&mut self, end: usize) -> usize {
        self.0.usize(0..end.max(1))
    }

    /// A number within these, both included.
    pub fn within(&mut self, least: i64, most: i64) -> i64 {
        self.0.i64(least..=most.max(least))
    }

    /// One of some.
    ///
    /// # Panics
    /// If there are none.
    pub fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    /// Does it happen, so often in a hundred times?
    pub fn percent(&mut self, often: usize) -> bool {
        self.below(100) < often
    }

    /// One of some, as often as its share says.
    ///
    /// # Panics
    /// If there are none.
    pub fn by_share(&mut self, shares: &[(&'static str, usize)]) -> &'static str {
        let mut place = self.below(shares.iter().map(|(_, share)| share).sum());
        for (name, share) in shares {
            match place.checked_sub(*share) {
                None => return name,
                Some(rest) => place = rest,
            }
        }
        shares[0].0
    }

    /// In another order.
    pub fn shuffle<T>(&mut self, cards: &mut [T]) {
        self.0.shuffle(cards);
    }

    /// So many cards, as many of each as its share says, in no order.
    pub fn deal<T: Clone>(&mut self, shares: &[(T, usize)], count: usize) -> Vec<T> {
        let weights: Vec<usize> = shares.iter().map(|(_, share)| *share).collect();
        let mut cards = Vec::with_capacity(count);
        for ((card, _), many) in shares.iter().zip(shared_out(count, &weights)) {
            cards.extend(std::iter::repeat_n(card.clone(), many));
        }
        self.shuffle(&mut cards);
        cards
    }

    /// So many days of some, the earliest first, each as long ago as it says.
    pub fn days_ago(&mut self, count: usize, first: i64, last: i64) -> Vec<i64> {
        let mut days: Vec<i64> = (0..count).map(|_| self.within(last, first)).collect();
        days.sort_unstable_by(|a, b| b.cmp(a));
        days
    }
}

/// A number shared out by weights, exactly: the largest remainders get one more.
pub fn shared_out(count: usize, weights: &[usize]) -> Vec<usize> {
    let sum: usize = weights.iter().sum::<usize>().max(1);
    let mut parts: Vec<usize> = weights.iter().map(|weight| count * weight / sum).collect();
    let mut rest: Vec<usize> = (0..weights.len()).collect();
    rest.sort_by_key(|at| (std::cmp::Reverse(count * weights[*at] % sum), *at));
    let missing = count.saturating_sub(parts.iter().sum());
    rest.into_iter().take(missing).for_each(|at| parts[at] += 1);
    parts
}

/// The day so many days before another.
pub fn ago(today: Date, days: i64) -> Date {
    today.saturating_sub(days.days())
}

/// The day so many workdays later; holidays aside.
pub fn workdays(mut day: Date, mut count: u32) -> Date {
    while count > 0 {
        day = day.saturating_add(1.day());
        count -= u32::from(day.weekday().to_monday_zero_offset() < 5);
    }
    day
}

/// Milliseconds since 1970 of a day's morning at the office, so many minutes after ten.
pub fn morning(day: Date, minutes: i64) -> i64 {
    let moment = OFFICE.to_timestamp(day.at(10, 0, 0, 0));
    moment.map_or(0, |moment| moment.as_millisecond()) + minutes * 60_000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_come_to_the_whole() {
        assert_eq!(shared_out(10, &[1, 1, 1]), [4, 3, 3]);
        assert_eq!(shared_out(7, &[5, 0, 2]), [5, 0, 2]);
        let cards = Dice::new(1).deal(&[('a', 30), ('b', 69), ('c', 1)], 50);
        let many = |card| cards.iter().filter(|dealt| **dealt == card).count();
        assert_eq!((many('a'), many('b'), many('c')), (15, 35, 0));
        assert_eq!(cards, Dice::new(1).deal(&[('a', 30), ('b', 69), ('c', 1)], 50));
    }

    #[test]
    fn workdays_leave_weekends_out() {
        let friday: Date = "2026-11-27".parse().unwrap();
        assert_eq!(workdays(friday, 1).to_string(), "2026-11-30");
        assert_eq!(ago(friday, 27).to_string(), "2026-10-31");
    }
}
