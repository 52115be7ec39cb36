//! An XForm as form JSON: the rows of its XLSForm, groups and repeats nested by `children`.

use serde_json::{Map, Value as Json, json};

use super::assessment::Measure;
use super::table::Row;
use super::xlsform::{Sheets, Target, sheets};
use super::{Exported, Losses, lists};
use crate::definition::starts;
use crate::xml::Element;

/// Columns that form JSON calls otherwise.
const RENAMED: &[(&str, &str)] = &[
    ("readonly", "read_only"),
    ("media::image", "image"),
    ("media::big-image", "big-image"),
    ("media::audio", "audio"),
    ("media::video", "video"),
    ("form_title", "title"),
];
/// Columns that have words by language.
const WORDS: &[&str] = &[
    "label",
    "hint",
    "guidance_hint",
    "item_label",
    "note",
    "constraint_message",
    "required_message",
    "noAppErrorString",
    "media::image",
    "media::big-image",
    "media::audio",
    "media::video",
];
/// Columns of which there may be many, each an object in form JSON.
const GROUPS: &[(&str, &str)] =
    &[("bind::", "bind"), ("body::", "body"), ("instance::", "instance"), ("attribute::", "attributes")];
/// Settings that form JSON has, beside those that it needs.
const SETTINGS: &[&str] = &[
    "default_language",
    "instance_name",
    "instance_id",
    "public_key",
    "submission_url",
    "auto_send",
    "auto_delete",
    "style",
    "services",
    "for_roles",
    "namespaces",
    "instance_xmlns",
    "allow_choice_duplicates",
    "prefix",
    "delimiter",
];

/// Writes an `h:html` element as a form's JSON.
pub(crate) fn form_json(root: &Element) -> Exported<String> {
    let mut losses = Losses::default();
    let written = match sheets(&lists::as_columns(root), Target::FormJson, &mut losses) {
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
        let mut form = Map::new();
        form.insert("settings".into(), self.settings(&sheets.settings));
        let external = super::xlsform::external(&sheets.survey);
        let lists = [("choices", &sheets.choices), ("external_choices", &external), ("osm", &sheets.tags)];
        for (key, rows) in lists.into_iter().filter(|(_, rows)| !rows.is_empty()) {
            rows.iter().for_each(|row| self.choice(row));
            form.insert(key.into(), Json::Object(std::mem::take(&mut self.lists)));
        }
        if !sheets.entities.is_empty() {
            let entity = |row: &Row| Json::Object(cells(row, &[]));
            form.insert("entities".into(), sheets.entities.iter().map(entity).collect());
        }
        form.insert("survey".into(), survey(&sheets.survey));
        if !sheets.assessment.is_empty() {
            form.insert("assessment".into(), sheets.assessment.iter().map(measure).collect());
        }
        Json::Object(form)
    }

    fn settings(&mut self, row: &Row) -> Json {
        let mut settings = Map::new();
        let written = row.get("form_id").or(row.get("name")).unwrap_or("form");
        let form_id = &*plain_id(written);
        if form_id != written {
            let what = format!("`{written}` can't be a form's id in form JSON; it is called `{form_id}`");
            self.losses.push(row.span, what);
        }
        settings.insert("form_id".into(), form_id.into());
        if row.get("version").is_none() {
            self.losses.push(row.span, "the form has no version; form JSON needs one, and it is called `1`");
        }
        settings.insert("version".into(), row.get("version").unwrap_or("1").into());
        settings.insert("title".into(), title(row, form_id));
        let (known, others): (Vec<_>, Vec<_>) = row
            .cells
            .iter()
            .filter(|(column, _)| !matches!(column.as_str(), "form_id" | "version" | "form_title" | "name"))
            .filter(|(column, _)| !column.starts_with("form_title::"))
            .filter(|(column, _)| !matches!(column.as_str(), "omit_instanceID" | "clean_text_values"))
            .partition(|(column, _)| {
                SETTINGS.contains(&column.as_str()) || column.starts_with("attribute::")
            });
        // A form's instance is called as the form, unless it says otherwise; an XForm's is mostly called `data`.
        let name = row.get("name").unwrap_or("data");
        if name != form_id {
            settings.insert("name".into(), name.into());
        }
        if row.get("omit_instanceID").is_none() && row.get("instance_id").is_none() {
            settings.insert("instance_id".into(), "uid".into());
        }
        for (column, text) in known {
            cell(&mut settings, column, text);
        }
        for (column, _) in others {
            let what = format!("the setting `{column}` is left out: form JSON has no word for it");
            self.losses.push(row.span, what);
        }
        Json::Object(settings)
    }

    fn choice(&mut self, row: &Row) {
        let list = row.get("list_name").unwrap_or_default().to_owned();
        let mut choice = Map::new();
        // In the order in which an author writes them.
        if let Some(name) = row.get("name") {
            choice.insert("name".into(), name.into());
        }
        for (column, text) in row.cells.iter().filter(|(column, _)| is_label(column)) {
            word(&mut choice, "label", column, text);
        }
        for (column, text) in
            row.cells.iter().filter(|(column, _)| !is_label(column) && column != "list_name")
        {
            match column.strip_prefix("media::") {
                // A choice's own columns may be called `image`.
                Some(media) => {
                    let media_of = choice.entry("media").or_insert_with(|| json!({}));
                    if let Json::Object(into) = media_of {
                        word(into, media.split("::").next().unwrap_or(media), media, text);
                    }
                }
                None => {
                    choice.insert(column.clone(), text.as_str().into());
                }
            }
        }
        let list = self.lists.entry(list).or_insert_with(|| Json::Array(Vec::new()));
        if let Json::Array(choices) = list {
            choices.push(Json::Object(choice));
        }
    }
}

