//! Which questions a value is made of: two that share one do not come together in every way.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::domain::Domains;
use crate::assess::measure::{Amount, Input, Kind, MeasureId};
use crate::expr::program::{Expr, ExprId, PlanStep};
use crate::view::NodeId;

/// The questions that something is made of; none if they are not known, or too many.
pub(super) type MadeOf = Option<Rc<BTreeSet<NodeId>>>;

/// So many are told.
const MAX_QUESTIONS: usize = 1_000;
/// How far one measure is followed through others.
const DEPTH: u32 = 40;

impl Domains<'_> {
    /// May two values, each of these questions, come together in every way?
    pub(super) fn are_independent(one: &MadeOf, other: &MadeOf) -> bool {
        match (one, other) {
            (Some(one), Some(other)) => one.is_disjoint(other),
            _ => false,
        }
    }

    /// The questions that an input is made of.
    pub(super) fn questions_under(&self, input: &Input) -> MadeOf {
        let mut made = Making { domains: self, questions: BTreeSet::new(), depth: DEPTH };
        made.input(input)?;
        Some(Rc::new(made.questions))
    }

    /// The questions that a node's value is made of.
    pub(super) fn questions_under_node(&self, node: NodeId) -> MadeOf {
        let mut made = Making { domains: self, questions: BTreeSet::new(), depth: DEPTH };
        made.node(node)?;
        Some(Rc::new(made.questions))
    }
}

struct Making<'d, 'a> {
    domains: &'d Domains<'a>,
    questions: BTreeSet<NodeId>,
    depth: u32,
}

impl Making<'_, '_> {
    fn input(&mut self, input: &Input) -> Option<()> {
        match input {
            Input::Measure(id) => self.measure(*id),
            Input::Amount(amount) => self.amount(amount),
        }
    }

    fn measure(&mut self, id: MeasureId) -> Option<()> {
        let at = usize::from(id.0);
        let known = self.domains.made_of.borrow()[at].clone();
        let made = match known {
            Some(known) => known,
            None => {
                let depth = self.depth.checked_sub(1)?;
                // What reads itself is told elsewhere.
                self.domains.made_of.borrow_mut()[at] = Some(None);
                let mut inner = Making { domains: self.domains, questions: BTreeSet::new(), depth };
                let made = inner.inside(id).map(|()| Rc::new(inner.questions));
                self.domains.made_of.borrow_mut()[at] = Some(made.clone());
                made
            }
        };
        self.questions.extend(made?.iter());
        (self.questions.len() <= MAX_QUESTIONS).then_some(())
    }

    fn inside(&mut self, id: MeasureId) -> Option<()> {
        let measure = self.domains.assessment.measure(id);
        measure
            .bands
            .iter()
            .filter_map(|band| band.when.as_ref())
            .try_for_each(|when| self.expr(when.expr))?;
        match &measure.kind {
            Kind::Scale(scale) => scale.items.iter().try_for_each(|item| {
                item.relevant.iter().try_for_each(|when| self.expr(when.expr))?;
                self.amount(&item.value)
            }),
            Kind::Index(parts) | Kind::Ranking(parts) => {
                parts.iter().try_for_each(|part| self.measure(part.measure))
            }
            Kind::Band(of) | Kind::Fact { of, .. } => self.input(of),
            Kind::Table(table) => {
                table.inputs.iter().try_for_each(|(_, input)| self.input(input))?;
                table
                    .rules
                    .iter()
                    .filter_map(|rule| rule.when.as_ref())
                    .try_for_each(|when| self.expr(when.expr))
            }
            Kind::Flag(when) => self.expr(when.expr),
            Kind::Shift(shift) => {
                shift.rules.iter().try_for_each(|rule| self.expr(rule.when.expr))?;
                self.input(&shift.of)
            }
            Kind::Agreed { first, second, decided } => {
                self.input(first)?;
                self.input(second)?;
                decided.iter().try_for_each(|decided| self.input(decided))
            }
            Kind::Decided { of, instead, reason } => {
                [of, instead, reason].into_iter().try_for_each(|input| self.input(input))
            }
        }
    }

    fn amount(&mut self, amount: &Amount) -> Option<()> {
        match amount {
            Amount::Constant(_) => Some(()),
            Amount::Expr(id) | Amount::Sum(id) => self.expr(*id),
            Amount::Plus(a, b) | Amount::Minus(a, b) | Amount::Times(a, b) | Amount::Over(a, b) => {
                self.amount(a)?;
                self.amount(b)
            }
            Amount::Negated(inner) => self.amount(inner),
        }
    }

    fn expr(&mut self, id: ExprId) -> Option<()> {
        let mut pending = vec![id];
        let mut parts = 0;
        while let Some(id) = pending.pop() {
            parts += 1;
            if parts > MAX_QUESTIONS {
                return None;
            }
            match self.domains.program.expr(id) {
                Expr::Number(_) | Expr::Text(_) | Expr::Itext(_) => {}
                Expr::Cell { node, .. } => self.node(*node)?,
                Expr::Nodes(plan) => match self.domains.program.plan(*plan).steps.last()? {
                    PlanStep::Cell(node) => self.node(*node)?,
                    // Which of them is told by a predicate: it may look at more.
                    _ => return None,
                },
                Expr::Or(a, b)
                | Expr::And(a, b)
                | Expr::Compare(_, a, b)
                | Expr::Arithmetic(_, a, b)
                | Expr::Union(a, b) => pending.extend([a, b]),
                Expr::Negate(inner) | Expr::Matches(inner, _) | Expr::Once(inner) => pending.push(*inner),
                Expr::Call(_, arguments) => pending.extend(arguments.iter()),
                _ => return None,
            }
        }
        Some(())
    }

    fn node(&mut self, node: NodeId) -> Option<()> {
        match self.domains.assessment.by_node.get(&node) {
            Some(measure) => self.measure(*measure),
            // What it is calculated from may be anything.
            None if self.domains.facts.form.node(node).calculated => None,
            None => {
                self.questions.insert(node);
                Some(())
            }
        }
    }
}
