//! Is the person of a row known already? By ID number, and by name, birthday and address with a score that says why.
//!
//! Kept here: pure and the same each time. *Sure*, which joins without asking, takes an equal ID number and a name that is no other one, or an equal name
//! and enough beside it; whoever has another ID number is somebody else; where two households fit as surely, a person decides.

mod likeness;
mod register;

pub(crate) use likeness::{LIKELY, Person, SURE, Why};
pub(crate) use register::{Match, Register, Verdict, because};

#[cfg(test)]
mod tests;
