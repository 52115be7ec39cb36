//! Conditions and choices between values.

use super::{Function, Operand};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(
        "if",
        "if(condition, then, else) → any",
        (3, 3),
        "The second argument if the condition holds, else the third. Only the one that is needed is evaluated.",
        ("if(${size} > 2, 'big', 'small')", "big"),
        |call| if call.boolean(0) { call.value(1) } else { call.value(2) },
    ),
    Function::new(
        "coalesce",
        "coalesce(value, …) → any",
        (1, 255),
        "The first value that is not blank.",
        ("coalesce(${blank}, 0)", "0"),
        |call| {
            (0..call.len())
                .map(|index| call.value(index))
                .find(|value| !is_blank(value))
                .unwrap_or_else(|| Operand::text(""))
        },
    ),
    Function::compiled(
        "once",
        "once(value) → any",
        (1, 1),
        "The value when it is first calculated; afterwards it stays, whatever changes.",
        ("once(${name})", "王秀英"),
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
        (3, 255),
        "True if at least `min` and at most `max` of the conditions hold; -1 is no limit.",
        ("checklist(1, 2, ${size} = 3, ${size} = 4)", "true"),
        |call| {
            let held = (2..call.len()).filter(|index| call.boolean(*index)).count() as f64;
            let (min, max) = (call.number(0), call.number(1));
            Operand::Boolean((min < 0.0 || held >= min) && (max < 0.0 || held <= max))
        },
    ),
];

pub(super) fn is_blank(value: &Operand) -> bool {
    match value {
        Operand::Text(text) => text.is_empty(),
        Operand::Number(number) => number.is_nan(),
        Operand::Nodes(nodes) => nodes.is_empty(),
        Operand::Boolean(_) | Operand::Date(_) => false,
    }
}
