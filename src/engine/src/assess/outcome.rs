//! What a measure comes to.

use std::fmt;
use std::sync::Arc;

use super::Exact;

/// What a measure comes to. Missing, not applicable and zero are three things.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// A score, exactly.
    Score(Exact),
    /// A band's, level's or table's code.
    Code(Arc<str>),
    /// A flag: is it up?
    Flag(bool),
    /// Names of measures or outcomes, in order.
    Order(Arc<[Arc<str>]>),
    /// It does not concern this household: it is left out of what is made of it.
    NotApplicable,
    /// It can't be said.
    Missing(Missing),
}

/// Why a measure can't be said.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Missing {
    /// An answer that it needs is not there.
    Unanswered,
    /// An answer that it needs breaks the rule of its question: it counts as none.
    Rejected,
    /// What it is made of can't be said.
    Depends,
    /// No band, rule or point is for what was answered.
    NoRule,
    /// Rules of a table that allows one only say different things, or two assessors do.
    Conflict,
    /// The numbers are too large, or something is divided by zero.
    NoNumber,
}

impl Outcome {
    /// The score, if it is one, or a code that is a number.
    pub fn score(&self) -> Option<Exact> {
        match self {
            Outcome::Score(score) => Some(*score),
            Outcome::Code(code) => code.parse().ok(),
            Outcome::Flag(up) => Some(if *up { Exact::ONE } else { Exact::ZERO }),
            Outcome::Order(_) | Outcome::NotApplicable | Outcome::Missing(_) => None,
        }
    }

    /// Is there nothing to say, for whatever reason?
    pub fn is_blank(&self) -> bool {
        matches!(self, Outcome::NotApplicable | Outcome::Missing(_))
    }
}

impl fmt::Display for Outcome {
    /// As a case writes it: `193/3`, `high`, `1`, `hd he`, blank.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Outcome::Score(score) => score.fmt(f),
            Outcome::Code(code) => f.write_str(code),
            Outcome::Flag(up) => f.write_str(if *up { "1" } else { "0" }),
            Outcome::Order(names) => f.write_str(&names.join(" ")),
            Outcome::NotApplicable | Outcome::Missing(_) => Ok(()),
        }
    }
}
