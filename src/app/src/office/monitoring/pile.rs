//! The rows that wait, as far as they are on the screen: page after page of one list, each gone once it is decided.
//!
//! Kept here: what is decided moves nothing else on the screen; the rows are asked for anew only where more has changed than was decided here.

use super::wire::{Row, Waiting};

/// So few are left on the screen that the next page is asked for.
const FEW: usize = 5;

/// Rows of one list.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Pile {
    /// Whose rows they are.
    list: Option<String>,
    pub rows: Vec<Row>,
    /// Are there more after these?
    pub more: bool,
    /// How many wait in all.
    pub waiting: i64,
}

impl Pile {
    /// What the server says of the list whose turn it is, and how many of its rows wait. `true`: the rows on the screen are not those any more.
    pub fn told(&mut self, list: Option<(String, i64)>) -> bool {
        let (list, waiting) = list.map_or((None, 0), |(list, waiting)| (Some(list), waiting));
        if self.list == list && self.waiting == waiting {
            return false;
        }
        *self = Pile { list, waiting, ..Pile::default() };
        true
    }

    /// A page came.
    pub fn came(&mut self, page: Waiting) {
        let last = self.last();
        self.more = page.more;
        self.rows.extend(page.rows.into_iter().filter(|row| row.row > last));
    }

    /// The row after which the next page begins.
    pub fn last(&self) -> i64 {
        self.rows.last().map_or(0, |row| row.row)
    }

    /// A row was decided here. `true`: the next page is wanted.
    pub fn decided(&mut self, row: i64) -> bool {
        let before = self.rows.len();
        self.rows.retain(|known| known.row != row);
        self.waiting -= i64::from(self.rows.len() < before);
        self.more && self.rows.len() < FEW
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(rows: std::ops::Range<i64>, more: bool) -> Waiting {
        Waiting { rows: rows.map(|row| Row { row, ..Row::default() }).collect(), more }
    }

    fn numbers(pile: &Pile) -> Vec<i64> {
        pile.rows.iter().map(|row| row.row).collect()
    }

    #[test]
    fn what_is_decided_goes_and_all_else_stays_until_more_has_changed() {
        let mut pile = Pile::default();
        assert!(pile.told(Some(("a".into(), 1_000))));
        pile.came(page(1..21, true));
        assert!(!pile.decided(3), "enough of them are left");
        assert!(!pile.told(Some(("a".into(), 999))), "that was decided here");
        assert_eq!((pile.rows.len(), pile.last(), pile.waiting), (19, 20, 999));
        // Passed over: the next page stands below.
        pile.came(page(21..41, true));
        assert_eq!((pile.rows.len(), pile.last()), (39, 40));
        // Somebody else decided, or took one back: from the beginning.
        assert!(pile.told(Some(("a".into(), 1_000))));
        assert!(pile.rows.is_empty());
        pile.came(page(1..6, true));
        assert!(pile.decided(1), "few are left, and there are more");
        assert_eq!(numbers(&pile), [2, 3, 4, 5]);
        assert!(pile.told(Some(("b".into(), 999))) && pile.told(None) && !pile.told(None));
    }

    #[test]
    fn a_page_that_comes_twice_is_shown_once() {
        let mut pile = Pile::default();
        assert!(pile.told(Some(("a".into(), 4))));
        pile.came(page(1..3, true));
        pile.came(page(1..5, false));
        assert_eq!((numbers(&pile), pile.more), (vec![1, 2, 3, 4], false));
        assert!(!pile.decided(2) && !pile.decided(2));
        assert_eq!(pile.waiting, 3);
    }
}
