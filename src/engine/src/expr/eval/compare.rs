//! Comparisons (XPath 1.0 §3.4), with ODK's days and moments.

use super::Eval;
use crate::expr::operand::{NodeRef, Operand};
use crate::expr::program::{Expr, ExprId};
use crate::expr::syntax::Operator;
use crate::value::Value;

impl Eval<'_> {
    /// XPath 1.0 §3.4. One cell against a text or a number is the common case, and goes without copies.
    pub(super) fn compare(&self, operator: Operator, a: ExprId, b: ExprId) -> bool {
        let equality = matches!(operator, Operator::Equal | Operator::NotEqual);
        let program = self.program;
        if let Expr::Cell { base, up, node } = program.expr(a) {
            match program.expr(b) {
                Expr::Number(number) => {
                    if let Some(value) = self.own_value(*base, *up, *node) {
                        return holds(operator, self.cell_number(value), *number);
                    }
                }
                Expr::Text(text) if equality => {
                    let value = self.own_value(*base, *up, *node);
                    if let Some(same) = value.and_then(|value| text_is(value, text)) {
                        return same == (operator == Operator::Equal);
                    }
                }
                _ => {}
            }
        }
        if program.expr(a).is_number() || program.expr(b).is_number() {
            let single = |id| {
                !matches!(program.expr(id), Expr::Nodes(_) | Expr::Path(_) | Expr::Union(..) | Expr::Call(..))
            };
            if single(a) && single(b) && !(equality && (self.is_boolean(a) || self.is_boolean(b))) {
                return holds(operator, self.number(a), self.number(b));
            }
        }
        self.compare_operands(operator, self.operand(a), self.operand(b))
    }

    fn is_boolean(&self, id: ExprId) -> bool {
        if let Expr::Given(_) = self.program.expr(id) {
            return matches!(self.operand(id), Operand::Boolean(_));
        }
        matches!(self.program.expr(id), Expr::Or(..) | Expr::And(..) | Expr::Compare(..) | Expr::Matches(..))
    }

    fn compare_operands(&self, operator: Operator, a: Operand, b: Operand) -> bool {
        match (a, b) {
            (Operand::Nodes(nodes), Operand::Boolean(value)) => {
                self.compare_single(operator, &Operand::Boolean(!nodes.is_empty()), &Operand::Boolean(value))
            }
            (Operand::Boolean(value), Operand::Nodes(nodes)) => {
                self.compare_single(operator, &Operand::Boolean(value), &Operand::Boolean(!nodes.is_empty()))
            }
            (Operand::Nodes(left), Operand::Nodes(right)) => self.compare_nodes(operator, &left, &right),
            (Operand::Nodes(nodes), other) => {
                nodes.iter().any(|node| self.compare_node(operator, *node, &other))
            }
            (other, Operand::Nodes(nodes)) => {
                nodes.iter().any(|node| self.compare_node(mirrored(operator), *node, &other))
            }
            (a, b) => self.compare_single(operator, &a, &b),
        }
    }

    fn compare_nodes(&self, operator: Operator, left: &[NodeRef], right: &[NodeRef]) -> bool {
        let right: Vec<Operand> = right.iter().map(|node| self.node_operand(*node)).collect();
        left.iter().any(|node| right.iter().any(|other| self.compare_node(operator, *node, other)))
    }

    /// One node against a value that is none. A tree's text is not copied for it.
    fn compare_node(&self, operator: Operator, node: NodeRef, other: &Operand) -> bool {
        if let NodeRef::Tree(tree, place) = node {
            let value = self.tree(tree).value(place);
            match (operator, other) {
                (Operator::Equal, Operand::Text(text)) => return *value == **text,
                (Operator::NotEqual, Operand::Text(text)) => return *value != **text,
                (_, Operand::Number(number)) => return holds(operator, self.number_of_text(value), *number),
                _ => {}
            }
        }
        self.compare_single(operator, &self.node_operand(node), other)
    }

    fn compare_single(&self, operator: Operator, a: &Operand, b: &Operand) -> bool {
        let number = |operand: &Operand| match operand {
            // Moments and times are texts, but come before and after each other.
            Operand::Text(text) => self.order_of_text(text),
            other => self.number_of_operand(other),
        };
        if matches!(operator, Operator::Equal | Operator::NotEqual) {
            let same = match (a, b) {
                (Operand::Boolean(_), _) | (_, Operand::Boolean(_)) => truth(a) == truth(b),
                (Operand::Text(a), Operand::Text(b)) => a == b,
                (a, b) => self.number_of_operand(a) == self.number_of_operand(b),
            };
            return same == (operator == Operator::Equal);
        }
        holds(operator, number(a), number(b))
    }
}

fn holds(operator: Operator, a: f64, b: f64) -> bool {
    match operator {
        Operator::Equal => a == b,
        Operator::NotEqual => a != b,
        Operator::Less => a < b,
        Operator::AtMost => a <= b,
        Operator::More => a > b,
        _ => a >= b,
    }
}

/// The operator that says the same with its sides exchanged.
fn mirrored(operator: Operator) -> Operator {
    match operator {
        Operator::Less => Operator::More,
        Operator::AtMost => Operator::AtLeast,
        Operator::More => Operator::Less,
        Operator::AtLeast => Operator::AtMost,
        same => same,
    }
}

pub(crate) fn truth(operand: &Operand) -> bool {
    match operand {
        Operand::Boolean(value) => *value,
        Operand::Number(number) => *number != 0.0 && !number.is_nan(),
        Operand::Text(text) => !text.is_empty(),
        Operand::Date(_) | Operand::Moment(_) | Operand::Days { .. } => true,
        Operand::Nodes(nodes) => !nodes.is_empty(),
    }
}

/// Is the value's text this one? `None` where the value is no text: then other rules hold.
fn text_is(value: &Value, text: &str) -> Option<bool> {
    match value {
        Value::Blank | Value::Unread(_) => Some(text.is_empty()),
        Value::Text(own) | Value::Choice(own) => Some(**own == *text),
        Value::Choices(names) if names.len() == 1 => Some(*names[0] == *text),
        Value::Integer(_)
        | Value::Decimal(_)
        | Value::Boolean(_)
        | Value::Date(_)
        | Value::Time(_)
        | Value::DateTime(_)
        | Value::Geo(_)
        | Value::Choices(_)
        | Value::Attachment(_) => None,
    }
}
