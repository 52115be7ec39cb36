//! Rows and their columns: what a sheet is before it is text.

use crate::source::{Source, Span};

/// A row: its cells by their columns' titles.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Row {
    pub cells: Vec<(String, String)>,
    pub span: Span,
}

impl Row {
    pub fn new(span: Span) -> Row {
        Row { cells: Vec::new(), span }
    }

    /// Sets a cell; an empty one is none.
    pub fn set(&mut self, column: impl Into<String>, text: impl Into<String>) {
        let (column, text) = (column.into(), text.into());
        if text.is_empty() {
            return;
        }
        match self.cells.iter_mut().find(|(known, _)| *known == column) {
            Some((_, known)) => *known = text,
            None => self.cells.push((column, text)),
        }
    }

    pub fn with(mut self, column: &str, text: impl Into<String>) -> Row {
        self.set(column, text);
        self
    }

    pub fn get(&self, column: &str) -> Option<&str> {
        self.cells.iter().find(|(known, _)| known == column).map(|(_, text)| text.as_str())
    }
}

/// The columns of XLSForm in the order that its template has them; what is none of them comes after, in the order of its first use.
const ORDER: &[&str] = &[
    "list_name",
    "type",
    "name",
    "label",
    "hint",
    "guidance_hint",
    "media::image",
    "media::big-image",
    "media::audio",
    "media::video",
    "default",
    "required",
    "required_message",
    "relevant",
    "constraint",
    "constraint_message",
    "readonly",
    "calculation",
    "trigger",
    "appearance",
    "parameters",
    "choice_filter",
    "repeat_count",
    "save_to",
    "form_title",
    "form_id",
    "version",
];

fn rank(column: &str) -> usize {
    let of =
        |base: &str| column.strip_prefix(base).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"));
    ORDER.iter().position(|base| of(base)).unwrap_or(ORDER.len())
}

/// A sheet's text: see `doorstep-workbook`'s description of it.
pub(super) fn source(file: &str, sheet: &str, rows: &[Row]) -> Source {
    let mut columns: Vec<&str> = Vec::new();
    for (column, _) in rows.iter().flat_map(|row| &row.cells) {
        if !columns.contains(&column.as_str()) {
            columns.push(column);
        }
    }
    columns.sort_by_key(|column| rank(column));
    let mut text = String::new();
    line(columns.iter().copied(), &mut text);
    for row in rows {
        line(columns.iter().map(|column| row.get(column).unwrap_or("")), &mut text);
    }
    Source::new(format!("{file}#{sheet}"), text)
}

fn line<'a>(cells: impl Iterator<Item = &'a str>, into: &mut String) {
    let start = into.len();
    for (index, cell) in cells.enumerate() {
        if index > 0 {
            into.push('\t');
        }
        into.extend(cell.chars().map(|c| match c {
            '\t' => '␉',
            '\n' => '␊',
            '\r' => '␍',
            other => other,
        }));
    }
    let used = into[start..].trim_end_matches('\t').len();
    into.truncate(start + used);
    into.push('\n');
}
