//! Words: labels, hints and messages with their languages and media, `${name}` where an answer is shown.

use std::collections::HashMap;

use super::Losses;
use super::model::Model;
use super::table::Row;
use crate::source::Span;
use crate::xml::{Content, Element};

/// The translations.
#[derive(Default)]
pub(super) struct Itext<'a> {
    /// In the order of the form.
    pub languages: Vec<&'a str>,
    /// The one that is marked so.
    pub default: Option<&'a str>,
    /// Are the `-` that pyxform writes for missing translations left out, since pyxform will write them again?
    pub leaves_dashes_out: bool,
    /// By id, then by language: the values with their forms.
    texts: HashMap<&'a str, Vec<(&'a str, Vec<&'a Element>)>>,
}

/// What a text becomes in the columns of a row.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Label,
    Hint,
    /// A message, in the column of that name.
    Message(&'static str),
}

/// What a repeat's card says of its instance.
pub(super) const ITEM_LABEL: Kind = Kind::Message("item_label");

impl<'a> Itext<'a> {
    pub fn of(model: &'a Element) -> Itext<'a> {
        let mut itext = Itext::default();
        let translations =
            model.elements().filter(|element| element.name.is("itext")).flat_map(Element::elements);
        for translation in translations.filter(|element| element.name.is("translation")) {
            let language = translation.attribute("lang").map_or("default", |lang| &lang.text);
            itext.languages.push(language);
            if translation.attribute("default").is_some() {
                itext.default = Some(language);
            }
            for text in translation.elements().filter(|element| element.name.is("text")) {
                let Some(id) = text.attribute("id") else { continue };
                let values = text.elements().filter(|element| element.name.is("value")).collect();
                itext.texts.entry(&id.text).or_default().push((language, values));
            }
        }
        itext
    }
}

impl Itext<'_> {
    /// The plain words of a text, by language; none if there is no such text.
    pub fn words(&self, id: &str) -> Vec<(&str, String)> {
        let plain = |values: &Vec<&Element>| {
            values.iter().find(|value| value.attribute("form").is_none()).map(|value| value.text())
        };
        let texts = self.texts.get(id).into_iter().flatten();
        texts.filter_map(|(language, values)| Some((*language, plain(values)?))).collect()
    }
}

/// A column for one language.
fn column(base: &str, language: &str) -> String {
    match language {
        "default" => base.to_owned(),
        language => format!("{base}::{language}"),
    }
}

/// The id in `jr:itext('id')`.
pub(super) fn itext_id(expression: &str) -> Option<&str> {
    let inside = expression.trim().strip_prefix("jr:itext(")?.strip_suffix(')')?.trim();
    let quote = inside.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    inside[1..].strip_suffix(quote)
}

/// Words that are written where they stand or in the translations.
pub(super) struct Texts<'a, 'b> {
    pub form: &'b Model<'a>,
    pub itext: &'b Itext<'a>,
}

impl Texts<'_, '_> {
    /// A `label` or `hint` of an element, shown for the node at `from`.
    pub fn element(&self, element: &Element, kind: Kind, from: usize, row: &mut Row, losses: &mut Losses) {
        match element.attribute("ref").map(|reference| &*reference.text) {
            Some(reference) => match itext_id(reference) {
                Some(id) => self.id(id, kind, from, element.span, row, losses),
                None => losses
                    .push(element.span, format!("the text comes from `{reference}`, which a row can't say")),
            },
            None => {
                let words = self.words_of(element, kind, from, losses);
                self.everywhere(&words, kind, row);
            }
        }
    }

    /// A message: words, or `jr:itext('id')`.
    pub fn message(
        &self,
        written: &crate::source::Written,
        kind: Kind,
        from: usize,
        row: &mut Row,
        losses: &mut Losses,
    ) {
        match itext_id(&written.text) {
            Some(id) => self.id(id, kind, from, written.span, row, losses),
            None if written.text.trim_start().starts_with("jr:itext(") => {
                let what = format!("the message comes from `{}`, which a row can't say", written.text.trim());
                losses.push(written.span, what);
            }
            None => self.everywhere(&written.text, kind, row),
        }
    }