fn is_label(column: &str) -> bool {
    column == "label" || column.starts_with("label::")
}

/// An id as form JSON has them: a letter, then letters, digits, `_`, `-` and `.`.
fn plain_id(written: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.') { c } else { '-' };
    let id: String = written.trim().chars().map(plain).take(95).collect();
    match id.starts_with(|c: char| c.is_ascii_alphabetic()) {
        true => id,
        false => format!("form-{id}"),
    }
}

/// The rows, nested. Groups that are open are kept in a list, so that depth costs no stack.
fn survey(rows: &[Row]) -> Json {
    let mut children = Vec::new();
    let mut open: Vec<(Map<String, Json>, Vec<Json>)> = Vec::new();
    for row in rows {
        let kind = row.get("type").unwrap_or_default();
        let mut written = Map::new();
        written.insert("type".into(), kind.trim_start_matches("begin_").into());
        written.extend(cells(row, &["type"]));
        match kind {
            "begin_group" | "begin_repeat" => open.push((written, std::mem::take(&mut children))),
            "end_group" | "end_repeat" => {
                if let Some((mut group, before)) = open.pop() {
                    let inside = std::mem::replace(&mut children, before);
                    group.insert("children".into(), Json::Array(inside));
                    children.push(Json::Object(group));
                }
            }
            _ => children.push(Json::Object(written)),
        }
    }
    Json::Array(children)
}

/// A measure with its rows nested.
fn measure(measure: &Measure) -> Json {
    let mut written = plain_cells(&measure.row);
    for (kind, line) in &measure.lines {
        let mut row = plain_cells(&line.row);
        if !line.tests.is_empty() {
            let tests = line.tests.iter().map(|(input, test)| (input.clone(), test.as_str().into()));
            row.insert("if".into(), Json::Object(tests.collect()));
        }
        if let Json::Array(rows) = written.entry(kind.key()).or_insert_with(|| json!([])) {
            rows.push(Json::Object(row));
        }
    }
    Json::Object(written)
}

