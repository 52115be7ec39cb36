//! Brings a backup back: into an empty data folder as it was, else what is missing there.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use sha2::{Digest, Sha256};
use tar::{Archive, Entry};
use tempfile::TempDir;

use super::{BackupError, LAYOUT, MANIFEST, Manifest, about, blocking, open_shelf, scratch};
use crate::attachments::{BucketFiles, FILE_LIMIT, SHELF, Shelf, is_hash, sync};
use crate::listen::now_ms;
use crate::store::{Copied, DATABASE, Store, make_private};
use crate::who::KEY_FILE;

/// The longest manifest.
const MANIFEST_LIMIT: u64 = 64 << 10;
/// The longest key.
const KEY_LIMIT: u64 = 1 << 10;

/// What was brought back.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Restored {
    /// Submissions in the backup.
    pub submissions: u64,
    /// Those of them that were not here.
    pub new_submissions: u64,
    /// Those whose id has other bytes here; what is here was left.
    pub conflicts: u64,
    /// Attachments in the backup.
    pub attachments: u64,
    /// Those of them that were not here.
    pub new_attachments: u64,
    /// Was the folder empty, so that all is as it was? Else only forms, submissions, what waits of them and attachments were added.
    pub whole: bool,
    /// Was a database in the backup?
    pub database: bool,
}

/// Brings a backup into a data folder, its rows into the PostgreSQL at `database` and its attachments into the bucket, if there is one.
///
/// # Errors
/// [`BackupError`]. What was brought by then stays, and the same command goes on from there.
pub async fn restore(
    data: &Path,
    database: Option<&str>,
    bucket: Option<&BucketFiles>,
    file: &Path,
) -> Result<Restored, BackupError> {
    make_private(data).map_err(about(data))?;
    let shelf = open_shelf(data, bucket)?;
    let folder = scratch(data)?;
    let (file, path) = (file.to_owned(), folder.path().to_owned());
    let unpacked = blocking(move || Unpacked::read(&file, &*shelf, &path)).await?;
    let mut restored = Restored {
        submissions: unpacked.manifest.submissions,
        new_submissions: 0,
        conflicts: 0,
        attachments: unpacked.files.len() as u64,
        new_attachments: unpacked.new,
        whole: false,
        database: unpacked.manifest.database_sha256.is_some(),
    };
    if !restored.database {
        if !data.join(KEY_FILE).exists() {
            place_key(folder.path(), data)?;
        }
        // The rows are pg_dump's to bring; those of the files do no harm.
        if database.is_some() {
            let store = Store::open(data, database).await?;
            for (hash, size) in &unpacked.files {
                store.keep_attachment(hash, *size, now_ms()).await?;
            }
            store.close().await;
        }
        return Ok(restored);
    }
    let source = Store::open(folder.path(), None).await?;
    if database.is_none() && place(&source, &folder, data).await? {
        restored.whole = true;
        restored.new_submissions = restored.submissions;
        return Ok(restored);
    }
    let source = Store::open(folder.path(), None).await?;
    let target = Store::open(data, database).await?;
    let Copied { new, conflicts } = target.copy_from(&source).await?;
    (restored.new_submissions, restored.conflicts) = (new, conflicts);
    source.close().await;
    target.close().await;
    Ok(restored)
}

/// Puts the database where none is, in one step; `false` if one is there.
async fn place(source: &Store, folder: &TempDir, data: &Path) -> Result<bool, BackupError> {
    // All of it into its one file.
    source.close().await;
    let scratch = folder.path().to_owned();
    let (from, to, data) = (folder.path().join(DATABASE), data.join(DATABASE), data.to_owned());
    blocking(move || {
        // A log without its file belongs to whatever is gone: it must not be taken for this one's.
        let log = data.join(format!("{DATABASE}-wal"));
        if !to.exists() && log.exists() {
            return Err(BackupError::File(log, io::ErrorKind::AlreadyExists.into()));
        }
        if !to.exists() {
            // Before what it opens; a key without a database is nobody's.
            place_key(&scratch, &data)?;
        }
        File::open(&from).and_then(|file| file.sync_all()).map_err(about(&from))?;
        match std::fs::hard_link(&from, &to) {
            Ok(()) => sync(&data).map_err(about(&data)).map(|()| true),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
            Err(error) => Err(BackupError::File(to, error)),
        }
    })
    .await
}

/// A backup, taken apart: its files on the shelf, its database in a folder.
struct Unpacked {
    manifest: Manifest,
    /// Every file in it: hash and size.
    files: Vec<(String, u64)>,
    /// How many of them were not on the shelf.
    new: u64,
}

