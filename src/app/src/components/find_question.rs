//! Finds a question of the open form by its words, and leads there.

use doorstep_engine::view::Key;
use leptos::prelude::*;

use super::live::{Row, live, rows, shown_when};
use super::seek_link::SeekLink;
use crate::state::answering::Answering;
use crate::state::finding::{Found, find};
use crate::state::reader::say;
use crate::state::seeking::field_id;

/// The field, and what was found below it. `go` leads to a question.
#[component]
pub fn FindQuestion(answering: Answering, #[prop(into)] go: Callback<Key>) -> impl IntoView {
    let text = RwSignal::new(String::new());
    let found = Memo::new(move |_| {
        answering.revision.track();
        let pages = answering.pages.get();
        answering.with(|session| find(session, &pages, &text.read()))
    });
    let is_asked = Memo::new(move |_| text.with(|text| !text.trim().is_empty()));
    let row = move |Found { key, label, page }: Found| {
        Row::new(format!("{} {label}", field_id(key)), move || {
            view! { <li><SeekLink key words=label.clone() go /><span class="soft small">{page.clone()}</span></li> }
        })
    };
    view! {
        <div class="find-question" role="search">
            <input
                type="search"
                class="field"
                autocomplete="off"
                data-action="find-question"
                aria-label=say(|w| w.find_question)
                placeholder=say(|w| w.find_question)
                prop:value=live(move || text.get())
                on:input:target=move |event| text.set(event.target().value())
            />
            {shown_when(move || is_asked.get(), move || view! {
                <ul class="found">{rows(move || found.get().into_iter().map(row).collect())}</ul>
                {shown_when(move || found.with(Vec::is_empty), || view! {
                    <p class="empty" role="status">{say(|w| w.search_none)}</p> }.into_any())} }.into_any())}
        </div>
    }
}
