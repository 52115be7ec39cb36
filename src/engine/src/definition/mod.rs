//! A form as its author wrote it: *survey, choices, settings*, every part with its place.
//!
//! May be wrong; reading never fails, it collects diagnostics.

pub(crate) use crate::source::Written;

pub(crate) mod columns;
pub(crate) mod default_kind;
mod files;
mod json;
mod json_rows;
mod loops;
pub(crate) mod lower;
pub(crate) mod nest;
pub(crate) mod parameters;
pub(crate) mod question_types;
pub(crate) mod references;
pub(crate) mod row_types;
pub(crate) mod rows;
pub(crate) mod sheets;
pub(crate) mod spell_out;
pub(crate) mod table;
mod xform;

pub(crate) use xform::read_xform as read;
