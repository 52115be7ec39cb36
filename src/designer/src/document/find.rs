//! Where a text stands next, titles aside: in the sheet that is shown, then in those behind it, and around to where the search began.

use super::Document;
use super::cells::Place;

/// A cell that has a text in it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Found {
    /// Its sheet and place.
    pub at: (usize, Place),
    /// Which one it is, from 1.
    pub number: usize,
    /// Of how many.
    pub of: usize,
}

/// The next cell that has the text in it, whatever its capitals; `back`: the one before. `from` is passed over, unless it is the only one.
pub fn find(document: &Document, from: (usize, Place), text: &str, back: bool) -> Option<Found> {
    let wanted = text.trim().to_lowercase();
    if wanted.is_empty() {
        return None;
    }
    let mut found: Vec<(usize, Place)> = Vec::new();
    for (sheet, grid) in document.sheets().iter().enumerate() {
        for (row, cells) in grid.rows.iter().enumerate().skip(1) {
            for (column, cell) in cells.iter().enumerate() {
                if cell.to_lowercase().contains(&wanted) {
                    found.push((sheet, Place { row, column }));
                }
            }
        }
    }
    let order = |at: &(usize, Place)| (at.0, at.1.row, at.1.column);
    let here = order(&from);
    let beyond = match back {
        false => found.iter().position(|at| order(at) > here),
        true => found.iter().rposition(|at| order(at) < here),
    };
    let around = if back { found.len().checked_sub(1) } else { Some(0) };
    let place = beyond.or(around)?;
    Some(Found { at: *found.get(place)?, number: place + 1, of: found.len() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(row: usize, column: usize) -> Place {
        Place { row, column }
    }

    #[test]
    fn one_after_the_other_is_found_and_around() {
        let csv = "type,name,label\ntext,who,Name of whom\ninteger,age,Age\ntext,nick,Other name\n";
        let document = Document::open("survey.csv", csv.as_bytes(), |_| None).expect("it is a sheet");
        let next = |from: (usize, Place), text: &str, back: bool| {
            find(&document, from, text, back).map(|found| found.at)
        };
        let counted = find(&document, (0, place(1, 2)), "name", false).map(|found| (found.number, found.of));
        assert_eq!(counted, Some((2, 2)));
        let (first, second) = ((0, place(1, 2)), (0, place(3, 2)));
        assert_eq!(next((0, place(1, 0)), " NAME ", false), Some(first));
        assert_eq!(next(first, "name", false), Some(second));
        assert_eq!(next(second, "name", false), Some(first), "around");
        assert_eq!(next(first, "name", true), Some(second), "around the other way");
        assert_eq!(next(second, "name", true), Some(first));
        assert_eq!(
            next((0, place(1, 1)), "who", false),
            Some((0, place(1, 2))),
            "where they are is passed over"
        );
        assert_eq!(next((0, place(3, 1)), "nick", false), Some((0, place(3, 1))), "unless there is no other");
        assert_eq!(next(first, "nowhere", false), None);
        assert_eq!(next(first, "  ", false), None);
    }
}
