//! What the properties of entities are: what they are called, what they hold, which codes mean what, and what of a person they say.
//!
//! Declared as data in `forms/entities/LIST.json`, since no form says it of a property that is calculated. Kept here: what nobody declared counts as free
//! text, in which anything may stand.

use jsonc_parser::ast::Value;

use super::declared::{Choice, Declared, Reader, Words};
use super::is_entity_name;
use crate::definition::json::span;
use crate::diagnostic::Diagnostic;
use crate::source::{Bundle, Span};

/// What a text says of a person, for whoever masks it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PropertyKind {
    /// A person's name.
    Name,
    /// A phone number.
    Phone,
    /// The number of an identity document.
    IdNumber,
    /// A birth date.
    BirthDate,
    /// Anything may stand in it.
    Free,
    /// Nothing of who it is.
    Plain,
}

impl PropertyKind {
    const WORDS: [(&str, PropertyKind); 6] = [
        ("name", PropertyKind::Name),
        ("phone", PropertyKind::Phone),
        ("id_number", PropertyKind::IdNumber),
        ("birth_date", PropertyKind::BirthDate),
        ("free", PropertyKind::Free),
        ("plain", PropertyKind::Plain),
    ];

    /// Its name in files and on the wire.
    pub fn name(self) -> &'static str {
        PropertyKind::WORDS.iter().find(|(_, kind)| *kind == self).map_or("free", |(name, _)| name)
    }
}

/// What a property holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PropertyType {
    /// A text.
    Text,
    /// A number.
    Number,
    /// A day or a moment: `2026-11-23…`.
    Date,
    /// One code.
    Choice,
    /// Several codes with blanks between.
    Choices,
}

impl PropertyType {
    const WORDS: [(&str, PropertyType); 5] = [
        ("text", PropertyType::Text),
        ("number", PropertyType::Number),
        ("date", PropertyType::Date),
        ("choice", PropertyType::Choice),
        ("choices", PropertyType::Choices),
    ];

    /// Its name in files and on the wire.
    pub fn name(self) -> &'static str {
        PropertyType::WORDS.iter().find(|(_, is)| *is == self).map_or("text", |(name, _)| name)
    }
}

/// A property of a list's entities.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Property {
    /// Its name, as forms save to it.
    pub name: String,
    /// What it is called.
    pub label: Words,
    /// What it says of a person.
    pub kind: PropertyKind,
    /// What it holds.
    pub is: PropertyType,
    /// What its codes mean; empty if it holds none.
    pub choices: Vec<Choice>,
}

impl Property {
    /// A value as people read it: codes by what they mean, all else as it is.
    pub fn shown(&self, value: &str, language: &str) -> String {
        shown(&self.choices, value, language)
    }
}

/// Codes as people read them, with `；` or `; ` between several; what is no code stays as it is.
pub(super) fn shown(choices: &[Choice], value: &str, language: &str) -> String {
    if choices.is_empty() || value.is_empty() {
        return value.to_owned();
    }
    let one = |code: &str| {
        let found = choices.iter().find(|choice| choice.name == code);
        found.map_or_else(|| code.to_owned(), |choice| choice.label.of(language).to_owned())
    };
    let codes: Vec<String> = value.split(' ').filter(|code| !code.is_empty()).map(one).collect();
    codes.join(if language == "en" { "; " } else { "；" })
}

/// A list that is declared.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DictionaryList {
    /// Its name, as forms name it: `cases`.
    pub name: String,
    /// What it is called.
    pub label: Words,
    /// What an entity's own label says of a person.
    pub called: PropertyKind,
    /// Its properties in the order that they are shown in.
    pub properties: Vec<Property>,
    /// Where more of its rows is read from than forms save of them as entities.
    pub surveyed: Option<Surveyed>,
}

/// Rows that stand in a survey about a household, with more than their entities hold: who lives there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Surveyed {
    /// The form's id; the last survey by it that names anybody counts.
    pub form: String,
    /// The repeat whose instances are the rows.
    pub repeat: String,
    /// The answer that says what a row is called.
    pub called: String,
    /// The answers that name the entity that a row is about: the first that is there.
    pub entity: Vec<String>,
    /// Surveys by other forms about one of them, each with its household chosen.
    pub assessed: Vec<Assessed>,
}

