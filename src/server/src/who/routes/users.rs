//! Users, looked after by administrators.
//!
//! Kept here: nobody changes their own rights, so that the last administrator can't shut everybody out and no one raises
//! themselves; a password that an administrator has seen is good for choosing another one only.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

use super::me::user_json;
use super::{Json, PAGE, asked, id_of, unknown};
use crate::Shared;
use crate::answer::{Refusal, json as answer};
use crate::listen::now_ms;
use crate::who::audit::Event;
use crate::who::caller::Caller;
use crate::who::rights::Deed;
use crate::who::users::User;
use crate::who::{Who, fields, password};

/// `GET /api/v1/users?after=NAME`.
pub(super) async fn list(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    caller.may_somewhere(&shared.who, Deed::LookAfterUsers).await?;
    let after = asked(query.as_deref(), "after").unwrap_or_default();
    let users: Vec<Value> = shared.who.users(after, PAGE).await?.iter().map(user_json).collect();
    Ok(answer(StatusCode::OK, &json!({ "users": users })))
}

/// `GET /api/v1/users/ID`.
pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    id: Result<Path<String>, PathRejection>,
) -> Result<Response, Refusal> {
    caller.may_somewhere(&shared.who, Deed::LookAfterUsers).await?;
    let user = shared.who.user(&id_of(id)?).await?.ok_or_else(unknown)?;
    Ok(answer(StatusCode::OK, &json!({"user": user_json(&user)})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewUser {
    name: String,
    role: String,
    area: String,
    provider: Option<String>,
}

/// `POST /api/v1/users`: a user, with a password that is shown this once.
pub(super) async fn make(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Json(wanted): Json<NewUser>,
) -> Result<Response, Refusal> {
    let who = &shared.who;
    caller.may_somewhere(who, Deed::LookAfterUsers).await?;
    let name = fields::user_name(&wanted.name)?;
    let standing = fields::standing(&wanted.role, &wanted.area, wanted.provider.as_deref())?;
    let first = password::first();
    let hash = who.hash_password(first.clone()).await?;
    let taken = || Refusal::new(StatusCode::CONFLICT, "name_taken", "another user has this name");
    let id = who.make_user(&name, &standing, &hash, now_ms()).await?.ok_or_else(taken)?;
    who.note(&caller.entry(Event::UserMade).to(&id)).await?;
    let user = who.user(&id).await?.ok_or_else(unknown)?;
    Ok(answer(StatusCode::CREATED, &json!({"user": user_json(&user), "password": first})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Change {
    role: Option<String>,
    area: Option<String>,
    provider: Option<String>,
    disabled: Option<bool>,
    #[serde(default)]
    reset_password: bool,
    #[serde(default)]
    reset_second_factor: bool,
}

/// `PATCH /api/v1/users/ID`.
pub(super) async fn change(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    id: Result<Path<String>, PathRejection>,
    Json(wanted): Json<Change>,
) -> Result<Response, Refusal> {
    let who = &shared.who;
    caller.may_somewhere(who, Deed::LookAfterUsers).await?;
    let user = who.user(&id_of(id)?).await?.ok_or_else(unknown)?;
    if caller.user.as_ref() == Some(&user.id) {
        let reason = "another administrator has to change this";
        return Err(Refusal::new(StatusCode::CONFLICT, "own_account", reason));
    }
    change_standing(who, &caller, &user, &wanted).await?;
    if let Some(disabled) = wanted.disabled.filter(|disabled| *disabled != user.disabled) {
        who.set_disabled(&user.id, disabled).await?;
        let event = if disabled { Event::UserDisabled } else { Event::UserEnabled };
        who.note(&caller.entry(event).to(&user.id)).await?;
    }
    if wanted.reset_second_factor {
        who.reset_second_factor(&user.id).await?;
        who.note(&caller.entry(Event::SecondFactorReset).to(&user.id)).await?;
    }
    let mut said = json!({});
    if wanted.reset_password {
        let first = password::first();
        let hash = who.hash_password(first.clone()).await?;
        who.set_password(&user.id, &hash, true, None).await?;
        who.note(&caller.entry(Event::PasswordReset).to(&user.id)).await?;
        said["password"] = json!(first);
    }
    let user = who.user(&user.id).await?.ok_or_else(unknown)?;
    said["user"] = user_json(&user);
    Ok(answer(StatusCode::OK, &said))
}

/// Role, area and organisation: what is not named stays, except that another role begins without an organisation.
async fn change_standing(who: &Who, caller: &Caller, user: &User, wanted: &Change) -> Result<(), Refusal> {
    if wanted.role.is_none() && wanted.area.is_none() && wanted.provider.is_none() {
        return Ok(());
    }
    let role = wanted.role.as_deref().unwrap_or(user.standing.role.name());
    let kept = user.standing.provider.as_deref().filter(|_| role == user.standing.role.name());
    let area = wanted.area.as_deref().unwrap_or(user.standing.area.code());
    let standing = fields::standing(role, area, wanted.provider.as_deref().or(kept))?;
    if standing != user.standing {
        who.set_standing(&user.id, &standing).await?;
        who.note(&caller.entry(Event::RoleChanged).to(&user.id)).await?;
    }
    Ok(())
}
