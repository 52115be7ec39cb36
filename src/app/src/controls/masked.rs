//! Text that nobody reads over a shoulder (`masked`): shown as dots, unless its reader asks to see it. Dots wherever else it is shown.
//!
//! No field of passwords, since a browser would offer to keep what is typed there.

use doorstep_engine::value::DataType;
use doorstep_engine::view::QuestionView;
use leptos::prelude::*;

use super::typed::{Typed, next_on_enter};
use super::{Asked, Control, Frame, looks};
use crate::components::live::live;
use crate::state::reader::use_reader;

/// See the module.
pub const CONTROL: Control = Control { name: "masked", takes: is_masked, frame: Frame::Field, show };

/// Is the answer not to be seen?
pub fn is_masked(question: &QuestionView) -> bool {
    question.data_type == DataType::Text && looks(question, "masked")
}

fn show(asked: Asked) -> AnyView {
    let reader = use_reader();
    let typed = Typed::new(asked);
    let seen = RwSignal::new(false);
    let input_mode = if asked.looks("numbers") { "numeric" } else { "text" };
    let button = move || {
        let words = &reader.language().words().controls;
        if seen.get() { words.hide } else { words.see }
    };
    view! {
        <div class="with-button">
            <input
                type="text"
                class="field"
                class:dots=live(move || !seen.get())
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
            <button type="button" class="button" data-action="see" aria-controls=asked.id() on:click=move |_| seen.update(|seen| *seen = !*seen)>
                {button}
            </button>
        </div>
    }
    .into_any()
}