/// A form about one who lives in a household.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Assessed {
    /// Its id.
    pub form: String,
    /// The answer that names whom it is about.
    pub called: String,
    /// The answer that says of which day it is.
    pub on: String,
    /// The answers and results that are told of it: properties of this list.
    pub gives: Vec<String>,
}

impl DictionaryList {
    /// A property, if it is declared.
    pub fn property(&self, name: &str) -> Option<&Property> {
        self.properties.iter().find(|property| property.name == name)
    }

    /// Reads the file of a list, with the files that it names among the bundle's.
    pub fn read(name: &str, bundle: &Bundle) -> Declared<DictionaryList> {
        let mut reader = Reader::new(bundle);
        let list = read(name, &mut reader);
        Declared::of(list, reader.found)
    }
}

/// All that is declared.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Dictionary {
    /// In the order of their names.
    pub lists: Vec<DictionaryList>,
}

impl Dictionary {
    /// A list, if it is declared.
    pub fn list(&self, name: &str) -> Option<&DictionaryList> {
        self.lists.iter().find(|list| list.name == name)
    }

    /// A property, if it is declared.
    pub fn property(&self, list: &str, name: &str) -> Option<&Property> {
        self.list(list)?.property(name)
    }

    /// What a property says of a person. What nobody declared is free text.
    pub fn kind(&self, list: &str, property: &str) -> PropertyKind {
        self.property(list, property).map_or(PropertyKind::Free, |property| property.kind)
    }

    /// What an entity's label says of a person. Of a list that nobody declared it may be anything.
    pub fn label_kind(&self, list: &str) -> PropertyKind {
        self.list(list).map_or(PropertyKind::Free, |list| list.called)
    }
}

fn read<'b>(name: &str, reader: &mut Reader<'b>) -> Option<DictionaryList> {
    if !is_entity_name(name) {
        let message = format!("`{name}` can't be the name of a list");
        reader.error("bad-name", Span::top(0), message);
    }
    let Value::Object(top) = reader.top()? else { return None };
    let [label, called, properties, surveyed] =
        reader.keys(&top, ["label", "called", "properties", "surveyed"]);
    let at = span(&top);
    let label = reader.needed("label", label, at).map(|label| reader.words("label", label));
    let called = called.map(|called| reader.one_of("called", called, &PropertyKind::WORDS));
    let mut read: Vec<Property> = Vec::new();
    if let Some(list) = reader.needed("properties", properties, at) {
        for element in reader.elements("properties", list) {
            let Some(next) = property(reader, element) else { continue };
            if read.iter().any(|known| known.name == next.name) {
                let message = format!("the property `{}` is declared twice", next.name);
                reader.found.push(
                    Diagnostic::error("duplicate-name", span(element), message).hint("keep one of them"),
                );
            }
            read.push(next);
        }
    }
    let surveyed = surveyed.and_then(|value| declared_survey(reader, value, &read));
    Some(DictionaryList {
        name: name.to_owned(),
        label: label.unwrap_or_default(),
        called: called.flatten().unwrap_or(PropertyKind::Name),
        properties: read,
        surveyed,
    })
}

fn declared_survey<'b>(reader: &mut Reader<'b>, value: &Value<'b>, known: &[Property]) -> Option<Surveyed> {
    let object = reader.object("surveyed", value)?;
    let [form, repeat, called, entity, assessed] =
        reader.keys(object, ["form", "repeat", "called", "entity", "assessed"]);
    let at = span(object);
    let mut text = |key: &str, value: Option<&Value<'b>>| {
        let value = reader.needed(key, value, at)?;
        reader.text(key, value).map(|text| text.text.to_string())
    };
    let (form, repeat, called) = (text("form", form), text("repeat", repeat), text("called", called));
    let elements = assessed.map_or(&[][..], |all| reader.elements("assessed", all));
    let assessed = elements.iter().filter_map(|element| assessment(reader, element, known)).collect();
    let entity = entity.map_or_else(Vec::new, |all| reader.texts("entity", all));
    let entity = entity.into_iter().map(|answer| answer.text.to_string()).collect();
    Some(Surveyed { form: form?, repeat: repeat?, called: called?, entity, assessed })
}

