//! The dangers that are up, for whoever is about to finish: whom each is about, what to do, and what was done so far.

use doorstep_engine::session::{Danger, Handled};
use doorstep_engine::view::Key;
use leptos::prelude::*;

use super::icon::{Icon, Shape};
use super::live::live;
use super::marked::marked;
use super::seek_link::SeekLink;
use crate::state::answering::Answering;
use crate::state::reader::use_reader;
use crate::words::Words;

/// The notice; nothing while there is none.
#[component]
pub fn Dangers(answering: Answering) -> impl IntoView {
    let reader = use_reader();
    let dangers = Memo::new(move |_| {
        reader.language();
        answering.revision.track();
        answering.with(|session| if session.flags_up() == 0 { Vec::new() } else { session.dangers() })
    });
    live(move || {
        let dangers = dangers.get();
        let words = reader.words_now();
        (!dangers.is_empty()).then(|| {
            let rows = dangers.into_iter().map(|danger| row(answering, danger, words));
            view! {
                <section class="notice danger" role="alert" data-dangers="true">
                    <h2 class="card-row">
                        <Icon shape=Shape::Alert />
                        {words.flags}
                    </h2>
                    <ul>{rows.collect_view()}</ul>
                </section>
            }
        })
    })
}

fn row(answering: Answering, danger: Danger, words: &'static Words) -> AnyView {
    let Danger { measure, label, whom, to_do, handled } = danger;
    let whom = (!whom.is_empty()).then(|| (words.concerns)(&whom.join(words.between)));
    let go = Callback::new(move |key: Key| answering.sought.set(Some(key)));
    view! {
        <li data-flag=measure>
            <strong>{label}</strong>
            {whom.map(|whom| view! { <p><strong>{whom}</strong></p> })}
            {to_do.map(|to_do| view! { <p>{marked(&to_do)}</p> })}
            {handled.map(|handled| said(handled, Some(go), words))}
        </li>
    }
    .into_any()
}

/// What was done about a danger; that it was not said yet is said, too, and leads there where it is asked.
pub fn said(handled: Handled, go: Option<Callback<Key>>, words: &'static Words) -> AnyView {
    let Handled { said, open, .. } = handled;
    let lines = said.into_iter().map(|(asked, answer)| (words.named)(&asked, &answer));
    let lines = lines.map(|line| view! { <p>{line}</p> }).collect_view();
    let missing = open.map(|open| match go {
        Some(go) => view! { <p><SeekLink key=open words=words.report.not_handled go /></p> }.into_any(),
        None => view! { <p>{words.report.not_handled}</p> }.into_any(),
    });
    view! { <div data-handled=open.is_none().to_string()>{lines} {missing}</div> }.into_any()
}
