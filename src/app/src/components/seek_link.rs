//! A link to a question: it goes there with the page, the card and the focus, and no address names it.

use doorstep_engine::view::Key;
use leptos::prelude::*;

use crate::state::seeking::field_id;

/// The link; `go` leads there.
#[component]
pub fn SeekLink(key: Key, #[prop(into)] words: String, #[prop(into)] go: Callback<Key>) -> impl IntoView {
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
            {words}
        </a>
    }
}
