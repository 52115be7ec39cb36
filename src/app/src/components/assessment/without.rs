//! What a level was made without, beside the level itself: a level of a household whose health nobody asked about is not the level of one that is well.

use doorstep_engine::session::{HeldBack, MadeWithout};
use leptos::prelude::*;

use crate::state::reader::use_reader;
use crate::words::Words;

/// The lines; nothing if nothing was left out.
#[component]
pub fn Without(
    parts: Vec<MadeWithout>,
    /// What the level would lie between, had everything been asked.
    #[prop(optional_no_strip)]
    between: Option<HeldBack>,
) -> impl IntoView {
    let words = use_reader().words_now();
    let (whole, items): (Vec<MadeWithout>, Vec<MadeWithout>) = parts.into_iter().partition(|part| part.whole);
    let (not_asked, none): (Vec<MadeWithout>, Vec<MadeWithout>) =
        whole.into_iter().partition(|part| part.because.is_some());
    let listed = |parts: &[MadeWithout]| {
        let said: Vec<String> = parts.iter().map(|part| said(part, words)).collect();
        said.join(words.between)
    };
    let not_asked = (!not_asked.is_empty()).then(|| (words.made_without)(&listed(&not_asked)));
    let between = between.map(|between| said_between(&between, words));
    let none = (!none.is_empty()).then(|| (words.made_without_none)(&listed(&none)));
    let count = items.len();
    let items = (count > 0).then(|| {
        let rows = items.iter().map(|part| view! { <li class="reason soft">{said(part, words)}</li> });
        view! {
            <details class="reasons" data-without-items=count.to_string()>
                <summary>{(words.made_without_items)(count)}</summary>
                <ul class="reason-list">{rows.collect_view()}</ul>
            </details>
        }
    });
    view! {
        {not_asked.map(|said| view! { <p class="without" data-without="not-asked"><strong>{said}</strong></p> })}
        {between.map(|said| view! { <p class="without" data-without="between">{said}</p> })}
        {none.map(|said| view! { <p class="without small soft" data-without="none">{said}</p> })}
        {items}
    }
}

fn said_between(between: &HeldBack, words: &Words) -> String {
    let HeldBack { index, shown: (least, most), levels, .. } = between;
    (words.report.would_lie)(
        index,
        least,
        most,
        levels.as_ref().map(|(least, most)| (least.as_str(), most.as_str())),
    )
}

fn said(part: &MadeWithout, words: &Words) -> String {
    match &part.because {
        Some(because) => (words.made_without_because)(&part.label, &because.question, &because.answer),
        None => part.label.clone(),
    }
}
