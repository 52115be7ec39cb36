//! Lines to sign on and to object on, on paper only.

use leptos::prelude::*;

use crate::state::reader::use_reader;

/// Each assessor by name, the person assessed with their objection, and a reviewer with what the review came to.
#[component]
pub fn Signatures(
    /// Who visited or assessed; where the form does not ask, there is room for two.
    names: Vec<String>,
    /// Whom it is about: a sheet that comes apart from the others says so still.
    whom: String,
    /// Each level, for the office.
    levels: Vec<String>,
    /// Each level that a family reads.
    for_family: Vec<String>,
    /// Dangers, in a line of their own before any level.
    dangers: Vec<String>,
) -> impl IntoView {
    let words = use_reader().words_now();
    let line = |label: &'static str, name: String| {
        view! {
            <div class="sign">
                <span>{label} {(!name.is_empty()).then(|| format!(" {name}"))}</span>
                <span class="sign-line"></span>
                <span>{words.sign_date}</span>
                <span class="sign-line short"></span>
            </div>
        }
    };
    let room = |label: &'static str| {
        view! {
            <div class="sign room">
                <span>{label}</span>
                <span class="sign-line"></span>
            </div>
        }
    };
    let dangers = (!dangers.is_empty()).then(|| (words.named)(words.in_danger, &dangers.join(words.between)));
    let leveled =
        |levels: Vec<String>| (!levels.is_empty()).then(|| (words.named)(words.levels, &levels.join(" · ")));
    let assessors = if names.is_empty() { vec![String::new(); 2] } else { names };
    view! {
        <footer class="paper-only signatures">
            <p class="signed">{whom}</p>
            {dangers.map(|dangers| view! { <p class="signed for-office">{dangers}</p> })}
            {leveled(levels).map(|levels| view! { <p class="for-office">{levels}</p> })}
            {leveled(for_family).map(|levels| view! { <p class="for-family">{levels}</p> })}
            {assessors.into_iter().map(|name| line(words.sign_assessor, name)).collect_view()}
            <div class="for-family">
                {line(words.sign_subject, String::new())}
                {room(words.sign_objection)}
                <p class="small">{words.report.whom_to_ask}</p>
            </div>
            {line(words.sign_reviewer, String::new())}
            {room(words.sign_review)}
        </footer>
    }
}
