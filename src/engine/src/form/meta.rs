//! The metadata that every submission carries: `instanceID`, and `deprecatedID` when it replaces an earlier one
//! (OpenRosa, *Metadata Schema*). A form that does not declare them gets them.

use crate::form::Skeleton;
use crate::view::NodeId;
use crate::xml::{Content, Element, Name, Namespace};

/// The primary instance with what it needs to be submitted.
pub(super) struct WithMeta {
    pub root: Element,
    /// Paths of what was added.
    pub added: Vec<String>,
}

/// Adds `meta`, `instanceID` and `deprecatedID` where they are missing.
pub(super) fn complete(primary: &Element) -> WithMeta {
    let mut root = primary.clone();
    let mut added = Vec::new();
    let path = format!("/{}", root.name.written());
    let span = root.span;
    let is_meta =
        |content: &Content| matches!(content, Content::Element(element) if &*element.name.local == "meta");
    if !root.content.iter().any(is_meta) {
        root.push(Element::new(Name::new(Namespace::OpenRosa, "meta"), span));
        added.push(format!("{path}/orx:meta"));
    }
    for content in &mut root.content {
        let Content::Element(meta) = content else { continue };
        if &*meta.name.local != "meta" {
            continue;
        }
        let path = format!("{path}/{}", meta.name.written());
        for name in ["instanceID", "deprecatedID"] {
            if meta.elements().any(|element| &*element.name.local == name) {
                continue;
            }
            let name = Name::new(meta.name.namespace.clone(), name);
            added.push(format!("{path}/{}", name.written()));
            meta.push(Element::new(name, span));
        }
        break;
    }
    WithMeta { root, added }
}

/// Where a piece of metadata stands.
pub(super) fn find(form: &Skeleton, name: &str) -> Option<NodeId> {
    form.child(NodeId(0), "meta").and_then(|meta| form.child(meta, name))
}
