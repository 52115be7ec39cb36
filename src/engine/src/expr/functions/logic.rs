//! Conditions and choices between values.

use super::{Call, Function, Operand};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(
        "if",
        "if(condition, then, else) → any",
        (3, 3),
        "The second argument if the condition holds, else the third. Only the one that is needed is evaluated.",
        ("if(${size} > 2, 'big', 'small')", "big"),
        |call| if call.boolean(0) { call.operand(1) } else { call.operand(2) },
    ),
    Function::new(
        "coalesce",
        "coalesce(value, value, …) → any",
        (2, 255),
        "The first value that is not blank.",
        ("coalesce(${blank}, 0)", "0"),
        |call| {
            (0..call.len())
                .map(|index| call.value(index))
                .find(|value| !is_blank(value))
                .unwrap_or_else(|| Operand::text(""))
        },
    )
    .of_blanks(),
    Function::compiled(
        "once",
        "once(value) → any",
        (1, 1),
        "The value when it is first calculated; afterwards it stays, whatever changes.",
        ("once(${name})", "王秀英"),
        |call| match &*call.eval.node_text(call.eval.context) {
            "" => match call.value(0) {
                blank if is_blank(&blank) => Operand::text(""),
                value => value,
            },
            own => Operand::text(own),
        },
    ),
    Function::new(
        "not",
        "not(condition) → boolean",
        (1, 1),
        "True if the condition is false.",
        ("not(1 = 2)", "true"),
        |call| Operand::Boolean(!call.boolean(0)),
    ),
    Function::new("true", "true() → boolean", (0, 0), "True.", ("true()", "true"), |_| {
        Operand::Boolean(true)
    }),
    Function::new("false", "false() → boolean", (0, 0), "False.", ("false()", "false"), |_| {
        Operand::Boolean(false)
    }),
    Function::new(
        "boolean",
        "boolean(value) → boolean",
        (1, 1),
        "False for 0, NaN, empty text and an empty node-set (XPath 1.0 §4.3).",
        ("boolean('x')", "true"),
        |call| Operand::Boolean(call.boolean(0)),
    ),
    Function::new(
        "boolean-from-string",
        "boolean-from-string(text) → boolean",
        (1, 1),
        "True for `1` and `true`, false for anything else.",
        ("boolean-from-string('1')", "true"),
        |call| Operand::Boolean(matches!(&*call.text(0), "1" | "true")),
    ),
    Function::new(
        "checklist",
        "checklist(min, max, condition, …) → boolean",
        (2, 255),
        "True if at least `min` and at most `max` of the conditions hold; a node is one by itself, and holds if it is not blank. -1 is no limit.",
        ("checklist(1, 2, ${size} = 3, ${size} = 4)", "true"),
        |call| {
            let held = (2..call.len()).flat_map(|index| conditions(call, index)).filter(|held| *held).count();
            within(call, held as f64)
        },
    ),
    Function::new(
        "weighted-checklist",
        "weighted-checklist(min, max, condition, weight, …) → boolean",
        (2, 255),
        "True if the weights of the conditions that hold come to at least `min` and at most `max`; -1 is no limit. Node-sets of conditions and weights go pairwise; a weight without its condition makes it false.",
        ("weighted-checklist(3, -1, ${size} = 3, 2, ${size} > 1, 1)", "true"),
        |call| {
            if call.len() % 2 == 1 {
                return call.fail("`weighted-checklist` needs a weight after each condition");
            }
            let mut sum = 0.0;
            for index in (2..call.len()).step_by(2) {
                let conditions = conditions(call, index);
                let weights = call.values(index + 1);
                if weights.len() > conditions.len() {
                    return Operand::Boolean(false);
                }
                let held = conditions.iter().zip(&weights).filter(|(held, _)| **held);
                sum += held.map(|(_, weight)| call.eval.number_of_operand(weight)).sum::<f64>();
            }
            within(call, sum)
        },
    ),
    Function::new(
        "depend",
        "depend(value, …) → any",
        (1, 255),
        "The first value. The others are named only so that it is calculated again when they change.",
        ("depend(1, ${size})", "1"),
        |call| call.operand(0),
    ),
];

/// An argument as conditions: of a node-set each node that is not blank holds.
fn conditions(call: &Call<'_, '_>, index: usize) -> Vec<bool> {
    match call.operand(index) {
        Operand::Nodes(nodes) => {
            nodes.into_iter().map(|node| !call.eval.string_value(node).is_empty()).collect()
        }
        _ => vec![call.boolean(index)],
    }
}

/// Is a sum within the first two arguments?
fn within(call: &Call<'_, '_>, sum: f64) -> Operand {
    let (min, max) = (call.number(0), call.number(1));
    let no_limit = |limit: f64| limit == -1.0;
    Operand::Boolean((no_limit(min) || sum >= min) && (no_limit(max) || sum <= max))
}

pub(super) fn is_blank(value: &Operand) -> bool {
    match value {
        Operand::Text(text) => text.is_empty(),
        Operand::Number(number) => number.is_nan(),
        Operand::Nodes(nodes) => nodes.is_empty(),
        Operand::Boolean(_) | Operand::Date(_) | Operand::Moment(_) | Operand::Days { .. } => false,
    }
}
