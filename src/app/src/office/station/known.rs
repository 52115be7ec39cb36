//! What lists, properties and choices are called: the server's dictionary, asked for once by the first page that needs it.
//!
//! Kept here: a code without a word stands as it is. Nothing is left out because nobody named it.

use leptos::prelude::*;
use serde::Deserialize;

use crate::office::desk::{Desk, use_desk};
use crate::office::frame::Remote;
use crate::state::reader::{Reader, use_reader};
use crate::words::Language;

/// `GET /api/v1/dictionary`.
#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Dictionary {
    pub lists: Vec<List>,
    pub ledgers: Vec<Ledger>,
    /// Areas above the towns.
    pub areas: Vec<Choice>,
}

/// A list of entities.
#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(default)]
pub struct List {
    pub name: String,
    pub label: Label,
    pub properties: Vec<Property>,
}

/// Something that is known of each entity of a list.
#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Property {
    pub name: String,
    pub label: Label,
    /// `text`, `number`, `date`, `choice`, `choices`.
    pub is: String,
    pub choices: Vec<Choice>,
}

/// A code and its word.
#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Choice {
    pub name: String,
    pub label: Label,
}

/// A ledger that can be asked for.
#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Ledger {
    pub id: String,
    pub label: Label,
    /// Is it of a span of time?
    pub period: bool,
}

/// A word in both languages.
#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Label {
    zh: String,
    en: String,
}

impl Label {
    /// In that language, or in the other where it has none.
    pub fn of(&self, language: Language) -> &str {
        let (first, second) = match language {
            Language::Chinese => (&self.zh, &self.en),
            Language::English => (&self.en, &self.zh),
        };
        if first.is_empty() { second } else { first }
    }

    /// In that language, or the code where it has no word.
    pub fn or<'a>(&'a self, code: &'a str, language: Language) -> &'a str {
        match self.of(language) {
            "" => code,
            word => word,
        }
    }
}

impl Property {
    /// A value in words: each code of several by its own.
    fn say(&self, value: &str, language: Language) -> String {
        let word = |code: &str| match self.choices.iter().find(|choice| choice.name == code) {
            Some(choice) => choice.label.or(code, language).to_owned(),
            None => code.to_owned(),
        };
        // A choice that is a whole goes before its parts: an older dictionary may not say which it is.
        if self.choices.is_empty() || self.choices.iter().any(|choice| choice.name == value) {
            return word(value);
        }
        if self.is == "choice" {
            return value.to_owned();
        }
        value.split_whitespace().map(word).collect::<Vec<_>>().join(comma(language))
    }
}

/// What stands between the parts of a list.
pub fn comma(language: Language) -> &'static str {
    match language {
        Language::Chinese => "、",
        Language::English => ", ",
    }
}

impl Dictionary {
    fn list(&self, list: &str) -> Option<&List> {
        self.lists.iter().find(|known| known.name == list)
    }

    fn property(&self, list: &str, name: &str) -> Option<&Property> {
        self.list(list)?.properties.iter().find(|property| property.name == name)
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_said_in_words_and_what_has_none_stands_as_it_is() {
        let known: Dictionary = serde_json::from_value(serde_json::json!({"lists": [{"name": "cases", "label": {"zh": "户"},
            "properties": [{"name": "red_flags", "label": {"zh": "危险", "en": "Dangers"}, "kind": "plain", "is": "choices",
                "choices": [{"name": "coma", "label": {"zh": "昏迷", "en": "Coma"}}, {"name": "missing", "label": {"zh": "走失"}}]}]}],
            "ledgers": [], "later": 1}))
        .expect("it reads");
        let flags = known.property("cases", "red_flags").expect("it is there");
        assert_eq!(flags.say("coma missing", Language::Chinese), "昏迷、走失");
        // No English word: the Chinese one is better than a code.
        assert_eq!(flags.say("coma missing odd", Language::English), "Coma, 走失, odd");
        assert_eq!(flags.say("", Language::English), "");
        assert!(known.property("cases", "phone").is_none());
    }
}
