//! What stands on a page or in a group, in order. Which items there are is the definition's, and stays.

use super::live::{live, shown_when};
use doorstep_engine::view::{Item, Key};
use leptos::prelude::*;

use super::question::Question;
use super::repeat::Repeat;
use crate::state::answering::Answering;

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

/// A group inside a page: a heading and its items.
fn group(answering: Answering, key: Key, page: Key) -> AnyView {
    let Some(view) = answering.group(key) else { return ().into_any() };
    let view = RwSignal::from(view);
    let relevant = Memo::new(move |_| view.with(|view| view.relevant));
    let label = Memo::new(move |_| view.with(|view| view.label.clone()));
    let hint = Memo::new(move |_| view.with(|view| view.hint.clone()));
    let name = view.with_untracked(|view| view.name.to_string());
    view! {
        {shown_when(move || relevant.get(), move || view! {
            <section class="inner-group" data-group=name.clone()>
                {live(move || (!label.with(String::is_empty)).then(|| view! { <h2>{label.get()}</h2> }))}
                {live(move || hint.get().map(|hint| view! { <p class="hint">{hint}</p> }))}
                {items(answering, answering.children(key), page)}
            </section> }.into_any())}
    }
    .into_any()
}
