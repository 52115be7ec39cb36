//! The body: which node is shown how, in which order, inside which group (ODK XForms, *Body*).

use std::borrow::Cow;

use rustc_hash::FxHashMap;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::form::paths::absolute;
use crate::form::tree::Shapes;
use crate::source::Span;
use crate::view::Control;
use crate::xml::Tag;

/// A control, group or repeat of the body, with the path of the node it stands for.
#[derive(Debug)]
pub(crate) struct Placed<'a> {
    pub path: String,
    pub element: Tag<'a>,
    pub kind: PlacedKind,
    /// The index of the group or repeat that it is shown in.
    pub parent: Option<usize>,
    /// The element that holds its label: the group around a repeat, else itself.
    pub heading: Tag<'a>,
    /// Where its reference is written.
    pub span: Span,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum PlacedKind {
    Question(Control),
    Group,
    Repeat,
}

/// An action that stands in the body, with the path of the node around it.
#[derive(Debug)]
pub(super) struct PlacedAction<'a> {
    pub element: Tag<'a>,
    /// The control, group or repeat that it stands in.
    pub path: String,
    /// It stands in a control: what it waits for is that one's change.
    pub in_control: bool,
}

/// Everything in the body, in document order.
#[derive(Debug, Default)]
pub(super) struct Body<'a> {
    pub placed: Vec<Placed<'a>>,
    pub actions: Vec<PlacedAction<'a>>,
}

impl Body<'_> {
    /// What the body says of the model tree.
    pub fn shapes(&self) -> Shapes<'_> {
        let of = |kind: PlacedKind| {
            self.placed.iter().filter(move |placed| placed.kind == kind).map(|placed| placed.path.as_str())
        };
        Shapes { repeats: of(PlacedKind::Repeat).collect(), groups: of(PlacedKind::Group).collect() }
    }
}

/// Walks the body. `binds` gives the nodeset of a bind by its id.
pub(super) fn walk<'a>(
    body: Option<Tag<'a>>,
    root: &str,
    binds: &FxHashMap<&str, &str>,
    found: &mut Diagnostics,
) -> Body<'a> {
    let mut walk = Walk { out: Body::default(), root, binds, found };
    if let Some(body) = body {
        walk.inside(body, root, None);
    }
    walk.out
}

struct Walk<'a, 'b> {
    out: Body<'a>,
    /// The path of the primary instance's root.
    root: &'b str,
    binds: &'b FxHashMap<&'b str, &'b str>,
    found: &'b mut Diagnostics,
}

impl<'a> Walk<'a, '_> {
    fn inside(&mut self, element: Tag<'a>, context: &str, parent: Option<usize>) {
        for child in element.elements() {
            match &*child.name.local {
                "group" => self.group(child, context, parent),
                "repeat" => self.repeat(child, child, context, parent),
                "setvalue" | "setgeopoint" | "recordaudio" => self.action(child, context, false),
                "label" | "hint" | "help" | "itemLabel" => {}
                _ => self.control(child, context, parent),
            }
        }
    }

    fn group(&mut self, element: Tag<'a>, context: &str, parent: Option<usize>) {
        let path = match self.reference(element, context) {
            Some(Ok(path)) => Some(path),
            Some(Err(())) => return,
            None => None,
        };
        let mut inner = element.elements().filter(|child| !matches!(&*child.name.local, "label" | "hint"));
        if let (Some(repeat), None) = (inner.next(), inner.next())
            && &*repeat.name.local == "repeat"
        {
            let own = repeat.attribute("nodeset").and_then(|nodeset| absolute(context, nodeset.text));
            if path.is_none() || path.as_deref() == own.as_deref() {
                return self.repeat(repeat, element, context, parent);
            }
        }
        let Some(path) = path.filter(|path| path != self.root) else {
            // A group for the eye alone: what it holds stands where it stands.
            return self.inside(element, context, parent);
        };
        let index = self.place(element, element, PlacedKind::Group, path.clone(), parent);
        self.inside(element, &path, Some(index));
    }

    fn repeat(&mut self, element: Tag<'a>, heading: Tag<'a>, context: &str, parent: Option<usize>) {
        let Some(Ok(path)) = self.reference(element, context) else { return };
        if path == self.root {
            let message = "a form has one root: it can't be repeated";
            let span = super::xform::span_of(element, "nodeset");
            self.found.push(Diagnostic::error("wrong-path", span, message).hint("repeat a group in it"));
            return;
        }
        let index = self.place(element, heading, PlacedKind::Repeat, path.clone(), parent);
        self.inside(element, &path, Some(index));
    }

    fn control(&mut self, element: Tag<'a>, context: &str, parent: Option<usize>) {
        let control = match &*element.name.local {
            "input" | "secret" | "textarea" => Control::Input,
            "select1" => Control::SelectOne,
            "select" => Control::SelectMultiple,
            "rank" => Control::Rank,
            "upload" => Control::Upload,
            "trigger" => Control::Acknowledge,
            "range" => Control::Range,
            other => {
                let message = format!("there is no control `{other}`");
                let known =
                    ["input", "select1", "select", "rank", "upload", "trigger", "range", "group", "repeat"];
                self.found.push(
                    Diagnostic::warning("unknown-control", element.span, message).did_you_mean(other, known),
                );
                return;
            }
        };
        let Some(Ok(path)) = self.reference(element, context) else { return };
        let index = self.place(element, element, PlacedKind::Question(control), path, parent);
        for child in element.elements() {
            if matches!(&*child.name.local, "setvalue" | "setgeopoint" | "recordaudio") {
                let path = self.out.placed[index].path.clone();
                self.action(child, &path, true);
            }
        }
    }

    fn action(&mut self, element: Tag<'a>, context: &str, in_control: bool) {
        self.out.actions.push(PlacedAction { element, path: context.to_owned(), in_control });
    }

    fn place(
        &mut self,
        element: Tag<'a>,
        heading: Tag<'a>,
        kind: PlacedKind,
        path: String,
        parent: Option<usize>,
    ) -> usize {
        let attribute = if kind == PlacedKind::Repeat { "nodeset" } else { "ref" };
        let span = super::xform::span_of(element, attribute);
        self.out.placed.push(Placed { path, element, kind, parent, heading, span });
        self.out.placed.len() - 1
    }

    /// The absolute path that an element refers to; none if it refers to nothing, an error (already told) if that is no path.
    fn reference(&mut self, element: Tag<'a>, context: &str) -> Option<Result<String, ()>> {
        let by_bind = element.attribute("bind").and_then(|id| self.binds.get(id.text).copied());
        let written = element.attribute("ref").or_else(|| element.attribute("nodeset"));
        let (text, span) = match (by_bind, written) {
            (Some(nodeset), _) => (nodeset, element.span),
            (None, Some(written)) => (written.text, written.span),
            (None, None) => {
                if &*element.name.local != "group" {
                    let message = format!("this `{}` refers to no node", element.name.local);
                    self.found.push(
                        Diagnostic::error("missing-key", element.span, message).hint("give it a `ref`"),
                    );
                }
                return None;
            }
        };
        Some(absolute(context, text).map(Cow::into_owned).ok_or_else(|| {
            let message = format!("`{text}` is no plain path to a node");
            let hint = "write the names from the root to the node: `/data/group/name`";
            self.found.push(Diagnostic::error("wrong-path", span, message).hint(hint));
        }))
    }
}
