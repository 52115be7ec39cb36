//! For which answer something was not looked at: a refusal is no verdict, and is not to read like one.

use doorstep_engine::session::LeftOut;
use leptos::prelude::*;

use crate::state::reader::use_reader;

/// The line; nothing if no one answer is the reason.
#[component]
pub fn NotAsked(left_out: Option<LeftOut>) -> impl IntoView {
    let words = use_reader().words_now();
    left_out.map(|LeftOut { question, answer, .. }| {
        view! { <p class="small soft" data-left-out="true">{(words.not_asked)(&question, &answer)}</p> }
    })
}

/// That of one measure among all that there are.
pub fn of(all: &[(String, LeftOut)], measure: &str) -> Option<LeftOut> {
    all.iter().find(|(name, _)| name == measure).map(|(_, left_out)| left_out.clone())
}
