//! Answers as JSON. A refusal is `{"error":{"code","reason"}}`; the reason is for people and holds no answer.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Value as Json, json};

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

/// How long whoever found the server too busy is to wait, in seconds.
const PATIENCE: HeaderValue = HeaderValue::from_static("10");

/// A refusal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) code: &'static str,
    pub(crate) reason: String,
    /// Seconds after which another try may do.
    pub(crate) retry_after: Option<u64>,
    more: More,
}

/// What a refusal says to programs beside its code.
#[derive(Clone, PartialEq, Eq, Debug)]
enum More {
    Nothing,
    /// Hashes of what has to be sent first, as `missing`.
    Missing(Vec<String>),
    /// The device that it is about, as `device`.
    Device(String),
    /// All that is wrong with a form, as `diagnostics`.
    Diagnostics(Vec<Json>),
    /// The media files of a form that it is about, as `files`: each its name and, where it is to be sent first, its hash.
    Files(Vec<Json>),
    /// What is current in place of what its sender took for it, as `current`: hash and version, or nothing.
    Current(Box<Json>),
    /// What was refused is kept all the same, as `kept_aside`, and what has been decided of it, as `decision`.
    KeptAside(Option<&'static str>),
}

/// The code of a refusal, left on its answer for the log and the counts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Code(pub(crate) &'static str);

impl Refusal {
    pub(crate) fn new(status: StatusCode, code: &'static str, reason: impl Into<String>) -> Refusal {
        // Whoever wrote the reason meant to quote no answer; a number that could be a person's is starred all the same.
        Refusal { status, code, reason: scrub(&reason.into()), retry_after: None, more: More::Nothing }
    }

    /// The same, with the time after which another try may do.
    pub(crate) fn retry_after(self, seconds: u64) -> Refusal {
        Refusal { retry_after: Some(seconds), ..self }
    }

    /// The same, naming the device that it is about: a phone believes what is said of itself by its id alone.
    pub(crate) fn about_device(self, id: String) -> Refusal {
        Refusal { more: More::Device(id), ..self }
    }

    /// The same, with all that is wrong with a form: its author is told at once, and in the form's own places.
    pub(crate) fn with_diagnostics(self, found: Vec<Json>) -> Refusal {
        Refusal { more: More::Diagnostics(found), ..self }
    }

    /// The same, with the media files that it is about.
    pub(crate) fn with_files(self, files: Vec<Json>) -> Refusal {
        Refusal { more: More::Files(files), ..self }
    }

    /// The same, with what is current by now.
    pub(crate) fn with_current(self, current: Json) -> Refusal {
        Refusal { more: More::Current(Box::new(current)), ..self }
    }

    /// The same, of what is kept aside until the office has decided: its sender need not think it lost.
    pub(crate) fn kept_aside(self, decision: Option<&'static str>) -> Refusal {
        Refusal { more: More::KeptAside(decision), ..self }
    }

    /// A submission came before its attachments. Only their hashes are named: a file's name may be a person's.
    pub(crate) fn attachments_missing(missing: Vec<String>) -> Refusal {
        let reason = format!("{} of its attachments are not here yet", missing.len());
        Refusal {
            more: More::Missing(missing),
            ..Refusal::new(StatusCode::CONFLICT, "attachment_missing", reason)
        }
    }

    /// A fault of ours. What went wrong is for the log alone.
    pub(crate) fn fault(what: &dyn std::fmt::Display) -> Refusal {
        tracing::error!(target: "doorstep", what = %what, "fault");
        Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "fault", "the server failed; try again later")
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Refusal {
        if error.is_overload() {
            tracing::warn!(target: "doorstep", what = %error, "busy");
            return Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "busy", "too much to do; try again later");
        }
        Refusal::fault(&error)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut error = json!({"code": self.code, "reason": self.reason});
        match self.more {
            More::Nothing => {}
            More::Missing(hashes) => error["missing"] = hashes.into(),
            More::Device(id) => error["device"] = id.into(),
            More::Diagnostics(found) => error["diagnostics"] = found.into(),
            More::Files(files) => error["files"] = files.into(),
            More::Current(current) => error["current"] = *current,
            More::KeptAside(decision) => {
                error["kept_aside"] = true.into();
                if let Some(decision) = decision {
                    error["decision"] = decision.into();
                }
            }
        }
        let mut response = json(self.status, &json!({ "error": error }));
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, PATIENCE);
        }
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(Code(self.code));
        response
    }
}
