//! Excel 97 to 2003 workbooks ([MS-CFB], [MS-XLS] BIFF8): the values of their sheets.
//!
//! Every read asks whether the bytes are there; every chain is followed for as many steps as the file has sectors at most.

mod biff;
mod compound;
mod strings;

use crate::WorkbookError;
use crate::sheet::Sheet;

/// Reads the sheets that may be a form's, in the workbook's order; others are there with no rows.
pub(crate) fn read(bytes: &[u8]) -> Result<Vec<Sheet>, WorkbookError> {
    let file = compound::File::open(bytes).ok_or_else(|| damaged("its container can't be followed"))?;
    if file.holds("EncryptedPackage") {
        return Err(WorkbookError::Encrypted);
    }
    match file.stream("Workbook") {
        Some(stream) => biff::sheets(&stream),
        None if file.holds("Book") => Err(WorkbookError::TooOld),
        None if file.holds("Workbook") => Err(damaged("its container can't be followed")),
        None => Err(WorkbookError::Unknown),
    }
}

fn damaged(reason: &str) -> WorkbookError {
    WorkbookError::Damaged { part: "the workbook".into(), reason: reason.into() }
}

/// `N` bytes from `at` on, if they are there.
fn bytes_at<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at.checked_add(N)?)?.try_into().ok()
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes_at(bytes, at).map(u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes_at(bytes, at).map(u32::from_le_bytes)
}

fn f64_at(bytes: &[u8], at: usize) -> Option<f64> {
    bytes_at(bytes, at).map(f64::from_le_bytes)
}

#[cfg(test)]
mod tests;
