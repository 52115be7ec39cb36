//! A choice list in a CSV file: the columns of the sheet `choices`, without the list's name.

use std::sync::Arc;

use super::columns::{self, Sheet};
use super::rows::{Cell, Column, Group, List, Row};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::{Bundle, MAX_SOURCE_BYTES, Span, Written};

/// How many columns a list may have.
const MAX_COLUMNS: usize = 1_000;

/// Reads `bundle.files[source - 1]` as the list `name`.
pub(crate) fn read(name: Written, bundle: &Bundle, source: u16, found: &mut Diagnostics) -> List {
    let mut list = List { name, choices: Vec::new() };
    let text = &bundle.source(source).text;
    if text.len() > MAX_SOURCE_BYTES {
        found.push(Diagnostic::error("too-large", Span::top(source), "this list is too large"));
        return list;
    }
    let text = text.strip_prefix('\u{feff}').map_or(&**text, |rest| rest);
    let offset = bundle.source(source).text.len() - text.len();
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut record = csv::StringRecord::new();
    let mut header: Option<Vec<Arc<Column>>> = None;
    loop {
        let start = offset + reader.position().byte() as usize;
        match reader.read_record(&mut record) {
            Ok(false) => break,
            Ok(true) => {}
            Err(_) => {
                found.push(Diagnostic::error(
                    "bad-csv",
                    Span { source, start: start as u32, end: start as u32 },
                    "this row is no CSV",
                ));
                break;
            }
        }
        let line = line_span(&bundle.source(source).text, source, start);
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        match &header {
            None => header = Some(read_header(&record, line, found)),
            Some(columns) => {
                let row = choice(&record, columns, list.choices.len() + 1, line, found);
                list.choices.push(row);
            }
        }
    }
    if header.is_none() {
        found.push(
            Diagnostic::error("bad-csv", Span::top(source), "this list is empty")
                .hint("its first row names the columns: `name,label::zh,label::en`"),
        );
    }
    list
}

fn read_header(record: &csv::StringRecord, line: Span, found: &mut Diagnostics) -> Vec<Arc<Column>> {
    let columns: Vec<Arc<Column>> =
        record.iter().map(|title| Arc::new(columns::column(title.trim(), Sheet::Choices, true))).collect();
    if columns.len() > MAX_COLUMNS {
        found.push(Diagnostic::error("too-large", line, format!("a list has at most {MAX_COLUMNS} columns")));
    }
    if !columns.iter().any(|column| column.group == Group::Plain && &*column.name == "name") {
        found.push(
            Diagnostic::error("bad-csv", line, "this list has no column `name`")
                .hint("its first row names the columns: `name,label::zh,label::en`"),
        );
    }
    columns
}

fn choice(
    record: &csv::StringRecord,
    columns: &[Arc<Column>],
    number: usize,
    line: Span,
    found: &mut Diagnostics,
) -> Row {
    if record.len() > columns.len() {
        found.push(
            Diagnostic::warning("bad-csv", line, "this row has more cells than there are columns")
                .hint("put a cell that holds a comma in quotes"),
        );
    }
    let filled = record.iter().map(str::trim).zip(columns).filter(|(cell, _)| !cell.is_empty());
    let cell = |(cell, column): (&str, &Arc<Column>)| Cell {
        column: column.clone(),
        words: Written::plain(cell, line),
    };
    Row { place: line, number, cells: filled.map(cell).collect() }
}

/// The rest of the line that starts there.
fn line_span(text: &str, source: u16, start: usize) -> Span {
    let start = start.min(text.len());
    let skipped = text[start..].len() - text[start..].trim_start_matches(['\r', '\n']).len();
    let start = start + skipped;
    let end = text[start..].find(['\r', '\n']).map_or(text.len(), |at| start + at);
    Span { source, start: start as u32, end: end as u32 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;

    #[test]
    fn a_list_keeps_its_languages_columns_and_lines() {
        let bundle = Bundle {
            main: Source::new("form.json", ""),
            files: vec![Source::new(
                "t.csv",
                "\u{feff}name,label::zh,county\n001,\"环翠,楼\",371002\n,缺名,371002\n\n002,鲸园,371003\n",
            )],
        };
        let mut found = Diagnostics::default();
        let list = read(Written::plain("town", Span::top(0)), &bundle, 1, &mut found);
        assert!(found.into_sorted().is_empty());
        assert_eq!(list.choices.len(), 3);
        let label = list.choices[0].texts(Group::Plain, "label");
        assert_eq!(&*label.of(Some("zh")).unwrap().text, "环翠,楼");
        assert_eq!(&*list.choices[0].plain("county").unwrap().text, "371002");
        assert!(list.choices[1].plain("name").is_none());
        assert_eq!(bundle.position(list.choices[1].place).line, 3);
    }
}
