//! Choice lists: every select has one, every list is used, every choice is there once.

use std::collections::HashMap;

use crate::definition::{ListDefinition, Row, RowType};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::form::Skeleton;
use crate::view::Control;

/// Gives each select its list, and says what is wrong with the lists.
pub(crate) fn resolve(
    form: &mut Skeleton,
    rows: &[Option<&Row>],
    lists: &[ListDefinition],
    found: &mut Diagnostics,
) {
    let mut used = vec![false; lists.len()];
    let mut multiple = vec![false; lists.len()];
    for (index, row) in rows.iter().enumerate() {
        let Some(row) = row else { continue };
        let RowType::Question(_, control @ (Control::SelectOne | Control::SelectMultiple)) = row.row_type
        else {
            if let Some(list) = &row.list {
                found.push(Diagnostic::error("no-effect", list.span, "only selects name a list"));
            }
            continue;
        };
        let Some(name) = &row.list else {
            found.push(
                Diagnostic::error("missing-list", row.span, "this select names no list")
                    .hint("write it after the type: \"select_one yes_no\""),
            );
            continue;
        };
        match form.list_names.get(&name.text) {
            Some(list) => {
                form.nodes[index].list = Some(*list);
                used[usize::from(list.0)] = true;
                multiple[usize::from(list.0)] |= control == Control::SelectMultiple;
            }
            None => found.push(
                Diagnostic::error("unknown-list", name.span, format!("there is no list `{}`", name.text))
                    .did_you_mean(&name.text, lists.iter().map(|list| &*list.name.text)),
            ),
        }
    }
    for (index, list) in lists.iter().enumerate() {
        choices(list, multiple[index], found);
        let mentioned = |row: &&Row| {
            [&row.calculation, &row.relevant, &row.constraint, &row.default, &row.choice_filter]
                .into_iter()
                .flatten()
                .any(|written| written.text.contains(&format!("'{}'", list.name.text)))
        };
        if !used[index] && !rows.iter().flatten().any(mentioned) {
            found.push(Diagnostic::warning(
                "unused-list",
                list.name.span,
                format!("no question uses the list `{}`", list.name.text),
            ));
        }
    }
}

fn choices(list: &ListDefinition, multiple: bool, found: &mut Diagnostics) {
    if list.choices.is_empty() {
        found.push(Diagnostic::warning(
            "empty-list",
            list.name.span,
            format!("the list `{}` has no choices", list.name.text),
        ));
    }
    let mut seen = HashMap::new();
    for choice in &list.choices {
        let name = &choice.name;
        if let Some(first) = seen.insert(name.text.clone(), name.span) {
            found.push(
                Diagnostic::error(
                    "duplicate-choice",
                    name.span,
                    format!("the choice `{}` is there twice", name.text),
                )
                .label(first, "first here"),
            );
        }
        if multiple && name.text.contains(char::is_whitespace) {
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
