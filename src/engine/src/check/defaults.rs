//! What a question starts with: a value of its type, or a choice of its list.
//!
//! pyxform takes any text here, and the question then opens with what nobody may submit; so it is said, and no more.
//! Defaults that are worked out are left to what is said of expressions.

use crate::definition::default_kind::is_dynamic;
use crate::definition::question_types::Control;
use crate::definition::rows::{
    ChoicesFrom, Choosing, Group, Item, ItemKind, List, Questionnaire, Row, Select,
};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::Written;
use crate::value::{DataType, Value};

/// `bad-default` of every question that starts with a fixed value.
pub(crate) fn check(form: &Questionnaire, found: &mut Diagnostics) {
    Item::walk(&form.items, &mut |item, _| {
        let Some(default) = item.row.plain("default") else { return };
        let row_type = item.row.plain("type").map_or("", |said| &said.text);
        if default.text.trim().is_empty() || is_dynamic(&default.text, row_type) {
            return;
        }
        let diagnostic = match &item.kind {
            // A bind that names a type has the last word, and a range's type goes by its steps.
            ItemKind::Question(question)
                if item.row.bind("type").is_none() && question.control != Control::Range =>
            {
                question.data_type.and_then(|data_type| unreadable(data_type, default))
            }
            ItemKind::Select(select) => not_listed(select, &item.row, default, form),
            _ => None,
        };
        if let Some(diagnostic) = diagnostic {
            found.push(diagnostic);
        }
    });
}

/// A value that is none of its type.
fn unreadable(data_type: &str, default: &Written) -> Option<Diagnostic> {
    let (data_type, what, hint) = match data_type {
        "int" => (DataType::Integer, "a whole number", "write it in digits, such as `2`"),
        "decimal" => (DataType::Decimal, "a number", "write it in digits, such as `2.5`"),
        "date" => (DataType::Date, "a date", "write it as `2026-11-26`, or work it out: `today()`"),
        "time" => (DataType::Time, "a time", "write it as `09:30:00`"),
        "dateTime" => (
            DataType::DateTime,
            "a date with a time",
            "write it as `2026-11-26T09:30:00`, or work it out: `now()`",
        ),
        "geopoint" => (DataType::Geopoint, "a place", "write `latitude longitude`, such as `37.51 122.12`"),
        _ => return None,
    };
    let message = format!("the default `{}` is not {what}", default.text);
    let unread = Value::carried(data_type, &default.text).is_unread();
    unread.then(|| Diagnostic::warning("bad-default", default.span, message).hint(hint))
}

/// So many choices are named where none is near.
const FEW: usize = 8;

/// A choice that the list does not have. What a filter or a file gives is known only when the form runs.
fn not_listed(select: &Select, row: &Row, default: &Written, form: &Questionnaire) -> Option<Diagnostic> {
    let ChoicesFrom::List(name) = &select.from else { return None };
    let searched = row.body("appearance").is_some_and(|said| said.text.contains("search("));
    if select.how == Choosing::External || row.plain("choice_filter").is_some() || searched {
        return None;
    }
    let list = form.lists.iter().find(|list| list.name.text == name.text)?;
    let names: Vec<&str> =
        list.choices.iter().filter_map(|choice| choice.plain("name")).map(|name| &*name.text).collect();
    let text = default.text.trim();
    let chosen: Vec<&str> = match select.how {
        Choosing::One => vec![text],
        _ => text.split_whitespace().collect(),
    };
    let known = |chosen: &str| names.contains(&chosen) || (select.or_other && chosen == "other");
    let wrong = chosen.into_iter().find(|chosen| !known(chosen)).filter(|_| !names.is_empty())?;
    let message = format!("the default `{wrong}` is no choice of the list `{}`", name.text);
    let diagnostic = Diagnostic::warning("bad-default", default.span, message);
    if let Some(meant) = labelled(list, wrong) {
        return Some(diagnostic.hint(format!("write the choice's name, `{meant}`, not its label")));
    }
    let near = diagnostic.did_you_mean(wrong, names.iter().copied());
    Some(match near.hints.is_empty() {
        false => near,
        true if names.len() <= FEW => near.hint(format!("its choices are `{}`", names.join("`, `"))),
        true => near.hint("write the `name` of one of its choices"),
    })
}

/// The name of the choice that is shown as `text`, in any language.
fn labelled<'a>(list: &'a List, text: &str) -> Option<&'a str> {
    let shown = |choice: &&Row| {
        let labels = choice.texts(Group::Plain, "label").by_language;
        labels.iter().any(|(_, label)| label.text.trim().to_lowercase() == text.to_lowercase())
    };
    list.choices.iter().find(shown)?.plain("name").map(|name| &*name.text)
}
