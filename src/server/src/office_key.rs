//! The office's key that phones seal finished surveys for: the public half is handed out, the private ones open what comes. Beside it stands what else the office
//! wants of phones before they send anything, that they are enrolled, and whether it has tiles for maps.
//!
//! Kept here: a private key is read from a file that only its owner may read, at the start and when the file changes, and goes nowhere; the newest is handed out,
//! every other one in the file still opens; where a key is missing nothing is refused for good, since the office may bring it back; a file that has gone wrong
//! leaves the keys before in use.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use axum::body::Body;
use axum::http::{HeaderMap, Response, StatusCode};
use doorstep_delivery::Attachment;
use doorstep_delivery::backend::doorstep::NO_OFFICE_KEY;
use doorstep_delivery::for_office::keys::{OfficeKeys, Opened, is_public_key};
use doorstep_delivery::for_office::{Envelope, NotOpened};
use doorstep_delivery::recovery::{read_point, write_point};
use serde_json::json;
use tokio::sync::Semaphore;

use crate::answer::Refusal;
use crate::attachments::Attachments;
use crate::files::Asset;
use crate::off_thread::off_thread;
use crate::relay::read_private;
use crate::watched::{Reread, Stamps};
use crate::{Shared, StartError};

/// So many sealed files are opened at once: each lies in memory as a whole.
const AT_ONCE: usize = 4;

/// The office's keys, as the server is told of them.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct OfficeKeyOptions {
    /// The file with the private keys, the newest last; only its owner may read it.
    pub file: Option<PathBuf>,
    /// Phones are not to seal any more: the file's keys only open what still comes.
    pub only_open: bool,
    /// The public key that a forgotten PIN is recovered with (`doorstep recover`); its private half is nowhere near the server.
    pub recovery: Option<String>,
}

/// What stands beside the key in what is handed out.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Beside {
    /// Does the server take surveys from enrolled phones only?
    pub(crate) devices_only: bool,
    /// What it says of its tiles, if it has any.
    pub(crate) tiles: Option<serde_json::Value>,
}

/// What is handed out, and what opens.
pub(crate) struct OfficeKey {
    options: OfficeKeyOptions,
    beside: Beside,
    loaded: RwLock<Arc<Loaded>>,
    opening: Semaphore,
}

/// As it was read last.
struct Loaded {
    keys: Option<OfficeKeys>,
    asset: Asset,
    seals: bool,
    stamps: Stamps,
}

impl OfficeKey {
    /// Reads the keys; without a file there are none, and that is handed out.
    ///
    /// # Errors
    /// [`StartError::OfficeKey`], which quotes nothing of a key.
    pub(crate) fn open(options: &OfficeKeyOptions, beside: Beside) -> Result<OfficeKey, StartError> {
        if let Some(text) = &options.recovery
            && !read_point(text).is_some_and(|point| is_public_key(&point))
        {
            return Err(StartError::OfficeKey("--recovery-key: no public key of `doorstep recover`".into()));
        }
        let loaded = RwLock::new(Arc::new(load(options, &beside)?));
        Ok(OfficeKey { options: options.clone(), beside, loaded, opening: Semaphore::new(AT_ONCE) })
    }

    fn loaded(&self) -> Arc<Loaded> {
        self.loaded.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The answer to a GET with those headers.
    pub(crate) fn answer(&self, asked: &HeaderMap) -> Response<Body> {
        self.loaded().asset.answer(asked)
    }

    /// Are phones told to seal?
    pub(crate) fn seals(&self) -> bool {
        self.loaded().seals
    }

    /// Opens an envelope; computes a while.
    pub(crate) fn open_envelope(&self, envelope: &Envelope) -> Result<Opened, Refusal> {
        let missing = || {
            let reason = "it is sealed for an office's key that this server has not got; it stays on the phone until the key is back";
            Refusal::new(StatusCode::SERVICE_UNAVAILABLE, NO_OFFICE_KEY, reason)
        };
        let loaded = self.loaded();
        let keys = loaded.keys.as_ref().ok_or_else(missing)?;
        keys.open(envelope).map_err(|error| match error {
            NotOpened::UnknownKey => missing(),
            NotOpened::Changed => changed(),
        })
    }
}

impl Reread for OfficeKey {
    fn has_changed(&self) -> bool {
        stamps(&self.options) != self.loaded().stamps
    }

