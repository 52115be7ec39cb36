//! A form as a FHIR R4 Questionnaire (<https://hl7.org/fhir/R4/questionnaire.html>), with SDC's extensions for what is worked out.
//!
//! `linkId` is the path in the form with the form's id at its top, and value types follow the form's data types, as in the
//! QuestionnaireResponse that `doorstep-delivery` sends. What FHIR can't say as it is meant is left out, and is a loss.

mod calculated;
mod conditions;

use std::collections::HashMap;

use serde_json::{Map, Value as Json, json};

use super::outline::{Item, Outline, of_words, tag, words, words_in};
use super::table::Row;
use super::{Converted, Exported, Losses};
use crate::source::Bundle;

const HIDDEN: &str = "http://hl7.org/fhir/StructureDefinition/questionnaire-hidden";
const CONTROL: &str = "http://hl7.org/fhir/StructureDefinition/questionnaire-itemControl";
const CONTROLS: &str = "http://hl7.org/fhir/questionnaire-item-control";
const WEIGHT: &str = "http://hl7.org/fhir/StructureDefinition/itemWeight";
const TRANSLATION: &str = "http://hl7.org/fhir/StructureDefinition/translation";
const LEAST: &str = "http://hl7.org/fhir/StructureDefinition/minValue";
const MOST: &str = "http://hl7.org/fhir/StructureDefinition/maxValue";
const CALCULATED: &str =
    "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-calculatedExpression";

/// The form as a Questionnaire.
pub fn to_fhir_questionnaire(bundle: &Bundle) -> Converted<String> {
    match Outline::of(bundle) {
        Ok((outline, diagnostics)) => {
            let mut writer = Writer::of(&outline);
            let resource = writer.resource();
            let mut written = serde_json::to_string_pretty(&resource).unwrap_or_default();
            written.push('\n');
            writer.losses.found.extend(outline.losses.iter().cloned());
            let losses = writer.losses.into_sorted();
            Converted { exported: Some(Exported { written, losses }), diagnostics }
        }
        Err(diagnostics) => Converted { exported: None, diagnostics },
    }
}

/// What conditions and calculations have to know of a question.
struct Known<'a> {
    link_id: String,
    kind: &'static str,
    /// It may have several answers.
    many: bool,
    /// The repeat that it stands in, by its path.
    within: Option<&'a str>,
    /// The conditions of it and of all that holds it.
    conditions: Vec<&'a str>,
    item: &'a Item,
}

struct Writer<'a> {
    outline: &'a Outline,
    language: &'a str,
    others: Vec<&'a str>,
    root: String,
    known: HashMap<&'a str, Known<'a>>,
    losses: Losses,
}

fn item_type(item: &Item, outline: &Outline) -> &'static str {
    let declared = item.row.get("bind::type").unwrap_or("");
    match (item.kind(), declared) {
        ("group" | "repeat", _) => "group",
        ("note", _) => "display",
        ("calculate", "int" | "integer") | ("integer", _) => "integer",
        ("calculate", "decimal") | ("decimal", _) => "decimal",
        ("score", _) if is_number(item.name(), outline) => "decimal",
        ("range", _) => {
            let whole = item.row.get("parameters").unwrap_or("").split_whitespace();
            let whole = whole.filter_map(|part| part.split_once('='));
            let mut bounds = whole.filter(|(key, _)| matches!(*key, "start" | "end" | "step"));
            if bounds.all(|(_, value)| value.parse::<i64>().is_ok()) { "integer" } else { "decimal" }
        }
        ("date" | "today", _) => "date",
        ("time", _) => "time",
        ("datetime" | "start" | "end", _) => "dateTime",
        ("select_one" | "select_multiple" | "rank", _) => "choice",
        ("image" | "audio" | "video" | "file" | "osm", _) => "attachment",
        ("text", _) if matches!(item.row.get("appearance"), Some(said) if said.contains("multiline")) => {
            "text"
        }
        _ => "string",
    }
}

/// Is a measure's result a number?
fn is_number(measure: &str, outline: &Outline) -> bool {
    let found = outline.measures.iter().find(|known| known.row.get("name") == Some(measure));
    found.is_some_and(|measure| matches!(measure.row.get("type"), Some("scale" | "index")))
}

