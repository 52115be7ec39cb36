//! Everything that a device has and no server yet, as one file: for a phone that is to be replaced, or that never finds a network.
//!
//! What is taken up elsewhere is the very same: a submission's bytes, its files, its id. So it arrives once, however often
//! and from however many devices it is sent. A draft goes with its steps and with the version of the form that it answers. A later file of the
//! same device brings it forward, never back; where it was gone on with here too, both are kept (`line.rs`).

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::attachment::Attachment;
use crate::draft::Draft;
use crate::encrypted_for::EncryptedForV1;
use crate::form_version::FormVersion;
use crate::moment::Moment;
use crate::outbox::OutboxItem;
use crate::record::Record;
use crate::step::Step;
use crate::store::{Store, StoreError, StoreErrorKind, StoredDraft};
use crate::submission::Submission;

mod envelope;
mod line;

pub use envelope::{Envelope, Lock, NotAnEnvelope};
pub use line::{TakenFrom, beside};

use line::Kin;

/// The largest file that is read, in bytes.
pub const LARGEST: usize = 1 << 30;

/// How often a draft is looked at that somebody goes on with, and how many may stand beside each other.
const TRIES: usize = 16;

/// Files with their bytes.
pub type Files = Vec<(Attachment, Vec<u8>)>;

/// What a device has and no server yet.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Rescue {
    /// What is sealed, with the names of the targets that have no receipt for it.
    pub submissions: Vec<(Submission, Vec<String>, Files)>,
    /// What is half filled in.
    pub drafts: Vec<(StoredDraft, Files)>,
    /// The versions of forms that these answer, with their bundles' wire JSON.
    pub forms: Vec<(FormVersion, String)>,
    /// How many records could not be read: they are still on the device.
    pub unreadable: usize,
}

/// What became of a rescue file's content on the device that took it up.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct TakenUp {
    /// Submissions that are new here.
    pub submissions: usize,
    /// Drafts that are new here.
    pub drafts: usize,
    /// Drafts that were here in an earlier state, and have what the file has now.
    pub brought_forward: usize,
    /// Drafts that were gone on with here as well: the file's stand beside them, under ids of their own.
    pub apart: usize,
    /// Submissions of which there is a draft here still: it is its user's to delete, and the submission can be taken up then. Finished here as well, it would be
    /// another content of the same id.
    pub finished_elsewhere: usize,
    /// Drafts that are none here any more: finished or deleted.
    pub finished_here: usize,
    /// Submissions and drafts that were here already.
    pub known: usize,
}

/// Why bytes are no rescue. Holds no answers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NotARescue {
    /// Not what a rescue holds, or damaged.
    Damaged,
    /// Written by a newer Doorstep, in this version.
    Newer(u32),
}

impl Rescue {
    /// Gathers it from a device's store; nothing changes there.
    ///
    /// # Errors
    /// [`StoreError`] if the store fails. A record that can't be read is counted and hides no other.
    pub async fn gather<S: Store>(store: &S) -> Result<Rescue, StoreError> {
        let mut rescue = Rescue::default();
        // Drafts first: what is sealed meanwhile is met again in the outbox, and nothing falls in between.
        rescue.gather_drafts(store).await?;
        rescue.gather_outbox(store).await?;
        let drafts = rescue.drafts.iter().map(|(stored, _)| &stored.draft.form.hash);
        let sealed = rescue.submissions.iter().map(|(submission, ..)| &submission.form().hash);
        let used: BTreeSet<String> = drafts.chain(sealed).cloned().collect();
        for version in store.forms().await?.items.into_iter().filter(|form| used.contains(&form.form.hash)) {
            if let Some(bundle) = store.load_form(&version.form.hash).await? {
                rescue.forms.push((version, bundle));
            }
        }
        Ok(rescue)
    }

    /// One draft with its files and its form, to go on with elsewhere; `None` if it is none any more. Nothing changes in the store.
    ///
    /// # Errors
    /// [`StoreError`] if any of it can't be read: a part of it is not handed over.
    pub async fn of_draft<S: Store>(store: &S, id: Uuid) -> Result<Option<Rescue>, StoreError> {
        let Some(stored) = store.load_draft(id).await? else { return Ok(None) };
        let (files, lost) = files_of_draft(store, id).await?;
        if lost > 0 {
            return Err(StoreErrorKind::Unreadable.because("a file of the draft can't be read"));
        }
        let hash = stored.draft.form.hash.clone();
        let version = store.forms().await?.items.into_iter().find(|version| version.form.hash == hash);
        // Without its form it opens nowhere.
        let (Some(version), Some(bundle)) = (version, store.load_form(&hash).await?) else { return Ok(None) };
        let (drafts, forms) = (vec![(stored, files)], vec![(version, bundle)]);
        Ok(Some(Rescue { drafts, forms, ..Rescue::default() }))
    }

