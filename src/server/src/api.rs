//! The routes of the wire contract; everything else is the app's.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::middleware::{from_fn_with_state, map_response_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, put};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use doorstep_delivery::Uuid;
use http_body_util::BodyExt;
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::answer::{Refusal, json};
use crate::store::Sender;
use crate::who::Who;
use crate::who::caller::{Caller, identify, login_needed};
use crate::who::rights::Deed;
use crate::who::routes::read_submission;
use crate::{Shared, headers, intake, who};

/// The largest submission.
const BODY_LIMIT: usize = 4 << 20;
/// How much more is read and thrown away, so that its sender gets to read the refusal.
const DRAIN_LIMIT: usize = 16 << 20;
/// The longest silence within a body.
const BODY_SILENCE: Duration = Duration::from_secs(30);
/// The longest nonce that is echoed.
const NONCE_LIMIT: usize = 64;

/// All routes.
pub(crate) fn routes(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/api/v1/health", get(health).fallback(wrong_method))
        .route("/api/v1/forms", get(list_forms).fallback(wrong_method))
        .route("/api/v1/forms/{hash}", get(load_form).fallback(wrong_method))
        .route("/api/v1/submissions/{id}", put(submit).get(read_submission).fallback(wrong_method))
        .merge(who::routes::routes())
        .route("/api/{*rest}", any(no_such_route))
        .fallback(app)
        .layer(from_fn_with_state(shared.clone(), identify))
        .layer(map_response_with_state(shared.clone(), secure))
        .with_state(shared)
}

async fn secure(State(shared): State<Arc<Shared>>, mut response: Response) -> Response {
    headers::secure(&mut response, &shared.app.policy);
    response
}

/// Tells this server from whatever else may answer in its place.
async fn health(RawQuery(query): RawQuery) -> Result<Response, Refusal> {
    let query = query.unwrap_or_default();
    let nonce = query.split('&').find_map(|pair| pair.strip_prefix("nonce=")).unwrap_or_default();
    if nonce.len() > NONCE_LIMIT || !nonce.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        return Err(Refusal::new(
            StatusCode::BAD_REQUEST,
            "bad_nonce",
            "a nonce is up to 64 letters, digits and `-`",
        ));
    }
    Ok(json(StatusCode::OK, &json!({"doorstep": env!("CARGO_PKG_VERSION"), "nonce": nonce})))
}

async fn list_forms(State(shared): State<Arc<Shared>>) -> Response {
    json(StatusCode::OK, &shared.forms.list)
}

async fn load_form(
    State(shared): State<Arc<Shared>>,
    hash: Result<Path<String>, PathRejection>,
    asked: HeaderMap,
) -> Result<Response, Refusal> {
    let unknown = || Refusal::new(StatusCode::NOT_FOUND, "form_unknown", "no form has this hash");
    let Path(hash) = hash.map_err(|_| unknown())?;
    let served =
        shared.forms.get(&hash).await.map_err(|error| Refusal::fault(&error))?.ok_or_else(unknown)?;
    Ok(served.bundle.answer(&asked))
}

async fn submit(
    State(shared): State<Arc<Shared>>,
    caller: Option<Caller>,
    id: Result<Path<String>, PathRejection>,
    asked: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    let sender = sender(&shared.who, caller).await?;
    let bad_id = || Refusal::new(StatusCode::BAD_REQUEST, "bad_id", "the id is no UUIDv7 in lower case");
    let Path(text) = id.map_err(|_| bad_id())?;
    let id = Uuid::try_parse(&text).map_err(|_| bad_id())?;
    // One spelling only, so that an id can't be taken twice.
    if id.to_string() != text || id.get_version_num() != 7 {
        return Err(bad_id());
    }
    check_content_type(&asked)?;
    let body = read_body(body, BODY_LIMIT).await?;
    check_digest(&asked, &body)?;
    let acceptance = intake::accept(&shared, id, body, sender).await?;
    let status = if acceptance.new { StatusCode::CREATED } else { StatusCode::OK };
    let receipt = json!({"id": id, "hash": acceptance.hash, "server_time": acceptance.server_time});
    Ok(json(status, &json!({ "receipt": receipt })))
}

/// Who sends: anybody, unless the office wants to know them. Whoever is known sends as themselves, as far as they may.
async fn sender(who: &Who, caller: Option<Caller>) -> Result<Sender, Refusal> {
    let Some(caller) = caller else {
        return if who.access.devices_only { Err(login_needed()) } else { Ok(Sender::default()) };
    };
    caller.may_somewhere(who, Deed::Send).await?;
    Ok(Sender {
        device: caller.device().map(str::to_owned),
        area: Some(caller.standing.area.code().to_owned()),
        user: caller.user,
    })
}

/// Only JSON: with this type, a browser asks first before it sends from another origin, and nobody answers it.
pub(crate) fn check_content_type(asked: &HeaderMap) -> Result<(), Refusal> {
    let named = asked.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = named.split(';').next().unwrap_or_default().trim();
    if media_type.eq_ignore_ascii_case("application/json") {
        return Ok(());
    }
    Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not_json", "the body is application/json"))
}

pub(crate) async fn read_body(mut body: Body, limit: usize) -> Result<Vec<u8>, Refusal> {
    let broken = || Refusal::new(StatusCode::BAD_REQUEST, "body_broken", "the body broke off");
    let slow = |_| Refusal::new(StatusCode::REQUEST_TIMEOUT, "too_slow", "the body came too slowly");
    let (mut bytes, mut length) = (Vec::new(), 0);
    while let Some(frame) = tokio::time::timeout(BODY_SILENCE, body.frame()).await.map_err(slow)? {
        let Ok(data) = frame.map_err(|_| broken())?.into_data() else { continue };
        length += data.len();
        if length <= limit {
            bytes.extend_from_slice(&data);
        } else if length > limit + DRAIN_LIMIT {
            break;
        }
    }
    if length <= limit {
        return Ok(bytes);
    }
    let reason = format!("the body has at most {limit} bytes");
    Err(Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", reason))
}

/// The body's digest as RFC 9530 has it: `content-digest: sha-256=:BASE64:`.
fn check_digest(asked: &HeaderMap, body: &[u8]) -> Result<(), Refusal> {
    let said = asked.get("content-digest").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let sha256 = said.split(',').find_map(|entry| entry.trim().strip_prefix("sha-256="));
    if sha256 == Some(&format!(":{}:", STANDARD.encode(Sha256::digest(body)))) {
        return Ok(());
    }
    let reason = "`content-digest: sha-256=:…:` is missing or not the body's";
    Err(Refusal::new(StatusCode::BAD_REQUEST, "bad_digest", reason))
}

pub(crate) async fn wrong_method() -> Refusal {
    Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "wrong_method", "this address takes another method")
}

pub(crate) async fn no_such_route() -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, "no_such_route", "nothing is at this address")
}

async fn app(State(shared): State<Arc<Shared>>, method: Method, uri: Uri, asked: HeaderMap) -> Response {
    if method != Method::GET && method != Method::HEAD {
        return wrong_method().await.into_response();
    }
    match shared.app.find(uri.path()) {
        Some(asset) => asset.answer(&asked),
        None => no_such_route().await.into_response(),
    }
}
