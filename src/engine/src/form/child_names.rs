//! Which child of a node bears a name: asked for by every step of every path, so nothing is made to ask.

use std::borrow::Borrow;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::view::NodeId;

/// The nodes by parent and name; attributes as `@name`.
#[derive(Debug, Default)]
pub(crate) struct ChildNames {
    known: FxHashMap<Key, NodeId>,
}

impl ChildNames {
    /// The child of that name.
    pub fn get(&self, parent: NodeId, name: &str) -> Option<NodeId> {
        self.known.get(&(parent, name) as &dyn Asked).copied()
    }

    /// Notes a child, unless there is one of that name before it.
    pub fn note(&mut self, parent: NodeId, name: Arc<str>, child: NodeId) {
        self.known.entry(Key(parent, name)).or_insert(child);
    }
}

#[derive(PartialEq, Eq, Debug)]
struct Key(NodeId, Arc<str>);

/// A key that is held or lent.
trait Asked {
    fn parts(&self) -> (NodeId, &str);
}

impl Asked for Key {
    fn parts(&self) -> (NodeId, &str) {
        (self.0, &self.1)
    }
}

impl Asked for (NodeId, &str) {
    fn parts(&self) -> (NodeId, &str) {
        *self
    }
}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.parts().hash(state);
    }
}

impl Hash for dyn Asked + '_ {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.parts().hash(state);
    }
}

impl PartialEq for dyn Asked + '_ {
    fn eq(&self, other: &Self) -> bool {
        self.parts() == other.parts()
    }
}

impl Eq for dyn Asked + '_ {}

impl<'a> Borrow<dyn Asked + 'a> for Key {
    fn borrow(&self) -> &(dyn Asked + 'a) {
        self
    }
}
