//! A repeat: its instances as cards that say who or what they are, one of them open at a time.

use std::collections::BTreeMap;

use doorstep_engine::view::{Key, RepeatView};
use leptos::attr::custom::custom_attribute;
use leptos::prelude::*;

use super::confirm::Confirm;
use super::icon::{Icon, Shape};
use super::instance::Instance;
use super::items::heading_level;
use super::live::{Row, live, rows, shown_when};
use crate::platform::{page as screen, timer};
use crate::state::answering::Answering;
use crate::state::reader::{say, use_reader};
use crate::state::seeking::{field_id, section_id};

/// So many cards are made at a time.
const AT_A_TIME: usize = 20;

/// An instance that the reader wants removed.
#[derive(Clone, PartialEq)]
pub struct Removing {
    /// Which.
    pub instance: Key,
    /// What it is called.
    pub name: String,
    /// The dangers that would be told of no longer.
    pub dangers: Vec<String>,
}

/// The cards, and the button that adds one.
#[component]
pub fn Repeat(answering: Answering, key: Key, page: Key) -> impl IntoView {
    let view = answering.repeat(key).map(RwSignal::from);
    view.map(|view| {
        let relevant = Memo::new(move |_| view.with(|view| view.relevant));
        view! { {shown_when(move || relevant.get(), move || view! {{cards(answering, view, key, page)} }.into_any())} }
    })
}

fn cards(answering: Answering, view: RwSignal<RepeatView>, key: Key, page: Key) -> impl IntoView {
    let reader = use_reader();
    let removing = RwSignal::new(None::<Removing>);
    let name = view.with_untracked(|view| view.name.to_string());
    let label = Memo::new(move |_| view.with(|view| view.label.clone()));
    let can_add = Memo::new(move |_| view.with(|view| view.can_add));
    let empty = Memo::new(move |_| view.with(|view| view.instances.is_empty()));
    let add = move |_| {
        if let Some(added) = answering.add(key) {
            focus_soon(card_id(added));
        }
    };
    let alike = Callback::new(move |instance: Key| {
        if let Some(added) = answering.add_alike(key, instance) {
            focus_soon(card_id(added));
        }
    });
    let remove = move |removing: Removing| {
        answering.remove(removing.instance);
        focus_soon(field_id(key));
    };
    let level = custom_attribute("aria-level", heading_level(answering, key).to_string());
    let wrong = Memo::new(move |_| {
        let is_checked = answering.checked.with(|pages| pages.contains(&page));
        if is_checked { answering.violations_in(key) } else { BTreeMap::new() }
    });
    // Many cards come in slices, as far as the one that is open at once.
    let (first, slices) = view.with_untracked(|view| {
        let opened = view.instances.iter().position(|instance| untrack(|| answering.is_open(instance.key)));
        (1 + opened.unwrap_or(0) / AT_A_TIME, view.instances.len().div_ceil(AT_A_TIME))
    });
    let shown = answering.slices.shown_from(first, slices);
    let instances = move || {
        let most = if shown.get() < slices { shown.get() * AT_A_TIME } else { usize::MAX };
        let keys: Vec<Key> =
            view.with(|view| view.instances.iter().take(most).map(|instance| instance.key).collect());
        let row = |key: Key| {
            Row::new(
                field_id(key),
                move || view! { <Instance answering view wrong key page removing alike /> },
            )
        };
        keys.into_iter().map(row).collect()
    };
    view! {
        <section class="section" data-name=name>
            // A repeat that is a page has its heading there.
            {shown_when(move || key != page, move || view! {
                <h2 id=section_id(key) tabindex="-1" {..level.clone()}>{live(move || label.get())}</h2>
                {live(move || view.with(|view| view.hint.clone()).map(|hint| view! { <p class="hint">{hint}</p> }))} }.into_any())}
            {shown_when(move || empty.get(), move || view! {
                <p class="empty">{say(|w| w.none_yet)}</p> }.into_any())}
            {rows(instances)}
            {shown_when(move || can_add.get(), move || view! {
                <button type="button" class="button" id=field_id(key) data-action="add" on:click=add>
                    <Icon shape=Shape::Plus />
                    {live(move || (reader.language().words().add_to)(&label.get()))}
                </button> }.into_any())}
            <Confirm
                asking=removing
                title=move |Removing { name, dangers, .. }: Removing| {
                    let words = reader.words_now();
                    match dangers.is_empty() {
                        true => (words.remove_title)(&name),
                        false => (words.remove_danger)(&name, &dangers.join(words.between)),
                    }
                }
                explained=Signal::derive(say(|w| w.remove_explained))
                yes=Signal::derive(say(|w| w.remove))
                act=remove
            />
        </section>
    }
}

/// The id of a card's heading.
pub fn card_id(instance: Key) -> String {
    format!("card-{}", field_id(instance))
}

/// What was just added is on the page after the next frame.
fn focus_soon(id: String) {
    timer::spawn(async move {
        timer::sleep(30).await;
        screen::focus(&id);
    });
}
