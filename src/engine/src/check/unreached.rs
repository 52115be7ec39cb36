//! Sections that nobody ever comes to: groups in which nothing is ever asked, repeats that never have an instance.

use std::collections::HashMap;

use super::noted::{Facts, Noted, Role};
use super::places::reached;
use super::truth::constant;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::form::PlacedKind;
use crate::view::NodeId;

/// `unreachable-group` and `empty-repeat`. `never` says which nodes are never relevant.
pub(super) fn check(facts: &Facts<'_>, never: &[bool], found: &mut Diagnostics) {
    groups(facts, never, found);
    repeats(facts, never, found);
}

/// What stands in a group of the body, however deep.
#[derive(Clone, Copy, Default)]
struct Inside {
    questions: usize,
    asked: usize,
}

fn groups(facts: &Facts<'_>, never: &[bool], found: &mut Diagnostics) {
    let is_never = |index: usize| facts.shown[index].is_some_and(|node| never[node.0 as usize]);
    let mut inside = vec![Inside::default(); facts.placed.len()];
    for (index, placed) in facts.placed.iter().enumerate().rev() {
        if let PlacedKind::Question(_) = placed.kind {
            inside[index] = Inside { questions: 1, asked: usize::from(!is_never(index)) };
        }
        if let Some(parent) = placed.parent {
            inside[parent].questions += inside[index].questions;
            inside[parent].asked += inside[index].asked;
        }
    }
    let unreachable = |index: usize| inside[index].questions > 0 && inside[index].asked == 0;
    for (index, placed) in facts.placed.iter().enumerate() {
        let told = placed.parent.is_some_and(unreachable);
        if matches!(placed.kind, PlacedKind::Question(_)) || told || !unreachable(index) || is_never(index) {
            continue;
        }
        let Some(node) = facts.shown[index] else { continue };
        let name = &facts.form.node(node).name;
        let message = format!("nothing in `{name}` is ever asked: no question in it is ever relevant");
        found.push(
            Diagnostic::warning("unreachable-group", placed.span, message)
                .hint("mend the relevance of what is in it, or take it away"),
        );
    }
}

fn repeats(facts: &Facts<'_>, never: &[bool], found: &mut Diagnostics) {
    let counts: Vec<&Noted> = facts.noted.iter().filter(|noted| noted.role == Role::Count).collect();
    if counts.is_empty() {
        return;
    }
    let calculated = facts.noted.iter().filter(|noted| noted.role == Role::Calculate);
    let calculated: HashMap<NodeId, &Noted> = calculated.map(|noted| (noted.anchor.node, noted)).collect();
    for count in counts {
        // A count may stand in a node of its own.
        let by_node = || calculated.get(&reached(&count.ast, count, false, facts.form)?.node).copied();
        let said = match constant(&count.ast) {
            Some(_) => count,
            None => match by_node() {
                Some(calculated) => calculated,
                None => continue,
            },
        };
        let number = constant(&said.ast).and_then(|constant| constant.number());
        if number.is_some_and(|number| number < 1.0) && !never[count.anchor.node.0 as usize] {
            let name = &facts.form.node(count.anchor.node).name;
            let message = format!(
                "the repeat `{name}` never has an instance: it is counted as {}",
                said.text(&said.ast)
            );
            found.push(
                Diagnostic::warning("empty-repeat", said.span(&said.ast), message)
                    .hint("count it by a question: `${household_size}`"),
            );
        }
    }
}
