//! One card of a repeat: folded, it says its name and what is left to do; open, it has its questions.

use std::collections::BTreeMap;

use super::live::{live, shown_when};
use doorstep_engine::view::{Key, RepeatView};
use leptos::attr::custom::custom_attribute;
use leptos::prelude::*;

use super::icon::{Icon, Shape};
use super::items::{heading_level, items_in_turn};
use super::repeat::{Removing, card_id};
use crate::state::answering::Answering;
use crate::state::reader::{say, use_reader};

/// The card of the instance `key`.
#[component]
pub fn Instance(
    answering: Answering,
    view: RwSignal<RepeatView>,
    /// How many things are wrong in each instance.
    wrong: Memo<BTreeMap<Key, usize>>,
    key: Key,
    page: Key,
    /// Set to the instance when the reader wants it removed.
    removing: RwSignal<Option<Removing>>,
    /// Called with the instance when the reader wants another like it.
    #[prop(into)]
    alike: Callback<Key>,
) -> impl IntoView {
    let reader = use_reader();
    let place = Memo::new(move |_| {
        view.with(|view| {
            let instance = view.instances.iter().find(|instance| instance.key == key);
            instance.map(|instance| (instance.position, instance.label.clone())).unwrap_or_default()
        })
    });
    let open = Memo::new(move |_| answering.is_open(key));
    let name = move || {
        let (position, label) = place.get();
        if label.trim().is_empty() { (reader.language().words().instance)(position) } else { label }
    };
    let wrong = Memo::new(move |_| wrong.with(|wrong| wrong.get(&key).copied().unwrap_or(0)));
    let fold = move |_| answering.open_card((!open.get_untracked()).then_some(key));
    let of_page = view.with_untracked(|view| view.key) == page;
    let level = if of_page { 2 } else { heading_level(answering, view.with_untracked(|view| view.key)) + 1 };
    let level = custom_attribute("aria-level", level.to_string());
    view! {
        <article class=live(move || if open.get() { "instance open" } else { "instance" }) data-instance=live(move || place.get().0.to_string())>
            // Where the repeat is the page, its heading is the page's.
            <h3 {..level}>
                <button type="button" class="instance-head" id=card_id(key) aria-expanded=live(move || open.get().to_string()) on:click=fold>
                    <span class="number-badge" aria-hidden="true">{live(move || place.get().0)}</span>
                    <span class="grow">{name}</span>
                    {live(move || (wrong.get() > 0).then(|| view! {
                        <span class="state bad">
                            <Icon shape=Shape::Alert small=true />
                            {live(move || (reader.language().words().instance_problems)(wrong.get()))}
                        </span>
                    }))}
                    <svg class="icon turns" viewBox="0 0 24 24" aria-hidden="true"><path d="M5 9l7 7 7-7"></path></svg>
                </button>
            </h3>
            {shown_when(move || open.get(), move || {
                let can_remove = Memo::new(move |_| view.with(|view| view.can_remove));
                let can_add = Memo::new(move |_| view.with(|view| view.can_add));
                view! {
                <div class="instance-body">
                    {items_in_turn(answering, answering.children(key), page)}
                    <div class="card-row wrap">
                        <button type="button" class="button" data-action="fold" on:click=fold>{say(|w| w.done_with)}</button>
                        <span class="grow"></span>
                        {shown_when(move || can_add.get(), move || view! {
                            <button type="button" class="button plain" data-action="add-alike" on:click=move |_| alike.run(key)>
                                <Icon shape=Shape::Plus />
                                {say(|w| w.add_alike)}
                            </button> }.into_any())}
                        {shown_when(move || can_remove.get(), move || view! {
                            <button
                                type="button"
                                class="button plain danger"
                                data-action="remove"
                                on:click=move |_| removing.set(Some(Removing {
                                    instance: key,
                                    name: untrack(name),
                                    dangers: answering.with(|session| session.dangers_gone_without(key)),
                                }))
                            >
                                <Icon shape=Shape::Bin />
                                {say(|w| w.remove)}
                            </button> }.into_any())}
                    </div>
                </div> }.into_any() })}
        </article>
    }
}
