//! Text that nobody reads over a shoulder (`masked`): shown as dots, unless its reader asks to see it. Dots wherever else it is shown.
//!
//! No field of passwords, since a browser would offer to keep what is typed there.

use doorstep_engine::value::DataType;
use doorstep_engine::view::QuestionView;
use leptos::prelude::*;

use super::line::{Look, line};
use super::typed::Typed;
use super::{Asked, Control, Frame, looks};
use crate::state::reader::use_reader;

/// See the module.
pub const CONTROL: Control = Control { name: "masked", takes: is_masked, frame: Frame::Field, show };

/// Is the answer not to be seen?
pub fn is_masked(question: &QuestionView) -> bool {
    question.data_type == DataType::Text && looks(question, "masked")
}

fn show(asked: Asked) -> AnyView {
    let reader = use_reader();
    let seen = RwSignal::new(false);
    let button = move || {
        let words = &reader.language().words().controls;
        if seen.get() { words.hide } else { words.see }
    };
    view! {
        <div class="with-button">
            {line(asked, Typed::new(asked), Look { seen: Some(seen), ..Look::words(asked) })}
            <button type="button" class="button" data-action="see" aria-controls=asked.id() on:click=move |_| seen.update(|seen| *seen = !*seen)>
                {button}
            </button>
        </div>
    }
    .into_any()
}
