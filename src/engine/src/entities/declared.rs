//! What the dictionary and the ledgers have in common: JSON files with texts in both languages, and choices that lie in files beside them.
//!
//! Kept here: reading never fails; what is wrong is a diagnostic at the author's own characters.

use std::str::FromStr;

use jsonc_parser::ast::{Object, Value};

use super::ledger::Part;
use crate::definition::csv_list;
use crate::definition::json::{kind, parse, properties, span, written, wrong_kind};
use crate::definition::rows::Group;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::{Bundle, Source, Span, Written};

/// A text in both languages of the office.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Words {
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

impl Words {
    /// The text in a language: `en`, else Chinese.
    pub fn of(&self, language: &str) -> &str {
        if language == "en" { &self.en } else { &self.zh }
    }
}

/// A code and what it means.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Choice {
    /// The code, as properties hold it.
    pub name: String,
    /// What it means.
    pub label: Words,
}

/// What came of reading a file.
#[derive(Clone, Debug)]
pub struct Declared<T> {
    /// There, unless there are errors.
    pub value: Option<T>,
    /// What is wrong.
    pub diagnostics: Vec<Diagnostic>,
}

impl<T> Declared<T> {
    pub(super) fn of(value: Option<T>, found: Diagnostics) -> Declared<T> {
        let value = value.filter(|_| !found.has_errors());
        Declared { value, diagnostics: found.into_sorted() }
    }
}

/// The files that a dictionary's or a ledger's file names, as it names them: `../lists/towns.csv`.
pub fn files_declared(main: &Source) -> Vec<String> {
    let mut names = Vec::new();
    if let Some(value) = parse(main, &mut Diagnostics::default()) {
        named(&value, &mut names);
    }
    names.sort_unstable();
    names.dedup();
    names
}

fn named(value: &Value<'_>, names: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            for property in &object.properties {
                match (property.name.as_str(), &property.value) {
                    ("choices" | "file", Value::StringLit(name)) => names.push(name.value.to_string()),
                    ("choices", Value::Array(all)) => {
                        for value in &all.elements {
                            match value {
                                Value::StringLit(name) => names.push(name.value.to_string()),
                                inner => named(inner, names),
                            }
                        }
                    }
                    (_, inner) => named(inner, names),
                }
            }
        }
        Value::Array(array) => array.elements.iter().for_each(|inner| named(inner, names)),
        Value::StringLit(_) | Value::NumberLit(_) | Value::BooleanLit(_) | Value::NullKeyword(_) => {}
    }
}

/// The texts of an object's keys.
pub(super) const LANGUAGES: [&str; 2] = ["zh", "en"];

/// Reads one file.
pub(super) struct Reader<'b> {
    pub bundle: &'b Bundle,
    pub found: Diagnostics,
}

impl<'b> Reader<'b> {
    pub fn new(bundle: &'b Bundle) -> Reader<'b> {
        Reader { bundle, found: Diagnostics::default() }
    }

    /// The file's own object.
    pub fn top(&mut self) -> Option<Value<'b>> {
        let value = parse(&self.bundle.main, &mut self.found)?;
        match value {
            Value::Object(_) => Some(value),
            other => {
                self.found.push(wrong_kind(&other, "the file", "an object"));
                None
            }
        }
    }

    pub fn error(&mut self, code: &'static str, at: Span, message: impl Into<String>) {
        self.found.push(Diagnostic::error(code, at, message));
    }

