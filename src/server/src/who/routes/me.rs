//! Getting in and out, and what everybody looks after themselves: the password and the second factor.
//!
//! Kept here: who gets in wrong is told the same whatever was wrong, and as slowly; a right password alone says only that a code
//! is missing.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Json, pending_name};
use crate::Shared;
use crate::answer::{Refusal, json as answer};
use crate::listen::now_ms;
use crate::who::audit::{Entry, Event};
use crate::who::caller::{By, Caller, Origin, count_try, cross_site, too_often};
use crate::who::second_factor::{Shared as Factor, recovery_codes};
use crate::who::session::{clear_cookie, is_own_page, set_cookie};
use crate::who::users::{Pending, User};
use crate::who::{Who, fields, password};

/// How long after a login at the office's provider a second factor may be set up without a password.
const RECENT_MS: i64 = 10 * 60_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Login {
    name: String,
    password: String,
    /// Of the second factor, or a recovery code.
    code: Option<String>,
}

/// `POST /api/v1/login`.
pub(super) async fn login(
    State(shared): State<Arc<Shared>>,
    origin: Origin,
    asked: HeaderMap,
    Json(login): Json<Login>,
) -> Result<Response, Refusal> {
    let who = &shared.who;
    // Else a stranger's page could log somebody in as the stranger, and get what they then type.
    if !is_own_page(&asked, origin.authority.as_deref(), origin.tls) {
        return Err(cross_site());
    }
    let name = typed_name(&login.name);
    let user = check_login(who, &origin, &name, login.password).await?;
    let now = now_ms();
    if user.factor_confirmed {
        let Some(code) = login.code.as_deref().filter(|code| !code.is_empty()) else {
            return Err(Refusal::new(
                StatusCode::UNAUTHORIZED,
                "second_factor",
                "the second factor's code is missing",
            ));
        };
        if !takes_code(who, &user, code, now).await? {
            return Err(refuse(who, &name, Some(&user)).await);
        }
    }
    who.forget_failures(&name).await?;
    let token = who.begin_session(&user.id, now, None).await?;
    who.note(&Entry { user: Some(user.id.clone()), ..Entry::of(Event::Login) }).await?;
    let said = json!({"user": user_json(&user), "device": null, "pending": pending_name(user.pending())});
    let mut response = answer(StatusCode::OK, &said);
    response.headers_mut().insert(header::SET_COOKIE, set_cookie(&token, origin.tls));
    Ok(response)
}

/// A name as it is looked for.
pub(crate) fn typed_name(name: &str) -> String {
    name.trim().to_ascii_lowercase().chars().take(64).collect()
}

/// The user of a name and a password. The second factor is still to be asked for.
///
/// # Errors
/// 401 `wrong_login`, counted and noted; 429 `too_often`.
pub(crate) async fn check_login(
    who: &Who,
    origin: &Origin,
    name: &str,
    password: String,
) -> Result<User, Refusal> {
    count_try(who, origin)?;
    let now = now_ms();
    who.limits.tries_by_name.take(name.to_owned(), now).map_err(too_often)?;
    let wait = who.wait_of(name, now).await?;
    if wait > 0 {
        return Err(too_often(wait.unsigned_abs().div_ceil(1_000)));
    }
    let user = who.user_named(name).await?;
    // Whoever has no password is found out as slowly as whoever has another one.
    let with_password = user.as_ref().filter(|user| !user.has_no_password());
    let kept = with_password.map(|user| user.password.clone());
    let right = who.verify_password(password, kept).await?;
    match user.filter(|user| right && !user.disabled) {
        Some(user) => Ok(user),
        None => Err(refuse(who, name, None).await),
    }
}

/// Is it the second factor's code, or a recovery code, which is used up then and noted?
pub(crate) async fn takes_code(who: &Who, user: &User, code: &str, now: i64) -> Result<bool, Refusal> {
    if who.take_code(user, code, now).await? {
        return Ok(true);
    }
    let recovered = who.take_recovery_code(&user.id, code).await?;
    if recovered {
        who.note(&Entry { user: Some(user.id.clone()), ..Entry::of(Event::RecoveryCodeUsed) }).await?;
    }
    Ok(recovered)
}

/// The one refusal of all that is wrong with a login, counted and noted. A name that nobody has is not written down.
pub(crate) async fn refuse(who: &Who, name: &str, user: Option<&User>) -> Refusal {
    let noted = async {
        who.count_failure(name, now_ms()).await?;
        let known = match user {
            Some(user) => Some(user.id.clone()),
            None => who.user_named(name).await?.map(|user| user.id),
        };
        who.note(&Entry { user: known, ..Entry::of(Event::LoginRefused) }).await
    };
    match noted.await {
        Ok(()) => Refusal::new(StatusCode::UNAUTHORIZED, "wrong_login", "name, password or code is wrong"),
        Err(error) => Refusal::fault(&error),
    }
}

/// `POST /api/v1/logout`.
pub(super) async fn logout(
    State(shared): State<Arc<Shared>>,
    origin: Origin,
    caller: Caller,
) -> Result<Response, Refusal> {
    if let By::Session(session) = &caller.by {
        shared.who.end_session(session).await?;
        shared.who.note(&caller.entry(Event::Logout)).await?;
    }
    let mut response = answer(StatusCode::OK, &json!({}));
    response.headers_mut().insert(header::SET_COOKIE, clear_cookie(origin.tls));
    Ok(response)
}

