//! XLSForm workbooks as bytes to and from a bundle of sheet sources.
//!
//! A sheet becomes text that people can be shown a place in: a line for each row, a tab between cells ([`sheet`]).
//! What is read comes from anywhere: every size is bounded before memory is taken for it, and nothing panics.
//! The runner never loads this crate; the designer does, as a module of its own.

mod attachments;
mod cell;
mod chinese;
mod csv_sheets;
mod error;
mod folder;
mod kind;
mod limits;
mod names;
mod package;
pub mod sheet;
mod unwritable;
mod xls;
mod xlsx;
mod zipped;

mod write;

use doorstep_engine::Bundle;

pub use attachments::{files_named, gather};
pub use error::WorkbookError;
pub use folder::{FormFolder, definition_among, holds_form, inside, places, read_folder, write_folder};
pub use kind::OtherKind;
pub use unwritable::{CellPlace, Unheld};
pub use write::{write_csv, write_xlsx};
pub use zipped::{Files, pack, unpack};

/// Reads a workbook: `.xlsx`, `.xls`, a zip of CSV files, or one CSV file.
///
/// What it is, its first bytes say; `name` is the file's, and names the sources: `form.xlsx#survey`.
pub fn read(name: &str, bytes: &[u8]) -> Result<Bundle, WorkbookError> {
    limits::file(bytes.len())?;
    let sheets = match bytes {
        [b'P', b'K', ..] => {
            let mut package = package::Package::open(bytes)?;
            let mimetype = package.part("mimetype")?;
            if let Some(kind) = OtherKind::of_package(|name| package.holds(name), mimetype.as_deref()) {
                return Err(WorkbookError::Other { kind });
            }
            match package.holds("[Content_Types].xml") {
                true => xlsx::read(&mut package)?,
                false => csv_sheets::from_files(package.csv_files()?)?,
            }
        }
        [] => return Err(WorkbookError::Empty),
        [0xD0, 0xCF, 0x11, 0xE0, ..] => xls::read(bytes)?,
        // BIFF without a container: Excel 4 and before.
        [0x09, 0x00 | 0x02 | 0x04, ..] => return Err(WorkbookError::TooOld),
        _ => {
            if let Some(kind) = OtherKind::of(bytes) {
                return Err(WorkbookError::Other { kind });
            }
            // A CSV file under another name is still read.
            let sheets = csv_sheets::from_one(name, bytes);
            match is_named_excel(name) {
                true => sheets.ok().filter(|sheets| may_be_survey(sheets)).ok_or_else(|| not_excel(name))?,
                false => sheets?,
            }
        }
    };
    names::bundle(name, sheets)
}

/// Does the first sheet have a column of types? A letter that is called a workbook has none, and no row of it is worth a complaint of its own.
fn may_be_survey(sheets: &[sheet::Sheet]) -> bool {
    let titles = sheets.first().and_then(|sheet| sheet.rows.iter().find(|row| !row.is_empty()));
    titles.is_some_and(|titles| titles.iter().any(|title| title.trim().eq_ignore_ascii_case("type")))
}

fn not_excel(name: &str) -> WorkbookError {
    WorkbookError::NotExcel { file: name.into() }
}

/// Reads the first sheet of an `.xlsx` workbook that holds anything, all of its rows as they stand; merged cells each hold what the first of them does.
///
/// # Errors
/// It is no such workbook, or holds more than a sheet may.
pub fn read_table(bytes: &[u8]) -> Result<sheet::Sheet, WorkbookError> {
    limits::file(bytes.len())?;
    match bytes {
        [b'P', b'K', ..] => xlsx::table(&mut package::Package::open(bytes)?),
        [0xD0, 0xCF, 0x11, 0xE0, ..] => Err(WorkbookError::TooOld),
        _ => Err(WorkbookError::Unknown),
    }
}

fn is_named_excel(name: &str) -> bool {
    let name = name.to_lowercase();
    [".xlsx", ".xlsm", ".xls"].iter().any(|ending| name.ends_with(ending))
}

/// Reads a folder of CSV files, each a sheet: `survey.csv`, `choices.csv`. Files of other names are left out.
pub fn read_csv_files(
    name: &str,
    files: impl IntoIterator<Item = (String, Vec<u8>)>,
) -> Result<Bundle, WorkbookError> {
    names::bundle(name, csv_sheets::from_files(files)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_called_a_workbook_and_is_none_is_told_as_what_it_is() {
        for name in ["jpg.xlsx", "JPG.XLS"] {
            let error = read(name, &[0xFF, 0xD8, 0xFF, 0xE0, 0, 0x10, b'J']).unwrap_err();
            assert_eq!(error, WorkbookError::Other { kind: OtherKind::Picture });
        }
        for text in ["Dear all, a letter.\nYours\n", "words", "{\"a\": 1}"] {
            assert_eq!(read("a.xlsx", text.as_bytes()), Err(not_excel("a.xlsx")), "{text}");
        }
        assert_eq!(read("a.xlsx", b""), Err(WorkbookError::Empty));
        assert!(read("form.xls", b"type,name,label\ntext,a,A\n").is_ok());
    }
}
