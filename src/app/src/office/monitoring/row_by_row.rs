//! The rows of a list one by one: those that were joined without anybody being asked, each to be taken out again; and those that were not taken in.

use leptos::prelude::*;
use serde_json::json;

use super::super::desk::Desk;
use super::super::field::{Outcome, Told};
use super::super::frame::{Awaited, Remote};
use super::super::tell;
use super::beside::Sides;
use super::decide::send;
use super::wire::{RefusedRows, Row, Waiting, Wrong};
use crate::components::live::{Row as Shown, live, rows as shown_rows, shown_when};

/// The rows that were joined, a page after the other, once somebody wants to see them.
#[component]
pub(super) fn Joined(desk: Desk, list: String, count: Signal<i64>, done: Callback<()>) -> impl IntoView {
    let found = Remote::<Waiting>::new();
    let rows = RwSignal::new(Vec::<Row>::new());
    let asked = RwSignal::new(false);
    let list = StoredValue::new(list);
    let load = move || {
        let after = rows.with_untracked(|rows| rows.last().map_or(0, |row| row.row));
        let path = list
            .with_value(|list| format!("/api/v1/monitoring/waiting?list={list}&state=joined&after={after}"));
        found.load(async move { desk.ask("GET", &path, None).await });
    };
    Effect::new(move |_| {
        let came =
            found.value.with(|found| found.as_ref().map(|found| found.rows.clone()).unwrap_or_default());
        let last = rows.with_untracked(|rows| rows.last().map_or(0, |row| row.row));
        rows.update(|rows| rows.extend(came.into_iter().filter(|row| row.row > last)));
    });
    let open = move |_| {
        if !asked.get_untracked() {
            asked.set(true);
            load();
        }
    };
    let more = move || found.value.with(|found| found.as_ref().is_some_and(|found| found.more));
    view! {
        <details data-joined-rows=live(move || count.get().to_string()) on:toggle=open>
            <summary>{tell(move |w| (w.monitoring.row_by_row)(count.get()))}</summary>
            <Awaited remote=found again=move |()| load() />
            <ul>{shown_rows(move || {
                let one = |row: Row| Shown::new(row.row, move || view! { <One desk list=list.get_value() row done /> });
                rows.get().into_iter().map(one).collect()
            })}</ul>
            {shown_when(more, move || view! {
                <button type="button" class="button" data-action="more-rows" on:click=move |_| load()>
                    {tell(|w| w.monitoring.more_rows)}
                </button> }.into_any())}
        </details>
    }
}

#[component]
fn One(desk: Desk, list: String, row: Row, done: Callback<()>) -> impl IntoView {
    let (outcome, out) = (Outcome::new(), RwSignal::new(false));
    let number = row.row;
    let body = StoredValue::new(json!({"list": list, "row": number, "undo": true}));
    let take_out = move |_| {
        send(desk, outcome, body.get_value(), move || {
            out.try_set(true);
            done.try_run(());
        });
    };
    view! {
        <li class="card" data-row=number>
            <Sides row below=|_| ().into_any() />
            <Told outcome />
            {live(move || match out.get() {
                true => view! { <p class="notice" role="status">{tell(|w| w.monitoring.waits_again)}</p> }.into_any(),
                false => view! {
                    <div class="actions">
                        <button type="button" class="button" data-action="take-out" disabled=live(move || outcome.busy.get()) on:click=take_out>
                            {tell(|w| w.monitoring.not_the_same)}
                        </button>
                    </div> }.into_any(),
            })}
        </li>
    }
}

/// The rows that were not taken in: those of other areas, in which nothing is wrong, and those with what is wrong.
#[component]
pub(super) fn RefusedOnes(desk: Desk, list: String, count: i64, elsewhere: i64) -> impl IntoView {
    let found = Remote::<RefusedRows>::new();
    let asked = RwSignal::new(false);
    let path = StoredValue::new(format!("/api/v1/monitoring/refused?list={list}"));
    let load = move || {
        let path = path.get_value();
        found.load(async move { desk.ask("GET", &path, None).await });
    };
    let open = move |_| {
        if !asked.get_untracked() {
            asked.set(true);
            load();
        }
    };
    let rows = move || {
        apart(found.value.with(|found| found.as_ref().map(|found| found.refused.clone()).unwrap_or_default()))
    };
    let broken = count - elsewhere;
    view! {
        {(elsewhere > 0).then(|| view! {
            <details data-elsewhere-kept=elsewhere on:toggle=open>
                <summary>{tell(move |w| (w.monitoring.elsewhere)(elsewhere.unsigned_abs()))}</summary>
                <Awaited remote=found again=move |()| load() />
                {live(move || view! { <WrongRows rows=rows().0 /> })}
            </details> })}
        {(broken > 0).then(|| view! {
            <details data-refused-kept=broken on:toggle=open>
                <summary>{tell(move |w| (w.monitoring.refused)(broken.unsigned_abs()))}</summary>
                <Awaited remote=found again=move |()| load() />
                {live(move || view! { <WrongRows rows=rows().1 /> })}
            </details> })}
    }
}

/// Rows that were not taken in: those of other areas, and those in which something is wrong.
pub(super) fn apart(refused: Vec<Wrong>) -> (Vec<Wrong>, Vec<Wrong>) {
    refused.into_iter().partition(|wrong| wrong.reason == "elsewhere")
}

/// Rows with what is said of each.
#[component]
pub(super) fn WrongRows(rows: Vec<Wrong>) -> impl IntoView {
    let rows: Vec<_> = rows.into_iter().map(|wrong| view! { <WrongRow wrong /> }).collect();
    view! { <ul class="small">{rows}</ul> }
}

/// What is wrong with a row.
#[component]
fn WrongRow(wrong: Wrong) -> impl IntoView {
    let Wrong { row, column, reason } = wrong;
    view! {
        <li class="fact" data-row=row>
            <span>{tell(move |w| (w.monitoring.row)(row))}</span>
            " · " <span translate="no">{column}</span> " · "
            <span class="bad-words">{tell(move |w| (w.monitoring.reason)(&reason))}</span>
        </li>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_other_areas_are_not_among_the_wrong_ones() {
        let wrong = |row, reason: &str| Wrong { row, reason: reason.into(), ..Wrong::default() };
        let (elsewhere, broken) = apart(vec![wrong(2, "elsewhere"), wrong(3, "day"), wrong(4, "elsewhere")]);
        let rows = |all: &[Wrong]| all.iter().map(|wrong| wrong.row).collect::<Vec<_>>();
        assert_eq!((rows(&elsewhere), rows(&broken)), (vec![2, 4], vec![3]));
    }
}
