//! Lines to sign on, on paper only.

use leptos::prelude::*;

use crate::state::reader::use_reader;

/// Two assessors, a reviewer, and the person assessed.
#[component]
pub fn Signatures() -> impl IntoView {
    let words = use_reader().words_now();
    let line = |label: &'static str| {
        view! {
            <div class="sign">
                <span>{label}</span>
                <span class="sign-line"></span>
                <span>{words.sign_date}</span>
                <span class="sign-line short"></span>
            </div>
        }
    };
    view! {
        <footer class="paper-only signatures">
            {line(words.sign_assessor)}
            {line(words.sign_assessor)}
            {line(words.sign_reviewer)}
            {line(words.sign_subject)}
        </footer>
    }
}
