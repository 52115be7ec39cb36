//! Office Open XML spreadsheets (ECMA-376 part 1, §18): the sheets that a form has, each in one pass over its part.

mod parts;
mod sheet_data;
mod styles;
mod xml;

use crate::WorkbookError;
use crate::limits::Sum;
use crate::names::wanted;
use crate::package::Package;
use crate::sheet::Sheet;

/// What cells refer to.
pub(crate) struct Shared {
    strings: Vec<String>,
    /// By cell format: does it show dates?
    moments: Vec<bool>,
    since_1904: bool,
}

/// Reads the sheets that may be a form's, in the workbook's order; others are there with no rows.
pub(crate) fn read(package: &mut Package<'_>) -> Result<Vec<Sheet>, WorkbookError> {
    let workbook = parts::workbook(package)?;
    let shared = shared(package, &workbook)?;
    let count = workbook.sheets.len();
    let mut sheets = Vec::new();
    let mut sum = Sum::default();
    for (name, part) in workbook.sheets {
        if !wanted(&name, count) {
            sheets.push(Sheet { name, rows: Vec::new() });
            continue;
        }
        let text = text_of(package, &part)?;
        let sheet = sheet_data::sheet(&name, &part, &text, &shared)?;
        sum.add(&sheet)?;
        sheets.push(sheet);
    }
    Ok(sheets)
}

/// Reads the first sheet that holds anything, whatever it is.
pub(crate) fn table(package: &mut Package<'_>) -> Result<Sheet, WorkbookError> {
    let workbook = parts::workbook(package)?;
    let shared = shared(package, &workbook)?;
    for (name, part) in workbook.sheets {
        let text = text_of(package, &part)?;
        let sheet = sheet_data::table(&name, &part, &text, &shared)?;
        if !sheet.rows.is_empty() {
            return Ok(sheet);
        }
    }
    Ok(Sheet::default())
}

fn text_of(package: &mut Package<'_>, part: &str) -> Result<String, WorkbookError> {
    let missing = || WorkbookError::Damaged { part: part.into(), reason: "it is not there".into() };
    package.text(part)?.ok_or_else(missing)
}

fn shared(package: &mut Package<'_>, workbook: &parts::Workbook) -> Result<Shared, WorkbookError> {
    let strings = match package.text(&workbook.strings)? {
        Some(text) => sheet_data::strings(&workbook.strings, &text)?,
        None => Vec::new(),
    };
    let moments = match package.text(&workbook.styles)? {
        Some(text) => styles::moments(&workbook.styles, &text)?,
        None => Vec::new(),
    };
    Ok(Shared { strings, moments, since_1904: workbook.since_1904 })
}

#[cfg(test)]
mod tests;
