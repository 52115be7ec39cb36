//! Households ranked by what they scored: by dimension, by index, within an area.
//!
//! Invariant: the order is total and exact. Values are compared as fractions and never as floats; who has no value is counted and
//! ranked nowhere.
//!
//! **Order.** Value, the highest first; of equal values the lower priority number first (0: a red flag); then the id, by its bytes.
//! The rank number depends on the value alone, as in a competition: 1, 2, 2, 4.
//!
//! **Percentile.** The percentile rank `100 × (below + equal / 2) / ranked`, where `below` counts the ranked households with a lower value,
//! `equal` those with the same, itself included. Of one household alone it is 50; the median of a cohort without ties is at 50.

use std::cell::OnceCell;
use std::cmp::Ordering;
use std::collections::BTreeMap;

use crate::assess::{Exact, Outcome};

mod column;

use column::Column;

/// What a household has in one column.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    /// A score.
    Value(Exact),
    /// The dimension does not concern it: no child, nobody of working age.
    NotApplicable,
    /// It was not answered.
    Missing,
}

impl Standing {
    /// Where a measure's outcome stands: scores, and codes that are numbers. A code that is none, and an order, are ranked nowhere.
    pub fn of_outcome(outcome: &Outcome) -> Standing {
        match (outcome, outcome.score()) {
            (_, Some(score)) => Standing::Value(score),
            (Outcome::NotApplicable, None) => Standing::NotApplicable,
            (_, None) => Standing::Missing,
        }
    }
}

/// One household of a cohort, by its place in it, from 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Row(pub u32);

/// Households that are ranked together, column by column.
#[derive(Debug)]
pub struct Cohort {
    columns: Vec<Column>,
    /// All ids in one text, and where each ends.
    ids: String,
    id_ends: Vec<usize>,
    /// Index into `areas`.
    area_of: Vec<u32>,
    areas: Vec<Box<str>>,
    known_areas: BTreeMap<Box<str>, u32>,
    priorities: Vec<u8>,
    /// The place of each row where values are equal; follows from priorities and ids.
    ties: OnceCell<Vec<u32>>,
}

/// Why a household can't be added.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CohortError {
    /// It has another number of values than the cohort has columns.
    Columns {
        /// How many the cohort has.
        wanted: usize,
        /// How many were given.
        given: usize,
    },
    /// A fraction has more digits than 63 bits hold.
    TooLarge,
    /// A cohort holds at most 2³² − 1 households.
    Full,
}

impl std::fmt::Display for CohortError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            CohortError::Columns { wanted, given } => write!(f, "{given} values for {wanted} columns"),
            CohortError::TooLarge => f.write_str("a score has more digits than a ranking compares"),
            CohortError::Full => f.write_str("too many households"),
        }
    }
}

impl std::error::Error for CohortError {}

impl Cohort {
    /// An empty cohort with that many columns: the dimensions, then the index, or whatever its author ranks.
    pub fn new(columns: usize) -> Cohort {
        Cohort {
            columns: (0..columns).map(|_| Column::default()).collect(),
            ids: String::new(),
            id_ends: Vec::new(),
            area_of: Vec::new(),
            areas: Vec::new(),
            known_areas: BTreeMap::new(),
            priorities: Vec::new(),
            ties: OnceCell::new(),
        }
    }

    /// Adds a household: its id, the code of its area (`371082101`; empty if not known), its priority (0 is a red flag, the lower the more
    /// urgent), and one standing for each column.
    pub fn add(
        &mut self,
        id: &str,
        area: &str,
        priority: u8,
        standings: &[Standing],
    ) -> Result<Row, CohortError> {
        if standings.len() != self.columns.len() {
            return Err(CohortError::Columns { wanted: self.columns.len(), given: standings.len() });
        }
        let row = u32::try_from(self.id_ends.len()).ok().filter(|row| *row < u32::MAX);
        let row = row.ok_or(CohortError::Full)?;
        // All or nothing: a row is in every column or in none.
        let fits = |standing: &Standing| !matches!(standing, Standing::Value(value) if !column::fits(*value));
        if !standings.iter().all(fits) {
            return Err(CohortError::TooLarge);
        }
        for (column, standing) in self.columns.iter_mut().zip(standings) {
            column.push(*standing);
        }
        let area = match self.known_areas.get(area) {
            Some(known) => *known,
            None => {
                let index = self.areas.len() as u32;
                self.areas.push(area.into());
                self.known_areas.insert(area.into(), index);
                index
            }
        };
        self.area_of.push(area);
        self.ids.push_str(id);
        self.id_ends.push(self.ids.len());
        self.priorities.push(priority);
        self.ties = OnceCell::new();
        Ok(Row(row))
    }

    /// How many households.
    pub fn len(&self) -> usize {
        self.id_ends.len()
    }

    /// Is there none?
    pub fn is_empty(&self) -> bool {
        self.id_ends.is_empty()
    }

    /// A household's id.
    pub fn id(&self, row: Row) -> &str {
        let at = row.0 as usize;
        let start = if at == 0 { 0 } else { self.id_ends[at - 1] };
        &self.ids[start..self.id_ends[at]]
    }

    /// The code of a household's area.
    pub fn area(&self, row: Row) -> &str {
        &self.areas[self.area_of[row.0 as usize] as usize]
    }

    /// A household's priority.
    pub fn priority(&self, row: Row) -> u8 {
        self.priorities[row.0 as usize]
    }

    /// What a household has in a column.
    pub fn standing(&self, row: Row, column: usize) -> Standing {
        self.columns[column].standing(row.0)
    }