/// Cells of the assessment, numbers and truths as JSON has them. Codes stay texts.
fn plain_cells(row: &Row) -> Map<String, Json> {
    let mut written = cells(row, &[]);
    for (key, value) in &mut written {
        let Some(text) = value.as_str() else { continue };
        let number = text.parse::<i64>().ok().filter(|number| number.to_string() == *text);
        match (key.as_str(), number, text) {
            ("code" | "name" | "label" | "note" | "outcome", ..) => {}
            (_, Some(number), _) => *value = number.into(),
            (_, None, "true") => *value = Json::Bool(true),
            (_, None, "false") => *value = Json::Bool(false),
            _ => {}
        }
    }
    written
}

/// A row's cells as keys, without those columns.
fn cells(row: &Row, without: &[&str]) -> Map<String, Json> {
    let mut written = Map::new();
    // Form JSON has no need of words that can't be seen, but that what is worked out is shown.
    let worked_out = row.get("calculation").or(row.get("trigger")).is_some();
    let kept = |(column, text): &&(String, String)| {
        !without.contains(&column.as_str()) && (text != "\u{200b}" || worked_out)
    };
    for (column, text) in row.cells.iter().filter(kept) {
        cell(&mut written, column, text);
    }
    written
}

fn cell(into: &mut Map<String, Json>, column: &str, text: &str) {
    let is_of = |base: &&&str| {
        column.strip_prefix(**base).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
    };
    if let Some(base) = WORDS.iter().find(is_of) {
        let language = &column[base.len()..];
        if *base == "noAppErrorString" {
            let bind = into.entry("bind").or_insert_with(|| json!({}));
            if let Json::Object(bind) = bind {
                word(bind, "jr:noAppErrorString", language, text);
            }
            return;
        }
        return word(into, renamed(base), language, text);
    }
    if let Some((prefix, key)) = GROUPS.iter().find(|(prefix, _)| column.starts_with(prefix)) {
        if let Json::Object(group) = into.entry(*key).or_insert_with(|| json!({})) {
            group.insert(column[prefix.len()..].to_owned(), text.into());
        }
        return;
    }
    let written = match (column, text) {
        ("required" | "readonly", "yes") => Json::Bool(true),
        ("required" | "readonly", "no") => Json::Bool(false),
        (starts::FIRST | starts::IN_NEW, text) => {
            text.parse::<usize>().map_or_else(|_| text.into(), Json::from)
        }
        (_, text) => text.into(),
    };
    into.insert(renamed(column).into(), written);
}

fn renamed(column: &str) -> &str {
    RENAMED.iter().find(|(known, _)| *known == column).map_or(column, |(_, key)| key)
}

/// Words in the language that stands behind `::`. Those without one stand alone, or as `default` beside others.
fn word(into: &mut Map<String, Json>, key: &str, column: &str, text: &str) {
    let language = column.split_once("::").map(|(_, language)| language);
    match (into.get_mut(key), language) {
        (None, None) => {
            into.insert(key.into(), text.into());
        }
        (None, Some(language)) => {
            into.insert(key.into(), json!({language: text}));
        }
        (Some(Json::Object(words)), language) => {
            words.insert(language.unwrap_or("default").into(), text.into());
        }
        (Some(plain), language) => {
            let before = plain.take();
            *plain = json!({"default": before, language.unwrap_or("default"): text});
        }
    }
}

/// The title, by language where it has several.
fn title(row: &Row, otherwise: &str) -> Json {
    let language = |column: &str| column.strip_prefix("form_title::").map(str::to_owned);
    let titles: Map<String, Json> = row
        .cells
        .iter()
        .filter_map(|(column, words)| Some((language(column)?, words.as_str().into())))
        .collect();
    match titles.is_empty() {
        true => row.get("form_title").unwrap_or(otherwise).into(),
        false => Json::Object(titles),
    }
}
