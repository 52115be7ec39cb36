//! Walks paths node by node: axes, tests and predicates (XPath 1.0 §2).

use std::cmp::Ordering;

use super::Eval;
use crate::expr::operand::{NodeRef, Operand};
use crate::expr::program::{Expr, ExprId, Gives, NodeTest, Path, PathStart, Predicate, Step};
use crate::expr::syntax::Axis;
use crate::tree::{Place, Sort, TreeId};

/// How many nodes are gathered before those that are met twice are sorted out.
const COMPACT: usize = 1 << 20;

impl Eval<'_> {
    pub(super) fn nodes_of_path(&self, path: &Path) -> Vec<NodeRef> {
        let mut nodes = match path.start {
            PathStart::Context => vec![self.context],
            PathStart::Root => vec![self.root],
            PathStart::Current => vec![self.current],
            PathStart::Tree(tree) => vec![NodeRef::Tree(tree, Place::DOCUMENT)],
            PathStart::Expr(id) => match self.operand(id) {
                Operand::Nodes(nodes) => nodes,
                _ => {
                    self.fail("a path can only go on from nodes");
                    return Vec::new();
                }
            },
        };
        for predicate in &path.predicates {
            self.keep(&mut nodes, 0, predicate);
        }
        for step in &path.steps {
            nodes = self.step(&nodes, step);
        }
        nodes
    }

    /// The first node in document order.
    pub(super) fn first_of_path(&self, path: &Path) -> Option<NodeRef> {
        match (&path.start, &*path.predicates, &*path.steps) {
            (PathStart::Context, [], []) => Some(self.context),
            (PathStart::Current, [], []) => Some(self.current),
            (PathStart::Root, [], []) => Some(self.root),
            // `a`, `@a`, `..`: one step from one node is walked no further than needed.
            (PathStart::Context, [], [step]) if step.predicates.is_empty() && !step.axis.is_reverse() => {
                self.first_on_axis(self.context, step)
            }
            _ => self.nodes_of_path(path).first().copied(),
        }
    }

    fn first_on_axis(&self, node: NodeRef, step: &Step) -> Option<NodeRef> {
        if let (NodeRef::Tree(id, place), Axis::Child, NodeTest::Name(a, b)) = (node, step.axis, step.test) {
            let tree = self.tree(id);
            let found = tree.children(place).find(|child| {
                let name = tree.name(*child);
                (name == a || name == b) && name != crate::tree::NameId::NONE
            });
            return found.map(|place| NodeRef::Tree(id, place));
        }
        let mut found = Vec::new();
        self.axis(node, step.axis, step.test, &mut found);
        found.first().copied()
    }

    fn step(&self, from: &[NodeRef], step: &Step) -> Vec<NodeRef> {
        if let Some(fewer) = self.fewer(from, step) {
            return self.step(&fewer, step);
        }
        let mut found = Vec::new();
        let mut compact = COMPACT;
        let key = self.key(from, step);
        for node in from {
            if self.left.get() == 0 {
                return Vec::new();
            }
            // Nodes that are met from many sides must not fill the memory.
            if found.len() > compact {
                self.in_order(&mut found);
                compact = found.len() + COMPACT;
            }
            let begin = found.len();
            let rest = match (&key, node) {
                (Some((item, child, key)), NodeRef::Tree(id, place)) => {
                    self.look_up(*id, *place, (*item, *child), key, &mut found);
                    &step.predicates[1..]
                }
                _ => {
                    self.axis(*node, step.axis, step.test, &mut found);
                    &step.predicates
                }
            };
            for predicate in rest {
                self.keep(&mut found, begin, predicate);
            }
            if step.axis.is_reverse() {
                found[begin..].reverse();
            }
        }
        if from.len() > 1 && !matches!(step.axis, Axis::Itself | Axis::Attribute) {
            self.in_order(&mut found);
        }
        found
    }

    /// The nodes from which a step meets all that it meets from `from`, if they are fewer: `//a//b` walks no part of a tree twice.
    fn fewer(&self, from: &[NodeRef], step: &Step) -> Option<Vec<NodeRef>> {
        let wide = matches!(
            step.axis,
            Axis::Descendant | Axis::DescendantOrSelf | Axis::Following | Axis::Preceding
        );
        if from.len() < 2 || !wide || !step.predicates.is_empty() {
            return None;
        }
        let NodeRef::Tree(id, _) = from[0] else { return None };
        let tree = self.tree(id);
        let mut places = Vec::with_capacity(from.len());
        for node in from {
            let NodeRef::Tree(other, place) = *node else { return None };
            let plain = !place.is_inline_text() && tree.sort(place) != Sort::Attribute;
            let ascends = places.last().is_none_or(|last: &Place| last.order() < place.order());
            if other != id || !plain || !ascends {
                return None;
            }
            places.push(place);
        }
        match step.axis {
            Axis::Following => {
                places = places.into_iter().min_by_key(|place| tree.end(*place)).into_iter().collect()
            }
            Axis::Preceding => places = places.pop().into_iter().collect(),
            _ => {
                let mut end = 0;
                places.retain(|place| {
                    let apart = place.order() >= end;
                    end = if apart { tree.end(*place) } else { end };
                    apart
                });
            }
        }
        (places.len() < from.len())
            .then(|| places.into_iter().map(|place| NodeRef::Tree(id, place)).collect())
    }

    /// The key that the first predicate wants a child to equal, if it is one text: then an index finds the rows.
    fn key(&self, from: &[NodeRef], step: &Step) -> Option<(NodeTest, NodeTest, Box<str>)> {
        let (child, key) = step.predicates.first()?.equal?;
        let indexed = step.axis == Axis::Child && matches!(step.test, NodeTest::Name(..));
        if !indexed || !from.iter().all(|node| matches!(node, NodeRef::Tree(..))) {
            return None;
        }
        let text = match self.program.expr(key) {
            Expr::Text(text) => (&**text).into(),
            _ => match self.operand(key) {
                Operand::Text(text) => (&*text).into(),
                // Cells are texts here unless they hold what is compared otherwise.
                Operand::Nodes(nodes) => match nodes.as_slice() {
                    [node] => self.text_that_compares(*node)?,
                    _ => return None,
                },
                _ => return None,
            },
        };
        Some((step.test, child, text))
    }

    fn look_up(
        &self,
        id: TreeId,
        place: Place,
        (item, child): (NodeTest, NodeTest),
        key: &str,
        out: &mut Vec<NodeRef>,
    ) {
        let (NodeTest::Name(item_a, item_b), NodeTest::Name(child_a, child_b)) = (item, child) else {
            return;
        };
        let begin = out.len();
        let tree = self.tree(id);
        let mut take = |item, child| {
            let rows = tree.rows_with(place, item, child, key);
            self.spend(1 + rows.len());
            out.extend(rows.into_iter().map(|row| NodeRef::Tree(id, row)));
        };
        let known = |name| name != crate::tree::NameId::NONE;
        let mut asked = 0;
        for item in [item_a, item_b].into_iter().take(if item_a == item_b { 1 } else { 2 }) {
            for child in [child_a, child_b].into_iter().take(if child_a == child_b { 1 } else { 2 }) {
                if known(item) && known(child) {
                    take(item, child);
                    asked += 1;
                }
            }
        }
        if asked > 1 {
            let mut rows = out.split_off(begin);
            self.in_order(&mut rows);
            out.append(&mut rows);
        }
    }

    /// Keeps what the predicate lets through of the nodes from `begin` on; their places are counted from there.
    fn keep(&self, nodes: &mut Vec<NodeRef>, begin: usize, predicate: &Predicate) {
        if let Expr::Number(number) = self.program.expr(predicate.expr) {
            let at = (number.fract() == 0.0 && *number >= 1.0).then(|| begin + *number as usize - 1);
            let kept = at.and_then(|at| nodes.get(at).copied());
            nodes.truncate(begin);
            nodes.extend(kept);
            return;
        }
        let mut inner = Eval { size: (nodes.len() - begin) as u32, ..*self };
        let mut kept = begin;
        for at in begin..nodes.len() {
            if !self.spend(1) {
                break;
            }
            inner.context = nodes[at];
            inner.position = (at - begin) as u32 + 1;
            if inner.passes(predicate.expr, predicate.gives) {
                nodes[kept] = nodes[at];
                kept += 1;
            }
        }
        nodes.truncate(kept);
    }

    pub(super) fn passes(&self, predicate: ExprId, gives: Gives) -> bool {
        match gives {
            Gives::Number => self.number(predicate) == f64::from(self.position),
            Gives::Boolean | Gives::Text | Gives::Nodes => self.boolean(predicate),
            Gives::Any => match self.operand(predicate) {
                Operand::Number(number) | Operand::Days { number, .. } => number == f64::from(self.position),
                other => super::compare::truth(&other),
            },
        }
    }

    /// Document order, each node once.
    pub(super) fn in_order(&self, nodes: &mut Vec<NodeRef>) {
        let ascending = |pair: &[NodeRef]| self.compare_order(pair[0], pair[1]) == Ordering::Less;
        if !nodes.windows(2).all(ascending) {
            nodes.sort_by(|a, b| self.compare_order(*a, *b));
            nodes.dedup();
        }
    }
}
