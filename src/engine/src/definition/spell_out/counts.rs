//! Repeats that are counted by an expression, as form JSON has them: other readers follow a path alone, so that the
//! expression moves into a node beside the repeat, as XLSForm's does.

use super::super::references::only_reference;
use crate::source::Written;
use crate::xml::{Content, Element, Name, Namespace};

/// A repeat whose count becomes a node.
struct Counted {
    /// Of the repeat.
    path: String,
    count: Written,
}

/// Gives each such count its node.
pub(super) fn to_nodes(form: &mut Element) {
    let mut counted = Vec::new();
    take(form, &mut counted);
    for Counted { path, count } in counted {
        add_bind(form, &path, &count);
        if let Some(instance) = primary(form) {
            let steps: Vec<&str> = path.split('/').skip(2).collect();
            add_node(instance, &steps, &count);
        }
    }
}

/// A path or one reference: what a reader can follow.
fn is_path(text: &str) -> bool {
    let text = text.trim();
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '/' | '.' | '_' | '-' | ':');
    only_reference(text).is_some() || (text.starts_with(['/', '.']) && text.chars().all(plain))
}

fn take(element: &mut Element, into: &mut Vec<Counted>) {
    let path = element.attribute("nodeset").map(|nodeset| nodeset.text.trim().to_owned());
    if element.name.is("repeat")
        && let Some(path) = path
    {
        let count = Name::new(Namespace::JavaRosa, "count");
        let own = element.attributes.iter_mut().find(|attribute| attribute.name == count);
        if let Some(attribute) = own.filter(|attribute| !is_path(&attribute.value.text)) {
            let node = Written::plain(&format!("{path}_count"), attribute.value.span);
            into.push(Counted { path, count: std::mem::replace(&mut attribute.value, node) });
        }
    }
    for content in &mut element.content {
        if let Content::Element(child) = content {
            take(child, into);
        }
    }
}

fn child<'a>(element: &'a mut Element, local: &str) -> Option<&'a mut Element> {
    element.content.iter_mut().find_map(|content| match content {
        Content::Element(child) if *child.name.local == *local => Some(child),
        _ => None,
    })
}

fn primary(form: &mut Element) -> Option<&mut Element> {
    let instance = child(child(child(form, "head")?, "model")?, "instance")?;
    instance.content.iter_mut().find_map(|content| match content {
        Content::Element(root) => Some(root),
        Content::Text(_) => None,
    })
}

fn add_bind(form: &mut Element, path: &str, count: &Written) {
    let Some(model) = child(form, "head").and_then(|head| child(head, "model")) else { return };
    model.push(
        Element::new(Name::xforms("bind"), count.span)
            .with_text(Name::plain("nodeset"), &format!("{path}_count"))
            .with_text(Name::plain("type"), "string")
            .with_text(Name::plain("readonly"), "true()")
            .with(Name::plain("calculate"), count.clone()),
    );
}

/// Before the repeat, wherever it stands: in templates too.
fn add_node(element: &mut Element, steps: &[&str], count: &Written) {
    let [step, rest @ ..] = steps else { return };
    if !rest.is_empty() {
        for content in &mut element.content {
            if let Content::Element(child) = content
                && *child.name.local == **step
            {
                add_node(child, rest, count);
            }
        }
        return;
    }
    let is_repeat =
        |content: &Content| matches!(content, Content::Element(child) if *child.name.local == **step);
    if let Some(at) = element.content.iter().position(is_repeat) {
        let node = Element::new(Name::xforms(format!("{step}_count")), count.span);
        element.content.insert(at, Content::Element(node));
    }
}
