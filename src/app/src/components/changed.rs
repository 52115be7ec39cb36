//! What has changed since the last visit: a quiet line at the question, and all of it in one list before the survey is finished.
//!
//! Kept here: it is said of what was filled in for whoever fills in the form, and differs now; nothing is said of what was new.

use doorstep_engine::session::OnRecord;
use doorstep_engine::view::Key;
use leptos::prelude::*;

use super::live::live;
use super::seek_link::SeekLink;
use crate::controls::{Asked, readable};
use crate::state::answering::Answering;
use crate::state::reader::{say, use_reader};
use crate::words::Words;

/// What was on record of a question's answer, while the answer is another.
pub fn last_time(asked: Asked) -> Option<impl IntoView> {
    let Asked { key, answering, .. } = asked;
    let reader = use_reader();
    answering.with(|session| session.is_filled_in(key)).then(|| {
        let record = Memo::new(move |_| {
            reader.language();
            answering.revision.track();
            answering.with(|session| session.changed_from(key))
        });
        live(move || {
            let words = reader.language().words();
            record.get().map(|record| {
                let said = if record.as_listed { words.record.last_time } else { words.record.filled_in };
                view! { <p class="hint" data-changed="true">{said(&answer(&record, words))}</p> }
            })
        })
    })
}

/// All that has changed, each a way to its question; nothing if there is none.
#[component]
pub fn Changed(answering: Answering) -> impl IntoView {
    let reader = use_reader();
    let changed = Memo::new(move |_| {
        reader.language();
        answering.revision.track();
        answering.with(|session| session.changed())
    });
    live(move || {
        let words = reader.language().words();
        let all = changed.get();
        let count = all.len();
        (count > 0).then(|| {
            let rows: Vec<_> =
                all.into_iter().map(|(key, record)| row(answering, key, &record, words)).collect();
            view! {
                <section class="card" data-changes=count.to_string()>
                    <h2>{(words.record.changed)(count)}</h2>
                    <p class="hint">{say(|w| w.record.changed_explained)}</p>
                    <ul>{rows}</ul>
                </section>
            }
        })
    })
}

fn row(answering: Answering, key: Key, record: &OnRecord, words: &'static Words) -> AnyView {
    let now = answering.with(|session| session.question(key)).and_then(|question| readable(&question));
    let now = now.map_or_else(|| words.record.nothing.to_owned(), |now| in_a_line(&now, words));
    let said = (words.record.change)(&answering.called(key), &answer(record, words), &now);
    view! { <li data-changed=record.question.name.to_string()><SeekLink key words=said go=move |key| answering.sought.set(Some(key)) /></li> }
        .into_any()
}

fn answer(record: &OnRecord, words: &Words) -> String {
    in_a_line(&readable(&record.question).unwrap_or_default(), words)
}

fn in_a_line(answer: &str, words: &Words) -> String {
    answer.split('\n').collect::<Vec<_>>().join(words.between)
}
