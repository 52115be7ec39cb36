//! Query codes of a household, handed out by its station: shown once, to be printed on a slip.
//!
//! Kept here: who hands one out has the person's card before them and types its number; a household that they don't see has none for them.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use doorstep_delivery::query_code;
use doorstep_engine::expr::functions::identity::{is_valid, normalized};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{CASES, LIFETIME_MS};
use crate::Shared;
use crate::answer::{Refusal, json as answer};
use crate::listen::now_ms;
use crate::monitoring::today;
use crate::store::{KnownCode, NewCode};
use crate::who::audit::Event;
use crate::who::caller::Caller;
use crate::who::fields::{self, bad};
use crate::who::rights::{Area, Deed, Place};
use crate::who::routes::{Json, unknown};
use crate::who::{new_id, random};

/// Whom a code is for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct For {
    id_number: String,
}

/// `POST /api/v1/cases/{id}/query-codes` `{"id_number"}`: the code, shown this once.
pub(super) async fn make(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    case: Result<Path<String>, PathRejection>,
    Json(wanted): Json<For>,
) -> Result<Response, Refusal> {
    let case = own_case(&shared, &caller, case).await?;
    let code = query_code::new(u64::from_be_bytes(random()));
    let proof = Some(normalized(&wanted.id_number)).filter(|number| is_valid(number, today()));
    let proof = proof.and_then(|number| query_code::proof(&number, &code));
    let proof = proof.ok_or_else(|| bad("id_number", "a resident's ID number of 18 places"))?;
    let (id, made_at) = (new_id(), now_ms());
    shared.who.note(&caller.entry(Event::QueryCodeMade).to(&case)).await?;
    let made = NewCode {
        id: &id,
        proof: &shared.who.query_key(&proof),
        case: &case,
        submission: "",
        made_at,
        made_by: caller.user.as_deref(),
        expires_at: made_at + LIFETIME_MS,
    };
    shared.store.add_query_code(&made).await?;
    let said = json!({"id": id, "code": code, "made_at": made_at, "expires_at": made.expires_at});
    Ok(answer(StatusCode::CREATED, &said))
}

/// `GET /api/v1/cases/{id}/query-codes`: when which were handed out, and until when they are good; never the codes.
pub(super) async fn list(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    case: Result<Path<String>, PathRejection>,
) -> Result<Response, Refusal> {
    let case = own_case(&shared, &caller, case).await?;
    let listed = |code: KnownCode| {
        json!({
            "id": code.id, "made_at": code.made_at, "expires_at": code.expires_at, "revoked_at": code.revoked_at,
            "by": code.by, "of_ticket": code.of_ticket,
        })
    };
    let codes: Vec<Value> = shared.store.query_codes(&case).await?.into_iter().map(listed).collect();
    Ok(answer(StatusCode::OK, &json!({ "codes": codes })))
}

/// `DELETE /api/v1/query-codes/{id}`.
pub(super) async fn revoke(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    id: Result<Path<String>, PathRejection>,
) -> Result<Response, Refusal> {
    caller.may_somewhere(&shared.who, Deed::HandOutCodes).await?;
    let Path(id) = id.map_err(|_| unknown())?;
    // A ticket's has its survey's id.
    let plain: String = id.chars().filter(|letter| *letter != '-').collect();
    fields::id(&plain)?;
    let case = shared.store.case_of_query_code(&id).await?.ok_or_else(unknown)?;
    let case = own_case(&shared, &caller, Ok(Path(case))).await?;
    shared.who.note(&caller.entry(Event::QueryCodeRevoked).to(&case)).await?;
    shared.store.revoke_query_code(&id, now_ms()).await?;
    Ok(answer(StatusCode::OK, &json!({"id": id})))
}

/// A household of the caller's area; any other looks like none.
async fn own_case(
    shared: &Shared,
    caller: &Caller,
    case: Result<Path<String>, PathRejection>,
) -> Result<String, Refusal> {
    caller.may_somewhere(&shared.who, Deed::HandOutCodes).await?;
    let Path(id) = case.map_err(|_| unknown())?;
    let known = shared.store.known_entities(CASES, &[&id]).await?.remove(&id).ok_or_else(unknown)?;
    let area = Area::parse(&known.area);
    let place = Place { area: area.as_ref(), referred_to: &[] };
    // Whether there is one elsewhere is nobody's business.
    if !caller.standing.may(Deed::HandOutCodes, place) {
        return Err(unknown());
    }
    Ok(known.id)
}
