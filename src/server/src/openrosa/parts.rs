//! The parts of a POST (multipart/form-data, RFC 7578): an instance's text, and some of its files.
//!
//! Kept here: everything is bounded (the whole, the text, each file, their number, their names, the silence between two pieces), a
//! file goes to the disk as it comes, and nothing of a POST that is refused is left there.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, StatusCode, header};
use doorstep_delivery::attachment::{is_media_type, is_name};
use doorstep_delivery::sealed::MOST_ATTACHMENTS;
use futures_util::stream;
use multer::{Constraints, Field, Multipart, SizeLimit};

use crate::answer::Refusal;
use crate::attachments::{Attachments, FILE_LIMIT, Hashed};
use crate::body::{self, DRAIN_LIMIT};

/// The largest POST, as it is announced: the largest file with the largest text.
pub(super) const POST_LIMIT: u64 = FILE_LIMIT + (2 << 20);
/// The largest text of an instance.
const XML_LIMIT: usize = 1 << 20;
/// The most parts: as many files as a submission may have, the text, and a few words beside them.
const MOST_PARTS: usize = MOST_ATTACHMENTS + 8;
/// How much of a part that is no file is looked at.
const WORD: usize = 64;
/// How much comes at most between two pieces that are taken on: only a part's head is held until it is whole.
const MOST_HELD: u64 = 4 << 20;
/// How long all of a POST may take.
const LONGEST: Duration = Duration::from_secs(15 * 60);

/// What a POST holds.
pub(super) struct Posted {
    /// The instance's text, exactly.
    pub(super) xml: Vec<u8>,
    pub(super) files: Vec<Posting>,
    /// Does its sender say that more follows?
    pub(super) incomplete: bool,
}

/// A file in full.
pub(super) struct Posting {
    pub(super) name: String,
    pub(super) media_type: String,
    pub(super) file: Hashed,
}

/// Reads a POST's body.
pub(super) async fn read(
    attachments: &Attachments,
    asked: &HeaderMap,
    body: Body,
) -> Result<Posted, Refusal> {
    let not_multipart = || {
        let reason = "the body is multipart/form-data";
        Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not_multipart", reason)
    };
    let named = asked.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let boundary = multer::parse_boundary(named).map_err(|_| not_multipart())?;
    let limits = SizeLimit::new().whole_stream(POST_LIMIT + 1);
    let constraints = Constraints::new().size_limit(limits);
    let held = Arc::new(AtomicU64::new(0));
    let parts = Parts {
        reader: Multipart::with_constraints(bounded(body, held.clone()), boundary, constraints),
        held,
    };
    let slow = |_| Refusal::new(StatusCode::REQUEST_TIMEOUT, "too_slow", "the body came too slowly");
    tokio::time::timeout(LONGEST, parts_of(attachments, parts)).await.map_err(slow)?
}

/// The reader of parts, and how many bytes it was given since it gave the last.
struct Parts {
    reader: Multipart<'static>,
    held: Arc<AtomicU64>,
}

/// A part.
struct Part {
    field: Field<'static>,
    held: Arc<AtomicU64>,
}

impl Parts {
    async fn next(&mut self) -> Result<Option<Part>, Refusal> {
        let field = self.reader.next_field().await.map_err(refusal)?;
        self.held.store(0, Ordering::Relaxed);
        Ok(field.map(|field| Part { field, held: self.held.clone() }))
    }
}

impl Part {
    async fn next(&mut self) -> Result<Option<Bytes>, Refusal> {
        let piece = self.field.chunk().await.map_err(refusal)?;
        self.held.store(0, Ordering::Relaxed);
        Ok(piece)
    }
}

