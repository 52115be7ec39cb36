//! A sheet and its text: one line for each row from row 1, cells separated by tabs, trailing empty cells dropped, but for
//! those that may hold a translation.
//!
//! Tab, newline and carriage return within a cell are written `␉ ␊ ␍`, so that line n is row n of the workbook.

use crate::WorkbookError;
use crate::limits::{CELLS, COLUMNS, ROWS, SHEET_BYTES, too_large, too_many};

/// After that many empty rows in a run, pyxform takes the sheet to be over.
const EMPTY_ROWS: usize = 60;
/// After that many empty column titles in a run, pyxform takes the sheet to be over.
const EMPTY_COLUMNS: usize = 20;

/// Cells as text.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Sheet {
    /// As the workbook names it.
    pub name: String,
    /// From row 1; the first holds the columns' titles.
    pub rows: Vec<Vec<String>>,
}

impl Sheet {
    /// The sheet as a source's text.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        let translated = self.translated();
        for row in &self.rows {
            let used = row.iter().rposition(|cell| !cell.is_empty()).map_or(0, |last| last + 1);
            let used = if used > 0 { used.max(translated) } else { used };
            for index in 0..used {
                if index > 0 {
                    text.push('\t');
                }
                text.extend(row.get(index).into_iter().flat_map(|cell| cell.chars()).map(shown));
            }
            text.push('\n');
        }
        text
    }

    /// Up to which column there may be translations: an empty cell there is a place that a diagnostic names.
    fn translated(&self) -> usize {
        let header = self.rows.iter().find(|row| row.iter().any(|cell| !cell.is_empty()));
        let last = header.and_then(|titles| titles.iter().rposition(|title| title.contains("::")));
        last.map_or(0, |last| last + 1)
    }

    /// The sheet of a source's text.
    pub fn from_text(name: &str, text: &str) -> Sheet {
        let row = |line: &str| match line {
            "" => Vec::new(),
            line => line.split('\t').map(|cell| cell.chars().map(meant).collect()).collect(),
        };
        Sheet { name: name.to_owned(), rows: text.lines().map(row).collect() }
    }
}

fn shown(c: char) -> char {
    match c {
        '\t' => '␉',
        '\n' => '␊',
        '\r' => '␍',
        other => other,
    }
}

fn meant(c: char) -> char {
    match c {
        '␉' => '\t',
        '␊' => '\n',
        '␍' => '\r',
        other => other,
    }
}

/// Cells from one row and column to another, both included, from 0.
pub(crate) type Area = ((u32, u32), (u32, u32));

/// A sheet as it is read: cells in any order, within bounds. Cells without text take no memory.
pub(crate) struct Cells {
    name: String,
    cells: Vec<(u32, u32, String)>,
    bytes: usize,
}

impl Cells {
    pub fn new(name: &str) -> Cells {
        Cells { name: name.to_owned(), cells: Vec::new(), bytes: 0 }
    }

    /// Notes the cell at a row and column from 0.
    pub fn set(&mut self, row: u32, column: u32, text: String) -> Result<(), WorkbookError> {
        if text.is_empty() || row >= ROWS || column >= COLUMNS {
            return Ok(());
        }
        self.bytes += text.len() + 1;
        if self.bytes > SHEET_BYTES {
            return Err(too_large(format!("the sheet `{}`", self.name), SHEET_BYTES));
        }
        if self.cells.len() >= CELLS {
            return Err(too_many(format!("the sheet `{}`", self.name), CELLS, "cells"));
        }
        self.cells.push((row, column, text));
        Ok(())
    }

    /// All rows as they stand, each of these areas (their corners from 0) filled with what its first cell holds, as far as there are rows and columns.
    pub fn into_table(mut self, merged: &[Area]) -> Result<Sheet, WorkbookError> {
        self.cells.sort_by_key(|(row, column, _)| (*row, *column));
        let columns = self.cells.iter().map(|(_, column, _)| column + 1).max().unwrap_or(0);
        let last_row = self.cells.last().map_or(0, |(row, ..)| *row);
        let mut rows: Vec<Vec<String>> = Vec::new();
        let mut bytes = 0;
        let mut put = |rows: &mut Vec<Vec<String>>, row: usize, column: usize, text: String| {
            if rows.len() <= row {
                rows.resize_with(row + 1, Vec::new);
            }
            let cells = &mut rows[row];
            bytes += text.len() + (column + 1).saturating_sub(cells.len());
            if cells.len() <= column {
                cells.resize_with(column + 1, String::new);
            }
            cells[column] = text;
            match bytes <= SHEET_BYTES {
                true => Ok(()),
                false => Err(too_large(format!("the sheet `{}`", self.name), SHEET_BYTES)),
            }
        };
        for (row, column, text) in self.cells {
            put(&mut rows, row as usize, column as usize, text)?;
        }
        for &((top, left), (bottom, right)) in merged {
            let first = rows.get(top as usize).and_then(|cells| cells.get(left as usize));
            let Some(first) = first.filter(|first| !first.is_empty()).cloned() else { continue };
            for row in top..=bottom.min(last_row) {
                for column in left..=right.min(columns.saturating_sub(1)) {
                    if (row, column) != (top, left) {
                        put(&mut rows, row as usize, column as usize, first.clone())?;
                    }
                }
            }
        }
        Ok(Sheet { name: self.name, rows })
    }

