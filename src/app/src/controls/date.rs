//! A day, with the device's own date picker.

use doorstep_engine::value::DataType;
use leptos::prelude::*;

use super::typed::Typed;
use super::{Asked, Control, Frame};

/// See the module.
pub const CONTROL: Control = Control {
    name: "date",
    takes: |question| question.data_type == DataType::Date,
    frame: Frame::Field,
    show,
};

fn show(asked: Asked) -> AnyView {
    let typed = Typed::new(asked);
    view! {
        <input
            type="date"
            class="field when"
            id=asked.id()
            max="9999-12-31"
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
