//! The routes of the wire contract; everything else is the app's.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{ConnectInfo, MatchedPath, Path, RawQuery, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::middleware::{Next, from_fn_with_state, map_response_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post, put};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use doorstep_delivery::Uuid;
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::answer::{Code, Refusal, json};
use crate::attachments::is_hash;
use crate::changes::{changes, viewer};
use crate::store::Sender;
use crate::who::Who;
use crate::who::caller::{Caller, identify, login_needed};
use crate::who::rights::{Deed, Role};
use crate::who::routes::read_submission;
use crate::{
    Shared, aside, body, declared, design, entities, headers, intake, ledgers, metrics, monitoring, openrosa,
    placing, ranking, relay, resident, tiles, totals, who,
};

/// The longest nonce that is echoed.
const NONCE_LIMIT: usize = 64;

/// All routes.
pub(crate) fn routes(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/api/v1/health", get(health).fallback(wrong_method))
        .route("/api/v1/forms", get(list_forms).fallback(wrong_method))
        .route("/api/v1/forms/{hash}", get(load_form).fallback(wrong_method))
        .route("/api/v1/gallery", get(load_gallery).fallback(wrong_method))
        .route("/api/v1/changes", get(changes).fallback(wrong_method))
        .route("/api/v1/dictionary", get(declared::show).fallback(wrong_method))
        .route("/api/v1/ledgers/{id}", post(ledgers::show).fallback(wrong_method))
        .route("/api/v1/totals/{list}", post(totals::count).fallback(wrong_method))
        .route("/api/v1/rankings/{list}", post(ranking::show).fallback(wrong_method))
        .route("/api/v1/placement", post(placing::show).fallback(wrong_method))
        .route("/api/v1/backend", get(show_targets).fallback(wrong_method))
        .route("/api/v1/office-key", get(show_office_key).fallback(wrong_method))
        .route("/api/v1/submissions/{id}", put(submit).get(read_submission).fallback(wrong_method))
        .route("/api/v1/attachments/{hash}", put(put_attachment).head(head_attachment).fallback(wrong_method))
        .route("/tiles/{zoom}/{column}/{row}", get(tiles::tile).fallback(wrong_method))
        .route("/metrics", get(show_metrics).fallback(wrong_method))
        .merge(who::routes::routes())
        .merge(relay::routes())
        .merge(openrosa::routes())
        .merge(entities::routes())
        .merge(aside::routes())
        .merge(monitoring::routes())
        .merge(resident::routes())
        .merge(design::routes())
        .route("/api/{*rest}", any(no_such_route))
        .fallback(app)
        .layer(from_fn_with_state(shared.clone(), identify))
        .layer(map_response_with_state(shared.clone(), secure))
        .layer(from_fn_with_state(shared.clone(), observe))
        .with_state(shared)
}

