//! What names mean while a form is compiled: nodes, scopes and trees, before binds and texts exist.

use rustc_hash::FxHashMap;
use std::sync::Arc;

use crate::form::{ChildNames, ChoiceList, ScopeDef, ScopeDefId};
use crate::source::Span;
use crate::tree::{NameId, Names, Tree, TreeId};
use crate::value::DataType;
use crate::view::NodeId;
use crate::xml::Name;

/// The tree of a form being compiled.
#[derive(Debug, Default)]
pub(crate) struct Skeleton {
    pub nodes: Vec<SkeletonNode>,
    pub scopes: Vec<ScopeDef>,
    /// Secondary instances.
    pub trees: Vec<Tree>,
    /// The names in them.
    pub tree_node_names: Names,
    pub tree_names: FxHashMap<Arc<str>, TreeId>,
    /// `${name}`: the node, or several where the author gave a name twice.
    pub by_name: FxHashMap<Arc<str>, Vec<NodeId>>,
    /// `/data/group/name`, with prefixes as the engine writes them, and again without.
    pub by_path: FxHashMap<Arc<str>, NodeId>,
    /// By parent and name; attributes as `@name`.
    pub child_names: ChildNames,
}

#[derive(Debug)]
pub(crate) struct SkeletonNode {
    /// As it is written: `orx:meta`, `@id`.
    pub name: Arc<str>,
    pub qname: Name,
    pub name_id: NameId,
    pub parent: NodeId,
    pub end: NodeId,
    pub kind: SkeletonKind,
    pub scope: ScopeDefId,
    pub slot: u32,
    pub calculated: bool,
    /// It is answered by choosing.
    pub select: bool,
    /// Where a select's choices come from, as far as a check can know them.
    pub choices: Option<KnownChoices>,
    pub span: Span,
}

/// The choices that a question has, whatever its filter says.
#[derive(Clone, Debug)]
pub(crate) enum KnownChoices {
    Listed(Arc<[Arc<str>]>),
    Tree(ChoiceList),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum SkeletonKind {
    Group,
    Repeat(ScopeDefId),
    Leaf(DataType),
    /// A note: has a place, but never a value.
    Note,
    Attribute,
}

impl Skeleton {
    pub fn node(&self, id: NodeId) -> &SkeletonNode {
        &self.nodes[id.0 as usize]
    }

    pub fn scope(&self, id: ScopeDefId) -> &ScopeDef {
        &self.scopes[usize::from(id.0)]
    }

    pub fn tree(&self, id: TreeId) -> &Tree {
        &self.trees[usize::from(id.0)]
    }

    /// The elements straight under one, in order.
    pub fn children_of(&self, parent: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        self.all_under(parent).filter(|child| self.node(*child).kind != SkeletonKind::Attribute)
    }

    /// The attributes of one, in order.
    pub fn attributes_of(&self, parent: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        self.all_under(parent).filter(|child| self.node(*child).kind == SkeletonKind::Attribute)
    }

    fn all_under(&self, parent: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        let end = self.node(parent).end;
        let mut next = NodeId(parent.0 + 1);
        std::iter::from_fn(move || {
            let child = (next < end).then_some(next)?;
            next = self.node(child).end;
            Some(child)
        })
    }

    /// The child of that name. A prefix that the form's author chose differently is no hindrance.
    pub fn child(&self, parent: NodeId, name: &str) -> Option<NodeId> {
        let find = |name: &str| self.child_names.get(parent, name);
        find(name).or_else(|| match name.rsplit_once(':') {
            Some((_, local)) => find(local),
            None => None,
        })
    }

    /// The node at an absolute path.
    pub fn at(&self, path: &str) -> Option<NodeId> {
        self.by_path
            .get(path)
            .or_else(|| self.by_path.get(super::paths::without_prefixes(path).as_str()))
            .copied()
    }

    /// The deepest scope that holds both.
    pub fn common(&self, mut a: ScopeDefId, mut b: ScopeDefId) -> ScopeDefId {
        while a != b {
            if self.scope(a).depth >= self.scope(b).depth {
                a = self.scope(a).parent;
            } else {
                b = self.scope(b).parent;
            }
        }
        a
    }

    /// The repeats that lead from a scope down to another, outermost first.
    pub fn repeats_between(&self, from: ScopeDefId, mut to: ScopeDefId) -> Vec<NodeId> {
        let mut repeats = Vec::new();
        while to != from {
            repeats.push(self.scope(to).node);
            to = self.scope(to).parent;
        }
        repeats.reverse();
        repeats
    }
}
