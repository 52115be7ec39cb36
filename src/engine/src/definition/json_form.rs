//! Form JSON: XLSForm's words as JSON, groups and repeats nested by `children`.

use std::sync::Arc;

use jsonc_parser::ast::{Object, ObjectProp, Value};

use crate::definition::json::{self, properties, span, written, wrong_kind};
use crate::definition::row_type::{NOT_YET, TYPES};
use crate::definition::{
    ChoiceDefinition, FormDefinition, ListDefinition, Logical, MAX_COLUMNS, Row, RowType, Settings, Written,
    WrittenText, csv_list,
};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::{Bundle, Source, Span};

/// How deep groups may nest.
const MAX_DEPTH: usize = 32;
/// How many choice lists a form may have, and so how many files.
const MAX_LISTS: usize = 2_000;
/// How many rows a form may have.
const MAX_ROWS: usize = 50_000;

const TOP_KEYS: &[&str] = &["$schema", "settings", "choices", "survey"];
const SETTINGS_KEYS: &[&str] = &["form_id", "version", "title", "default_language", "instance_name"];
const ROW_KEYS: &[&str] = &[
    "type",
    "name",
    "label",
    "hint",
    "relevant",
    "constraint",
    "constraint_message",
    "required",
    "required_message",
    "read_only",
    "calculation",
    "appearance",
    "parameters",
    "choice_filter",
    "repeat_count",
    "default",
    "trigger",
    "item_label",
    "children",
];

/// Reads a bundle's definition and its lists.
pub(crate) fn read(bundle: &Bundle, found: &mut Diagnostics) -> FormDefinition {
    let mut reader = Reader { bundle, source: &bundle.main, definition: FormDefinition::default(), rows: 0 };
    if let Some(value) = json::parse(&bundle.main, found) {
        match &value {
            Value::Object(object) => reader.top(object, found),
            other => found.push(wrong_kind(other, "the form", "an object with settings, choices and survey")),
        }
    }
    reader.definition
}

impl Bundle {
    /// The files that a definition names, each once, for whoever loads them. Empty if it can't be read.
    pub fn files_named(main: &Source) -> Vec<String> {
        let mut names = Vec::new();
        let value = json::parse(main, &mut Diagnostics::default());
        let lists = value.as_ref().and_then(Value::as_object).and_then(|top| top.get_object("choices"));
        for list in lists.iter().flat_map(|lists| &lists.properties) {
            if let Some(file) = list.value.as_object().and_then(|list| list.get_string("csv"))
                && !names.iter().any(|name| *name == file.value)
            {
                names.push(file.value.to_string());
            }
        }
        names
    }
}

struct Reader<'a> {
    bundle: &'a Bundle,
    source: &'a Source,
    definition: FormDefinition,
    rows: usize,
}

