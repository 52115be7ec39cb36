//! Where an expression stands: places, the current node, other documents, and the names of nodes.

use super::{Call, Function, Operand};
use crate::expr::document;
use crate::expr::operand::NodeRef;
use crate::expr::syntax::Axis;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::compiled(
        "position",
        "position(node?) → number",
        (0, 1),
        "The place of the repeat instance that holds the node, from 1; without a node, in a predicate, the place of what is being tried.",
        ("sum(${members}[position() > 1]/age)", "50"),
        |call| match call.len() {
            0 => Operand::Number(f64::from(call.eval.position)),
            _ => place_among_like(call),
        },
    )
    .number()
    .over(&[0]),
    Function::compiled(
        "last",
        "last() → number",
        (0, 0),
        "In a predicate: how many there are.",
        ("sum(${members}[position() = last()]/age)", "30"),
        |call| Operand::Number(f64::from(call.eval.size)),
    )
    .number(),
    Function::compiled(
        "current",
        "current() → nodes",
        (0, 0),
        "The node that the expression belongs to; in predicates, where `.` is what is being tried.",
        ("count(${members}[age > current()/../size])", "3"),
        |call| Operand::Nodes(vec![call.eval.current]),
    ),
    Function::compiled(
        "instance",
        "instance(id) → nodes",
        (1, 1),
        "A secondary instance, such as a choice list: its items are at `/root/item`, their columns below.",
        ("string(instance('town')/root/item[name = '001']/label)", "环翠楼街道"),
        |call| {
            Operand::Nodes(document::instance_element(call.eval, &call.cow(0)).into_iter().collect())
        },
    ),
    Function::compiled(
        "indexed-repeat",
        "indexed-repeat(question, repeat, index, …) → nodes",
        (3, 255),
        "The question in the repeat's instance at that place, counted from 1; more pairs of repeat and index lead into inner repeats, in any order.",
        ("number(indexed-repeat(${age}, ${members}, 2))", "20"),
        indexed_repeat,
    )
    .over(&[0, 1]),
    Function::new(
        "name",
        "name(nodes?) → text",
        (0, 1),
        "The name of the first node as it is written, prefix included; of the context node if no nodes are named.",
        ("name(${size})", "size"),
        |call| named(call, |call, node| call.eval.name_parts(node).0.into_owned()),
    )
    .over(&[0]),
    Function::new(
        "local-name",
        "local-name(nodes?) → text",
        (0, 1),
        "The name of the first node without its prefix.",
        ("local-name(${size})", "size"),
        |call| named(call, |call, node| call.eval.name_parts(node).1.to_owned()),
    )
    .over(&[0]),
    Function::new(
        "namespace-uri",
        "namespace-uri(nodes?) → text",
        (0, 1),
        "The namespace of the first node's name; empty if it is in none.",
        ("concat('[', namespace-uri(${size}), ']')", "[]"),
        |call| named(call, |call, node| call.eval.name_parts(node).2.to_owned()),
    )
    .over(&[0]),
];

fn named(call: &Call<'_, '_>, part: fn(&Call<'_, '_>, NodeRef) -> String) -> Operand {
    let node = match call.len() {
        0 => Some(call.eval.context),
        _ => call.nodes(0).first().copied(),
    };
    Operand::text(node.map(|node| part(call, node)).unwrap_or_default())
}

/// The place of a node among the elements of its name that stand before it without another between.
fn place_among_like(call: &Call<'_, '_>) -> Operand {
    let nodes = call.nodes(0);
    let [node] = nodes.as_slice() else {
        return match nodes.is_empty() {
            true => Operand::Number(f64::NAN),
            false => call.fail("`position` needs one node"),
        };
    };
    let mut before = Vec::new();
    call.eval.axis(*node, Axis::PrecedingSibling, crate::expr::program::NodeTest::Any, &mut before);
    let name = call.eval.name_parts(*node).0;
    let like = before.iter().take_while(|sibling| call.eval.name_parts(**sibling).0 == name).count();
    Operand::Number(like as f64 + 1.0)
}

/// All instances of each repeat are found from here; the outermost is chosen first, then those within what was chosen.
fn indexed_repeat(call: &Call<'_, '_>) -> Operand {
    if call.len().is_multiple_of(2) {
        return call.fail("`indexed-repeat` needs an index after each repeat");
    }
    let eval = call.eval;
    let holds = |outer: NodeRef, inner: NodeRef| {
        std::iter::successors(eval.parent(inner), |node| eval.parent(*node)).any(|node| node == outer)
    };
    let depth = |node: &NodeRef| std::iter::successors(eval.parent(*node), |node| eval.parent(*node)).count();
    let mut pairs: Vec<(usize, Vec<NodeRef>, f64)> = Vec::new();
    for index in (1..call.len()).step_by(2) {
        let place = call.number(index + 1);
        let repeats = call.nodes(index);
        let Some(first) = repeats.first() else { return Operand::Nodes(Vec::new()) };
        pairs.push((depth(first), repeats, place));
    }
    crate::order::sort_by_key(&mut pairs, |(depth, ..)| *depth);
    let mut chosen: Option<NodeRef> = None;
    for (_, repeats, place) in pairs {
        let mut within =
            repeats.into_iter().filter(|repeat| chosen.is_none_or(|outer| holds(outer, *repeat)));
        let at = (place >= 1.0 && place.fract() == 0.0).then(|| within.nth(place as usize - 1)).flatten();
        let Some(repeat) = at else { return Operand::Nodes(Vec::new()) };
        chosen = Some(repeat);
    }
    let mut found = call.nodes(0);
    found.retain(|node| chosen.is_some_and(|repeat| holds(repeat, *node)));
    Operand::Nodes(found)
}