    fn reload(&self) {
        match load(&self.options, &self.beside) {
            Ok(loaded) => {
                *self.loaded.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(loaded);
                tracing::info!(target: "doorstep", "the office's keys were read again");
            }
            Err(error) => {
                tracing::error!(target: "doorstep", what = %error, "the office's keys before stay in use");
            }
        }
    }
}

fn stamps(options: &OfficeKeyOptions) -> Stamps {
    let files: Vec<&Path> = options.file.as_deref().into_iter().collect();
    Stamps::of(&files)
}

fn load(options: &OfficeKeyOptions, beside: &Beside) -> Result<Loaded, StartError> {
    let stamps = stamps(options);
    let keys = options.file.as_deref().map(read).transpose()?;
    let seal = keys.as_ref().filter(|_| !options.only_open).map(|keys| write_point(keys.newest()));
    let Beside { devices_only, tiles } = beside;
    let told = json!({"version": 1, "seal": seal, "recovery": options.recovery, "devices_only": devices_only, "tiles": tiles});
    let asset = Asset::new(told.to_string().into(), None, "application/json", false);
    Ok(Loaded { keys, asset, seals: seal.is_some(), stamps })
}

fn read(file: &Path) -> Result<OfficeKeys, StartError> {
    let failed = |words: String| StartError::OfficeKey(words);
    let bytes = read_private(file).map_err(|error| failed(error.to_string()))?;
    let text = String::from_utf8(bytes).map_err(|_| failed(format!("{}: not a text", file.display())))?;
    OfficeKeys::read(&text).map_err(|error| failed(format!("{}: {error}", file.display())))
}

/// What does not open, and never will.
fn changed() -> Refusal {
    Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, "not_opened", NotOpened::Changed.to_string())
}

/// The files of a sealed submission: what came, and what opens it.
#[derive(Debug)]
pub(crate) struct SealedFiles {
    /// As they came, in the submission's order.
    pub(crate) came: Vec<Attachment>,
    pub(crate) opened: Opened,
}

impl SealedFiles {
    /// The hashes of those that have not come, neither sealed nor open.
    pub(crate) async fn missing(
        &self,
        shelf: &Attachments,
        named: &[Attachment],
    ) -> Result<Vec<String>, Refusal> {
        let mut missing = Vec::new();
        for (came, file) in self.came.iter().zip(named) {
            if !shelf.has(&file.hash).await? && !shelf.has(&came.hash).await? {
                missing.push(came.hash.clone());
            }
        }
        Ok(missing)
    }

    /// Puts each in its place opened, under the hash that the submission names.
    pub(crate) async fn open(self, shared: &Shared, named: &[Attachment]) -> Result<(), Refusal> {
        let mut opened = self.opened;
        for (place, (came, file)) in self.came.iter().zip(named).enumerate() {
            if shared.attachments.has(&file.hash).await? {
                continue;
            }
            let _one_of_few =
                shared.office_key.opening.acquire().await.map_err(|error| Refusal::fault(&error))?;
            let sealed = shared.attachments.load(&came.hash).await?;
            let named = file.clone();
            let (bytes, opens) = off_thread(move || {
                let bytes = opened.file(place, &sealed).map_err(|_| changed())?;
                if named.has(&bytes) { Ok((bytes, opened)) } else { Err(changed()) }
            })
            .await?;
            opened = opens;
            let mut whole = shared.attachments.begin().await?;
            whole.add(&bytes).await?;
            let received = shared.attachments.keep(whole.end().await?).await?;
            received.count(&shared.metrics);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use doorstep_delivery::for_office::keys::new_key;

    #[test]
    fn a_mistake_keeps_the_server_from_starting_and_is_told_without_the_key() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("office.pem");
        let opened = |only_open| {
            let options = OfficeKeyOptions { file: Some(file.clone()), only_open, recovery: None };
            OfficeKey::open(&options, Beside::default())
                .map(|key| key.seals())
                .map_err(|error| error.to_string())
        };
        assert!(opened(false).is_err_and(|words| words.contains("office.pem: ")));
        let key = new_key([7; 32]).unwrap();
        std::fs::write(&file, &key).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let allow =
                |mode| std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
            allow(0o644);
            assert!(opened(false).is_err_and(|words| words.contains("chmod 600")));
            allow(0o600);
        }
        assert_eq!((opened(false), opened(true)), (Ok(true), Ok(false)));
        std::fs::write(&file, key.replacen("MI", "II", 1)).unwrap();
        assert!(opened(false).is_err_and(|words| words.contains("key 1 ") && !words.contains(&key[30..50])));
        let recovery = OfficeKeyOptions { recovery: Some("none".into()), ..OfficeKeyOptions::default() };
        assert!(OfficeKey::open(&recovery, Beside::default()).is_err());
        assert!(!OfficeKey::open(&OfficeKeyOptions::default(), Beside::default()).unwrap().seals());
    }

    #[test]
    fn a_changed_file_is_read_again_and_a_broken_one_leaves_the_keys_before_in_use() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("office.pem");
        let write = |text: &str| {
            std::fs::write(&file, text).unwrap();
            #[cfg(unix)]
            std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        };
        let [first, second] = [7, 8].map(|number| new_key([number; 32]).unwrap());
        write(&first);
        let options = OfficeKeyOptions { file: Some(file.clone()), ..OfficeKeyOptions::default() };
        let office = OfficeKey::open(&options, Beside::default()).unwrap();
        let handed_out = || office.loaded().asset.plain.clone();
        let before = handed_out();
        assert!(!office.has_changed());

        write(&format!("{first}{second}"));
        assert!(office.has_changed());
        office.reload();
        let after = handed_out();
        assert!(before != after && !office.has_changed());

        write("-----BEGIN PRIVATE KEY-----\n");
        office.reload();
        assert_eq!(handed_out(), after);
        assert!(office.has_changed(), "it is looked at again until it is right");
        std::fs::remove_file(&file).unwrap();
        office.reload();
        assert!(office.seals(), "a file that is gone takes no key away");
    }
}
