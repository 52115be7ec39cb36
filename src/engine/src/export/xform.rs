//! An XForm tree as the text of an XForm, which ODK's tools accept.

use super::model::is_unseen;
use super::{Exported, Losses, calculations};
use crate::definition::spell_out::spell_out;
use crate::definition::{self, kept_aside};
use crate::source::Bundle;
use crate::xml::{Content, Element, write};

/// Writes a form. A `${name}` that is still in it is a loss: no tool of ODK's knows it.
pub(crate) fn xform(root: &Element, bundle: &Bundle) -> Exported<String> {
    let mut losses = Losses::default();
    let mut root = spell_out(root);
    seen(&mut root, &mut losses);
    // What came as an XForm keeps its groups: whoever wrote it has seen what ODK's tools say.
    if let Some(body) = body(&mut root).filter(|_| !definition::is_xml(&bundle.main)) {
        groups(body, &mut losses);
    }
    unspelled(&root, &mut losses);
    let mut root = calculations::with(root, bundle, &mut losses);
    kept_aside::aside(&mut root);
    Exported { written: write(&root), losses: losses.into_sorted() }
}

/// Takes away the words that nothing shows: an XForm has no place for them.
fn seen(element: &mut Element, losses: &mut Losses) {
    element.content.retain(|content| match content {
        Content::Element(child) if is_unseen(child) => {
            let path = child.attribute("ref").map_or("", |path| &path.text);
            let name = path.rsplit('/').next().unwrap_or(path);
            let words: Vec<&str> = child.elements().map(|words| &*words.name.local).collect();
            let are = if words.len() > 1 { "are" } else { "is" };
            let what = format!("`{name}` is never shown: its {} {are} left out", words.join(" and its "));
            losses.push(child.span, what);
            false
        }
        _ => true,
    });
    for content in &mut element.content {
        if let Content::Element(child) = content
            && matches!(&*child.name.local, "head" | "model")
        {
            seen(child, losses);
        }
    }
}

fn body(root: &mut Element) -> Option<&mut Element> {
    root.content.iter_mut().find_map(|content| match content {
        Content::Element(child) if *child.name.local == *"body" => Some(child),
        _ => None,
    })
}

/// Takes away the groups that show nothing, which ODK's tools refuse; their nodes and binds stay.
fn groups(element: &mut Element, losses: &mut Losses) {
    for content in &mut element.content {
        if let Content::Element(child) = content
            && matches!(&*child.name.local, "group" | "repeat")
        {
            groups(child, losses);
        }
    }
    element.content.retain(|content| {
        let Content::Element(group) = content else { return true };
        let words = |child: &Element| matches!(&*child.name.local, "label" | "hint");
        let shows = &*group.name.local != "group" || group.elements().any(|child| !words(child));
        if !shows && let Some(label) = group.elements().find(|child| words(child) && says(child)) {
            losses.push(label.span, "the heading of a group that shows nothing is left out");
        }
        shows
    });
}

fn says(words: &Element) -> bool {
    words.attribute("ref").is_some() || !words.text().trim().is_empty()
}

fn unspelled(element: &Element, losses: &mut Losses) {
    for attribute in &element.attributes {
        if attribute.value.text.contains("${") {
            losses.push(attribute.value.span, format!("`{}` has no path in an XForm", attribute.value.text));
        }
    }
    for content in &element.content {
        if let Content::Element(child) = content {
            unspelled(child, losses);
        }
    }
}
