//! One line of text. Also what takes anything that no other control does.

use leptos::prelude::*;

use super::typed::{Typed, next_on_enter};
use super::{Asked, Control, Frame};

/// See the module.
pub const CONTROL: Control = Control { name: "text", takes: |_| true, frame: Frame::Field, show };

/// The whole control.
pub fn show(asked: Asked) -> AnyView {
    let typed = Typed::new(asked);
    let input_mode = if asked.looks("numbers") { "numeric" } else { "text" };
    view! {
        <input
            type="text"
            class="field"
            id=asked.id()
            inputmode=input_mode
            autocomplete="off"
            autocapitalize="off"
            spellcheck="false"
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
