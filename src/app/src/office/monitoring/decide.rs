//! What waits, beside whom it may be about: joined or kept apart, and taken back.
//!
//! Kept here: both sides and the reasons are on the screen before anything is decided.

use std::collections::BTreeMap;

use leptos::prelude::*;
use serde_json::{Value as Json, json};

use super::super::desk::Desk;
use super::super::field::{Outcome, Told};
use super::super::frame::{Awaited, Remote};
use super::super::station::{CASES, use_known};
use super::super::tell;
use super::pile::Pile;
use super::wire::{Candidate, Lists, Row, Waiting};
use crate::components::live::{Row as Shown, live, rows, shown_when};
use crate::platform::timer;

/// What is told of somebody, in this order, by the names that either side has.
const SHOWN: [(&str, &str); 7] = [
    ("name", "person"),
    ("birthday", "birthday"),
    ("phone", "phone"),
    ("town", "town"),
    ("village", "village"),
    ("address", "address"),
    ("difficulties", "difficulties"),
];

/// The rows that wait, of the newest list that has any.
#[component]
pub(super) fn Decide(desk: Desk, lists: Remote<Lists>, #[prop(into)] done: Callback<()>) -> impl IntoView {
    let found = Remote::<Waiting>::new();
    let pile = RwSignal::new(Pile::default());
    let list = Memo::new(move |_| {
        lists.value.with(|lists| {
            let mut all = lists.as_ref().map(|lists| lists.lists.clone()).unwrap_or_default().into_iter();
            all.find(|list| list.waiting > 0 && list.undone_at.is_none()).map(|list| (list.id, list.waiting))
        })
    });
    let named = move || list.get_untracked().map(|(list, _)| list).unwrap_or_default();
    let load = move || {
        let after = pile.with_untracked(Pile::last);
        let path = format!("/api/v1/monitoring/waiting?list={}&after={after}", named());
        found.load(async move { desk.ask("GET", &path, None).await });
    };
    Effect::new(move |_| {
        let told = list.get();
        let waits = told.is_some();
        if pile.try_update(|pile| pile.told(told)) == Some(true) && waits {
            load();
        }
    });
    Effect::new(move |_| {
        if let Some(page) = found.value.get() {
            pile.update(|pile| pile.came(page));
        }
    });
    // The row that was decided last can wait again.
    let last = RwSignal::new(None::<(String, i64)>);
    let decided = move |row: i64| {
        last.set(list.get_untracked().map(|(list, _)| (list, row)));
        if pile.try_update(|pile| pile.decided(row)) == Some(true) {
            load();
        }
        done.run(());
    };
    let all = move || {
        let list = named();
        let one = |row: Row| {
            let list = list.clone();
            Shown::new(format!("{list}/{}", row.row), move || view! { <Beside desk list row done=decided /> })
        };
        pile.with(|pile| pile.rows.iter().cloned().map(one).collect())
    };
    let waiting = move || pile.with(|pile| pile.waiting);
    view! {
        <section class="section" data-section="waiting">
            <h2>
                {tell(|w| w.monitoring.waiting)}
                {shown_when(move || { waiting() > 0 }, move || view! {
                    <span class="count">{live(move || waiting().to_string())}</span> }.into_any())}
            </h2>
            {live(move || last.get().map(|(list, row)| view! {
                <TakeBack desk list row done=move |()| { last.set(None); done.run(()); } /> }))}
            {shown_when(move || lists.is_here() && list.get().is_none(), || view! {
                <p class="empty" data-none="waiting">{tell(|w| w.monitoring.waiting_none)}</p> }.into_any())}
            <ul>{rows(all)}</ul>
            <Awaited remote=found again=move |()| load() />
            {shown_when(move || pile.with(|pile| pile.more), move || view! {
                <button type="button" class="button" data-action="more-waiting" on:click=move |_| load()>
                    {tell(|w| w.monitoring.more_rows)}
                </button> }.into_any())}
        </section>
    }
}

