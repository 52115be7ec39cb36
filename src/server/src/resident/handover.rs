//! A half-filled draft leaves a kiosk, or a colleague's phone, sealed, and is fetched once by a member of the staff who was shown a code.
//!
//! Whoever gives it puts it at `PUT /api/v1/handovers/{id}`, looks with `GET` what became of it and takes it back with `POST …/withdraw`; a member of the staff fetches
//! it with `POST …/take` and says with `POST …/kept` that it is on their device.
//!
//! Kept here: the id is a hash of the code, and the code is the key, which never comes here, so that the server can't read it; a quarter of an hour, one user; who
//! fetches it is known by name, noted before they have it, and in the kiosk's area; what a colleague gives goes to whoever of the staff they show the code to.
//! It stays until they have kept it, so that a broken network loses nothing.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use doorstep_delivery::hand_over::is_id;
use serde_json::json;

use crate::Shared;
use crate::answer::{Refusal, json as answer};
use crate::api::check_content_type;
use crate::body;
use crate::listen::now_ms;
use crate::store::{Fetched, NewHandover};
use crate::who::audit::Event;
use crate::who::caller::Caller;
use crate::who::rights::{Area, Deed, Place};
use crate::who::routes::unknown;

/// How long one can be fetched.
const LIFETIME_MS: i64 = 15 * 60_000;
/// The largest: a draft with a few photos, its form with it.
const LARGEST: usize = 12 << 20;

type Id = Result<Path<String>, PathRejection>;

/// `PUT /api/v1/handovers/{id}`, by a kiosk or by somebody of the staff.
pub(super) async fn put(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    id: Id,
    asked: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    let Giver { device, user } = giver(&shared, &caller).await?;
    let id = id_in(id)?;
    check_content_type(&asked)?;
    let sealed = body::read(body, LARGEST, "a draft that is handed over").await?;
    let made_at = now_ms();
    shared.who.note(&caller.entry(Event::HandoverMade).to(&id)).await?;
    let new = NewHandover {
        id: &id,
        device: &device,
        area: caller.standing.area.code(),
        given_by: user.as_deref(),
        sealed: &sealed,
        made_at,
        expires_at: made_at + LIFETIME_MS,
    };
    if !shared.store.add_handover(&new).await? {
        return Err(Refusal::new(StatusCode::CONFLICT, "taken_id", "something else has this id"));
    }
    // Nobody need ask for it to go; where the server ends before, the next that is put does it.
    let store = shared.store.clone();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(LIFETIME_MS.unsigned_abs())).await;
        if let Err(error) = store.forget_handovers(now_ms()).await {
            tracing::error!(target: "doorstep", what = %error, "drafts that were handed over");
        }
    });
    Ok(answer(StatusCode::CREATED, &json!({"expires_at": new.expires_at})))
}

/// `GET /api/v1/handovers/{id}`, by the device that put it: `{"state": "waiting" | "taken" | "kept", "by": NAME | null}`. Who has it a colleague is told, and no kiosk.
pub(super) async fn look(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    id: Id,
) -> Result<Response, Refusal> {
    let device = giver(&shared, &caller).await?.device;
    let found = shared.store.handover(&id_in(id)?, now_ms()).await?;
    let found = found.filter(|handover| handover.device == device).ok_or_else(unknown)?;
    let state = match (&found.taken_by, found.kept) {
        (_, true) => "kept",
        (Some(_), false) => "taken",
        (None, false) => "waiting",
    };
    let by = match found.taken_by.filter(|_| found.given_by.is_some()) {
        Some(user) => shared.who.user(&user).await?.map(|user| user.name),
        None => None,
    };
    Ok(answer(StatusCode::OK, &json!({"state": state, "by": by})))
}

/// `POST /api/v1/handovers/{id}/withdraw`, by the device that put it, as long as nobody has fetched it.
pub(super) async fn withdraw(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    id: Id,
) -> Result<Response, Refusal> {
    let device = giver(&shared, &caller).await?.device;
    let id = id_in(id)?;
    let found = shared.store.handover(&id, now_ms()).await?;
    found.filter(|handover| handover.device == device).ok_or_else(unknown)?;
    shared.who.note(&caller.entry(Event::HandoverWithdrawn).to(&id)).await?;
    if !shared.store.withdraw_handover(&id, &device).await? {
        return Err(Refusal::new(StatusCode::CONFLICT, "taken", "somebody of the staff has it"));
    }
    Ok(answer(StatusCode::OK, &json!({})))
}

/// `POST /api/v1/handovers/{id}/take`, by a member of the staff: the sealed bytes.
pub(super) async fn take(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    id: Id,
) -> Result<Response, Refusal> {
    let (id, user) = staff(&shared, &caller, id).await?;
    shared.who.note(&caller.entry(Event::HandoverTaken).to(&id)).await?;
    match shared.store.fetch_handover(&id, &user, now_ms()).await? {
        Fetched::Sealed(sealed) => {
            let mut response = sealed.into_response();
            let headers = response.headers_mut();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            Ok(response)
        }
        Fetched::Anothers => Err(Refusal::new(StatusCode::CONFLICT, "taken", "somebody else has fetched it")),
        Fetched::None => Err(unknown()),
    }
}

/// `POST /api/v1/handovers/{id}/kept`, by whoever fetched it. Said twice, it comes to the same.
pub(super) async fn kept(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    id: Id,
) -> Result<Response, Refusal> {
    let (id, user) = staff(&shared, &caller, id).await?;
    shared.store.handover_kept(&id, &user, now_ms()).await?;
    Ok(answer(StatusCode::OK, &json!({})))
}

/// Whoever may give a draft away.
struct Giver {
    /// The device; of somebody in a browser that is none, their own id.
    device: String,
    /// Nobody at a kiosk.
    user: Option<String>,
}

async fn giver(shared: &Shared, caller: &Caller) -> Result<Giver, Refusal> {
    if caller.kiosk {
        caller.may(&shared.who, Deed::ServeResident, Place::at(&caller.standing.area)).await?;
    } else {
        caller.may_somewhere(&shared.who, Deed::GoOn).await?;
    }
    let device = caller.device().or(caller.user.as_deref()).unwrap_or_default().to_owned();
    Ok(Giver { device, user: caller.user.clone() })
}

/// What they ask for and who they are, if it comes from a kiosk of their area or from a colleague.
async fn staff(shared: &Shared, caller: &Caller, id: Id) -> Result<(String, String), Refusal> {
    caller.may_somewhere(&shared.who, Deed::GoOn).await?;
    let id = id_in(id)?;
    let found = shared.store.handover(&id, now_ms()).await?.ok_or_else(unknown)?;
    if found.given_by.is_none() {
        let area = Area::parse(&found.area);
        caller.may(&shared.who, Deed::GoOn, Place { area: area.as_ref(), referred_to: &[] }).await?;
    }
    // Nobody who is known by no name may: `Caller::may`.
    Ok((id, caller.user.clone().unwrap_or_default()))
}

fn id_in(id: Id) -> Result<String, Refusal> {
    let Path(id) = id.map_err(|_| unknown())?;
    if is_id(&id) { Ok(id) } else { Err(unknown()) }
}