async fn parts_of(attachments: &Attachments, mut parts: Parts) -> Result<Posted, Refusal> {
    let (mut xml, mut files, mut incomplete, mut count) = (None, Vec::<Posting>::new(), false, 0);
    while let Some(part) = parts.next().await? {
        count += 1;
        if count > MOST_PARTS || files.len() >= MOST_ATTACHMENTS {
            let reason = format!("a submission has at most {MOST_ATTACHMENTS} files");
            return Err(Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "too_many", reason));
        }
        match (part.field.name(), part.field.file_name()) {
            (Some("xml_submission_file"), _) if xml.is_some() => return Err(bad("there are two texts")),
            (Some("xml_submission_file"), _) => xml = Some(text(part).await?),
            (Some("*isIncomplete*"), _) => {
                incomplete = word(part).await?.trim_ascii().eq_ignore_ascii_case(b"yes");
            }
            (_, Some(_)) => {
                let posting = file(attachments, part).await?;
                if files.iter().any(|other| other.name == posting.name) {
                    return Err(bad("two files have the same name"));
                }
                files.push(posting);
            }
            (_, None) => drop(word(part).await?),
        }
    }
    let xml = xml.ok_or_else(|| bad("there is no part `xml_submission_file`"))?;
    Ok(Posted { xml, files, incomplete })
}

async fn text(mut part: Part) -> Result<Vec<u8>, Refusal> {
    let mut text = Vec::new();
    while let Some(piece) = part.next().await? {
        if text.len() + piece.len() > XML_LIMIT {
            let reason = format!("the text of a submission has at most {XML_LIMIT} bytes");
            return Err(Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", reason));
        }
        text.extend_from_slice(&piece);
    }
    Ok(text)
}

/// The beginning of a part that is no file; the rest is read and let go.
async fn word(mut part: Part) -> Result<Vec<u8>, Refusal> {
    let mut word = Vec::new();
    while let Some(piece) = part.next().await? {
        word.extend_from_slice(&piece[..piece.len().min(WORD - word.len())]);
    }
    Ok(word)
}

async fn file(attachments: &Attachments, mut part: Part) -> Result<Posting, Refusal> {
    // The name itself may be anything, and is not told again.
    let name = part.field.file_name().filter(|name| is_name(name)).map(str::to_owned);
    let name = name.ok_or_else(|| {
        let reason =
            "a file's name has letters, digits, blanks, - _ ( ) and dots within it only, 100 at most";
        Refusal::new(StatusCode::BAD_REQUEST, "bad_name", reason)
    })?;
    let said = part.field.content_type().map(|kind| kind.essence_str().to_owned());
    let media_type =
        said.filter(|kind| is_media_type(kind)).unwrap_or_else(|| "application/octet-stream".into());
    let mut arriving = attachments.begin().await?;
    while let Some(piece) = part.next().await? {
        arriving.add(&piece).await?;
    }
    Ok(Posting { name, media_type, file: arriving.end().await? })
}

fn bad(reason: &str) -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, "not_a_submission", reason)
}

/// A refusal on its way through the reader of parts.
#[derive(Debug)]
struct Stopped(Refusal);

impl std::fmt::Display for Stopped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.code)
    }
}

impl std::error::Error for Stopped {}

/// A body's pieces, up to the limit. What is more is read for a while and thrown away, so that its sender gets to read the refusal.
fn bounded(
    body: Body,
    held: Arc<AtomicU64>,
) -> impl futures_util::Stream<Item = Result<Bytes, Stopped>> + Send {
    stream::unfold(Some((body, 0_u64, held)), |state| async {
        let (mut body, before, held) = state?;
        match body::next(&mut body).await {
            Ok(None) => None,
            Err(refusal) => Some((Err(Stopped(refusal)), None)),
            Ok(Some(piece)) => {
                let mut length = before + piece.len() as u64;
                if held.fetch_add(piece.len() as u64, Ordering::Relaxed) > MOST_HELD {
                    return Some((Err(Stopped(bad("the head of a part is too long"))), None));
                }
                if length <= POST_LIMIT {
                    return Some((Ok(piece), Some((body, length, held))));
                }
                while length <= POST_LIMIT + DRAIN_LIMIT as u64 {
                    match body::next(&mut body).await {
                        Ok(Some(piece)) => length += piece.len() as u64,
                        Ok(None) | Err(_) => break,
                    }
                }
                Some((Err(Stopped(too_large())), None))
            }
        }
    })
}

fn too_large() -> Refusal {
    let reason = format!("a POST has at most {POST_LIMIT} bytes");
    Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", reason)
}

/// What a mistake of the reader's is to the sender. What broke off may come whole the next time.
fn refusal(error: multer::Error) -> Refusal {
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
