//! Words in several languages: XForms' `itext`, with the forms `guidance`, `image`, `audio`, `video`.

use std::collections::HashMap;
use std::sync::Arc;

use super::super::rows::{Questionnaire, Syntax, Texts};
use super::say;
use crate::source::{Composer, Span, Written};
use crate::xml::{Element, Name};

/// All texts by their ids, in the order of their making.
#[derive(Default)]
pub(super) struct Itext {
    languages: Vec<Arc<str>>,
    texts: Vec<Text>,
    by_id: HashMap<Arc<str>, usize>,
}

struct Text {
    id: Arc<str>,
    values: Vec<Value>,
}

/// One form of a text in each language.
struct Value {
    form: Option<Arc<str>>,
    by_language: Vec<(Arc<str>, Written)>,
}

impl Itext {
    /// Adds words under an id. Words without a language are the default's.
    pub fn add(&mut self, id: &str, form: Option<&str>, texts: &Texts, default_language: &Arc<str>) {
        if texts.is_empty() {
            return;
        }
        let index = *self.by_id.entry(id.into()).or_insert_with(|| {
            self.texts.push(Text { id: id.into(), values: Vec::new() });
            self.texts.len() - 1
        });
        let mut value = Value { form: form.map(Arc::from), by_language: Vec::new() };
        for (language, words) in &texts.by_language {
            let language = language.as_ref().unwrap_or(default_language);
            if !self.languages.contains(language) {
                self.languages.push(language.clone());
            }
            // Words with the default language's name count more than those without a language.
            match value.by_language.iter_mut().find(|(known, _)| known == language) {
                Some(known) if texts.of(Some(language)).is_none_or(|named| named.span == words.span) => {
                    known.1 = words.clone();
                }
                Some(_) => {}
                None => value.by_language.push((language.clone(), words.clone())),
            }
        }
        self.texts[index].values.push(value);
    }

    /// The `itext` element; none if there are no texts.
    pub fn element(&self, default_language: &Arc<str>, form: &Questionnaire) -> Option<Element> {
        let place = form.settings.place;
        if self.texts.is_empty() {
            return None;
        }
        let mut itext = Element::new(Name::xforms("itext"), place);
        for language in &self.languages {
            let mut translation =
                Element::new(Name::xforms("translation"), place).with_text(Name::plain("lang"), language);
            if language == default_language {
                translation = translation.with_text(Name::plain("default"), "true()");
            }
            for text in &self.texts {
                translation.push(text.element(language, default_language, form.syntax));
            }
            itext.push(translation);
        }
        Some(itext)
    }
}

impl Text {
    fn element(&self, language: &Arc<str>, default_language: &Arc<str>, syntax: Syntax) -> Element {
        let span = self.values.first().and_then(|value| value.by_language.first());
        let span = span.map_or(Span::top(0), |(_, words)| words.span);
        let mut text = Element::new(Name::xforms("text"), span).with_text(Name::plain("id"), &self.id);
        for value in &self.values {
            let said = |words: &Written| syntax == Syntax::Sheets || !words.text.trim().is_empty();
            let of = |wanted: &Arc<str>| {
                value.by_language.iter().find(|(known, words)| known == wanted && said(words))
            };
            let own = of(language).map(|(_, words)| words);
            let words = match (own, syntax) {
                (Some(words), _) => words.clone(),
                (None, Syntax::Json) => {
                    let other = of(default_language).or(value.by_language.first());
                    let Some((_, words)) = other else { continue };
                    words.clone()
                }
                // pyxform's sign for words that are missing; there is none for pictures and sounds.
                (None, Syntax::Sheets) => match value.form.as_deref() {
                    None | Some("guidance") => Written::plain("-", span),
                    Some(_) => continue,
                },
            };
            text.push(value_element(value.form.as_deref(), &words));
        }
        text
    }
}

fn value_element(form: Option<&str>, words: &Written) -> Element {
    let mut value = Element::new(Name::xforms("value"), words.span);
    let folder = match form {
        Some("image" | "big-image") => "images",
        Some("audio") => "audio",
        Some("video") => "video",
        _ => "",
    };
    if let Some(form) = form {
        value = value.with_text(Name::plain("form"), form);
    }
    match folder.is_empty() {
        true => say(&mut value, words),
        false => {
            let mut address = Composer::new(words.span);
            address.own("jr://");
            address.own(folder);
            address.own("/");
            address.author(words);
            say(&mut value, &address.done());
        }
    }
    value
}
