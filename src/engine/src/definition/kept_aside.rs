//! The assessment in an XForm that others read: it lies in an instance of its own, since ODK's tools refuse what they don't know in
//! a model, but pass over an instance that nothing reads.

use crate::xml::{Content, Element, Name, Namespace, Tag};

/// The id of that instance.
const ID: &str = "doorstep-assessment";

/// Puts it into an instance, for others.
pub(crate) fn aside(form: &mut Element) {
    each(form, |content| match content {
        Content::Element(element) if is_assessment(&element) => {
            let instance =
                Element::new(Name::xforms("instance"), element.span).with_text(Name::plain("id"), ID);
            Content::Element(instance.holding(element))
        }
        other => other,
    });
}

/// Has a form its assessment in an instance?
pub(super) fn is_in(form: Tag<'_>) -> bool {
    let model = form.named("head").and_then(|head| head.named("model"));
    model.is_some_and(|model| {
        model
            .elements()
            .any(|part| part.name.is("instance") && part.attribute("id").is_some_and(|id| id.text == ID))
    })
}

/// Takes it out of its instance, as it is compiled.
pub(super) fn back(form: &mut Element) {
    each(form, |content| match content {
        Content::Element(mut instance) if is_aside(&instance) => {
            let assessment = instance.content.iter().position(|content| match content {
                Content::Element(element) => is_assessment(element),
                Content::Text(_) => false,
            });
            match assessment {
                Some(at) => instance.content.swap_remove(at),
                None => Content::Element(instance),
            }
        }
        other => other,
    });
}

fn is_assessment(element: &Element) -> bool {
    element.name == Name::new(Namespace::Doorstep, "assessment")
}

fn is_aside(element: &Element) -> bool {
    element.name.is("instance") && element.attribute("id").is_some_and(|id| *id.text == *ID)
}

/// Looks over the parts of the model.
fn each(form: &mut Element, mut change: impl FnMut(Content) -> Content) {
    let Some(model) = child(form, "head").and_then(|head| child(head, "model")) else { return };
    let wanted = |content: &Content| matches!(content, Content::Element(element) if is_assessment(element) || is_aside(element));
    for content in model.content.iter_mut().filter(|content| wanted(content)) {
        let nothing = Content::Element(Element::new(Name::plain(""), place(content)));
        let before = std::mem::replace(content, nothing);
        *content = change(before);
    }
}

fn place(content: &Content) -> crate::source::Span {
    match content {
        Content::Element(element) => element.span,
        Content::Text(text) => text.span,
    }
}

fn child<'a>(element: &'a mut Element, local: &str) -> Option<&'a mut Element> {
    element.content.iter_mut().find_map(|content| match content {
        Content::Element(child) if *child.name.local == *local => Some(child),
        _ => None,
    })
}
