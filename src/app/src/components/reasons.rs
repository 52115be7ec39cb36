//! Why a measure came to what it came to: folded away until somebody asks.

use doorstep_engine::assess::Explanation;
use leptos::prelude::*;

use super::marked::marked;
use crate::state::reader::use_reader;

/// The sentence, each reason, and what the form says of itself.
#[component]
pub fn Reasons(told: Explanation) -> impl IntoView {
    let words = use_reader().words_now();
    let (name, label) = (told.name.clone(), told.label.clone());
    view! {
        <details class="reasons" data-reasons=name>
            // Of many on a page: whoever hears them one by one hears of what.
            <summary>{words.why}<span class="unseen">{label}</span></summary>
            <ReasonList told />
        </details>
    }
}

/// The same, open.
#[component]
pub fn ReasonList(told: Explanation) -> impl IntoView {
    let lone = told.reasons.len() == 1 && told.sentence.ends_with(&told.reasons[0].sentence);
    let rows = told.reasons.into_iter().filter(|_| !lone).map(|reason| {
        let class = if reason.counts { "reason" } else { "reason soft" };
        view! { <li class=class>{marked(&reason.sentence)}</li> }
    });
    view! {
        <p>{marked(&told.sentence)}</p>
        <ul class="reason-list">{rows.collect_view()}</ul>
        {told.note.map(|note| view! { <p class="hint">{note}</p> })}
    }
}
