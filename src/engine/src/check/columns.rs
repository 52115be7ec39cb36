//! Columns that do nothing where they stand.

use std::sync::Arc;

use super::labels::is_note;
use crate::definition::question_types::Control;
use crate::definition::rows::{ChoicesFrom, Group, Item, ItemKind, Questionnaire};
use crate::definition::starts;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::Span;

/// `no-effect` and `constraint-on-calculation` of every item.
pub(crate) fn check(form: &Questionnaire, found: &mut Diagnostics) {
    let mut idle = Vec::new();
    Item::walk(&form.items, &mut |item, _| {
        misplaced(item, &mut idle);
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
    tell(&idle, found);
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

/// A cell that does nothing.
struct Idle {
    column: &'static str,
    place: Span,
    name: Arc<str>,
    /// What its row is.
    what: &'static str,
}

/// So many are told one by one; of more in the same column, it is said how many there are.
const EACH: usize = 5;

fn tell(idle: &[Idle], found: &mut Diagnostics) {
    for one in idle {
        let alike: Vec<&Idle> =
            idle.iter().filter(|other| other.column == one.column).take(EACH + 1).collect();
        let mut message = format!("`{}` does nothing here: `{}` is {}", one.column, one.name, one.what);
        if alike.len() > EACH {
            if alike[0].place != one.place {
                continue;
            }
            let count = idle.iter().filter(|other| other.column == one.column).count();
            message = format!("{message}, and so it is with {} more", count - 1);
        }
        let hint = match one.column {
            "constraint" | "required" => "write it in the row of a question that somebody answers",
            "repeat_count" | "item_label" | starts::FIRST | starts::IN_NEW => {
                "write it in the row of the repeat"
            }
            "choice_filter" => "write it in the row of a select",
            _ => "take it away",
        };
        found.push(Diagnostic::warning("no-effect", one.place, message).hint(hint));
    }
}

fn misplaced(item: &Item, idle: &mut Vec<Idle>) {
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
    let columns: [(&str, Option<Span>, bool); 10] = [
        ("constraint", bind("constraint"), asked),
        ("required", required.map(|said| said.span), asked),
        ("calculation", bind("calculate"), calculated),
        ("default", plain("default"), holds),
        ("trigger", plain("trigger"), holds),
        ("choice_filter", plain("choice_filter"), chosen || matches!(item.kind, ItemKind::Select(_))),
        ("repeat_count", row.body("jr:count").map(|words| words.span), repeat),
        ("item_label", label("item_label"), repeat),
        (starts::FIRST, plain(starts::FIRST), repeat),
        (starts::IN_NEW, plain(starts::IN_NEW), repeat),
    ];
    for (column, span, has_effect) in columns {
        if let (Some(span), false) = (span, has_effect) {
            idle.push(Idle { column, place: span, name: item.name.text.to_arc(), what });
        }
    }
}
