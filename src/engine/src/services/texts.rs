//! What is said to readers, in each language in which the catalogue says it.

use std::sync::Arc;

use super::table::Row;

/// A text in its languages. Empty: nothing is said.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Texts {
    /// By language tag, in the order of the file's columns; an empty tag is a text in no named language.
    by_language: Vec<(Arc<str>, Arc<str>)>,
}

impl Texts {
    /// The texts of a row's column.
    pub(super) fn of_row(row: &Row, name: &str) -> Texts {
        let said = row.cells.iter().filter(|(title, _)| &*title.name == name);
        let text = |(title, words): &(super::table::Title, crate::source::Written)| {
            (title.language.clone().unwrap_or_else(|| "".into()), words.text.to_arc())
        };
        Texts { by_language: said.map(text).collect() }
    }

    /// The text in a language: `zh-CN` finds `zh`; where that is not said, the first there is.
    pub fn of(&self, language: &str) -> &str {
        let first = || self.by_language.first().map(|(_, text)| &**text);
        self.said(language).or_else(first).unwrap_or("")
    }

    /// The text in a language, if it is said in that one.
    pub fn said(&self, language: &str) -> Option<&str> {
        let primary = |tag: &str| tag.split(['-', '_']).next().unwrap_or("").to_ascii_lowercase();
        let exact = self.by_language.iter().find(|(tag, _)| **tag == *language);
        let near = || self.by_language.iter().find(|(tag, _)| primary(tag) == primary(language));
        exact.or_else(near).map(|(_, text)| &**text)
    }

    /// Is nothing said?
    pub fn is_empty(&self) -> bool {
        self.by_language.is_empty()
    }
}
