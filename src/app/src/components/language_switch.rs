//! One tap to the other language, written in that language.

use super::live::live;
use leptos::prelude::*;

use crate::state::reader::{say, use_reader};

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
            aria-label=say(|w| w.other_language_long)
            on:click=move |_| reader.switch()
        >
            {say(|w| w.other_language)}
        </button>
    }
}
