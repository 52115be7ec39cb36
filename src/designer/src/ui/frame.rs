//! What frames the designer's pages: where one is, the language, and the way out.

use doorstep_app::designing::{LanguageSwitch, use_reader};
use doorstep_app::platform::page as screen;
use leptos::prelude::*;

use super::words::{Words, tell, words};

/// A page of the designer.
#[component]
pub fn Frame(title: fn(&'static Words) -> &'static str, children: Children) -> impl IntoView {
    let reader = use_reader();
    Effect::new(move || {
        let words = words(reader.language());
        screen::set_title(&format!("{} · {}", title(words), words.title));
    });
    view! {
        <header class="top design-top">
            <a class="skip button" href="#main" rel="external">{doorstep_app::designing::say(|w| w.skip)}</a>
            <div class="top-row">
                <span class="top-title"><a class="office-home" href="/design">{tell(|w| w.title)}</a></span>
                <LanguageSwitch />
            </div>
        </header>
        {children()}
    }
}
