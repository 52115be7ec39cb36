//! How much is read at most, in one place: a form is written by people, a bomb is not.
//!
//! The tests make bombs of their own, and so have smaller limits.

use crate::WorkbookError;

/// Of the file as it comes.
pub(crate) const FILE_BYTES: usize = if cfg!(test) { 8 << 20 } else { 64 << 20 };
/// Of one part, unpacked.
pub(crate) const PART_BYTES: usize = if cfg!(test) { 4 << 20 } else { 64 << 20 };
/// Of all parts that are read, unpacked.
pub(crate) const ALL_BYTES: usize = 3 * PART_BYTES;
/// Of parts in a package, read or not.
pub(crate) const PARTS: usize = 10_000;
/// Of files in a form's folder.
pub(crate) const FOLDER_FILES: usize = 2_000;
/// Of sheets in a workbook.
pub(crate) const SHEETS: usize = 1_000;
/// Of relations from one part to others.
pub(crate) const RELATIONS: usize = 20_000;
/// Of a sheet's text; the engine reads no longer source.
pub(crate) const SHEET_BYTES: usize =
    if cfg!(test) { 2 << 20 } else { doorstep_engine::source::MAX_SOURCE_BYTES };
/// Of cells that hold something, in one sheet.
pub(crate) const CELLS: usize = 2_000_000;
/// Of rows, as Excel has them.
pub(crate) const ROWS: u32 = 1 << 20;
/// Of columns, as Excel has them.
pub(crate) const COLUMNS: u32 = 1 << 14;

/// Refuses a file that is too large to be looked into.
pub(crate) fn file(bytes: usize) -> Result<(), WorkbookError> {
    match bytes <= FILE_BYTES {
        true => Ok(()),
        false => Err(too_large("the file", FILE_BYTES)),
    }
}

/// Refuses a CSV file that no sheet could hold.
pub(crate) fn csv(file: &str, bytes: usize) -> Result<(), WorkbookError> {
    match bytes <= SHEET_BYTES {
        true => Ok(()),
        false => Err(too_large(file, SHEET_BYTES)),
    }
}

/// There are more than that many of them.
pub(crate) fn too_many(what: impl Into<String>, count: usize, of: &str) -> WorkbookError {
    WorkbookError::TooLarge { what: what.into(), limit: format!("{count} {of}") }
}

/// `what` is over that many bytes.
pub(crate) fn too_large(what: impl Into<String>, bytes: usize) -> WorkbookError {
    WorkbookError::TooLarge { what: what.into(), limit: format!("{} MB", bytes >> 20) }
}

/// How much text the sheets of a workbook hold together: many may share one part.
#[derive(Default)]
pub(crate) struct Sum(usize);

impl Sum {
    /// Counts a sheet in.
    pub fn add(&mut self, sheet: &crate::sheet::Sheet) -> Result<(), WorkbookError> {
        // A row and a cell cost something even where they are empty.
        self.0 += sheet.rows.iter().flat_map(|row| row.iter().map(|cell| cell.len() + 1)).sum::<usize>();
        self.0 += sheet.rows.len() + 1;
        match self.0 <= ALL_BYTES {
            true => Ok(()),
            false => Err(too_large("the workbook", ALL_BYTES)),
        }
    }
}
