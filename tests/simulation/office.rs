//! The office of the worlds in which finished surveys are sealed for it: its key, the sealing as the app does it, and the opening as its servers do.

use std::sync::LazyLock;

use doorstep_delivery::for_office::keys::{Agreement, OfficeKeys, new_key};
use doorstep_delivery::for_office::{Envelope, FILE_TYPE, seal, seal_file};
use doorstep_delivery::store::{Store, StoreError, StoreErrorKind};
use doorstep_delivery::{Attachment, Moment, Pen, Submission, Uuid};

use crate::disk::Disk;

static OFFICE: LazyLock<OfficeKeys> = LazyLock::new(|| {
    let key = new_key([7; 32]).expect("these are a key");
    OfficeKeys::read(&key).expect("it is one")
});

/// In which worlds: none of those that stand for a mistake, whose lives it would change.
pub fn seals(seed: u64) -> bool {
    seed % 7 == 4
}

/// Most surveys of such a world; some were begun before the office wanted it.
pub fn wants(id: Uuid) -> bool {
    !id.as_u128().is_multiple_of(4)
}

/// Seals a finished survey. Its files are kept sealed before that, beside the draft's own.
pub async fn sealed(
    disk: &Disk,
    pen: Pen,
    submission: &Submission,
    now: Moment,
) -> Result<Submission, StoreError> {
    let id = submission.id();
    let mut secret = [1; 32];
    secret[..16].copy_from_slice(id.as_bytes());
    secret[16..24].copy_from_slice(&now.ms.to_be_bytes());
    let failed = || StoreErrorKind::Locked.because("nothing can be sealed");
    let agreed = Agreement::with(OFFICE.newest(), secret).ok_or_else(failed)?;
    let mut files = Vec::new();
    for (place, file) in submission.attachments().iter().enumerate() {
        let bytes = disk.load_file(id, &file.name).await?.filter(|bytes| file.has(bytes));
        let bytes = bytes.ok_or_else(|| StoreErrorKind::Gone.because("a file is lost"))?;
        let (about, bytes) = seal_file(&agreed, id, place, &bytes).await.map_err(|_| failed())?;
        disk.keep_file(id, pen, &about, &bytes).await?;
        files.push(about);
    }
    seal(&agreed, submission, files).await.map_err(|_| failed())
}

/// The bytes that a server judges: what is in an envelope, else the bytes themselves; nothing if an envelope does not open.
pub fn readable(body: &[u8]) -> Option<Vec<u8>> {
    if !Envelope::is(body) {
        return Some(body.to_vec());
    }
    OFFICE.open(&Envelope::read(body).ok()?).ok().map(|opened| opened.body)
}

/// Is every file of a sealed survey sealed as well?
pub fn are_sealed(files: &[Attachment]) -> bool {
    files.iter().all(|file| file.media_type == FILE_TYPE)
}
