//! A sheet's text as rows of cells, each with its place ([`Source::sheet`] has the format).

use std::sync::Arc;

use super::columns::{self, Sheet};
use super::rows::{Cell, Column, Group, Row};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::{Bundle, Composer, MAX_SOURCE_BYTES, Span, Written};

/// How many columns a sheet may have.
const MAX_COLUMNS: usize = 2_000;
/// How many rows a sheet may have: as many as spreadsheets hold.
const MAX_ROWS: usize = 1_048_576;

/// A sheet that was read.
#[derive(Debug, Default)]
pub(crate) struct Table {
    /// By the index of the column; none for what is never read.
    pub columns: Vec<Option<Arc<Column>>>,
    /// The header row; the sheet's top if it has none.
    pub header: Option<Span>,
    /// Where each column's header stands.
    pub header_places: Vec<Span>,
    pub rows: Vec<Row>,
}

/// How cells are tidied as they are read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Tidy {
    /// Only the white space around.
    Ends,
    /// Runs of spaces are one space as well (`clean_text_values`).
    Spaces,
}

/// Reads the sheet that is `source` of a bundle.
pub(crate) fn read(bundle: &Bundle, source: u16, sheet: Sheet, tidy: Tidy, found: &mut Diagnostics) -> Table {
    let text = &*bundle.source(source).text;
    let mut table = Table::default();
    if text.len() > MAX_SOURCE_BYTES {
        let message = format!("this sheet is larger than {} MB", MAX_SOURCE_BYTES >> 20);
        found.push(Diagnostic::error("too-large", Span::top(source), message));
        return table;
    }
    let mut start = 0;
    for (index, line) in text.split('\n').enumerate() {
        let here = start;
        start += line.len() + 1;
        let line = line.strip_suffix('\r').unwrap_or(line);
        if line.trim().is_empty() {
            continue;
        }
        let place = Span { source, start: here as u32, end: (here + line.len()) as u32 };
        if index >= MAX_ROWS {
            found.push(Diagnostic::error("too-large", place, format!("a sheet has at most {MAX_ROWS} rows")));
            break;
        }
        match table.header {
            None => header(&mut table, line, place, sheet, found),
            Some(_) => {
                let row = row(&table, line, place, index + 1, tidy);
                if !row.cells.is_empty() {
                    table.rows.push(row);
                }
            }
        }
    }
    table
}

fn header(table: &mut Table, line: &str, place: Span, sheet: Sheet, found: &mut Diagnostics) {
    table.header = Some(place);
    let double = line.contains("::");
    let mut at = place.start;
    for title in line.split('\t') {
        let span = Span { source: place.source, start: at, end: at + title.len() as u32 };
        at += title.len() as u32 + 1;
        if table.columns.len() >= MAX_COLUMNS {
            let message = format!("a sheet has at most {MAX_COLUMNS} columns");
            found.push(Diagnostic::error("too-large", span, message));
            break;
        }
        let column =
            (!title.trim().is_empty()).then(|| Arc::new(columns::column(&plain(title), sheet, double)));
        table.columns.push(column);
        table.header_places.push(span);
    }
}

fn row(table: &Table, line: &str, place: Span, number: usize, tidy: Tidy) -> Row {
    let mut row = Row { place, number, cells: Vec::new() };
    let mut at = place.start;
    for (index, text) in line.split('\t').enumerate() {
        let start = at;
        at += text.len() as u32 + 1;
        let Some(Some(column)) = table.columns.get(index) else { continue };
        let words = cell(
            text,
            Span { source: place.source, start, end: start + text.len() as u32 },
            tidy,
            quotes(column),
        );
        if words.text.is_empty() {
            continue;
        }
        if column.language.is_none() && column.group == Group::Plain {
            // As pyxform has it: words without a language take the place of those that stand before them.
            row.cells.retain(|known| {
                let other = &known.column;
                other.language.is_none() || other.group != column.group || other.name != column.name
            });
        }
        row.cells.push(Cell { column: column.clone(), words });
    }
    row
}

/// Spaces as spreadsheets and word processors put them.
fn is_space(c: char) -> bool {
    c.is_whitespace() || c == '␉' || c == '␊' || c == '␍'
}

