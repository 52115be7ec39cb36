//! Makes what nobody would write: forms, expressions and answers, from the bytes that a fuzzer gives.
//!
//! The same bytes make the same input on every machine, so that what was found once is found again.

pub mod assessments;
pub mod dice;
pub mod expressions;
pub mod filling;
pub mod sheets;
pub mod xforms;
