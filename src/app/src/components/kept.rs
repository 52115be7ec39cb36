//! Says whether the answers are kept, in words and with an icon (invariant 4: never before they are).

use super::live::{live, shown_when};
use leptos::prelude::*;

use super::icon::{Icon, Shape};
use super::practice::{Practice, PracticeState};
use crate::state::answering::Answering;
use crate::state::reader::use_reader;
use crate::state::saving::Word;

/// The indicator in the top bar.
#[component]
pub fn Kept(answering: Answering) -> impl IntoView {
    if answering.is_practice() {
        return view! { <PracticeState /> }.into_any();
    }
    let reader = use_reader();
    let word = RwSignal::from(answering.keeping().word());
    let name = move || match word.get() {
        Word::Kept => "kept",
        Word::Saving => "saving",
        Word::Failed => "failed",
    };
    let class = move || match word.get() {
        Word::Kept => "state kept good",
        Word::Saving => "state kept",
        Word::Failed => "state kept bad",
    };
    view! {
        <span class=class data-state=name role="status">
            // All three, of which the style sheet shows one: it changes with every answer.
            <Icon shape=Shape::Check small=true />
            <Icon shape=Shape::Turning small=true />
            <Icon shape=Shape::Alert small=true />
            {live(move || {
                let words = reader.language().words();
                match word.get() {
                    Word::Kept => words.kept,
                    Word::Saving => words.saving,
                    Word::Failed => words.save_failed,
                }
            })}
        </span>
    }
    .into_any()
}

/// What to do while nothing can be kept; nothing otherwise.
#[component]
pub fn NotKept(answering: Answering) -> impl IntoView {
    // Of a practice nothing is to be kept, and that is said.
    if answering.is_practice() {
        return view! { <Practice answering /> }.into_any();
    }
    let reader = use_reader();
    let word = RwSignal::from(answering.keeping().word());
    let ended = RwSignal::from(answering.keeping().ended());
    view! {
        {shown_when(move || word.get() == Word::Failed, move || view! {
            <p class="notice danger" role="alert">{live(move || reader.language().words().save_failed_explained)}</p> }.into_any())}
        {shown_when(move || ended.get(), move || view! {
            <div class="notice danger" role="alert">
                <h2>{live(move || reader.language().words().draft_taken)}</h2>
                <p>{live(move || reader.language().words().draft_taken_explained)}</p>
            </div> }.into_any())}
    }
    .into_any()
}
