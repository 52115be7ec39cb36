//! Lists that were brought in, each to be taken back.
//!
//! Kept here: a card stays while its counts change, so that what is open in it stays open.

use leptos::prelude::*;
use serde_json::{Value as Json, json};

use super::super::desk::Desk;
use super::super::field::{Outcome, Told};
use super::super::frame::Remote;
use super::super::tell;
use super::row_by_row::{Joined, RefusedOnes};
use super::wire::{List, Lists};
use crate::components::live::{Row, live, rows, shown_when};
use crate::platform::timer;
use crate::state::keeping::now;
use crate::state::reader::say;
use crate::words::when::when;

/// All of them.
#[component]
pub(super) fn ListsSection(
    desk: Desk,
    lists: Remote<Lists>,
    #[prop(into)] done: Callback<()>,
) -> impl IntoView {
    let undone = RwSignal::new(None::<(u64, u64)>);
    let all =
        move || lists.value.with(|lists| lists.as_ref().map(|lists| lists.lists.clone()).unwrap_or_default());
    let told = move |(removed, kept): (u64, u64)| {
        undone.set(Some((removed, kept)));
        done.run(());
    };
    let cards = move || {
        let card = |first: List| {
            let id = first.id.clone();
            Row::new(id.clone(), move || {
                let now = Memo::new(move |before: Option<&List>| {
                    let found = all().into_iter().find(|list| list.id == id);
                    found.or_else(|| before.cloned()).unwrap_or_else(|| first.clone())
                });
                view! { <Card desk list=now done=told changed=done /> }
            })
        };
        all().into_iter().map(card).collect()
    };
    view! {
        <section class="section" data-section="monitoring-lists">
            <h2>{tell(|w| w.monitoring.lists)}</h2>
            {live(move || undone.get().map(|(removed, kept)| view! {
                <p class="notice" role="status" data-removed=removed>{tell(move |w| (w.monitoring.undone)(removed, kept))}</p> }))}
            {shown_when(move || lists.is_here() && all().is_empty(), || view! {
                <p class="empty" data-none="monitoring-lists">{tell(|w| w.monitoring.lists_none)}</p> }.into_any())}
            <ul>{rows(cards)}</ul>
        </section>
    }
}

#[component]
fn Card(
    desk: Desk,
    list: Memo<List>,
    #[prop(into)] done: Callback<(u64, u64)>,
    /// A row of it became something else.
    changed: Callback<()>,
) -> impl IntoView {
    let outcome = Outcome::new();
    let sure = RwSignal::new(false);
    let List { id, at, by, name, .. } = list.get_untracked();
    let of = StoredValue::new(id.clone());
    let asked = StoredValue::new(json!({"list": id}));
    let is_undone = move || list.with(|list| list.undone_at.is_some());
    let counts = move || list.with(|list| [list.joined, list.same, list.waiting, list.leads]);
    // Rows that were looked at stay to be looked at, though the last of them was taken out.
    let has_joined = Memo::new(move |before: Option<&bool>| {
        before.copied().unwrap_or(false) || list.with(|list| list.joined > 0)
    });
    let undo = move || {
        if !sure.get_untracked() {
            return sure.set(true);
        }
        if outcome.begin() {
            timer::spawn(async move {
                let body = asked.try_get_value().unwrap_or_default();
                match desk.ask::<Json>("POST", "/api/v1/monitoring/undo", Some(&body)).await {
                    Ok(told) => {
                        outcome.done();
                        let count = |name: &str| told[name].as_u64().unwrap_or(0);
                        done.try_run((count("leads_removed"), count("leads_kept")));
                    }
                    Err(refusal) => outcome.refused(refusal, |_| None),
                }
            });
        }
    };
    view! {
        <li class="card" data-list=id>
            <div class="card-row wrap">
                <strong class="grow">
                    {name.map(|name| view! { <span translate="no" data-name="true">{name}</span> " · " })}
                    {say(move |w| when(at, now(), w))}
                </strong>
                <span class="soft" translate="no">{by}</span>
                {shown_when(is_undone, || view! { <span class="state">{tell(|w| w.monitoring.is_undone)}</span> }.into_any())}
            </div>
            {shown_when(move || !is_undone(), move || view! {
                <p class="small">{tell(move |w| (w.monitoring.counts)(counts()))}</p>
                {shown_when(move || sure.get(), || view! {
                    <p class="notice danger" role="alert">{tell(|w| w.monitoring.undo_sure)}</p> }.into_any())}
                {shown_when(move || has_joined.get(), move || view! {
                    <Joined desk list=of.get_value() count=Signal::derive(move || list.with(|list| list.joined)) done=changed /> }.into_any())}
                {shown_when(move || list.with(|list| list.refused > 0), move || view! {
                    <RefusedOnes desk list=of.get_value() count=list.with_untracked(|list| list.refused) elsewhere=list.with_untracked(|list| list.elsewhere) /> }.into_any())}
                <Told outcome />
                <div class="actions">
                    <button type="button" class="button" data-action="undo-list" disabled=live(move || outcome.busy.get())
                        on:click=move |_| undo()>
                        {tell(|w| w.monitoring.undo)}
                    </button>
                </div> }.into_any())}
        </li>
    }
}
