//! An XForm as form JSON: the rows of its XLSForm, groups and repeats nested by `children`.

use serde_json::{Map, Value as Json, json};

use super::table::Row;
use super::xlsform::{Sheets, sheets};
use super::{Exported, Losses};
use crate::source::Span;
use crate::xml::Element;

/// Columns that form JSON has, and their keys in it.
const KEYS: &[(&str, &str)] = &[
    ("label", "label"),
    ("hint", "hint"),
    ("relevant", "relevant"),
    ("constraint", "constraint"),
    ("constraint_message", "constraint_message"),
    ("required", "required"),
    ("required_message", "required_message"),
    ("readonly", "read_only"),
    ("calculation", "calculation"),
    ("appearance", "appearance"),
    ("parameters", "parameters"),
    ("choice_filter", "choice_filter"),
    ("repeat_count", "repeat_count"),
    ("default", "default"),
    ("trigger", "trigger"),
];
/// Those that are words for the reader.
const WORDS: &[&str] = &["label", "hint", "constraint_message", "required_message"];

/// Writes an `h:html` element as a form's JSON.
pub(crate) fn form_json(root: &Element) -> Exported<String> {
    let mut losses = Losses::default();
    let written = match sheets(root, &mut losses) {
        Some(sheets) => Writer { losses: &mut losses, lists: Map::new() }.form(&sheets),
        None => json!({}),
    };
    let mut text = serde_json::to_string_pretty(&written).unwrap_or_default();
    text.push('\n');
    Exported { written: text, losses: losses.into_sorted() }
}

struct Writer<'a> {
    losses: &'a mut Losses,
    lists: Map<String, Json>,
}