impl Reader<'_> {
    fn top(&mut self, object: &Object<'_>, found: &mut Diagnostics) {
        let mut settings = None;
        properties(object, TOP_KEYS, found, |key, property, found| match key {
            "settings" => settings = Some(self.settings(property, found)),
            "choices" => self.lists(&property.value, found),
            "survey" => {
                let rows = self.rows(&property.value, "survey", 0, found);
                self.definition.survey = rows;
            }
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
        self.definition.settings = settings.unwrap_or_default();
    }

    fn settings(&self, property: &ObjectProp<'_>, found: &mut Diagnostics) -> Settings {
        let mut settings = Settings { span: Some(span(&property.name)), ..Settings::default() };
        let Value::Object(object) = &property.value else {
            found.push(wrong_kind(&property.value, "settings", "an object"));
            return settings;
        };
        properties(object, SETTINGS_KEYS, found, |key, property, found| match key {
            "form_id" => settings.form_id = self.text(property, found),
            "version" => settings.version = self.text(property, found),
            "title" => settings.title = self.texts(property, found),
            "default_language" => settings.default_language = self.text(property, found),
            _ => settings.instance_name = self.text(property, found),
        });
        settings
    }

    fn lists(&mut self, value: &Value<'_>, found: &mut Diagnostics) {
        let Value::Object(object) = value else {
            found.push(wrong_kind(value, "choices", "an object of lists"));
            return;
        };
        if object.properties.len() > MAX_LISTS {
            found.push(Diagnostic::error(
                "too-large",
                span(value),
                format!("a form has at most {MAX_LISTS} lists"),
            ));
            return;
        }
        for property in &object.properties {
            let place = span(&property.name);
            let name = Written::plain(property.name.as_str(), place);
            let list = match &property.value {
                Value::Array(array) => {
                    let mut list = ListDefinition { name, columns: Vec::new(), choices: Vec::new() };
                    for element in &array.elements {
                        self.choice(element, &mut list, found);
                    }
                    list
                }
                Value::Object(object) => self.file_list(name, object, found),
                other => {
                    found.push(wrong_kind(
                        other,
                        property.name.as_str(),
                        "a list of choices or {\"csv\": file}",
                    ));
                    continue;
                }
            };
            match self.definition.lists.iter().find(|other| other.name.text == list.name.text) {
                Some(first) => found.push(
                    Diagnostic::error(
                        "duplicate-list",
                        place,
                        format!("there are two lists `{}`", list.name.text),
                    )
                    .label(first.name.span, "first here"),
                ),
                None => self.definition.lists.push(list),
            }
        }
    }

    fn file_list(&self, name: Written, object: &Object<'_>, found: &mut Diagnostics) -> ListDefinition {
        let mut file = None;
        properties(object, &["csv"], found, |_, property, found| file = self.text(property, found));
        let empty = ListDefinition { name: name.clone(), columns: Vec::new(), choices: Vec::new() };
        let Some(file) = file else {
            if object.get("csv").is_none() {
                found.push(
                    Diagnostic::error("missing-key", name.span, "this list names no file")
                        .hint("write {\"csv\": \"lists/towns.csv\"}"),
                );
            }
            return empty;
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
                empty
            }
        }
    }

    fn choice(&self, value: &Value<'_>, list: &mut ListDefinition, found: &mut Diagnostics) {
        let Value::Object(object) = value else {
            found.push(wrong_kind(value, "a choice", "an object with name and label"));
            return;
        };
        let mut choice = ChoiceDefinition {
            name: Written::plain("", span(value)),
            label: WrittenText::default(),
            cells: vec![None; list.columns.len()],
        };
        for property in &object.properties {
            match property.name.as_str() {
                "name" => {
                    if let Some(name) = self.text(property, found) {
                        choice.name = name;
                    }
                }
                "label" => choice.label = self.texts(property, found),
                _ if list.columns.len() >= MAX_COLUMNS => {}
                column => {
                    let index =
                        list.columns.iter().position(|known| **known == *column).unwrap_or_else(|| {
                            list.columns.push(column.into());
                            list.columns.len() - 1
                        });
                    choice.cells.resize(list.columns.len(), None);
                    choice.cells[index] = self.text(property, found).map(|cell| cell.text);
                }
            }
        }
        if choice.name.text.trim().is_empty() {
            found.push(Diagnostic::error("missing-name", span(value), "this choice has no `name`"));
            return;
        }
        list.choices.push(choice);
    }

    fn rows(&mut self, value: &Value<'_>, key: &str, depth: usize, found: &mut Diagnostics) -> Vec<Row> {
        let Value::Array(array) = value else {
            found.push(wrong_kind(value, key, "a list of rows"));
            return Vec::new();
        };
        if depth > MAX_DEPTH {
            found.push(Diagnostic::error("too-deep", span(value), "groups are nested too deeply"));
            return Vec::new();
        }
        array.elements.iter().filter_map(|element| self.row(element, depth, found)).collect()
    }

    fn row(&mut self, value: &Value<'_>, depth: usize, found: &mut Diagnostics) -> Option<Row> {
        let Value::Object(object) = value else {
            found.push(wrong_kind(value, "a row", "an object with type and name"));
            return None;
        };
        self.rows += 1;
        if self.rows > MAX_ROWS {
            if self.rows == MAX_ROWS + 1 {
                found.push(Diagnostic::error(
                    "too-large",
                    span(value),
                    format!("a form has at most {MAX_ROWS} rows"),
                ));
            }
            return None;
        }
        let place = object.properties.first().map_or_else(|| span(value), |first| span(&first.name));
        let mut row = Row::empty(place);
        let mut row_type = None;
        properties(object, ROW_KEYS, found, |key, property, found| match key {
            "type" => row_type = self.row_type(property, &mut row, found),
            "name" => row.name = self.text(property, found),
            "label" => row.label = self.texts(property, found),
            "hint" => row.hint = self.texts(property, found),
            "relevant" => row.relevant = self.text(property, found),
            "constraint" => row.constraint = self.text(property, found),
            "constraint_message" => row.constraint_message = self.texts(property, found),
            "required" => row.required = self.logical(property, found),
            "required_message" => row.required_message = self.texts(property, found),
            "read_only" => row.read_only = self.logical(property, found),
            "calculation" => row.calculation = self.text(property, found),
            "appearance" => row.appearance = self.text(property, found),
            "parameters" => row.parameters = self.text(property, found),
            "choice_filter" => row.choice_filter = self.text(property, found),
            "repeat_count" => row.repeat_count = self.text(property, found),
            "default" => row.default = self.text(property, found),
            "trigger" => row.trigger = self.text(property, found),
            "item_label" => row.item_label = self.texts(property, found),
            _ => row.children = self.rows(&property.value, "children", depth + 1, found),
        });
        if object.get("type").is_none() {
            found.push(
                Diagnostic::error("missing-key", span(value), "this row has no `type`")
                    .hint("for example \"type\": \"text\""),
            );
        }
        row.row_type = row_type?;
        Some(row)
    }

    fn row_type(&self, property: &ObjectProp<'_>, row: &mut Row, found: &mut Diagnostics) -> Option<RowType> {
        let text = self.text(property, found)?;
        let mut words = text.text.split_whitespace();
        let word = words.next().unwrap_or("");
        let Some((_, row_type)) = TYPES.iter().find(|(name, _)| *name == word) else {
            found.push(if NOT_YET.contains(&word) {
                Diagnostic::error(
                    "type-not-yet",
                    text.span,
                    format!("this version has no control for `{word}` yet"),
                )
            } else {
                Diagnostic::error("unknown-type", text.span, format!("`{word}` is no question type"))
                    .did_you_mean(word, TYPES.iter().map(|(name, _)| *name))
            });
            return None;
        };
        if let Some(list) = words.next() {
            let start = text.text.rfind(list).unwrap_or(0);
            row.list = Some(Written::plain(list, text.part(start..start + list.len())));
        }
        Some(*row_type)
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

    fn logical(&self, property: &ObjectProp<'_>, found: &mut Diagnostics) -> Option<Logical> {
        if let Value::BooleanLit(boolean) = &property.value {
            return Some(Logical::Constant(boolean.value));
        }
        let text = self.text(property, found)?;
        Some(match &*text.text.trim().to_lowercase() {
            "yes" | "true" | "true()" => Logical::Constant(true),
            "no" | "false" | "false()" | "" => Logical::Constant(false),
            _ => Logical::Expression(text),
        })
    }

    fn texts(&self, property: &ObjectProp<'_>, found: &mut Diagnostics) -> WrittenText {
        let mut text = WrittenText::default();
        match &property.value {
            Value::Object(object) => {
                for language in &object.properties {
                    if let Some(words) = self.text(language, found) {
                        text.by_language.push((Some(Arc::from(language.name.as_str())), words));
                    }
                }
            }
            _ => text.by_language.extend(self.text(property, found).map(|words| (None, words))),
        }
        text
    }
}

impl Row {
    fn empty(span: Span) -> Row {
        Row {
            row_type: RowType::Hidden,
            list: None,
            name: None,
            span,
            label: WrittenText::default(),
            hint: WrittenText::default(),
            relevant: None,
            constraint: None,
            constraint_message: WrittenText::default(),
            required: None,
            required_message: WrittenText::default(),
            read_only: None,
            calculation: None,
            appearance: None,
            parameters: None,
            choice_filter: None,
            repeat_count: None,
            default: None,
            trigger: None,
            item_label: WrittenText::default(),
            children: Vec::new(),
        }
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
            "{\"settings\": {\"form_idd\": \"x\"},\n\"survey\": [{\"type\": \"txt\", \"name\": \"a\"},\n{\"name\": \"b\", \"type\": 3, \"labl\": \"\"},\n7]}",
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
    }
}
