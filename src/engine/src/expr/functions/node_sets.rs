//! Over many nodes: sums, counts, extremes.
//!
//! Blank nodes are left out of sums: a member whose income is not known yet must not turn the total into NaN.

use super::{Call, Function, Operand};
use crate::value::Value;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(
        "sum",
        "sum(nodes) → number",
        (1, 1),
        "The sum of the nodes that are not blank; 0 if there are none.",
        ("sum(${age})", "60"),
        sum,
    )
    .number()
    .over(&[0]),
    Function::new(
        "count",
        "count(nodes) → number",
        (1, 1),
        "How many nodes there are, blank or not.",
        ("count(${members}[age > 15])", "2"),
        |call| {
            let mut count = 0.0;
            match call.column(0) {
                Some(column) => count = column.count() as f64,
                None => call.each(0, &mut |_| count += 1.0),
            }
            Operand::Number(count)
        },
    )
    .number()
    .over(&[0]),
    Function::new(
        "count-non-empty",
        "count-non-empty(nodes) → number",
        (1, 1),
        "How many nodes have a value.",
        ("count-non-empty(${age})", "3"),
        |call| {
            let mut count = 0.0;
            call.each(0, &mut |node| {
                if !call.eval.string_value(node).is_empty() {
                    count += 1.0;
                }
            });
            Operand::Number(count)
        },
    ).of_blanks()
    .number()
    .over(&[0]),
    Function::new(
        "min",
        "min(value, …) → number",
        (1, 255),
        "The least of all values; of a node-set, of every node's. NaN if one is none or blank, and if there are none (as in ODK's tools).",
        ("min(${age})", "10"),
        |call| extreme(call, f64::min),
    )
    .number(),
    Function::new(
        "max",
        "max(value, …) → number",
        (1, 255),
        "The greatest of all values; of a node-set, of every node's. NaN if one is none or blank, and if there are none (as in ODK's tools).",
        ("max(${age}, 25)", "30"),
        |call| extreme(call, f64::max),
    )
    .number(),
];

fn sum(call: &Call<'_, '_>) -> Operand {
    let mut total = 0.0;
    let Some(column) = call.column(0) else {
        call.each(0, &mut |node| {
            let number = call.eval.node_number(node);
            if !(number.is_nan() && call.eval.node_is_blank(node)) {
                total += number;
            }
        });
        return Operand::Number(total);
    };
    column.each_value(|value| match value {
        Value::Integer(number) => total += *number as f64,
        Value::Decimal(number) => total += number,
        Value::Blank => {}
        other => total += call.eval.cell_number(other),
    });
    Operand::Number(total)
}

fn extreme(call: &Call<'_, '_>, better: fn(f64, f64) -> f64) -> Operand {
    let mut found: Option<f64> = None;
    let mut take = |number: f64| {
        found = Some(match found {
            None => number,
            // NaN stays NaN, other than in IEEE's minimum.
            Some(so_far) if so_far.is_nan() || number.is_nan() => f64::NAN,
            Some(so_far) => better(so_far, number),
        });
    };
    for index in 0..call.len() {
        match call.operand(index) {
            Operand::Nodes(nodes) => nodes.into_iter().for_each(|node| take(call.eval.node_number(node))),
            other => take(call.eval.number_of_operand(&other)),
        }
    }
    Operand::Number(found.unwrap_or(f64::NAN))
}
