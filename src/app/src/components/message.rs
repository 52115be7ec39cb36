//! A page that has nothing to show but words and a way on.

use super::live::live;
use leptos::prelude::*;

use super::icon::{Icon, Shape};
use super::top_bar::TopBar;
use crate::state::reader::{say, title, use_reader};
use crate::words::Words;

/// The page: heading, explanation, and what can be done.
#[component]
pub fn Message(
    heading: fn(&'static Words) -> &'static str,
    #[prop(into)] explained: Signal<String>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let reader = use_reader();
    title(move |words| heading(words).to_owned());
    view! {
        <TopBar title=Signal::derive(move || reader.language().words().app.to_owned()) />
        <main id="main" tabindex="-1">
            <div class="card">
                <h1>{say(heading)}</h1>
                <p>{live(move || explained.get())}</p>
                <div class="stack">
                    {children.map(|children| children())}
                    <a class="button" href="/">
                        <Icon shape=Shape::Home />
                        {say(|w| w.home)}
                    </a>
                </div>
            </div>
        </main>
    }
}
