//! One of a few choices, folded away (`minimal`).

use doorstep_engine::value::Value;
use doorstep_engine::view::Control as Kind;
use leptos::prelude::*;

use super::menu::menu;
use super::{Asked, Control, Frame, looks};

/// See the module.
pub const CONTROL: Control = Control {
    name: "select-menu",
    takes: |question| question.control == Kind::SelectOne && looks(question, "minimal"),
    frame: Frame::Field,
    show,
};

fn show(asked: Asked) -> AnyView {
    let value = asked.value();
    let choices = asked.choices();
    let items = move || {
        choices.with(|all| all.iter().map(|choice| (choice.name.to_string(), choice.label.clone())).collect())
    };
    let chosen = Memo::new(move |_| match value.get() {
        Value::Choice(name) => name.to_string(),
        _ => String::new(),
    });
    let pick = move |name: &str| {
        asked.give(if name.is_empty() { Value::Blank } else { Value::Choice(name.into()) });
    };
    menu(asked, items, chosen, pick)
}
