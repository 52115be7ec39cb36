//! A POST's body piece by piece, on its way to the reader of parts.
//!
//! Kept here: no more is given on than a POST may have, and no more is held than the reader takes on; what is left of a body that
//! is refused is read for a while and thrown away, so that its sender gets to read the refusal.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use futures_util::{Stream, stream};
use tokio::sync::Mutex;

use crate::answer::Refusal;
use crate::attachments::FILE_LIMIT;
use crate::body::{self, DRAIN_LIMIT};

/// The largest POST, as it is announced: the largest file with the largest text.
pub(super) const POST_LIMIT: u64 = FILE_LIMIT + (2 << 20);
/// How much comes at most between two pieces that are taken on: only a part's head is held until it is whole.
const MOST_HELD: u64 = 4 << 20;

/// A body, for the reader and for who is left with the rest.
#[derive(Clone)]
pub(super) struct Pieces {
    coming: Arc<Mutex<Coming>>,
    held: Arc<AtomicU64>,
}

struct Coming {
    body: Body,
    /// How many bytes came.
    length: u64,
    ended: bool,
}

impl Coming {
    async fn next(&mut self) -> Result<Option<Bytes>, Refusal> {
        let next = if self.ended { Ok(None) } else { body::next(&mut self.body).await };
        match &next {
            Ok(Some(piece)) => self.length += piece.len() as u64,
            Ok(None) | Err(_) => self.ended = true,
        }
        next
    }
}

impl Pieces {
    pub(super) fn of(body: Body) -> Pieces {
        let coming = Coming { body, length: 0, ended: false };
        Pieces { coming: Arc::new(Mutex::new(coming)), held: Arc::default() }
    }

    /// For the reader of parts.
    pub(super) fn stream(&self) -> impl Stream<Item = Result<Bytes, Stopped>> + Send + 'static {
        stream::unfold(Some(self.clone()), |state| async {
            let pieces = state?;
            match pieces.next().await {
                Ok(piece) => Some((Ok(piece?), Some(pieces))),
                Err(refusal) => Some((Err(Stopped(refusal)), None)),
            }
        })
    }

    async fn next(&self) -> Result<Option<Bytes>, Refusal> {
        let mut coming = self.coming.lock().await;
        let Some(piece) = coming.next().await? else { return Ok(None) };
        if coming.length > POST_LIMIT {
            return Err(too_large());
        }
        if self.held.fetch_add(piece.len() as u64, Ordering::Relaxed) > MOST_HELD {
            return Err(bad("the head of a part is too long"));
        }
        Ok(Some(piece))
    }

    /// The reader took on what it was given.
    pub(super) fn taken_on(&self) {
        self.held.store(0, Ordering::Relaxed);
    }

    /// Reads what is left, as far as it is worth it.
    pub(super) async fn drain(&self) {
        let mut coming = self.coming.lock().await;
        while coming.length <= POST_LIMIT + DRAIN_LIMIT as u64 {
            if !matches!(coming.next().await, Ok(Some(_))) {
                break;
            }
        }
    }
}

/// A refusal on its way through the reader of parts.
#[derive(Debug)]
pub(super) struct Stopped(Refusal);

impl std::fmt::Display for Stopped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.code)
    }
}

impl std::error::Error for Stopped {}

/// What a mistake of the reader's is to the sender. What broke off may come whole the next time.
pub(super) fn refusal(error: multer::Error) -> Refusal {
    let broken = || Refusal::new(StatusCode::REQUEST_TIMEOUT, "body_broken", "the body broke off");
    match error {
        multer::Error::StreamReadFailed(error) => match error.downcast::<Stopped>() {
            Ok(stopped) if stopped.0.code == "body_broken" => broken(),
            Ok(stopped) => stopped.0,
            Err(_) => broken(),
        },
        multer::Error::IncompleteStream
        | multer::Error::IncompleteFieldData { .. }
        | multer::Error::IncompleteHeaders => broken(),
        multer::Error::StreamSizeExceeded { .. } | multer::Error::FieldSizeExceeded { .. } => too_large(),
        _ => bad("the parts of the body are not as multipart/form-data has them"),
    }
}

pub(super) fn bad(reason: &str) -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, "not_a_submission", reason)
}

fn too_large() -> Refusal {
    let reason = format!("a POST has at most {POST_LIMIT} bytes");
    Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", reason)
}
