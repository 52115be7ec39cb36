//! Attachments by the hash of their bytes: a file has one place, however many submissions name it.
//!
//! Kept here: a row stands for a file that is on the shelf in full; nothing is kept of what broke off or has another hash.

mod bucket;
mod shelf;

use std::io::Read;
use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::StatusCode;
use sha2::{Digest, Sha256};

use crate::answer::Refusal;
use crate::body::{self, DRAIN_LIMIT};
use crate::listen::now_ms;
use crate::metrics::{self, Metrics};
use crate::off_thread::off_thread;
use crate::store::Store;
pub(crate) use bucket::Bucket;
pub use bucket::{BucketError, BucketFiles};
pub(crate) use shelf::{FOLDER as SHELF, Folder, Incoming, Shelf, sync};

/// The largest file.
pub(crate) const FILE_LIMIT: u64 = 32 << 20;
/// How much is held in memory before it is written.
const CHUNK: usize = 128 << 10;
/// How long the sum of all sizes is believed: other processes add to it too.
const SUM_AGE: Duration = Duration::from_secs(60);

/// All attachments.
pub(crate) struct Attachments {
    store: Store,
    shelf: std::sync::Arc<dyn Shelf>,
    /// How many bytes all of them may have.
    limit: u64,
    /// How many they have, and when that was asked.
    sum: Mutex<Option<(Instant, u64)>>,
}

/// A file that is here now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Received {
    /// Was it not here before?
    pub(crate) new: bool,
    /// In bytes.
    pub(crate) size: u64,
}

impl Received {
    /// One more in the counts.
    pub(crate) fn count(self, metrics: &Metrics) {
        if self.new {
            metrics::count(&metrics.attachments);
            metrics.attachment_bytes.fetch_add(self.size, Ordering::Relaxed);
        } else {
            metrics::count(&metrics.attachments_again);
        }
    }
}

/// SHA-256 in lowercase hex: the one spelling, and nothing that leads out of a folder.
pub(crate) fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

impl Attachments {
    pub(crate) fn new(store: Store, shelf: std::sync::Arc<dyn Shelf>, limit: u64) -> Attachments {
        Attachments { store, shelf, limit, sum: Mutex::new(None) }
    }

    /// Is the file here, by its row and on the shelf?
    pub(crate) async fn has(&self, hash: &str) -> Result<bool, Refusal> {
        let Some(size) = self.store.attachment(hash).await? else { return Ok(false) };
        let (shelf, hash) = (self.shelf.clone(), hash.to_owned());
        off_thread(move || shelf.has(&hash, size).map_err(failed)).await
    }

    /// Those of the hashes whose file is not here, in their order, each once.
    pub(crate) async fn missing<'a>(
        &self,
        hashes: impl Iterator<Item = &'a str>,
    ) -> Result<Vec<String>, Refusal> {
        let mut missing: Vec<String> = Vec::new();
        for hash in hashes {
            if !missing.iter().any(|known| known == hash) && !self.has(hash).await? {
                missing.push(hash.to_owned());
            }
        }
        Ok(missing)
    }

    /// Takes a file in under its hash.
    pub(crate) async fn receive(&self, hash: &str, body: Body) -> Result<Received, Refusal> {
        // What is here is read again all the same: whoever sends other bytes is told so.
        let known = self.has(hash).await?;
        let room = if known { FILE_LIMIT } else { self.room().await? };
        let mut arriving =
            Arriving::new(if known || room == 0 { None } else { Some(self.shelf.clone()) }).await?;
        arriving.read(body, room).await?;
        if arriving.size > FILE_LIMIT {
            return Err(too_large());
        }
        if arriving.size > room || room == 0 {
            return Err(no_room());
        }
        let size = arriving.size;
        arriving.keep(hash).await?;
        let new = self.store.keep_attachment(hash, size, now_ms()).await?;
        if new {
            self.add(size);
        }
        Ok(Received { new: new && !known, size })
    }

    /// The bytes of a file that is here.
    pub(crate) async fn load(&self, hash: &str) -> Result<Vec<u8>, Refusal> {
        let (shelf, hash) = (self.shelf.clone(), hash.to_owned());
        off_thread(move || {
            let mut bytes = Vec::new();
            let mut file = shelf.read(&hash).map_err(failed)?.take(FILE_LIMIT);
            file.read_to_end(&mut bytes).map_err(failed)?;
            Ok(bytes)
        })
        .await
    }

    /// Begins a file whose hash nobody has said.
    pub(crate) async fn begin(&self) -> Result<Unhashed, Refusal> {
        let arriving = Arriving::new(Some(self.shelf.clone())).await?;
        Ok(Unhashed { arriving, buffer: Vec::new() })
    }

    /// Keeps a file under its hash.
    pub(crate) async fn keep(&self, file: Hashed) -> Result<Received, Refusal> {
        let Hashed { hash, size, incoming } = file;
        if self.has(&hash).await? {
            return Ok(Received { new: false, size });
        }
        if size > self.room().await? {
            return Err(no_room());
        }
        let name = hash.clone();
        off_thread(move || incoming.keep(&name).map_err(failed)).await?;
        let new = self.store.keep_attachment(&hash, size, now_ms()).await?;
        if new {
            self.add(size);
        }
        Ok(Received { new, size })
    }

    /// How many bytes there is room for.
    async fn room(&self) -> Result<u64, Refusal> {
        let known = *self.sum.lock().unwrap_or_else(PoisonError::into_inner);
        let sum = match known {
            Some((asked, sum)) if asked.elapsed() < SUM_AGE => sum,
            Some(_) | None => {
                let sum = self.store.attachments_size().await?;
                *self.sum.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), sum));
                sum
            }
        };
        Ok(self.limit.saturating_sub(sum))
    }

    fn add(&self, size: u64) {
        if let Some((_, sum)) = &mut *self.sum.lock().unwrap_or_else(PoisonError::into_inner) {
            *sum += size;
        }
    }
}