/// `GET /api/v1/me`.
pub(super) async fn show(State(shared): State<Arc<Shared>>, caller: Caller) -> Result<Response, Refusal> {
    let user = match &caller.user {
        Some(id) => shared.who.user(id).await?.as_ref().map(user_json),
        None => None,
    };
    let device = match caller.device() {
        Some(id) => shared.who.device(id).await?.as_ref().map(super::devices::device_json),
        None => None,
    };
    let said = json!({
        "user": user, "device": device, "pending": pending_name(caller.pending),
        "role": caller.standing.role.name(), "area": caller.standing.area.code(),
    });
    Ok(answer(StatusCode::OK, &said))
}

/// A user, without anything secret.
pub(super) fn user_json(user: &User) -> Value {
    json!({
        "id": user.id, "name": user.name, "role": user.standing.role.name(), "area": user.standing.area.code(),
        "provider": user.standing.provider, "disabled": user.disabled, "second_factor": user.factor_confirmed,
        "must_change": user.must_change, "has_password": !user.has_no_password(),
        "made_at": user.made_at,
    })
}

/// The user who is here in person. A device's token changes nobody's password.
async fn in_person(who: &Who, caller: &Caller) -> Result<(User, String), Refusal> {
    let forbidden = || Refusal::new(StatusCode::FORBIDDEN, "forbidden", "log in for this");
    let (By::Session(session), Some(id)) = (&caller.by, &caller.user) else { return Err(forbidden()) };
    let user = who.user(id).await?.ok_or_else(forbidden)?;
    Ok((user, session.clone()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewPassword {
    old: String,
    new: String,
}

/// `POST /api/v1/me/password`.
pub(super) async fn change_password(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Json(wanted): Json<NewPassword>,
) -> Result<Response, Refusal> {
    let who = &shared.who;
    let (user, session) = in_person(who, &caller).await?;
    if user.has_no_password() {
        let reason = "you have no password here: you log in at the office's own service";
        return Err(Refusal::new(StatusCode::CONFLICT, "no_password", reason));
    }
    confirm_password(who, &user, wanted.old).await?;
    password::check(&wanted.new, &user.name).map_err(|weak| fields::bad("new", weak.reason()))?;
    if who.verify_password(wanted.new.clone(), Some(user.password.clone())).await? {
        return Err(fields::bad("new", "it is the old one"));
    }
    let hash = who.hash_password(wanted.new).await?;
    who.set_password(&user.id, &hash, false, Some(&session)).await?;
    who.note(&caller.entry(Event::PasswordChanged)).await?;
    Ok(answer(StatusCode::OK, &json!({})))
}

/// Whoever found a screen unlocked has no password: wrong ones count as at the login.
async fn confirm_password(who: &Who, user: &User, password: String) -> Result<(), Refusal> {
    let now = now_ms();
    let wait = who.wait_of(&user.name, now).await?;
    if wait > 0 {
        return Err(too_often(wait.unsigned_abs().div_ceil(1_000)));
    }
    if who.verify_password(password, Some(user.password.clone())).await? {
        return Ok(());
    }
    // 403: the session is still good, only this was refused.
    let mut refusal = refuse(who, &user.name, Some(user)).await;
    if refusal.status == StatusCode::UNAUTHORIZED {
        refusal.status = StatusCode::FORBIDDEN;
    }
    Err(refusal)
}

/// Whoever found a screen unlocked did not just come from the office's provider.
async fn confirm_recent(who: &Who, session: &str) -> Result<(), Refusal> {
    let began = who.session_began(session).await?;
    if began.is_some_and(|began| now_ms() - began < RECENT_MS) {
        return Ok(());
    }
    Err(Refusal::new(StatusCode::FORBIDDEN, "log_in_again", "log in once more for this"))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BeginSecondFactor {
    /// Nothing for whoever has none, and has just come from the office's provider.
    #[serde(default)]
    password: String,
}

/// `POST /api/v1/me/second-factor`: the secret, shown this once.
pub(super) async fn begin_second_factor(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Json(wanted): Json<BeginSecondFactor>,
) -> Result<Response, Refusal> {
    let who = &shared.who;
    let (user, session) = in_person(who, &caller).await?;
    if caller.pending == Some(Pending::Password) {
        return Err(Refusal::new(
            StatusCode::FORBIDDEN,
            "choose_password",
            "choose a password of your own first",
        ));
    }
    if user.has_no_password() {
        confirm_recent(who, &session).await?;
    } else {
        confirm_password(who, &user, wanted.password).await?;
    }
    let factor = Factor::new();
    if !who.begin_second_factor(&user.id, &factor).await? {
        let reason = "there is a second factor; an administrator can take it away";
        return Err(Refusal::new(StatusCode::CONFLICT, "has_second_factor", reason));
    }
    Ok(answer(StatusCode::OK, &json!({"secret": factor.text(), "uri": factor.uri(&user.name)})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Code {
    code: String,
}

/// `POST /api/v1/me/second-factor/confirm`: the recovery codes, shown this once.
pub(super) async fn confirm_second_factor(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Json(shown): Json<Code>,
) -> Result<Response, Refusal> {
    let who = &shared.who;
    let (user, session) = in_person(who, &caller).await?;
    if user.factor_confirmed {
        return Err(Refusal::new(
            StatusCode::CONFLICT,
            "has_second_factor",
            "the second factor is set up already",
        ));
    }
    who.limits.tries_by_name.take(user.name.clone(), now_ms()).map_err(too_often)?;
    if !who.take_code(&user, &shown.code, now_ms()).await? {
        return Err(Refusal::new(
            StatusCode::FORBIDDEN,
            "wrong_code",
            "the code is not the one of this moment",
        ));
    }
    let codes = recovery_codes();
    who.confirm_second_factor(&user.id, &codes, Some(&session)).await?;
    who.note(&caller.entry(Event::SecondFactorSet)).await?;
    Ok(answer(StatusCode::OK, &json!({"recovery_codes": codes})))
}
