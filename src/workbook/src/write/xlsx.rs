//! A workbook as people expect one: titles bold and frozen, columns wide enough to read, everything as text.

use doorstep_engine::Bundle;
use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

use super::sheets;
use crate::limits::{COLUMNS, ROWS};
use crate::sheet::Sheet;
use crate::unwritable::CELL_UNITS;
use crate::{CellPlace, Unheld, WorkbookError};

/// Columns are this wide at least and at most, in digits.
const WIDTHS: (usize, usize) = (8, 60);

/// The workbook's bytes. The same bundle gives the same bytes.
pub fn write_xlsx(bundle: &Bundle) -> Result<Vec<u8>, WorkbookError> {
    let mut workbook = Workbook::new();
    // A workbook carries when it was made; a form's says nothing, so that the same form is the same file.
    let made =
        rust_xlsxwriter::ExcelDateTime::from_ymd(2000, 1, 1).map_err(|error| unwritable("", &error))?;
    workbook.set_properties(&rust_xlsxwriter::DocProperties::new().set_creation_datetime(&made));
    for sheet in sheets(bundle) {
        let worksheet = workbook.add_worksheet();
        let refused = |_| unheld(Unheld::SheetName { sheet: sheet.name.clone() });
        worksheet.set_name(&sheet.name).map_err(refused)?;
        fill(worksheet, &sheet)?;
    }
    workbook.save_to_buffer().map_err(|error| unwritable("", &error))
}

fn fill(worksheet: &mut Worksheet, sheet: &Sheet) -> Result<(), WorkbookError> {
    let failed = |error: XlsxError| unwritable(&sheet.name, &error);
    let bold = Format::new().set_bold();
    worksheet.set_freeze_panes(1, 0).map_err(failed)?;
    let columns = sheet.rows.iter().map(Vec::len).max().unwrap_or(0);
    for column in 0..columns {
        let texts = sheet.rows.iter().filter_map(|row| row.get(column));
        let width = texts.map(|text| shown_width(text)).max().unwrap_or(0) + 2;
        // Columns beyond the last are told of by their first cell.
        let Some(column) = u16::try_from(column).ok().filter(|column| u32::from(*column) < COLUMNS) else {
            break;
        };
        worksheet.set_column_width(column, width.clamp(WIDTHS.0, WIDTHS.1) as f64).map_err(failed)?;
    }
    for (row, cells) in sheet.rows.iter().enumerate() {
        for (column, text) in cells.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
            let cell = || CellPlace::new(&sheet.name, row, column);
            let characters = text.encode_utf16().count();
            if characters > CELL_UNITS {
                return Err(unheld(Unheld::LongCell { cell: cell(), characters }));
            }
            let (at, beside) = match (u32::try_from(row), u16::try_from(column)) {
                (Ok(at), Ok(beside)) if at < ROWS && u32::from(beside) < COLUMNS => (at, beside),
                _ => return Err(unheld(Unheld::Outside { cell: cell() })),
            };
            match plain_integer(text).filter(|_| row > 0) {
                Some(number) => worksheet.write_number(at, beside, number as f64),
                None if row == 0 => worksheet.write_string_with_format(at, beside, text, &bold),
                None => worksheet.write_string(at, beside, text),
            }
            .map_err(failed)?;
        }
    }
    Ok(())
}

/// A number that reads back as exactly this text: `007` is none, nor is one that a float can't hold.
fn plain_integer(text: &str) -> Option<i64> {
    let number: i64 = text.parse().ok()?;
    (number.to_string() == text && number.unsigned_abs() < 1 << 50).then_some(number)
}

/// How wide a text's longest line is, in digits; ideographs take two.
fn shown_width(text: &str) -> usize {
    let width = |c: char| if c >= '\u{1100}' { 2 } else { 1 };
    text.lines().map(|line| line.chars().take(WIDTHS.1).map(width).sum()).max().unwrap_or(0)
}

fn unheld(why: Unheld) -> WorkbookError {
    WorkbookError::Unwritable { why }
}

fn unwritable(sheet: &str, error: &XlsxError) -> WorkbookError {
    let reason = if sheet.is_empty() { error.to_string() } else { format!("`{sheet}`: {error}") };
    unheld(Unheld::Other { reason })
}
