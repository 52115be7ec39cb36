//! Whose visits the day shows.

use std::collections::BTreeSet;

use leptos::prelude::*;

use super::Known;
use crate::components::live::{live, shown_when};
use crate::state::held::Held;
use crate::state::reader::say;

/// Whose visits are shown, where any was given to somebody.
#[component]
pub(super) fn GivenTo(held: Held, known: Memo<Option<Known>>) -> impl IntoView {
    let names = Memo::new(move |_| {
        known.with(|known| {
            let day = known.iter().flat_map(|known| known.day.due.iter().chain(&known.day.ahead));
            day.map(|visit| visit.assigned.clone())
                .filter(|name| !name.is_empty())
                .collect::<BTreeSet<String>>()
        })
    });
    // What stands in the menu: all, nobody, then names with a mark before them, so that no name is taken for one of these.
    let chosen = move || match held.given_to.get() {
        None => "all".to_owned(),
        Some(name) if name.is_empty() => "nobody".to_owned(),
        Some(name) => format!("={name}"),
    };
    let choose = move |value: String| {
        held.given_to.set(match &*value {
            "all" => None,
            "nobody" => Some(String::new()),
            name => name.strip_prefix('=').map(str::to_owned),
        });
    };
    shown_when(
        move || !names.with(BTreeSet::is_empty) || held.given_to.with(Option::is_some),
        move || {
            let option = move |name: String| {
                let (value, is_chosen) = (format!("={name}"), format!("={name}"));
                view! { <option value=value selected=live(move || chosen() == is_chosen)>{name}</option> }
            };
            view! {
                <label class="card-row">
                    <span>{say(|w| w.visits.who_goes)}</span>
                    <select class="field grow" data-filter="given-to" on:change:target=move |event| choose(event.target().value())>
                        <option value="all" selected=live(move || chosen() == "all")>{say(|w| w.visits.everybody)}</option>
                        <option value="nobody" selected=live(move || chosen() == "nobody")>{say(|w| w.visits.given_to_nobody)}</option>
                        {live(move || {
                            let mut all = names.get();
                            all.extend(held.given_to.get().filter(|name| !name.is_empty()));
                            all.into_iter().map(option).collect_view()
                        })}
                    </select>
                </label>
            }
            .into_any()
        },
    )
}