async fn secure(State(shared): State<Arc<Shared>>, mut response: Response) -> Response {
    headers::secure(&mut response, &shared.app.policy, shared.tls);
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

/// The forms for whoever asks; everybody may have those that are for all.
async fn list_forms(State(shared): State<Arc<Shared>>, caller: Option<Caller>) -> Result<Response, Refusal> {
    Ok(json(StatusCode::OK, &shared.forms.now().await?.list(&viewer(caller.as_ref()))))
}

/// Where else the app is to send. Nothing secret, so that also a phone that is not enrolled yet seals for all of it.
async fn show_targets(State(shared): State<Arc<Shared>>, asked: HeaderMap) -> Response {
    shared.targets.answer(&asked)
}

/// What phones seal for. As little secret as the targets are: a phone that is not enrolled yet is to seal as well.
async fn show_office_key(State(shared): State<Arc<Shared>>, asked: HeaderMap) -> Response {
    shared.office_key.answer(&asked)
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

/// The form that shows every control there is; nothing of it is anybody's.
async fn load_gallery(State(shared): State<Arc<Shared>>, asked: HeaderMap) -> Result<Response, Refusal> {
    let unknown = || Refusal::new(StatusCode::NOT_FOUND, "form_unknown", "there is no gallery here");
    Ok(shared.forms.gallery.as_ref().ok_or_else(unknown)?.bundle.answer(&asked))
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
    let body = body::read(body, intake::ENVELOPE_LIMIT, "a submission").await?;
    intake::check_size(&body)?;
    check_digest(&asked, &body)?;
    let acceptance = intake::accept(&shared, id, body, sender).await?;
    metrics::count(if acceptance.new { &shared.metrics.accepted } else { &shared.metrics.again });
    let status = if acceptance.new { StatusCode::CREATED } else { StatusCode::OK };
    let mut receipt = json!({"id": id, "hash": acceptance.hash, "server_time": acceptance.server_time});
    if let Some(other) = acceptance.taken_in_as {
        receipt["taken_in_as"] = other.into();
    }
    Ok(json(status, &json!({ "receipt": receipt })))
}

/// Who sends: anybody, unless the office wants to know them. Whoever is known sends as themselves, as far as they may.
pub(crate) async fn sender(who: &Who, caller: Option<Caller>) -> Result<Sender, Refusal> {
    let Some(caller) = caller else {
        return if who.access.devices_only { Err(login_needed()) } else { Ok(Sender::default()) };
    };
    caller.may_somewhere(who, Deed::Send).await?;
    Ok(Sender {
        device: caller.device().map(str::to_owned),
        area: Some(caller.standing.area.code().to_owned()),
        provider: (caller.standing.role == Role::Provider)
            .then(|| caller.standing.provider.clone().unwrap_or_default()),
        user: caller.user,
    })
}

/// A file under its hash, before the submission that names it.
async fn put_attachment(
    State(shared): State<Arc<Shared>>,
    caller: Option<Caller>,
    hash: Result<Path<String>, PathRejection>,
    body: Body,
) -> Result<Response, Refusal> {
    sender(&shared.who, caller).await?;
    let bad_hash =
        || Refusal::new(StatusCode::BAD_REQUEST, "bad_hash", "the address is no SHA-256 in lower-case hex");
    let Path(hash) = hash.map_err(|_| bad_hash())?;
    if !is_hash(&hash) {
        return Err(bad_hash());
    }
    let received = shared.attachments.receive(&hash, body).await?;
    received.count(&shared.metrics);
    let status = if received.new { StatusCode::CREATED } else { StatusCode::OK };
    Ok(json(status, &json!({"attachment": {"hash": hash, "size": received.size}})))
}

/// Is a file here? Says no more than that.
async fn head_attachment(
    State(shared): State<Arc<Shared>>,
    caller: Option<Caller>,
    hash: Result<Path<String>, PathRejection>,
) -> Result<StatusCode, Refusal> {
    sender(&shared.who, caller).await?;
    let Ok(Path(hash)) = hash else { return Ok(StatusCode::NOT_FOUND) };
    let here = is_hash(&hash) && shared.attachments.has(&hash).await?;
    Ok(if here { StatusCode::OK } else { StatusCode::NOT_FOUND })
}

/// The counts, for a program on this machine unless everyone may see them.
async fn show_metrics(State(shared): State<Arc<Shared>>, asked: Request) -> Response {
    let peer = asked.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| *peer);
    if !shared.metrics_open && !metrics::may_see(peer, asked.headers()) {
        return no_such_route().await.into_response();
    }
    // A database that can't be asked says so elsewhere; the other counts are worth having then.
    if let Ok(waiting) = shared.store.openrosa_waiting().await {
        shared.metrics.openrosa_waiting.store(waiting, Ordering::Relaxed);
    }
    if let Ok(waiting) = shared.store.asides_waiting().await {
        shared.metrics.aside_waiting.store(waiting, Ordering::Relaxed);
    }
    let headers = [
        (header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    let text = shared.metrics.text() + &shared.relay.text(&shared.store).await;
    (headers, text).into_response()
}

/// Counts and logs each answer, by the pattern of its address.
async fn observe(State(shared): State<Arc<Shared>>, asked: Request, next: Next) -> Response {
    let start = Instant::now();
    let method = asked.method().clone();
    let pattern = asked.extensions().get::<MatchedPath>().cloned();
    let response = next.run(asked).await;
    let route = pattern.as_ref().map_or("app", MatchedPath::as_str);
    let code = response.extensions().get::<Code>().map(|Code(code)| *code);
    let took = start.elapsed();
    shared.metrics.answered(&method, route, took, code);
    let (method, status) = (metrics::known(&method), response.status().as_u16());
    let ms = took.as_secs_f64() * 1000.0;
    tracing::info!(target: "doorstep", method, route, status, code, ms, "answered");
    response
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
