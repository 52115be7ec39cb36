//! What waits for a person, list by list, and what was decided last, to be taken back.
//!
//! Kept here: a list's rows are shown for as long as any of them waits, whatever other lists come in.

use leptos::prelude::*;
use serde_json::json;

use super::super::desk::Desk;
use super::super::field::{Outcome, Told};
use super::super::frame::{Awaited, Remote};
use super::super::tell;
use super::decide::{Beside, send};
use super::pile::Pile;
use super::wire::{List, Lists, Row, Waiting};
use crate::components::live::{Row as Shown, live, rows, shown_when};
use crate::state::keeping::now;
use crate::state::reader::say;
use crate::words::when::when;

/// The row that was decided last: it can wait again.
type Last = RwSignal<Option<(String, i64)>>;

/// The rows that wait, of every list.
#[component]
pub(super) fn WaitingSection(
    desk: Desk,
    lists: Remote<Lists>,
    #[prop(into)] done: Callback<()>,
) -> impl IntoView {
    let last: Last = RwSignal::new(None);
    let waiting =
        Memo::new(move |_| lists.value.with(|lists| lists.as_ref().map(Lists::waiting).unwrap_or_default()));
    let count = move || waiting.with(|lists| lists.iter().map(|list| list.waiting).sum::<i64>());
    let each = move || {
        let one = |first: List| {
            let id = first.id.clone();
            Shown::new(id.clone(), move || {
                let now = Memo::new(move |before: Option<&List>| {
                    let found = waiting.get().into_iter().find(|list| list.id == id);
                    found.or_else(|| before.cloned()).unwrap_or_else(|| first.clone())
                });
                view! { <OfList desk list=now last done /> }
            })
        };
        waiting.get().into_iter().map(one).collect()
    };
    view! {
        <section class="section" data-section="waiting">
            <h2>
                {tell(|w| w.monitoring.waiting)}
                {shown_when(move || { count() > 0 }, move || view! {
                    <span class="count">{live(move || count().to_string())}</span> }.into_any())}
            </h2>
            {live(move || last.get().map(|(list, row)| view! {
                <TakeBack desk list row done=move |()| { last.set(None); done.run(()); } /> }))}
            {shown_when(move || lists.is_here() && waiting.with(Vec::is_empty), || view! {
                <p class="empty" data-none="waiting">{tell(|w| w.monitoring.waiting_none)}</p> }.into_any())}
            {rows(each)}
        </section>
    }
}

/// The rows of one list that wait.
#[component]
fn OfList(desk: Desk, list: Memo<List>, last: Last, done: Callback<()>) -> impl IntoView {
    let found = Remote::<Waiting>::new();
    let pile = RwSignal::new(Pile::default());
    let List { id, at, by, name, .. } = list.get_untracked();
    let id = StoredValue::new(id);
    let load = move || {
        let after = pile.with_untracked(Pile::last);
        let path = id.with_value(|id| format!("/api/v1/monitoring/waiting?list={id}&after={after}"));
        found.load(async move { desk.ask("GET", &path, None).await });
    };
    Effect::new(move |_| {
        let told = list.with(|list| (list.id.clone(), list.waiting));
        if pile.try_update(|pile| pile.told(Some(told))) == Some(true) {
            load();
        }
    });
    Effect::new(move |_| {
        if let Some(page) = found.value.get() {
            pile.update(|pile| pile.came(page));
        }
    });
    let decided = move |row: i64| {
        last.set(Some((id.get_value(), row)));
        if pile.try_update(|pile| pile.decided(row)) == Some(true) {
            load();
        }
        done.run(());
    };
    let all = move || {
        let one = |row: Row| {
            let list = id.get_value();
            Shown::new(row.row, move || view! { <Beside desk list row done=decided /> })
        };
        pile.with(|pile| pile.rows.iter().cloned().map(one).collect())
    };
    view! {
        <section data-waits=id.get_value()>
            <h3>
                {name.map(|name| view! { <span translate="no">{name}</span> " · " })}
                {say(move |w| when(at, now(), w))}
                {by.map(|by| view! { <span translate="no">" · " {by}</span> })}
                <span class="count">{live(move || pile.with(|pile| pile.waiting).to_string())}</span>
            </h3>
            <ul>{rows(all)}</ul>
            <Awaited remote=found again=move |()| load() />
            {shown_when(move || pile.with(|pile| pile.more), move || view! {
                <button type="button" class="button" data-action="more-waiting" on:click=move |_| load()>
                    {tell(|w| w.monitoring.more_rows)}
                </button> }.into_any())}
        </section>
    }
}

#[component]
fn TakeBack(desk: Desk, list: String, row: i64, #[prop(into)] done: Callback<()>) -> impl IntoView {
    let outcome = Outcome::new();
    let body = json!({"list": list, "row": row, "undo": true});
    let back = move |_| {
        send(desk, outcome, body.clone(), move || {
            done.try_run(());
        });
    };
    view! {
        <div class="notice" role="status" data-decided=row>
            <p>{tell(|w| w.monitoring.decided)} " " {tell(move |w| (w.monitoring.row)(row))}</p>
            <Told outcome />
            <div class="actions">
                <button type="button" class="button" data-action="take-back" on:click=back>
                    {tell(|w| w.monitoring.take_back)}
                </button>
            </div>
        </div>
    }
}
