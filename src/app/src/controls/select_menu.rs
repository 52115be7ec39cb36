//! One of a few choices, folded away (`minimal`): the device's own menu.

use crate::components::live::live;
use doorstep_engine::value::Value;
use doorstep_engine::view::Control as Kind;
use leptos::prelude::*;

use super::{Asked, Control, Frame, looks};
use crate::components::icon::{Icon, Shape};
use crate::state::reader::say;

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
    let chosen = move || match value.get() {
        Value::Choice(name) => name.to_string(),
        _ => String::new(),
    };
    let options = move || {
        let chosen = chosen();
        let options = choices.get();
        options
            .iter()
            .map(|choice| {
                let name = choice.name.to_string();
                let selected = name == chosen;
                view! { <option value=name prop:selected=selected>{choice.label.clone()}</option> }
            })
            .collect_view()
    };
    view! {
        <div class="menu"><select
            class="field"
            id=asked.id()
            autocomplete="off"
            aria-describedby=asked.described_by()
            aria-invalid=asked.is_wrong()
            on:change:target=move |event| {
                let name = event.target().value();
                asked.give(if name.is_empty() { Value::Blank } else { Value::Choice(name.into()) });
            }
        >
            <option value="" prop:selected=live(move || chosen().is_empty())>{say(|w| w.choose)}</option>
            {options}
        </select><Icon shape=Shape::Down /></div>
    }
    .into_any()
}
