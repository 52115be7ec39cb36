//! One tap to the other language, or the next of more, written in that language.

use super::live::live;
use leptos::prelude::*;

use crate::state::reader::use_reader;

/// The switch.
#[component]
pub fn LanguageSwitch() -> impl IntoView {
    let reader = use_reader();
    view! {
        <button
            type="button"
            class="button plain icon-only"
            data-action="language"
            lang=live(move || reader.language().other().page_tag())
            aria-label=live(move || reader.language().other().words().read_in_it)
            on:click=move |_| reader.switch()
        >
            {live(move || reader.language().other().words().language)}
        </button>
    }
}
