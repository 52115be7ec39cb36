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
mod limits;
mod names;
mod package;
pub mod sheet;
mod xls;
mod xlsx;
mod zipped;

mod write;

use doorstep_engine::Bundle;

pub use attachments::{files_named, gather};
pub use error::WorkbookError;
pub use folder::{FormFolder, definition_among, holds_form, inside, places, read_folder, write_folder};
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
            match package.holds("[Content_Types].xml") {
                true => xlsx::read(&mut package)?,
                false => csv_sheets::from_files(package.csv_files()?)?,
            }
        }
        [0xD0, 0xCF, 0x11, 0xE0, ..] => xls::read(bytes)?,
        // BIFF without a container: Excel 4 and before.
        [0x09, 0x00 | 0x02 | 0x04, ..] => return Err(WorkbookError::TooOld),
        // A CSV file under another name is still read.
        _ => csv_sheets::from_one(name, bytes).map_err(|error| match is_named_excel(name) {
            true => WorkbookError::NotExcel { file: name.into() },
            false => error,
        })?,
    };
    names::bundle(name, sheets)
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
    fn a_picture_called_a_workbook_is_told_as_no_workbook() {
        for name in ["jpg.xlsx", "JPG.XLS"] {
            let error = read(name, &[0xFF, 0xD8, 0xFF, 0xE0, 0, 0x10, b'J']).unwrap_err();
            assert_eq!(error, WorkbookError::NotExcel { file: name.into() });
        }
        assert!(read("form.xls", b"type,name,label\ntext,a,A\n").is_ok());
    }
}
