//! A list as another office sends it: rows of text out of CSV or a workbook, what its columns mean, and each row checked.

mod columns;
mod rows;
mod table;

pub(super) use columns::{Columns, Field, header, key};
pub(super) use rows::{Row, Towns, Wrong, check};
pub(super) use table::{Table, bad, read};

pub(crate) use rows::Said;
#[cfg(test)]
pub(crate) use rows::day;
