//! Conditions over a few answers that are known and others that are not: true, false, or neither.
//!
//! Says true or false only where it is sure: what it does not understand, or is not told, is unknown.

use crate::expr::program::{Expr, ExprId, Program};
use crate::expr::syntax::Operator;
use crate::view::NodeId;

/// How deep a condition is looked into.
const DEPTH: u16 = 60;
/// How many parts of one are looked at.
const PARTS: usize = 2_000;

/// What a part of a condition comes to.
#[derive(Clone, PartialEq, Debug)]
enum Said<'a> {
    Number(f64),
    Text(&'a str),
    /// A node's value: a number where it is compared with one.
    Node(&'a str),
    Truth(bool),
}

impl Said<'_> {
    fn truth(&self) -> bool {
        match self {
            Said::Number(number) => *number != 0.0 && !number.is_nan(),
            Said::Text(text) => !text.is_empty(),
            // A node that is there is true as a node-set, whatever its value.
            Said::Node(_) => true,
            Said::Truth(truth) => *truth,
        }
    }

    fn number(&self) -> f64 {
        match self {
            Said::Number(number) => *number,
            Said::Text(text) | Said::Node(text) => text.trim().parse().unwrap_or(f64::NAN),
            Said::Truth(truth) => f64::from(u8::from(*truth)),
        }
    }

    fn text(&self) -> Option<&str> {
        match self {
            Said::Text(text) | Said::Node(text) => Some(text),
            Said::Number(_) | Said::Truth(_) => None,
        }
    }
}

/// Does a condition hold where `value` gives the text of the nodes that are known? `None`: that can't be said.
pub(super) fn holds<'a>(
    program: &'a Program,
    condition: ExprId,
    value: &dyn Fn(NodeId) -> Option<&'a str>,
) -> Option<bool> {
    say(program, condition, value, DEPTH).map(|said| said.truth())
}

fn say<'a>(
    program: &'a Program,
    id: ExprId,
    value: &dyn Fn(NodeId) -> Option<&'a str>,
    depth: u16,
) -> Option<Said<'a>> {
    let depth = depth.checked_sub(1)?;
    let of = |id: ExprId| say(program, id, value, depth);
    Some(match program.expr(id) {
        Expr::Number(number) => Said::Number(*number),
        Expr::Text(text) => Said::Text(text),
        Expr::Cell { node, .. } => Said::Node(value(*node)?),
        Expr::And(a, b) | Expr::Or(a, b) => {
            let decides = matches!(program.expr(id), Expr::Or(..));
            match (of(*a).map(|said| said.truth()), of(*b).map(|said| said.truth())) {
                (Some(truth), _) | (_, Some(truth)) if truth == decides => Said::Truth(decides),
                (Some(_), Some(_)) => Said::Truth(!decides),
                _ => return None,
            }
        }
        Expr::Compare(operator, a, b) => Said::Truth(compare(*operator, &of(*a)?, &of(*b)?)),
        Expr::Arithmetic(operator, a, b) => {
            let (a, b) = (of(*a)?.number(), of(*b)?.number());
            Said::Number(match operator {
                Operator::Add => a + b,
                Operator::Subtract => a - b,
                Operator::Multiply => a * b,
                Operator::Divide => a / b,
                Operator::Modulo => a % b,
                _ => return None,
            })
        }
        Expr::Negate(inner) => Said::Number(-of(*inner)?.number()),
        Expr::Call(function, arguments) => call(function.name, arguments, &of)?,
        _ => return None,
    })
}

