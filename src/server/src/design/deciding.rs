//! A second designer decides on a version that waits; any designer goes back to an older one.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;

use super::{checked_note, checked_words, done, form_unknown, told, user_of};
use crate::Shared;
use crate::answer::{Refusal, json as answer};
use crate::listen::now_ms;
use crate::store::{RollBack, Ruling};
use crate::who::audit::Event;
use crate::who::caller::Caller;
use crate::who::rights::Deed;
use crate::who::routes::Json as Body;

/// Nothing is to be said.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

/// Why, for whoever put it up.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Refused {
    #[serde(default)]
    reason: String,
}

/// `POST …/forms/{hash}/approve`.
pub(super) async fn approve(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    hash: Result<Path<String>, PathRejection>,
    Body(Nothing {}): Body<Nothing>,
) -> Result<Response, Refusal> {
    decide(&shared, &caller, hash, Ruling::Approved).await
}

/// `POST …/forms/{hash}/refuse`.
pub(super) async fn refuse(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    hash: Result<Path<String>, PathRejection>,
    Body(Refused { reason }): Body<Refused>,
) -> Result<Response, Refusal> {
    let reason = checked_words("reason", &reason)?;
    decide(&shared, &caller, hash, Ruling::Refused(reason)).await
}

async fn decide(
    shared: &Shared,
    caller: &Caller,
    hash: Result<Path<String>, PathRejection>,
    ruling: Ruling<'_>,
) -> Result<Response, Refusal> {
    let who = &shared.who;
    caller.may_somewhere(who, Deed::Approve).await?;
    let Path(hash) = hash.map_err(|_| form_unknown())?;
    let served = match ruling {
        // It was put up by another Doorstep, perhaps: what can't be read here never comes into force.
        Ruling::Approved => Some(shared.forms.get(&hash).await?.ok_or_else(form_unknown)?),
        Ruling::Refused(_) => None,
    };
    let (id, _) = done(shared.store.decide(&hash, ruling, user_of(caller)?, now_ms()).await?)?;
    let event = if served.is_some() { Event::FormApproved } else { Event::FormRefused };
    who.note(&caller.entry(event).to(&hash)).await?;
    if let Some(served) = served {
        shared.targets.tell_of_encryption(&served.form, shared.office_key.seals());
    }
    shared.forms.now().await?;
    Ok(answer(StatusCode::OK, &json!({"publication": told(shared, &id, caller).await?})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Back {
    hash: String,
    #[serde(default)]
    note: String,
    replaces: Option<String>,
}

/// `POST …/forms/{id}/roll-back`. Nobody's approval is asked for: it was in force before, and whoever rolls back is in a hurry.
pub(super) async fn roll_back(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    id: Result<Path<String>, PathRejection>,
    Body(wanted): Body<Back>,
) -> Result<Response, Refusal> {
    let who = &shared.who;
    caller.may_somewhere(who, Deed::Design).await?;
    let Path(form) = id.map_err(|_| form_unknown())?;
    let Back { hash, note, replaces } = wanted;
    let note = checked_note(&note)?;
    shared.forms.get(&hash).await?.ok_or_else(form_unknown)?;
    let (user, replaces) = (user_of(&caller)?, replaces.as_deref());
    let to = RollBack { form: &form, hash: &hash, note, user, replaces, now: now_ms() };
    let (id, _) = done(shared.store.roll_back(&to).await?)?;
    who.note(&caller.entry(Event::FormRolledBack).to(&hash)).await?;
    shared.forms.now().await?;
    Ok(answer(StatusCode::CREATED, &json!({"publication": told(&shared, &id, &caller).await?})))
}
