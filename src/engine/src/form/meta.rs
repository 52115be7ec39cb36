//! The metadata that every submission carries: `instanceID`, and `deprecatedID` when it replaces an earlier one
//! (OpenRosa, *Metadata Schema*). A form that does not declare them gets them.

use crate::form::Skeleton;
use crate::view::NodeId;
use std::sync::Arc;

use crate::xml::{Document, Element, Name, Namespace, Tag};

/// What the primary instance needs to be submitted, and does not have.
pub(super) struct Missing<'d> {
    /// An element that holds it.
    holder: Option<Document>,
    /// What it goes into: the `meta` that is there, else the root.
    into: Tag<'d>,
    /// Paths of what is added.
    pub paths: Vec<String>,
}

impl Missing<'_> {
    /// What is added to what stands in an element of the primary instance.
    pub fn inside<'a>(&'a self, element: Tag<'_>) -> impl Iterator<Item = Tag<'a>> + use<'a> {
        let is_it = self.into.is(element);
        self.holder.iter().filter(move |_| is_it).filter_map(Document::root).flat_map(Tag::elements)
    }
}

/// Finds which of `meta`, `instanceID` and `deprecatedID` are missing.
///
/// `prefixed`: the form knows OpenRosa's namespace; else its own stands for it, as ODK Web Forms has it.
pub(super) fn missing(primary: Tag<'_>, prefixed: bool) -> Missing<'_> {
    let path = format!("/{}", primary.name.written());
    let span = primary.span;
    let known = primary.named("meta");
    let name = match known {
        Some(meta) => meta.name.clone(),
        None if prefixed => Name::new(Namespace::OpenRosa, "meta"),
        None => Name::new(primary.name.namespace.clone(), "meta"),
    };
    let path = format!("{path}/{}", name.written());
    let mut paths = Vec::new();
    let mut meta = Element::new(name.clone(), span);
    for local in ["instanceID", "deprecatedID"] {
        if known.is_some_and(|meta| meta.named(local).is_some()) {
            continue;
        }
        let name = Name::new(name.namespace.clone(), local);
        paths.push(format!("{path}/{}", name.written()));
        meta.push(Element::new(name, span));
    }
    if known.is_none() {
        paths.insert(0, path);
        meta = Element::new(primary.name.clone(), span).holding(meta);
    }
    let holder = (!paths.is_empty()).then(|| Document::of(&meta, &Arc::from("")));
    Missing { holder, into: known.unwrap_or(primary), paths }
}

/// Where a piece of metadata stands.
pub(super) fn find(form: &Skeleton, name: &str) -> Option<NodeId> {
    form.child(NodeId(0), "meta").and_then(|meta| form.child(meta, name))
}
