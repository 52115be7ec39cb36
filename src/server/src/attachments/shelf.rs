//! Where attachments lie: a folder, `attachments/ab/abcd…`, or what stands in for it (`bucket`).
//!
//! Kept here: a file in its place is complete and synced, and so is the folder that names it.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use tempfile::NamedTempFile;

use crate::store::make_private;

/// The folder in the data folder.
pub(crate) const FOLDER: &str = "attachments";
/// Where files lie until they are complete.
const INCOMING: &str = "incoming";
/// How old an incomplete file is that nobody is writing any more.
const ABANDONED: Duration = Duration::from_secs(24 * 60 * 60);

/// A place for files that are known by their SHA-256 in lowercase hex. Everything blocks.
pub(crate) trait Shelf: Send + Sync {
    /// Is there a file of this hash, with this many bytes?
    fn has(&self, hash: &str, size: u64) -> io::Result<bool>;

    /// Begins a file.
    fn receive(&self) -> io::Result<Box<dyn Incoming>>;

    /// Opens a file.
    fn read(&self, hash: &str) -> io::Result<Box<dyn Read + Send>>;
}

/// A file on its way. Dropped, it was never there.
pub(crate) trait Incoming: Send + Sync {
    /// Adds to it.
    fn write(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Puts it in its place for good. That the hash is its own is the caller's to know.
    fn keep(self: Box<Self>, hash: &str) -> io::Result<()>;
}

/// Files in a folder.
#[derive(Clone, Debug)]
pub(crate) struct Folder {
    root: PathBuf,
}

impl Folder {
    /// The attachments of a data folder, made if they are not there. Removes what a crash left incomplete.
    pub(crate) fn open(data: &Path) -> io::Result<Folder> {
        let root = data.join(FOLDER);
        make_private(&root.join(INCOMING))?;
        let folder = Folder { root };
        folder.clear()?;
        Ok(folder)
    }

    fn clear(&self) -> io::Result<()> {
        for entry in std::fs::read_dir(self.root.join(INCOMING))? {
            let entry = entry?;
            let written = entry.metadata()?.modified()?;
            let age = SystemTime::now().duration_since(written).unwrap_or_default();
            if age > ABANDONED {
                std::fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }

    /// A file that lies here until it is complete, and is gone when it is dropped.
    pub(super) fn spool(&self) -> io::Result<NamedTempFile> {
        NamedTempFile::new_in(self.root.join(INCOMING))
    }

    /// A file's place. The hash is known to be one.
    pub(crate) fn path(&self, hash: &str) -> PathBuf {
        self.root.join(&hash[..2]).join(hash)
    }
}

impl Shelf for Folder {
    fn has(&self, hash: &str, size: u64) -> io::Result<bool> {
        match std::fs::metadata(self.path(hash)) {
            Ok(found) => Ok(found.is_file() && found.len() == size),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn receive(&self) -> io::Result<Box<dyn Incoming>> {
        let file = self.spool()?;
        Ok(Box::new(Arriving { file, folder: self.clone() }))
    }

    fn read(&self, hash: &str) -> io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(File::open(self.path(hash))?))
    }
}

struct Arriving {
    file: NamedTempFile,
    folder: Folder,
}

impl Incoming for Arriving {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)
    }

    fn keep(self: Box<Self>, hash: &str) -> io::Result<()> {
        self.file.as_file().sync_all()?;
        let path = self.folder.path(hash);
        let parent = path.parent().unwrap_or(&self.folder.root);
        if !parent.is_dir() {
            make_private(parent)?;
            sync(&self.folder.root)?;
        }
        // Over one that is there: it has the same bytes, or was damaged.
        self.file.persist(&path).map_err(|error| error.error)?;
        sync(parent)
    }
}

/// What a folder names is on the disk once the folder is.
pub(crate) fn sync(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    File::open(folder)?.sync_all()?;
    #[cfg(not(unix))]
    let _ = folder;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_there_when_it_is_complete_and_not_before() {
        let data = tempfile::tempdir().unwrap();
        let folder = Folder::open(data.path()).unwrap();
        let hash = "ab".repeat(32);
        let mut dropped = folder.receive().unwrap();
        dropped.write(b"half").unwrap();
        drop(dropped);
        let mut incoming = folder.receive().unwrap();
        incoming.write(b"wh").unwrap();
        incoming.write(b"ole").unwrap();
        assert!(!folder.has(&hash, 5).unwrap());
        incoming.keep(&hash).unwrap();
        assert!(folder.has(&hash, 5).unwrap());
        assert!(!folder.has(&hash, 4).unwrap(), "a damaged file is none");
        let mut read = String::new();
        folder.read(&hash).unwrap().read_to_string(&mut read).unwrap();
        assert_eq!(read, "whole");
        assert_eq!(std::fs::read_dir(data.path().join("attachments/incoming")).unwrap().count(), 0);
    }

    #[test]
    fn what_a_crash_left_is_removed_when_it_is_a_day_old() {
        let data = tempfile::tempdir().unwrap();
        Folder::open(data.path()).unwrap();
        let incoming = data.path().join("attachments/incoming");
        for (name, age) in [("old", 25), ("young", 23)] {
            let file = File::create(incoming.join(name)).unwrap();
            file.set_modified(SystemTime::now() - Duration::from_secs(age * 60 * 60)).unwrap();
        }
        Folder::open(data.path()).unwrap();
        assert!(!incoming.join("old").exists());
        assert!(incoming.join("young").exists());
    }
}
