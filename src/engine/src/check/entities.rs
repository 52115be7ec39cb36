//! Entities and the properties that answers are saved to (ODK entities specification).

use std::collections::HashMap;

use crate::definition::lower::{Names, place_entities};
use crate::definition::references::is_name;
use crate::definition::rows::{Item, Questionnaire, Row};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::{Span, Written};

use super::sections::no_answer;

/// Everything about the sheet `entities` and the column `save_to`.
pub(crate) fn check(form: &Questionnaire, names: &Names<'_>, found: &mut Diagnostics) {
    declarations(form, found);
    save_to(form, found);
    place_entities(form, names, found);
}

/// `bad-entity`: each declaration has a list of its own, and what it needs to create or update.
fn declarations(form: &Questionnaire, found: &mut Diagnostics) {
    let mut seen: HashMap<&str, Span> = HashMap::new();
    for row in &form.entities {
        let Some(list) = row.plain("list_name") else {
            found.push(
                Diagnostic::error("bad-entity", row.place, "this entity names no list")
                    .hint("write the entity list that it belongs to in the column `list_name`"),
            );
            continue;
        };
        if let Some(problem) = bad_word(&list.text) {
            found.push(
                Diagnostic::error(
                    "bad-entity",
                    list.span,
                    format!("`{}` can't be an entity list: {problem}", list.text),
                )
                .hint("give the list another name"),
            );
        } else if list.text.contains('.') {
            found.push(
                Diagnostic::error(
                    "bad-entity",
                    list.span,
                    format!("`{}` can't be an entity list: it holds a dot", list.text),
                )
                .hint(format!("write `{}`", list.text.replace('.', "_"))),
            );
        }
        if let Some(first) = seen.insert(&list.text, list.span) {
            found.push(
                Diagnostic::error("bad-entity", list.span, format!("`{}` is declared twice", list.text))
                    .label(first, "first here")
                    .hint("declare it in one row"),
            );
        }
        complete(row, list, found);
    }
}

fn complete(row: &Row, list: &Written, found: &mut Diagnostics) {
    let has = |name: &str| row.plain(name).is_some();
    let mut say = |message: &str, hint: &str| {
        let message = format!("the entity `{}` {message}", list.text);
        found.push(Diagnostic::error("bad-entity", list.span, message).hint(hint));
    };
    match (has("entity_id"), has("create_if"), has("update_if")) {
        (false, _, true) => say(
            "is updated, but not named: it has no `entity_id`",
            "write what holds the id of the entity in the column `entity_id`",
        ),
        (true, true, false) => say(
            "has an `entity_id` and a `create_if`, but no `update_if`",
            "write when it is updated in the column `update_if`, or take `entity_id` away",
        ),
        (false, _, false) if !has("label") => {
            say("is created without a `label`", "write what it is called by in the column `label`");
        }
        _ => {}
    }
}

/// `bad-save-to`: properties have names, and each is saved once.
fn save_to(form: &Questionnaire, found: &mut Diagnostics) {
    let mut seen: HashMap<(String, String), Span> = HashMap::new();
    Item::walk(&form.items, &mut |item, _| {
        let Some(written) = item.row.bind("entities:saveto") else { return };
        if item.is_section() {
            found.push(no_answer(written));
            return;
        }
        if form.entities.is_empty() {
            found.push(
                Diagnostic::error("bad-save-to", written.span, "this form declares no entity to save to")
                    .hint("add a sheet `entities` with the columns `list_name` and `label`"),
            );
            return;
        }
        let (list, property) = match written.text.split_once('#') {
            Some((list, property)) => (Some(list), property),
            None => (None, &*written.text),
        };
        property_name(written, property, found);
        let lists = || form.entities.iter().filter_map(|row| row.plain("list_name")).map(|name| &*name.text);
        match list {
            None if form.entities.len() > 1 => found.push(
                Diagnostic::error(
                    "bad-save-to",
                    written.span,
                    format!("there are several entities: which one has `{property}`?"),
                )
                .hint(format!(
                    "write `LIST#{property}`, with one of {}",
                    lists().collect::<Vec<_>>().join(", ")
                )),
            ),
            Some(list) if !lists().any(|known| known == list) => found.push(
                Diagnostic::error("bad-save-to", written.span, format!("there is no entity list `{list}`"))
                    .did_you_mean(list, lists()),
            ),
            _ => {}
        }
        let list = list.or(lists().next()).unwrap_or("");
        if let Some(first) = seen.insert((list.to_owned(), property.to_owned()), written.span) {
            found.push(
                Diagnostic::error(
                    "bad-save-to",
                    written.span,
                    format!("`{property}` is saved from two questions"),
                )
                .label(first, "first here")
                .hint("save one of them to another property"),
            );
        }
    });
}

fn property_name(written: &Written, property: &str, found: &mut Diagnostics) {
    let problem = match property.to_lowercase().as_str() {
        "name" | "label" => Some("every entity has one already"),
        _ => bad_word(property),
    };
    if let Some(problem) = problem {
        found.push(
            Diagnostic::error(
                "bad-save-to",
                written.span,
                format!("`{property}` can't be a property: {problem}"),
            )
            .hint("give the property another name"),
        );
    }
}

/// Why a word can be neither an entity list nor a property.
fn bad_word(word: &str) -> Option<&'static str> {
    if word.starts_with("__") {
        Some("names that begin with two underscores are the server's")
    } else if !is_name(word) {
        Some("a name starts with a letter or `_` and goes on with letters, digits, `_`, `-` and `.`")
    } else {
        None
    }
}
