//! An XForm tree as the text of an XForm, which ODK's tools accept.

use super::{Exported, Losses, calculations};
use crate::definition::spell_out::spell_out;
use crate::source::Bundle;
use crate::xml::{Content, Element, write};

/// Writes a form. A `${name}` that is still in it is a loss: no tool of ODK's knows it.
pub(crate) fn xform(root: &Element, bundle: &Bundle) -> Exported<String> {
    let mut losses = Losses::default();
    let root = spell_out(root);
    unspelled(&root, &mut losses);
    let root = calculations::with(&root, bundle, &mut losses);
    Exported { written: write(&root), losses: losses.into_sorted() }
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