    /// Words without a language: pyxform keeps them as they stand, for readers of every language.
    fn everywhere(&self, words: &str, kind: Kind, row: &mut Row) {
        let base = match kind {
            Kind::Label => "label",
            Kind::Hint => "hint",
            Kind::Message(column) => column,
        };
        row.set(base, words);
    }

    /// The id that an item's element holds, if there is such a text.
    pub fn known<'t>(&self, element: &'t str) -> Option<&'t str> {
        let id = itext_id(element).unwrap_or(element.trim());
        self.itext.texts.contains_key(id).then_some(id)
    }

    /// The values of a text of the translations.
    pub fn id(&self, id: &str, kind: Kind, from: usize, span: Span, row: &mut Row, losses: &mut Losses) {
        let Some(translations) = self.itext.texts.get(id) else {
            losses.push(span, format!("there is no text `{id}`"));
            return;
        };
        // Words without a language alone would be no translation, and pyxform would write no dashes.
        let is_said = |language: &str, value: &Element| {
            language != "default" && value.text().trim() != "-" && value.attribute("form").is_none()
        };
        let some_said =
            translations.iter().any(|(language, values)| values.iter().any(|value| is_said(language, value)));
        for (language, values) in translations {
            for value in values {
                let form = value.attribute("form").map(|form| &*form.text);
                let words = self.words_of(value, kind, from, losses);
                // What pyxform writes for a translation that is missing.
                let is_missing = form.is_none() && words.trim() == "-" && translations.len() > 1;
                if is_missing && some_said && self.itext.leaves_dashes_out {
                    continue;
                }
                let (base, words) = match (kind, form) {
                    (Kind::Label, None | Some("long")) => ("label", words),
                    (Kind::Hint, None | Some("long")) => ("hint", words),
                    (Kind::Message(column), None | Some("long")) => (column, words),
                    (Kind::Hint, Some("guidance")) => ("guidance_hint", words),
                    (Kind::Label, Some("image")) => ("media::image", file(&words, "images")),
                    (Kind::Label, Some("big-image")) => ("media::big-image", file(&words, "images")),
                    (Kind::Label, Some("audio")) => ("media::audio", file(&words, "audio")),
                    (Kind::Label, Some("video")) => ("media::video", file(&words, "video")),
                    (_, Some(other)) => {
                        losses.push(value.span, format!("the form `{other}` of this text is left out"));
                        continue;
                    }
                };
                row.set(column(base, language), words);
            }
        }
    }

    /// What an element says, an output as `${name}`.
    pub fn words(&self, element: &Element, from: usize, losses: &mut Losses) -> String {
        self.words_of(element, Kind::Label, from, losses)
    }

    fn words_of(&self, element: &Element, kind: Kind, from: usize, losses: &mut Losses) -> String {
        let mut words = String::new();
        for content in &element.content {
            match content {
                Content::Text(text) => words.push_str(&text.text),
                Content::Element(output) if output.name.is("output") => {
                    let value = output.attribute("value").or_else(|| output.attribute("ref"));
                    let value = value.map_or("", |value| &value.text);
                    // What a list says of an answer may stand in a text as it is.
                    if value.trim_start().starts_with("instance(") && !value.contains("last-saved") {
                        words.push_str(&unescaped(&self.form.named(value, from)));
                        continue;
                    }
                    let single = self.form.names.single(value, &self.form.nodes[from].path);
                    // A card's words are said in its instance: a path into the repeat means that one's node there.
                    let own = || self.form.names.only(value.trim()).map(|name| format!("${{{name}}}"));
                    match single.or_else(|| if kind == ITEM_LABEL { own() } else { None }) {
                        Some(name) => words.push_str(&name),
                        None => losses.push(
                            output.span,
                            format!("a text shows `{}`; a row's text only shows answers: calculate it in a row of its own", value.trim()),
                        ),
                    }
                }
                Content::Element(other) => {
                    losses.push(
                        other.span,
                        format!("the markup `{}` in a text is taken off", other.name.local),
                    );
                    words.push_str(&other.text());
                }
            }
        }
        words
    }
}

/// pyxform escapes such an expression twice.
fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

fn file(address: &str, folder: &str) -> String {
    let address = address.trim();
    address.strip_prefix(&format!("jr://{folder}/")).unwrap_or(address).to_owned()
}
