//! The questions that a result waits for, each a way to it where the survey can still be answered: first those whose answer breaks its rule.

use doorstep_engine::assess::Awaits;
use doorstep_engine::view::Key;
use leptos::prelude::*;

use crate::components::seek_link::SeekLink;
use crate::state::reader::use_reader;
use crate::words::Words;

/// So many stand there at once; the others when they are asked for.
const NAMED: usize = 5;

/// The way to a question; only a survey that is not finished has it. Whoever shows a report says so each time: what an earlier page provided may still be there.
#[derive(Clone, Copy)]
pub struct Seek(pub Option<Callback<Key>>);

/// The way to a question from here, if there is one.
pub fn use_seek() -> Option<Callback<Key>> {
    use_context::<Seek>().and_then(|Seek(go)| go)
}

/// The list.
#[component]
pub fn Awaited(awaits: Vec<Awaits>) -> impl IntoView {
    let seek = use_seek();
    view! { <AwaitedFrom awaits seek /> }
}

/// The same, where the way is known.
#[component]
pub fn AwaitedFrom(awaits: Vec<Awaits>, seek: Option<Callback<Key>>) -> impl IntoView {
    let words = use_reader().words_now();
    let mut awaits = awaits;
    awaits.sort_by_key(|each| !each.rejected);
    let others = awaits.split_off(awaits.len().min(NAMED));
    let count = others.len();
    let rows = |awaits: Vec<Awaits>| awaits.into_iter().map(|each| row(each, seek, words)).collect_view();
    let more = (count > 0).then(|| {
        view! {
            <details class="reasons" data-awaits-more=count.to_string()>
                <summary>{(words.more_awaited)(count)}</summary>
                <ul class="reason-list awaited">{rows(others)}</ul>
            </details>
        }
    });
    (!awaits.is_empty()).then(|| {
        view! {
            <ul class="reason-list awaited">{rows(awaits)}</ul>
            {more}
        }
    })
}

fn row(each: Awaits, seek: Option<Callback<Key>>, words: &'static Words) -> AnyView {
    let link = seek.map(|go| view! { <SeekLink key=each.key words=each.question.clone() go /> });
    let plain = link.is_none().then_some(each.question);
    let broken = each
        .rejected
        .then(|| view! { <strong class="state bad" data-rejected="true">{words.rejected}</strong> });
    // Each row says what is wanted: a link alone does not.
    let wanted = if each.rejected { words.report.to_correct } else { words.report.to_answer };
    view! { <li data-awaits="true"><span class="soft">{wanted}</span> {link}{plain} " " {broken}</li> }
        .into_any()
}
