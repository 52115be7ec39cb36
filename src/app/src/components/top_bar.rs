//! The bar on top of every page: the way home, where one is, and the language.

use super::live::live;
use leptos::prelude::*;
use leptos_router::components::A;

use super::icon::{Icon, Shape};
use super::language_switch::LanguageSwitch;
use super::lock_button::LockButton;
use crate::state::reader::say;

/// The bar. On the home page there is no way home, only the name.
#[component]
pub fn TopBar(
    /// What is on.
    #[prop(into)]
    title: Signal<String>,
    #[prop(optional)] home: bool,
    /// Is there a list at the side of the page?
    #[prop(optional)]
    wide: bool,
    /// Between title and language: the saving state of a form.
    #[prop(optional)]
    children: Option<Children>,
    /// Below the row: a form's progress.
    #[prop(optional, into)]
    below: Option<ViewFn>,
) -> impl IntoView {
    view! {
        <header class=if wide { "top wide" } else { "top" }>
            <a class="skip button" href="#main" rel="external">{say(|w| w.skip)}</a>
            <div class="top-row">
                {(!home)
                    .then(|| view! {
                        <A href="/" attr:class="button plain icon-only" attr:data-action="home" attr:aria-label=say(|w| w.home)>
                            <Icon shape=Shape::Home />
                        </A>
                    })}
                <span class=if home { "top-title home" } else { "top-title" }>{live(move || title.get())}</span>
                {children.map(|children| children())}
                <LockButton />
                <LanguageSwitch />
            </div>
            {below.map(|below| below.run())}
        </header>
    }
}
