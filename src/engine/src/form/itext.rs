//! itext: the translations of a form's texts, by id (ODK XForms, *Languages*).

use rustc_hash::FxHashMap;
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::form::binds::constant;
use crate::source::Span;
use crate::xml::Tag;

/// The translations as written.
#[derive(Debug, Default)]
pub(crate) struct Itext<'a> {
    /// The default first.
    pub languages: Vec<Arc<str>>,
    /// Where each translation stands.
    pub places: Vec<Span>,
    /// By id: its place in the order of first use.
    places_of: FxHashMap<&'a str, usize>,
    order: Vec<&'a str>,
    /// By place, and within by language: the `text` element.
    texts: Vec<Option<Tag<'a>>>,
}

impl<'a> Itext<'a> {
    /// Reads `itext`. The language that is marked as default, else the first, comes first.
    pub fn read(element: Option<Tag<'a>>, found: &mut Diagnostics) -> Itext<'a> {
        let mut itext = Itext::default();
        let mut translations: Vec<(&'a str, Tag<'a>)> = Vec::new();
        for translation in element.into_iter().flat_map(Tag::elements) {
            match translation.attribute("lang") {
                Some(lang) if translations.iter().any(|(known, _)| *known == lang.text) => {
                    let message = format!("there are two translations `{}`", lang.text);
                    found.push(
                        Diagnostic::error("duplicate-language", lang.span, message)
                            .hint("put all texts of a language into one `translation`"),
                    );
                }
                Some(lang) => translations.push((lang.text, translation)),
                None => found.push(
                    Diagnostic::error("missing-key", translation.span, "this translation has no `lang`")
                        .hint("for example lang=\"中文 (zh)\""),
                ),
            }
        }
        let marked = |(_, translation): &(&str, Tag<'_>)| {
            // `default=""` is one, as in HTML.
            let denied = |text: &str| !text.trim().is_empty() && constant(text) == Some(false);
            translation.attribute("default").is_some_and(|written| !denied(written.text))
        };
        if let Some(default) = translations.iter().position(marked) {
            translations[..=default].rotate_right(1);
        }
        let count = translations.len();
        for (index, (language, translation)) in translations.into_iter().enumerate() {
            itext.languages.push(language.into());
            itext.places.push(translation.span);
            for text in translation.elements() {
                let Some(id) = text.attribute("id") else { continue };
                let place = *itext.places_of.entry(id.text).or_insert_with(|| {
                    itext.order.push(id.text);
                    itext.texts.resize(itext.texts.len() + count, None);
                    itext.order.len() - 1
                });
                if let Some(first) = itext.texts[place * count + index].replace(text) {
                    let message = format!("the text `{}` is there twice in `{language}`", id.text);
                    found.push(
                        Diagnostic::warning("duplicate-text", id.span, message)
                            .label(first.span, "first here")
                            .hint("keep one of them, or give it another id"),
                    );
                }
            }
        }
        itext
    }

    /// The `text` elements of an id, by language.
    pub fn get(&self, id: &str) -> Option<&[Option<Tag<'a>>]> {
        self.place(id).map(|place| self.at(place).1)
    }

    /// The place of an id in the order of first use.
    pub fn place(&self, id: &str) -> Option<usize> {
        self.places_of.get(id).copied()
    }

    /// The id at a place, and its `text` elements by language.
    pub fn at(&self, place: usize) -> (&'a str, &[Option<Tag<'a>>]) {
        let count = self.languages.len();
        (self.order[place], &self.texts[place * count..(place + 1) * count])
    }

    /// An id as the form has it, if it has it, and its `text` elements.
    pub fn known(&self, id: &str) -> Option<(&'a str, &[Option<Tag<'a>>])> {
        self.place(id).map(|place| self.at(place))
    }

    /// An id as the form has it, if it has it.
    pub fn known_id(&self, id: &str) -> Option<&'a str> {
        self.known(id).map(|(id, _)| id)
    }

    /// All ids, in the order of their first use.
    pub fn ids(&self) -> impl Iterator<Item = &'a str> + '_ {
        self.order.iter().copied()
    }
}
