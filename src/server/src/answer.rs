//! Answers as JSON. A refusal is `{"error":{"code","reason"}}`; the reason is for people and holds no answer.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;

use crate::store::StoreError;
use crate::who::mask::scrub;

/// An answer that is not to be kept by anybody.
pub(crate) fn json(status: StatusCode, body: &impl Serialize) -> Response {
    let body = serde_json::to_vec(body).expect("answers hold nothing that JSON can't");
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A refusal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) code: &'static str,
    pub(crate) reason: String,
    /// Seconds after which another try may do.
    pub(crate) retry_after: Option<u64>,
}

impl Refusal {
    pub(crate) fn new(status: StatusCode, code: &'static str, reason: impl Into<String>) -> Refusal {
        // Whoever wrote the reason meant to quote no answer; a number that could be a person's is starred all the same.
        Refusal { status, code, reason: scrub(&reason.into()), retry_after: None }
    }

    /// The same, with the time after which another try may do.
    pub(crate) fn retry_after(self, seconds: u64) -> Refusal {
        Refusal { retry_after: Some(seconds), ..self }
    }

    /// A fault of ours. What went wrong is for the log alone.
    pub(crate) fn fault(what: &dyn std::fmt::Display) -> Refusal {
        eprintln!("fault: {what}");
        Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "fault", "the server failed; try again later")
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Refusal {
        Refusal::fault(&error)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = json(self.status, &json!({"error": {"code": self.code, "reason": self.reason}}));
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
