//! Form JSON: XLSForm's words as JSON, groups and repeats nested by `children`, to the same rows as XLSForm's sheets.

use std::sync::Arc;

use jsonc_parser::ast::{Object, ObjectProp, Value};

use super::assessment::{self, Lines, MeasureRows};
use super::columns::{self, ENTITIES_PLAIN, Sheet};
use super::json::{self, properties, span, written, wrong_kind};
use super::nest::{self, MAX_DEPTH, MAX_ITEMS};
use super::question_types::{Control, QuestionType};
use super::row_types::{self, RowMeaning};
use super::rows::{Cell, Column, Group, Item, ItemKind, List, Questionnaire, Row, Syntax};
use super::sheets::yes_no;
use super::{csv_list, loops, starts, table_list};
use crate::check;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::{Bundle, Source, Span, Written};

mod keys;

use keys::{ROW_KEYS, SETTINGS_KEYS, TOP_KEYS, is_translated};

/// How many choice lists a form may have, and so how many files.
const MAX_LISTS: usize = 2_000;

/// Reads a bundle's definition and its lists. None if it is no object at all.
pub(crate) fn read(bundle: &Bundle, found: &mut Diagnostics) -> Option<Questionnaire> {
    let mut reader = Reader { bundle, source: &bundle.main, rows: 0 };
    match &json::parse(&bundle.main, found)? {
        Value::Object(object) => Some(reader.top(object, found)),
        other => {
            found.push(wrong_kind(other, "the form", "an object with settings, choices and survey"));
            None
        }
    }
}

struct Reader<'a> {
    bundle: &'a Bundle,
    source: &'a Source,
    rows: usize,
}

