//! What a finished form says of entities: which it makes, which it changes, and what it knows of each (ODK Entities 2024.1 and 2025.1).
//!
//! Declared in a section's metadata (`meta/entity`), once for the form or once for each instance of a repeat; its properties are the questions with
//! `entities:saveto` in that section. Kept here: what is not relevant says nothing, and what can't be read as an entity is told, never guessed.

pub mod declared;
pub mod dictionary;
mod known;
pub mod ledger;
mod list;
mod named;
pub mod overview;
pub mod ranked;
mod read;
pub mod totals;

use std::fmt;
use std::sync::Arc;

pub use known::{Applied, Conflict, Entity, EntityVersion, NotApplied, apply, is_early};
pub use list::{EntityList, ListedEntity};

use crate::form::Form;
use crate::value::DataType;
use crate::view::NodeId;

/// A list's name and a property's may be so long, in bytes.
const LONGEST_NAME: usize = 255;

/// What a form's instance says of one entity.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EntityChange {
    /// The list that it belongs to, as forms name it: `households`.
    pub list: String,
    /// A UUID in lowercase, without `uuid:`.
    pub id: String,
    /// What happens to it.
    pub act: EntityAct,
    /// What it is called in lists; `None` leaves it as it is.
    pub label: Option<String>,
    /// The version that the answers were given over, as the device had it; `None` if the form did not know it.
    pub base: Option<u64>,
    /// The last version from the server under that one, and the device's own line since then, as ODK's clients tell them.
    pub branch: Option<(String, Option<u64>)>,
    /// Properties by name, in the form's order. A blank one clears what was there; one that is not asked is left as it is.
    pub properties: Vec<(String, String)>,
}

/// Whether an entity is made or changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EntityAct {
    /// It is new.
    Create,
    /// It is known.
    Update,
    /// It is changed if it is known, else made.
    CreateOrUpdate,
}

/// Why what stands there is no entity.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum EntityError {
    /// Its id is no UUID, or there is none.
    NoId,
    /// A new one has to have a label.
    NoLabel,
    /// Its list has no name, or one that can't be one.
    NoList,
}

impl fmt::Display for EntityError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            EntityError::NoId => "its id is no UUID",
            EntityError::NoLabel => "it is new and has no label",
            EntityError::NoList => "its list has no name that could be one",
        })
    }
}

impl std::error::Error for EntityError {}

/// Where a form declares an entity.
#[derive(Clone, Debug)]
pub(crate) struct Declared {
    /// What its metadata stands in: the form, a group or a repeat.
    pub section: NodeId,
    /// The list's name, as the form starts with it.
    pub list: Arc<str>,
    pub properties: Vec<(Arc<str>, NodeId)>,
}

/// How an id is written for people, in ledgers, on phones and on receipts: its last twelve characters. The beginning of a UUIDv7 is the time, the same for
/// many; of these no two are the same in a city.
pub fn end_of(id: &str) -> &str {
    id.char_indices().rev().nth(11).map_or(id, |(at, _)| &id[at..])
}

impl Form {
    /// The lists whose entities the form makes or changes, each once.
    pub fn entity_lists(&self) -> Vec<&str> {
        let mut lists: Vec<&str> = Vec::new();
        for declared in self.entities.iter().filter(|declared| is_entity_name(&declared.list)) {
            if !lists.contains(&&*declared.list) {
                lists.push(&declared.list);
            }
        }
        lists
    }
}

impl Form {
    /// The properties that the form writes, each with its list, each once.
    pub fn entity_properties(&self) -> Vec<(&str, &str)> {
        let mut written: Vec<(&str, &str)> = Vec::new();
        for declared in self.entities.iter().filter(|declared| is_entity_name(&declared.list)) {
            for (name, _) in &declared.properties {
                if !written.contains(&(&*declared.list, &**name)) {
                    written.push((&declared.list, name));
                }
            }
        }
        written
    }

    /// Is a property written in words that anybody may choose: a name, a remark, what is worked out? Numbers, days and choices are none.
    pub fn property_is_words(&self, list: &str, property: &str) -> bool {
        let of_list = self.entities.iter().filter(|declared| *declared.list == *list);
        let mut written = of_list.flat_map(|declared| &declared.properties);
        written.any(|(name, node)| {
            let node = self.node(*node);
            **name == *property && node.body.choices.is_none() && node.data_type() == Some(DataType::Text)
        })
    }

    /// What the question says that writes a property, without what answers put into it: in a language, else in the form's default one. Nothing where it says nothing.
    pub fn property_label(&self, list: &str, property: &str, language: &str) -> Option<String> {
        let of_list = self.entities.iter().filter(|declared| *declared.list == *list);
        let written = of_list.flat_map(|declared| &declared.properties).find(|(name, _)| **name == *property);
        let label = self.node(written?.1).body.label?;
        let words = self.texts.plain(label, self.language_index(language));
        Some(words.trim().to_owned()).filter(|words| !words.is_empty())
    }
}

/// A UUID as it is kept, from how it is written: in capitals, with `uuid:`.
pub(crate) fn uuid(text: &str) -> Option<String> {
    let text = text.trim();
    let text = text.strip_prefix("uuid:").unwrap_or(text).to_ascii_lowercase();
    let mut parts = text.split('-');
    let fits = [8, 4, 4, 4, 12].iter().all(|wanted| {
        parts
            .next()
            .is_some_and(|part| part.len() == *wanted && part.bytes().all(|byte| byte.is_ascii_hexdigit()))
    });
    (fits && parts.next().is_none()).then_some(text)
}

/// May a list or a property be called so? Letters, digits, `.`, `-` and `_`; ODK keeps what begins with `__` to itself.
pub fn is_entity_name(name: &str) -> bool {
    let mut letters = name.chars();
    let begins = letters.next().is_some_and(|first| first.is_alphabetic() || first == '_');
    begins
        && name.len() <= LONGEST_NAME
        && !name.starts_with("__")
        && letters.all(|letter| letter.is_alphanumeric() || matches!(letter, '.' | '-' | '_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_written_by_its_last_twelve_characters() {
        let ends =
            ["0190a0c6-3f7e-7bb2-9c3e-0a3d9f6a1b2c", "", "户七", "北门外北门外北门外北门外二"].map(end_of);
        assert_eq!(ends, ["0a3d9f6a1b2c", "", "户七", "门外北门外北门外北门外二"]);
    }

    #[test]
    fn ids_are_uuids_however_they_are_written() {
        let id = "0190a0c6-3f7e-7bb2-9c3e-0a3d9f6a1b2c";
        assert_eq!(uuid(id).as_deref(), Some(id));
        assert_eq!(uuid(&format!(" uuid:{} ", id.to_uppercase())).as_deref(), Some(id));
        for wrong in ["", "uuid:", "0190a0c6-3f7e-7bb2-9c3e", "0190a0c6-3f7e-7bb2-9c3e-0a3d9f6a1b2g", "家"] {
            assert_eq!(uuid(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn names_are_what_a_column_may_be_called() {
        for name in ["households", "住户", "a.b-c_1", "_x"] {
            assert!(is_entity_name(name), "{name}");
        }
        for name in ["", "__version", "1a", "a b", "a,b", "a/b", ".csv"] {
            assert!(!is_entity_name(name), "{name}");
        }
    }
}