impl<'a> Writer<'a> {
    fn of(outline: &'a Outline) -> Writer<'a> {
        let languages = outline.languages();
        let language = match outline.default_language() {
            "" => languages.first().copied().unwrap_or(""),
            language => language,
        };
        let others = languages.into_iter().filter(|other| *other != language && !other.is_empty()).collect();
        let root = format!("/{}", outline.settings.get("name").unwrap_or("data"));
        let mut writer =
            Writer { outline, language, others, root, known: HashMap::new(), losses: Losses::default() };
        writer.know(&outline.items, None, &[]);
        writer
    }

    fn know(&mut self, items: &'a [Item], within: Option<&'a str>, above: &[&'a str]) {
        for item in items {
            let mut conditions = above.to_vec();
            conditions.extend(item.relevant());
            let known = Known {
                conditions: conditions.clone(),
                link_id: self.link_id(item),
                kind: item_type(item, self.outline),
                many: matches!(item.kind(), "select_multiple" | "rank"),
                within,
                item,
            };
            // A name that stands twice names nothing here.
            if self.known.insert(item.name(), known).is_some() {
                self.losses.push(
                    item.row.span,
                    format!("there are two rows `{}`: conditions on it may mean the other", item.name()),
                );
            }
            let within = if item.kind() == "repeat" { Some(item.path.as_str()) } else { within };
            self.know(item.children.as_deref().unwrap_or_default(), within, &conditions);
        }
    }

    fn link_id(&self, item: &Item) -> String {
        let inside = item.path.strip_prefix(&self.root).unwrap_or(&item.path);
        format!("/{}{inside}", self.outline.form_id())
    }

    fn resource(&mut self) -> Json {
        let outline = self.outline;
        let mut resource = Map::new();
        resource.insert("resourceType".into(), "Questionnaire".into());
        resource.insert("id".into(), id(outline.form_id()).into());
        if !self.language.is_empty() && tag(self.language).is_ascii() {
            resource.insert("language".into(), tag(self.language).into());
        }
        if !outline.version().is_empty() {
            resource.insert("version".into(), outline.version().into());
        }
        resource.insert("name".into(), name(outline.form_id()).into());
        self.put(&mut resource, "title", &outline.settings, "form_title");
        resource.insert("status".into(), "active".into());
        let items: Vec<Json> = outline.items.iter().filter_map(|item| self.item(item)).collect();
        // FHIR's JSON has no empty arrays (§2.6.2.2).
        if !items.is_empty() {
            resource.insert("item".into(), Json::Array(items));
        }
        self.unplaced();
        Json::Object(resource)
    }

    /// Measures that stand nowhere in the survey have no item.
    fn unplaced(&mut self) {
        for measure in &self.outline.measures {
            let name = measure.row.get("name").unwrap_or("");
            if !self.known.contains_key(name) {
                let what = format!("the measure `{name}` is left out: the survey does not show it");
                self.losses.push(measure.row.span, what);
            }
        }
    }

    fn item(&mut self, item: &'a Item) -> Option<Json> {
        let kind = item.kind();
        if item.is_no_answer() {
            if matches!(kind, "audit" | "background-audio") {
                self.losses
                    .push(item.row.span, format!("`{}` is left out: FHIR has nothing for it", item.name()));
            }
            return None;
        }
        let mut written = Map::new();
        written.insert("linkId".into(), self.link_id(item).into());
        self.put(&mut written, "text", &item.row, "label");
        written.insert("type".into(), item_type(item, self.outline).into());
        let mut extensions = Vec::new();
        if item.is_unasked() {
            extensions.push(json!({"url": HIDDEN, "valueBoolean": true}));
        }
        self.condition(item, &mut written);
        if kind != "note" {
            self.asked(item, &mut written, &mut extensions);
        }
        let mut inside: Vec<Json> = Vec::new();
        if let Some(hint) = self.hint(item) {
            inside.push(hint);
        }
        inside.extend(item.children.iter().flatten().filter_map(|child| self.item(child)));
        // A group has something in it (que-1).
        if item.is_section() && inside.is_empty() {
            return None;
        }
        if !extensions.is_empty() {
            written.insert("extension".into(), Json::Array(extensions));
        }
        if !inside.is_empty() {
            written.insert("item".into(), Json::Array(inside));
        }
        Some(Json::Object(written))
    }

    /// What only what is answered has.
    fn asked(&mut self, item: &'a Item, written: &mut Map<String, Json>, extensions: &mut Vec<Json>) {
        let (kind, row) = (item.kind(), &item.row);
        match row.get("required") {
            None | Some("no" | "false()") => {}
            Some("yes" | "true()") => drop(written.insert("required".into(), true.into())),
            Some(said) => self.lost(item, &format!("that `{}` is required only if {said}", item.name())),
        }
        if matches!(kind, "select_multiple" | "repeat" | "rank") {
            written.insert("repeats".into(), true.into());
        }
        if kind == "rank" {
            self.lost(item, &format!("that the answers to `{}` are put in order", item.name()));
        }
        let calculated = kind == "score" || row.get("calculation").is_some();
        match row.get("readonly") {
            Some("yes" | "true()") => drop(written.insert("readOnly".into(), true.into())),
            Some(said) if said != "no" && said != "false()" => {
                self.lost(item, &format!("that `{}` is read-only if {said}", item.name()));
            }
            _ if kind == "score" || item.is_unasked() => drop(written.insert("readOnly".into(), true.into())),
            _ => {}
        }
        if matches!(item_type(item, self.outline), "choice") {
            self.options(item, written);
        }
        if kind.ends_with("_from_file") || kind == "select_one_external" {
            self.lost(
                item,
                &format!(
                    "the choices of `{}`, which stand in a file, so that it is answered by text",
                    item.name()
                ),
            );
        }
        self.bounds(item, extensions);
        if calculated {
            self.calculated(item, extensions);
        } else {
            self.default(item, written);
        }
        let others = [
            ("repeat_count", "how many instances"),
            ("choice_filter", "which choices"),
            ("save_to", "the entity property that"),
        ];
        for (column, what) in others.into_iter().filter(|(column, _)| row.get(column).is_some()) {
            self.lost(item, &format!("{what} `{}` has, by its `{column}`", item.name()));
        }
    }

    fn lost(&mut self, item: &Item, what: &str) {
        self.losses.push(item.row.span, format!("{what}, is left out"));
    }

    /// The choices, with what they count where the assessment says so.
    fn options(&mut self, item: &'a Item, written: &mut Map<String, Json>) {
        let Some(list) = item.list().and_then(|list| self.outline.list(list)) else {
            let what = format!("the choices of `{}`", item.name());
            return self.lost(item, &what);
        };
        let column = self.scored_by(item);
        let mut options: Vec<Json> = Vec::new();
        for choice in &list.choices {
            let mut coding = Map::new();
            coding.insert("code".into(), choice.get("name").unwrap_or("").into());
            self.put(&mut coding, "display", choice, "label");
            let mut option = Map::new();
            let weight = column.and_then(|column| choice.get(column)).and_then(decimal);
            if let Some(weight) = weight {
                option.insert("extension".into(), json!([{"url": WEIGHT, "valueDecimal": weight}]));
            }
            option.insert("valueCoding".into(), Json::Object(coding));
            options.push(Json::Object(option));
        }
        if !options.is_empty() {
            written.insert("answerOption".into(), Json::Array(options));
        }
    }

    /// The column of its choices that a scale counts, if one does.
    fn scored_by(&self, item: &Item) -> Option<&'a str> {
        let written = format!("${{{}}}", item.name());
        let mut lines = self.outline.measures.iter().flat_map(|measure| &measure.lines);
        let line = lines
            .find(|(_, line)| line.row.get("value") == Some(&written) && line.row.get("points").is_none());
        line.map(|(_, line)| line.row.get("score").unwrap_or("score"))
    }

    /// A rule that says no more than the least and the most. What is more is a loss.
    fn bounds(&mut self, item: &Item, extensions: &mut Vec<Json>) {
        let value = match item_type(item, self.outline) {
            "integer" => "valueInteger",
            "decimal" => "valueDecimal",
            _ => "",
        };
        let mut bound = |url: &str, number: &str| match number.parse::<i64>() {
            Ok(whole) => extensions.push(json!({"url": url, value: whole})),
            Err(_) => extensions.extend(decimal(number).map(|number| json!({"url": url, value: number}))),
        };
        if item.kind() == "range" {
            let said = item.row.get("parameters").unwrap_or("").split_whitespace();
            for (key, number) in said.filter_map(|part| part.split_once('=')) {
                match key {
                    "start" => bound(LEAST, number),
                    "end" => bound(MOST, number),
                    _ => {}
                }
            }
        }
        let Some(rule) = item.row.get("constraint") else { return };
        match conditions::bounds(rule, value == "valueInteger").filter(|_| !value.is_empty()) {
            Some((least, most)) => {
                least.iter().for_each(|number| bound(LEAST, number));
                most.iter().for_each(|number| bound(MOST, number));
            }
            None => self.lost(item, &format!("the rule of `{}`, {rule}", item.name())),
        }
    }

    /// A default that is a value as it stands.
    fn default(&mut self, item: &Item, written: &mut Map<String, Json>) {
        let Some(said) = item.row.get("default") else { return };
        let plain = !said.contains(['(', '$', '/']);
        let value = match item_type(item, self.outline) {
            "integer" => said.parse::<i64>().ok().map(|value| json!({"valueInteger": value})),
            "decimal" => decimal(said).map(|value| json!({"valueDecimal": value})),
            "string" | "text" if plain => Some(json!({"valueString": said})),
            "date" if plain => Some(json!({"valueDate": said})),
            _ => None,
        };
        // Of a choice the option that is chosen says so (que-11).
        if let Some(Json::Array(options)) = written.get_mut("answerOption").filter(|_| plain) {
            let codes: Vec<&str> = said.split_whitespace().collect();
            for option in options.iter_mut().filter(|option| {
                option["valueCoding"]["code"].as_str().is_some_and(|code| codes.contains(&code))
            }) {
                option["initialSelected"] = true.into();
            }
            return;
        }
        match value {
            Some(value) => drop(written.insert("initial".into(), json!([value]))),
            None => self.lost(item, &format!("the default of `{}`, {said}", item.name())),
        }
    }

    /// A hint is shown beside its question, as SDC has it.
    fn hint(&mut self, item: &Item) -> Option<Json> {
        words(&item.row, "hint", self.language)?;
        // What is only shown has nothing in it (que-1).
        if item.kind() == "note" {
            self.lost(item, &format!("the hint of the note `{}`", item.name()));
            return None;
        }
        let mut written = Map::new();
        written.insert("linkId".into(), format!("{}#hint", self.link_id(item)).into());
        self.put(&mut written, "text", &item.row, "hint");
        written.insert("type".into(), "display".into());
        let control = json!({"coding": [{"system": CONTROLS, "code": "help"}]});
        written.insert("extension".into(), json!([{"url": CONTROL, "valueCodeableConcept": control}]));
        Some(Json::Object(written))
    }

    /// Words, with their translations beside them.
    fn put(&mut self, into: &mut Map<String, Json>, key: &str, row: &Row, column: &str) {
        let Some(text) = words(row, column, self.language) else { return };
        into.insert(key.into(), text.into());
        let translated = self.others.iter().filter_map(|other| {
            let text = words_in(row, column, other)?;
            Some(json!({"url": TRANSLATION, "extension": [
                {"url": "lang", "valueCode": tag(other)}, {"url": "content", "valueString": text}]}))
        });
        let translated: Vec<Json> = translated.collect();
        if !translated.is_empty() {
            into.insert(format!("_{key}"), json!({"extension": translated}));
        }
        if text.contains("${") {
            let what = format!(
                "the answer shown in the {} is left out: it stands as it is written",
                of_words(column).map_or(column, |of| of.0)
            );
            self.losses.push(row.span, what);
        }
    }
}

/// A number as FHIR has it.
fn decimal(text: &str) -> Option<Json> {
    let text = text.trim();
    match text.parse::<i64>() {
        Ok(whole) => Some(whole.into()),
        Err(_) => text.parse::<f64>().ok().filter(|number| number.is_finite()).map(Json::from),
    }
}

/// An id as FHIR has them: letters, digits, `-` and `.`, at most 64.
fn id(written: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '-' | '.') { c } else { '-' };
    written.chars().map(plain).take(64).collect()
}

/// A name that programs can use (que-0): a capital, then letters, digits and `_`.
fn name(written: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    let name: String = written.chars().map(plain).take(200).collect();
    let mut letters = name.chars();
    match letters.next() {
        Some(first) if first.is_ascii_alphabetic() => {
            format!("{}{}", first.to_ascii_uppercase(), letters.as_str())
        }
        _ => format!("F{name}"),
    }
}

#[cfg(test)]
mod tests;
