//! Assessment: what answers amount to, exactly, and why.
//!
//! Invariant: no float where a cut-off can tip. Every score is an exact fraction until it is shown.

mod exact;

pub use exact::{Exact, ExactError};
