//! A whole number or one with decimals. A text field with a number pad, since a browser's own number field
//! throws away what it can't read, and then nobody can say what was wrong.

use doorstep_engine::value::DataType;
use leptos::prelude::*;

use super::typed::{Typed, next_on_enter};
use super::{Asked, Control, Frame};

/// See the module.
pub const CONTROL: Control = Control {
    name: "number",
    takes: |question| matches!(question.data_type, DataType::Integer | DataType::Decimal),
    frame: Frame::Field,
    show,
};

fn show(asked: Asked) -> AnyView {
    let typed = Typed::new(asked);
    let whole = asked.view.with_untracked(|view| view.data_type == DataType::Integer);
    view! {
        <input
            type="text"
            class="field number"
            id=asked.id()
            inputmode=if whole { "numeric" } else { "decimal" }
            autocomplete="off"
            enterkeyhint="next"
            aria-describedby=asked.described_by()
            aria-invalid=asked.is_wrong()
            prop:value=typed.text()
            on:input:target=move |event| typed.input(event.target().value())
            on:compositionstart=move |_| typed.compose()
            on:compositionend:target=move |event| typed.composed(event.target().value())
            on:keydown=next_on_enter
            on:blur=move |_| typed.leave()
        />
    }
    .into_any()
}
