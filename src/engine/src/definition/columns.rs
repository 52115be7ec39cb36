//! XLSForm's columns: every spelling that authors use, and what it means.
//!
//! Case and spaces do not count (`Constraint Message` is `constraint_message`). A header is cut at `::`, or at `:` in a
//! sheet that has no `::` at all; what follows is a language or an attribute.

use std::sync::Arc;

use super::rows::{Column, Group};

/// Which sheet a header stands in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Sheet {
    Survey,
    Choices,
    Settings,
    Entities,
    /// `assessment`, `items`, `parts`, `bands` and `rules`.
    Assessment,
    /// `external_choices` and `osm`.
    Other,
}

/// Spellings of the survey's columns.
const SURVEY: &[(&str, Group, &str)] = &[
    ("caption", Group::Plain, "label"),
    ("command", Group::Plain, "type"),
    ("tag", Group::Plain, "name"),
    ("value", Group::Plain, "name"),
    ("image", Group::Media, "image"),
    ("big-image", Group::Media, "big-image"),
    ("audio", Group::Media, "audio"),
    ("video", Group::Media, "video"),
    ("appearance", Group::Body, "appearance"),
    ("autoplay", Group::Body, "autoplay"),
    ("rows", Group::Body, "rows"),
    ("count", Group::Body, "jr:count"),
    ("jr:count", Group::Body, "jr:count"),
    ("repeat_count", Group::Body, "jr:count"),
    ("read_only", Group::Bind, "readonly"),
    ("readonly", Group::Bind, "readonly"),
    ("relevant", Group::Bind, "relevant"),
    ("relevance", Group::Bind, "relevant"),
    ("required", Group::Bind, "required"),
    ("constraint", Group::Bind, "constraint"),
    ("constraint_message", Group::Bind, "jr:constraintMsg"),
    ("constraining_message", Group::Bind, "jr:constraintMsg"),
    ("required_message", Group::Bind, "jr:requiredMsg"),
    ("requiredmsg", Group::Bind, "jr:requiredMsg"),
    ("calculation", Group::Bind, "calculate"),
    ("calculate", Group::Bind, "calculate"),
    ("noapperrorstring", Group::Bind, "jr:noAppErrorString"),
    ("no_app_error_string", Group::Bind, "jr:noAppErrorString"),
    ("save_to", Group::Bind, "entities:saveto"),
    ("compact_tag", Group::Instance, "odk:tag"),
];

/// The survey's other columns, which have one spelling each.
const SURVEY_PLAIN: &[&str] = &[
    "type",
    "name",
    "label",
    "hint",
    "guidance_hint",
    "default",
    "trigger",
    "parameters",
    "choice_filter",
    "intent",
    "query",
    "disabled",
    "item_label",
    "starts_with",
    "starts_with_in_new",
    "sms_field",
    "sms_option",
    "sms_separator",
    "sms_allow_media",
    "sms_date_format",
    "sms_datetime_format",
    "sms_response",
];

const CHOICES: &[(&str, Group, &str)] = &[
    ("list name", Group::Plain, "list_name"),
    ("list_name", Group::Plain, "list_name"),
    ("caption", Group::Plain, "label"),
    ("value", Group::Plain, "name"),
    ("name", Group::Plain, "name"),
    ("label", Group::Plain, "label"),
    ("image", Group::Media, "image"),
    ("big-image", Group::Media, "big-image"),
    ("audio", Group::Media, "audio"),
    ("video", Group::Media, "video"),
];

const SETTINGS: &[(&str, Group, &str)] = &[
    ("form_title", Group::Plain, "title"),
    ("set_form_title", Group::Plain, "title"),
    ("title", Group::Plain, "title"),
    ("form_id", Group::Plain, "form_id"),
    ("set_form_id", Group::Plain, "form_id"),
    ("id_string", Group::Plain, "form_id"),
];

/// The settings' other columns.
const SETTINGS_PLAIN: &[&str] = &[
    "version",
    "default_language",
    "instance_name",
    "public_key",
    "submission_url",
    "auto_send",
    "auto_delete",
    "style",
    "services",
    "for_roles",
    "name",
    "namespaces",
    "instance_xmlns",
    "instance_id",
    "omit_instanceid",
    "clean_text_values",
    "allow_choice_duplicates",
    "client_editable",
    "prefix",
    "delimiter",
    "sms_keyword",
    "sms_separator",
    "sms_allow_media",
    "sms_date_format",
    "sms_datetime_format",
    "sms_response",
    "flat",
    "add_none_option",
];

/// The entities' columns.
pub(crate) const ENTITIES_PLAIN: &[&str] = &["label", "create_if", "update_if", "entity_id", "repeat"];

/// The columns of the assessment's sheets, all five; a rule has one more for each input.
const ASSESSMENT_PLAIN: &[&str] = &[
    "type", "name", "label", "note", "relevant", "of", "second", "value", "reason", "combine", "missing",
    "at_least", "max", "min", "decimals", "hit", "stack", "test", "internal", "handled", "recheck",
    "measure", "points", "score", "over", "weight", "reverse", "cap", "code", "range", "when", "outcome",
    "priority", "by", "to",
];

const ENTITIES: &[(&str, Group, &str)] =
    &[("dataset", Group::Plain, "list_name"), ("list_name", Group::Plain, "list_name")];

