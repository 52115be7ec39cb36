//! Where a text stands next, titles aside: in the sheet that is shown, then in those behind it, and around to where the search began.

use super::Document;
use super::cells::Place;

/// The next cell that has the text in it, whatever its capitals; `back`: the one before. `from` is passed over, unless it is the only one.
pub fn find(document: &Document, from: (usize, Place), text: &str, back: bool) -> Option<(usize, Place)> {
    let wanted = text.trim().to_lowercase();
    if wanted.is_empty() {
        return None;
    }
    let mut found = Vec::new();
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
        false => found.iter().find(|at| order(at) > here),
        true => found.iter().rev().find(|at| order(at) < here),
    };
    let around = if back { found.last() } else { found.first() };
    beyond.or(around).copied()
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
        let next = |from: (usize, Place), text: &str, back: bool| find(&document, from, text, back);
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
