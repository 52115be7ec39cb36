//! What has to be looked at once more before anybody relies on what was found: an answer that was taken back, somebody who was not asked.

use doorstep_engine::session::Danger;
use leptos::prelude::*;

use super::awaited::use_seek;
use crate::components::dangers;
use crate::components::live::live;
use crate::components::marked::marked;
use crate::state::answering::Answering;
use crate::state::reader::use_reader;
use crate::words::Words;

/// The notice over the end of a survey that is being filled in; nothing while there is none.
#[component]
pub fn Rechecks(answering: Answering) -> impl IntoView {
    let reader = use_reader();
    let wanted = Memo::new(move |_| {
        reader.language();
        answering.revision.track();
        answering.with(|session| session.rechecks())
    });
    live(move || notice(wanted.get(), reader.words_now()))
}

/// The notice itself.
pub fn notice(wanted: Vec<Danger>, words: &'static Words) -> Option<AnyView> {
    let seek = use_seek();
    let count = wanted.len();
    let rows = wanted.into_iter().map(|recheck| {
        let Danger { measure, label, whom, to_do, handled } = recheck;
        let whom =
            (!whom.is_empty()).then(|| (words.named)(words.report.about_whom, &whom.join(words.between)));
        view! {
            <li data-recheck=measure>
                <strong>{label}</strong>
                {whom.map(|whom| view! { <p>{whom}</p> })}
                {to_do.map(|to_do| view! { <p>{marked(&to_do)}</p> })}
                {handled.map(|handled| dangers::said(handled, seek, words))}
            </li>
        }
    });
    let rows = rows.collect_view();
    let section = view! {
        <section class="notice warn" data-rechecks=count.to_string()>
            <h2>{words.report.recheck}</h2>
            <ul>{rows}</ul>
        </section>
    };
    (count > 0).then(|| section.into_any())
}
