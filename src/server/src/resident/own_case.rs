//! `POST /api/v1/own-case` `{"id_number", "code"}`: what becomes of the case of whoever stands at a kiosk.
//!
//! Kept here: counted before it is looked at, by number and by kiosk, and locked after a few wrong ones; a number that nobody has and a code that is wrong
//! take the same way to the same answer; noted before it is shown, with the case's id and the kiosk's and nothing of a person.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use doorstep_delivery::query_code;
use doorstep_engine::expr::functions::identity::normalized;
use serde::Deserialize;

use super::CASES;
use super::told::told;
use crate::Shared;
use crate::answer::{Refusal, json as answer};
use crate::listen::now_ms;
use crate::store::Subject;
use crate::who::audit::Event;
use crate::who::caller::Caller;
use crate::who::rights::{Deed, Place};
use crate::who::routes::Json;

/// So many wrong ones for one number, and it is locked for so long.
const BY_PERSON: (i64, i64) = (5, 60 * 60_000);
/// So many at one kiosk, whoever tried.
const BY_DEVICE: (i64, i64) = (15, 15 * 60_000);

/// What is typed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Proof {
    id_number: String,
    code: String,
}

pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Json(typed): Json<Proof>,
) -> Result<Response, Refusal> {
    let (who, store) = (&shared.who, &shared.store);
    caller.may(who, Deed::ServeResident, Place::at(&caller.standing.area)).await?;
    let now = now_ms();
    // The same of any text, so that what is no number has no other way than a wrong one.
    let person = who.id_key(&normalized(&typed.id_number));
    let device = caller.device().unwrap_or_default().to_owned();
    let subject = |name: &str, (most, locked_ms)| Subject { name: name.to_owned(), most, locked_ms };
    let subjects = [subject(&person, BY_PERSON), subject(&device, BY_DEVICE)];
    if let Some(ms) = store.count_query_try(&subjects, now).await? {
        who.note(&caller.entry(Event::OwnCaseRefused)).await?;
        let seconds = u64::try_from(ms).unwrap_or(0).div_ceil(1_000);
        let reason = "too many wrong tries: ask at the desk, or come again later";
        return Err(Refusal::new(StatusCode::TOO_MANY_REQUESTS, "locked", reason).retry_after(seconds.max(1)));
    }
    let proof = query_code::proof(&typed.id_number, &typed.code).unwrap_or_default();
    let case = store.case_proved(&who.query_key(&proof), now).await?.unwrap_or_default();
    let known = store.known_entities(CASES, &[&case]).await?.remove(&case);
    // A kiosk serves its own area: a case elsewhere is for that area's. One that belongs to a wider area lies in it as far as anybody knows.
    let here = caller.standing.area.code();
    let known = known.filter(|case| case.area.starts_with(here) || here.starts_with(&*case.area));
    let Some(known) = known else {
        who.note(&caller.entry(Event::OwnCaseRefused)).await?;
        let reason = "number and code do not go together, or the code is over";
        return Err(Refusal::new(StatusCode::FORBIDDEN, "not_proved", reason));
    };
    store.query_try_was_right(&person, &device).await?;
    who.note(&caller.entry(Event::OwnCaseShown).to(&known.id)).await?;
    let related = store.related_entities(CASES, &known.id, "").await?;
    Ok(answer(StatusCode::OK, &told(&known, &related, &shared.office.dictionary)))
}
