//! Nodes, values and operands as numbers and texts (XPath 1.0 §4).

use std::sync::Arc;

use super::Eval;
use crate::expr::operand::{NodeRef, Operand, number_of};
use crate::moment;
use crate::value::{Value, number_text};

impl Eval<'_> {
    /// The text of a node.
    pub fn node_text(&self, node: NodeRef) -> Arc<str> {
        match node {
            NodeRef::Cell(scope, node) if self.primary().form.node(node).data_type().is_some() => {
                text_of_value(self.primary().instance.value(scope, node))
            }
            NodeRef::Text(scope, node) => text_of_value(self.primary().instance.value(scope, node)),
            NodeRef::Cell(..) => self.string_value(node).into(),
            NodeRef::Tree(tree, place) => self.tree(tree).value(place).into(),
            NodeRef::Document => self.string_value(node).into(),
        }
    }

    /// The number of a node; blank is NaN.
    pub fn node_number(&self, node: NodeRef) -> f64 {
        match node {
            NodeRef::Cell(scope, node) => self.cell_number(self.primary().instance.value(scope, node)),
            NodeRef::Tree(tree, place) => self.number_of_text(self.tree(tree).value(place)),
            other => self.number_of_text(&self.node_text(other)),
        }
    }

    /// Is there nothing but white space in a node?
    pub fn node_is_blank(&self, node: NodeRef) -> bool {
        match node {
            NodeRef::Cell(scope, node) => self.primary().instance.value(scope, node).is_blank(),
            NodeRef::Tree(tree, place) => self.tree(tree).value(place).trim().is_empty(),
            other => self.node_text(other).trim().is_empty(),
        }
    }

    /// The text with which a node is compared to texts; `None` if it compares as something else.
    pub(super) fn text_that_compares(&self, node: NodeRef) -> Option<Box<str>> {
        match node {
            NodeRef::Cell(scope, node) => match self.primary().instance.value(scope, node) {
                Value::Integer(_) | Value::Decimal(_) | Value::Date(_) => None,
                other => Some((&*text_of_value(other)).into()),
            },
            other => Some((&*self.string_value(other)).into()),
        }
    }

    /// A node-set becomes its first node's value; anything else stays.
    pub fn value_of(&self, operand: Operand) -> Operand {
        match operand {
            Operand::Nodes(nodes) => match nodes.first() {
                Some(node) => self.node_operand(*node),
                None => Operand::text(""),
            },
            other => other,
        }
    }

    pub(super) fn node_operand(&self, node: NodeRef) -> Operand {
        match node {
            NodeRef::Cell(scope, node) => {
                let value = self.primary().instance.value(scope, node);
                // A group's own cell is blank; its text is that of what it holds.
                match value.is_blank() && self.primary().form.node(node).data_type().is_none() {
                    true => Operand::Text(self.node_text(NodeRef::Cell(scope, node))),
                    false => operand_of_value(value),
                }
            }
            other => Operand::Text(self.node_text(other)),
        }
    }

    pub fn number_of_operand(&self, operand: &Operand) -> f64 {
        match operand {
            Operand::Number(number) => *number,
            Operand::Boolean(value) => f64::from(u8::from(*value)),
            Operand::Text(text) => self.number_of_text(text),
            Operand::Date(date) => self.world.zone().days(*date),
            Operand::Moment(moment) => moment.days(),
            Operand::Days { number, .. } => *number,
            Operand::Nodes(nodes) => nodes.first().map_or(f64::NAN, |node| self.node_number(*node)),
        }
    }

    pub fn text_of_operand(&self, operand: &Operand) -> Arc<str> {
        match operand {
            Operand::Number(number) => number_text(*number).into(),
            Operand::Boolean(value) => if *value { "true" } else { "false" }.into(),
            Operand::Text(text) => text.clone(),
            Operand::Date(date) => date.to_string().into(),
            Operand::Moment(moment) => moment.to_string().into(),
            Operand::Days { whole, .. } => whole.to_string().into(),
            Operand::Nodes(nodes) => nodes.first().map_or_else(|| "".into(), |node| self.node_text(*node)),
        }
    }

    pub fn cell_number(&self, value: &Value) -> f64 {
        match value {
            Value::Integer(number) => *number as f64,
            Value::Decimal(number) => *number,
            Value::Boolean(value) => f64::from(u8::from(*value)),
            Value::Date(date) => self.world.zone().days(*date),
            Value::DateTime(text) => self.world.zone().read_days(text).unwrap_or(f64::NAN),
            Value::Choice(text) => number_of(text),
            // A day that was calculated once is a text after it was put away.
            Value::Text(text) => self.number_of_text(text),
            Value::Choices(names) if names.len() == 1 => number_of(&names[0]),
            Value::Blank
            | Value::Time(_)
            | Value::Geo(_)
            | Value::Choices(_)
            | Value::Attachment(_)
            | Value::Unread(_) => f64::NAN,
        }
    }

    /// A moment, a day or a time of day as a place among its like; NaN if the text is none of them.
    pub(super) fn order_of_text(&self, text: &str) -> f64 {
        let number = self.number_of_text(text);
        match number.is_nan() {
            true => moment::order(text, self.world.utc_offset_minutes).unwrap_or(f64::NAN),
            false => number,
        }
    }
}

pub(crate) fn text_of_value(value: &Value) -> Arc<str> {
    match value {
        Value::Blank | Value::Unread(_) => "".into(),
        Value::Text(text)
        | Value::Choice(text)
        | Value::Time(text)
        | Value::DateTime(text)
        | Value::Geo(text)
        | Value::Attachment(text) => text.clone(),
        Value::Choices(names) if names.len() == 1 => names[0].clone(),
        Value::Integer(_) | Value::Decimal(_) | Value::Boolean(_) | Value::Date(_) | Value::Choices(_) => {
            value.to_text().into()
        }
    }
}

pub(crate) fn operand_of_value(value: &Value) -> Operand {
    match value {
        Value::Integer(number) => Operand::Number(*number as f64),
        Value::Decimal(number) => Operand::Number(*number),
        Value::Date(date) => Operand::Date(*date),
        // An instance holds text: `true` in it is a text, as in ODK's engines.
        other => Operand::Text(text_of_value(other)),
    }
}
