//! Where a written path leads: to which node, and through all instances of which repeat.

use super::noted::Noted;
use crate::expr::compile::Over;
use crate::expr::syntax::{Ast, Axis, Kind, Path, Start, Step, Test};
use crate::form::{Skeleton, SkeletonKind};
use crate::view::NodeId;

/// What a path leads to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reached {
    pub node: NodeId,
    /// The outermost repeat that it passes through as a whole.
    pub all_of: Option<NodeId>,
    /// A predicate picks among what it passes.
    pub picked: bool,
}

impl Reached {
    /// Is it one cell, always the same?
    pub fn is_single(self) -> bool {
        self.all_of.is_none() && !self.picked
    }
}

/// The node that a plain path leads to; `inside`: it stands in a predicate, where `.` is not the expression's node.
pub(super) fn reached(ast: &Ast, noted: &Noted, inside: bool, form: &Skeleton) -> Option<Reached> {
    let Kind::Path(path) = &ast.kind else { return None };
    let here = Reached { node: noted.anchor.node, all_of: None, picked: false };
    let mut at = match &path.start {
        Start::Context if inside || noted.anchor.items != Over::Value => return None,
        Start::Context => here,
        Start::Expression(inner) => match &inner.kind {
            Kind::Call { name, .. } if name == "current" => here,
            _ => return None,
        },
        Start::Reference(name) => {
            let [node] = form.by_name.get(name.as_str())?.as_slice() else { return None };
            Reached { node: *node, all_of: repeat_below(noted, *node, form), picked: false }
        }
        Start::Root => return from_root(path, ast, noted, form),
    };
    at.picked = !path.predicates.is_empty();
    steps(at, &path.steps, noted, form)
}

/// The outermost repeat between an expression and a node that holds the node and not the expression.
fn repeat_below(noted: &Noted, node: NodeId, form: &Skeleton) -> Option<NodeId> {
    let here = noted.anchor.scope;
    let target = form.node(node).scope;
    if here != target {
        let common = form.common(here, target);
        if let Some(repeat) = form.repeats_between(common, target).first() {
            return Some(*repeat);
        }
    }
    match form.node(node).kind {
        SkeletonKind::Repeat(own) if own != here => Some(node),
        _ => None,
    }
}

fn from_root(path: &Path, ast: &Ast, noted: &Noted, form: &Skeleton) -> Option<Reached> {
    let start = Reached { node: NodeId(0), all_of: None, picked: false };
    // Most paths are plain, and known as they are written.
    if let Some(node) = form.by_path.get(noted.text(ast)) {
        let target = form.node(*node).scope;
        let around = form.repeats_between(crate::form::ScopeDefId::ROOT, target).first().copied();
        let own = matches!(form.node(*node).kind, SkeletonKind::Repeat(_)).then_some(*node);
        return Some(Reached { node: *node, all_of: around.or(own), picked: false });
    }
    let (first, rest) = path.steps.split_first()?;
    let Test::Name(_) = &first.test else { return None };
    let start = Reached { picked: !first.predicates.is_empty(), ..start };
    steps(start, rest, noted, form)
}

fn steps(mut at: Reached, steps: &[Step], noted: &Noted, form: &Skeleton) -> Option<Reached> {
    for step in steps {
        at = match (step.axis, &step.test) {
            (Axis::Itself, Test::Node) => at,
            (Axis::Parent, Test::Node) if at.node != NodeId(0) => Reached {
                node: form.node(at.node).parent,
                all_of: at.all_of.filter(|repeat| *repeat != at.node),
                ..at
            },
            (Axis::Child, Test::Name(name)) => child(at, name, noted, form)?,
            (Axis::Attribute, Test::Name(name)) => child(at, &format!("@{name}"), noted, form)?,
            _ => return None,
        };
        at.picked |= !step.predicates.is_empty();
    }
    Some(at)
}

fn child(at: Reached, name: &str, noted: &Noted, form: &Skeleton) -> Option<Reached> {
    let child = form.child(at.node, name)?;
    // An expression of a repeat as a whole sees all instances from the repeat itself.
    let whole = match form.node(at.node).kind {
        SkeletonKind::Repeat(own) if form.common(own, noted.anchor.scope) != own => Some(at.node),
        _ => None,
    };
    let repeat = matches!(form.node(child).kind, SkeletonKind::Repeat(_)).then_some(child);
    Some(Reached { node: child, all_of: at.all_of.or(whole).or(repeat), ..at })
}
