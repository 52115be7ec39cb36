//! The assessment as it was declared: for form JSON and for the sheets of an XLSForm.
pub(in crate::export) struct Assessed;
pub(in crate::export) fn measures() {}
