//! The questions that a result waits for, each a way to it where the survey can still be answered.

use doorstep_engine::assess::Awaits;
use doorstep_engine::view::Key;
use leptos::prelude::*;

use crate::state::seeking::field_id;

/// So many are named; what is answered first may ask for others.
const NAMED: usize = 5;

/// The way to a question; only a survey that is not finished has it.
#[derive(Clone, Copy)]
pub struct Seek(pub Callback<Key>);

/// The list.
#[component]
pub fn Awaited(awaits: Vec<Awaits>) -> impl IntoView {
    let seek = use_context::<Seek>();
    let rows = awaits.into_iter().take(NAMED).map(|each| {
        let key = each.key;
        let link = seek.map(|Seek(go)| {
            let question = each.question.clone();
            view! {
                <a
                    href=format!("#{}", field_id(key))
                    rel="external"
                    data-action="seek"
                    on:click=move |event| {
                        event.prevent_default();
                        go.run(key);
                    }
                >
                    {question}
                </a>
            }
        });
        let plain = link.is_none().then_some(each.question);
        view! { <li data-awaits="true">{link}{plain}</li> }
    });
    let rows = rows.collect_view();
    (!rows.is_empty()).then(|| view! { <ul class="reason-list awaited">{rows}</ul> })
}
