//! A choice list in a CSV file: `name`, `label` or `label::zh`, and any further columns for filters.

use std::sync::Arc;

use crate::definition::{ChoiceDefinition, ListDefinition, MAX_COLUMNS, Written, WrittenText};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::{Bundle, MAX_SOURCE_BYTES, Span};

/// Reads `bundle.files[source - 1]` as the list `name`.
pub(crate) fn read(name: Written, bundle: &Bundle, source: u16, found: &mut Diagnostics) -> ListDefinition {
    let mut list = ListDefinition { name, columns: Vec::new(), choices: Vec::new() };
    let text = &bundle.source(source).text;
    if text.len() > MAX_SOURCE_BYTES {
        found.push(Diagnostic::error("too-large", Span::top(source), "this list is too large"));
        return list;
    }
    let text = text.strip_prefix('\u{feff}').map_or(&**text, |rest| rest);
    let offset = bundle.source(source).text.len() - text.len();
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut record = csv::StringRecord::new();
    let mut header: Option<Vec<Column>> = None;
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
            None => header = Some(columns(&record, &mut list, line, found)),
            Some(columns) => choice(&record, columns, &mut list, line, found),
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

enum Column {
    Name,
    Label(Option<Arc<str>>),
    Further(usize),
}

fn columns(
    record: &csv::StringRecord,
    list: &mut ListDefinition,
    line: Span,
    found: &mut Diagnostics,
) -> Vec<Column> {
    let columns: Vec<Column> = record
        .iter()
        .map(str::trim)
        .map(|title| match title.split_once("::") {
            _ if title == "name" => Column::Name,
            _ if title == "label" => Column::Label(None),
            Some(("label", language)) => Column::Label(Some(language.trim().into())),
            _ => {
                list.columns.push(title.into());
                Column::Further(list.columns.len() - 1)
            }
        })
        .collect();
    if list.columns.len() > MAX_COLUMNS {
        found.push(Diagnostic::error(
            "too-large",
            line,
            format!("a list has at most {MAX_COLUMNS} further columns"),
        ));
    }
    if !columns.iter().any(|column| matches!(column, Column::Name)) {
        found.push(
            Diagnostic::error("bad-csv", line, "this list has no column `name`")
                .hint("its first row names the columns: `name,label::zh,label::en`"),
        );
    }
    columns
}

fn choice(
    record: &csv::StringRecord,
    columns: &[Column],
    list: &mut ListDefinition,
    line: Span,
    found: &mut Diagnostics,
) {
    if record.len() > columns.len() {
        found.push(
            Diagnostic::warning("bad-csv", line, "this row has more cells than there are columns")
                .hint("put a cell that holds a comma in quotes"),
        );
    }
    let mut name = None;
    let mut label = WrittenText::default();
    let mut cells = vec![None; list.columns.len()];
    for (cell, column) in record.iter().map(str::trim).zip(columns) {
        match column {
            _ if cell.is_empty() => {}
            Column::Name => name = Some(Written::plain(cell, line)),
            Column::Label(language) => label.by_language.push((language.clone(), Written::plain(cell, line))),
            Column::Further(index) => cells[*index] = Some(cell.into()),
        }
    }
    match name {
        Some(name) => list.choices.push(ChoiceDefinition { name, label, cells }),
        None => found.push(Diagnostic::error("missing-name", line, "this choice has no `name`")),
    }
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
    fn a_list_with_a_broken_row_keeps_the_others() {
        let bundle = Bundle {
            main: Source::new("form.json", ""),
            files: vec![Source::new(
                "t.csv",
                "\u{feff}name,label::zh,county\n001,\"环翠,楼\",371002\n,缺名,371002\n\n002,鲸园,371003\n",
            )],
        };
        let mut found = Diagnostics::default();
        let list = read(Written::plain("town", Span::top(0)), &bundle, 1, &mut found);
        assert_eq!(list.choices.len(), 2);
        assert_eq!(&*list.choices[0].label.by_language[0].1.text, "环翠,楼");
        assert_eq!(list.choices[1].cells[0].as_deref(), Some("371003"));
        let found = found.into_sorted();
        assert_eq!(found.len(), 1);
        assert_eq!(bundle.position(found[0].span).line, 3);
    }
}
