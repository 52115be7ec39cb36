//! Actions: values that are set when a form is opened, a repeat is added or an answer changes.

use super::super::default_kind::is_dynamic;
use super::super::question_types::{Action, Control};
use super::super::rows::{Item, ItemKind};
use super::Lowering;
use crate::source::Written;
use crate::xml::{Element, Name, Namespace};

impl Lowering<'_> {
    /// The default, if it is an expression rather than a value.
    pub(super) fn dynamic_default(&self, item: &Item) -> Option<Written> {
        let default = item.row.plain("default")?;
        // The spelling counts: `q date` is no `date` here.
        let data_type = item.row.plain("type").map_or("", |said| &said.text);
        // The default of a picture is a file.
        let image = item.row.plain("type").is_some_and(|said| matches!(&*said.text, "image" | "photo"));
        (!image && is_dynamic(&default.text, data_type)).then(|| default.clone())
    }

    /// What an answer to this item sets elsewhere, in the order of the rows that ask for it.
    pub(super) fn triggered_actions(&self, item: &Item) -> Vec<Element> {
        let mut actions = Vec::new();
        for known in self.names.triggered(&item.name.text) {
            let Some(trigger) = known.item.row.plain("trigger").filter(|_| !known.item.is_section()) else {
                continue;
            };
            let background = matches!(&known.item.kind, ItemKind::Question(question)
                if question.control == Control::Action(Action::BackgroundGeopoint));
            actions.push(match background {
                true => action(
                    Name::new(Namespace::Odk, "setgeopoint"),
                    &known.path,
                    trigger,
                    "xforms-value-changed",
                ),
                false => {
                    setvalue(&known.path, trigger, "xforms-value-changed", known.item.row.bind("calculate"))
                }
            });
        }
        actions
    }

    /// What the device does when the form is opened.
    pub(super) fn device_action(&self, item: &Item, path: &str, kind: Action) -> Element {
        let (name, event) = match kind {
            Action::StartGeopoint | Action::BackgroundGeopoint => ("setgeopoint", "odk-instance-first-load"),
            Action::BackgroundAudio => ("recordaudio", "odk-instance-load"),
        };
        let mut done = action(Name::new(Namespace::Odk, name), path, &item.name, event);
        if kind == Action::BackgroundAudio
            && let Some(quality) = super::parameters(&item.row).get("quality")
        {
            done = done.with(Name::new(Namespace::Odk, "quality"), quality.clone());
        }
        done
    }

    /// Defaults that are worked out anew for each instance of a repeat.
    pub(super) fn repeat_actions(&self, item: &Item, path: &str, repeat: &mut Element) {
        for child in &item.children {
            let inner = format!("{path}/{}", child.name.text);
            match &child.kind {
                ItemKind::Repeat => {}
                ItemKind::Group | ItemKind::Loop(_) => self.repeat_actions(child, &inner, repeat),
                ItemKind::Question(_) | ItemKind::Select(_) => {
                    if let Some(default) = self.dynamic_default(child) {
                        repeat.push(setvalue(&inner, &child.name, "odk-new-repeat", Some(&default)));
                    }
                }
            }
        }
    }
}

/// `<setvalue ref event value>`; without a value it empties the node.
pub(super) fn setvalue(path: &str, named: &Written, event: &str, value: Option<&Written>) -> Element {
    let mut element = action(Name::xforms("setvalue"), path, named, event);
    if let Some(value) = value {
        element.span = value.span;
        element = element.with(Name::plain("value"), value.clone());
    }
    element
}

fn action(name: Name, path: &str, named: &Written, event: &str) -> Element {
    Element::new(name, named.span).with_text(Name::plain("ref"), path).with_text(Name::plain("event"), event)
}
