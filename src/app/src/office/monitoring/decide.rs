//! A row that waits, beside whom it may be about: joined or kept apart.
//!
//! Kept here: both sides and the reasons are on the screen before anything is decided.

use std::collections::BTreeMap;

use leptos::prelude::*;
use serde_json::{Value as Json, json};

use super::super::desk::Desk;
use super::super::field::{Outcome, Told};
use super::super::station::{CASES, use_known};
use super::super::tell;
use super::wire::{Apart, Candidate, Row};
use crate::components::live::live;
use crate::platform::timer;
use crate::state::keeping::now;
use crate::state::reader::say;
use crate::words::when::when;

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
pub(super) fn Beside(desk: Desk, list: String, row: Row, #[prop(into)] done: Callback<i64>) -> impl IntoView {
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
    let Candidate { row: other, name, points, why, known, said, apart, .. } = candidate;
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
        {apart.map(was_apart)}
        <ul class="small soft">{why}</ul>
    }
}

/// That a person said before that they are not the same, who and when.
fn was_apart(apart: Apart) -> AnyView {
    let Apart { deed, at, by } = apart;
    let code = deed.clone();
    view! {
        <p class="notice warn small" data-apart=code>
            {tell(move |w| (w.monitoring.was_apart)(&deed))}
            " · " {say(move |w| when(at, now(), w))}
            {by.map(|by| view! { <span translate="no">" · " {by}</span> })}
        </p>
    }
    .into_any()
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
