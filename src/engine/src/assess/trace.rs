//! How a measure came to its outcome, as it was computed: what an explanation is made of.
//!
//! Nothing is written down unless it was asked for: an answer pays nothing for it.

use super::evaluate::Owned;
use super::measure::MeasureId;
use super::{Exact, Outcome};
use crate::view::ScopeId;

/// What was looked at, in order.
#[derive(Debug, Default)]
pub(crate) struct Trace {
    pub wanted: bool,
    pub lines: Vec<Line>,
    /// So many of so many items were answered, and the sum was raised to all.
    pub prorated: Option<(u32, u32)>,
}

/// One thing that was looked at.
#[derive(Debug, Default)]
pub(crate) struct Line {
    pub told: Told,
    /// The answers that it is about.
    pub answers: Vec<Owned>,
    /// Of each of them: in which instance it was given, and what it counts.
    pub each: Vec<(ScopeId, Exact)>,
    /// Points, or a percentage.
    pub points: Option<Exact>,
    pub weight: Option<Exact>,
    /// Did it have a part in the outcome?
    pub counts: bool,
    /// Why it has no points.
    pub unsaid: Option<Outcome>,
}

/// What a line is about: by index in the measure.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Told {
    Item(usize),
    Part(MeasureId),
    Band(usize),
    Rule(usize),
    Reason(usize),
    #[default]
    Condition,
    Agreement,
    Decision,
}

impl Trace {
    /// One that nothing is written into.
    pub fn none() -> Trace {
        Trace::default()
    }

    /// One that is wanted.
    pub fn wanted() -> Trace {
        Trace { wanted: true, ..Trace::default() }
    }

    /// Notes a line, if it is wanted.
    pub fn line(&mut self, line: impl FnOnce() -> Line) {
        if self.wanted {
            self.lines.push(line());
        }
    }
}
