//! Controls: labels, hints, and the attributes and choices that a question is shown with.

use super::super::parameters::Parameters;
use super::super::question_types::{Action, Control};
use super::super::rows::{Choosing, Group, Item, ItemKind, Texts};
use super::{Lowering, say};
use crate::source::Written;
use crate::xml::{Element, Name, Namespace};

/// The label's pictures and sounds.
const MEDIA: &[&str] = &["image", "big-image", "audio", "video"];

impl Lowering<'_> {
    /// A question's control; none if it is never shown.
    pub(super) fn control(&mut self, item: &Item, path: &str) -> Option<Element> {
        let row = &item.row;
        let parameters = super::parameters(row);
        let Some(name) = self.element_name(item) else {
            let words = [self.label(item, path), self.hint(item, path)];
            self.unseen(words, item, path);
            return None;
        };
        // What is worked out, and has nothing to say, is not shown.
        let worked_out = row.bind("calculate").is_some() || row.plain("trigger").is_some();
        let says = self.says(item);
        if worked_out && !says {
            self.label(item, path);
            self.hint(item, path);
            return None;
        }
        let mut control =
            Element::new(name, row.place).with(Name::plain("ref"), Written::plain(path, item.name.span));
        if let ItemKind::Question(question) = &item.kind
            && let Control::Upload(media) = question.control
            && row.body("mediatype").is_none()
        {
            control = control
                .with(Name::plain("mediatype"), Written::plain(media, row.place_of(Group::Plain, "type")));
        }
        control = self.attributes(item, control);
        control = self.control_parameters(item, &parameters, control);
        let label = self.label(item, path);
        let hint = self.hint(item, path);
        match (label, &hint) {
            (Some(label), _) => control.push(label),
            // A hint alone still has a label before it.
            (None, Some(_)) => control.push(Element::new(Name::xforms("label"), row.place)),
            (None, None) if is_labels_row(item) => {
                control.push(Element::new(Name::xforms("label"), row.place));
            }
            (None, None) => {}
        }
        if let Some(hint) = hint {
            control.push(hint);
        }
        control = self.choices(item, &parameters, control);
        for action in self.triggered_actions(item) {
            control.push(action);
        }
        Some(control)
    }

    fn element_name(&self, item: &Item) -> Option<Name> {
        Some(match &item.kind {
            ItemKind::Select(select) => match select.how {
                Choosing::One => Name::xforms("select1"),
                Choosing::Multiple => Name::xforms("select"),
                Choosing::Rank => Name::new(Namespace::Odk, "rank"),
                Choosing::External => Name::xforms("input"),
            },
            ItemKind::Question(question) => match question.control {
                Control::Input => Name::xforms("input"),
                Control::Upload(_) => Name::xforms("upload"),
                Control::Trigger => Name::xforms("trigger"),
                Control::Range => Name::xforms("range"),
                Control::Action(Action::BackgroundGeopoint) => Name::xforms("trigger"),
                Control::None | Control::Action(_) | Control::Audit | Control::ExternalInstance(_) => {
                    return None;
                }
            },
            ItemKind::Group | ItemKind::Repeat | ItemKind::Loop(_) => return None,
        })
    }

    /// The columns that are attributes of the control: `appearance`, `body::accept`.
    pub(super) fn attributes(&self, item: &Item, mut element: Element) -> Element {
        for cell in &item.row.cells {
            let column = &cell.column;
            if column.group == Group::Body && !column.name.is_empty() && &*column.name != "jr:count" {
                super::put(&mut element, self.qualified(&column.name), cell.words.clone());
            }
        }
        element
    }

    fn control_parameters(&self, item: &Item, parameters: &Parameters, mut control: Element) -> Element {
        let ItemKind::Question(question) = &item.kind else { return control };
        for parameter in &parameters.said {
            let name = match (question.control, question.data_type, &*parameter.key) {
                (Control::Input, Some("geopoint"), "capture-accuracy") => Name::plain("accuracyThreshold"),
                (Control::Input, Some("geopoint"), "warning-accuracy") => {
                    Name::plain("unacceptableAccuracyThreshold")
                }
                (Control::Input, Some("geotrace" | "geoshape"), "incremental") => {
                    control = control
                        .with(Name::plain("incremental"), Written::plain("true", parameter.value.span));
                    continue;
                }
                (Control::Input, Some("string"), "rows") if is_written(item, "text") => Name::plain("rows"),
                (Control::Upload("image/*"), _, "app") if takes_an_app(item) => Name::plain("intent"),
                (Control::Range, _, "start" | "end" | "step") => Name::plain(parameter.key.clone()),
                (Control::Range, _, "tick_interval") => Name::new(Namespace::Odk, "tick-interval"),
                (Control::Range, _, "placeholder") => Name::new(Namespace::Odk, "placeholder"),
                _ => continue,
            };
            super::put(&mut control, name, parameter.value.clone());
        }
        if question.control == Control::Range {
            for (key, standard) in [("start", "1"), ("end", "10"), ("step", "1")] {
                if parameters.get(key).is_none() {
                    control = control.with_text(Name::plain(key), standard);
                }
            }
        }
        control
    }

    /// Has it a label or a hint?
    fn says(&self, item: &Item) -> bool {
        let own_hint = matches!(&item.kind, ItemKind::Question(question) if question.hint.is_some());
        own_hint || ["label", "hint"].iter().any(|name| item.row.plain(name).is_some())
    }

    /// Words that are never shown. Those by language stand in the itext, as pyxform has it; the others are kept for other syntaxes.
    fn unseen(&mut self, words: [Option<Element>; 2], item: &Item, path: &str) {
        let plain = words.into_iter().flatten().filter(|words| words.attribute("ref").is_none());
        let kept = Element::new(Name::new(Namespace::Doorstep, "unseen"), item.row.place)
            .with(Name::plain("ref"), Written::plain(path, item.name.span));
        let kept = plain.fold(kept, Element::holding);
        if !kept.content.is_empty() {
            self.model.push(kept);
        }
    }

    /// The label of a section, which pictures alone do not make. Its hint is never shown.
    pub(super) fn heading(&mut self, item: &Item, path: &str) -> Option<Element> {
        let hint = self.hint(item, path);
        self.unseen([None, hint], item, path);
        self.label(item, path).filter(|_| item.row.plain("label").is_some())
    }

    /// The label, in place or in the itext.
    pub(super) fn label(&mut self, item: &Item, path: &str) -> Option<Element> {
        let texts = item.row.texts(Group::Plain, "label");
        let media: Vec<(&str, Texts)> = MEDIA
            .iter()
            .map(|name| (*name, item.row.texts(Group::Media, name)))
            .filter(|(_, texts)| !texts.is_empty())
            .collect();
        let Some(first) = texts.first().or(media.first().and_then(|(_, texts)| texts.first())) else {
            let said = item.row.cells.iter().find(|cell| cell.column.group == Group::Media)?;
            return Some(Element::new(Name::xforms("label"), said.words.span));
        };
        // What an XForm without a label becomes as a row, which has to have one.
        if &*first.text == "\u{200b}" && media.is_empty() {
            return None;
        }
        let mut label = Element::new(Name::xforms("label"), first.span);
        if media.is_empty() && !self.in_itext(&texts) {
            say(&mut label, texts.first()?);
            return Some(label);
        }
        let id = format!("{path}:label");
        self.itext.add(&id, None, &texts, &self.default_language);
        for (form, texts) in &media {
            self.itext.add(&id, Some(form), texts, &self.default_language);
        }
        Some(label.with_text(Name::plain("ref"), &format!("jr:itext('{id}')")))
    }

    pub(super) fn hint(&mut self, item: &Item, path: &str) -> Option<Element> {
        let mut texts = item.row.texts(Group::Plain, "hint");
        let guidance = item.row.texts(Group::Plain, "guidance_hint");
        if texts.is_empty() && guidance.is_empty() {
            let ItemKind::Question(question) = &item.kind else { return None };
            let mut hint = Element::new(Name::xforms("hint"), item.row.place_of(Group::Plain, "type"));
            hint.push_text(Written::plain(question.hint?, hint.span));
            return Some(hint);
        }
        if let (true, ItemKind::Question(question)) = (texts.is_empty(), &item.kind) {
            // The type's own hint stands beside the guidance.
            let span = item.row.place_of(Group::Plain, "type");
            texts.by_language.extend(question.hint.map(|own| (None, Written::plain(own, span))));
        }
        let place = texts.first().or(guidance.first())?.span;
        let mut hint = Element::new(Name::xforms("hint"), place);
        if guidance.is_empty() && !self.in_itext(&texts) {
            say(&mut hint, texts.first()?);
            return Some(hint);
        }
        let id = format!("{path}:hint");
        self.itext.add(&id, None, &texts, &self.default_language);
        self.itext.add(&id, Some("guidance"), &guidance, &self.default_language);
        Some(hint.with_text(Name::plain("ref"), &format!("jr:itext('{id}')")))
    }

    /// The heading of one instance of a repeat, a word of Doorstep's own.
    pub(super) fn item_label(&mut self, item: &Item, path: &str) -> Option<Element> {
        let texts = item.row.texts(Group::Plain, "item_label");
        let first = texts.first()?;
        let mut label = Element::new(Name::new(Namespace::Doorstep, "itemLabel"), first.span);
        if !self.in_itext(&texts) {
            say(&mut label, first);
            return Some(label);
        }
        let id = format!("{path}:itemLabel");
        self.itext.add(&id, None, &texts, &self.default_language);
        Some(label.with_text(Name::plain("ref"), &format!("jr:itext('{id}')")))
    }
}

/// Is the type spelled like that?
fn is_written(item: &Item, spelling: &str) -> bool {
    item.row.plain("type").is_some_and(|said| *said.text == *spelling)
}

/// Is it the row above a table that shows its choices' labels?
fn is_labels_row(item: &Item) -> bool {
    item.name.text.starts_with("reserved_name_for_field_list_labels_")
}

/// Another app takes the picture where the client has no way of its own to.
fn takes_an_app(item: &Item) -> bool {
    item.row.body("appearance").is_none_or(|appearance| &*appearance.text == "annotate")
}
