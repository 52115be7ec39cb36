//! Dangers that were named and that nothing shows any more, since nobody is asked about them now: told as long as their answers are kept.
//!
//! Whoever refuses consent takes no danger back; what fell silent must not be taken for what is not there.

use doorstep_engine::session::Silenced;
use leptos::prelude::*;

use super::icon::{Icon, Shape};
use super::live::live;
use super::marked::marked;
use crate::platform::{page, timer};
use crate::state::answering::Answering;
use crate::state::reader::use_reader;
use crate::words::Words;

const NOTICE: &str = "silenced";

/// The notice over a page of a survey.
#[component]
pub fn Silent(answering: Answering) -> impl IntoView {
    let reader = use_reader();
    let silenced = Memo::new(move |_| {
        reader.language();
        answering.revision.track();
        answering.with(|session| session.silenced())
    });
    // What an answer made silent must not stay above the screen's edge.
    Effect::new(move |known: Option<usize>| {
        let count = silenced.with(Vec::len);
        if known.is_some_and(|known| count > known) {
            timer::spawn(async {
                timer::sleep(30).await;
                page::reveal(NOTICE);
            });
        }
        count
    });
    live(move || {
        let silenced = silenced.get();
        (!silenced.is_empty()).then(|| notice(silenced, reader.words_now()))
    })
}

/// The notice itself.
pub fn notice(silenced: Vec<Silenced>, words: &'static Words) -> AnyView {
    let rows = silenced.into_iter().map(|silenced| {
        let Silenced { measure, label, whom, to_do, because } = silenced;
        let whom = (!whom.is_empty()).then(|| (words.concerns)(&whom.join(words.between)));
        let because = because.map(|because| (words.silenced_because)(&because.question, &because.answer));
        view! {
            <li data-silenced=measure>
                <strong>{(words.silenced)(&label)}</strong>
                {whom.map(|whom| view! { <p>{whom}</p> })}
                {to_do.map(|to_do| view! { <p>{marked(&to_do)}</p> })}
                {because.map(|because| view! { <p>{because}</p> })}
            </li>
        }
    });
    view! {
        <section class="notice danger" id=NOTICE tabindex="-1" role="alert">
            <h2 class="card-row">
                <Icon shape=Shape::Alert />
                {words.in_danger}
            </h2>
            <ul>{rows.collect_view()}</ul>
            <p>{words.silenced_kept}</p>
        </section>
    }
    .into_any()
}
