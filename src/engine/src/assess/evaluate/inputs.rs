//! What measures read: answers, arithmetic over them, and other measures.

use std::sync::Arc;

use super::conditions::{Awaited, Truth};
use super::{Assessor, Said, Unsaid};
use crate::assess::measure::{Amount, Input, MeasureId};
use crate::assess::{Exact, Given, Missing, Outcome};
use crate::expr::operand::{NodeRef, Operand};
use crate::expr::program::{Expr, ExprId};
use crate::session::flag;
use crate::value::Value;
use crate::view::Key;

impl Assessor<'_> {
    /// What a measure came to, as a number.
    pub(super) fn score_of(&self, id: MeasureId) -> Said<Exact> {
        match self.came(id) {
            Outcome::NotApplicable => Err(Unsaid::NotApplicable),
            Outcome::Missing(_) => self.depends(id),
            outcome => outcome.score().ok_or(Unsaid::Missing(Missing::NoNumber)),
        }
    }

    fn depends<T>(&self, id: MeasureId) -> Said<T> {
        self.awaited.note(Awaited::Measure(id));
        Err(Unsaid::Missing(Missing::Depends))
    }

    pub(super) fn number(&self, input: &Input) -> Said<Exact> {
        match input {
            Input::Measure(id) => self.score_of(*id),
            Input::Amount(amount) => self.amount(amount),
        }
    }

    /// What an input is, if there is anything to say.
    pub fn said(&self, input: &Input) -> Option<Owned> {
        self.input(input).ok()
    }

    pub(super) fn input(&self, input: &Input) -> Said<Owned> {
        match input {
            Input::Measure(id) => match self.came(*id) {
                Outcome::NotApplicable => Err(Unsaid::NotApplicable),
                Outcome::Missing(_) => self.depends(*id),
                Outcome::Score(score) => Ok(Owned::Number(*score)),
                Outcome::Flag(up) => Ok(Owned::Number(Exact::whole((*up).into()))),
                Outcome::Code(code) => Ok(Given::of_text(code).to_owned()),
                Outcome::Order(names) => Ok(Owned::Names(names.clone())),
            },
            Input::Amount(Amount::Expr(expr)) => {
                let mut said = Err(Unsaid::NotApplicable);
                self.answers_of(*expr, &mut |answer| {
                    if said == Err(Unsaid::NotApplicable) {
                        said = answer.map(|given| given.to_owned());
                    }
                });
                said
            }
            Input::Amount(amount) => self.amount(amount).map(Owned::Number),
        }
    }

    /// A number, exactly.
    pub(super) fn amount(&self, amount: &Amount) -> Said<Exact> {
        Ok(match amount {
            Amount::Constant(number) => *number,
            Amount::Expr(expr) => {
                let mut said = Err(Unsaid::NotApplicable);
                self.answers_of(*expr, &mut |answer| {
                    if said == Err(Unsaid::NotApplicable) {
                        said = answer.and_then(number_of);
                    }
                });
                said?
            }
            Amount::Sum(nodes) => {
                let mut sum = Ok(Exact::ZERO);
                self.answers_of(*nodes, &mut |answer| match (answer, sum) {
                    (Err(Unsaid::NotApplicable), _) => {}
                    // What can't be counted is told before what is not there yet.
                    (Err(why), Err(Unsaid::Missing(Missing::Unanswered))) => sum = Err(why),
                    (_, Err(_)) => {}
                    (answer, Ok(so_far)) => {
                        sum = answer.and_then(number_of).and_then(|number| Ok(so_far.plus(number)?));
                    }
                });
                sum?
            }
            Amount::Plus(a, b) => self.amount(a)?.plus(self.amount(b)?)?,
            Amount::Minus(a, b) => self.amount(a)?.minus(self.amount(b)?)?,
            Amount::Times(a, b) => self.amount(a)?.times(self.amount(b)?)?,
            Amount::Over(a, b) => self.amount(a)?.over(self.amount(b)?)?,
            Amount::Negated(inner) => self.amount(inner)?.negated()?,
        })
    }

    pub(super) fn answers(&self, amount: &Amount, take: &mut dyn FnMut(Said<Given<'_>>)) {
        match amount {
            Amount::Expr(expr) => self.answers_of(*expr, take),
            amount => take(self.amount(amount).map(Given::Number)),
        }
    }

    /// Each value of an expression. A node that is not relevant does not concern the household; a blank one is missing.
    pub(super) fn answers_of(&self, id: ExprId, take: &mut dyn FnMut(Said<Given<'_>>)) {
        match self.eval.program.expr(id) {
            Expr::Cell { base, up, node } => {
                let scope = self.eval.scope_up(*base, *up);
                self.cell(NodeRef::Cell(scope, *node), take);
            }
            Expr::Nodes(_) | Expr::Path(_) | Expr::Union(..) => {
                self.eval.each(id, &mut |node| self.cell(node, take));
                if self.instances_open(id).is_some() {
                    take(Err(Unsaid::Missing(Missing::Depends)));
                }
            }
            _ => match self.eval.operand(id) {
                Operand::Nodes(nodes) => nodes.into_iter().for_each(|node| self.cell(node, take)),
                Operand::Number(number) if number.is_nan() => take(Err(Unsaid::Missing(Missing::Unanswered))),
                Operand::Number(number) => {
                    take(Exact::from_nearest(number).map(Given::Number).map_err(Unsaid::from))
                }
                Operand::Boolean(truth) => take(Ok(Given::Number(Exact::whole(truth.into())))),
                other => take(answered(Given::of_text(&self.eval.text_of_operand(&other)))),
            },
        }
    }

    pub(super) fn cell(&self, node: NodeRef, take: &mut dyn FnMut(Said<Given<'_>>)) {
        let NodeRef::Cell(scope, id) = node else {
            take(answered(Given::of_text(&self.eval.node_text(node))));
            return;
        };
        // A measure is read as it is, not as it is shown.
        if let Some(measure) = self.assessment.by_node.get(&id) {
            match self.input(&Input::Measure(*measure)) {
                Ok(owned) => take(Ok(owned.as_given())),
                Err(unsaid) => take(Err(unsaid)),
            }
            return;
        }
        match self.asked(scope, id) {
            Truth::Yes => {}
            Truth::No => return take(Err(Unsaid::NotApplicable)),
            // Nobody knows whether it is asked: that can't be made up for from the rest.
            Truth::Open(_) => return take(Err(Unsaid::Missing(Missing::Depends))),
        }
        let instance = self.eval.primary().instance;
        let rejected = instance.has(instance.cell(scope, id), flag::VIOLATED);
        match instance.value(scope, id) {
            Value::Blank | Value::Unread(_) => {
                self.awaited.note(Awaited::Answer(Key { scope, node: id }));
                take(Err(Unsaid::Missing(Missing::Unanswered)));
            }
            _ if rejected => {
                self.awaited.note(Awaited::Answer(Key { scope, node: id }));
                take(Err(Unsaid::Missing(Missing::Rejected)));
            }
            Value::Integer(number) => take(Ok(Given::Number(Exact::whole(*number)))),
            Value::Decimal(number) => {
                take(Exact::from_nearest(*number).map(Given::Number).map_err(Unsaid::from))
            }
            Value::Boolean(truth) => take(Ok(Given::Number(Exact::whole((*truth).into())))),
            Value::Text(text) | Value::Choice(text) => take(answered(Given::of_text(text))),
            Value::Choices(names) => take(Ok(Given::Names(names))),
            other => take(answered(Given::of_text(&other.text()))),
        }
    }
}

fn answered(given: Given<'_>) -> Said<Given<'_>> {
    match given {
        Given::Nothing => Err(Unsaid::Missing(Missing::Unanswered)),
        given => Ok(given),
    }
}

pub(super) fn number_of(given: Given<'_>) -> Said<Exact> {
    match given {
        Given::Number(number) => Ok(number),
        Given::Nothing => Err(Unsaid::Missing(Missing::Unanswered)),
        Given::Text(_) | Given::Names(_) => Err(Unsaid::Missing(Missing::NoNumber)),
    }
}

/// A value that lives by itself.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Owned {
    Number(Exact),
    Text(Arc<str>),
    Names(Arc<[Arc<str>]>),
}

impl Owned {
    pub fn as_given(&self) -> Given<'_> {
        match self {
            Owned::Number(number) => Given::Number(*number),
            Owned::Text(text) => Given::Text(text),
            Owned::Names(names) => Given::Names(names),
        }
    }

    pub(super) fn into_outcome(self) -> Outcome {
        match self {
            Owned::Number(number) => Outcome::Score(number),
            Owned::Text(code) => Outcome::Code(code),
            Owned::Names(names) => Outcome::Order(names),
        }
    }
}

impl Given<'_> {
    /// Kept for longer than the answers are looked at.
    pub(crate) fn to_owned(self) -> Owned {
        match self {
            Given::Number(number) => Owned::Number(number),
            Given::Text(text) => Owned::Text(text.into()),
            Given::Names(names) => Owned::Names(names.into()),
            Given::Nothing => Owned::Text("".into()),
        }
    }
}
