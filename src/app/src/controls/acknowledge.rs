//! One box: seen, agreed (`acknowledge`; the answer is `OK`, as in ODK). Also a boolean.

use doorstep_engine::value::{DataType, Value};
use doorstep_engine::view::Control as Kind;
use leptos::prelude::*;

use super::{Asked, Control, Frame};
use crate::state::reader::say;

/// See the module.
pub const CONTROL: Control = Control {
    name: "acknowledge",
    takes: |question| question.control == Kind::Acknowledge || question.data_type == DataType::Boolean,
    frame: Frame::Group,
    show,
};

fn show(asked: Asked) -> AnyView {
    let value = asked.value();
    let boolean = asked.view.with_untracked(|view| view.data_type == DataType::Boolean);
    let checked = move || !matches!(value.get(), Value::Blank | Value::Boolean(false));
    let give = move |on: bool| match (on, boolean) {
        (true, true) => asked.give(Value::Boolean(true)),
        (true, false) => asked.give_text("OK"),
        (false, _) => asked.give(Value::Blank),
    };
    view! {
        <div class="choices">
            <label class="choice">
                <input
                    type="checkbox"
                    aria-describedby=asked.described_by()
                    prop:checked=checked
                    on:change:target=move |event| give(event.target().checked())
                />
                <span>{say(|w| w.agree)}</span>
            </label>
        </div>
    }
    .into_any()
}
