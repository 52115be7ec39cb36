//! The parts of a POST (multipart/form-data, RFC 7578): an instance's text, and some of its files.
//!
//! Kept here: everything is bounded (the whole, the text, each file, their number, their names, the silence between two pieces), a
//! file goes to the disk as it comes, and nothing of a POST that is refused is left there.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, StatusCode, header};
use doorstep_delivery::attachment::{is_media_type, is_name};
use doorstep_delivery::sealed::MOST_ATTACHMENTS;
use multer::{Field, Multipart};

use super::pieces::{Pieces, bad, refusal};
use crate::answer::Refusal;
use crate::attachments::{Attachments, Hashed};

/// The largest text of an instance.
const XML_LIMIT: usize = 1 << 20;
/// The most parts: as many files as a submission may have, the text, and a few words beside them.
const MOST_PARTS: usize = MOST_ATTACHMENTS + 8;
/// How much of a part that is no file is looked at.
const WORD: usize = 64;
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
    let pieces = Pieces::of(body);
    let parts = Parts { reader: Multipart::new(pieces.stream(), boundary), pieces: pieces.clone() };
    let slow = |_| Refusal::new(StatusCode::REQUEST_TIMEOUT, "too_slow", "the body came too slowly");
    let reading = async {
        let read = parts_of(attachments, parts).await;
        if read.is_err() {
            pieces.drain().await;
        }
        read
    };
    tokio::time::timeout(LONGEST, reading).await.map_err(slow)?
}

/// The reader of parts.
struct Parts {
    reader: Multipart<'static>,
    pieces: Pieces,
}

/// A part.
struct Part {
    field: Field<'static>,
    pieces: Pieces,
}

impl Parts {
    async fn next(&mut self) -> Result<Option<Part>, Refusal> {
        let field = self.reader.next_field().await.map_err(refusal)?;
        self.pieces.taken_on();
        Ok(field.map(|field| Part { field, pieces: self.pieces.clone() }))
    }
}

impl Part {
    async fn next(&mut self) -> Result<Option<Bytes>, Refusal> {
        let piece = self.field.chunk().await.map_err(refusal)?;
        self.pieces.taken_on();
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
