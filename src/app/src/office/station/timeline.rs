//! The versions of an entity, the newest first: when, by which form or what the office did, by whom, and what is other than before; and between them
//! what monitoring lists say of it.

use leptos::prelude::*;

use super::ask::CASES;
use super::change::{Change, Entry, Listed, Version};
use super::known::Known;
use crate::components::live::live;
use crate::office::tell;
use crate::state::keeping::now;
use crate::state::reader::{say, use_reader};
use crate::words::when::when;

/// All of them, given the oldest first.
#[component]
pub fn Versions(entries: Vec<Entry>, list: &'static str, known: Known) -> impl IntoView {
    let entry = |entry| match entry {
        Entry::Version(version) => row(version, list, known),
        Entry::Listed(row) => view! { <Joined row known /> }.into_any(),
    };
    let rows: Vec<_> = entries.into_iter().rev().map(entry).collect();
    view! { <ol class="section versions">{rows}</ol> }
}

fn row(version: Version, list: &'static str, known: Known) -> AnyView {
    let changes = version.changes();
    let none = changes.is_empty();
    let Version { version: number, at, form, office, by, .. } = version;
    let reader = use_reader();
    let said_by = match (form, office) {
        (Some(form), _) => live(move || form.title.or(&form.id, reader.language()).to_owned()).into_any(),
        (None, Some(deed)) => tell(move |w| (w.station.office_deed)(&deed)).into_any(),
        (None, None) => tell(|w| w.station.by_office).into_any(),
    };
    let rows: Vec<_> = changes.into_iter().map(|change| changed(change, list, known)).collect();
    view! {
        <li class="card" data-version=number>
            <div class="card-row wrap">
                <strong class="grow">{said_by}</strong>
                <span class="soft small">
                    {at.map(|at| say(move |w| when(at, now(), w)))}
                    {by.map(|by| view! { <span translate="no">" · " {by}</span> })}
                    " · " {tell(move |w| (w.version_number)(number))}
                </span>
            </div>
            {none.then(|| view! { <p class="soft small">{tell(|w| w.station.changed_nothing)}</p> })}
            <dl class="changes small">{rows}</dl>
        </li>
    }
    .into_any()
}

/// What a monitoring list says of a household: which list, since when it is about it, who brought it in and who joined it, or that nobody had to.
#[component]
pub fn Joined(row: Listed, known: Known) -> impl IntoView {
    let since = row.since();
    let Listed { row, state, by, name, decided_by, said, .. } = row;
    let name = name.unwrap_or_default();
    let by_itself = state == "joined" && decided_by.is_none();
    view! {
        <li class="card" data-listed=row>
            <div class="card-row wrap">
                <strong class="grow">{tell(move |w| (w.monitoring.of_list)(&state, row, &name))}</strong>
                <span class="soft small">
                    {say(move |w| when(since, now(), w))}
                    {by.map(|by| view! { <span translate="no">" · " {tell(move |w| (w.monitoring.brought_by)(&by))}</span> })}
                    {decided_by.map(|by| view! { <span translate="no">" · " {tell(move |w| (w.monitoring.decided_by)(&by))}</span> })}
                    {by_itself.then(|| view! { <span>" · " {tell(|w| w.monitoring.by_itself)}</span> })}
                </span>
            </div>
            {facts(CASES, said, known)}
        </li>
    }
}

fn changed(change: Change, list: &'static str, known: Known) -> AnyView {
    let Change { name, before, after } = change;
    let (called, of_before, of_after) = (name.clone(), name.clone(), name.clone());
    let had = !before.is_empty();
    let has = !after.is_empty();
    view! {
        <div class="change" data-property=name>
            <dt>{live(move || known.called(list, &called))}</dt>
            <dd>
                {had.then(|| view! { <del>{value_words(list, of_before, before, known)}</del> " → " })}
                {match has {
                    true => view! { <ins>{value_words(list, of_after, after, known)}</ins> }.into_any(),
                    false => view! { <span class="soft">{tell(|w| w.station.taken_away)}</span> }.into_any(),
                }}
            </dd>
        </div>
    }
    .into_any()
}

/// What is said of an entity, property by property.
pub fn facts(list: &'static str, said: impl IntoIterator<Item = (String, String)>, known: Known) -> AnyView {
    let rows: Vec<_> = said
        .into_iter()
        .map(|(name, value)| {
            let (called, property) = (name.clone(), name.clone());
            view! {
                <div class="fact" data-property=name>
                    <dt>{live(move || known.called(list, &called))}</dt>
                    <dd class="words">{value_words(list, property, value, known)}</dd>
                </div>
            }
        })
        .collect();
    view! { <dl class="facts small">{rows}</dl> }.into_any()
}

/// A property's value in words. Who consented is a code and a name in one.
pub fn value_words(list: &'static str, property: String, value: String, known: Known) -> AnyView {
    if property != "consent_by" {
        return live(move || known.say(list, &property, &value)).into_any();
    }
    tell(move |w| {
        let (who, name) = value.split_once(' ').unwrap_or((&value, ""));
        (w.station.consent_by)(who)
            .map_or_else(|| value.clone(), |who| format!("{who} {name}").trim_end().to_owned())
    })
    .into_any()
}
