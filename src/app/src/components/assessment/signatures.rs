//! Lines to sign on, on paper only.

use leptos::prelude::*;

use crate::state::reader::use_reader;

/// Each assessor by name, a reviewer, and the person assessed.
#[component]
pub fn Signatures(
    /// Who visited or assessed; where the form does not ask, there is room for two.
    names: Vec<String>,
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
    let assessors = if names.is_empty() { vec![String::new(); 2] } else { names };
    view! {
        <footer class="paper-only signatures">
            {assessors.into_iter().map(|name| line(words.sign_assessor, name)).collect_view()}
            {line(words.sign_reviewer, String::new())}
            {line(words.sign_subject, String::new())}
        </footer>
    }
}