fn assessment<'b>(reader: &mut Reader<'b>, element: &Value<'b>, known: &[Property]) -> Option<Assessed> {
    let object = reader.object("an assessment", element)?;
    let [form, called, on, gives] = reader.keys(object, ["form", "called", "on", "gives"]);
    let at = span(object);
    let mut text = |key: &str, value: Option<&Value<'b>>| {
        let value = reader.needed(key, value, at)?;
        reader.text(key, value).map(|text| text.text.to_string())
    };
    let (form, called, on) = (text("form", form), text("called", called), text("on", on));
    let gives =
        reader.needed("gives", gives, at).map(|gives| reader.texts("gives", gives)).unwrap_or_default();
    for name in &gives {
        if known.iter().all(|property| property.name != *name.text) {
            let message = format!("`{}` is no property of this list", name.text);
            reader.error("unknown-name", name.span, message);
        }
    }
    let gives = gives.into_iter().map(|name| name.text.to_string()).collect();
    Some(Assessed { form: form?, called: called?, on: on?, gives })
}

fn property<'b>(reader: &mut Reader<'b>, element: &Value<'b>) -> Option<Property> {
    let object = reader.object("a property", element)?;
    let [name, label, is, kind, choices] = reader.keys(object, ["name", "label", "is", "kind", "choices"]);
    let at = span(object);
    let name = reader.needed("name", name, at).and_then(|name| reader.text("name", name))?;
    if !is_entity_name(&name.text) {
        reader.error("bad-name", name.span, "no property of an entity is called so");
    }
    let label = reader.needed("label", label, at).map(|label| reader.words("label", label));
    let is = reader
        .needed("is", is, at)
        .and_then(|is| reader.one_of("is", is, &PropertyType::WORDS))
        .unwrap_or(PropertyType::Text);
    // A text says who it is unless somebody has thought about it; a code, a number and a day don't.
    let kind = match (kind, is) {
        (Some(kind), _) => reader.one_of("kind", kind, &PropertyKind::WORDS).unwrap_or(PropertyKind::Free),
        (None, PropertyType::Text) => {
            reader.missing("kind", at);
            PropertyKind::Free
        }
        (None, _) => PropertyKind::Plain,
    };
    let holds_codes = matches!(is, PropertyType::Choice | PropertyType::Choices);
    let choices = match (choices, holds_codes) {
        (Some(choices), true) => reader.choices(choices),
        (Some(choices), false) => {
            reader.error("wrong-kind", span(choices), "only a `choice` or `choices` has `choices`");
            Vec::new()
        }
        (None, true) => {
            reader.missing("choices", at);
            Vec::new()
        }
        (None, false) => Vec::new(),
    };
    Some(Property { name: name.text.to_string(), label: label.unwrap_or_default(), kind, is, choices })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;

    const LIST: &str = r#"{"label": {"zh": "个案", "en": "Cases"}, "properties": [
        {"name": "person", "label": {"zh": "姓名", "en": "Name"}, "is": "text", "kind": "name"},
        {"name": "town", "label": {"zh": "镇街", "en": "Town"}, "is": "choice", "choices": "../lists/towns.csv"},
        {"name": "sure", "label": {"zh": "确定", "en": "Sure"}, "is": "choices", "choices": {"yes": {"zh": "是", "en": "Yes"}}}
    ]}"#;

    fn read(text: &str) -> Declared<DictionaryList> {
        let towns =
            Source::new("../lists/towns.csv", "name,label::zh,label::en\n371002001,环翠楼,Huancuilou\n");
        DictionaryList::read("cases", &Bundle { main: Source::new("cases.json", text), files: vec![towns] })
    }

    fn codes(text: &str) -> Vec<&'static str> {
        let read = read(text);
        assert!(read.value.is_none());
        read.diagnostics.iter().map(|found| found.code).collect()
    }

    #[test]
    fn what_is_declared_is_known_and_all_else_is_free_text() {
        let list = read(LIST).value.unwrap();
        assert_eq!((&*list.label.zh, list.called), ("个案", PropertyKind::Name));
        let dictionary = Dictionary { lists: vec![list] };
        assert_eq!(dictionary.kind("cases", "person"), PropertyKind::Name);
        assert_eq!(dictionary.kind("cases", "town"), PropertyKind::Plain);
        assert_eq!(dictionary.kind("cases", "other"), PropertyKind::Free);
        assert_eq!(dictionary.kind("others", "person"), PropertyKind::Free);
        let town = dictionary.property("cases", "town").unwrap();
        assert_eq!(town.shown("371002001", "en"), "Huancuilou");
        assert_eq!(town.shown("371002002", "zh"), "371002002");
        let sure = dictionary.property("cases", "sure").unwrap();
        assert_eq!(sure.shown("yes no", "zh"), "是；no");
    }

    #[test]
    fn rows_may_be_read_from_a_survey() {
        let with = LIST.replacen(
            "]}",
            "], \"surveyed\": {\"form\": \"needs\", \"repeat\": \"members\", \"called\": \"card\", \"entity\": [\"id\", \"new\"], \"assessed\": [
                {\"form\": \"elder\", \"called\": \"who\", \"on\": \"day\", \"gives\": [\"sure\"]}]}}",
            1,
        );
        let read = read(&with);
        let surveyed = read.value.unwrap_or_else(|| panic!("{:?}", read.diagnostics)).surveyed.unwrap();
        assert_eq!((&*surveyed.form, &*surveyed.repeat, &*surveyed.called), ("needs", "members", "card"));
        assert_eq!(surveyed.entity, ["id", "new"]);
        let assessed = Assessed {
            form: "elder".into(),
            called: "who".into(),
            on: "day".into(),
            gives: vec!["sure".into()],
        };
        assert_eq!(surveyed.assessed, [assessed]);
    }

    #[test]
    fn what_is_wrong_is_told_where_it_stands() {
        for (from, to, expected) in [
            (
                "\"label\": {\"zh\": \"个案\"",
                "\"label\": {\"zh\": \"个案\", \"fr\": \"Cas\"",
                &["unknown-key"][..],
            ),
            (", \"en\": \"Name\"", "", &["missing-key"]),
            ("\"kind\": \"name\"", "\"kind\": \"nme\"", &["unknown-kind"]),
            (", \"kind\": \"name\"", "", &["missing-key"]),
            ("../lists/towns.csv", "../lists/cities.csv", &["missing-file"]),
            ("\"is\": \"choices\"", "\"is\": \"number\"", &["wrong-kind"]),
            ("\"name\": \"sure\"", "\"name\": \"town\"", &["duplicate-name"]),
            ("\"name\": \"sure\"", "\"name\": \"__sure\"", &["bad-name"]),
            ("]}", "]", &["bad-json"]),
            ("]}", "], \"surveyed\": {\"form\": \"f\", \"repeat\": \"r\"}}", &["missing-key"]),
            (
                "]}",
                "], \"surveyed\": {\"form\": \"f\", \"repeat\": \"r\", \"called\": \"c\", \"assessed\": [
                    {\"form\": \"g\", \"called\": \"p\", \"on\": \"d\", \"gives\": [\"level\"]}]}}",
                &["unknown-name"],
            ),
        ] {
            assert!(LIST.contains(from), "{from}");
            assert_eq!(codes(&LIST.replacen(from, to, 1)), expected, "{to}");
        }
    }

    #[test]
    fn the_files_that_it_names_are_told() {
        let named = super::super::declared::files_declared(&Source::new("cases.json", LIST));
        assert_eq!(named, ["../lists/towns.csv"]);
    }
}