    async fn gather_drafts<S: Store>(&mut self, store: &S) -> Result<(), StoreError> {
        let drafts = store.drafts().await?;
        self.unreadable += drafts.unreadable.len();
        for summary in drafts.items {
            match store.load_draft(summary.id).await {
                Ok(Some(stored)) => {
                    let (files, lost) = files_of_draft(store, summary.id).await?;
                    // Its files go with a draft that is sealed or deleted: then it is none any more, and not without its files.
                    if let Ok(None) = store.load_draft(summary.id).await {
                        continue;
                    }
                    self.unreadable += lost;
                    self.drafts.push((stored, files));
                }
                Ok(None) => {}
                Err(error) => self.is_unreadable(error)?,
            }
        }
        Ok(())
    }

    /// Counts a record that can't be read. That the store fails just now says nothing of the record: then nothing is handed over.
    fn is_unreadable(&mut self, error: StoreError) -> Result<(), StoreError> {
        if error.kind != StoreErrorKind::Unreadable {
            return Err(error);
        }
        self.unreadable += 1;
        Ok(())
    }

    async fn gather_outbox<S: Store>(&mut self, store: &S) -> Result<(), StoreError> {
        let outbox = store.outbox().await?;
        self.unreadable += outbox.unreadable.len();
        let mut targets: BTreeMap<Uuid, Vec<String>> = BTreeMap::new();
        for item in outbox.items {
            targets.entry(item.id).or_default().push(item.target);
        }
        for (id, targets) in targets {
            let submission = match store.load_submission(id).await {
                Ok(Some(submission)) => submission,
                // Delivered in between, or damaged.
                Ok(None) => continue,
                Err(error) => {
                    self.is_unreadable(error)?;
                    continue;
                }
            };
            match files_of(store, id, submission.attachments()).await? {
                Some(files) => self.submissions.push((submission, targets, files)),
                None => self.unreadable += 1,
            }
        }
        Ok(())
    }

    /// Is there nothing in it?
    pub fn is_empty(&self) -> bool {
        self.submissions.is_empty() && self.drafts.is_empty()
    }

    /// Takes it up on this device. Done twice, or halfway and then again, it comes to the same.
    ///
    /// # Errors
    /// [`StoreError`] at the first thing that can't be kept; what was before it is.
    pub async fn take_up<S: Store>(&self, store: &S) -> Result<TakenUp, StoreError> {
        let mut done = TakenUp::default();
        // Forms first: a draft without its form could not be opened.
        for (version, bundle) in &self.forms {
            if store.load_form(&version.form.hash).await?.is_none() {
                // It stands here for what is taken up only: which version is begun with is not for a file to say.
                store.save_form(&FormVersion { current: false, ..version.clone() }, bundle).await?;
            }
        }
        for (submission, targets, files) in &self.submissions {
            let items: Vec<OutboxItem> =
                targets.iter().map(|target| OutboxItem::queue_for(submission, target)).collect();
            match store.take_over(submission, &items, files).await? {
                true => done.submissions += 1,
                false if store.load_draft(submission.id()).await?.is_some() => done.finished_elsewhere += 1,
                false => done.known += 1,
            }
        }
        for (stored, files) in &self.drafts {
            *match take_up_draft(store, stored, files).await? {
                DraftTaken::New => &mut done.drafts,
                DraftTaken::BroughtForward => &mut done.brought_forward,
                DraftTaken::Apart => &mut done.apart,
                DraftTaken::FinishedHere => &mut done.finished_here,
                DraftTaken::Known => &mut done.known,
            } += 1;
        }
        Ok(done)
    }