/// What runs together: the lines of a longer text stay lines.
fn is_gap(c: char) -> bool {
    matches!(c, ' ' | '\u{a0}')
}

/// What becomes of the quotes that word processors put.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Quotes {
    /// They are punctuation of what people read.
    Kept,
    /// Expressions and names know the straight ones only.
    Straight,
}

/// Words for people keep their quotes. pyxform makes them straight everywhere, which is no punctuation in Chinese.
fn quotes(column: &Column) -> Quotes {
    let words = match column.group {
        Group::Plain => {
            matches!(&*column.name, "label" | "hint" | "guidance_hint" | "title" | "note" | "item_label")
        }
        Group::Bind => {
            matches!(&*column.name, "jr:constraintMsg" | "jr:requiredMsg" | "jr:noAppErrorString")
        }
        Group::Body | Group::Instance | Group::Media | Group::Attribute | Group::If => false,
    };
    if words { Quotes::Kept } else { Quotes::Straight }
}

/// The character that a mark stands for, and quotes in their plain form where they are to be.
fn unmarked(c: char, quotes: Quotes) -> char {
    match c {
        '␉' => '\t',
        '␊' => '\n',
        '␍' => '\r',
        '‘' | '’' if quotes == Quotes::Straight => '\'',
        '“' | '”' if quotes == Quotes::Straight => '"',
        other => other,
    }
}

fn plain(text: &str) -> String {
    text.chars().map(|c| unmarked(c, Quotes::Straight)).collect()
}

/// A cell's words, tidied; their places stay those of the sheet.
fn cell(text: &str, place: Span, tidy: Tidy, quotes: Quotes) -> Written {
    let trimmed = text.trim_matches(is_space);
    let start = place.start + (trimmed.as_ptr() as usize - text.as_ptr() as usize) as u32;
    let span = Span { source: place.source, start, end: start + trimmed.len() as u32 };
    let spaced = tidy == Tidy::Spaces && {
        let mut before = false;
        trimmed.chars().any(|c| {
            let space = is_gap(c);
            let odd = space && (before || c != ' ');
            before = space;
            odd
        })
    };
    if !spaced && trimmed.chars().all(|c| unmarked(c, quotes) == c) {
        return Written::plain(trimmed, span);
    }
    let mut composer = Composer::new(span);
    let mut space_before = false;
    for (at, c) in trimmed.char_indices() {
        let byte = span.start + at as u32;
        let space = tidy == Tidy::Spaces && is_gap(c);
        match space {
            true if space_before => {}
            true => composer.at(" ", byte),
            false => composer.at(unmarked(c, quotes).encode_utf8(&mut [0; 4]), byte),
        }
        space_before = space;
    }
    composer.done()
}

impl Table {
    /// Is there such a column?
    pub fn has(&self, group: Group, name: &str) -> bool {
        self.columns.iter().flatten().any(|column| column.group == group && *column.name == *name)
    }

    /// Where a column's header stands.
    pub fn header_place(&self, index: usize) -> Span {
        self.header_places.get(index).copied().or(self.header).unwrap_or(Span::top(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;

    #[test]
    fn cells_keep_their_places_through_marks_and_spaces() {
        let text = "type\tname\tlabel::zh\trelevant\n\ntext\ta\t  一   二“x”\u{240A}三  \t${b} = ‘是’\n";
        let bundle = Bundle::single(Source::new("f.xlsx#survey", text));
        let mut found = Diagnostics::default();
        let table = read(&bundle, 0, Sheet::Survey, Tidy::Spaces, &mut found);
        assert_eq!(table.rows.len(), 1);
        let row = &table.rows[0];
        assert_eq!(row.number, 3);
        let label = row.texts(Group::Plain, "label");
        let words = label.of(Some("zh")).unwrap();
        assert_eq!(&*words.text, "一 二“x”\n三");
        let relevant = row.cell(Group::Bind, "relevant").unwrap();
        assert_eq!(&*relevant.words.text, "${b} = '是'");
        let at = words.text.find('x').unwrap();
        let span = words.part(at..at + 1);
        assert_eq!(&text[span.start as usize..span.end as usize], "x");
    }
}
