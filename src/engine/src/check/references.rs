//! `${name}` in cells that no expression is made of, and references that are none.

use crate::definition::lower::Names;
use crate::definition::question_types::{Action, Control};
use crate::definition::references::{malformed, only_reference, references};
use crate::definition::rows::{Cell, ChoicesFrom, Group, Item, ItemKind, Questionnaire, Row, Select};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::Written;

/// `bad-reference` and `unknown-name` in every cell.
///
/// Names in expressions and labels are the compiler's to find, which knows more of where they stand; here it is those
/// that the XForm no longer shows.
pub(crate) fn check(form: &Questionnaire, names: &Names<'_>, found: &mut Diagnostics) {
    Item::walk(&form.items, &mut |item, _| {
        for cell in &item.row.cells {
            if !is_expression(cell) {
                well_formed(cell, found);
            }
            // Nobody compiles the words of what is never shown, nor what does nothing where it stands.
            let unread = match &*cell.column.name {
                "label" | "hint" | "guidance_hint" => !is_asked(item) && !item.is_section(),
                "choice_filter" => !matches!(item.kind, ItemKind::Select(_)),
                "jr:count" => !matches!(item.kind, ItemKind::Repeat),
                _ => false,
            };
            if !is_compiled(cell) || unread {
                known(&cell.words, names, found);
            }
        }
        trigger(item, names, found);
        if let ItemKind::Select(Select { from: ChoicesFrom::Repeat(reference), .. }) = &item.kind {
            choices_from(reference, names, found);
        }
    });
    let lists = form.lists.iter().flat_map(|list| &list.choices);
    for row in lists.chain(&form.entities) {
        every_cell(row, names, found);
    }
    every_cell(&form.settings, names, found);
}

fn every_cell(row: &Row, names: &Names<'_>, found: &mut Diagnostics) {
    for cell in row.cells.iter().filter(|cell| &*cell.column.name != "list_name") {
        well_formed(cell, found);
        known(&cell.words, names, found);
    }
}

/// Is the cell an expression or words that the form's compiler reads?
fn is_compiled(cell: &Cell) -> bool {
    let name = &*cell.column.name;
    match cell.column.group {
        Group::Plain => matches!(
            name,
            "label"
                | "hint"
                | "guidance_hint"
                | "choice_filter"
                | "default"
                | "item_label"
                | "trigger"
                | "name"
        ),
        Group::Bind => {
            matches!(
                name,
                "relevant"
                    | "constraint"
                    | "calculate"
                    | "required"
                    | "readonly"
                    | "jr:constraintMsg"
                    | "jr:requiredMsg"
            )
        }
        Group::Body => name == "jr:count",
        Group::Instance | Group::Media | Group::Attribute | Group::If => false,
    }
}

/// Does the compiler read it as an expression, and so say itself what is no reference?
fn is_expression(cell: &Cell) -> bool {
    let name = &*cell.column.name;
    match cell.column.group {
        Group::Plain => name == "choice_filter",
        Group::Bind => matches!(name, "relevant" | "constraint" | "calculate" | "required" | "readonly"),
        Group::Body => name == "jr:count",
        Group::Instance | Group::Media | Group::Attribute | Group::If => false,
    }
}

/// `bad-reference`: what begins like a reference is one.
fn well_formed(cell: &Cell, found: &mut Diagnostics) {
    if let Some(range) = malformed(&cell.words) {
        found.push(
            Diagnostic::error("bad-reference", cell.words.part(range), "this is no reference")
                .hint("a reference is written `${name}`"),
        );
    }
}

/// `unknown-name`: what is referred to exists.
fn known(words: &Written, names: &Names<'_>, found: &mut Diagnostics) {
    for reference in references(&words.text) {
        if !names.is_known(reference.name) {
            let hinted = found.wants_hints();
            found.push(unknown(words, &reference, names, hinted));
        }
    }
}

fn unknown(
    words: &Written,
    reference: &crate::definition::references::Reference<'_>,
    names: &Names<'_>,
    hinted: bool,
) -> Diagnostic {
    let message = format!("there is no question `{}`", reference.name);
    let diagnostic = Diagnostic::error("unknown-name", words.part(reference.span.clone()), message);
    if hinted { diagnostic.did_you_mean(reference.name, names.sorted()) } else { diagnostic }
}

/// `bad-trigger`: a trigger is a question that is shown, or several with commas between.
fn trigger(item: &Item, names: &Names<'_>, found: &mut Diagnostics) {
    let background = matches!(&item.kind, ItemKind::Question(question)
        if question.control == Control::Action(Action::BackgroundGeopoint));
    let Some(written) = item.row.plain("trigger") else {
        if background {
            found.push(
                Diagnostic::error("bad-trigger", item.row.place, "this `background-geopoint` has no trigger")
                    .hint("write the question whose answer it follows, such as `${age}`, in the column `trigger`"),
            );
        }
        return;
    };
    if background && let Some(calculation) = item.row.bind("calculate") {
        found.push(Diagnostic::error(
            "no-effect",
            calculation.span,
            "a `background-geopoint` is filled in by the device: it can't be calculated",
        ));
    }
    if malformed(written).is_some() {
        return;
    }
    for part in written.text.split(',').filter(|part| !part.trim().is_empty()) {
        let start = part.as_ptr() as usize - written.text.as_ptr() as usize;
        let place = written.part(start..start + part.len());
        let Some(name) = only_reference(part) else {
            let name = if names.is_known(part.trim()) { part.trim() } else { "name" };
            found.push(
                Diagnostic::error("bad-trigger", place, format!("`{}` is no trigger", part.trim()))
                    .hint(format!("write `${{{name}}}`, with commas between if there are several")),
            );
            continue;
        };
        let Some(asked) = names.all(name).next() else {
            known(&written.slice(start..start + part.len()), names, found);
            continue;
        };
        if !is_asked(asked.item) {
            let message = format!("`{name}` is never shown: nobody changes it");
            let hint = "a trigger is a question that is answered";
            // What the device fills in does change, if only once.
            let by_device = matches!(&asked.item.kind, ItemKind::Question(question)
                if !question.is_shown() && question.name() != "calculate");
            found.push(match !by_device && !background {
                true => Diagnostic::error("bad-trigger", place, message).hint(hint),
                false => Diagnostic::warning("bad-trigger", place, message).hint(hint),
            });
        }
    }
}

/// Is it a question that somebody answers?
fn is_asked(item: &Item) -> bool {
    match &item.kind {
        ItemKind::Question(question) => {
            question.is_shown() && (!worked_out(item) || says(item) || question.hint.is_some())
        }
        ItemKind::Select(_) => !worked_out(item) || says(item),
        ItemKind::Group | ItemKind::Repeat | ItemKind::Loop(_) => false,
    }
}

fn says(item: &Item) -> bool {
    item.row.plain("label").is_some() || item.row.plain("hint").is_some()
}

fn worked_out(item: &Item) -> bool {
    item.row.bind("calculate").is_some() || item.row.plain("trigger").is_some()
}

/// `unknown-name`, `wrong-path`: choices come from what is asked within a repeat.
fn choices_from(reference: &Written, names: &Names<'_>, found: &mut Diagnostics) {
    let Some(name) = only_reference(&reference.text) else { return };
    if !names.is_known(name) {
        known(reference, names, found);
    } else if names.repeat_around(name).is_none() {
        found.push(
            Diagnostic::warning(
                "wrong-path",
                reference.span,
                format!("`{name}` is not asked within a repeat"),
            )
            .hint("the choices of a select are a list, a file, or a question within a repeat"),
        );
    }
}
