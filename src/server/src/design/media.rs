//! The pictures, sounds and films of forms: taken in from designers by their hash before the version that lists them, and handed out to whoever has the form.
//!
//! Kept here: a file is what its bytes say, and nothing else is taken; what is handed out was taken in as a form's, so that a list in a bundle opens no
//! attachment of a survey; nothing in a drawing runs, also where somebody opens it by its address; a file keeps its address from version to version, so
//! that nobody loads an unchanged one again.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use doorstep_delivery::submission::content_hash;
use doorstep_engine::source::{MAX_MEDIA, MAX_MEDIA_BYTES, media_type};
use doorstep_engine::{Bundle, MediaError, MediaFile};
use md5::{Digest, Md5};
use serde::Deserialize;
use serde_json::json;

use super::user_of;
use crate::answer::{Refusal, json as answer};
use crate::api::check_content_type;
use crate::attachments::{Attachments, is_hash};
use crate::listen::now_ms;
use crate::off_thread::off_thread;
use crate::ranges;
use crate::store::{FormMedia, Store};
use crate::who::caller::Caller;
use crate::who::rights::Deed;
use crate::{Shared, body};

/// What a page made of a drawing may do: nothing but look as it says.
const POLICY: HeaderValue =
    HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox");
/// The largest question about hashes.
const QUESTION_LIMIT: usize = 128 << 10;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    hashes: Vec<String>,
}

/// `POST …/media`: which of these files are still to be sent.
pub(super) async fn missing(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    asked: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    caller.may_somewhere(&shared.who, Deed::Design).await?;
    check_content_type(&asked)?;
    let body = body::read(body, QUESTION_LIMIT, "a list of hashes").await?;
    let bad = |reason: &str| Refusal::new(StatusCode::BAD_REQUEST, "bad_body", reason);
    let Asked { hashes } =
        serde_json::from_slice(&body).map_err(|_| bad("the body is `{\"hashes\": […]}`"))?;
    if hashes.len() > MAX_MEDIA || !hashes.iter().all(|hash| is_hash(hash)) {
        return Err(bad("up to 500 SHA-256 in lower-case hex"));
    }
    let mut missing = BTreeSet::new();
    for hash in hashes {
        if shared.store.form_media(&hash).await?.is_none() || !shared.attachments.has(&hash).await? {
            missing.insert(hash);
        }
    }
    Ok(answer(StatusCode::OK, &json!({ "missing": missing })))
}

/// `PUT …/media/{hash}`: a file's bytes.
pub(super) async fn take(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    hash: Result<Path<String>, PathRejection>,
    body: Body,
) -> Result<Response, Refusal> {
    caller.may_somewhere(&shared.who, Deed::Design).await?;
    let user = user_of(&caller)?;
    let bad = |code, reason: &str| Refusal::new(StatusCode::BAD_REQUEST, code, reason);
    let hash = hash.ok().map(|Path(hash)| hash).filter(|hash| is_hash(hash));
    let hash = hash.ok_or_else(|| bad("bad_hash", "the address is no SHA-256 in lower-case hex"))?;
    let bytes = body::read(body, MAX_MEDIA_BYTES, "a media file").await.map_err(|refusal| {
        let large = refusal.status == StatusCode::PAYLOAD_TOO_LARGE;
        if large { Refusal::new(refusal.status, "media_too_large", refusal.reason) } else { refusal }
    })?;
    let (kept, is_new) = keep(&shared.store, &shared.attachments, bytes, Some(&hash), Some(user)).await?;
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok(answer(status, &json!({"media": {"sha256": hash, "size": kept.size, "type": kept.kind}})))
}

