//! Rows of the choices: each in a list, each with a name, each once.

use std::collections::HashMap;

use crate::definition::rows::{
    ChoicesFrom, Choosing, Group, Item, ItemKind, List, Questionnaire, Row, Select,
};
use crate::diagnostic::{Diagnostic, Diagnostics, nearest};

/// `missing-name`, `missing-label` and `duplicate-choice` in the choices of a form.
pub(crate) fn rows(form: &Questionnaire, found: &mut Diagnostics) {
    let duplicates_allowed = form.setting_is("allow_choice_duplicates", true);
    for list in &form.lists {
        let mut seen = HashMap::new();
        for choice in &list.choices {
            let Some(name) = choice.plain("name") else {
                found.push(
                    Diagnostic::error("missing-name", choice.place, "this choice has no `name`")
                        .hint("its name is what is kept when it is chosen: `yes`, `01`"),
                );
                continue;
            };
            let shows = choice.cells.iter().any(|cell| {
                cell.column.group == Group::Media
                    || (cell.column.group == Group::Plain && &*cell.column.name == "label")
            });
            if !shows {
                let titles = choice.cells.iter().map(|cell| &*cell.column.title);
                let hint = match nearest("label", titles) {
                    Some(near) => format!("did you mean `label` where it says `{near}`?"),
                    None => "write its words as its `label`".to_owned(),
                };
                let message = format!("the choice `{}` has no label", name.text);
                found.push(Diagnostic::warning("missing-label", name.span, message).hint(hint));
            }
            if let Some(first) = seen.insert(name.text.to_arc(), name.span)
                && !duplicates_allowed
            {
                found.push(
                    Diagnostic::error(
                        "duplicate-choice",
                        name.span,
                        format!("the choice `{}` is there twice", name.text),
                    )
                    .label(first, "first here")
                    .hint("if that is meant, the setting `allow_choice_duplicates` says so"),
                );
            }
        }
    }
}

/// `bad-name`: answers to a select_multiple are separated by spaces.
pub(crate) fn spaces(form: &Questionnaire, found: &mut Diagnostics) {
    let mut several: Vec<&List> = Vec::new();
    Item::walk(&form.items, &mut |item, _| {
        if let ItemKind::Select(Select { how: Choosing::Multiple, from: ChoicesFrom::List(name), .. }) =
            &item.kind
            && let Some(list) = form.lists.iter().find(|list| list.name.text == name.text)
            && !several.iter().any(|known| known.name.text == list.name.text)
        {
            several.push(list);
        }
    });
    for name in several.iter().flat_map(|list| &list.choices).filter_map(|choice| choice.plain("name")) {
        if name.text.contains(char::is_whitespace) {
            found.push(
                Diagnostic::error(
                    "bad-name",
                    name.span,
                    format!("the choice `{}` has a space in its name", name.text),
                )
                .hint("the answers to a select_multiple are separated by spaces: use `_` instead"),
            );
        }
    }
}

/// `or-other`: "other" can't be filtered.
pub(crate) fn other(row: &Row, found: &mut Diagnostics) {
    if let Some(filter) = row.plain("choice_filter") {
        found.push(
            Diagnostic::error("or-other", filter.span, "a select with `or_other` can't have a choice filter")
                .hint("write a choice `other` into the list, and a text with `relevant` after the select"),
        );
    }
}
