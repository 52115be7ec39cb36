//! One of a few choices, all in sight.

use std::sync::Arc;

use crate::components::live::shown_when;
use doorstep_engine::value::Value;
use doorstep_engine::view::Control as Kind;
use leptos::prelude::*;

use super::choice_list::{ChoiceRows, layout};
use super::{Asked, Control, Frame};
use crate::state::reader::say;

/// See the module.
pub const CONTROL: Control = Control {
    name: "select-one",
    takes: |question| question.control == Kind::SelectOne,
    frame: Frame::Group,
    show,
};

fn show(asked: Asked) -> AnyView {
    let value = asked.value();
    let choices = asked.choices();
    let chosen = Callback::new(move |name: Arc<str>| value.with(|value| is(value, &name)));
    let pick = Callback::new(move |(name, on): (Arc<str>, bool)| {
        if on {
            asked.give(Value::Choice(name));
        }
    });
    // A round can't be taken back by itself; where no answer is an answer, there is a way.
    let can_clear = move || !value.with(Value::is_blank) && !asked.view.with(|view| view.required);
    view! {
        <div class=layout(asked, choices)>
            <ChoiceRows asked choices=Signal::derive(move || choices.get().to_vec()) many=false chosen pick />
        </div>
        {shown_when(can_clear, move || view! {
            <div>
                <button type="button" class="button plain" on:click=move |_| asked.give(Value::Blank)>
                    {say(|w| w.clear)}
                </button>
            </div> }.into_any())}
    }
    .into_any()
}

/// Is this choice the answer?
pub fn is(value: &Value, name: &str) -> bool {
    matches!(value, Value::Choice(chosen) if &**chosen == name)
}