/// What a header means. `double`: does any header of its sheet hold `::`?
pub(crate) fn column(header: &str, sheet: Sheet, double: bool) -> Column {
    let parts = parts(header, double);
    let first = parts.first().copied().unwrap_or("");
    let rest = &parts[1.min(parts.len())..];
    let (spellings, plain) = spellings_of(sheet);
    let snake = snake_case(first);
    let named = |group: Group, name: &str, language: Option<&&str>| Column {
        group,
        name: name.into(),
        language: language.map(|language| Arc::from(*language)),
        title: header.trim().into(),
    };
    let known = |word: &str| spellings.iter().find(|(spelling, ..)| *spelling == word);
    // A whole header such as `jr:count` is known before it is cut.
    if let Some((_, group, name)) = known(&snake_case(header)) {
        return named(*group, name, None);
    }
    if let Some((_, group, name)) = known(&snake) {
        return named(*group, name, rest.first());
    }
    if let Some(name) = plain.iter().find(|name| **name == snake) {
        return named(Group::Plain, name, rest.first());
    }
    let group = match (&*snake, sheet) {
        ("bind", Sheet::Survey) => Group::Bind,
        ("body" | "control", Sheet::Survey) => Group::Body,
        ("instance", Sheet::Survey) => Group::Instance,
        ("media", Sheet::Survey | Sheet::Choices) => Group::Media,
        ("attribute", Sheet::Settings) => Group::Attribute,
        ("if", Sheet::Assessment) if !rest.is_empty() => Group::If,
        // What is not known keeps its spelling: a choice filter may name it.
        _ => return named(Group::Plain, first, rest.first()),
    };
    match rest {
        [] => named(group, "", None),
        [name, languages @ ..] => {
            let canonical = SURVEY
                .iter()
                .find(|(spelling, known, _)| *known == group && *spelling == snake_case(name))
                .map_or(*name, |(_, _, canonical)| canonical);
            named(group, canonical, languages.first())
        }
    }
}

/// Does anything read such a column? A choice list may have columns of its own.
pub(crate) fn is_read(column: &Column, sheet: Sheet) -> bool {
    let (spellings, plain) = spellings_of(sheet);
    column.group != Group::Plain
        || plain.contains(&&*column.name)
        || spellings.iter().any(|(_, group, name)| *group == Group::Plain && *name == &*column.name)
}

/// How a rule's sheet calls what it asks of an input: by its name, unless a rule has a column of that name.
pub(crate) fn of_input(name: &str) -> String {
    let plain = column(name, Sheet::Assessment, false);
    let is_free = !is_read(&plain, Sheet::Assessment) && plain.group == Group::Plain && *plain.name == *name;
    if is_free { name.to_owned() } else { format!("if::{name}") }
}

/// Every spelling of a sheet's columns.
pub(crate) fn titles(sheet: Sheet) -> impl Iterator<Item = &'static str> {
    let (spellings, plain) = spellings_of(sheet);
    plain.iter().copied().chain(spellings.iter().map(|(spelling, ..)| *spelling))
}

/// The title with `::`, where its author parted a known column's name from the rest by another kind of colon.
pub(crate) fn with_plain_colons(title: &str, sheet: Sheet) -> Option<String> {
    let (name, rest) = title.split_once([':', '：'])?;
    let rest = rest.trim_start_matches([':', '：']).trim();
    let mended = match snake_case(name) == "media" {
        true => format!("media::{}", rest.replace("::", ":").replace([':', '：'], "::")),
        false => format!("{}::{rest}", name.trim()),
    };
    (!rest.is_empty() && mended != title && is_read(&column(&mended, sheet, true), sheet)).then_some(mended)
}

fn spellings_of(sheet: Sheet) -> (&'static [(&'static str, Group, &'static str)], &'static [&'static str]) {
    match sheet {
        Sheet::Survey => (SURVEY, SURVEY_PLAIN),
        Sheet::Choices | Sheet::Other => (CHOICES, &[]),
        Sheet::Settings => (SETTINGS, SETTINGS_PLAIN),
        Sheet::Entities => (ENTITIES, ENTITIES_PLAIN),
        Sheet::Assessment => (&[], ASSESSMENT_PLAIN),
    }
}

fn parts(header: &str, double: bool) -> Vec<&str> {
    if double || header.contains("::") {
        return header.split("::").map(str::trim).collect();
    }
    let mut parts: Vec<&str> = Vec::new();
    let mut start = 0;
    for (at, _) in header.match_indices(':') {
        // `jr:count` is one word.
        if header[start..at].trim() != "jr" {
            parts.push(header[start..at].trim());
            start = at + 1;
        }
    }
    parts.push(header[start..].trim());
    parts
}

/// `Constraint  Message` → `constraint_message`.
pub(crate) fn snake_case(text: &str) -> String {
    text.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>().join("_")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(header: &str) -> (Group, String, Option<String>) {
        let column = column(header, Sheet::Survey, header.contains("::"));
        (column.group, column.name.to_string(), column.language.map(|language| language.to_string()))
    }

    #[test]
    fn the_spellings_of_authors() {
        assert_eq!(said("Constraint Message :: English (en)").1, "jr:constraintMsg");
        assert_eq!(said("label::语言 (zh)").2.unwrap(), "语言 (zh)");
        assert_eq!(said("jr:count"), (Group::Body, "jr:count".into(), None));
        assert_eq!(said("label:English"), (Group::Plain, "label".into(), Some("English".into())));
        assert_eq!(said("media::image::fr"), (Group::Media, "image".into(), Some("fr".into())));
        assert_eq!(said("bind::relevant"), (Group::Bind, "relevant".into(), None));
        assert_eq!(said("bind:jr:constraintMsg:en").1, "jr:constraintMsg");
        assert_eq!(said("Relevance"), (Group::Bind, "relevant".into(), None));
        assert_eq!(said("instance::ex:duration"), (Group::Instance, "ex:duration".into(), None));
    }
}
