//! All of a server's data as one tar file, taken and brought back while the server runs.
//!
//! Kept here: the file holds every attachment that a submission in it names, since the database is looked at first and
//! attachments are never removed; bringing it back changes no row that is there, and twice comes to the same as once.
//!
//! In the tar, in this order: [`MANIFEST`], `attachments/ab/abcd…`, the key that secrets are sealed with, and the database if it is SQLite's.

mod restore;
mod take;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use restore::{Restored, restore};
pub use take::{Taken, take};

use crate::attachments::{Bucket, BucketError, BucketFiles, Folder, Shelf};
use crate::store::StoreError;

/// What the file is, at its beginning.
const MANIFEST: &str = "doorstep-backup.json";
/// The version of how it is laid out.
const LAYOUT: u32 = 1;

/// The first entry.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
struct Manifest {
    layout: u32,
    /// Which Doorstep wrote it.
    doorstep: String,
    /// RFC 3339, UTC.
    taken_at: String,
    /// SHA-256 of the database's file; none if the database is PostgreSQL's.
    database_sha256: Option<String>,
    submissions: u64,
}

/// Why a backup can't be taken or brought back.
#[derive(Debug)]
pub enum BackupError {
    /// There is no database in the data folder.
    NoData,
    /// The file is there already; it is not overwritten.
    Exists,
    /// A file can't be read or written.
    File(PathBuf, std::io::Error),
    /// The database can't be read or written.
    Store(StoreError),
    /// It is no backup of Doorstep's, or is damaged: where.
    Damaged(&'static str),
    /// A newer Doorstep wrote it.
    Newer,
    /// The bucket of the attachments is not described as it should be.
    Bucket(BucketError),
    /// It panicked; where is in the log.
    Panicked,
}

impl std::fmt::Display for BackupError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            BackupError::NoData => write!(f, "there is no database in the data folder"),
            BackupError::Exists => write!(f, "the file is there already, and is left as it is"),
            BackupError::File(path, error) => write!(f, "{}: {error}", path.display()),
            BackupError::Store(error) => write!(f, "the database: {error}"),
            BackupError::Damaged(place) => write!(f, "it is no backup of Doorstep's, or is damaged: {place}"),
            BackupError::Newer => write!(f, "a newer Doorstep wrote it"),
            BackupError::Bucket(error) => write!(f, "{error}"),
            BackupError::Panicked => write!(f, "it failed in a way that nobody thought of"),
        }
    }
}

impl std::error::Error for BackupError {}

impl From<StoreError> for BackupError {
    fn from(error: StoreError) -> BackupError {
        BackupError::Store(error)
    }
}

/// The shelf of a data folder: the bucket, if there is one.
fn open_shelf(data: &Path, bucket: Option<&BucketFiles>) -> Result<Arc<dyn Shelf>, BackupError> {
    let folder = Folder::open(data).map_err(about(data))?;
    Ok(match bucket {
        Some(files) => Arc::new(Bucket::open(files, folder).map_err(BackupError::Bucket)?),
        None => Arc::new(folder),
    })
}

/// Says of an error which file it is about.
fn about(path: &Path) -> impl FnOnce(std::io::Error) -> BackupError {
    let path = path.to_owned();
    |error| BackupError::File(path, error)
}

/// Does what blocks off the async threads.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, BackupError> + Send + 'static,
) -> Result<T, BackupError> {
    tokio::task::spawn_blocking(work).await.unwrap_or(Err(BackupError::Panicked))
}

/// A folder in the data folder that is gone afterwards.
fn scratch(data: &Path) -> Result<tempfile::TempDir, BackupError> {
    tempfile::Builder::new().prefix("scratch-").tempdir_in(data).map_err(about(data))
}
