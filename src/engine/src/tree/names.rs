//! Names in namespaces as small numbers, so that a name test is one comparison.
//!
//! A form has one table; what is read later (a last-saved instance) extends a copy of it, in which the old numbers still hold.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::xml::{Name, Namespace};

/// A name in a namespace.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct NameId(pub u32);

/// A namespace; 0 is none at all.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct SpaceId(pub u16);

impl NameId {
    /// The name of what has none, and of what the table does not know: no node bears it.
    pub const NONE: NameId = NameId(u32::MAX);
}

impl SpaceId {
    /// No namespace at all.
    pub const NONE: SpaceId = SpaceId(0);
    /// One that the table does not know: no node is in it.
    pub const UNKNOWN: SpaceId = SpaceId(u16::MAX);
}

/// The names that trees bear and tests ask for.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    spaces: Vec<Arc<str>>,
    names: Vec<Known>,
    /// By local name: the first of them. There are few namespaces.
    known: FxHashMap<Arc<str>, NameId>,
}

#[derive(Clone, Debug)]
struct Known {
    space: SpaceId,
    local: Arc<str>,
    /// The next of the same local name.
    next: NameId,
}

impl Default for Names {
    fn default() -> Names {
        Names { spaces: vec!["".into()], names: Vec::new(), known: FxHashMap::default() }
    }
}

impl Names {
    /// The namespace of a URI; empty for none. A table has few: they are looked through.
    pub fn space(&mut self, uri: &str) -> SpaceId {
        match self.find_space(uri) {
            SpaceId::UNKNOWN if self.spaces.len() < usize::from(u16::MAX) => {
                self.spaces.push(uri.into());
                SpaceId(self.spaces.len() as u16 - 1)
            }
            known => known,
        }
    }

    /// The namespace of a URI, [`SpaceId::UNKNOWN`] if nothing is in it.
    pub fn find_space(&self, uri: &str) -> SpaceId {
        let found = self.spaces.iter().position(|known| **known == *uri);
        found.map_or(SpaceId::UNKNOWN, |at| SpaceId(at as u16))
    }

    /// The number of a name, a new one if it is new.
    pub fn name(&mut self, space: SpaceId, local: &str) -> NameId {
        let known = self.find(space, local);
        if known != NameId::NONE {
            return known;
        }
        self.add(space, local.into())
    }

    fn add(&mut self, space: SpaceId, local: Arc<str>) -> NameId {
        let id = NameId(self.names.len() as u32);
        let next = self.known.insert(local.clone(), id).unwrap_or(NameId::NONE);
        self.names.push(Known { space, local, next });
        id
    }

    /// The number of a name of the form's own; XForms's is no namespace in expressions.
    pub fn of(&mut self, name: &Name) -> NameId {
        let uri = match &name.namespace {
            Namespace::XForms => "",
            other => other.uri(),
        };
        let space = self.space(uri);
        match self.find(space, &name.local) {
            NameId::NONE => self.add(space, name.local.clone()),
            known => known,
        }
    }

    /// The number of a name, [`NameId::NONE`] if nothing bears it.
    pub fn find(&self, space: SpaceId, local: &str) -> NameId {
        let mut at = self.known.get(local).copied().unwrap_or(NameId::NONE);
        while let Some(known) = self.names.get(at.0 as usize).filter(|known| known.space != space) {
            at = known.next;
        }
        at
    }

    /// Does anything bear the name, or ask for it?
    pub fn is_known(&self, space: SpaceId, local: &str) -> bool {
        self.find(space, local) != NameId::NONE
    }

    pub fn local(&self, name: NameId) -> &str {
        self.names.get(name.0 as usize).map_or("", |known| &known.local)
    }

    pub fn space_of(&self, name: NameId) -> SpaceId {
        self.names.get(name.0 as usize).map_or(SpaceId::NONE, |known| known.space)
    }

    pub fn uri(&self, space: SpaceId) -> &str {
        self.spaces.get(usize::from(space.0)).map_or("", |uri| uri)
    }
}