    /// Ranks all households by a column. Panics if there is no such column.
    pub fn rank(&self, column: usize) -> Ranking<'_> {
        self.rank_rows(column, 0..self.len() as u32)
    }

    /// Ranks the households of the areas whose code begins so: `371082` for a county, `371082101` for a town.
    pub fn rank_within(&self, column: usize, area: &str) -> Ranking<'_> {
        let inside: Vec<bool> = self.areas.iter().map(|code| code.starts_with(area)).collect();
        let rows = 0..self.len() as u32;
        self.rank_rows(column, rows.filter(|row| inside[self.area_of[*row as usize] as usize]))
    }

    /// One ranking for each area, by the first `digits` bytes of its code, in the order of the codes: 6 for counties, 9 for towns.
    pub fn rank_by_area(&self, column: usize, digits: usize) -> Vec<(&str, Ranking<'_>)> {
        let prefix = |code: &'_ str| code.get(..digits).map_or(code.len(), str::len);
        let mut groups: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
        for row in 0..self.len() as u32 {
            let code = self.area(Row(row));
            groups.entry(&code[..prefix(code)]).or_default().push(row);
        }
        groups.into_iter().map(|(code, rows)| (code, self.rank_rows(column, rows.into_iter()))).collect()
    }

    fn rank_rows(&self, column: usize, rows: impl Iterator<Item = u32>) -> Ranking<'_> {
        let ties = self.ties();
        let column = &self.columns[column];
        let (mut entries, mut not_applicable, mut missing) = (Vec::with_capacity(rows.size_hint().0), 0, 0);
        for row in rows {
            match column.key(row) {
                Ok(key) => entries.push(Entry { key, tie: ties[row as usize], row }),
                Err(column::Absent::NotApplicable) => not_applicable += 1,
                Err(column::Absent::Missing) => missing += 1,
            }
        }
        // The highest first. Keys tell nearly all values apart; the fractions decide where they don't.
        entries.sort_unstable_by(|a, b| {
            let by_key = b.key.cmp(&a.key);
            by_key.then_with(|| column.compare(b.row, a.row)).then_with(|| a.tie.cmp(&b.tie))
        });
        let mut ranks = Vec::with_capacity(entries.len());
        for (place, entry) in entries.iter().enumerate() {
            let shares = place > 0 && column.compare(entries[place - 1].row, entry.row) == Ordering::Equal;
            ranks.push(if shares { ranks[place - 1] } else { place as u32 + 1 });
        }
        let order = entries.iter().map(|entry| Row(entry.row)).collect();
        Ranking { column, order, ranks, not_applicable, missing }
    }

    /// Where each row stands among equals: by priority, then by id, then by when it was added.
    fn ties(&self) -> &[u32] {
        self.ties.get_or_init(|| {
            let mut rows: Vec<u32> = (0..self.len() as u32).collect();
            // Stable: the same id twice stays in its order.
            rows.sort_by(|a, b| {
                let priority = self.priorities[*a as usize].cmp(&self.priorities[*b as usize]);
                priority.then_with(|| self.id(Row(*a)).cmp(self.id(Row(*b))))
            });
            let mut ties = vec![0; rows.len()];
            for (place, row) in rows.into_iter().enumerate() {
                ties[row as usize] = place as u32;
            }
            ties
        })
    }
}

/// A row on its way into the order.
struct Entry {
    key: i64,
    tie: u32,
    row: u32,
}

/// Households in the order of one column.
#[derive(Debug)]
pub struct Ranking<'a> {
    column: &'a Column,
    order: Vec<Row>,
    ranks: Vec<u32>,
    /// How many the column does not concern.
    pub not_applicable: u32,
    /// How many did not answer.
    pub missing: u32,
}

/// A household's place in a ranking.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Placing {
    /// Which household.
    pub row: Row,
    /// From 1; equal values have equal ranks, and as many are left out after them.
    pub rank: u32,
    /// What it is ranked by.
    pub value: Exact,
}

impl Ranking<'_> {
    /// How many are ranked.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Is nobody ranked?
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// The household at a place of the order, from 0.
    pub fn at(&self, place: usize) -> Option<Placing> {
        let row = *self.order.get(place)?;
        Some(Placing { row, rank: self.ranks[place], value: self.column.value(row.0) })
    }

    /// All in their order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Placing> + '_ {
        let placing =
            |(row, rank): (&Row, &u32)| Placing { row: *row, rank: *rank, value: self.column.value(row.0) };
        self.order.iter().zip(&self.ranks).map(placing)
    }

    /// The percentile rank of the household at a place: see the module. `None` beyond the last.
    pub fn percentile(&self, place: usize) -> Option<Exact> {
        let rank = *self.ranks.get(place)?;
        let first = rank as usize - 1;
        let equal = self.ranks[first..].partition_point(|other| *other == rank);
        let below = self.len() - first - equal;
        Exact::new(50 * (2 * below + equal) as i128, self.len() as i128).ok()
    }

    /// How many of the ranked stand in each band, the lowest first: `from` holds where each band but the lowest begins, ascending, and what
    /// stands on a border belongs to the band above. There is one count more than there are borders.
    pub fn count_per_band(&self, from: &[Exact]) -> Vec<u32> {
        // The order is descending, so that a border is found by halving.
        let at_least = |border: &Exact| self.order.partition_point(|row| self.column.value(row.0) >= *border);
        let above: Vec<usize> = from.iter().map(at_least).collect();
        let mut counts = Vec::with_capacity(from.len() + 1);
        let mut upper = self.len();
        for at_least in above {
            counts.push(upper.saturating_sub(at_least) as u32);
            upper = at_least.min(upper);
        }
        counts.push(upper as u32);
        counts
    }
}

#[cfg(test)]
mod tests;
