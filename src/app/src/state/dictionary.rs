//! What lists, properties and codes are called: the server's dictionary, kept on the phone for when there is no network.
//!
//! It says nothing of anybody, and so it is the phone's own, not a user's. Kept here: a code without a word stands as it is; the last one that was read stays
//! in force until another one was.

use std::collections::BTreeMap;
use std::sync::Arc;

use doorstep_delivery::transport::{Method, Request, Transport};
use leptos::prelude::*;
use serde::Deserialize;

use super::device::Device;
use crate::platform::phone::Phone;
use crate::words::Language;

/// Where the server hands it out.
const ADDRESS: &str = "/api/v1/dictionary";
/// The phone's record: the server's mark, a line end, the answer as it came.
const RECORD: &str = "dictionary";
const TIMEOUT_MS: u32 = 20_000;
/// A longer one is none.
const LONGEST: usize = 4 << 20;

/// What the phone knows of it.
#[derive(Clone, Copy, Default)]
pub struct Known {
    dictionary: RwSignal<Arc<Dictionary>>,
    /// As the server marked its answer.
    tag: StoredValue<Option<String>>,
}

impl Known {
    /// A value of a property in words; saying it in a view makes the view follow.
    pub fn say(self, list: &str, name: &str, value: &str, language: Language) -> String {
        let said = self.dictionary.with(|known| Some(known.property(list, name)?.say(value, language)));
        said.unwrap_or_else(|| value.to_owned())
    }

    /// What a property is called.
    pub fn called(self, list: &str, name: &str, language: Language) -> String {
        let called = self
            .dictionary
            .with(|known| Some(known.property(list, name)?.label.or(name, language).to_owned()));
        called.unwrap_or_else(|| name.to_owned())
    }

    /// Where a code stands among a property's choices; after them, if it is none.
    pub fn place(self, list: &str, name: &str, code: &str) -> usize {
        let place = self
            .dictionary
            .with(|known| known.property(list, name)?.choices.iter().position(|choice| choice.name == code));
        place.unwrap_or(usize::MAX)
    }

    fn take(self, answer: &[u8]) -> bool {
        let Ok(dictionary) = serde_json::from_slice::<Dictionary>(answer) else { return false };
        self.dictionary.set(Arc::new(dictionary));
        true
    }
}

/// Reads what this phone keeps.
pub async fn read(device: Device) {
    let kept = async { Phone::open().await?.read(RECORD).await };
    match kept.await {
        Ok(Some(kept)) => {
            let Some(end) = kept.iter().position(|byte| *byte == b'\n') else { return };
            if device.dictionary.take(&kept[end + 1..]) {
                let tag = String::from_utf8_lossy(&kept[..end]).into_owned();
                device.dictionary.tag.set_value(Some(tag).filter(|tag| !tag.is_empty()));
            }
        }
        Ok(None) => {}
        Err(error) => leptos::logging::error!("{error}"),
    }
}

/// Asks the server. Without an answer, or with one that can't be read, what is known stays.
pub async fn refresh(device: Device) {
    let known = device.dictionary;
    let mut headers = vec![("accept".into(), "application/json".into())];
    headers.extend(known.tag.get_value().map(|tag| ("if-none-match".into(), tag)));
    let request =
        Request { method: Method::Get, url: ADDRESS.into(), headers, body: None, timeout_ms: TIMEOUT_MS };
    let Ok(answer) = device.transport().send(request).await else { return };
    let is_json = answer.header("content-type").is_some_and(|named| named.starts_with("application/json"));
    if answer.status != 200 || !is_json || answer.body.len() > LONGEST || !known.take(&answer.body) {
        return;
    }
    let tag = answer.header("etag").unwrap_or_default().to_owned();
    let kept = [tag.as_bytes(), b"\n", &answer.body].concat();
    let written = async { Phone::open().await?.write(RECORD, &kept).await };
    match written.await {
        Ok(()) => known.tag.set_value(Some(tag).filter(|tag| !tag.is_empty())),
        Err(error) => leptos::logging::error!("{error}"),
    }
}

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

/// A word in several languages, by their tags.
#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct Label(BTreeMap<String, String>);

impl Label {
    /// In that language, or in another where it has none: the app's first one first.
    pub fn of(&self, language: Language) -> &str {
        let tags = [language].into_iter().chain(Language::ALL).map(Language::tag);
        let word = tags.filter_map(|tag| self.0.get(tag)).find(|word| !word.is_empty());
        word.map(String::as_str).unwrap_or_default()
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
    pub fn say(&self, value: &str, language: Language) -> String {
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
        value.split_whitespace().map(word).collect::<Vec<_>>().join(language.words().comma)
    }
}

impl Dictionary {
    pub fn list(&self, list: &str) -> Option<&List> {
        self.lists.iter().find(|known| known.name == list)
    }

    pub fn property(&self, list: &str, name: &str) -> Option<&Property> {
        self.list(list)?.properties.iter().find(|property| property.name == name)
    }
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