fn call<'a>(name: &str, arguments: &[ExprId], of: &dyn Fn(ExprId) -> Option<Said<'a>>) -> Option<Said<'a>> {
    Some(match (name, arguments) {
        ("true", []) => Said::Truth(true),
        ("false", []) => Said::Truth(false),
        ("not", [inner]) => Said::Truth(!of(*inner)?.truth()),
        ("boolean", [inner]) => Said::Truth(of(*inner)?.truth()),
        ("number", [inner]) => Said::Number(of(*inner)?.number()),
        ("if", [condition, then, otherwise]) => match of(*condition)?.truth() {
            true => of(*then)?,
            false => of(*otherwise)?,
        },
        ("selected" | "is-selected", [question, choice]) => {
            let (question, choice) = (of(*question)?, of(*choice)?);
            let (question, choice) = (question.text()?, choice.text()?.trim());
            Said::Truth(question.split_whitespace().any(|name| name == choice))
        }
        ("sum", [one]) => Said::Number(of(*one)?.number()),
        ("min" | "max", [first, rest @ ..]) => {
            let mut best = of(*first)?.number();
            for other in rest {
                let other = of(*other)?.number();
                best = if name == "min" { best.min(other) } else { best.max(other) };
            }
            Said::Number(best)
        }
        ("abs", [inner]) => Said::Number(of(*inner)?.number().abs()),
        ("floor", [inner]) => Said::Number(of(*inner)?.number().floor()),
        ("ceiling", [inner]) => Said::Number(of(*inner)?.number().ceil()),
        _ => return None,
    })
}

/// XPath 1.0 §3.4, for single nodes.
fn compare(operator: Operator, a: &Said<'_>, b: &Said<'_>) -> bool {
    let equality = matches!(operator, Operator::Equal | Operator::NotEqual);
    if equality {
        let equal = match (a, b) {
            (Said::Truth(_), _) | (_, Said::Truth(_)) => a.truth() == b.truth(),
            (Said::Number(_), _) | (_, Said::Number(_)) => a.number() == b.number(),
            _ => a.text() == b.text(),
        };
        return equal == (operator == Operator::Equal);
    }
    let (a, b) = (a.number(), b.number());
    match operator {
        Operator::Less => a < b,
        Operator::AtMost => a <= b,
        Operator::More => a > b,
        _ => a >= b,
    }
}

/// What a condition looks at.
#[derive(Clone, Default, Debug)]
pub(super) struct Looks {
    /// The single nodes, each once.
    pub nodes: Vec<NodeId>,
    /// The numbers that are written in it.
    pub numbers: Vec<f64>,
    /// It computes with them: what it asks of a number is not only on which side of those it lies.
    pub computes: bool,
    /// How many parts it has.
    pub parts: usize,
}

/// Finds what a condition looks at.
pub(super) fn looks_at(program: &Program, condition: ExprId) -> Looks {
    let mut looks = Looks::default();
    let mut pending = vec![condition];
    while let Some(id) = pending.pop() {
        looks.parts += 1;
        if looks.parts > PARTS {
            looks.computes = true;
            break;
        }
        match program.expr(id) {
            Expr::Number(number) => looks.numbers.push(*number),
            Expr::Text(text) => looks.numbers.extend(text.trim().parse::<f64>().ok()),
            Expr::Cell { node, .. } if !looks.nodes.contains(node) => looks.nodes.push(*node),
            Expr::Or(a, b) | Expr::And(a, b) => pending.extend([a, b]),
            Expr::Compare(_, a, b) => {
                let plain = |id: &ExprId| {
                    matches!(program.expr(*id), Expr::Number(_) | Expr::Text(_))
                        || matches!(program.expr(*id), Expr::Negate(inner) if matches!(program.expr(*inner), Expr::Number(_)))
                };
                looks.computes |= !plain(a) && !plain(b);
                pending.extend([a, b]);
            }
            Expr::Arithmetic(_, a, b) => {
                looks.computes = true;
                pending.extend([a, b]);
            }
            Expr::Negate(inner) => {
                match program.expr(*inner) {
                    Expr::Number(number) => looks.numbers.push(-number),
                    _ => looks.computes = true,
                }
                pending.push(*inner);
            }
            Expr::Call(function, arguments) => {
                looks.computes |=
                    !matches!(function.name, "not" | "selected" | "is-selected" | "if" | "boolean");
                pending.extend(arguments.iter());
            }
            _ => {}
        }
    }
    looks.nodes.sort_unstable();
    looks
}

/// Is it the same whatever is answered?
pub(super) fn is_constant(program: &Program, id: ExprId) -> bool {
    say(program, id, &|_| None, DEPTH).is_some()
}
