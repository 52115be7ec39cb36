//! Bodies as they come in: piece by piece, none of them slowly.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use http_body_util::BodyExt;

use crate::answer::Refusal;

/// How much more than allowed is read and thrown away, so that its sender gets to read the refusal.
pub(crate) const DRAIN_LIMIT: usize = 16 << 20;
/// The longest silence within a body.
const SILENCE: Duration = Duration::from_secs(30);

/// The next piece; `None` at the end.
pub(crate) async fn next(body: &mut Body) -> Result<Option<Bytes>, Refusal> {
    let broken = || Refusal::new(StatusCode::BAD_REQUEST, "body_broken", "the body broke off");
    let slow = |_| Refusal::new(StatusCode::REQUEST_TIMEOUT, "too_slow", "the body came too slowly");
    while let Some(frame) = tokio::time::timeout(SILENCE, body.frame()).await.map_err(slow)? {
        // Trailers say nothing that is asked for.
        if let Ok(data) = frame.map_err(|_| broken())?.into_data() {
            return Ok(Some(data));
        }
    }
    Ok(None)
}

/// All of it, if that is no more than `limit`. `what` names it in the refusal.
pub(crate) async fn read(mut body: Body, limit: usize, what: &str) -> Result<Vec<u8>, Refusal> {
    let (mut bytes, mut length) = (Vec::new(), 0);
    while let Some(data) = next(&mut body).await? {
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
    Err(too_large(what, limit))
}

/// The refusal of more than `limit` bytes.
pub(crate) fn too_large(what: &str, limit: usize) -> Refusal {
    let reason = format!("{what} has at most {limit} bytes");
    Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", reason)
}