impl Reader<'_> {
    fn top(&mut self, object: &Object<'_>, found: &mut Diagnostics) -> Questionnaire {
        let mut form = Questionnaire {
            syntax: Syntax::Json,
            settings: Row { place: Span::top(0), number: 0, cells: Vec::new() },
            items: Vec::new(),
            lists: Vec::new(),
            external_lists: Vec::new(),
            tag_lists: Vec::new(),
            entities: Vec::new(),
            assessment: Vec::new(),
            fallback_name: "form".into(),
            fallback_id: "form".into(),
        };
        properties(object, TOP_KEYS, found, |key, property, found| match key {
            "settings" => form.settings = self.settings(property, found),
            "choices" => form.lists = self.lists(&property.value, key, found),
            "external_choices" => form.external_lists = self.lists(&property.value, key, found),
            "osm" => form.tag_lists = self.lists(&property.value, key, found),
            "entities" => form.entities = self.entities(&property.value, found),
            "assessment" => form.assessment = self.assessment(&property.value, found),
            "survey" => form.items = self.items(&property.value, "survey", 0, found),
            _ => {}
        });
        for key in ["settings", "survey"] {
            if object.get(key).is_none() {
                found.push(Diagnostic::error(
                    "missing-key",
                    Span::top(0),
                    format!("the form has no `{key}`"),
                ));
            }
        }
        if object.get("settings").is_some() {
            check::settings::check(&form, found);
        }
        check::choices::rows(&form, found);
        form.items = table_list::spell_out(std::mem::take(&mut form.items), found);
        nest::or_other(&mut form.items, &mut form.lists, found);
        form.items = loops::expand(std::mem::take(&mut form.items), &form.lists, found);
        assessment::place(&mut form);
        check::lists::named(&form, found);
        starts::check(&mut form.items, found);
        form
    }

    fn assessment(&self, value: &Value<'_>, found: &mut Diagnostics) -> Vec<MeasureRows> {
        let mut measures: Vec<MeasureRows> = Vec::new();
        for (index, element) in assessment::elements(value, "assessment", found).iter().enumerate() {
            let Value::Object(object) = element else {
                found.push(wrong_kind(element, "a measure", "an object with type and name"));
                continue;
            };
            let mut row = Row { place: span(element), number: index + 1, cells: Vec::new() };
            let mut lines = Vec::new();
            let keys: Vec<&str> =
                assessment::MEASURE.iter().copied().chain(Lines::ALL.map(Lines::key)).collect();
            properties(object, &keys, found, |key, property, found| match assessment::lines_named(key) {
                Some(kind) => self.lines(kind, &property.value, &mut lines, found),
                None => self.cells(key, property, Sheet::Assessment, &mut row, found),
            });
            let measure = assessment::measure(row, found);
            measures.extend(measure.map(|measure| MeasureRows { lines, ..measure }));
            if assessment::is_too_large(&measures, span(value), found) {
                return Vec::new();
            }
        }
        measures
    }

    fn lines(&self, kind: Lines, value: &Value<'_>, lines: &mut Vec<(Lines, Row)>, found: &mut Diagnostics) {
        let keys: Vec<&str> =
            kind.columns().iter().copied().chain((kind == Lines::Rules).then_some("if")).collect();
        for (index, element) in assessment::elements(value, kind.key(), found).iter().enumerate() {
            let Value::Object(object) = element else {
                found.push(wrong_kind(element, "a row", "an object"));
                continue;
            };
            let mut row = Row { place: span(element), number: index + 1, cells: Vec::new() };
            properties(object, &keys, found, |key, property, found| match (key, &property.value) {
                ("if", Value::Object(inputs)) => {
                    for input in &inputs.properties {
                        let name: Arc<str> = input.name.as_str().into();
                        let column =
                            Column { group: Group::If, name: name.clone(), language: None, title: name };
                        let words = self.text(input, found);
                        row.cells.extend(words.map(|words| Cell { column: Arc::new(column), words }));
                    }
                }
                _ => self.cells(key, property, Sheet::Assessment, &mut row, found),
            });
            lines.push((kind, row));
        }
    }

    fn settings(&self, property: &ObjectProp<'_>, found: &mut Diagnostics) -> Row {
        let mut settings = Row { place: span(&property.name), number: 0, cells: Vec::new() };
        let Value::Object(object) = &property.value else {
            found.push(wrong_kind(&property.value, "settings", "an object"));
            return settings;
        };
        properties(object, SETTINGS_KEYS, found, |key, property, found| {
            self.cells(key, property, Sheet::Settings, &mut settings, found);
        });
        settings
    }

    fn lists(&self, value: &Value<'_>, key: &str, found: &mut Diagnostics) -> Vec<List> {
        let mut lists: Vec<List> = Vec::new();
        let Value::Object(object) = value else {
            found.push(wrong_kind(value, key, "an object of lists"));
            return lists;
        };
        if object.properties.len() > MAX_LISTS {
            found.push(Diagnostic::error(
                "too-large",
                span(value),
                format!("a form has at most {MAX_LISTS} lists"),
            ));
            return lists;
        }
        for property in &object.properties {
            let place = span(&property.name);
            let name = Written::plain(property.name.as_str(), place);
            let list = match &property.value {
                Value::Array(array) => {
                    let rows = array.elements.iter().enumerate();
                    let choices =
                        rows.filter_map(|(at, element)| self.choice(element, at + 1, found)).collect();
                    List { name, choices }
                }
                Value::Object(object) => self.file_list(name, object, found),
                other => {
                    let wanted = "a list of choices or {\"csv\": file}";
                    found.push(wrong_kind(other, property.name.as_str(), wanted));
                    continue;
                }
            };
            match lists.iter().find(|other| other.name.text == list.name.text) {
                Some(first) => found.push(
                    Diagnostic::error(
                        "duplicate-list",
                        place,
                        format!("there are two lists `{}`", list.name.text),
                    )
                    .label(first.name.span, "first here"),
                ),
                None => lists.push(list),
            }
        }
        lists
    }

    fn file_list(&self, name: Written, object: &Object<'_>, found: &mut Diagnostics) -> List {
        let mut file = None;
        properties(object, &["csv"], found, |_, property, found| file = self.text(property, found));
        let Some(file) = file else {
            if object.get("csv").is_none() {
                found.push(
                    Diagnostic::error("missing-key", name.span, "this list names no file")
                        .hint("write {\"csv\": \"lists/towns.csv\"}"),
                );
            }
            return List { name, choices: Vec::new() };
        };
        match self.bundle.files.iter().position(|source| *source.name == *file.text) {
            Some(index) => csv_list::read(name, self.bundle, index as u16 + 1, found),
            None => {
                found.push(
                    Diagnostic::error(
                        "missing-file",
                        file.span,
                        format!("the file `{}` is not there", file.text),
                    )
                    .hint("its path starts at the form's own folder"),
                );
                List { name, choices: Vec::new() }
            }
        }
    }

    fn choice(&self, value: &Value<'_>, number: usize, found: &mut Diagnostics) -> Option<Row> {
        let Value::Object(object) = value else {
            found.push(wrong_kind(value, "a choice", "an object with name and label"));
            return None;
        };
        let mut choice = Row { place: span(value), number, cells: Vec::new() };
        for property in &object.properties {
            self.cells(property.name.as_str(), property, Sheet::Choices, &mut choice, found);
        }
        Some(choice)
    }

    fn entities(&self, value: &Value<'_>, found: &mut Diagnostics) -> Vec<Row> {
        let Value::Array(array) = value else {
            found.push(wrong_kind(value, "entities", "a list of entities"));
            return Vec::new();
        };
        let known: Vec<&str> = ENTITIES_PLAIN.iter().copied().chain(["list_name"]).collect();
        let mut rows = Vec::new();
        for (index, element) in array.elements.iter().enumerate() {
            let Value::Object(object) = element else {
                found.push(wrong_kind(element, "an entity", "an object with list_name and label"));
                continue;
            };
            let mut row = Row { place: span(element), number: index + 1, cells: Vec::new() };
            properties(object, &known, found, |key, property, found| {
                self.cells(key, property, Sheet::Entities, &mut row, found);
            });
            rows.push(row);
        }
        rows
    }

    fn items(&mut self, value: &Value<'_>, key: &str, depth: usize, found: &mut Diagnostics) -> Vec<Item> {
        let Value::Array(array) = value else {
            found.push(wrong_kind(value, key, "a list of rows"));
            return Vec::new();
        };
        if depth > MAX_DEPTH {
            found.push(Diagnostic::error("too-deep", span(value), "groups are nested too deeply"));
            return Vec::new();
        }
        array.elements.iter().filter_map(|element| self.item(element, depth, found)).collect()
    }

    fn item(&mut self, value: &Value<'_>, depth: usize, found: &mut Diagnostics) -> Option<Item> {
        let Value::Object(object) = value else {
            found.push(wrong_kind(value, "a row", "an object with type and name"));
            return None;
        };
        self.rows += 1;
        if self.rows > MAX_ITEMS {
            if self.rows == MAX_ITEMS + 1 {
                found.push(Diagnostic::error(
                    "too-large",
                    span(value),
                    format!("a form has at most {MAX_ITEMS} rows"),
                ));
            }
            return None;
        }
        let place = object.properties.first().map_or_else(|| span(value), |first| span(&first.name));
        let mut row = Row { place, number: self.rows, cells: Vec::new() };
        let mut children = None;
        properties(object, ROW_KEYS, found, |key, property, found| match key {
            "children" => children = Some(self.items(&property.value, key, depth + 1, found)),
            _ => self.cells(key, property, Sheet::Survey, &mut row, found),
        });
        if object.get("type").is_none() {
            found.push(
                Diagnostic::error("missing-key", span(value), "this row has no `type`")
                    .hint("for example \"type\": \"text\""),
            );
        }
        if row.plain("disabled").and_then(|said| yes_no(&said.text)) == Some(true) {
            return None;
        }
        let kind = kind(row.plain("type")?, found)?;
        let name = row.plain("name").cloned().unwrap_or_else(|| {
            check::names::missing(&row, found);
            Written::plain("", row.place)
        });
        match &kind {
            ItemKind::Question(question) if question.control == Control::Audit => {
                check::names::audit(&row, Some(&name), found);
            }
            _ => check::names::check(&name, found),
        }
        let mut item = Item { row, kind, name, children: children.unwrap_or_default() };
        check::sections::children(&item, object.get("children").is_some(), found);
        if !item.is_section() {
            item.children.clear();
        }
        (!item.name.text.is_empty()).then_some(item)
    }

    /// What a key says, as cells: one, or one for each language or attribute.
    fn cells(
        &self,
        key: &str,
        property: &ObjectProp<'_>,
        sheet: Sheet,
        row: &mut Row,
        found: &mut Diagnostics,
    ) {
        let whole = columns::column(key, sheet, true);
        let Value::Object(object) = &property.value else {
            if let Some(words) = self.text(property, found) {
                row.cells.push(Cell { column: Arc::new(whole), words });
            }
            return;
        };
        if matches!(key, "bind" | "body" | "instance" | "media" | "attributes") {
            let group = if key == "attributes" { "attribute" } else { key };
            for part in &object.properties {
                let name = part.name.as_str();
                let column = columns::column(&format!("{group}::{name}"), sheet, true);
                self.by_language(column, part, row, found);
            }
        } else if is_translated(&whole) {
            self.by_language(whole, property, row, found);
        } else {
            found.push(wrong_kind(&property.value, key, "a text"));
        }
    }

    fn by_language(&self, column: Column, property: &ObjectProp<'_>, row: &mut Row, found: &mut Diagnostics) {
        let Value::Object(object) = &property.value else {
            if let Some(words) = self.text(property, found) {
                row.cells.push(Cell { column: Arc::new(column), words });
            }
            return;
        };
        for language in &object.properties {
            if let Some(words) = self.text(language, found) {
                let named = Column { language: Some(language.name.as_str().into()), ..column.clone() };
                row.cells.push(Cell { column: Arc::new(named), words });
            }
        }
    }

    /// A text; numbers and booleans are taken as they are written.
    fn text(&self, property: &ObjectProp<'_>, found: &mut Diagnostics) -> Option<Written> {
        match &property.value {
            Value::StringLit(literal) => Some(written(literal, self.source)),
            Value::NumberLit(number) => Some(Written::plain(number.value, span(number))),
            Value::BooleanLit(boolean) => {
                Some(Written::plain(if boolean.value { "true" } else { "false" }, span(boolean)))
            }
            other => {
                found.push(wrong_kind(other, property.name.as_str(), "a text"));
                None
            }
        }
    }
}

