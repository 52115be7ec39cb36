//! Places and areas of a sheet, and cells as spreadsheets put them on the clipboard: lines of cells with tabs between.

use super::Grid;

/// A cell of a sheet, from row 0 (the titles) and column 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Place {
    /// Down.
    pub row: usize,
    /// Across.
    pub column: usize,
}

/// A rectangle of cells, both corners within.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Area {
    /// The corner with the least row and column.
    pub from: Place,
    /// The other one.
    pub to: Place,
}

/// The most that is pasted at once.
const MOST_CELLS: usize = 200_000;

impl Area {
    /// Between two cells, in whatever order.
    pub fn between(one: Place, other: Place) -> Area {
        let from = Place { row: one.row.min(other.row), column: one.column.min(other.column) };
        let to = Place { row: one.row.max(other.row), column: one.column.max(other.column) };
        Area { from, to }
    }

    /// Is a cell in it?
    pub fn holds(&self, place: Place) -> bool {
        (self.from.row..=self.to.row).contains(&place.row)
            && (self.from.column..=self.to.column).contains(&place.column)
    }

    /// Down and across.
    pub fn size(&self) -> (usize, usize) {
        (self.to.row - self.from.row + 1, self.to.column - self.from.column + 1)
    }
}

/// The cells of an area as text for other programs: what holds a tab, a line's end or a quote is quoted, as Excel does.
pub fn to_tsv(grid: &Grid, area: Area) -> String {
    let mut text = String::new();
    for row in area.from.row..=area.to.row {
        for column in area.from.column..=area.to.column {
            if column > area.from.column {
                text.push('\t');
            }
            let cell = grid.cell(row, column);
            match cell.contains(['\t', '\n', '\r', '"']) {
                true => {
                    text.push('"');
                    text.push_str(&cell.replace('"', "\"\""));
                    text.push('"');
                }
                false => text.push_str(cell),
            }
        }
        text.push('\n');
    }
    text
}

/// Cells from the clipboard, row by row. What is more than a sheet takes is left out.
pub fn from_tsv(text: &str) -> Vec<Vec<String>> {
    let mut rows = vec![vec![String::new()]];
    let mut rest = text.chars().peekable();
    let (mut quoted, mut fresh, mut count) = (false, true, 1);
    while let Some(c) = rest.next() {
        let row = rows.last_mut().expect("there is a row from the start");
        let cell = row.last_mut().expect("and a cell in each");
        match c {
            '"' if quoted && rest.peek() == Some(&'"') => {
                rest.next();
                cell.push('"');
            }
            '"' if quoted => quoted = false,
            '"' if fresh => quoted = true,
            '\t' if !quoted => {
                row.push(String::new());
                count += 1;
            }
            '\r' if !quoted && rest.peek() == Some(&'\n') => continue,
            '\n' | '\r' if !quoted => {
                rows.push(vec![String::new()]);
                count += 1;
            }
            '\r' if rest.peek() == Some(&'\n') => {}
            other => cell.push(other),
        }
        fresh = !quoted && matches!(c, '\t' | '\n' | '\r');
        if count > MOST_CELLS {
            break;
        }
    }
    if rows.len() > 1 && rows.last().is_some_and(|last| last.iter().all(String::is_empty) && last.len() == 1)
    {
        rows.pop();
    }
    rows
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn what_a_spreadsheet_copies_comes_back_the_same() {
        let cells = [["a", "b\tc"], ["“d”", "two\nlines"], ["say \"x\"", ""]];
        let rows = cells.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect();
        let grid = Grid { name: Arc::from("survey"), rows };
        let area = Area::between(Place { row: 2, column: 1 }, Place::default());
        let text = to_tsv(&grid, area);
        assert_eq!(text, "a\t\"b\tc\"\n“d”\t\"two\nlines\"\n\"say \"\"x\"\"\"\t\n");
        assert_eq!(from_tsv(&text), cells.map(|row| row.map(str::to_owned).to_vec()).to_vec());
    }

    #[test]
    fn what_excel_for_windows_and_others_write_is_read() {
        assert_eq!(from_tsv("a\tb\r\nc\td\r\n"), [["a", "b"], ["c", "d"]]);
        assert_eq!(from_tsv("one"), [["one"]]);
        assert_eq!(from_tsv("5\" pipe\tx"), [["5\" pipe", "x"]], "a quote within a cell is only a quote");
        assert_eq!(from_tsv(""), [[""]]);
        assert_eq!(from_tsv("\"a\r\nb\"\n"), [["a\nb"]]);
    }

    #[test]
    fn an_area_knows_what_is_in_it() {
        let area = Area::between(Place { row: 3, column: 1 }, Place { row: 1, column: 2 });
        assert_eq!(area.size(), (3, 2));
        assert!(area.holds(Place { row: 2, column: 1 }) && !area.holds(Place { row: 2, column: 3 }));
    }
}