    /// The sheet as pyxform sees it: titled columns up to a run of untitled ones, rows up to a run of empty ones.
    pub fn into_sheet(mut self) -> Result<Sheet, WorkbookError> {
        // A cell that is written twice is what it was last.
        self.cells.sort_by_key(|(row, column, _)| (*row, *column));
        let mut columns = 0;
        for (_, column, _) in self.cells.iter().take_while(|(row, ..)| *row == 0) {
            if *column as usize > columns + EMPTY_COLUMNS {
                break;
            }
            columns = *column as usize + 1;
        }
        let mut rows: Vec<Vec<String>> = Vec::new();
        let mut bytes = 0;
        for (row, column, text) in self.cells {
            let (row, column) = (row as usize, column as usize);
            if column >= columns {
                continue;
            }
            if row > rows.len() + EMPTY_ROWS {
                break;
            }
            if rows.len() <= row {
                rows.resize_with(row + 1, Vec::new);
            }
            let cells = &mut rows[row];
            // Tabs count too: a wide sheet of few cells is still a long text.
            bytes += text.len() + (column + 1).saturating_sub(cells.len());
            if bytes > SHEET_BYTES {
                return Err(too_large(format!("the sheet `{}`", self.name), SHEET_BYTES));
            }
            if cells.len() <= column {
                cells.resize_with(column + 1, String::new);
            }
            // A title with a stray tab or newline at its end is the title.
            cells[column] = if row == 0 { text.trim().to_owned() } else { text };
        }
        Ok(Sheet { name: self.name, rows })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_row_and_comes_back() {
        let rows = vec![
            vec!["type".into(), "label".into()],
            vec![],
            vec!["note".into(), "two\nlines\tand a tab".into(), String::new()],
        ];
        let sheet = Sheet { name: "survey".into(), rows };
        let text = sheet.to_text();
        assert_eq!(text, "type\tlabel\n\nnote\ttwo␊lines␉and a tab\n");
        let again = Sheet::from_text("survey", &text);
        assert_eq!(again.rows[2], ["note", "two\nlines\tand a tab"]);
        assert_eq!(again.rows[1], [""; 0]);
    }

    #[test]
    fn what_lies_far_off_is_not_the_form() {
        let mut cells = Cells::new("survey");
        for (row, column) in [(0, 0), (0, 1), (0, 22), (0, 30), (1, 0), (61, 0), (62, 30), (200, 0), (61, 50)]
        {
            cells.set(row, column, format!("{row}.{column}")).unwrap();
        }
        let sheet = cells.into_sheet().unwrap();
        assert_eq!(sheet.rows.len(), 63);
        assert_eq!(sheet.rows[61], ["61.0"]);
        assert_eq!(sheet.rows[0].len(), 31);
    }

    #[test]
    fn merged_cells_hold_what_the_first_holds_as_far_as_there_are_rows() {
        let mut cells = Cells::new("list");
        for (row, column, text) in [
            (0, 0, "title"),
            (1, 0, "town"),
            (1, 1, "name"),
            (2, 0, "a"),
            (2, 1, "x"),
            (3, 1, "y"),
            (200, 1, "z"),
        ] {
            cells.set(row, column, text.into()).unwrap();
        }
        let all = u32::MAX - 1;
        let sheet = cells.into_table(&[((0, 0), (0, 7)), ((2, 0), (3, 0)), ((5, 0), (all, all))]).unwrap();
        assert_eq!(sheet.rows[0], ["title", "title"]);
        assert_eq!((&*sheet.rows[2].join("."), &*sheet.rows[3].join(".")), ("a.x", "a.y"));
        assert_eq!((sheet.rows.len(), &*sheet.rows[200].join(".")), (201, ".z"));
        // A merge of all that there is, again and again, has an end.
        let mut cells = Cells::new("list");
        for row in 0..2_000 {
            cells.set(row, 9, "x".into()).unwrap();
        }
        cells.set(0, 0, "much".repeat(500)).unwrap();
        assert!(matches!(cells.into_table(&[((0, 0), (all, all))]), Err(WorkbookError::TooLarge { .. })));
    }

    #[test]
    fn the_widest_sheet_is_bounded() {
        let mut cells = Cells::new("survey");
        for column in (0..COLUMNS).step_by(20) {
            cells.set(0, column, "x".into()).unwrap();
        }
        for row in 1..500 {
            cells.set(row, COLUMNS - 5, "x".into()).unwrap();
        }
        assert!(matches!(cells.into_sheet(), Err(WorkbookError::TooLarge { .. })));
    }
}