/// Takes a file in, and says whether it is new. Sent again, it stays what it was.
pub(crate) async fn keep(
    store: &Store,
    attachments: &Attachments,
    bytes: Vec<u8>,
    said: Option<&str>,
    user: Option<&str>,
) -> Result<(FormMedia, bool), Refusal> {
    let (hash, media, bytes) = off_thread(move || {
        let kind = media_type(&bytes).ok_or_else(|| {
            let reason = "this is no picture (PNG, JPEG, WebP, GIF, SVG), sound (MP3, M4A, OGG, WAV) or film (MP4, WebM)";
            Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, "media_kind", reason)
        })?;
        let md5 = format!("{:x}", Md5::digest(&bytes));
        Ok((content_hash(&bytes), FormMedia { size: bytes.len() as u64, kind: kind.to_owned(), md5 }, bytes))
    })
    .await?;
    if said.is_some_and(|said| said != hash) {
        let reason = "the body's SHA-256 is not the one in the address";
        return Err(Refusal::new(StatusCode::BAD_REQUEST, "bad_digest", reason));
    }
    let known = store.form_media(&hash).await?.is_some();
    let mut file = attachments.begin().await?;
    file.add(&bytes).await?;
    attachments.keep(file.end().await?).await?;
    // Only now: whoever finds the row finds the file.
    store.keep_form_media(&hash, &media, user, now_ms()).await?;
    Ok((media, !known))
}

/// `GET /api/v1/media/{hash}`: as open as the forms themselves.
pub(super) async fn give(
    State(shared): State<Arc<Shared>>,
    hash: Result<Path<String>, PathRejection>,
    asked: HeaderMap,
) -> Result<Response, Refusal> {
    let unknown = || Refusal::new(StatusCode::NOT_FOUND, "media_unknown", "no form has a file of this hash");
    let hash = hash.ok().map(|Path(hash)| hash).filter(|hash| is_hash(hash)).ok_or_else(unknown)?;
    file(&shared, &hash, &asked).await?.ok_or_else(unknown)
}

/// A media file as an answer; `None` if none has this hash.
pub(crate) async fn file(
    shared: &Shared,
    hash: &str,
    asked: &HeaderMap,
) -> Result<Option<Response>, Refusal> {
    let Some(media) = shared.store.form_media(hash).await? else { return Ok(None) };
    let etag =
        HeaderValue::from_str(&format!("\"{}\"", &hash[..32])).map_err(|error| Refusal::fault(&error))?;
    let known = asked.get(header::IF_NONE_MATCH).is_some_and(|tags| {
        tags.as_bytes().split(|byte| *byte == b',').any(|tag| tag.trim_ascii() == etag.as_bytes())
    });
    let mut response = if known {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        response
    } else {
        ranges::answer(shared.attachments.load(hash).await?, asked)
    };
    let kind = HeaderValue::from_str(&media.kind).map_err(|error| Refusal::fault(&error))?;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, kind);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    headers.insert(header::ETAG, etag);
    headers.insert(header::CONTENT_SECURITY_POLICY, POLICY);
    Ok(Some(response))
}

/// The files that a version lists, all of them here.
///
/// # Errors
/// The list is none, or names what is not here, or calls it something else: 422 `media_…`, 409 `media_missing` with the files.
pub(super) async fn listed(store: &Store, bundle: &Bundle) -> Result<Vec<MediaFile>, Refusal> {
    let files = bundle.media().map_err(refusal)?;
    let mut missing = Vec::new();
    for file in &files {
        match store.form_media(&file.sha256).await? {
            None => missing.push(json!({"name": file.name, "sha256": file.sha256})),
            Some(known) if known.size != file.size || *known.kind != *file.kind => {
                return Err(refusal(MediaError::Unread));
            }
            Some(_) => {}
        }
    }
    if missing.is_empty() {
        return Ok(files);
    }
    let reason = format!("{} of the form's media files are not here yet", missing.len());
    Err(Refusal::new(StatusCode::CONFLICT, "media_missing", reason).with_files(missing))
}

/// Why a form's files can't be its files.
fn refusal(error: MediaError) -> Refusal {
    let refusal = Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, error.code(), error.to_string());
    match error.file() {
        Some(file) => refusal.with_files(vec![json!({ "name": file })]),
        None => refusal,
    }
}
