//! A row that waits, beside whom it may be about: joined or kept apart.
//!
//! Kept here: both sides and the reasons are on the screen before anything is decided.

use leptos::prelude::*;
use serde_json::{Value as Json, json};

use super::super::desk::Desk;
use super::super::field::{Outcome, Told};
use super::super::tell;
use super::beside::Sides;
use super::wire::{Candidate, Row};
use crate::components::live::live;
use crate::platform::timer;

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
    let apart = decision(&list, number, None);
    let below =
        move |candidate: Candidate| {
            let body = decision(&list, number, Some(&candidate));
            let is_there = candidate.known.is_some() || candidate.said.is_some();
            let button = is_there.then(|| view! {
            <button type="button" class="button" data-action="merge" disabled=live(move || outcome.busy.get())
                on:click=move |_| decide(body.clone())>
                {tell(|w| w.monitoring.merge)}
            </button> });
            button.into_any()
        };
    view! {
        <li class="card" data-row=number>
            <Sides row below />
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
