//! Sorting a few things, by one piece of code for all of them.
//!
//! The standard library's sorts are made anew for every type: on a phone they were a sixteenth of the whole app. What is sorted often or by the
//! thousand still takes those. Invariant: stable.

use std::cmp::Ordering;

/// Up to this many are put in their places one by one.
const FEW: usize = 20;

/// Sorts stably by a comparison.
pub(crate) fn sort_by<T>(items: &mut [T], compare: impl Fn(&T, &T) -> Ordering) {
    if items.len() <= FEW {
        for next in 1..items.len() {
            let mut at = next;
            while at > 0 && compare(&items[at - 1], &items[at]) == Ordering::Greater {
                items.swap(at - 1, at);
                at -= 1;
            }
        }
        return;
    }
    let mut places = places(items.len(), &|a, b| compare(&items[a], &items[b]));
    for at in 0..items.len() {
        while places[at] != at {
            let place = places[at];
            items.swap(at, place);
            places.swap(at, place);
        }
    }
}

/// Sorts stably by what is equal for equals.
pub(crate) fn sort_by_key<T, K: Ord>(items: &mut [T], key: impl Fn(&T) -> K) {
    sort_by(items, |a, b| key(a).cmp(&key(b)));
}

/// Sorts stably.
pub(crate) fn sort<T: Ord>(items: &mut [T]) {
    sort_by(items, T::cmp);
}

/// Where each of so many comes to stand.
fn places(count: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by(|a, b| compare(*a, *b));
    let mut places = vec![0; count];
    for (place, index) in order.into_iter().enumerate() {
        places[index] = place;
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_and_few_come_into_the_order_that_a_stable_sort_gives_them() {
        for count in [0, 1, 2, 3, FEW, FEW + 1, 500] {
            let given: Vec<(usize, usize)> = (0..count).map(|index| (index * 7919 % 13, index)).collect();
            let (mut ours, mut theirs) = (given.clone(), given);
            sort_by_key(&mut ours, |(key, _)| *key);
            theirs.sort_by_key(|(key, _)| *key);
            assert_eq!(ours, theirs);
            ours.reverse();
            sort(&mut ours);
            assert_eq!(ours, theirs);
        }
    }
}
