//! Lists that were brought in, each to be taken back.

use leptos::prelude::*;
use serde_json::{Value as Json, json};

use super::super::desk::Desk;
use super::super::field::{Outcome, Told};
use super::super::frame::Remote;
use super::super::tell;
use super::row_by_row::{Joined, RefusedOnes};
use super::wire::{List, Lists};
use crate::components::live::{live, shown_when};
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
    let told = move |(removed, kept)| {
        undone.set(Some((removed, kept)));
        done.run(());
    };
    view! {
        <section class="section" data-section="monitoring-lists">
            <h2>{tell(|w| w.monitoring.lists)}</h2>
            {live(move || undone.get().map(|(removed, kept)| view! {
                <p class="notice" role="status" data-removed=removed>{tell(move |w| (w.monitoring.undone)(removed, kept))}</p> }))}
            {shown_when(move || lists.is_here() && all().is_empty(), || view! {
                <p class="empty" data-none="monitoring-lists">{tell(|w| w.monitoring.lists_none)}</p> }.into_any())}
            <ul>{live(move || all().into_iter().map(|list| view! { <Card desk list done=told changed=done /> }).collect::<Vec<_>>())}</ul>
        </section>
    }
}

#[component]
fn Card(
    desk: Desk,
    list: List,
    #[prop(into)] done: Callback<(u64, u64)>,
    /// A row of it became something else.
    changed: Callback<()>,
) -> impl IntoView {
    let outcome = Outcome::new();
    let sure = RwSignal::new(false);
    let List { id, at, by, undone_at, joined, same, waiting, leads, refused } = list;
    let of = id.clone();
    let asked = StoredValue::new(json!({"list": id}));
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
                <strong class="grow">{say(move |w| when(at, now(), w))}</strong>
                <span class="soft" translate="no">{by}</span>
                {undone_at.map(|_| view! { <span class="state">{tell(|w| w.monitoring.is_undone)}</span> })}
            </div>
            {undone_at.is_none().then(|| view! {
                <p class="small">{tell(move |w| (w.monitoring.counts)([joined, same, waiting, leads]))}</p>
                {shown_when(move || sure.get(), || view! {
                    <p class="notice danger" role="alert">{tell(|w| w.monitoring.undo_sure)}</p> }.into_any())}
                {(joined > 0).then(|| view! { <Joined desk list=of.clone() count=joined done=changed /> })}
                {(refused > 0).then(|| view! { <RefusedOnes desk list=of.clone() count=refused /> })}
                <Told outcome />
                <div class="actions">
                    <button type="button" class="button" data-action="undo-list" disabled=live(move || outcome.busy.get())
                        on:click=move |_| undo()>
                        {tell(|w| w.monitoring.undo)}
                    </button>
                </div> })}
        </li>
    }
}
