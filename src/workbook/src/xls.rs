//! Excel 97 workbooks.

use crate::WorkbookError;
use crate::sheet::Sheet;

pub(crate) fn read(_bytes: &[u8]) -> Result<Vec<Sheet>, WorkbookError> {
    Err(WorkbookError::TooOld)
}
