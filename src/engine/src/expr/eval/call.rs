//! What a function sees of its call.

use std::borrow::Cow;
use std::sync::Arc;

use jiff::civil::{Date, DateTime};

use super::{Column, Eval};
use crate::expr::operand::{NodeRef, Operand};
use crate::expr::program::ExprId;
use crate::moment;
use crate::zone::DAY_MS;

/// A function's view of its arguments: evaluated when asked for, in the type asked for.
pub(crate) struct Call<'a, 'b> {
    pub eval: &'b Eval<'a>,
    arguments: &'b [ExprId],
}

impl<'a, 'b> Call<'a, 'b> {
    pub fn new(eval: &'b Eval<'a>, arguments: &'b [ExprId]) -> Call<'a, 'b> {
        Call { eval, arguments }
    }

    pub fn len(&self) -> usize {
        self.arguments.len()
    }

    pub fn number(&self, index: usize) -> f64 {
        self.eval.number(self.arguments[index])
    }

    pub fn text(&self, index: usize) -> Arc<str> {
        self.eval.text(self.arguments[index])
    }

    pub fn boolean(&self, index: usize) -> bool {
        self.eval.boolean(self.arguments[index])
    }

    /// The argument's value: a node-set is its first node's.
    pub fn value(&self, index: usize) -> Operand {
        self.eval.value_of(self.eval.operand(self.arguments[index]))
    }

    pub fn operand(&self, index: usize) -> Operand {
        self.eval.operand(self.arguments[index])
    }

    pub fn each(&self, index: usize, take: &mut dyn FnMut(NodeRef)) {
        self.eval.each(self.arguments[index], take);
    }

    /// The one node of each instance of a repeat, if that is what an argument means.
    pub fn column(&self, index: usize) -> Option<Column<'a>> {
        self.eval.column(self.arguments[index])
    }

    /// The node-set of an argument; that it is none is a failure.
    pub fn nodes(&self, index: usize) -> Vec<NodeRef> {
        match self.operand(index) {
            Operand::Nodes(nodes) => nodes,
            _ => {
                self.fail("nodes are needed here, and this is a single value");
                Vec::new()
            }
        }
    }

    /// What can't be evaluated.
    pub fn fail(&self, message: impl Into<String>) -> Operand {
        self.eval.fail(message)
    }

    /// The argument's text, borrowed where it lies in a tree or in the expression.
    pub fn cow(&self, index: usize) -> Cow<'a, str> {
        self.eval.cow(self.arguments[index])
    }

    /// The values of an argument: of a node-set every node's.
    pub fn values(&self, index: usize) -> Vec<Operand> {
        match self.operand(index) {
            Operand::Nodes(nodes) => {
                nodes.into_iter().map(|node| Operand::Text(self.eval.node_text(node))).collect()
            }
            other => vec![other],
        }
    }

    /// A day: from a date or a moment, or from text or a number that is one.
    pub fn date(&self, index: usize) -> Option<Date> {
        match self.value(index) {
            Operand::Date(date) => Some(date),
            Operand::Text(text) if text.len() == 10 => moment::read_date(&text),
            other => {
                self.moment_of(&other).and_then(|ms| self.eval.world.zone().civil(ms)).map(DateTime::date)
            }
        }
    }

    /// The moment of a value, in milliseconds: of a day its local midnight, of a number that many days after 1970-01-01T00:00Z.
    pub fn moment_of(&self, value: &Operand) -> Option<i64> {
        let zone = self.eval.world.zone();
        match value {
            Operand::Date(date) => Some(zone.midnight(*date)),
            Operand::Moment(moment) => Some(moment.ms),
            Operand::Number(days) | Operand::Days { number: days, .. } if days.is_finite() => {
                Some((days * DAY_MS).round() as i64)
            }
            Operand::Text(text) => zone.read(text.trim()),
            Operand::Number(_) | Operand::Days { .. } | Operand::Boolean(_) | Operand::Nodes(_) => None,
        }
    }
}
