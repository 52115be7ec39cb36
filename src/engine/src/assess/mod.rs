//! Assessment: what answers amount to, exactly, and why.
//!
//! An assessment is part of a form's definition: measures (scales, indices, bands, tables, flags, shifts, rankings) that are
//! nodes like any other. Invariant: no float where a cut-off can tip. Every score is an exact fraction until it is shown.

mod exact;
mod explanation;
mod outcome;
mod test;

pub(crate) mod evaluate;
pub(crate) mod measure;
pub(crate) mod sentences;
pub(crate) mod trace;

pub use exact::{Exact, ExactError};
pub use explanation::{Awaits, Explanation, MeasureKind, Reason, Search, Turn};
pub use outcome::{Missing, Outcome};
pub use test::{Alternative, BadTest, End, Given, Interval, Test};
