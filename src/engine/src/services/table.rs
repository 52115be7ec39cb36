//! A CSV file of the catalogue: rows of cells, each with its place.
//!
//! Invariant: reading never fails; what is wrong is a diagnostic, and every cell points at the author's own characters. A title may name a
//! language, `name::zh`. Empty lines are no rows. Columns called `note` or beginning with `_` are the author's own.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::{Bundle, Composer, MAX_SOURCE_BYTES, Span, Written};

/// How many columns and how many rows a file may have.
const MAX_COLUMNS: usize = 200;
const MAX_ROWS: usize = 200_000;

/// A column that a file may have.
#[derive(Clone, Copy)]
pub(super) struct Known {
    pub name: &'static str,
    /// It may be said in several languages.
    pub translated: bool,
    /// The file needs it.
    pub needed: bool,
}

impl Known {
    pub const fn needed(name: &'static str) -> Known {
        Known { name, translated: false, needed: true }
    }

    pub const fn optional(name: &'static str) -> Known {
        Known { name, translated: false, needed: false }
    }

    /// In several languages.
    pub const fn translated(mut self) -> Known {
        self.translated = true;
        self
    }
}

/// A column's title: its name and, if it says one, its language.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Title {
    pub name: Arc<str>,
    pub language: Option<Arc<str>>,
}

/// A row that was read.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// The whole row.
    pub place: Span,
    /// What is not blank.
    pub cells: Vec<(Title, Written)>,
}

impl Row {
    /// A cell of a column that is in no language.
    pub fn cell(&self, name: &str) -> Option<&Written> {
        let is = |title: &Title| &*title.name == name && title.language.is_none();
        self.cells.iter().find(|(title, _)| is(title)).map(|(_, words)| words)
    }

    /// The names in a cell, with spaces between, each with its place.
    pub fn names(&self, name: &str) -> Vec<Written> {
        let Some(cell) = self.cell(name) else { return Vec::new() };
        let whole = &*cell.text;
        let part = |word: &str| {
            let start = word.as_ptr() as usize - whole.as_ptr() as usize;
            cell.slice(start..start + word.len())
        };
        whole.split_whitespace().map(part).collect()
    }
}

/// Reads a file of a bundle by the columns that it may have.
pub(super) fn read(bundle: &Bundle, source: u16, known: &[Known], found: &mut Diagnostics) -> Vec<Row> {
    let text = &*bundle.source(source).text;
    if text.len() > MAX_SOURCE_BYTES {
        found.push(Diagnostic::error("too-large", Span::top(source), "this file is too large"));
        return Vec::new();
    }
    let mut lines = Lines { text, source, at: if text.starts_with('\u{feff}') { 3 } else { 0 } };
    let Some(header) = lines.filled(found) else {
        let names: Vec<&str> = known.iter().filter(|known| known.needed).map(|known| known.name).collect();
        found.push(
            Diagnostic::error("bad-csv", Span::top(source), "this file is empty")
                .hint(format!("its first row names the columns: `{}`", names.join(","))),
        );
        return Vec::new();
    };
    let titles = titles(&header, known, found);
    let mut rows = Vec::new();
    while let Some(cells) = lines.filled(found) {
        if rows.len() == MAX_ROWS {
            found.push(Diagnostic::error(
                "too-large",
                span(&cells),
                format!("a file has at most {MAX_ROWS} rows"),
            ));
            break;
        }
        if cells.iter().skip(titles.len()).any(|cell| !cell.text.is_empty()) {
            found.push(
                Diagnostic::error("bad-csv", span(&cells), "this row has more cells than there are columns")
                    .hint("put a cell that holds a comma in quotes"),
            );
        }
        let place = span(&cells);
        let filled =
            titles.iter().zip(cells).filter(|(title, cell)| title.is_some() && !cell.text.is_empty());
        let cells = filled.filter_map(|(title, cell)| Some((title.clone()?, cell))).collect();
        rows.push(Row { place, cells });
    }
    rows
}

