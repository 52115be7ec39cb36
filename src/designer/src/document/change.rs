//! What is done to a document: rows put in the place of others. Everything a designer does is that, so that everything can be undone.

use super::cells::{Area, Place};
use super::grid::{Row, with_cell};
use super::names;
use super::{Document, Grid};

/// Rows of a sheet in the place of others.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Splice {
    /// Which sheet.
    pub sheet: usize,
    /// From which row on.
    pub at: usize,
    /// What was there.
    pub old: Vec<Row>,
    /// What is there now.
    pub new: Vec<Row>,
}

/// What was done at once, and where the designer was before and after.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Change {
    /// In the order in which they are done.
    pub splices: Vec<Splice>,
    /// Sheet and cell before.
    pub before: (usize, Place),
    /// And after.
    pub after: (usize, Place),
    /// Which question is called otherwise, and how.
    pub renamed: Option<(String, String)>,
}

impl Change {
    fn of(sheet: usize, here: Place, after: Place, splices: Vec<Splice>) -> Option<Change> {
        let differs = splices.iter().any(|splice| splice.old != splice.new);
        differs.then_some(Change { splices, before: (sheet, here), after: (sheet, after), renamed: None })
    }

    /// Another text in a cell. A question's name takes its references with it. Nothing if it says that already.
    pub fn cell(document: &Document, sheet: usize, place: Place, text: &str) -> Option<Change> {
        let grid = document.sheet(sheet);
        let mut splice = cells(sheet, grid, place, &[vec![text.to_owned()]]);
        if names::is_name_cell(grid, place)
            && let Some(row) = splice.new.last_mut()
        {
            *row = names::own_row_renamed(document, sheet, place, row, text);
        }
        let mut splices = vec![splice];
        let mut renamed = None;
        if names::is_name_cell(grid, place) {
            splices.extend(names::renamed(document, sheet, place, text));
            // One that another question has, too, is no name to go by: what is told apart by it could not be taken back.
            renamed = names::from_and_to(document, sheet, place, text)
                .filter(|(_, to)| (1..grid.rows.len()).all(|row| grid.cell(row, place.column).trim() != *to));
        }
        let change = Change::of(sheet, place, place, splices)?;
        Some(Change { renamed: renamed.map(|(from, to)| (from, to.to_owned())), ..change })
    }

    /// A block of cells from a place on. A single cell fills the whole area, as spreadsheets do.
    pub fn paste(document: &Document, sheet: usize, area: Area, block: &[Vec<String>]) -> Option<Change> {
        let grid = document.sheet(sheet);
        let (down, across) = area.size();
        let filled: Vec<Vec<String>> = match block {
            [row] if row.len() == 1 => vec![vec![row[0].clone(); across]; down],
            _ => block.to_vec(),
        };
        let splice = cells(sheet, grid, area.from, &filled);
        Change::of(sheet, area.from, area.from, vec![splice])
    }

    /// What the area's first row says, in all of its rows.
    pub fn fill_down(document: &Document, sheet: usize, area: Area) -> Option<Change> {
        let grid = document.sheet(sheet);
        let first =
            (area.from.column..=area.to.column).map(|column| grid.cell(area.from.row, column).to_owned());
        let first: Vec<String> = first.collect();
        let splice = cells(sheet, grid, area.from, &vec![first; area.size().0]);
        Change::of(sheet, area.from, area.from, vec![splice])
    }

    /// Nothing in all cells of an area.
    pub fn clear(document: &Document, sheet: usize, area: Area) -> Option<Change> {
        let (down, across) = area.size();
        let splice = cells(sheet, document.sheet(sheet), area.from, &vec![vec![String::new(); across]; down]);
        Change::of(sheet, area.from, area.from, vec![splice])
    }

    /// Empty rows before a row.
    pub fn insert_rows(document: &Document, sheet: usize, at: usize, count: usize) -> Option<Change> {
        let at = at.max(1).min(document.sheet(sheet).rows.len());
        let new = vec![Row::from(Vec::new()); count];
        let here = Place { row: at, column: 0 };
        Change::of(sheet, here, here, vec![Splice { sheet, at, old: Vec::new(), new }])
    }

    /// Rows with these cells before a row: what is put in from a library.
    pub fn insert(document: &Document, sheet: usize, at: usize, rows: Vec<Row>) -> Option<Change> {
        let at = at.max(1).min(document.sheet(sheet).rows.len());
        let here = Place { row: at, column: 0 };
        Change::of(sheet, here, here, vec![Splice { sheet, at, old: Vec::new(), new: rows }])
    }

    /// Takes rows out. The titles stay.
    pub fn remove_rows(document: &Document, sheet: usize, area: Area) -> Option<Change> {
        let grid = document.sheet(sheet);
        let (from, to) = (area.from.row.max(1), area.to.row.min(grid.rows.len().saturating_sub(1)));
        if from > to {
            return None;
        }
        let old = grid.rows[from..=to].to_vec();
        let after = Place { row: from.min(grid.rows.len() - old.len()).max(1), column: area.from.column };
        Change::of(sheet, area.from, after, vec![Splice { sheet, at: from, old, new: Vec::new() }])
    }

