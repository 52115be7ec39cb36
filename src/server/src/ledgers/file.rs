//! A ledger as a file: CSV for whatever reads it, xlsx for a desk.
//!
//! Kept here: no cell is a formula. In CSV a text that a spreadsheet would take for one gets an apostrophe before it; in xlsx it is a text by its type.

use doorstep_engine::entities::dictionary::PropertyType;
use rust_xlsxwriter::{Format, Workbook, XlsxError};

use super::table::Table;

/// CSV in UTF-8 with the mark by which spreadsheets know it.
pub(super) fn csv(table: &Table, language: &str) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer("\u{feff}".as_bytes().to_vec());
    writer.write_record(table.columns.iter().map(|column| harmless(column.label.of(language))))?;
    for row in &table.rows {
        writer.write_record(row.iter().map(|cell| harmless(cell)))?;
    }
    writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))
}

/// A text that no spreadsheet takes for a formula. A number below zero is a number.
fn harmless(text: &str) -> String {
    let begins = text
        .trim_start_matches(['\u{feff}', ' '])
        .starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let is_number = text.parse::<f64>().is_ok_and(f64::is_finite);
    if begins && !is_number { format!("'{text}") } else { text.to_owned() }
}

/// A workbook: the ledger, and what is to be known of its columns.
pub(super) fn xlsx(table: &Table, language: &str) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let bold = Format::new().set_bold();
    let sheet = workbook.add_worksheet();
    // Not by its title: a sheet's name can't have all that a title may.
    sheet.set_name(if language == "en" { "Ledger" } else { "台账" })?;
    for (place, column) in (0_u16..).zip(&table.columns) {
        sheet.write_string_with_format(0, place, column.label.of(language), &bold)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    for (line, row) in (1_u32..).zip(&table.rows) {
        for ((place, column), cell) in (0_u16..).zip(&table.columns).zip(row) {
            let number = (column.is == PropertyType::Number).then(|| cell.parse::<f64>().ok()).flatten();
            match number.filter(|number| number.is_finite()) {
                Some(number) => drop(sheet.write_number(line, place, number)?),
                None if cell.is_empty() => {}
                None => drop(sheet.write_string(line, place, cell)?),
            }
        }
    }
    let notes = workbook.add_worksheet();
    notes.set_name(if language == "en" { "Notes" } else { "说明" })?;
    notes.write_string_with_format(0, 0, table.title.of(language), &bold)?;
    for (line, (name, note)) in (1_u32..).zip(&table.notes) {
        let column = table.columns.iter().find(|column| column.name == *name);
        notes.write_string(line, 0, column.map_or("", |column| column.label.of(language)))?;
        notes.write_string(line, 1, note.of(language))?;
    }
    workbook.save_to_buffer()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for (text, written) in [
            ("=1+1", "'=1+1"),
            (" =1+1", "' =1+1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("+86 631", "'+86 631"),
            ("-cmd", "'-cmd"),
            ("\t=1", "'\t=1"),
            ("＝1", "'＝1"),
            ("-3", "-3"),
            ("王*兰", "王*兰"),
            ("", ""),
        ] {
            assert_eq!(harmless(text), written);
        }
    }
}