/// Sends a decision.
pub(super) fn send(desk: Desk, outcome: Outcome, body: Json, done: impl FnOnce() + 'static) {
    if outcome.begin() {
        timer::spawn(async move {
            match desk.ask::<Json>("POST", "/api/v1/monitoring/decide", Some(&body)).await {
                Ok(_) => {
                    outcome.done();
                    done();
                }
                Err(refusal) => outcome.refused(refusal, |_| None),
            }
        });
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

/// What decides for somebody.
fn decision(list: &str, row: i64, candidate: Option<&Candidate>) -> Json {
    let mut body = json!({"list": list, "row": row});
    match candidate {
        None => body["apart"] = true.into(),
        Some(Candidate { case: Some(case), .. }) => body["case"] = case.as_str().into(),
        Some(Candidate { row, .. }) => body["same_as"] = json!(row),
    }
    body
}

#[component]
fn Beside(desk: Desk, list: String, row: Row, #[prop(into)] done: Callback<i64>) -> impl IntoView {
    let outcome = Outcome::new();
    let number = row.row;
    let decide = move |body: Json| {
        send(desk, outcome, body, move || {
            done.try_run(number);
        });
    };
    let sides: Vec<_> = row
        .candidates
        .iter()
        .map(|candidate| {
            let body = decision(&list, number, Some(candidate));
            let points = candidate.points;
            let is_there = candidate.known.is_some() || candidate.said.is_some();
            let candidate = candidate.clone();
            view! {
                <section class="side" data-points=points>
                    <Side candidate />
                    {is_there.then(|| view! {
                        <button type="button" class="button" data-action="merge" disabled=live(move || outcome.busy.get())
                            on:click=move |_| decide(body.clone())>
                            {tell(|w| w.monitoring.merge)}
                        </button> })}
                </section>
            }
        })
        .collect();
    let apart = decision(&list, number, None);
    view! {
        <li class="card" data-row=number>
            <div class="sides">
                <Listed row=number said=row.said />
                {sides}
            </div>
            <Told outcome />
            <div class="actions">
                <button type="button" class="button" data-action="apart" disabled=live(move || outcome.busy.get())
                    on:click=move |_| decide(apart.clone())>
                    {tell(|w| w.monitoring.apart)}
                </button>
            </div>
        </li>
    }
}

/// The side of the list: a row, and what it says.
#[component]
pub(super) fn Listed(row: i64, said: BTreeMap<String, String>) -> impl IntoView {
    view! {
        <section class="side">
            <p><strong>{tell(|w| w.monitoring.listed)}</strong> " · " {tell(move |w| (w.monitoring.row)(row))}</p>
            <Facts said />
        </section>
    }
}

/// One whom a row may be about, or is: what is known, and why.
#[component]
pub(super) fn Side(candidate: Candidate) -> impl IntoView {
    let Candidate { row: other, name, points, why, known, said, .. } = candidate;
    let why: Vec<_> = why
        .into_iter()
        .map(|why| {
            let code = why.clone();
            view! { <li data-why=code>{tell(move |w| (w.monitoring.why)(&why))}</li> }
        })
        .collect();
    // Of a household it may be somebody else than the one by whom it goes.
    let is_other =
        known.as_ref().is_some_and(|known| known.get("person").is_some_and(|person| *person != name));
    let member = (is_other && !name.is_empty()).then(
        || view! { <p translate="no" data-member="true">{tell(move |w| (w.monitoring.member)(&name))}</p> },
    );
    view! {
        <p>
            <strong>{tell(move |w| other.map_or_else(|| w.monitoring.is_known.to_owned(), |row| (w.monitoring.other_row)(row)))}</strong>
            " · " {tell(move |w| (w.monitoring.points)(points))}
        </p>
        {match known.or(said) {
            Some(known) => view! { <Facts said=known /> }.into_any(),
            None => view! { <p class="soft">{tell(|w| w.monitoring.gone)}</p> }.into_any(),
        }}
        {member}
        <ul class="small soft">{why}</ul>
    }
}

/// What is told of somebody, codes by their words.
#[component]
fn Facts(said: BTreeMap<String, String>) -> impl IntoView {
    let dictionary = use_known();
    let rows: Vec<_> = SHOWN
        .iter()
        .filter_map(|(field, property)| {
            let value = said.get(*field).or_else(|| said.get(*property)).filter(|value| !value.is_empty())?;
            let value = value.clone();
            Some(view! {
            <div class="fact" data-property=*field>
                <dt>{tell(move |w| (w.monitoring.field)(field))}</dt>
                <dd class="words" translate="no">{live(move || dictionary.say(CASES, property, &value))}</dd>
            </div> })
        })
        .collect();
    view! { <dl class="facts small">{rows}</dl> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decision_names_a_household_a_row_or_nobody() {
        let case = Candidate { case: Some("c".into()), ..Candidate::default() };
        let row = Candidate { row: Some(4), ..Candidate::default() };
        assert_eq!(decision("l", 3, Some(&case)), json!({"list": "l", "row": 3, "case": "c"}));
        assert_eq!(decision("l", 3, Some(&row)), json!({"list": "l", "row": 3, "same_as": 4}));
        assert_eq!(decision("l", 3, None), json!({"list": "l", "row": 3, "apart": true}));
    }
}
