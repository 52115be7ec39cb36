//! Another content under a taken id: a draft that was carried to a second phone and finished on both is one id with two of them. The first that came is the
//! submission; the others are kept aside, whole, until the office takes them in as submissions of their own or leaves them out.
//!
//! Kept here: an id is accepted once, with one hash. Who sent the other one is told that the office has it, and gets a receipt only once it is in, for the very id
//! and hash that were sent, naming the id under which it was accepted. Nothing is taken out of the database, whatever is decided; and no decision or look goes unnoted.

mod beside;
mod successor;

use std::sync::Arc;

use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use doorstep_delivery::Uuid;
use doorstep_delivery::sealed::Sealed;
use serde_json::{Value as Json, json};

use crate::answer::{Refusal, json as answer};
use crate::api::wrong_method;
use crate::intake::{self, Acceptance, accepted, id_taken};
use crate::listen::now_ms;
use crate::off_thread::off_thread;
use crate::store::{Aside, AsideBody, AsideDecision as Decision, Row, own_id_aside};
use crate::who::audit::{Entry, Event};
use crate::who::caller::Caller;
use crate::who::rights::{Area, Deed, Place};
use crate::who::routes::{asked, unknown};
use crate::{Shared, metrics};

/// So many are on a page: each is read twice against its form.
const PAGE: i64 = 20;
/// Whoever sent it need not ask more often than this: seconds.
const PATIENCE: u64 = 3_600;

/// All of it.
pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/api/v1/aside", get(list).fallback(wrong_method))
        .route("/api/v1/aside/{id}/take-in", post(take_in).fallback(wrong_method))
        .route("/api/v1/aside/{id}/leave-out", post(leave_out).fallback(wrong_method))
}

/// Keeps what came under an id that another submission has. It was checked as any submission is, and its files are here. `came` is what was sent, if that is not the body.
pub(crate) async fn keep(
    shared: &Shared,
    sealed: &Sealed,
    row: &Row<'_>,
    came: Option<&[u8]>,
    sent: String,
) -> Result<Acceptance, Refusal> {
    if !shared.store.has_room_aside(row.id).await? {
        return Err(id_taken());
    }
    let own = own_id_aside(sealed.id, row.content_hash);
    let (user, device) = (row.sender.user.clone(), row.sender.device.clone());
    shared.who.note(&Entry { user, device, ..Entry::of(Event::KeptAside).to(&own) }).await?;
    let kept = shared.store.keep_aside(row, &own, came).await?.ok_or_else(id_taken)?;
    tracing::info!(target: "doorstep", id = row.id, own, "kept aside");
    told(&kept, sent)
}

/// What the sender of one that is kept aside is told.
pub(crate) fn told(aside: &Aside, sent: String) -> Result<Acceptance, Refusal> {
    let reason = match aside.decision {
        Some(Decision::TakenIn) => {
            let acceptance = accepted(false, sent, aside.received_at);
            return Ok(Acceptance { taken_in_as: Some(aside.own_id.clone()), ..acceptance });
        }
        Some(Decision::LeftOut) => {
            "another submission has this id; this one is kept aside and was not taken in"
        }
        None => "another submission has this id; this one is kept aside until the office has decided",
    };
    let refusal = Refusal::new(StatusCode::CONFLICT, "id_taken", reason);
    Err(refusal.kept_aside(aside.decision.map(Decision::name)).retry_after(PATIENCE))
}

/// `GET /api/v1/aside?after=ID`, and with `&which=left_out` what was left out: each beside the submission that has its id.
async fn list(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    caller.may_somewhere(&shared.who, Deed::TakeIn).await?;
    let after = asked(query.as_deref(), "after").unwrap_or_default();
    let left_out = asked(query.as_deref(), "which") == Some(Decision::LeftOut.name());
    let found = shared.store.asides(caller.standing.area.code(), left_out, after, PAGE).await?;
    let more = found.len() as i64 == PAGE;
    let mut aside: Vec<Json> = Vec::with_capacity(found.len());
    for one in found {
        shared.who.note(&caller.entry(Event::AsideRead).to(&one.own_id)).await?;
        aside.push(beside::shown(&shared, &caller.standing, one).await?);
    }
    Ok(answer(StatusCode::OK, &json!({ "aside": aside, "more": more })))
}

/// `POST /api/v1/aside/ID/take-in`: a submission of its own that names the one which has its id. Asked again, the same.
async fn take_in(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    path: Result<Path<String>, PathRejection>,
) -> Result<Response, Refusal> {
    let (own, AsideBody { body, sender, .. }) = meant(&shared, &caller, path).await?;
    let text = own.to_string();
    shared.who.note(&caller.entry(Event::AsideTakenIn).to(&text)).await?;
    // One that is there already was taken in by a process that ended before it could say so.
    if shared.store.find(&text).await?.is_none() {
        let successor = off_thread(move || {
            let sealed = Sealed::read(&body).map_err(|error| Refusal::fault(&error))?;
            Ok(successor::of(sealed, own).write().into_bytes())
        });
        let acceptance = intake::accept(&shared, own, successor.await?, sender).await?;
        metrics::count(if acceptance.new { &shared.metrics.accepted } else { &shared.metrics.again });
    }
    shared.store.decide_aside(&text, Decision::TakenIn, now_ms(), caller.user.as_deref()).await?;
    tracing::info!(target: "doorstep", id = text, "taken in");
    Ok(answer(StatusCode::OK, &json!({ "submission": text })))
}

/// `POST /api/v1/aside/ID/leave-out`: it is no submission. It stays here all the same, and can be taken in later.
async fn leave_out(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    path: Result<Path<String>, PathRejection>,
) -> Result<Response, Refusal> {
    let (own, aside) = meant(&shared, &caller, path).await?;
    let taken_in = || Refusal::new(StatusCode::CONFLICT, "taken_in", "it was taken in already");
    if aside.decision == Some(Decision::TakenIn) {
        return Err(taken_in());
    }
    let own = own.to_string();
    shared.who.note(&caller.entry(Event::AsideLeftOut).to(&own)).await?;
    match shared.store.decide_aside(&own, Decision::LeftOut, now_ms(), caller.user.as_deref()).await? {
        true => Ok(answer(StatusCode::OK, &json!({"left_out": true}))),
        false => Err(taken_in()),
    }
}

/// The one that is meant, for whoever decides in its area.
async fn meant(
    shared: &Shared,
    caller: &Caller,
    path: Result<Path<String>, PathRejection>,
) -> Result<(Uuid, AsideBody), Refusal> {
    let who = &shared.who;
    caller.may_somewhere(who, Deed::TakeIn).await?;
    let Path(text) = path.map_err(|_| unknown())?;
    let own = Uuid::try_parse(&text).map_err(|_| unknown())?;
    let aside = shared.store.load_aside(&own.to_string()).await?.ok_or_else(unknown)?;
    let area = aside.sender.area.as_deref().and_then(Area::parse);
    if !caller.standing.may(Deed::TakeIn, Place { area: area.as_ref(), referred_to: &[] }) {
        // What lies elsewhere looks like what is not there.
        who.note(&caller.entry(Event::Forbidden).to(own.to_string())).await?;
        return Err(unknown());
    }
    // A second factor that is still to be set up, say.
    caller.may(who, Deed::TakeIn, Place { area: area.as_ref(), referred_to: &[] }).await?;
    Ok((own, aside))
}
