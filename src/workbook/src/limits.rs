//! How much is read at most, in one place: a form is written by people, a bomb is not.

use crate::WorkbookError;

/// Of the file as it comes.
pub(crate) const FILE_BYTES: usize = 64 << 20;
/// Of one part, unpacked.
pub(crate) const PART_BYTES: usize = 64 << 20;
/// Of all parts that are read, unpacked.
pub(crate) const ALL_BYTES: usize = 192 << 20;
/// Of parts in a package, read or not.
pub(crate) const PARTS: usize = 10_000;
/// Of a sheet's text; the engine reads no longer source.
pub(crate) const SHEET_BYTES: usize = doorstep_engine::source::MAX_SOURCE_BYTES;
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
