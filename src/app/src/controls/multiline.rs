//! Several lines of text (`multiline`).

use doorstep_engine::value::DataType;
use leptos::prelude::*;

use super::typed::Typed;
use super::{Asked, Control, Frame, looks};

/// See the module.
pub const CONTROL: Control = Control {
    name: "multiline",
    takes: |question| question.data_type == DataType::Text && looks(question, "multiline"),
    frame: Frame::Field,
    show,
};

fn show(asked: Asked) -> AnyView {
    let typed = Typed::new(asked);
    view! {
        <textarea
            class="field"
            id=asked.id()
            rows="4"
            autocomplete="off"
            aria-describedby=asked.described_by()
            aria-invalid=asked.is_wrong()
            prop:value=typed.text()
            on:input:target=move |event| typed.input(event.target().value())
            on:compositionstart=move |_| typed.compose()
            on:compositionend:target=move |event| typed.composed(event.target().value())
            on:blur=move |_| typed.leave()
        ></textarea>
    }
    .into_any()
}
