//! The way for whoever does not agree: to the form's own question for a person's decision while it can be answered, and on paper always.

use doorstep_engine::view::Key;
use leptos::prelude::*;

use super::awaited::use_seek;
use crate::state::reader::use_reader;

/// The section.
#[component]
pub fn Contest(
    /// The form's questions for a person's decision that can be answered now.
    by_hand: Vec<Key>,
    /// Is the survey not finished? Then its print has no lines to object and sign on.
    draft: bool,
) -> impl IntoView {
    let words = use_reader().words_now();
    let decide = use_seek().zip(by_hand.first().copied()).map(|(go, key)| {
        view! {
            <p>{words.contest_by_hand}</p>
            <button type="button" class="button" data-action="decide" on:click=move |_| go.run(key)>
                {words.contest_decide}
            </button>
        }
    });
    view! {
        <section class="section screen-only" data-contest="true">
            <h2>{words.contest}</h2>
            <div class="card">
                {decide}
                <p>{if draft { words.report.contest_finish_first } else { words.contest_on_paper }}</p>
            </div>
        </section>
    }
}
