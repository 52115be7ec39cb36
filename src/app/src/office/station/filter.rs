//! Menus that narrow down what a page shows: a property's choices, by their words.

use leptos::prelude::*;

use super::known::Known;
use crate::office::field::{Menu, Word};
use crate::words::office::Office;

/// All, or one of a property's choices.
#[component]
pub fn Choose(
    id: &'static str,
    label: Word,
    /// What the first entry is called, which narrows nothing.
    any: Word,
    list: &'static str,
    property: &'static str,
    known: Known,
    /// The choices; those of the dictionary if none are given.
    #[prop(optional, into)]
    codes: Option<Signal<Vec<String>>>,
    chosen: RwSignal<String>,
) -> impl IntoView {
    let values = Signal::derive(move || {
        let codes = codes.map_or_else(|| known.codes(list, property), |codes| codes.get());
        std::iter::once(String::new()).chain(codes).collect::<Vec<_>>()
    });
    let called = move |(code, words): (String, &'static Office)| match code.as_str() {
        "" => any(words).to_owned(),
        super::households::ANY if property == "red_flags" => words.station.any_danger.to_owned(),
        _ => known.say(list, property, &code),
    };
    view! { <Menu id label values called chosen /> }
}

/// A day.
#[component]
pub fn Day(id: &'static str, label: Word, chosen: RwSignal<String>) -> impl IntoView {
    view! { <Dated id label kind="date" chosen /> }
}

/// A month.
#[component]
pub fn Month(id: &'static str, label: Word, chosen: RwSignal<String>) -> impl IntoView {
    view! { <Dated id label kind="month" chosen /> }
}

#[component]
fn Dated(id: &'static str, label: Word, kind: &'static str, chosen: RwSignal<String>) -> impl IntoView {
    use crate::components::live::live;
    use crate::office::tell;
    view! {
        <div class="line">
            <label class="question-label" for=id>{tell(label)}</label>
            <input
                type=kind class="field" id=id
                prop:value=live(move || chosen.get())
                on:change:target=move |event| chosen.set(event.target().value())
            />
        </div>
    }
}
