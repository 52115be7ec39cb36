//! The one typed line: the `<input>` of every control whose answer is typed, in which an input method composes undisturbed.
//!
//! Controls differ in what stands around it, and in the [`Look`] of the line itself.

use leptos::prelude::*;

use super::Asked;
use super::typed::{Typed, next_on_enter};
use crate::components::live::live;

/// In which ways one line is not like another.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// Of style sheets.
    pub class: &'static str,
    /// Which keys a phone shows: an `inputmode`.
    pub keys: &'static str,
    /// Are these no words, but what is written from left to right in any language?
    pub ltr: bool,
    /// Stands the line alone in its frame? Within a group the id is the group's, and the line says the question's words itself.
    pub alone: bool,
    /// Dots are shown while this is false.
    pub seen: Option<RwSignal<bool>>,
}

impl Look {
    /// A line of words, or of digits if the question asks for their keys (`numbers`).
    pub fn words(asked: Asked) -> Look {
        let keys = if asked.looks("numbers") { "numeric" } else { "text" };
        Look { class: "field", keys, ltr: false, alone: true, seen: None }
    }
}

/// The line.
pub fn line(asked: Asked, typed: Typed, look: Look) -> AnyView {
    let label = (!look.alone).then(|| live(move || asked.view.with(|view| view.label.clone())));
    view! {
        <input
            type="text"
            class=look.class
            class:dots=live(move || look.seen.is_some_and(|seen| !seen.get()))
            id=look.alone.then(|| asked.id())
            inputmode=look.keys
            autocomplete="off"
            autocapitalize="off"
            spellcheck="false"
            enterkeyhint="next"
            dir=look.ltr.then_some("ltr")
            aria-label=label
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
