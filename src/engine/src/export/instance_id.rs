//! The submission's id: ODK's tools want one in every form (OpenRosa metadata), form JSON leaves it to whoever sends.

use crate::source::Written;
use crate::xml::{Content, Element, Name, Namespace};

/// The form with `meta/instanceID` in its primary instance.
pub(super) fn with(mut root: Element) -> Element {
    let model = inside(&mut root, "head").and_then(|head| inside(head, "model"));
    if let Some(model) = model
        && let Some(path) = inside(model, "instance").and_then(first).and_then(placed)
    {
        let bind = Element::new(Name::xforms("bind"), model.span)
            .with_text(Name::plain("nodeset"), &path)
            .with_text(Name::plain("type"), "string")
            .with_text(Name::plain("readonly"), "true()")
            .with(Name::new(Namespace::JavaRosa, "preload"), Written::plain("uid", model.span));
        model.push(bind);
    }
    root
}

/// Puts the node into the primary instance; its path, if it was not there.
fn placed(primary: &mut Element) -> Option<String> {
    let made = |local: &str| Element::new(Name::new(primary.name.namespace.clone(), local), primary.span);
    let (id, meta) = (made("instanceID"), made("meta"));
    let path = format!("/{}/meta/instanceID", primary.name.written());
    if inside(primary, "meta").is_none() {
        primary.push(meta);
    }
    let meta = inside(primary, "meta")?;
    if inside(meta, "instanceID").is_some() {
        return None;
    }
    meta.push(id);
    Some(path)
}

fn inside<'a>(element: &'a mut Element, local: &str) -> Option<&'a mut Element> {
    elements(element).find(|child| &*child.name.local == local)
}

fn first(element: &mut Element) -> Option<&mut Element> {
    elements(element).next()
}

fn elements(element: &mut Element) -> impl Iterator<Item = &mut Element> {
    element.content.iter_mut().filter_map(|content| match content {
        Content::Element(child) => Some(child),
        Content::Text(_) => None,
    })
}
