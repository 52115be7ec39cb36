//! What lists, properties and choices are called: the server's dictionary, asked for once by the first page that needs it.
//!
//! Kept here: a code without a word stands as it is. Nothing is left out because nobody named it.

use leptos::prelude::*;

use crate::office::desk::{Desk, use_desk};
use crate::office::frame::Remote;
pub use crate::state::dictionary::{Dictionary, Label, Ledger};
use crate::state::reader::{Reader, use_reader};
use crate::words::Language;

/// The dictionary, from any of the station's pages; what reads it follows it and the language.
#[derive(Clone, Copy)]
pub struct Known {
    pub dictionary: Remote<Dictionary>,
    asked: StoredValue<bool>,
    reader: Reader,
    desk: Desk,
}

impl Known {
    /// For all of the station's pages. Nothing is asked for yet.
    pub fn provide() {
        provide_context(Known {
            dictionary: Remote::new(),
            asked: StoredValue::new(false),
            reader: use_reader(),
            desk: use_desk(),
        });
    }

    /// Asks for it.
    pub fn load(self) {
        let desk = self.desk;
        self.asked.set_value(true);
        self.dictionary.load(async move { desk.ask("GET", "/api/v1/dictionary", None).await });
    }

    fn read<T>(self, read: impl Fn(&Dictionary, Language) -> Option<T>) -> Option<T> {
        let language = self.reader.language();
        self.dictionary.value.with(|dictionary| dictionary.as_ref().and_then(|known| read(known, language)))
    }

    /// What a property is called.
    pub fn called(self, list: &str, name: &str) -> String {
        self.read(|known, language| Some(known.property(list, name)?.label.or(name, language).to_owned()))
            .unwrap_or_else(|| name.to_owned())
    }

    /// What a list is called.
    pub fn list(self, list: &str) -> String {
        self.read(|known, language| Some(known.list(list)?.label.or(list, language).to_owned()))
            .unwrap_or_else(|| list.to_owned())
    }

    /// A value of a property in words.
    pub fn say(self, list: &str, name: &str, value: &str) -> String {
        self.read(|known, language| Some(known.property(list, name)?.say(value, language)))
            .unwrap_or_else(|| value.to_owned())
    }

    /// What is said of an entity, in the order in which its list declares its properties; what nobody declared comes last.
    pub fn in_order(self, list: &str, mut said: Vec<(String, String)>) -> Vec<(String, String)> {
        let places = self.read(|known, _| {
            let properties = &known.list(list)?.properties;
            Some(properties.iter().map(|property| property.name.clone()).collect::<Vec<String>>())
        });
        let places = places.unwrap_or_default();
        said.sort_by_key(|(name, _)| places.iter().position(|known| known == name).unwrap_or(usize::MAX));
        said
    }

    /// The codes of a property, in their order.
    pub fn codes(self, list: &str, name: &str) -> Vec<String> {
        self.read(|known, _| {
            Some(known.property(list, name)?.choices.iter().map(|choice| choice.name.clone()).collect())
        })
        .unwrap_or_default()
    }

    /// An area: a town's word, a county's, or the code.
    pub fn area(self, code: &str) -> String {
        let county = |known: &Dictionary, language| {
            let area = known.areas.iter().find(|area| area.name == code)?;
            Some(area.label.or(code, language).to_owned())
        };
        self.read(county).unwrap_or_else(|| self.say("cases", "town", code))
    }

    /// The ledgers: id, word, whether of a span of time.
    pub fn ledgers(self) -> Vec<(String, String, bool)> {
        self.read(|known, language| {
            let one = |ledger: &Ledger| {
                (ledger.id.clone(), ledger.label.or(&ledger.id, language).to_owned(), ledger.period)
            };
            Some(known.ledgers.iter().map(one).collect())
        })
        .unwrap_or_default()
    }
}

/// The dictionary, asked for if nobody has yet.
pub fn use_known() -> Known {
    let known: Known = expect_context();
    if !known.asked.get_value() {
        known.load();
    }
    known
}
