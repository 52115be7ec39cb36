//! Where one gets to from a node: axes, names and string-values, one arm for each family of nodes.
//!
//! Trees have arms of their own throughout. For the other families `parent`, `children` and `compare` are enough: every axis follows.

use std::borrow::Cow;
use std::cell::Cell;
use std::cmp::Ordering;

use super::eval::{Eval, text_of_value};
use super::operand::NodeRef;
use super::program::NodeTest;
use super::syntax::Axis;
use crate::form::NodeKind;
use crate::tree::{NameId, Place, Sort, Tree, TreeId};
use crate::value::MAX_TEXT;
use crate::view::{NodeId, ScopeId};

impl<'a> Eval<'a> {
    pub fn tree(&self, id: TreeId) -> &'a Tree {
        &self.trees[usize::from(id.0)]
    }

    /// The nodes of an axis that the test lets through are added to `out`: in document order, on a reverse axis backwards.
    pub fn axis(&self, node: NodeRef, axis: Axis, test: NodeTest, out: &mut Vec<NodeRef>) {
        match node {
            NodeRef::Tree(tree, place) => self.tree_axis(tree, place, axis, test, out),
            NodeRef::Cell(..) | NodeRef::Text(..) | NodeRef::Document => {
                self.other_axis(node, axis, test, out);
            }
        }
    }

    fn tree_axis(&self, id: TreeId, place: Place, axis: Axis, test: NodeTest, out: &mut Vec<NodeRef>) {
        let tree = self.tree(id);
        let attributes = axis == Axis::Attribute;
        let visited = Cell::new(1);
        let mut take = |place: Place| {
            visited.set(visited.get() + 1);
            if self.tree_test(tree, place, test, attributes) {
                out.push(NodeRef::Tree(id, place));
            }
        };
        let ancestors = |from: Place| std::iter::successors(tree.parent(from), |place| tree.parent(*place));
        match axis {
            Axis::Itself => take(place),
            Axis::Child => tree.children(place).for_each(take),
            Axis::Parent => tree.parent(place).into_iter().for_each(take),
            Axis::Attribute => tree.attributes(place).for_each(take),
            Axis::Descendant => tree.descendants(place).for_each(take),
            Axis::DescendantOrSelf => {
                take(place);
                tree.descendants(place).for_each(take);
            }
            Axis::Ancestor => ancestors(place).for_each(take),
            Axis::AncestorOrSelf => {
                take(place);
                ancestors(place).for_each(take);
            }
            Axis::Following => tree.following(place).for_each(take),
            Axis::Preceding => tree.preceding(place).into_iter().for_each(take),
            Axis::FollowingSibling => tree.siblings_after(place).for_each(take),
            Axis::PrecedingSibling => tree.siblings_before(place).for_each(take),
        }
        self.spend(visited.get());
    }

    fn tree_test(&self, tree: &Tree, place: Place, test: NodeTest, attributes: bool) -> bool {
        let principal = if attributes { Sort::Attribute } else { Sort::Element };
        match test {
            NodeTest::Name(a, b) => {
                let name = tree.name(place);
                (name == a || name == b) && name != NameId::NONE && tree.sort(place) == principal
            }
            NodeTest::Space(space) => {
                tree.sort(place) == principal && self.names.space_of(tree.name(place)) == space
            }
            NodeTest::Any => tree.sort(place) == principal,
            NodeTest::Node => true,
            NodeTest::Text => tree.sort(place) == Sort::Text,
            NodeTest::Comment => tree.sort(place) == Sort::Comment,
            NodeTest::Instruction(target) => {
                tree.sort(place) == Sort::Instruction
                    && (target == NameId::NONE || tree.name(place) == target)
            }
        }
    }

    /// The axes over `parent` and `children` alone.
    fn other_axis(&self, node: NodeRef, axis: Axis, test: NodeTest, out: &mut Vec<NodeRef>) {
        let mut take = |node: NodeRef| {
            if self.spend(1) && self.other_test(node, test) {
                out.push(node);
            }
        };
        match axis {
            Axis::Itself => take(node),
            Axis::Child => self.children(node).into_iter().for_each(take),
            Axis::Parent => self.parent(node).into_iter().for_each(take),
            Axis::Attribute => {
                if let NodeRef::Cell(scope, node) = node {
                    let form = self.primary().form;
                    form.attributes_of(node).for_each(|attribute| take(NodeRef::Cell(scope, attribute)));
                }
            }
            Axis::Descendant => self.below(node, &mut take),
            Axis::DescendantOrSelf => {
                take(node);
                self.below(node, &mut take);
            }
            Axis::Ancestor | Axis::AncestorOrSelf => {
                let mut next = if axis == Axis::Ancestor { self.parent(node) } else { Some(node) };
                while let Some(at) = next {
                    take(at);
                    next = self.parent(at);
                }
            }
            Axis::FollowingSibling => {
                let siblings = self.parent(node).map(|parent| self.children(parent)).unwrap_or_default();
                siblings.into_iter().skip_while(|sibling| *sibling != node).skip(1).for_each(take);
            }
            Axis::PrecedingSibling => {
                let siblings = self.parent(node).map(|parent| self.children(parent)).unwrap_or_default();
                let before: Vec<NodeRef> =
                    siblings.into_iter().take_while(|sibling| *sibling != node).collect();
                before.into_iter().rev().for_each(take);
            }
            Axis::Following => {
                let mut at = node;
                while let Some(parent) = self.parent(at) {
                    for sibling in self.children(parent).into_iter().skip_while(|child| *child != at).skip(1)
                    {
                        take(sibling);
                        self.below(sibling, &mut take);
                    }
                    at = parent;
                }
            }
            Axis::Preceding => {
                let mut at = node;
                while let Some(parent) = self.parent(at) {
                    let siblings = self.children(parent);
                    let before = siblings.iter().take_while(|child| **child != at).count();
                    for sibling in siblings[..before].iter().rev() {
                        let mut inside = Vec::new();
                        self.below(*sibling, &mut |node| inside.push(node));
                        inside.into_iter().rev().for_each(&mut take);
                        take(*sibling);
                    }
                    at = parent;
                }
            }
        }
    }

    fn below(&self, node: NodeRef, take: &mut dyn FnMut(NodeRef)) {
        if self.left.get() == 0 {
            return;
        }
        for child in self.children(node) {
            take(child);
            self.below(child, take);
        }
    }

    fn other_test(&self, node: NodeRef, test: NodeTest) -> bool {
        match test {
            NodeTest::Node => true,
            NodeTest::Any => matches!(node, NodeRef::Cell(..)),
            NodeTest::Name(..) | NodeTest::Space(_) => {
                let name = self.name_id(node);
                match test {
                    NodeTest::Name(a, b) => name != NameId::NONE && (name == a || name == b),
                    NodeTest::Space(space) => name != NameId::NONE && self.names.space_of(name) == space,
                    _ => false,
                }
            }
            NodeTest::Text => matches!(node, NodeRef::Text(..)),
            NodeTest::Comment | NodeTest::Instruction(_) => false,
        }
    }

    /// A node's name; [`NameId::NONE`] if it has none.
    pub fn name_id(&self, node: NodeRef) -> NameId {
        match node {
            NodeRef::Tree(tree, place) => self.tree(tree).name(place),
            NodeRef::Cell(_, node) => self.primary().form.node(node).name_id,
            NodeRef::Text(..) | NodeRef::Document => NameId::NONE,
        }
    }

    /// The name as it is written, the local part, and the namespace's URI.
    pub fn name_parts(&self, node: NodeRef) -> (Cow<'a, str>, &'a str, &'a str) {
        match node {
            NodeRef::Tree(tree, place) => {
                let (tree, name) = (self.tree(tree), self.tree(tree).name(place));
                let (local, uri) = (self.names.local(name), self.names.uri(self.names.space_of(name)));
                match tree.prefix(place) {
                    "" => (Cow::Borrowed(local), local, uri),
                    prefix => (Cow::Owned(format!("{prefix}:{local}")), local, uri),
                }
            }
            NodeRef::Cell(_, node) => {
                let qname = &self.primary().form.node(node).qname;
                let uri = match qname.namespace {
                    crate::xml::Namespace::XForms => "",
                    ref other => other.uri(),
                };
                let name = &*self.primary().form.node(node).name;
                (Cow::Borrowed(name.strip_prefix('@').unwrap_or(name)), &*qname.local, uri)
            }
            NodeRef::Text(..) => (Cow::Borrowed(""), "", ""),
            NodeRef::Document => (Cow::Borrowed(""), "", ""),
        }
    }

    pub fn parent(&self, node: NodeRef) -> Option<NodeRef> {
        match node {
            NodeRef::Tree(tree, place) => self.tree(tree).parent(place).map(|up| NodeRef::Tree(tree, up)),
            NodeRef::Cell(_, NodeId(0)) => Some(NodeRef::Document),
            NodeRef::Cell(scope, node) => {
                let primary = self.primary();
                let own = primary.instance.own_node(scope) == node;
                let scope = if own { primary.instance.up(scope, 1) } else { scope };
                Some(NodeRef::Cell(scope, primary.form.node(node).parent))
            }
            NodeRef::Text(scope, node) => Some(NodeRef::Cell(scope, node)),
            NodeRef::Document => None,
        }
    }

    /// The children, in document order. Of the primary instance those that are relevant.
    pub fn children(&self, node: NodeRef) -> Vec<NodeRef> {
        match node {
            NodeRef::Tree(tree, place) => {
                self.tree(tree).children(place).map(|place| NodeRef::Tree(tree, place)).collect()
            }
            NodeRef::Document => vec![NodeRef::Cell(ScopeId(0), NodeId(0))],
            NodeRef::Cell(scope, node) => {
                let (form, instance) = (self.primary().form, self.primary().instance);
                let mut found = Vec::new();
                if form.node(node).data_type().is_some() {
                    if !text_of_value(instance.value(scope, node)).is_empty() {
                        found.push(NodeRef::Text(scope, node));
                    }
                    return found;
                }
                for child in form.children_of(node) {
                    match form.node(child).kind {
                        NodeKind::Repeat { .. } => {
                            let living = instance.instances(scope, child).iter();
                            let relevant = living.filter(|scope| instance.relevant(**scope, child));
                            found.extend(relevant.map(|scope| NodeRef::Cell(*scope, child)));
                        }
                        NodeKind::Group | NodeKind::Leaf(_) | NodeKind::Attribute => {
                            if instance.relevant(scope, child) {
                                found.push(NodeRef::Cell(scope, child));
                            }
                        }
                    }
                }
                found
            }
            NodeRef::Text(..) => Vec::new(),
        }
    }

    /// The string-value (XPath 1.0 §5). A tree's is borrowed; a cell's is its value's text.
    pub fn string_value(&self, node: NodeRef) -> Cow<'a, str> {
        match node {
            NodeRef::Tree(tree, place) => Cow::Borrowed(self.tree(tree).value(place)),
            NodeRef::Cell(scope, node) => {
                let primary = self.primary();
                match primary.form.node(node).kind {
                    NodeKind::Leaf(_) | NodeKind::Attribute => {
                        Cow::Owned(text_of_value(primary.instance.value(scope, node)).to_string())
                    }
                    NodeKind::Group | NodeKind::Repeat { .. } => {
                        let mut text = String::new();
                        for child in self.children(NodeRef::Cell(scope, node)) {
                            let more = self.string_value(child);
                            if !self.spend(1 + more.len() / 4) || text.len() + more.len() > MAX_TEXT {
                                return Cow::Borrowed("");
                            }
                            text.push_str(&more);
                        }
                        Cow::Owned(text)
                    }
                }
            }
            NodeRef::Text(scope, node) => {
                Cow::Owned(text_of_value(self.primary().instance.value(scope, node)).to_string())
            }
            NodeRef::Document => self.string_value(NodeRef::Cell(ScopeId(0), NodeId(0))),
        }
    }

    /// Document order. Nodes of different documents are ordered by their documents, always in the same way.
    pub fn compare_order(&self, a: NodeRef, b: NodeRef) -> Ordering {
        let family = |node: NodeRef| match node {
            NodeRef::Document => (0, 0),
            NodeRef::Cell(..) | NodeRef::Text(..) => (1, 0),
            NodeRef::Tree(tree, _) => (3, tree.0),
        };
        match (a, b) {
            (NodeRef::Tree(x, a), NodeRef::Tree(y, b)) if x == y => self.tree(x).compare(a, b),
            (NodeRef::Cell(x, a), NodeRef::Cell(y, b)) if x == y => a.cmp(&b),
            (NodeRef::Cell(..) | NodeRef::Text(..), NodeRef::Cell(..) | NodeRef::Text(..)) => {
                self.order_of_cell(a).cmp(&self.order_of_cell(b))
            }
            _ => family(a).cmp(&family(b)),
        }
    }

    /// The way down to a cell: nodes and places among a repeat's instances.
    fn order_of_cell(&self, node: NodeRef) -> Vec<(u32, usize)> {
        let (mut scope, node, text) = match node {
            NodeRef::Cell(scope, node) => (scope, node, false),
            NodeRef::Text(scope, node) => (scope, node, true),
            NodeRef::Tree(..) | NodeRef::Document => return Vec::new(),
        };
        let instance = self.primary().instance;
        let mut way = Vec::new();
        if text {
            way.push((u32::MAX, 0));
        }
        if instance.own_node(scope) != node {
            way.push((node.0, 0));
        }
        loop {
            way.push((instance.own_node(scope).0, instance.position(scope)));
            if scope == ScopeId(0) {
                break;
            }
            scope = instance.up(scope, 1);
        }
        way.reverse();
        way
    }
}
