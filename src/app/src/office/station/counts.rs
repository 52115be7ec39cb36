//! Totals as the server counts them, put together for a page: what is in hand, what is most frequent, what comes on average.

use std::collections::BTreeMap;

use super::ask::Total;

/// The conditions of a case that is in hand.
pub const IN_HAND: [&str; 2] = ["state!=closed", "state!=not_opened"];

/// A group's word and how many are in it.
pub type Counted = (String, usize);

/// Adds up by what stands at a place of the groups; the most frequent first, ties by code.
pub fn by(totals: &[Total], place: usize) -> Vec<Counted> {
    let mut sums: BTreeMap<&str, usize> = BTreeMap::new();
    for total in totals {
        if let Some(name) = total.group.get(place) {
            *sums.entry(name).or_default() += total.entities;
        }
    }
    let mut all: Vec<Counted> = sums.into_iter().map(|(name, count)| (name.to_owned(), count)).collect();
    all.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    all
}

/// The same in a given order of codes; those that the order lacks after it, and blanks last. What nobody is in is 0.
pub fn in_order(counted: &[Counted], codes: &[String]) -> Vec<Counted> {
    let count = |code: &str| counted.iter().find(|(name, _)| name == code).map_or(0, |(_, count)| *count);
    let mut all: Vec<Counted> = codes.iter().map(|code| (code.clone(), count(code))).collect();
    all.extend(counted.iter().filter(|(name, _)| !name.is_empty() && !codes.contains(name)).cloned());
    all.extend(counted.iter().filter(|(name, _)| name.is_empty()).cloned());
    all
}

/// One row for each of a place's values, one column for each of another's.
pub fn cross(totals: &[Total], (row, column): (usize, usize)) -> BTreeMap<String, BTreeMap<String, usize>> {
    let mut table: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
    for total in totals {
        if let (Some(row), Some(column)) = (total.group.get(row), total.group.get(column)) {
            *table.entry(row.clone()).or_default().entry(column.clone()).or_default() += total.entities;
        }
    }
    table
}

/// What points come to on average, of those who have any.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Mean {
    /// So many have them.
    pub of: usize,
    pub points: f64,
    /// Of the most that there can be.
    pub percent: f64,
}

/// The average of a number that stands first in the groups; `None` if nobody has it.
pub fn mean(totals: &[Total], most: f64) -> Option<Mean> {
    let numbers = totals.iter().filter_map(|total| {
        let number: f64 = total.group.first()?.parse().ok()?;
        Some((number, total.entities))
    });
    let (sum, of) =
        numbers.fold((0.0, 0), |(sum, of), (number, count)| (sum + number * count as f64, of + count));
    (of > 0).then(|| {
        let points = sum / of as f64;
        Mean { of, points, percent: points / most * 100.0 }
    })
}

/// A share in percent; 0 of nothing.
pub fn share(part: usize, of: usize) -> f64 {
    if of == 0 { 0.0 } else { part as f64 / of as f64 * 100.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn total(group: &[&str], entities: usize) -> Total {
        Total { group: group.iter().map(|name| (*name).to_owned()).collect(), entities, different: 0 }
    }

    fn counted(pairs: &[(&str, usize)]) -> Vec<Counted> {
        pairs.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
    }

    #[test]
    fn groups_are_added_up_the_most_frequent_first() {
        let totals = [
            total(&["illness", "a"], 2),
            total(&["illness", "b"], 1),
            total(&["no_work", "a"], 3),
            total(&["debt", "b"], 3),
        ];
        assert_eq!(by(&totals, 0), counted(&[("debt", 3), ("illness", 3), ("no_work", 3)]));
        assert_eq!(by(&totals, 1), counted(&[("a", 5), ("b", 4)]));
        assert_eq!(cross(&totals, (1, 0))["b"], BTreeMap::from([("debt".into(), 3), ("illness".into(), 1)]));
    }

    #[test]
    fn an_order_keeps_its_empty_groups_and_loses_none() {
        let levels = ["high", "medium", "low"].map(str::to_owned);
        let all = in_order(&counted(&[("", 7), ("high", 2), ("odd", 1)]), &levels);
        assert_eq!(all, counted(&[("high", 2), ("medium", 0), ("low", 0), ("odd", 1), ("", 7)]));
    }

    #[test]
    fn an_average_is_of_those_who_have_points() {
        let totals = [total(&["10"], 1), total(&["4"], 2), total(&[""], 50), total(&["***"], 9)];
        let mean_of = mean(&totals, 20.0).expect("three have");
        assert_eq!((mean_of.of, mean_of.points, mean_of.percent), (3, 6.0, 30.0));
        assert_eq!(mean(&totals[2..], 20.0), None);
        assert_eq!([share(1, 4), share(1, 0)], [25.0, 0.0]);
    }
}
