//! What waits for files that its answers name, for whoever looks after the server: seen, and released as it is where a file is gone for good.
//!
//! Kept here: a list says which questions' files are missing, and no answer, not even a file's name; a release is in the audit log before it is done; what is
//! released is a submission of its own, and the instance still waits: if its files come after all, the whole of it is the released one's successor.

use std::sync::Arc;

use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use doorstep_delivery::Uuid;
use serde_json::{Value as Json, json};

use super::instance::{Instance, accept, look, number, read_against, submit};
use crate::Shared;
use crate::answer::{Refusal, json as answer};
use crate::api::wrong_method;
use crate::listen::now_ms;
use crate::off_thread::off_thread;
use crate::store::{OpenRosaInstance, WaitingInstance};
use crate::who::audit::Event;
use crate::who::caller::Caller;
use crate::who::rights::{Area, Deed, Place};
use crate::who::routes::{asked, unknown};

/// So many in a list: each is read against its form.
const PAGE: i64 = 50;

/// Both.
pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/api/v1/openrosa/waiting", get(list).fallback(wrong_method))
        .route("/api/v1/openrosa/waiting/{id}/release", post(release).fallback(wrong_method))
}

/// `GET /api/v1/openrosa/waiting?after=ID`.
async fn list(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    let who = &shared.who;
    caller.may(who, Deed::Release, Place::at(&Area::EVERYWHERE)).await?;
    let after = asked(query.as_deref(), "after").unwrap_or_default();
    let found = shared.store.openrosa_waiting_after(after, PAGE).await?;
    who.note(&caller.entry(Event::WaitingListed)).await?;
    let mut waiting = Vec::with_capacity(found.len());
    for one in found {
        waiting.push(told(&shared, one).await?);
    }
    Ok(answer(StatusCode::OK, &json!({ "waiting": waiting })))
}

async fn told(shared: &Shared, waiting: WaitingInstance) -> Result<Json, Refusal> {
    let WaitingInstance { row, xml, sender, released_at, files, .. } = waiting;
    let instance = looked_into(xml).await?;
    let encrypted = instance.submitted.is_encrypted();
    // Which question a file of an encrypted one belongs to is within; one that can't be read any more is to be seen all the same.
    let missing = read_against(shared, &instance, &row).await.ok().map(|read| {
        let path = |path: &str| if encrypted { None } else { Some(path.to_owned()) };
        read.missing(&files).map(|named| path(&named.path)).collect::<Vec<_>>()
    });
    Ok(json!({
        "id": row.submission_id, "form": {"id": instance.submitted.form_id(), "version": instance.submitted.version()},
        "received_at": row.received_at, "device": sender.device, "user": sender.user, "area": sender.area,
        "encrypted": encrypted, "here": files.len(), "missing": missing,
        "released": row.released, "released_at": released_at,
    }))
}

async fn looked_into(xml: Vec<u8>) -> Result<Arc<Instance>, Refusal> {
    Ok(Arc::new(off_thread(move || look(xml)).await?))
}

/// `POST /api/v1/openrosa/waiting/ID/release`: makes a submission of what is here, without the files that are not.
async fn release(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    path: Result<Path<String>, PathRejection>,
) -> Result<Response, Refusal> {
    let who = &shared.who;
    caller.may(who, Deed::Release, Place::at(&Area::EVERYWHERE)).await?;
    let Path(id) = path.map_err(|_| unknown())?;
    let id = Uuid::try_parse(&id).map_err(|_| unknown())?.to_string();
    let waiting = shared.store.openrosa_waits(&id).await?.ok_or_else(unknown)?;
    let instance = looked_into(waiting.xml).await?;
    if instance.submitted.is_encrypted() {
        let reason = "it is encrypted: without its files nobody could read it";
        return Err(Refusal::new(StatusCode::CONFLICT, "encrypted", reason));
    }
    who.note(&caller.entry(Event::Released).to(&id)).await?;
    let named = read_against(&shared, &instance, &waiting.row).await?.named.len();
    let at = now_ms();
    let released = number(&format!("{} released", instance.id), at);
    let released = shared.store.openrosa_release(&id, &released, at, named).await?.ok_or_else(unknown)?;
    let (submission, missing) = make(&shared, &instance, released).await?;
    tracing::info!(target: "doorstep", id, submission, missing, "released");
    Ok(answer(StatusCode::OK, &json!({"submission": submission, "missing": missing})))
}

/// The submission, and how many files it lacks. One that has all its files by now is accepted as what it is.
async fn make(
    shared: &Shared,
    instance: &Arc<Instance>,
    waiting: WaitingInstance,
) -> Result<(String, usize), Refusal> {
    let WaitingInstance { instance_id, row, sender, files, .. } = waiting;
    let Some(released) = row.released.clone() else {
        let id = row.submission_id.clone();
        let read = read_against(shared, instance, &row).await?;
        accept(shared, sender, &instance_id, read, files).await?;
        return Ok((id, 0));
    };
    // Released before, and kept: a later file has no part in it.
    let row = OpenRosaInstance { submission_id: released.clone(), released: None, ..row };
    let read = read_against(shared, instance, &row).await?;
    let missing = read.missing(&files).count();
    if shared.store.find(&released).await?.is_none() {
        submit(shared, sender, read, files).await?;
    }
    Ok((released, missing))
}
