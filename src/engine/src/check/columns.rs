//! Columns that do nothing where they stand.

use super::labels::is_note;
use crate::definition::question_types::Control;
use crate::definition::rows::{ChoicesFrom, Group, Item, ItemKind, Questionnaire};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::Span;

/// `no-effect` and `constraint-on-calculation` of every item.
pub(crate) fn check(form: &Questionnaire, found: &mut Diagnostics) {
    Item::walk(&form.items, &mut |item, _| {
        misplaced(item, found);
        let row = &item.row;
        if let (Some(constraint), Some(_), None) =
            (row.bind("constraint"), row.bind("calculate"), row.plain("trigger"))
        {
            found.push(
                Diagnostic::warning(
                    "constraint-on-calculation",
                    constraint.span,
                    format!("`{}` is calculated: nobody can mend its value", item.name.text),
                )
                .hint("put the constraint on the question that the value comes from"),
            );
        }
    });
}

/// What an item is, to its author.
fn described(item: &Item) -> &'static str {
    match &item.kind {
        ItemKind::Group | ItemKind::Loop(_) => "a group",
        ItemKind::Repeat => "a repeat",
        ItemKind::Select(_) => "a question",
        ItemKind::Question(_) if is_note(item) => "a note",
        ItemKind::Question(question) => match question.control {
            Control::None if question.bind.is_empty() => "a value that is never shown",
            Control::None | Control::Action(_) | Control::Audit => "a value that the device fills in",
            Control::ExternalInstance(_) => "a file",
            Control::Input | Control::Upload(_) | Control::Trigger | Control::Range => "a question",
        },
    }
}

fn misplaced(item: &Item, found: &mut Diagnostics) {
    let row = &item.row;
    let what = described(item);
    let holds = !matches!(what, "a group" | "a repeat" | "a note" | "a file");
    let calculated = !matches!(what, "a group" | "a repeat" | "a file");
    let asked = what == "a question";
    let chosen = match &item.kind {
        ItemKind::Select(select) => !matches!(select.from, ChoicesFrom::List(_)) || !select.or_other,
        _ => row.plain("parameters").is_some_and(|said| said.text.contains("reference-geometry")),
    };
    let repeat = what == "a repeat";
    let label = |name: &str| row.texts(Group::Plain, name).first().map(|words| words.span);
    let bind = |name: &str| row.bind(name).map(|words| words.span);
    let plain = |name: &str| row.plain(name).map(|words| words.span);
    // A condition that says `no` says nothing.
    let required =
        row.bind("required").filter(|said| crate::definition::sheets::yes_no(&said.text) != Some(false));
    let columns: [(&str, Option<Span>, bool); 8] = [
        ("constraint", bind("constraint"), asked),
        ("required", required.map(|_| row.place), asked),
        ("calculation", bind("calculate"), calculated),
        ("default", plain("default"), holds),
        ("trigger", plain("trigger"), holds),
        ("choice_filter", plain("choice_filter"), chosen || matches!(item.kind, ItemKind::Select(_))),
        ("repeat_count", row.body("jr:count").map(|words| words.span), repeat),
        ("item_label", label("item_label"), repeat),
    ];
    for (column, span, has_effect) in columns {
        if let (Some(span), false) = (span, has_effect) {
            found.push(Diagnostic::warning(
                "no-effect",
                span,
                format!("`{column}` does nothing here: `{}` is {what}", item.name.text),
            ));
        }
    }
}