    /// Rows past the one before them (`down` is false) or the one behind them. A group goes as a whole, and past a group as a whole.
    pub fn move_rows(document: &Document, sheet: usize, area: Area, down: bool) -> Option<Change> {
        let grid = document.sheet(sheet);
        let depths = grid.depths();
        let (from, to) = whole(grid, &depths, area.from.row.max(1), area.to.row)?;
        let (first, middle, last) = match down {
            true => {
                let (_, end) = whole(grid, &depths, to + 1, to + 1)?;
                (from, to + 1, end)
            }
            false => {
                let before = from.checked_sub(1).filter(|before| *before >= 1)?;
                let (start, _) = whole(grid, &depths, before, before)?;
                (start, from, to)
            }
        };
        // Out of a group and into one is done by hand: its rows would stand alone.
        if depths.get(first) != depths.get(middle) {
            return None;
        }
        let old = grid.rows[first..=last].to_vec();
        let mut new = old.clone();
        new.rotate_left(middle - first);
        let moved = if down { last - (to - from) } else { first };
        let after = Place { row: moved + (area.from.row - from), column: area.from.column };
        Change::of(sheet, area.from, after, vec![Splice { sheet, at: first, old, new }])
    }

    /// A group around rows.
    pub fn group(document: &Document, sheet: usize, area: Area) -> Option<Change> {
        let grid = document.sheet(sheet);
        let (kind, name) = (grid.column("type")?, grid.column("name")?);
        let depths = grid.depths();
        let (from, to) = whole(grid, &depths, area.from.row.max(1), area.to.row)?;
        let named = (1..).map(|n| format!("group_{n}")).find(|free| {
            let taken = |row: usize| grid.cell(row, name) == free;
            !(1..grid.rows.len()).any(taken)
        })?;
        let begin = with_cell(Some(&with_cell(None, kind, "begin group")), name, &named);
        let end = with_cell(None, kind, "end group");
        let old = grid.rows[from..=to].to_vec();
        let new = std::iter::once(begin).chain(old.iter().cloned()).chain([end]).collect();
        let after = Place { row: from, column: name };
        Change::of(sheet, area.from, after, vec![Splice { sheet, at: from, old, new }])
    }

    /// Another title at the end, so that there is a column of it. Nothing if there is.
    pub fn column(document: &Document, sheet: usize, title: &str) -> Option<Change> {
        let grid = document.sheet(sheet);
        if title.trim().is_empty() || grid.column(title).is_some() {
            return None;
        }
        let place = Place { row: 0, column: grid.rows.first().map_or(0, |titles| titles.len()) };
        Change::of(sheet, place, place, vec![cells(sheet, grid, place, &[vec![title.to_owned()]])])
    }

    /// Several at once, as one.
    pub fn all(changes: impl IntoIterator<Item = Change>) -> Option<Change> {
        let mut changes = changes.into_iter();
        let mut one = changes.next()?;
        for more in changes {
            one.splices.extend(more.splices);
            one.after = more.after;
        }
        Some(one)
    }
}

/// A group's first and last row where one of these rows begins or ends one; the rows as they are else. Nothing outside the sheet.
fn whole(grid: &Grid, depths: &[usize], from: usize, to: usize) -> Option<(usize, usize)> {
    let last = grid.rows.len().checked_sub(1)?;
    if from > to || to > last {
        return None;
    }
    let starts = |row: usize, word: &str| grid.of(row, "type").trim().to_lowercase().starts_with(word);
    let (mut first, mut end) = (from, to);
    for row in from..=to {
        if starts(row, "begin") {
            let closes = |other: &usize| depths[*other] == depths[row] && starts(*other, "end");
            end = end.max((row + 1..=last).find(closes).unwrap_or(last));
        }
        if starts(row, "end") {
            let opens = |other: &usize| depths[*other] == depths[row] && starts(*other, "begin");
            first = first.min((1..row).rev().find(opens).unwrap_or(1));
        }
    }
    Some((first, end))
}

/// A block of cells put over those from a place on; the sheet grows if it must.
fn cells(sheet: usize, grid: &Grid, at: Place, block: &[Vec<String>]) -> Splice {
    let old: Vec<Row> = grid.rows.iter().skip(at.row).take(block.len()).cloned().collect();
    let new = block.iter().enumerate().map(|(down, texts)| {
        let mut row = old.get(down).cloned().unwrap_or_else(|| Row::from(Vec::new()));
        for (across, text) in texts.iter().enumerate() {
            row = with_cell(Some(&row), at.column + across, text);
        }
        row
    });
    let mut new: Vec<Row> = new.collect();
    // Rows between the sheet's end and the place are there then, and empty.
    let missing = at.row.saturating_sub(grid.rows.len());
    if missing > 0 {
        new.splice(0..0, vec![Row::from(Vec::new()); missing]);
    }
    Splice { sheet, at: at.row - missing, old, new }
}
