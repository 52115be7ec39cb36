//! Computes one measure from answers and other measures: a pure function, exact all the way.
//!
//! Not applicable, missing and zero are three things; so are a condition that holds, one that doesn't, and one that is not decided
//! yet ([`conditions`]).

mod conditions;
mod indices;
mod inputs;
mod looking;
mod rules;
mod scales;

pub(crate) use conditions::{Awaited, Awaiting};
pub(crate) use inputs::Owned;

use conditions::Truth;

use super::measure::{Assessment, Input, Kind, Measure, MeasureId};
use super::trace::{Line, Told, Trace};
use super::{ExactError, Missing, Outcome};
use crate::expr::eval::Eval;
use crate::form::Form;
use crate::session::Instance;
use crate::view::{NodeId, ScopeId};

/// What measures are computed over.
pub(crate) struct Assessor<'a> {
    pub assessment: &'a Assessment,
    /// At the form's root.
    pub eval: Eval<'a>,
    /// By measure, as they were computed: [`came`] says what they come to.
    pub outcomes: &'a [Outcome],
    /// What was found missing, if that is wanted.
    pub awaited: Awaiting,
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

/// What a measure comes to, by what was computed. Where its own condition does not hold, it is not applicable or not decided yet, and was
/// computed so; within what is not relevant it is not applicable.
pub(crate) fn came<'o>(
    form: &Form,
    instance: &Instance,
    outcomes: &'o [Outcome],
    id: MeasureId,
) -> &'o Outcome {
    let measure = form.assessment.measure(id);
    let relevant = |node: NodeId| instance.relevant(ScopeId(0), node);
    match &outcomes[usize::from(id.0)] {
        outcome if relevant(measure.node) => outcome,
        open @ Outcome::Missing(_)
            if measure.relevant.is_some() && relevant(form.node(measure.node).parent) =>
        {
            open
        }
        _ => &Outcome::NotApplicable,
    }
}

impl Assessor<'_> {
    /// What a measure comes to where what holds it is relevant; how goes to `trace`.
    pub fn outcome(&self, id: MeasureId, trace: &mut Trace) -> Outcome {
        let measure = self.assessment.measure(id);
        if let Some(relevant) = &measure.relevant {
            match self.holds(relevant) {
                Truth::Yes => {}
                Truth::No => return Outcome::NotApplicable,
                Truth::Open(why) => return Outcome::Missing(why),
            }
        }
        self.kind(measure, trace).unwrap_or_else(Outcome::from)
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
        let primary = self.eval.primary();
        came(primary.form, primary.instance, self.outcomes, id)
    }
}
