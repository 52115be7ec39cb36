//! Takes a backup.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::Arc;

use doorstep_delivery::Moment;
use sha2::{Digest, Sha256};
use tar::{Builder, Header};
use tempfile::{NamedTempFile, TempDir};

use super::{BackupError, LAYOUT, MANIFEST, Manifest, about, blocking, open_shelf, scratch};
use crate::attachments::{BucketFiles, SHELF, Shelf, sync};
use crate::listen::now_ms;
use crate::store::{DATABASE, Store};
use crate::who::KEY_FILE;

/// How many attachments are asked for at once.
const PAGE: u32 = 1_000;

/// What is in a backup.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Taken {
    /// Submissions in the database's copy; with PostgreSQL, in the database.
    pub submissions: u64,
    /// Attachments.
    pub attachments: u64,
    /// Their size in bytes.
    pub attachment_bytes: u64,
    /// Attachments that the database has and the folder has not, or not in full: their hashes.
    pub missing: Vec<String>,
    /// Is the database in it? PostgreSQL's is not: `pg_dump` takes that.
    pub database: bool,
}

/// Takes a backup of a data folder, and of the attachments that the PostgreSQL at `database` knows, into a new file. What lies in
/// a bucket is copied into it too.
///
/// # Errors
/// [`BackupError`]; then there is no file.
pub async fn take(
    data: &Path,
    database: Option<&str>,
    bucket: Option<&BucketFiles>,
    file: &Path,
) -> Result<Taken, BackupError> {
    if file.exists() {
        return Err(BackupError::Exists);
    }
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let output = NamedTempFile::new_in(folder).map_err(about(file))?;
    // First the database: what it names is on the shelf by then.
    let (store, copy) = match database {
        Some(_) => (Store::open(data, database).await?, None),
        None => copied(data).await.map(|(store, copy)| (store, Some(copy)))?,
    };
    let shelf = open_shelf(data, bucket)?;
    let submissions = store.submissions_count().await?;
    let tar = Tar::begin(output, submissions, copy.as_ref()).await?;
    let mut tar = tar.attachments(&store, &shelf).await?.key(data).await?;
    store.close().await;
    if let Some(copy) = copy {
        tar = blocking(move || tar.database(&copy)).await?;
    }
    let file = file.to_owned();
    blocking(move || tar.finish(&file)).await
}

/// A copy of SQLite's file as it is at one moment, brought to this program's schema. Writers go on meanwhile.
async fn copied(data: &Path) -> Result<(Store, TempDir), BackupError> {
    if !data.join(DATABASE).is_file() {
        return Err(BackupError::NoData);
    }
    let folder = scratch(data)?;
    crate::store::copy_sqlite(data, folder.path()).await?;
    let store = Store::open(folder.path(), None).await?;
    // Whoever restores it begins another feed: phones have heard of what this copy does not know.
    store.forget_feed().await?;
    // All of the log into the file, which is what is packed.
    store.close().await;
    Ok((Store::open(folder.path(), None).await?, folder))
}

/// The file on its way.
struct Tar {
    builder: Builder<NamedTempFile>,
    taken: Taken,
}

impl Tar {
    async fn begin(
        output: NamedTempFile,
        submissions: u64,
        copy: Option<&TempDir>,
    ) -> Result<Tar, BackupError> {
        let database = copy.map(|copy| copy.path().join(DATABASE));
        blocking(move || {
            let database_sha256 = database.as_deref().map(hash_of).transpose()?;
            let taken_at = Moment { ms: now_ms(), utc_offset_minutes: 0 }.to_rfc3339();
            let doorstep = env!("CARGO_PKG_VERSION").into();
            let database = database_sha256.is_some();
            let manifest = Manifest { layout: LAYOUT, doorstep, taken_at, database_sha256, submissions };
            let text = serde_json::to_vec(&manifest).expect("text and numbers are JSON");
            let mut tar = Tar {
                builder: Builder::new(output),
                taken: Taken {
                    submissions,
                    attachments: 0,
                    attachment_bytes: 0,
                    missing: Vec::new(),
                    database,
                },
            };
            tar.add(MANIFEST, text.len() as u64, &*text)?;
            Ok(tar)
        })
        .await
    }

    async fn attachments(mut self, store: &Store, shelf: &Arc<dyn Shelf>) -> Result<Tar, BackupError> {
        let mut last = String::new();
        loop {
            let page = store.attachments_after(&last, PAGE).await?;
            let Some((hash, _)) = page.last() else { return Ok(self) };
            last.clone_from(hash);
            let shelf = shelf.clone();
            self = blocking(move || {
                page.iter().try_for_each(|(hash, size)| self.attachment(&*shelf, hash, *size))?;
                Ok(self)
            })
            .await?;
        }
    }

    fn attachment(&mut self, shelf: &dyn Shelf, hash: &str, size: u64) -> Result<(), BackupError> {
        let path = Path::new(SHELF).join(hash);
        if !shelf.has(hash, size).map_err(about(&path))? {
            self.taken.missing.push(hash.to_owned());
            return Ok(());
        }
        let bytes = shelf.read(hash).map_err(about(&path))?;
        self.taken.attachments += 1;
        self.taken.attachment_bytes += size;
        self.add(&format!("{SHELF}/{}/{hash}", &hash[..2]), size, bytes)
    }

    /// What the database's secrets are sealed with: without it, whoever has a second factor would not get in again.
    async fn key(mut self, data: &Path) -> Result<Tar, BackupError> {
        let path = data.join(KEY_FILE);
        blocking(move || {
            match std::fs::read(&path) {
                Ok(bytes) => self.add(KEY_FILE, bytes.len() as u64, &*bytes)?,
                // It is kept elsewhere.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(BackupError::File(path, error)),
            }
            Ok(self)
        })
        .await
    }

    fn database(mut self, copy: &TempDir) -> Result<Tar, BackupError> {
        let path = copy.path().join(DATABASE);
        let file = File::open(&path).map_err(about(&path))?;
        let size = file.metadata().map_err(about(&path))?.len();
        self.add(DATABASE, size, file)?;
        Ok(self)
    }

    fn add(&mut self, name: &str, size: u64, bytes: impl Read) -> Result<(), BackupError> {
        let mut header = Header::new_gnu();
        header.set_size(size);
        header.set_mode(0o600);
        self.builder.append_data(&mut header, name, bytes).map_err(about(Path::new(name)))
    }

    fn finish(self, file: &Path) -> Result<Taken, BackupError> {
        let mut output = self.builder.into_inner().map_err(about(file))?;
        output.flush().map_err(about(file))?;
        output.as_file().sync_all().map_err(about(file))?;
        let folder = output.path().parent().map(Path::to_owned).unwrap_or_default();
        output.persist_noclobber(file).map_err(|error| BackupError::File(file.to_owned(), error.error))?;
        sync(&folder).map_err(about(file))?;
        Ok(self.taken)
    }
}

fn hash_of(path: &Path) -> Result<String, BackupError> {
    let mut file = File::open(path).map_err(about(path))?;
    let mut hasher = Sha256::new();
    io::copy(&mut file, &mut hasher).map_err(about(path))?;
    Ok(format!("{:x}", hasher.finalize()))
}