fn too_large() -> Refusal {
    let reason = format!("an attachment has at most {FILE_LIMIT} bytes");
    Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", reason)
}

/// A shelf that is away is so for a while; anything else is a fault.
fn failed(error: std::io::Error) -> Refusal {
    if !matches!(error.kind(), std::io::ErrorKind::NotConnected | std::io::ErrorKind::TimedOut) {
        return Refusal::fault(&error);
    }
    tracing::error!(target: "doorstep", what = %error, "attachments");
    let reason = "attachments can't be kept just now; try again later";
    Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "shelf_away", reason)
}

fn no_room() -> Refusal {
    let reason = "the server has no room for more attachments";
    Refusal::new(StatusCode::INSUFFICIENT_STORAGE, "no_room", reason)
}

/// A file on its way whose hash nobody has said. Dropped, it was never there.
pub(crate) struct Unhashed {
    arriving: Arriving,
    buffer: Vec<u8>,
}

/// A file that is here in full, not yet in its place. Dropped, it was never there.
pub(crate) struct Hashed {
    pub(crate) hash: String,
    pub(crate) size: u64,
    incoming: Box<dyn Incoming>,
}

impl Unhashed {
    /// Adds to it.
    pub(crate) async fn add(&mut self, data: &[u8]) -> Result<(), Refusal> {
        self.arriving.size += data.len() as u64;
        if self.arriving.size > FILE_LIMIT {
            return Err(too_large());
        }
        self.buffer.extend_from_slice(data);
        if self.buffer.len() >= CHUNK {
            self.buffer = self.arriving.write(std::mem::take(&mut self.buffer)).await?;
        }
        Ok(())
    }

    /// That was all of it.
    pub(crate) async fn end(mut self) -> Result<Hashed, Refusal> {
        self.arriving.write(self.buffer).await?;
        let Arriving { hasher, size, incoming } = self.arriving;
        let incoming = incoming.ok_or_else(|| Refusal::fault(&"a file was written nowhere"))?;
        Ok(Hashed { hash: format!("{:x}", hasher.finalize()), size, incoming })
    }
}

/// A file on its way, hashed as it comes, and written unless it is here already.
struct Arriving {
    hasher: Sha256,
    size: u64,
    incoming: Option<Box<dyn Incoming>>,
}

impl Arriving {
    async fn new(shelf: Option<std::sync::Arc<dyn Shelf>>) -> Result<Arriving, Refusal> {
        let incoming = match shelf {
            None => None,
            Some(shelf) => Some(off_thread(move || shelf.receive().map_err(failed)).await?),
        };
        Ok(Arriving { hasher: Sha256::new(), size: 0, incoming })
    }

    /// Reads to the end, and on for a while past what is too much, so that the sender gets to read the refusal.
    async fn read(&mut self, mut body: Body, room: u64) -> Result<(), Refusal> {
        let most = room.min(FILE_LIMIT);
        let mut buffer = Vec::new();
        while let Some(data) = body::next(&mut body).await? {
            self.size += data.len() as u64;
            if self.size > most {
                self.incoming = None;
                buffer = Vec::new();
            } else {
                buffer.extend_from_slice(&data);
                if buffer.len() >= CHUNK {
                    buffer = self.write(buffer).await?;
                }
            }
            if self.size > FILE_LIMIT + DRAIN_LIMIT as u64 {
                break;
            }
        }
        self.write(buffer).await.map(drop)
    }

    /// Hashes and writes; gives the buffer back, empty.
    async fn write(&mut self, mut buffer: Vec<u8>) -> Result<Vec<u8>, Refusal> {
        let (mut hasher, mut incoming) = (std::mem::take(&mut self.hasher), self.incoming.take());
        let work = move || {
            hasher.update(&buffer);
            if let Some(incoming) = &mut incoming {
                incoming.write(&buffer).map_err(failed)?;
            }
            buffer.clear();
            Ok((hasher, incoming, buffer))
        };
        let (hasher, incoming, buffer) = off_thread(work).await?;
        (self.hasher, self.incoming) = (hasher, incoming);
        Ok(buffer)
    }

    /// Puts it in its place if it has the hash that it came under.
    async fn keep(self, hash: &str) -> Result<(), Refusal> {
        let hash = hash.to_owned();
        off_thread(move || {
            if format!("{:x}", self.hasher.finalize()) != hash {
                let reason = "the body's SHA-256 is not the one in the address";
                return Err(Refusal::new(StatusCode::BAD_REQUEST, "bad_digest", reason));
            }
            match self.incoming {
                Some(incoming) => incoming.keep(&hash).map_err(failed),
                None => Ok(()),
            }
        })
        .await
    }
}
