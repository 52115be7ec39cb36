//! A whole number counted by taps (`counter`): one less, one more, or typed. By taps it never goes below nothing.

use doorstep_engine::value::{DataType, Value};
use leptos::prelude::*;

use super::line::{Look, line};
use super::typed::Typed;
use super::{Asked, Control, Frame, looks};
use crate::components::live::live;
use crate::state::reader::say;

/// See the module.
pub const CONTROL: Control = Control {
    name: "counter",
    takes: |question| question.data_type == DataType::Integer && looks(question, "counter"),
    frame: Frame::Field,
    show,
};

fn show(asked: Asked) -> AnyView {
    let value = asked.value();
    let least =
        move || value.with(|value| matches!(value, Value::Integer(number) if *number <= 0)).then_some("true");
    view! {
        <div class="counter">
            <button type="button" class="button" data-action="less" aria-label=say(|w| w.controls.one_less) aria-disabled=live(least)
                on:click=move |_| asked.give(stepped(&value.get_untracked(), -1))>"−"</button>
            {line(asked, Typed::new(asked), Look { class: "field figures", keys: "numeric", ..Look::words(asked) })}
            <button type="button" class="button" data-action="more" aria-label=say(|w| w.controls.one_more)
                on:click=move |_| asked.give(stepped(&value.get_untracked(), 1))>"+"</button>
            <output class="unseen" aria-live="polite">{live(move || value.with(Value::to_text))}</output>
        </div>
    }
    .into_any()
}

/// One more or one less. From nothing, the first tap up counts one, the first down none.
fn stepped(value: &Value, by: i64) -> Value {
    let from = match value {
        Value::Integer(number) => *number,
        _ => 0,
    };
    // What was typed below zero is not lifted by a tap down.
    Value::Integer(from.saturating_add(by).max(from.min(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn taps_count_from_nothing_and_not_below_it() {
        assert_eq!(stepped(&Value::Blank, 1), Value::Integer(1));
        assert_eq!(stepped(&Value::Blank, -1), Value::Integer(0));
        assert_eq!(stepped(&Value::Integer(1), -1), Value::Integer(0));
        assert_eq!(stepped(&Value::Integer(0), -1), Value::Integer(0));
        assert_eq!(stepped(&Value::Integer(-5), -1), Value::Integer(-5));
        assert_eq!(stepped(&Value::Integer(-5), 1), Value::Integer(-4));
    }
}
