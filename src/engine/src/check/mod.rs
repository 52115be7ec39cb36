//! What can be wrong with a definition beyond its syntax. One subject, one file.

pub(crate) mod cycle;
