//! What stands on a page or in a group, in order. Which items there are is the definition's, and stays.

use super::live::{Row, live, rows, shown_when};
use doorstep_engine::view::{Item, Key};
use leptos::attr::custom::custom_attribute;
use leptos::prelude::*;

use super::question::Question;
use super::repeat::Repeat;
use crate::state::answering::Answering;
use crate::state::seeking::{field_id, section_id};
use crate::state::slices::slices;

/// The items, each shown while it is relevant.
pub fn items(answering: Answering, items: Vec<Item>, page: Key) -> Vec<AnyView> {
    items
        .into_iter()
        .map(|item| match item {
            Item::Question(key) => view! { <Question answering key page /> }.into_any(),
            Item::Group(key) => group(answering, key, page),
            Item::Repeat(key) => view! { <Repeat answering key page /> }.into_any(),
        })
        .collect()
}

/// The same; where the page is a whole form, in slices.
pub fn items_in_turn(answering: Answering, all: Vec<Item>, page: Key) -> AnyView {
    if !answering.whole {
        return items(answering, all, page).into_any();
    }
    let slices = slices(all);
    let shown = answering.slices.shown(slices.len());
    let row = move |slice: Vec<Item>| {
        let (Item::Question(key) | Item::Group(key) | Item::Repeat(key)) = slice[0];
        Row::new(field_id(key), move || items(answering, slice, page))
    };
    rows(move || slices[..shown.get()].iter().cloned().map(row).collect())
}

/// How deep the heading of a group or a repeat stands: where the page is a whole form, that of what would be a page stands over all others.
pub fn heading_level(answering: Answering, key: Key) -> u8 {
    if answering.whole && !answering.is_section(key) { 3 } else { 2 }
}

/// A group inside a page: a heading and its items.
fn group(answering: Answering, key: Key, page: Key) -> AnyView {
    let Some(view) = answering.group(key) else { return ().into_any() };
    let view = RwSignal::from(view);
    let relevant = Memo::new(move |_| view.with(|view| view.relevant));
    let label = Memo::new(move |_| view.with(|view| view.label.clone()));
    let hint = Memo::new(move |_| view.with(|view| view.hint.clone()));
    let name = view.with_untracked(|view| view.name.to_string());
    let level = heading_level(answering, key).to_string();
    view! {
        {shown_when(move || relevant.get(), move || {
            let level = custom_attribute("aria-level", level.clone());
            let id = section_id(key);
            view! {
            <section class="inner-group" data-group=name.clone()>
                {live(move || (!label.with(String::is_empty)).then(|| view! { <h2 id=id.clone() tabindex="-1" {..level.clone()}>{label.get()}</h2> }))}
                {live(move || hint.get().map(|hint| view! { <p class="hint">{hint}</p> }))}
                {items_in_turn(answering, answering.children(key), page)}
            </section> }.into_any() })}
    }
    .into_any()
}