/// The titles that are read; none where a column is the author's own, or unknown.
fn titles(header: &[Written], known: &[Known], found: &mut Diagnostics) -> Vec<Option<Title>> {
    if header.len() > MAX_COLUMNS {
        let message = format!("a file has at most {MAX_COLUMNS} columns");
        found.push(Diagnostic::error("too-large", span(header), message));
    }
    let mut titles: Vec<Option<Title>> = Vec::new();
    for cell in header.iter().take(MAX_COLUMNS) {
        let (name, language) = match cell.text.split_once("::") {
            Some((name, language)) => (name.trim(), Some(language.trim().into())),
            None => (&*cell.text, None),
        };
        let title = Title { name: name.into(), language };
        let column = known.iter().find(|known| known.name == name);
        let own = name.is_empty() || name == "note" || name.starts_with('_');
        let read = column.is_some_and(|column| column.translated || title.language.is_none());
        if !read && !own {
            let message = format!("nothing reads a column `{}`", cell.text);
            let names = known.iter().map(|known| known.name);
            let mut diagnostic = Diagnostic::warning("unknown-column", cell.span, message);
            diagnostic = match column {
                Some(_) => diagnostic.hint(format!("`{name}` is in no language")),
                None => diagnostic.did_you_mean(name, names),
            };
            found.push(diagnostic);
        }
        if read && titles.iter().flatten().any(|other| *other == title) {
            let message = format!("there is a column `{}` already", cell.text);
            found.push(Diagnostic::error("duplicate-column", cell.span, message));
        }
        titles.push(read.then_some(title));
    }
    for column in known.iter().filter(|column| column.needed) {
        if !titles.iter().flatten().any(|title| &*title.name == column.name) {
            let message = format!("this file has no column `{}`", column.name);
            found.push(Diagnostic::error("missing-column", span(header), message));
        }
    }
    titles
}

/// The place of a row.
fn span(cells: &[Written]) -> Span {
    match (cells.first(), cells.last()) {
        (Some(first), Some(last)) => Span { end: last.span.end, ..first.span },
        _ => Span::top(0),
    }
}

/// What is left of a file.
struct Lines<'a> {
    text: &'a str,
    source: u16,
    at: usize,
}

