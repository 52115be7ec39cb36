//! What is wrong on this page, first thing on it, each a link to its control, in the same words as beside it.

use doorstep_engine::view::Key;
use leptos::prelude::*;

use crate::components::seek_link::SeekLink;
use crate::state::answering::Answering;
use crate::state::reader::use_reader;
use crate::state::seeking::violation_words;

/// The id that gets the focus when Next found something.
pub const SUMMARY: &str = "error-summary";

/// Shown once Next was pressed on the page, as long as something is wrong there.
#[component]
pub fn ErrorSummary(answering: Answering, page: Key) -> impl IntoView {
    let reader = use_reader();
    let violations = Memo::new(move |_| {
        if answering.checked.with(|pages| pages.contains(&page)) {
            answering.violations_on(page)
        } else {
            Vec::new()
        }
    });
    move || {
        let violations = violations.get();
        let words = reader.language().words();
        (!violations.is_empty()).then(|| {
            let links = violations.iter().map(|(key, violation)| {
                let key = *key;
                view! {
                    <li>
                        <SeekLink
                            key
                            words=(words.problem)(&answering.called(key), &violation_words(violation, words))
                            go=move |key| answering.sought.set(Some(key))
                        />
                    </li>
                }
            });
            view! {
                <div class="notice danger" id=SUMMARY tabindex="-1" role="alert">
                    <h2>{(words.problems_title)(violations.len())}</h2>
                    <ul>{links.collect_view()}</ul>
                    <p>{words.problems_go_on}</p>
                </div>
            }
        })
    }
}
