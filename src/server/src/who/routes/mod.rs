//! The addresses of accounts, devices, the audit log, and of submissions read back.
//!
//! Kept here: every body is JSON, small, and has no field that is not known; every deed is asked for before it is done, and noted.

mod audit;
mod devices;
mod me;
mod submissions;
mod users;
mod ways;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequest, Path, Request};
use axum::http::StatusCode;
use axum::routing::{any, get, post};
use serde::de::DeserializeOwned;

use super::users::Pending;
use crate::Shared;
use crate::answer::Refusal;
use crate::api::{check_content_type, wrong_method};
use crate::body;

pub(crate) use me::{check_login, refuse, takes_code, typed_name};
pub(crate) use submissions::{is_plain, read as read_submission};

/// The largest body of these routes.
const BODY_LIMIT: usize = 16 << 10;
/// Rows that a list gives at most.
pub(crate) const PAGE: i64 = 200;

/// All of them.
pub(crate) fn routes() -> Router<Arc<Shared>> {
    let route = |methods: axum::routing::MethodRouter<Arc<Shared>>| methods.fallback(wrong_method);
    Router::new()
        .route("/api/v1/session/ways", route(get(ways::show)))
        .merge(super::oidc::routes())
        .route("/api/v1/login", route(post(me::login)))
        .route("/api/v1/logout", route(post(me::logout)))
        .route("/api/v1/me", route(get(me::show)))
        .route("/api/v1/me/password", route(post(me::change_password)))
        .route("/api/v1/me/second-factor", route(post(me::begin_second_factor)))
        .route("/api/v1/me/second-factor/confirm", route(post(me::confirm_second_factor)))
        .route("/api/v1/users", route(get(users::list).post(users::make)))
        .route("/api/v1/users/{id}", route(get(users::show).patch(users::change)))
        .route("/api/v1/enrolments", route(post(devices::make_enrolment)))
        .route("/api/v1/devices", route(get(devices::list).post(devices::enrol)))
        .route("/api/v1/devices/{id}", route(get(devices::show).delete(devices::revoke)))
        .route("/api/v1/audit", route(get(audit::list)))
        .route("/api/v1/submissions", route(get(submissions::list)))
        .route("/api/v1/me/{*rest}", any(crate::api::no_such_route))
}

/// A small body of JSON.
pub(crate) struct Json<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request<Body>, _: &S) -> Result<Json<T>, Refusal> {
        check_content_type(request.headers())?;
        let body = body::read(request.into_body(), BODY_LIMIT, "the body").await?;
        // serde's own words could quote a value.
        let refusal = |error: serde_json::Error| {
            let reason = format!("the body is not as it should be, at {}:{}", error.line(), error.column());
            Refusal::new(StatusCode::BAD_REQUEST, "bad_body", reason)
        };
        serde_json::from_slice(&body).map(Json).map_err(refusal)
    }
}

/// The id in a path.
pub(super) fn id_of(path: Result<Path<String>, PathRejection>) -> Result<String, Refusal> {
    let Path(text) = path.map_err(|_| unknown())?;
    super::fields::id(&text).map(str::to_owned)
}

/// 404: nothing has the id, or nothing that the caller may know of.
pub(crate) fn unknown() -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, "unknown", "nothing has this id")
}

/// A value of a query, such as `after`: as it stands, since none of ours needs escaping.
pub(crate) fn asked<'a>(query: Option<&'a str>, name: &str) -> Option<&'a str> {
    query?.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
}

/// What `pending` says on the wire.
pub(super) const fn pending_name(pending: Option<Pending>) -> Option<&'static str> {
    match pending {
        None => None,
        Some(Pending::Password) => Some("password"),
        Some(Pending::SecondFactor) => Some("second_factor"),
    }
}
