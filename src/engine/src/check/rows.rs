//! Rows: columns that do nothing where they stand, words that are missing.

use std::sync::Arc;

use crate::definition::{Row, RowType, WrittenText};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::form::Skeleton;
use crate::view::{Control, NodeId};

/// Says what is wrong with each row by itself.
pub(crate) fn check(form: &Skeleton, rows: &[Option<&Row>], languages: &[Arc<str>], found: &mut Diagnostics) {
    for (index, row) in rows.iter().enumerate() {
        if let Some(row) = row {
            columns(form, NodeId(index as u32), row, found);
            translations(row, languages, found);
        }
    }
}

fn columns(form: &Skeleton, id: NodeId, row: &Row, found: &mut Diagnostics) {
    let name = &form.node(id).name;
    let kind = match row.row_type {
        RowType::Group => "a group",
        RowType::Repeat => "a repeat",
        RowType::Question(_, Control::Note) => "a note",
        RowType::Hidden => "a value that is never shown",
        RowType::Preload(_) => "a value that the device fills in",
        RowType::Question(..) => "a question",
    };
    let holds =
        !matches!(row.row_type, RowType::Group | RowType::Repeat | RowType::Question(_, Control::Note));
    let asked = matches!(row.row_type, RowType::Question(..)) && holds;
    let select = matches!(row.row_type, RowType::Question(_, Control::SelectOne | Control::SelectMultiple));
    let repeat = row.row_type == RowType::Repeat;
    let required = row.required.as_ref().map(|_| row.span);
    let place = |written: &Option<crate::definition::Written>| written.as_ref().map(|written| written.span);
    let misplaced = [
        ("constraint", place(&row.constraint), asked),
        ("required", required, asked),
        ("calculation", place(&row.calculation), holds),
        ("default", place(&row.default), holds),
        ("trigger", place(&row.trigger), holds && row.calculation.is_some()),
        ("choice_filter", place(&row.choice_filter), select),
        ("repeat_count", place(&row.repeat_count), repeat),
        ("item_label", row.item_label.by_language.first().map(|(_, words)| words.span), repeat),
    ];
    for (column, span, has_effect) in misplaced {
        if let (Some(span), false) = (span, has_effect) {
            found.push(Diagnostic::warning(
                "no-effect",
                span,
                format!("`{column}` does nothing here: `{name}` is {kind}"),
            ));
        }
    }
    if let (Some(constraint), Some(_), None) = (&row.constraint, &row.calculation, &row.trigger) {
        found.push(
            Diagnostic::warning(
                "constraint-on-calculation",
                constraint.span,
                format!("`{name}` is calculated: nobody can mend its value"),
            )
            .hint("put the constraint on the question that the value comes from"),
        );
    }
    if asked && row.label.is_empty() && row.hint.is_empty() {
        found.push(Diagnostic::warning(
            "missing-label",
            form.node(id).span,
            format!("`{name}` has no label"),
        ));
    }
}

/// A text that is there in one language should be there in all.
fn translations(row: &Row, languages: &[Arc<str>], found: &mut Diagnostics) {
    let texts: [(&str, &WrittenText); 5] = [
        ("label", &row.label),
        ("hint", &row.hint),
        ("constraint_message", &row.constraint_message),
        ("required_message", &row.required_message),
        ("item_label", &row.item_label),
    ];
    for (column, text) in texts {
        let Some((_, first)) = text.by_language.first() else { continue };
        // Words without a language serve all: outputs alone, or a form in one language.
        if text.by_language.iter().any(|(language, _)| language.is_none()) {
            continue;
        }
        for language in languages {
            let words = text.by_language.iter().find(|(known, _)| known.as_ref() == Some(language));
            if words.is_none_or(|(_, words)| words.text.trim().is_empty()) {
                found.push(Diagnostic::warning(
                    "missing-translation",
                    first.span,
                    format!("this `{column}` has no words in `{language}`"),
                ));
            }
        }
    }
}