impl Writer<'_> {
    fn form(&mut self, sheets: &Sheets) -> Json {
        for row in &sheets.choices {
            self.choice(row);
        }
        let mut rows = sheets.survey.iter();
        let survey = self.children(&mut rows);
        for row in &sheets.entities {
            self.losses.push(row.span, "entities are left out: form JSON has no word for them");
        }
        for row in &sheets.tags {
            self.losses
                .push(row.span, "the tags of a map question are left out: form JSON has no word for them");
        }
        let settings = self.settings(&sheets.settings);
        let mut form = Map::new();
        form.insert("settings".into(), settings);
        if !self.lists.is_empty() {
            form.insert("choices".into(), Json::Object(std::mem::take(&mut self.lists)));
        }
        form.insert("survey".into(), survey);
        Json::Object(form)
    }

    fn settings(&mut self, row: &Row) -> Json {
        let mut settings = Map::new();
        let form_id = row.get("form_id").or(row.get("name")).unwrap_or("form");
        settings.insert("form_id".into(), form_id.into());
        if row.get("version").is_none() {
            self.losses.push(row.span, "the form has no version; form JSON needs one, and it is called `1`");
        }
        settings.insert("version".into(), row.get("version").unwrap_or("1").into());
        settings.insert("title".into(), row.get("form_title").unwrap_or(form_id).into());
        if let Some(language) = row.get("default_language") {
            settings.insert("default_language".into(), tag(language).into());
        }
        if let Some(name) = row.get("instance_name") {
            settings.insert("instance_name".into(), name.into());
        }
        let known = [
            "form_id",
            "version",
            "form_title",
            "default_language",
            "instance_name",
            "allow_choice_duplicates",
        ];
        for (column, _) in row.cells.iter().filter(|(column, _)| !known.contains(&column.as_str())) {
            self.losses
                .push(row.span, format!("the setting `{column}` is left out: form JSON has no word for it"));
        }
        Json::Object(settings)
    }

    fn choice(&mut self, row: &Row) {
        let list = row.get("list_name").unwrap_or_default().to_owned();
        let mut choice = Map::new();
        for (column, text) in &row.cells {
            match column.split_once("::").map_or(column.as_str(), |(base, _)| base) {
                "list_name" => {}
                "label" => word(&mut choice, "label", column, text),
                "media" => self.losses.push(
                    row.span,
                    format!(
                        "`{column}` of the choices in `{list}` is left out: form JSON has no word for it"
                    ),
                ),
                _ => {
                    choice.insert(column.clone(), text.as_str().into());
                }
            }
        }
        let list = self.lists.entry(list).or_insert_with(|| Json::Array(Vec::new()));
        if let Json::Array(choices) = list {
            choices.push(Json::Object(choice));
        }
    }

    /// The rows up to the end of the group or repeat that they are in.
    fn children<'r>(&mut self, rows: &mut impl Iterator<Item = &'r Row>) -> Json {
        let mut children = Vec::new();
        // Groups that are open, the innermost last: no call for each, so that depth costs no stack.
        let mut open: Vec<(Map<String, Json>, Vec<Json>)> = Vec::new();
        for row in rows {
            let kind = row.get("type").unwrap_or_default();
            match kind {
                "begin_group" | "begin_repeat" => {
                    let group = self.row(row, kind.trim_start_matches("begin_"));
                    open.push((group, std::mem::take(&mut children)));
                }
                "end_group" | "end_repeat" => {
                    if let Some((mut group, before)) = open.pop() {
                        let inside = std::mem::replace(&mut children, before);
                        group.insert("children".into(), Json::Array(inside));
                        children.push(Json::Object(group));
                    }
                }
                _ => {
                    let kind = self.kind(kind, row.span);
                    let row = self.row(row, &kind);
                    children.push(Json::Object(row));
                }
            }
        }
        Json::Array(children)
    }

    /// A type as form JSON has it: choices from a CSV file are a list of the form.
    fn kind(&mut self, kind: &str, span: Span) -> String {
        let Some((word, file)) = kind.split_once("_from_file ") else { return kind.to_owned() };
        let Some(stem) = file.strip_suffix(".csv") else {
            self.losses.push(
                span,
                format!("choices from `{file}` are left out: form JSON reads lists from CSV files"),
            );
            return kind.to_owned();
        };
        self.lists.entry(stem).or_insert_with(|| json!({"csv": file}));
        format!("{word} {stem}")
    }

    fn row(&mut self, row: &Row, kind: &str) -> Map<String, Json> {
        let mut written = Map::new();
        written.insert("type".into(), kind.into());
        if let Some(name) = row.get("name") {
            written.insert("name".into(), name.into());
        }
        for (column, text) in &row.cells {
            let base = column.split_once("::").map_or(column.as_str(), |(base, _)| base);
            if matches!(base, "type" | "name") {
                continue;
            }
            match KEYS.iter().find(|(known, _)| *known == base) {
                Some((_, key)) if WORDS.contains(&base) => word(&mut written, key, column, text),
                Some((_, key)) if column == base => {
                    written.insert((*key).into(), logical(key, text));
                }
                _ => {
                    let name = row.get("name").unwrap_or_default();
                    let what = format!("`{column}` of `{name}` is left out: form JSON has no word for it");
                    self.losses.push(row.span, what);
                }
            }
        }
        written
    }
}

/// Words in the language that the column names.
fn word(into: &mut Map<String, Json>, key: &str, column: &str, text: &str) {
    match column.split_once("::") {
        None => {
            into.insert(key.into(), text.into());
        }
        Some((_, language)) => {
            let words = into.entry(key).or_insert_with(|| json!({}));
            if let Json::Object(words) = words {
                words.insert(tag(language).to_owned(), text.into());
            }
        }
    }
}

fn logical(key: &str, text: &str) -> Json {
    match text {
        "yes" if matches!(key, "required" | "read_only") => Json::Bool(true),
        "no" if matches!(key, "required" | "read_only") => Json::Bool(false),
        text => text.into(),
    }
}

/// The tag in `English (en)`, or the name where there is none.
fn tag(language: &str) -> &str {
    let inside = language.rsplit_once('(').and_then(|(_, rest)| rest.trim_end().strip_suffix(')'));
    inside.map(str::trim).filter(|tag| !tag.is_empty()).unwrap_or_else(|| language.trim())
}
