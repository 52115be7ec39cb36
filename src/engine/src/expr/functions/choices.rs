//! Selects and choice lists.

use super::{Function, Operand};
use crate::expr::document;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(
        "selected",
        "selected(select, name) → boolean",
        (2, 2),
        "Is the choice among those selected? Of a question without an answer the empty name is.",
        ("selected(${needs}, 'bath')", "true"),
        |call| {
            let (select, name) = (call.cow(0), call.cow(1));
            let (select, name) = (select.trim(), name.trim());
            Operand::Boolean(match select.is_empty() {
                true => name.is_empty(),
                false => select.split_whitespace().any(|selected| selected == name),
            })
        },
    ),
    Function::new(
        "is-selected",
        "is-selected(select, name) → boolean",
        (2, 2),
        "Another name of `selected`.",
        ("is-selected(${needs}, 'bath')", "true"),
        |call| match super::find("selected") {
            Some(selected) => selected.call(call),
            None => call.fail("there is no `selected`"),
        },
    ),
    Function::new(
        "selected-at",
        "selected-at(select, index) → text",
        (2, 2),
        "The selected choice at that place, counted from 0; empty if there is none.",
        ("selected-at(${needs}, 1)", "bath"),
        |call| {
            let index = call.number(1);
            let text = call.text(0);
            let found = if index >= 0.0 { text.split_whitespace().nth(index as usize) } else { None };
            Operand::text(found.unwrap_or(""))
        },
    ),
    Function::new(
        "count-selected",
        "count-selected(select) → number",
        (1, 1),
        "How many choices are selected.",
        ("count-selected(${needs})", "2"),
        |call| Operand::Number(call.text(0).split_whitespace().count() as f64),
    )
    .of_blanks()
    .number(),
    Function::compiled(
        "jr:choice-name",
        "jr:choice-name(name, question) → text",
        (2, 2),
        "The label of a choice of the question, in the reader's language.",
        ("jr:choice-name(${town}, '${town}')", "成山镇"),
        |call| call.fail("`jr:choice-name` needs a form"),
    ),
    Function::compiled(
        "jr:itext",
        "jr:itext(id) → nodes",
        (1, 1),
        "The values of a translated text in the reader's language.",
        ("string(jr:itext('greeting'))", "您好"),
        |call| {
            let language = call.eval.alone.and_then(|alone| alone.language);
            Operand::Nodes(document::itext_values(call.eval, &call.cow(0), language))
        },
    ),
    Function::compiled(
        "pulldata",
        "pulldata(list, column, key_column, key) → text",
        (4, 4),
        "The column of the first row of a list whose key column equals the key; empty if there is none.",
        ("pulldata('town', 'county', 'name', ${town})", "371082"),
        document::pulled,
    ),
];