    /// The bytes, to be sealed in an [`Envelope`].
    pub fn to_bytes(&self) -> Vec<u8> {
        // A build before the second version would send in plain what it does not know to be encrypted; one before the third can't read an envelope.
        let version = |submission: &Submission| match (submission.is_for_office(), submission.encrypted_for())
        {
            (true, _) => 3,
            (false, Some(_)) => 2,
            (false, None) => 1,
        };
        let v1 = RescueV1 {
            version: self.submissions.iter().map(|(submission, ..)| version(submission)).max().unwrap_or(1),
            submissions: self
                .submissions
                .iter()
                .map(|(submission, targets, files)| SubmissionV1 {
                    body: submission.body().to_string(),
                    targets: targets.clone(),
                    files: written(files),
                    encrypted_for: submission.encrypted_for().map(EncryptedForV1::from),
                })
                .collect(),
            drafts: self
                .drafts
                .iter()
                .map(|(stored, files)| DraftV1 {
                    draft: STANDARD.encode(stored.draft.to_bytes()),
                    steps: stored.steps.iter().map(|step| STANDARD.encode(step.to_bytes())).collect(),
                    files: written(files),
                })
                .collect(),
            forms: self
                .forms
                .iter()
                .map(|(version, bundle)| FormV1 {
                    version: STANDARD.encode(version.to_bytes()),
                    bundle: bundle.clone(),
                })
                .collect(),
        };
        serde_json::to_vec(&v1).expect("a rescue holds nothing that JSON can't")
    }

    /// Reads the bytes. All of it, or nothing.
    ///
    /// # Errors
    /// [`NotARescue`] if any part is not what it has to be.
    pub fn from_bytes(bytes: &[u8]) -> Result<Rescue, NotARescue> {
        const DAMAGED: NotARescue = NotARescue::Damaged;
        let tag: Version = serde_json::from_slice(bytes).map_err(|_| DAMAGED)?;
        if !(1..=3).contains(&tag.version) {
            return Err(NotARescue::Newer(tag.version));
        }
        let v1: RescueV1 = serde_json::from_slice(bytes).map_err(|_| DAMAGED)?;
        let mut rescue = Rescue::default();
        for kept in v1.submissions {
            let whom = kept.encrypted_for.map(|whom| whom.read().ok_or(DAMAGED)).transpose()?;
            let submission = Submission::read(kept.body, whom).map_err(|_| DAMAGED)?;
            let files = read(kept.files)?;
            crate::store::are_its_files(&submission, &files).map_err(|_| DAMAGED)?;
            if kept.targets.is_empty() || kept.targets.iter().any(|target| !is_target(target)) {
                return Err(DAMAGED);
            }
            rescue.submissions.push((submission, kept.targets, files));
        }
        for kept in v1.drafts {
            let draft: Draft = record(&kept.draft)?;
            let steps = kept.steps.iter().map(|step| record(step)).collect::<Result<Vec<Step>, _>>()?;
            rescue.drafts.push((StoredDraft { draft, steps }, read(kept.files)?));
        }
        for kept in v1.forms {
            rescue.forms.push((record(&kept.version)?, kept.bundle));
        }
        Ok(rescue)
    }
}

/// What became of a draft.
enum DraftTaken {
    New,
    BroughtForward,
    Apart,
    FinishedHere,
    Known,
}

/// Takes a draft up, brings the one that is here forward, or puts it beside that.
async fn take_up_draft<S: Store>(
    store: &S,
    stored: &StoredDraft,
    files: &[(Attachment, Vec<u8>)],
) -> Result<DraftTaken, StoreError> {
    let mut came = stored.clone();
    for _ in 0..TRIES {
        let taken = line::marked(&came);
        if store.take_over_draft(&taken, files).await? {
            let beside = came.draft.id != stored.draft.id;
            return Ok(if beside { DraftTaken::Apart } else { DraftTaken::New });
        }
        match over_what_is_here(store, &came, &taken, files).await? {
            Some(done) => return Ok(done),
            None => came = line::apart(&came),
        }
    }
    Err(StoreErrorKind::Conflict.because("too many of the same draft stand beside each other"))
}

/// What a draft is to the one that is here already, and what becomes of it; nothing if they have gone apart.
async fn over_what_is_here<S: Store>(
    store: &S,
    came: &StoredDraft,
    taken: &StoredDraft,
    files: &[(Attachment, Vec<u8>)],
) -> Result<Option<DraftTaken>, StoreError> {
    for _ in 0..TRIES {
        // Sealed, delivered, or deleted by its user just now: it is no draft any more, and becomes none.
        let Some(here) = store.load_draft(came.draft.id).await? else {
            return Ok(Some(DraftTaken::FinishedHere));
        };
        match line::kin(&here, came) {
            Kin::Known => return Ok(Some(DraftTaken::Known)),
            Kin::Apart => return Ok(None),
            Kin::Later if store.bring_forward(&here, taken, files).await? => {
                return Ok(Some(DraftTaken::BroughtForward));
            }
            // Somebody has gone on with it in between: then it is another case.
            Kin::Later => {}
        }
    }
    Err(StoreErrorKind::Conflict.because("the draft goes on changing"))
}

