//! Where the parts of an XForm stand: title, primary and secondary instances, binds, itext, actions, body (ODK XForms, *Structure*).

use std::sync::Arc;

use crate::check;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::form::{RsaKey, for_roles};
use crate::source::Span;
use crate::xml::{Namespace, Tag};

/// How many secondary instances a form may have: one for each list.
const MAX_INSTANCES: usize = 5_000;

/// The parts of a document, each where its author put it.
pub(crate) struct XForm<'a> {
    pub title: Option<Tag<'a>>,
    pub model: Tag<'a>,
    /// The root element of the primary instance.
    pub primary: Tag<'a>,
    /// The other instances by id: the `instance` element itself.
    pub secondary: Vec<(Arc<str>, Tag<'a>)>,
    pub binds: Vec<Tag<'a>>,
    pub itext: Option<Tag<'a>>,
    /// Actions that stand in the model.
    pub actions: Vec<Tag<'a>>,
    pub submission: Option<Tag<'a>>,
    pub assessment: Option<Tag<'a>>,
    pub body: Option<Tag<'a>>,
}

/// Finds the parts. What is missing goes to `found`.
pub(super) fn parts<'a>(document: Tag<'a>, found: &mut Diagnostics) -> Option<XForm<'a>> {
    let head = document.named("head");
    let body = document.named("body");
    let within = head.unwrap_or(document);
    let title = within.named("title");
    let Some(model) = within.named("model") else {
        let message = "this is no XForm: there is no `model` in its `head`";
        found.push(
            Diagnostic::error("missing-key", document.span, message)
                .hint("an XForm is `<h:html><h:head><model>…</model></h:head><h:body>…</h:body></h:html>`"),
        );
        return None;
    };
    let mut form = XForm {
        title,
        model,
        primary: model,
        secondary: Vec::new(),
        binds: Vec::new(),
        itext: None,
        actions: Vec::new(),
        submission: None,
        assessment: None,
        body,
    };
    let mut primary = None;
    for element in model.elements() {
        match &*element.name.local {
            "instance" => instance(element, &mut primary, &mut form.secondary, found),
            "bind" => form.binds.push(element),
            "itext" => form.itext = form.itext.or(Some(element)),
            "assessment" if element.name.namespace == Namespace::Doorstep => form.assessment = Some(element),
            "submission" => form.submission = form.submission.or(Some(element)),
            "setvalue" | "setgeopoint" | "recordaudio" => form.actions.push(element),
            _ => {}
        }
    }
    let Some(primary) = primary else {
        let message = "the model has no primary instance: its first `instance` must hold one element";
        found.push(
            Diagnostic::error("missing-key", model.span, message)
                .hint("write `<instance><data id=\"…\" version=\"…\">…</data></instance>`"),
        );
        return None;
    };
    form.primary = primary;
    submission(&form, found);
    for_roles::check(model, found);
    Some(form)
}

/// The first instance is the primary one; the others have ids.
fn instance<'a>(
    element: Tag<'a>,
    primary: &mut Option<Tag<'a>>,
    secondary: &mut Vec<(Arc<str>, Tag<'a>)>,
    found: &mut Diagnostics,
) {
    if primary.is_none() {
        *primary = element.elements().next();
        return;
    }
    let Some(id) = element.attribute("id") else {
        found.push(
            Diagnostic::warning(
                "missing-key",
                element.span,
                "this instance has no `id`, so nothing can refer to it",
            )
            .hint("give it one: `<instance id=\"towns\">`"),
        );
        return;
    };
    if secondary.len() >= MAX_INSTANCES {
        let message = format!("a form has at most {MAX_INSTANCES} instances");
        found.push(Diagnostic::error("too-large", element.span, message));
        return;
    }
    if secondary.iter().any(|(known, _)| **known == *id.text) {
        let message = format!("there are two instances `{}`", id.text);
        found.push(Diagnostic::error("duplicate-list", id.span, message).hint("give one of them another id"));
        return;
    }
    secondary.push((id.text.into(), element));
}

/// ODK knows one way to submit: a POST. A key that is none keeps every answer on its phone.
fn submission(form: &XForm<'_>, found: &mut Diagnostics) {
    let key = form.submission.and_then(|submission| submission.attribute("base64RsaPublicKey"));
    let key = key.filter(|key| check::CHECKS && !key.text.trim().is_empty());
    if let Some(key) = key.filter(|key| RsaKey::read(key.text).is_none()) {
        found.push(
            Diagnostic::warning(
                "bad-public-key",
                key.span,
                "this public key can't be read: no submission of the form could leave the phone",
            )
            .hint("write an RSA key of 2,048 to 8,192 bits in base64, without the lines around it in a PEM file"),
        );
    }
    let Some(method) = form.submission.and_then(|submission| submission.attribute("method")) else { return };
    if !matches!(method.text.trim(), "post" | "form-data-post") {
        found.push(
            Diagnostic::error(
                "bad-submission",
                method.span,
                format!("a form can't be submitted by `{}`", method.text),
            )
            .hint("write `post`"),
        );
    }
}

/// The span of an element's attribute, else of the element.
pub(super) fn span_of(element: Tag<'_>, attribute: &str) -> Span {
    element.attribute(attribute).map_or(element.span, |written| written.span)
}
