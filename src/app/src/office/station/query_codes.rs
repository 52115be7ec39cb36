//! The query codes of a household: handed out to whoever is here with their card, printed on a slip, listed without the codes, and revoked.
//!
//! Kept here: number and code are in this page's memory alone, and go with it.

use leptos::prelude::*;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::dates::today;
use crate::components::entry::EntryErrors;
use crate::components::live::live;
use crate::office::desk::{Desk, use_desk};
use crate::office::field::{Field, Kind, Outcome, Submit, Told};
use crate::office::refusal::Refusal;
use crate::office::tell;
use crate::platform::{page as screen, timer};
use crate::state::keeping::now;

const NUMBER: &str = "query-number";

/// A code as it is listed: never itself.
#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(default)]
struct Known {
    id: String,
    made_at: i64,
    expires_at: i64,
    revoked_at: Option<i64>,
    by: Option<String>,
    of_ticket: bool,
}

#[derive(Deserialize)]
struct Listed {
    codes: Vec<Known>,
}

/// One that was handed out just now.
#[derive(Clone, PartialEq, Deserialize)]
struct Made {
    code: String,
    expires_at: i64,
}

/// The section on a household's page, for those who hand codes out.
#[component]
pub fn QueryCodes(case: String) -> impl IntoView {
    let desk = use_desk();
    let may = desk.user.with_untracked(|user| user.role == "station");
    may.then(|| section(desk, case))
}

fn section(desk: Desk, case: String) -> AnyView {
    let path = StoredValue::new(format!("/api/v1/cases/{case}/query-codes"));
    let (codes, made) = (RwSignal::new(Vec::<Known>::new()), RwSignal::new(None::<Made>));
    let number = RwSignal::new(String::new());
    let outcome = Outcome::new();
    let load = move || {
        timer::spawn(async move {
            match desk.ask::<Listed>("GET", &path.get_value(), None).await {
                Ok(listed) => drop(codes.try_set(listed.codes)),
                Err(refusal) => outcome.refused(refusal, field),
            }
        });
    };
    load();
    let make = move || {
        if !outcome.begin() {
            return;
        }
        let body = json!({"id_number": number.with_untracked(|number| number.trim().to_owned())});
        timer::spawn(async move {
            match desk.ask::<Made>("POST", &path.get_value(), Some(&body)).await {
                Ok(code) => {
                    outcome.done();
                    number.try_set(String::new());
                    made.try_set(Some(code));
                    load();
                }
                Err(refusal) if field(&refusal).is_some() => {
                    outcome.complain(NUMBER, |w| w.resident.wrong_number)
                }
                Err(refusal) => outcome.refused(refusal, field),
            }
        });
    };
    let revoke = move |id: String| {
        timer::spawn(async move {
            match desk.ask::<Json>("DELETE", &format!("/api/v1/query-codes/{id}"), Some(&json!({}))).await {
                Ok(_) => load(),
                Err(refusal) => outcome.refused(refusal, field),
            }
        });
    };
    let rows = move || codes.get().into_iter().map(|code| row(code, revoke)).collect::<Vec<_>>();
    view! {
        <section class="section" data-part="query-codes">
            <h2>{tell(|w| w.resident.codes)}</h2>
            <p class="soft">{tell(|w| w.resident.explained)}</p>
            {live(move || made.get().map(|code| slip(code, made)))}
            <EntryErrors wrong=outcome.wrong />
            <Told outcome />
            <form class="entry-form narrow" autocomplete="off" novalidate on:submit=move |event| {
                event.prevent_default();
                make();
            }>
                <Field id=NUMBER kind=Kind::Plain label=|w| w.resident.id_number hint=|w| w.resident.id_number_hint text=number wrong=outcome.wrong />
                <div class="actions">
                    <Submit outcome action="make-query-code" word=|w| w.resident.make busy=|w| w.loading />
                </div>
            </form>
            <ul class="records">{live(rows)}</ul>
        </section>
    }
    .into_any()
}

fn field(refusal: &Refusal) -> Option<&'static str> {
    (refusal.field()? == "id_number").then_some(NUMBER)
}

/// Shown this once, and printed alone.
fn slip(code: Made, made: RwSignal<Option<Made>>) -> AnyView {
    let Made { code, expires_at } = code;
    let until = day(expires_at);
    // As long as it is shown, the paper is the slip.
    screen::print_only(Some("slip"));
    on_cleanup(|| screen::print_only(None));
    view! {
        <div class="notice slip" role="status" data-query-code>
            <h3>{tell(|w| w.resident.slip)}</h3>
            <p class="slip-code figures" translate="no">{code}</p>
            <p>{tell(move |w| (w.resident.until)(&until))}</p>
            <p>{tell(|w| w.resident.slip_explained)}</p>
            <p class="slip-hint">{tell(|w| w.resident.once)}</p>
            <div class="actions">
                <button type="button" class="button" data-action="print-slip" on:click=move |_| screen::print()>{tell(|w| w.print)}</button>
                <button type="button" class="button" data-action="slip-done" on:click=move |_| made.set(None)>{tell(|w| w.resident.done)}</button>
            </div>
        </div>
    }
    .into_any()
}

fn row(code: Known, revoke: impl Fn(String) + Copy + 'static) -> AnyView {
    let Known { id, made_at, expires_at, revoked_at, by, of_ticket } = code;
    let (made, until, by) = (day(made_at), day(expires_at), by.unwrap_or_default());
    let is_over = expires_at <= now().ms;
    let is_good = revoked_at.is_none() && !is_over;
    let named = id.clone();
    view! {
        <li class="record" data-code=named>
            <span class="grow">{tell(move |w| match of_ticket {
                true => (w.resident.of_ticket)(&made),
                false => (w.resident.made)(&made, &by),
            })}</span>
            <span class="soft small">{tell(move |w| match (revoked_at.is_some(), is_over) {
                (true, _) => w.resident.revoked.to_owned(),
                (false, true) => w.resident.over.to_owned(),
                (false, false) => (w.resident.until)(&until),
            })}</span>
            {is_good.then(|| view! {
                <button type="button" class="button" data-action="revoke-query-code" on:click=move |_| revoke(id.clone())>{tell(|w| w.resident.revoke)}</button> })}
        </li>
    }
    .into_any()
}

/// The day of a moment, as this desk's clock has it.
fn day(ms: i64) -> String {
    today(doorstep_delivery::Moment { ms, ..now() }).to_string()
}
