//! What can be wrong with a definition beyond its syntax. One subject, one file.

pub(crate) mod cycle;
pub(crate) mod lists;
pub(crate) mod rows;
pub(crate) mod settings;