/// The files with their bytes; `None` if one of them is lost or damaged.
async fn files_of<S: Store>(
    store: &S,
    owner: Uuid,
    named: &[Attachment],
) -> Result<Option<Files>, StoreError> {
    let mut files = Vec::with_capacity(named.len());
    for file in named {
        match bytes_of(store, owner, file).await? {
            Some(bytes) => files.push((file.clone(), bytes)),
            None => return Ok(None),
        }
    }
    Ok(Some(files))
}

/// A draft's files with their bytes, and how many can't be read. One whose place another took in between is read anew.
async fn files_of_draft<S: Store>(store: &S, draft: Uuid) -> Result<(Files, usize), StoreError> {
    let listed = store.files(draft).await?;
    let (mut files, mut lost) = (Vec::new(), listed.unreadable.len());
    for file in listed.items {
        if let Some(bytes) = bytes_of(store, draft, &file).await? {
            files.push((file, bytes));
            continue;
        }
        let newer = store.files(draft).await?.items.into_iter().find(|newer| newer.name == file.name);
        match newer {
            Some(newer) => match bytes_of(store, draft, &newer).await? {
                Some(bytes) => files.push((newer, bytes)),
                None => lost += 1,
            },
            None => lost += 1,
        }
    }
    Ok((files, lost))
}

/// A file's bytes; `None` if they are lost or damaged.
async fn bytes_of<S: Store>(
    store: &S,
    owner: Uuid,
    file: &Attachment,
) -> Result<Option<Vec<u8>>, StoreError> {
    match store.load_file(owner, &file.name).await {
        Ok(Some(bytes)) if file.has(&bytes) => Ok(Some(bytes)),
        Ok(_) => Ok(None),
        Err(error) if error.kind == StoreErrorKind::Unreadable => Ok(None),
        Err(error) => Err(error),
    }
}

fn is_target(name: &str) -> bool {
    let within = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    (1..=32).contains(&name.len()) && name.bytes().all(within)
}

fn written(files: &Files) -> Vec<FileV1> {
    let file = |(file, bytes): &(Attachment, Vec<u8>)| FileV1 {
        name: file.name.clone(),
        media_type: file.media_type.clone(),
        bytes: STANDARD.encode(bytes),
    };
    files.iter().map(file).collect()
}

fn read(files: Vec<FileV1>) -> Result<Files, NotARescue> {
    let file = |kept: FileV1| {
        let bytes = STANDARD.decode(&kept.bytes).ok()?;
        Some((Attachment::of(&kept.name, &kept.media_type, &bytes)?, bytes))
    };
    files.into_iter().map(|kept| file(kept).ok_or(NotARescue::Damaged)).collect()
}

fn record<R: Record>(kept: &str) -> Result<R, NotARescue> {
    let bytes = STANDARD.decode(kept).map_err(|_| NotARescue::Damaged)?;
    R::from_bytes(&bytes).map_err(|_| NotARescue::Damaged)
}

#[derive(Deserialize)]
struct Version {
    version: u32,
}

#[derive(Serialize, Deserialize)]
struct RescueV1 {
    version: u32,
    submissions: Vec<SubmissionV1>,
    drafts: Vec<DraftV1>,
    forms: Vec<FormV1>,
}

#[derive(Serialize, Deserialize)]
struct SubmissionV1 {
    body: String,
    targets: Vec<String>,
    files: Vec<FileV1>,
    /// Since version 2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    encrypted_for: Option<EncryptedForV1>,
}

#[derive(Serialize, Deserialize)]
struct DraftV1 {
    draft: String,
    steps: Vec<String>,
    files: Vec<FileV1>,
}

#[derive(Serialize, Deserialize)]
struct FormV1 {
    version: String,
    bundle: String,
}

#[derive(Serialize, Deserialize)]
struct FileV1 {
    name: String,
    #[serde(rename = "type")]
    media_type: String,
    bytes: String,
}

impl std::fmt::Display for NotARescue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            NotARescue::Damaged => write!(f, "this is no rescue file, or it is damaged"),
            NotARescue::Newer(version) => write!(f, "written by a newer Doorstep (version {version})"),
        }
    }
}

impl std::error::Error for NotARescue {}

/// When a rescue was made, for a file's name: `doorstep-rescue-20261126-0930`.
pub fn file_name(made_at: Moment) -> String {
    let written = made_at.to_rfc3339();
    let digits: String = written.chars().take(16).filter(char::is_ascii_digit).collect();
    let (day, time) = digits.split_at(8.min(digits.len()));
    format!("doorstep-rescue-{day}-{time}.json")
}

#[cfg(test)]
mod tests;
