//! One of a few, folded away: the device's own menu. For choices (`minimal`), and for the steps of a range (`picker`).

use leptos::prelude::*;

use super::Asked;
use crate::components::icon::{Icon, Shape};
use crate::components::live::live;
use crate::state::reader::say;

/// What can be picked: the name that is given back, and its words.
pub type Item = (String, String);

/// The menu. What is chosen is called by its name, nothing by none.
pub fn menu(
    asked: Asked,
    items: impl Fn() -> Vec<Item> + Send + Sync + 'static,
    chosen: Memo<String>,
    pick: impl Fn(&str) + 'static,
) -> AnyView {
    let option = move |(name, words): Item| {
        let is = name.clone();
        view! { <option value=name prop:selected=live(move || chosen.with(|chosen| *chosen == is))>{words}</option> }
    };
    view! {
        <div class="menu"><select
            class="field"
            id=asked.id()
            autocomplete="off"
            aria-describedby=asked.described_by()
            aria-invalid=asked.is_wrong()
            on:change:target=move |event| pick(&event.target().value())
        >
            <option value="" prop:selected=live(move || chosen.with(String::is_empty))>{say(|w| w.choose)}</option>
            {live(move || items().into_iter().map(option).collect_view())}
        </select><Icon shape=Shape::Down /></div>
    }
    .into_any()
}
