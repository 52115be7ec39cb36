//! What names mean while a form is compiled: nodes, scopes and lists, before binds and texts exist.

use std::collections::HashMap;
use std::sync::Arc;

use crate::form::{ChoiceList, ListId, ScopeDef, ScopeDefId};
use crate::source::Span;
use crate::value::DataType;
use crate::view::NodeId;

/// The tree of a form being compiled.
#[derive(Debug, Default)]
pub(crate) struct Skeleton {
    pub nodes: Vec<SkeletonNode>,
    pub scopes: Vec<ScopeDef>,
    pub lists: Vec<ChoiceList>,
    pub list_names: HashMap<Arc<str>, ListId>,
    /// `${name}`: the node, or several where the author gave a name twice.
    pub by_name: HashMap<Arc<str>, Vec<NodeId>>,
}

#[derive(Debug)]
pub(crate) struct SkeletonNode {
    pub name: Arc<str>,
    pub parent: NodeId,
    pub end: NodeId,
    pub kind: SkeletonKind,
    pub scope: ScopeDefId,
    pub slot: u32,
    pub list: Option<ListId>,
    pub calculated: bool,
    pub span: Span,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum SkeletonKind {
    Group,
    Repeat(ScopeDefId),
    Leaf(DataType),
    /// A note: has a place, but never a value.
    Note,
}

impl Skeleton {
    pub fn node(&self, id: NodeId) -> &SkeletonNode {
        &self.nodes[id.0 as usize]
    }

    pub fn scope(&self, id: ScopeDefId) -> &ScopeDef {
        &self.scopes[usize::from(id.0)]
    }

    pub fn list(&self, id: ListId) -> &ChoiceList {
        &self.lists[usize::from(id.0)]
    }

    pub fn children_of(&self, parent: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        let end = self.node(parent).end;
        let mut next = NodeId(parent.0 + 1);
        std::iter::from_fn(move || {
            let child = (next < end).then_some(next)?;
            next = self.node(child).end;
            Some(child)
        })
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
