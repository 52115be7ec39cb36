//! Words to read; a calculated value may stand in them or below.

use crate::components::live::live;
use doorstep_engine::view::Control as Kind;
use leptos::prelude::*;

use super::{Asked, Control, Frame, readable};

/// See the module.
pub const CONTROL: Control =
    Control { name: "note", takes: |question| question.control == Kind::Note, frame: Frame::Bare, show };

fn show(asked: Asked) -> AnyView {
    let value = Memo::new(move |_| asked.view.with(readable));
    view! {
        <p class="note-words" id=asked.id() tabindex="-1">{live(move || asked.view.with(|view| view.label.clone()))}</p>
        {live(move || asked.view.with(|view| view.hint.clone()).map(|hint| view! { <p class="hint">{hint}</p> }))}
        {live(move || value.get().map(|value| view! { <p class="shown-value">{value}</p> }))}
    }
    .into_any()
}
