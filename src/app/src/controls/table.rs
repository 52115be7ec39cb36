//! Questions with the same choices, as a table: a row of labels (`label`), and rows without (`list-nolabel`, which a `table-list` makes of its selects).
//!
//! Each cell says its label to screen readers; it is as wide as its column and as high as a finger.

use std::sync::Arc;

use doorstep_engine::value::Value;
use doorstep_engine::view::{ChoiceView, Control as Kind, QuestionView};
use leptos::prelude::*;

use super::select_multiple::{has, with};
use super::select_one::is;
use super::{Asked, Control, Frame, looks};
use crate::components::live::{Row, live, rows, shown_when};

/// The row of labels.
pub const HEAD: Control = Control { name: "table-head", takes: is_head, frame: Frame::Bare, show: show_head };

/// A row of the table.
pub const ROW: Control = Control { name: "table-row", takes: is_row, frame: Frame::Group, show };

/// Does it stand in a table?
pub fn is_in_table(question: &QuestionView) -> bool {
    is_head(question) || is_row(question)
}

fn is_select(question: &QuestionView) -> bool {
    matches!(question.control, Kind::SelectOne | Kind::SelectMultiple)
}

fn is_head(question: &QuestionView) -> bool {
    is_select(question) && looks(question, "label")
}

fn is_row(question: &QuestionView) -> bool {
    is_select(question) && (looks(question, "list-nolabel") || looks(question, "list-no-label"))
}

fn show_head(asked: Asked) -> AnyView {
    let choices = asked.choices();
    let label = move || asked.view.with(|view| view.label.clone());
    let cells = move || {
        let cell = |choice: ChoiceView| {
            Row::new(
                format!("{} {}", choice.name, choice.label),
                move || view! { <span>{choice.label}</span> },
            )
        };
        choices.get().iter().cloned().map(cell).collect()
    };
    view! {
        {shown_when(move || asked.view.with(|view| !view.label.is_empty()), move || view! {
            <p class="question-label">{live(label)}</p> }.into_any())}
        {live(move || asked.view.with(|view| view.hint.clone()).map(|hint| view! { <p class="hint">{hint}</p> }))}
        <div class="table-cells head" id=asked.id() tabindex="-1" aria-hidden="true">{rows(cells)}</div>
    }
    .into_any()
}

fn show(asked: Asked) -> AnyView {
    let many = asked.view.with_untracked(|view| view.control == Kind::SelectMultiple);
    let (value, choices) = (asked.value(), asked.choices());
    let pick = move |name: Arc<str>, on: bool| {
        if many {
            asked.give(with(&value.get_untracked(), &choices.get_untracked(), &name, on));
        } else if on {
            asked.give(Value::Choice(name));
        }
    };
    let cell = move |choice: ChoiceView| {
        let (name, picked) = (choice.name.clone(), choice.name.clone());
        Row::new(format!("{} {}", choice.name, choice.label), move || {
            let title = choice.label.clone();
            view! {
                <label class="choice cell" title=title>
                    <input
                        type=if many { "checkbox" } else { "radio" }
                        name=asked.id()
                        value=choice.name.to_string()
                        aria-label=choice.label
                        aria-invalid=asked.is_wrong()
                        prop:checked=live(move || value.with(|value| if many { has(value, &name) } else { is(value, &name) }))
                        on:change:target=move |event| pick(picked.clone(), event.target().checked())
                    />
                </label>
            }
        })
    };
    let can_clear = move || !many && !value.with(Value::is_blank) && !asked.view.with(|view| view.required);
    view! {
        <div class="table-cells">{rows(move || choices.get().iter().cloned().map(cell).collect())}</div>
        {shown_when(can_clear, move || super::clear_button(asked))}
    }
    .into_any()
}
