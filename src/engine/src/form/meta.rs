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
///
/// `prefixed`: the form knows OpenRosa's namespace; else its own stands for it, as ODK Web Forms has it.
pub(super) fn complete(primary: &Element, prefixed: bool) -> WithMeta {
    let mut root = primary.clone();
    let mut added = Vec::new();
    let path = format!("/{}", root.name.written());
    let span = root.span;
    let is_meta =
        |content: &Content| matches!(content, Content::Element(element) if &*element.name.local == "meta");
    if !root.content.iter().any(is_meta) {
        let namespace = if prefixed { Namespace::OpenRosa } else { root.name.namespace.clone() };
        let name = Name::new(namespace, "meta");
        added.push(format!("{path}/{}", name.written()));
        root.push(Element::new(name, span));
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