/// What a row's type says; sections are named alone, since `children` says what they hold.
fn kind(written: &Written, found: &mut Diagnostics) -> Option<ItemKind> {
    match &*written.text {
        "group" => return Some(ItemKind::Group),
        "repeat" => return Some(ItemKind::Repeat),
        text => {
            if let Some(list) = text.strip_prefix("loop over ") {
                return Some(ItemKind::Loop(written.slice(text.len() - list.len()..text.len())));
            }
        }
    }
    match row_types::read(written, found) {
        Some(RowMeaning::One(kind)) => Some(kind),
        Some(RowMeaning::Begin(_) | RowMeaning::End(_)) => {
            found.push(
                Diagnostic::error(
                    "unknown-type",
                    written.span,
                    format!("`{}` is no question type", written.text),
                )
                .hint("a group is written {\"type\": \"group\", \"name\": …, \"children\": […]}"),
            );
            None
        }
        // Stands for a text, so that what refers to its name is not wrong too.
        None => QuestionType::named("text").map(ItemKind::Question),
    }
}

/// Is it the column of words for the reader?
fn is_words(group: Group, name: &str) -> bool {
    match group {
        Group::Plain => matches!(name, "label" | "note" | "hint" | "guidance_hint" | "item_label" | "title"),
        Group::Bind => matches!(name, "jr:constraintMsg" | "jr:requiredMsg" | "jr:noAppErrorString"),
        Group::Media => true,
        Group::Body | Group::Instance | Group::Attribute | Group::If => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(text: &str) -> Vec<(&'static str, usize, Vec<String>)> {
        let bundle = Bundle::single(Source::new("form.json", text));
        let mut found = Diagnostics::default();
        read(&bundle, &mut found);
        found
            .into_sorted()
            .into_iter()
            .map(|diagnostic| (diagnostic.code, bundle.position(diagnostic.span).line, diagnostic.hints))
            .collect()
    }

    #[test]
    fn all_mistakes_at_once_each_with_its_line() {
        let found = codes(
            "{\"settings\": {\"form_idd\": \"x\", \"form_id\": \"x\", \"version\": \"1\"},\n\"survey\": [{\"type\": \"txt\", \"name\": \"a\"},\n{\"name\": \"b\", \"type\": 3, \"labl\": \"\"},\n7]}",
        );
        assert_eq!(found[0], ("unknown-key", 1, vec!["did you mean `form_id`?".into()]));
        assert_eq!(found[1], ("unknown-type", 2, vec!["did you mean `text`?".into()]));
        assert_eq!(found[2].0, "unknown-type");
        assert_eq!(found[3].0, "unknown-key");
        assert_eq!((found[4].0, found[4].1), ("wrong-kind", 4));
    }

    #[test]
    fn a_definition_names_its_files() {
        let main = Source::new(
            "form.json",
            "{\"choices\": {\"a\": {\"csv\": \"../lists/a.csv\"}, \"b\": [], \"c\": {\"csv\": \"../lists/a.csv\"}}}",
        );
        assert_eq!(Bundle::files_named(&main), ["../lists/a.csv"]);
        assert!(Bundle::files_named(&Source::new("f.xml", "<h/>")).is_empty());
    }
}
