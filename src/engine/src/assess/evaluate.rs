//! Computes one measure from answers and other measures: a pure function, exact all the way.
//!
//! Not applicable, missing and zero are three things; so are a condition that holds, one that doesn't, and one that is not decided
//! yet ([`conditions`]).

mod asked;
mod conditions;
mod indices;
mod inputs;
mod looking;
mod rules;
mod scales;

pub(crate) use conditions::{Awaited, Awaiting};
pub(crate) use inputs::Owned;

use std::cell::Cell;

use conditions::Truth;

use super::measure::{Assessment, Input, Kind, Measure, MeasureId};
use super::trace::{Line, Told, Trace};
use super::{ExactError, Missing, Outcome};
use crate::expr::eval::Eval;
use crate::view::{NodeId, ScopeId};

/// What measures are computed over.
pub(crate) struct Assessor<'a> {
    pub assessment: &'a Assessment,
    /// At the form's root.
    pub eval: Eval<'a>,
    /// By measure.
    pub outcomes: &'a [Outcome],
    /// What was found missing, if that is wanted.
    pub awaited: Awaiting,
    /// The node that was last asked for, and whether it is sure that it is asked or not: of a repeat's instances one after the other.
    pub sure: Cell<Option<(NodeId, bool)>>,
    /// The calculated node that was last asked for, and whether all is there that any instance of it is calculated from.
    pub there: Cell<Option<(NodeId, bool)>>,
    /// In which instance the answer stands that was last given to an item.
    pub whose: Cell<ScopeId>,
}

/// A result, or why there is none.
type Said<T> = Result<T, Unsaid>;

/// Why there is no result.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Unsaid {
    NotApplicable,
    Missing(Missing),
}

impl From<ExactError> for Unsaid {
    fn from(_: ExactError) -> Unsaid {
        Unsaid::Missing(Missing::NoNumber)
    }
}

impl From<Unsaid> for Outcome {
    fn from(unsaid: Unsaid) -> Outcome {
        match unsaid {
            Unsaid::NotApplicable => Outcome::NotApplicable,
            Unsaid::Missing(why) => Outcome::Missing(why),
        }
    }
}

impl Assessor<'_> {
    /// What a measure comes to; how goes to `trace`.
    pub fn outcome(&self, id: MeasureId, trace: &mut Trace) -> Outcome {
        let measure = self.assessment.measure(id);
        let holder = self.eval.primary().form.node(measure.node).parent;
        let around = self.asked(ScopeId(0), holder);
        let own = measure.relevant.as_ref().map_or(Truth::Yes, |relevant| self.holds(relevant));
        match (around, own) {
            (Truth::No, _) | (_, Truth::No) => Outcome::NotApplicable,
            (Truth::Open(why), _) | (_, Truth::Open(why)) => Outcome::Missing(why),
            (Truth::Yes, Truth::Yes) => self.kind(measure, trace).unwrap_or_else(Outcome::from),
        }
    }

    fn kind(&self, measure: &Measure, trace: &mut Trace) -> Said<Outcome> {
        match &measure.kind {
            Kind::Scale(scale) => self.scale(scale, trace).map(Outcome::Score),
            Kind::Index(parts) => self.index(parts, trace).map(Outcome::Score),
            Kind::Band(input) => {
                let given = self.input(input)?;
                self.band(measure, &given.as_given(), trace).map(|band| Outcome::Code(band.code.clone()))
            }
            Kind::Table(table) => self.table(table, trace),
            Kind::Flag(when) => {
                let up = match self.raised(when) {
                    Truth::Open(why) => return Err(Unsaid::Missing(why)),
                    decided => decided == Truth::Yes,
                };
                trace.line(|| Line { told: Told::Condition, counts: up, ..Line::default() });
                Ok(Outcome::Flag(up))
            }
            Kind::Fact { of, test } => self.fact(of, test.as_ref()),
            Kind::Shift(shift) => self.shift(shift, trace).map(Outcome::Score),
            Kind::Ranking(parts) => self.ranking(parts, trace),
            Kind::Agreed { first, second, decided } => self.agreed(first, second, decided.as_ref(), trace),
            Kind::Decided { of, instead, reason } => {
                // A decision without a reason is none yet.
                let put = self.input(instead).and_then(|put| self.input(reason).map(|_| put));
                trace.line(|| Line { told: Told::Decision, counts: put.is_ok(), ..Line::default() });
                put.or_else(|_| self.input(of)).map(Owned::into_outcome)
            }
        }
    }

    fn agreed(
        &self,
        first: &Input,
        second: &Input,
        decided: Option<&Input>,
        trace: &mut Trace,
    ) -> Said<Outcome> {
        let (first, second) = (self.input(first)?, self.input(second)?);
        let same = first.as_given() == second.as_given();
        trace.line(|| Line { told: Told::Agreement, counts: same, ..Line::default() });
        if same {
            return Ok(first.into_outcome());
        }
        match decided.map(|decided| self.input(decided)) {
            Some(Ok(decided)) => Ok(decided.into_outcome()),
            _ => Err(Unsaid::Missing(Missing::Conflict)),
        }
    }

    /// What a measure came to.
    fn came(&self, id: MeasureId) -> &Outcome {
        &self.outcomes[usize::from(id.0)]
    }
}