    /// The values of an object's keys, in the order that they are asked for; whatever else stands there is told.
    pub fn keys<'v, const N: usize>(
        &mut self,
        object: &'v Object<'b>,
        known: [&str; N],
    ) -> [Option<&'v Value<'b>>; N] {
        let mut values = [None; N];
        properties(object, &known, &mut self.found, |key, property, _| {
            if let Some(place) = known.iter().position(|name| *name == key) {
                values[place] = Some(&property.value);
            }
        });
        values
    }

    /// A value that has to be there.
    pub fn needed<'v>(&mut self, key: &str, value: Option<&'v Value<'b>>, at: Span) -> Option<&'v Value<'b>> {
        if value.is_none() {
            self.missing(key, at);
        }
        value
    }

    pub fn missing(&mut self, key: &str, at: Span) {
        self.error("missing-key", at, format!("`{key}` is missing here"));
    }

    pub fn object<'v>(&mut self, key: &str, value: &'v Value<'b>) -> Option<&'v Object<'b>> {
        match value {
            Value::Object(object) => Some(object),
            other => {
                self.found.push(wrong_kind(other, key, "an object"));
                None
            }
        }
    }

    pub fn text(&mut self, key: &str, value: &Value<'b>) -> Option<Written> {
        match value {
            Value::StringLit(literal) => Some(written(literal, &self.bundle.main)),
            other => {
                self.found.push(wrong_kind(other, key, "a text"));
                None
            }
        }
    }

    pub fn elements<'v>(&mut self, key: &str, value: &'v Value<'b>) -> &'v [Value<'b>] {
        match value {
            Value::Array(array) => &array.elements,
            other => {
                self.found.push(wrong_kind(other, key, "a list"));
                &[]
            }
        }
    }

    /// A list of texts.
    pub fn texts(&mut self, key: &str, value: &Value<'b>) -> Vec<Written> {
        let elements = self.elements(key, value);
        elements.iter().filter_map(|element| self.text(key, element)).collect()
    }

    /// `{"zh": "镇街", "en": "Town"}`
    pub fn words(&mut self, key: &str, value: &Value<'b>) -> Words {
        let Some(object) = self.object(key, value) else { return Words::default() };
        let [zh, en] = self.keys(object, LANGUAGES);
        let mut of = |language: &str, value: Option<&Value<'b>>| -> String {
            let Some(value) = self.needed(language, value, span(object)) else { return String::new() };
            self.text(language, value).map(|text| text.text.to_string()).unwrap_or_default()
        };
        Words { zh: of("zh", zh), en: of("en", en) }
    }

    /// One word out of several.
    pub fn one_of<T: Copy>(&mut self, key: &str, value: &Value<'b>, known: &[(&str, T)]) -> Option<T> {
        let text = self.text(key, value)?;
        let word = text.text.to_string();
        let found = known.iter().find(|(name, _)| *name == word).map(|(_, meant)| *meant);
        if found.is_none() {
            let names = known.iter().map(|(name, _)| *name);
            let listed = names.clone().collect::<Vec<_>>().join("`, `");
            let message = format!("there is no `{word}` for `{key}`");
            self.found.push(
                Diagnostic::error("unknown-kind", text.span, message)
                    .did_you_mean(&word, names)
                    .hint(format!("it is one of `{listed}`")),
            );
        }
        found
    }

    /// A number, as its type reads it: `what` says which ones are meant.
    pub fn number<T: FromStr>(&mut self, key: &str, value: &Value<'b>, what: &str) -> Option<T> {
        let read = match value {
            Value::NumberLit(number) => number.value.parse().ok(),
            _ => None,
        };
        if read.is_none() {
            self.error("wrong-kind", span(value), format!("`{key}` should be {what}"));
        }
        read
    }

    /// The parts of an index: `[{"property": "fs", "max": 20, "weight": 15}]`, each with its property as it is written, for whoever knows which there are.
    pub fn parts(&mut self, value: Option<&Value<'b>>, at: Span) -> Vec<(Written, Part)> {
        let Some(value) = self.needed("of", value, at) else { return Vec::new() };
        let mut parts = Vec::new();
        for element in self.elements("of", value) {
            let Some(object) = self.object("of", element) else { continue };
            let [property, max, weight] = self.keys(object, ["property", "max", "weight"]);
            let at = span(object);
            let property = self.needed("property", property, at);
            let property = property.and_then(|property| self.text("property", property));
            let mut above_0 = |key: &str, value: Option<&Value<'b>>| {
                let value = self.needed(key, value, at)?;
                let read: u32 = self.number(key, value, "a whole number above 0")?;
                if read == 0 {
                    self.error(
                        "wrong-kind",
                        span(value),
                        format!("`{key}` should be a whole number above 0"),
                    );
                }
                Some(read)
            };
            let (max, weight) = (above_0("max", max), above_0("weight", weight));
            if let (Some(property), Some(max), Some(weight)) = (property, max, weight) {
                let part = Part { property: property.text.to_string(), max, weight };
                parts.push((property, part));
            }
        }
        if parts.is_empty() {
            self.error("missing-key", span(value), "an index has at least one part");
        }
        parts
    }

    /// The number of a file beside this one, as [`Bundle::source`] has it.
    pub fn file(&mut self, name: &Written) -> Option<u16> {
        let wanted = name.text.to_string();
        let place = self.bundle.files.iter().position(|file| *file.name == *wanted);
        if place.is_none() {
            self.found.push(
                Diagnostic::error("missing-file", name.span, format!("the file `{wanted}` is not there"))
                    .hint("its path starts at this file's own folder"),
            );
        }
        place.and_then(|place| u16::try_from(place + 1).ok())
    }

    /// Codes with what they mean: `"../lists/towns.csv"`, or `{"yes": {"zh": "是", "en": "Yes"}}`.
    pub fn choices(&mut self, value: &Value<'b>) -> Vec<Choice> {
        match value {
            Value::StringLit(literal) => {
                let name = written(literal, &self.bundle.main);
                self.file(&name).map(|source| self.list(name, source)).unwrap_or_default()
            }
            // Of several files the first that has a code says what it means.
            Value::Array(array) => {
                let mut choices: Vec<Choice> = Vec::new();
                for element in &array.elements {
                    for choice in self.choices(element) {
                        if choices.iter().all(|known| known.name != choice.name) {
                            choices.push(choice);
                        }
                    }
                }
                choices
            }
            Value::Object(object) => {
                let mut choices: Vec<Choice> = Vec::new();
                for property in &object.properties {
                    let name = property.name.as_str();
                    if choices.iter().any(|choice| choice.name == name) {
                        let at = span(&property.name);
                        self.error("duplicate-key", at, format!("`{name}` is written twice"));
                    }
                    let label = self.words(name, &property.value);
                    choices.push(Choice { name: name.to_owned(), label });
                }
                choices
            }
            other => {
                let message =
                    format!("`choices` should be a file, an object or a list of them, not {}", kind(other));
                self.error("wrong-kind", span(other), message);
                Vec::new()
            }
        }
    }

    fn list(&mut self, name: Written, source: u16) -> Vec<Choice> {
        if let Some(choices) = catalogue(&self.bundle.source(source).text) {
            return choices;
        }
        let list = csv_list::read(name, self.bundle, source, &mut self.found);
        let choice = |row: &crate::definition::rows::Row| {
            let texts = row.texts(Group::Plain, "label");
            let name = row.plain("name")?.text.to_string();
            let said = |language| texts.of(Some(language)).or_else(|| texts.of(None));
            let of = |language| said(language).map_or_else(|| name.clone(), |words| words.text.to_string());
            Some(Choice { label: Words { zh: of("zh"), en: of("en") }, name })
        };
        list.choices.iter().filter_map(choice).collect()
    }
}

/// The choices of a file as the catalogue has them, with `code` and `name::zh`; a row that names nothing is another's.
fn catalogue(text: &str) -> Option<Vec<Choice>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let titles = reader.headers().ok()?.clone();
    let place = |title: &str| titles.iter().position(|known| known.trim() == title);
    let (code, zh, en) = (place("code")?, place("name::zh")?, place("name::en")?);
    let choice = |row: csv::StringRecord| {
        let [name, zh, en] = [code, zh, en].map(|place| row.get(place).unwrap_or_default().trim().to_owned());
        (!name.is_empty() && !zh.is_empty()).then_some(Choice { name, label: Words { zh, en } })
    };
    Some(reader.records().map_while(Result::ok).filter_map(choice).collect())
}
