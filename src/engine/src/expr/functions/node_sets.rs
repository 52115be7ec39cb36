//! Over many nodes: sums, counts, extremes, and a node's place.
//!
//! Blank nodes are left out of sums and extremes: a member whose income is not known yet must not turn the total into NaN.

use super::logic::is_blank;
use super::{Call, Function, Operand};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(
        "sum",
        "sum(nodes) → number",
        (1, 1),
        "The sum of the nodes that are not blank; 0 if there are none.",
        ("sum(${age})", "60"),
        |call| {
            let mut total = 0.0;
            call.each(0, &mut |node| {
                let number = call.eval.node_number(node);
                if !(number.is_nan() && call.eval.node_text(node).is_empty()) {
                    total += number;
                }
            });
            Operand::Number(total)
        },
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
            call.each(0, &mut |_| count += 1.0);
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
                if !call.eval.node_text(node).is_empty() {
                    count += 1.0;
                }
            });
            Operand::Number(count)
        },
    )
    .number()
    .over(&[0]),
    Function::new(
        "min",
        "min(value, …) → number",
        (1, 255),
        "The least of all values that are not blank; NaN if there are none.",
        ("min(${age})", "10"),
        |call| extreme(call, f64::min),
    )
    .number(),
    Function::new(
        "max",
        "max(value, …) → number",
        (1, 255),
        "The greatest of all values that are not blank; NaN if there are none.",
        ("max(${age}, 25)", "30"),
        |call| extreme(call, f64::max),
    )
    .number(),
    Function::compiled(
        "position",
        "position(node?) → number",
        (0, 1),
        "The place of the repeat instance that holds the node, from 1; without a node, in a predicate, the place of what is being tried.",
        ("sum(${members}[position() > 1]/age)", "50"),
    )
    .number(),
    Function::compiled(
        "last",
        "last() → number",
        (0, 0),
        "In a predicate: how many there are.",
        ("sum(${members}[position() = last()]/age)", "30"),
    )
    .number(),
    Function::compiled(
        "indexed-repeat",
        "indexed-repeat(question, repeat, index) → nodes",
        (3, 3),
        "The question in the repeat's instance at that place.",
        ("number(indexed-repeat(${age}, ${members}, 2))", "20"),
    ),
    Function::compiled(
        "current",
        "current() → nodes",
        (0, 0),
        "The node that the expression belongs to; in predicates, where `.` is what is being tried.",
        ("count(${members}[age > current()/../size])", "3"),
    ),
    Function::compiled(
        "instance",
        "instance(list) → nodes",
        (1, 1),
        "A choice list: its items are at `/root/item`, their columns below.",
        ("string(instance('town')/root/item[name = '001']/label)", "环翠楼街道"),
    ),
];

fn extreme(call: &Call<'_, '_>, better: fn(f64, f64) -> f64) -> Operand {
    let mut found: Option<f64> = None;
    let mut wrong = false;
    for index in 0..call.len() {
        let mut take = |number: f64, blank: bool| {
            if number.is_nan() {
                wrong |= !blank;
            } else {
                found = Some(found.map_or(number, |so_far| better(so_far, number)));
            }
        };
        match call.operand(index) {
            Operand::Nodes(nodes) => {
                for node in nodes {
                    take(call.eval.node_number(node), call.eval.node_text(node).is_empty());
                }
            }
            other => take(call.eval.number_of_operand(&other), is_blank(&other)),
        }
    }
    Operand::Number(if wrong { f64::NAN } else { found.unwrap_or(f64::NAN) })
}
