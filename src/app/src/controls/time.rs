//! A time of day, with the device's own picker. The answer carries the zone, the field does not.

use doorstep_engine::value::{DataType, Value};
use leptos::prelude::*;

use super::typed::Typed;
use super::{Asked, Control, Frame};
use crate::words::when::offset_text;

/// See the module.
pub const CONTROL: Control = Control {
    name: "time",
    takes: |question| question.data_type == DataType::Time,
    frame: Frame::Field,
    show,
};

fn show(asked: Asked) -> AnyView {
    let typed = Typed::through(asked, to_field, from_field);
    view! {
        <input
            type="time"
            class="field when"
            id=asked.id()
            autocomplete="off"
            aria-describedby=asked.described_by()
            aria-invalid=asked.is_wrong()
            prop:value=typed.text()
            on:input:target=move |event| typed.input(event.target().value())
            on:blur=move |_| typed.leave()
        />
    }
    .into_any()
}

/// `09:30:00.000+08:00` as `09:30`.
fn to_field(value: &Value) -> String {
    value.to_text().chars().take("09:30".len()).collect()
}

/// `09:30` as `09:30:00.000+08:00`, in the device's zone.
fn from_field(text: &str) -> String {
    if text.is_empty() {
        String::new()
    } else {
        format!("{text}:00.000{}", offset_text(crate::state::keeping::now()))
    }
}