impl Unpacked {
    fn read(file: &Path, shelf: &dyn Shelf, folder: &Path) -> Result<Unpacked, BackupError> {
        let opened = File::open(file).map_err(about(file))?;
        let mut archive = Archive::new(io::BufReader::new(opened));
        let broken = |_| BackupError::Damaged("the tar itself");
        let mut entries = archive.entries().map_err(broken)?;
        let first = entries.next().ok_or(BackupError::Damaged("it is empty"))?.map_err(broken)?;
        let manifest = read_manifest(first)?;
        let mut unpacked = Unpacked { manifest, files: Vec::new(), new: 0 };
        let mut has_database = false;
        for entry in entries {
            let entry = entry.map_err(broken)?;
            if !entry.header().entry_type().is_file() {
                return Err(BackupError::Damaged("an entry that is no file"));
            }
            let name = String::from_utf8(entry.path_bytes().into_owned())
                .map_err(|_| BackupError::Damaged("an entry's name"))?;
            if name == KEY_FILE {
                unpack_key(entry, &folder.join(KEY_FILE))?;
                continue;
            }
            match &unpacked.manifest.database_sha256 {
                Some(hash) if name == DATABASE && !has_database => {
                    unpack_database(entry, hash, &folder.join(DATABASE))?;
                    has_database = true;
                }
                Some(_) | None => unpacked.file(entry, &name, shelf)?,
            }
        }
        if unpacked.manifest.database_sha256.is_some() != has_database {
            return Err(BackupError::Damaged("its end is missing"));
        }
        Ok(unpacked)
    }

    /// Takes an attachment onto the shelf, if its name is one and its bytes have that hash.
    fn file<R: Read>(
        &mut self,
        mut entry: Entry<'_, R>,
        name: &str,
        shelf: &dyn Shelf,
    ) -> Result<(), BackupError> {
        let hash = name.rsplit('/').next().filter(|hash| is_hash(hash));
        let hash = hash.filter(|hash| name == format!("{SHELF}/{}/{hash}", &hash[..2]));
        let hash = hash.ok_or(BackupError::Damaged("an entry that does not belong there"))?.to_owned();
        let size = entry.size();
        if size > FILE_LIMIT {
            return Err(BackupError::Damaged("an attachment that is too large"));
        }
        let path = Path::new(SHELF).join(&hash);
        if !shelf.has(&hash, size).map_err(about(&path))? {
            let mut incoming = shelf.receive().map_err(about(&path))?;
            let mut hasher = Sha256::new();
            let mut buffer = vec![0; 128 << 10];
            loop {
                let count = entry.read(&mut buffer).map_err(|_| BackupError::Damaged("an attachment"))?;
                if count == 0 {
                    break;
                }
                hasher.update(&buffer[..count]);
                incoming.write(&buffer[..count]).map_err(about(&path))?;
            }
            if format!("{:x}", hasher.finalize()) != hash {
                return Err(BackupError::Damaged("an attachment"));
            }
            incoming.keep(&hash).map_err(about(&path))?;
            self.new += 1;
        }
        self.files.push((hash, size));
        Ok(())
    }
}

fn read_manifest<R: Read>(entry: Entry<'_, R>) -> Result<Manifest, BackupError> {
    let damaged = || BackupError::Damaged("its beginning");
    if *entry.path_bytes() != *MANIFEST.as_bytes() {
        return Err(damaged());
    }
    let mut text = Vec::new();
    entry.take(MANIFEST_LIMIT).read_to_end(&mut text).map_err(|_| damaged())?;
    let value: serde_json::Value = serde_json::from_slice(&text).map_err(|_| damaged())?;
    if value["layout"].as_u64().is_some_and(|layout| layout > u64::from(LAYOUT)) {
        return Err(BackupError::Newer);
    }
    serde_json::from_value(value).map_err(|_| damaged())
}

fn unpack_key(entry: impl Read, path: &Path) -> Result<(), BackupError> {
    let mut file = File::options().write(true).create_new(true).open(path).map_err(about(path))?;
    io::copy(&mut entry.take(KEY_LIMIT), &mut file).map_err(about(path))?;
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600)).map_err(about(path))?;
    file.sync_all().map_err(about(path))
}

/// Puts the backup's key, if it has one, into the data folder.
fn place_key(folder: &Path, data: &Path) -> Result<(), BackupError> {
    let (from, to) = (folder.join(KEY_FILE), data.join(KEY_FILE));
    match std::fs::rename(&from, &to) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(BackupError::File(to, error)),
        _ => Ok(()),
    }
}

fn unpack_database(mut entry: impl Read, hash: &str, path: &Path) -> Result<(), BackupError> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path).map_err(about(path))?;
    let mut both = Hashing { file, hasher: Sha256::new() };
    io::copy(&mut entry, &mut both).map_err(about(path))?;
    if format!("{:x}", both.hasher.finalize()) != hash {
        return Err(BackupError::Damaged("the database"));
    }
    both.file.sync_all().map_err(about(path))
}

/// Hashes what it writes.
struct Hashing {
    file: File,
    hasher: Sha256,
}

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.file.write(bytes)?;
        self.hasher.update(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
