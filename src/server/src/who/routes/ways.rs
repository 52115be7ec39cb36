//! How one gets in here: what the page for it shows before anybody is known.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;

use crate::Shared;
use crate::answer::json as answer;
use crate::who::oidc::START;

/// `GET /api/v1/session/ways`: `{"password": true, "oidc": {"name": "…", "start": "/api/v1/oidc/start"}}`, or `"oidc": null`.
pub(super) async fn show(State(shared): State<Arc<Shared>>) -> Response {
    let oidc = shared.who.oidc.as_ref().map(|oidc| json!({"name": oidc.name(), "start": START}));
    answer(StatusCode::OK, &json!({"password": true, "oidc": oidc}))
}
