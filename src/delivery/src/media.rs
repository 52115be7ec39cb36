//! A form's pictures, sounds and films on a device: fetched by their hashes once the form itself is here, and kept as long as it is.
//!
//! Kept here: nothing is kept that is not what the form's list says, byte for byte; each file is kept as it comes, so that a network that breaks at the third
//! costs the third alone; and no form waits for any of them. They are content of the office's and nobody's answers.

use std::collections::BTreeSet;
use std::sync::Arc;

use doorstep_engine::MediaFile;

use crate::backend::doorstep::{Doorstep, refusal};
use crate::backend::login::Exchange;
use crate::backend::{SendError, SendErrorKind};
use crate::store::StoreError;
use crate::submission::content_hash;
use crate::transport::{Method, Request, Transport};

/// The most bytes that a device keeps of all its forms' media together. One form has at most [`doorstep_engine::source::MAX_MEDIA_TOTAL`].
pub const MOST_KEPT: u64 = 256 << 20;
/// How long an answer may take before its first byte.
const TIMEOUT_MS: u32 = 30_000;
/// A network that carries less, in bytes a millisecond, carries no file of a megabyte while somebody stands at a door.
const SLOWEST: u64 = 16;
/// What nonces are made from where a login needs them; media are nobody's in particular.
const SEED: &str = "media";

/// The port to where a device keeps its forms' media. No `Send`: a browser has one thread.
#[allow(async_fn_in_trait)]
pub trait Shelf {
    /// What the forms here list and the shelf has not.
    async fn lacking(&self) -> Result<Lacking, StoreError>;

    /// Relaxed. Keeps a file; its bytes were looked at.
    async fn put_up(&self, file: &MediaFile, bytes: &[u8]) -> Result<(), StoreError>;
}

/// What is to be fetched.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Lacking {
    /// Each file once, however many forms list it; those of forms that can be begun come first.
    pub files: Vec<MediaFile>,
    /// So many bytes lie there already.
    pub kept: u64,
}

/// What a run did.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Run {
    /// The hashes of what was kept, in this order.
    pub kept: Vec<Arc<str>>,
    /// The hashes of what the server has not, or has otherwise than the form lists it: asking again at once is of no use.
    pub refused: BTreeSet<Arc<str>>,
    /// So many were left out, since there would be more than [`MOST_KEPT`].
    pub left_out: usize,
    /// Why it ended early; the next run goes on with what it did not come to.
    pub stopped: Option<Stop>,
}

/// Why a run ended early.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Stop {
    /// No answer, or one that says later, or not to this device.
    Answer(SendError),
    /// The device could not keep it.
    Store(StoreError),
}

/// Why a file can't be had.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NotHad {
    /// The server has none of that hash.
    Unknown,
    /// What came is another file, half of it, or more than it.
    Other,
    /// No answer, or one that is no help.
    Answer(SendError),
}

/// Fetches what the shelf lacks, the smallest first, so that a large one holds up none that a slow network would carry. `skip`: the hashes that are left alone;
/// `came` is told of each file that is kept.
pub async fn fetch<S: Shelf, T: Transport>(
    shelf: &S,
    transport: &T,
    server: &Doorstep,
    skip: &BTreeSet<Arc<str>>,
    mut came: impl FnMut(&MediaFile),
) -> Run {
    let mut run = Run::default();
    let Lacking { mut files, mut kept } = match shelf.lacking().await {
        Ok(lacking) => lacking,
        Err(error) => return Run { stopped: Some(Stop::Store(error)), ..run },
    };
    files.retain(|file| !skip.contains(&file.sha256));
    // Stable: of one size those of forms that can be begun stay first.
    files.sort_by_key(|file| file.size);
    for file in files {
        if kept + file.size > MOST_KEPT {
            run.left_out += 1;
            continue;
        }
        match fetch_one(transport, server, &file).await {
            Ok(bytes) => {
                if let Err(error) = shelf.put_up(&file, &bytes).await {
                    run.stopped = Some(Stop::Store(error));
                    return run;
                }
                kept += file.size;
                came(&file);
                run.kept.push(file.sha256);
            }
            Err(NotHad::Unknown | NotHad::Other) => {
                run.refused.insert(file.sha256);
            }
            Err(NotHad::Answer(error)) => {
                run.stopped = Some(Stop::Answer(error));
                return run;
            }
        }
    }
    run
}

/// Fetches one file, and looks whether it is the one that the form lists.
///
/// # Errors
/// [`NotHad`].
pub async fn fetch_one<T: Transport>(
    transport: &T,
    server: &Doorstep,
    file: &MediaFile,
) -> Result<Vec<u8>, NotHad> {
    let while_it_comes = u32::try_from(file.size / SLOWEST).unwrap_or(u32::MAX);
    let request = Request {
        method: Method::Get,
        url: format!("{}/api/v1/media/{}", server.base_url, file.sha256),
        headers: Vec::new(),
        body: None,
        timeout_ms: TIMEOUT_MS.saturating_add(while_it_comes),
    };
    let exchange = Exchange::new(transport, &server.credential, SEED);
    let answer = exchange.send(request).await.map_err(NotHad::Answer)?;
    match answer.status {
        200 if is_it(file, &answer.body) => Ok(answer.body),
        // A login page of the Wi-Fi, which every file would be.
        200 if answer.header("content-type").is_some_and(|kind| kind.starts_with("text/html")) => {
            Err(NotHad::Answer(SendErrorKind::NotTheServer.alone()))
        }
        200 => Err(NotHad::Other),
        404 | 410 => Err(NotHad::Unknown),
        _ => Err(NotHad::Answer(refusal(&answer))),
    }
}

/// Are these the bytes of the file that is listed?
pub fn is_it(file: &MediaFile, bytes: &[u8]) -> bool {
    file.size == bytes.len() as u64 && *file.sha256 == *content_hash(bytes)
}

#[cfg(test)]
mod tests;
