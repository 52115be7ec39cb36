//! The one typed line: the `<input>` of every control whose answer is typed, in which an input method composes undisturbed.
//!
//! Controls differ in what stands around it, and in the [`Look`] of the line itself.

use doorstep_engine::view::QuestionView;
use leptos::prelude::*;

use super::Asked;
use super::typed::{Typed, next_on_enter};
use crate::components::key_pad::{KeyPad, Keys};
use crate::components::live::live;
use crate::state::reader::use_reader;
use crate::words::Words;

/// The appearance of an ID number: digits, and perhaps an X at its end.
const ID_NUMBER: &str = "id-number";

/// In which ways one line is not like another.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// Of style sheets.
    pub class: &'static str,
    /// Which keys a phone shows: an `inputmode`.
    pub keys: &'static str,
    /// Are these no words, but what is written from left to right in any language?
    pub ltr: bool,
    /// What it is called where its frame is a group's, which has the id then. A frame of its own calls it.
    pub called: Option<fn(&QuestionView, &Words) -> String>,
    /// Dots are shown while this is false.
    pub seen: Option<RwSignal<bool>>,
}

impl Look {
    /// A line of words, or of digits if the question asks for their keys (`numbers`).
    pub fn words(asked: Asked) -> Look {
        let keys = if asked.looks("numbers") { "numeric" } else { "text" };
        Look { class: "field", keys, ltr: false, called: None, seen: None }
    }
}

/// The line.
pub fn line(asked: Asked, typed: Typed, look: Look) -> AnyView {
    let reader = use_reader();
    let label = look
        .called
        .map(|called| live(move || asked.view.with(|view| called(view, reader.language().words()))));
    let pad = look.called.is_none().then(|| keys_of(asked, look)).flatten();
    let pad = pad.and_then(|keys| KeyPad::below(&asked.id(), keys));
    // Two keyboards would be one too many.
    let keys = if pad.is_some() { "none" } else { look.keys };
    let touched = pad.clone();
    view! {
        <input
            type="text"
            class=look.class
            class:dots=live(move || look.seen.is_some_and(|seen| !seen.get()))
            id=look.called.is_none().then(|| asked.id())
            inputmode=keys
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
            on:focus=move |_| touched.iter().for_each(KeyPad::take)
            on:blur=move |_| typed.leave()
        />
        {pad.map(KeyPad::shown)}
    }
    .into_any()
}

/// The keys that are enough for it, if it is made of digits.
fn keys_of(asked: Asked, look: Look) -> Option<Keys> {
    match look.keys {
        _ if asked.looks(ID_NUMBER) => Some(Keys::IdNumber),
        "numeric" => Some(Keys::Dashed),
        "decimal" => Some(Keys::Decimal),
        _ => None,
    }
}
