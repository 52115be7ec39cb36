//! How one gets in here: what the page for it shows before anybody is known.

use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;

use crate::answer::json as answer;

/// `GET /api/v1/session/ways`: `{"password": true, "oidc": {"name": "…", "start": "/api/v1/oidc/start"}}`, or `"oidc": null`.
pub(super) async fn show() -> Response {
    answer(StatusCode::OK, &json!({"password": true, "oidc": null}))
}
