//! Sections of a survey sheet: what begins must end, and a row must say what it is.

use crate::definition::row_types::Section;
use crate::definition::rows::{Group, Item, Row};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::Written;

/// `unmatched-section`: a section begins and never ends.
pub(crate) fn never_ends(item: &Item, found: &mut Diagnostics) {
    let section = Section::of(&item.kind).map_or("group", Section::name);
    let place = item.row.place_of(Group::Plain, "type");
    found.push(
        Diagnostic::error(
            "unmatched-section",
            place,
            format!("this {section} `{}` never ends", item.name.text),
        )
        .hint(format!("add a row with the type `end_{section}` after its last row")),
    );
}

/// `unmatched-section`: an end without its begin.
pub(crate) fn begins_nowhere(row: &Row, section: Section, open: Option<&Item>, found: &mut Diagnostics) {
    let place = row.place_of(Group::Plain, "type");
    let name = section.name();
    let mut diagnostic =
        Diagnostic::error("unmatched-section", place, format!("no {name} is open that could end here"));
    if let Some(open) = open {
        let other = Section::of(&open.kind).map_or("group", Section::name);
        diagnostic = diagnostic
            .label(open.row.place_of(Group::Plain, "type"), format!("this {other} is open"))
            .hint(format!("a {other} ends with `end_{other}`"));
    } else {
        diagnostic =
            diagnostic.hint(format!("take this row away, or begin the {name} above by `begin_{name}`"));
    }
    found.push(diagnostic);
}

/// `bad-save-to`: what ends a section holds no answer.
pub(crate) fn end(row: &Row, found: &mut Diagnostics) {
    if let Some(save_to) = row.bind("entities:saveto") {
        found.push(no_answer(save_to));
    }
}

/// The mistake of a `save_to` on what is no question.
pub(crate) fn no_answer(save_to: &Written) -> Diagnostic {
    Diagnostic::error("bad-save-to", save_to.span, "groups and repeats have no answer to save")
        .hint("move `save_to` to the row of a question")
}

/// `missing-type`: a row that names something and does not say what it is. A row with neither is a remark.
pub(crate) fn no_type(row: &Row, found: &mut Diagnostics) {
    let named = row.cell(Group::Plain, "name").or(row.cell(Group::Plain, "label"));
    if let Some(cell) = named {
        found.push(
            Diagnostic::error("missing-type", cell.words.span, "this row has no `type`")
                .hint("write for example `text` or `select_one yes_no` in the column `type`"),
        );
    }
}

/// `mixed-table`: the selects of a table share one list.
pub(crate) fn mixed_table(list: &Written, first: &str, found: &mut Diagnostics) {
    found.push(
        Diagnostic::error(
            "mixed-table",
            list.span,
            format!("this table shows the list `{first}`, and here is another, `{}`", list.text),
        )
        .hint("all selects in a group with `table-list` take their choices from the same list"),
    );
}

/// `no-effect`, `empty-group`: sections hold something, and nothing else does.
pub(crate) fn children(item: &Item, has_children: bool, found: &mut Diagnostics) {
    let name = &item.name;
    if has_children && !item.is_section() {
        found.push(
            Diagnostic::error("no-effect", name.span, "only groups and repeats have `children`")
                .hint("make it a group, `\"type\": \"group\"`, or write them beside it"),
        );
    } else if item.is_section() && item.children.is_empty() {
        found.push(
            Diagnostic::warning("empty-group", name.span, format!("`{}` holds nothing", name.text))
                .hint("put questions in it, or take it away"),
        );
    }
}