impl Lines<'_> {
    /// The cells of the next row that has any.
    fn filled(&mut self, found: &mut Diagnostics) -> Option<Vec<Written>> {
        loop {
            let cells = self.next(found)?;
            if cells.iter().any(|cell| !cell.text.is_empty()) {
                return Some(cells);
            }
        }
    }

    fn next(&mut self, found: &mut Diagnostics) -> Option<Vec<Written>> {
        if self.at >= self.text.len() {
            return None;
        }
        let mut cells = Vec::new();
        loop {
            let cell = match self.text[self.at..].starts_with('"') {
                true => self.quoted(found),
                false => self.plain(),
            };
            cells.push(cell);
            let rest = &self.text[self.at..];
            match rest.chars().next() {
                Some(',') => self.at += 1,
                Some('\r') if rest[1..].starts_with('\n') => {
                    self.at += 2;
                    return Some(cells);
                }
                Some('\r' | '\n') => {
                    self.at += 1;
                    return Some(cells);
                }
                // A quote has ended, and words go on: up to the next comma they are lost.
                Some(_) => {
                    let lost = self.plain();
                    found.push(
                        Diagnostic::error("bad-csv", lost.span, "a cell ends at its closing quote")
                            .hint("write a quote within quotes twice: `\"\"`"),
                    );
                    match self.text[self.at..].starts_with(',') {
                        true => self.at += 1,
                        false => return Some(cells),
                    }
                }
                None => return Some(cells),
            }
        }
    }

    /// A cell without quotes, up to what ends it.
    fn plain(&mut self) -> Written {
        let rest = &self.text[self.at..];
        let end = rest.find([',', '\r', '\n']).unwrap_or(rest.len());
        let whole = &rest[..end];
        let words = whole.trim();
        let start = self.at + (words.as_ptr() as usize - whole.as_ptr() as usize);
        self.at += end;
        Written::plain(words, self.span(start, start + words.len()))
    }

    /// A cell in quotes; two quotes in it are one.
    fn quoted(&mut self, found: &mut Diagnostics) -> Written {
        let opening = self.at;
        let mut start = opening + 1;
        let mut pieces = Vec::new();
        loop {
            let Some(length) = self.text[start..].find('"') else {
                found.push(Diagnostic::error(
                    "bad-csv",
                    self.span(opening, opening + 1),
                    "this quote has no end",
                ));
                self.at = self.text.len();
                pieces.push((start, self.text.len()));
                break;
            };
            let end = start + length;
            let doubled = self.text[end + 1..].starts_with('"');
            pieces.push((start, end + usize::from(doubled)));
            if !doubled {
                self.at = end + 1;
                break;
            }
            start = end + 2;
        }
        let last = pieces.last().map_or(opening, |(_, end)| *end);
        let mut composer = Composer::new(self.span(opening + 1, last));
        for (start, end) in pieces {
            composer.at(&self.text[start..end], start as u32);
        }
        let whole = composer.done();
        let trimmed = whole.text.trim();
        let start = trimmed.as_ptr() as usize - whole.text.as_ptr() as usize;
        whole.slice(start..start + trimmed.len())
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span { source: self.source, start: start as u32, end: end as u32 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;

    const KNOWN: &[Known] =
        &[Known::needed("code"), Known::optional("name").translated(), Known::optional("rule")];

    fn rows(text: &str) -> (Bundle, Vec<Row>, Vec<Diagnostic>) {
        let bundle = Bundle::single(Source::new("t.csv", text));
        let mut found = Diagnostics::default();
        let rows = read(&bundle, 0, KNOWN, &mut found);
        (bundle, rows, found.into_sorted())
    }

    #[test]
    fn cells_keep_their_places_through_quotes() {
        let text = "\u{feff}code,name::zh,rule,note\r\nA1,\" 助,\"\"餐\"\" \",age >= 60,x\r\n\r\nA2,,,\n";
        let (_, rows, found) = rows(text);
        assert_eq!(found, []);
        assert_eq!(rows.len(), 2);
        assert_eq!(&*rows[0].cells[1].1.text, "助,\"餐\"");
        let words = &rows[0].cells[1].1;
        let span = words.part("助,\"".len().."助,\"餐".len());
        assert_eq!(&text[span.start as usize..span.end as usize], "餐");
        let rule = rows[0].cell("rule").unwrap();
        assert_eq!(&text[rule.span.start as usize..rule.span.end as usize], "age >= 60");
        assert!(rows[1].cell("rule").is_none() && rows[1].cell("code").is_some());
    }

    #[test]
    fn what_is_wrong_is_told_and_nothing_panics() {
        let codes = |text: &str| rows(text).2.iter().map(|found| found.code).collect::<Vec<_>>();
        assert_eq!(codes(""), ["bad-csv"]);
        assert_eq!(codes("\n\n"), ["bad-csv"]);
        assert_eq!(codes("name::zh\nx"), ["missing-column"]);
        assert_eq!(codes("code,rull,code\n"), ["unknown-column", "duplicate-column"]);
        assert_eq!(codes("code,rule::zh\n"), ["unknown-column"]);
        assert_eq!(codes("code\n\"a\"b,c\n"), ["bad-csv", "bad-csv"]);
        assert_eq!(codes("code\n\"a"), ["bad-csv"]);
        assert_eq!(codes("code\n\"\"\"a"), ["bad-csv"]);
        assert_eq!(codes("code\n\""), ["bad-csv"]);
    }
}
