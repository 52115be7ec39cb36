//! How the app looks on this device: theme and size of text, for whoever reads it.

use leptos::prelude::*;

use super::icon::{Icon, Shape};
use super::live::live;
use crate::platform::appearance::{
    TEXT_SIZES, Theme, USUAL_SIZE, set_text_size, set_theme, text_size, theme,
};
use crate::state::reader::say;

const SIZE: &str = "text-size";

/// The part of a page where it is chosen; below it, whatever else of the device is.
#[component]
pub fn Appearance(#[prop(optional)] children: Option<Children>) -> impl IntoView {
    view! {
        <section class="section" data-section="appearance">
            <h2>{say(|w| w.appearance.title)}</h2>
            <p class="soft small">{say(|w| w.appearance.explained)}</p>
            <div class="question">
                <fieldset>
                    <legend class="question-label">{say(|w| w.appearance.theme)}</legend>
                    <div class="choices">{themes()}</div>
                </fieldset>
            </div>
            <div class="question">
                <label class="question-label" for=SIZE>{say(|w| w.appearance.text_size)}</label>
                <div class="menu">
                    <select class="field" id=SIZE on:change:target=move |event| choose_size(&event.target().value())>
                        {sizes()}
                    </select>
                    <Icon shape=Shape::Down />
                </div>
            </div>
            {children.map(|children| children())}
        </section>
    }
}

fn themes() -> Vec<AnyView> {
    let chosen = RwSignal::new(theme());
    let choose = move |theme: Theme| {
        set_theme(theme);
        chosen.set(theme);
    };
    let row = |theme: Theme| {
        view! {
            <label class="choice">
                <input
                    type="radio" name="theme" value=theme.name() prop:checked=live(move || chosen.get() == theme)
                    on:change=move |_| choose(theme)
                />
                <span>
                    {say(move |w| (w.appearance.themes)(theme).0)} " "
                    <span class="soft small">{say(move |w| (w.appearance.themes)(theme).1)}</span>
                </span>
            </label>
        }
        .into_any()
    };
    Theme::ALL.into_iter().map(row).collect()
}

fn choose_size(chosen: &str) {
    if let Ok(percent) = chosen.parse() {
        set_text_size(percent);
    }
}

fn sizes() -> Vec<AnyView> {
    let now = text_size();
    let option = |percent: u16| {
        let words = say(move |w| {
            let size = (w.appearance.percent)(percent);
            if percent == USUAL_SIZE { format!("{size} · {}", w.appearance.usual) } else { size }
        });
        view! { <option value=percent.to_string() selected={percent == now}>{words}</option> }.into_any()
    };
    TEXT_SIZES.into_iter().map(option).collect()
}
