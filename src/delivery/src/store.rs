//! The port to what a device keeps. Small, so that a browser's database and a memory twin can both be it.
//!
//! Kept here: a *strict* call returns only once its data would survive a power cut, all of it or nothing of it;
//! a *relaxed* one may be lost until the next strict call for the same draft. Whoever implements this encrypts.

use uuid::Uuid;

use crate::Retry;
use crate::attachment::Attachment;
use crate::draft::{Draft, DraftSummary};
use crate::entities::{KnownEntity, Said};
use crate::form_version::FormVersion;
use crate::last_saved::LastSaved;
use crate::moment::Moment;
use crate::outbox::OutboxItem;
use crate::pen::Pen;
use crate::pull::{Came, Pulled};
use crate::receipt::Receipt;
use crate::record::RecordError;
use crate::step::Step;
use crate::submission::Submission;

/// What a device keeps. No `Send`: a browser has one thread.
#[allow(async_fn_in_trait)]
pub trait Store {
    /// All drafts, from their summaries; the order is by id, which is by the time they were begun.
    async fn drafts(&self) -> Result<Listed<DraftSummary>, StoreError>;

    /// A draft with the steps after its snapshot, in order, to be looked at. `None` if there is none of that id.
    async fn load_draft(&self, id: Uuid) -> Result<Option<StoredDraft>, StoreError>;

    /// One transaction: takes the pen, and gives the draft as whoever had it before has left it. What they write after that is refused.
    /// `None` if there is none of that id.
    async fn open_draft(&self, id: Uuid, pen: Pen) -> Result<Option<StoredDraft>, StoreError>;

    /// Strict. Keeps a new draft and its summary; the pen is its maker's.
    ///
    /// # Errors
    /// `Conflict` if the id is taken.
    async fn create_draft(&self, draft: &Draft, pen: Pen) -> Result<(), StoreError>;

    /// Relaxed. Appends steps to a draft.
    ///
    /// # Errors
    /// `Gone` if the draft is not there (any more); `Conflict` if another has the pen, or a step's number is not above the snapshot's,
    /// or is taken: nothing of this call is kept.
    async fn append_steps(&self, draft: Uuid, pen: Pen, steps: &[Step]) -> Result<(), StoreError>;

    /// Strict. Replaces the snapshot and the summary, and drops the steps that the snapshot includes (`seq` or before).
    ///
    /// # Errors
    /// `Gone` if the draft is not there: a draft sealed or deleted elsewhere is never brought back by a late save;
    /// `Conflict` if another has the pen, or the kept snapshot is later than this one.
    async fn save_draft(&self, draft: &Draft, pen: Pen) -> Result<(), StoreError>;

    /// Strict. Deletes a draft with its steps, because its user said so, and logs that.
    ///
    /// # Errors
    /// `Gone` if the draft is not there.
    async fn delete_draft(&self, id: Uuid, at: Moment) -> Result<(), StoreError>;

    /// Strict. Keeps a file of a draft, before any answer names it; in place of one of the same name.
    ///
    /// # Errors
    /// `Gone` if the draft is not there; `Conflict` if another has the pen, or the bytes are not the attachment's.
    async fn keep_file(
        &self,
        draft: Uuid,
        pen: Pen,
        file: &Attachment,
        bytes: &[u8],
    ) -> Result<(), StoreError>;

    /// The files of a draft, or of a sealed submission that has no receipt yet, by name.
    async fn files(&self, owner: Uuid) -> Result<Listed<Attachment>, StoreError>;

    /// A file's bytes. `None` if there is none of that name.
    async fn load_file(&self, owner: Uuid, name: &str) -> Result<Option<Vec<u8>>, StoreError>;

    /// Strict, one transaction: keeps the submission and its outbox items, one for each target, with what it says of entities and what the next one asks of it, and removes the draft
    /// with its steps and with the files that the submission doesn't name. `supersedes`: the refused submission that this one stands for goes too, and that is logged.
    ///
    /// # Errors
    /// `Gone` if the draft is not there: it was sealed or deleted elsewhere, or a file is, or another one has come in its place; `Conflict` if another
    /// has the pen; `NotItsItem` if id or hash differ, or there is no item.
    async fn seal(
        &self,
        submission: &Submission,
        pen: Pen,
        items: &[OutboxItem],
        supersedes: Option<Uuid>,
        at: Moment,
    ) -> Result<(), StoreError>;

    /// Strict, one transaction: takes up a sealed submission with its files that another device handed over, to be sent by this one.
    /// Gives false, and changes nothing, if it is here already: waiting, delivered, or a draft still, which is its user's to finish or delete.
    ///
    /// # Errors
    /// `NotItsItem` if id or hash differ, or there is no item, or the files are not those that the submission names.
    async fn take_over(
        &self,
        submission: &Submission,
        items: &[OutboxItem],
        files: &[(Attachment, Vec<u8>)],
    ) -> Result<bool, StoreError>;

    /// Strict, one transaction: takes up a draft with its steps and files that another device handed over.
    /// Gives false, and changes nothing, if it is here already: as a draft, waiting or delivered.
    ///
    /// # Errors
    /// `Conflict` if a file's bytes are another's.
    async fn take_over_draft(
        &self,
        stored: &StoredDraft,
        files: &[(Attachment, Vec<u8>)],
    ) -> Result<bool, StoreError>;

    /// Strict, one transaction: puts a later state of a draft with its steps and files in the place of the one that is here. Whoever has that open writes to it
    /// no more; files that the later one has not stay, since nobody knows that they are not wanted. Gives false, and changes nothing, unless it is still as `here`.
    ///
    /// # Errors
    /// `Conflict` if a file's bytes are another's.
    async fn bring_forward(
        &self,
        here: &StoredDraft,
        later: &StoredDraft,
        files: &[(Attachment, Vec<u8>)],
    ) -> Result<bool, StoreError>;

    /// Strict. Deletes a sealed submission that has no receipt, with its items and files, because its user said so twice, and logs that.
    ///
    /// # Errors
    /// `Gone` if it is not there.
    async fn delete_submission(&self, id: Uuid, at: Moment) -> Result<(), StoreError>;

    /// Everything that has no receipt yet, by id, then by target.
    async fn outbox(&self) -> Result<Listed<OutboxItem>, StoreError>;

    /// A sealed submission that has no receipt yet. `None` if there is none of that id.
    async fn load_submission(&self, id: Uuid) -> Result<Option<Submission>, StoreError>;

    /// Strict. Keeps the new state of an item.
    ///
    /// # Errors
    /// `Gone` if it is not in the outbox; `NotItsItem` if the hash differs, or the new state is Delivered,
    /// which only [`Store::accept`] may keep.
    async fn update_item(&self, item: &OutboxItem) -> Result<(), StoreError>;

    /// Strict, one transaction: the only way out of the outbox. Keeps the item of that target as Delivered, with its receipt;
    /// after the last one of a submission its bytes and files go.
    ///
    /// # Errors
    /// `NotItsReceipt` unless an item has the receipt's id and hash (use [`OutboxItem::delivered`]);
    /// `Gone` if there is no item of that id and target.
    async fn accept(&self, receipt: &Receipt, target: &str, at: Moment) -> Result<(), StoreError>;

    /// Everything that has its receipt, by id, then by target.
    async fn delivered(&self) -> Result<Listed<OutboxItem>, StoreError>;

    /// The versions of forms on the device, by form id, then in the order they came.
    async fn forms(&self) -> Result<Listed<FormVersion>, StoreError>;

    /// The wire JSON of a form's bundle, by its hash.
    async fn load_form(&self, hash: &str) -> Result<Option<String>, StoreError>;

    /// Strict. Keeps a version of a form with its bundle's wire JSON. Where `version.current` is set,
    /// the form's other versions are current no more.
    async fn save_form(&self, version: &FormVersion, bundle: &str) -> Result<(), StoreError>;

    /// Strict. Drops the versions that are neither current nor used by a draft or an unreceipted submission;
    /// gives their hashes.
    async fn drop_unused_forms(&self) -> Result<Vec<String>, StoreError>;

    /// How far the device has pulled. One that never did, or whose record can't be read, begins anew.
    async fn pulled(&self) -> Result<Pulled, StoreError>;

    /// Strict, one transaction: keeps what came down together with the place after it.
    ///
    /// # Errors
    /// `Conflict` unless the place's turn is the one after that which is kept: another tab took a page, or all was forgotten.
    async fn take_pull(&self, pulled: &Pulled, came: &[Came]) -> Result<(), StoreError>;

    /// What the server told of the entities of a list, in no order.
    async fn entities(&self, list: &str) -> Result<Listed<KnownEntity>, StoreError>;

    /// What surveys that were finished on this device say of entities, as long as the server's word does not hold it.
    async fn said(&self) -> Result<Listed<Said>, StoreError>;

    /// Strict. The server's word holds what these surveys said.
    async fn drop_said(&self, submissions: &[Uuid]) -> Result<(), StoreError>;

    /// What the next submission of a form asks of the last one that was finished here. It goes with its submission, if that is deleted.
    async fn last_saved(&self, form: &str) -> Result<Option<LastSaved>, StoreError>;

    /// Strict, one transaction, and no key is asked for: forgets what is receipted by every target, what the next submissions ask of the last ones, and what came down, entities too; logs that, unless
    /// there was nothing. What is not receipted stays with its form and what receipts it has; so do drafts. A pull that is under way keeps nothing any more.
    async fn forget_receipted(&self, at: Moment) -> Result<(), StoreError>;

    /// What was deleted, oldest first.
    async fn log(&self) -> Result<Listed<LogLine>, StoreError>;
}

/// Are these the submission's items, one for each target and at least one? What every store asks before it keeps them.
///
/// # Errors
/// `NotItsItem` if not.
pub fn are_its_items(submission: &Submission, items: &[OutboxItem]) -> Result<(), StoreError> {
    let its = |item: &OutboxItem| item.id == submission.id() && item.hash == submission.hash();
    let single = |(place, item): (usize, &OutboxItem)| {
        items[..place].iter().all(|before| before.target != item.target)
    };
    match !items.is_empty() && items.iter().all(its) && items.iter().enumerate().all(single) {
        true => Ok(()),
        false => Err(StoreErrorKind::NotItsItem.because("no item, or another id or hash")),
    }
}

/// Are these the files that the submission names, each with its bytes, and no other?
///
/// # Errors
/// `NotItsItem` if not.
pub fn are_its_files(submission: &Submission, files: &[(Attachment, Vec<u8>)]) -> Result<(), StoreError> {
    let named = submission.attachments();
    let its = files.len() == named.len()
        && files.iter().all(|(file, bytes)| named.contains(file) && file.has(bytes));
    match its {
        true => Ok(()),
        false => Err(StoreErrorKind::NotItsItem.because("other files than it names")),
    }
}

/// Are these the files' own bytes, and no two of a name?
///
/// # Errors
/// `Conflict` if not.
pub fn are_whole(files: &[(Attachment, Vec<u8>)]) -> Result<(), StoreError> {
    let single = |(place, (file, _)): (usize, &(Attachment, Vec<u8>))| {
        files[..place].iter().all(|(before, _)| before.name != file.name)
    };
    match files.iter().all(|(file, bytes)| file.has(bytes)) && files.iter().enumerate().all(single) {
        true => Ok(()),
        false => Err(StoreErrorKind::Conflict.because("the bytes are another file's")),
    }
}

/// A draft as the store gives it back.
#[derive(Clone, PartialEq, Debug)]
pub struct StoredDraft {
    /// The snapshot.
    pub draft: Draft,
    /// The steps since, in ascending order; [`Draft::open`] takes them.
    pub steps: Vec<Step>,
}

/// A list. A record that can't be read is named and hides no other.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listed<T> {
    /// What could be read.
    pub items: Vec<T>,
    /// What could not: the record's key, and why.
    pub unreadable: Vec<(String, StoreError)>,
}

impl<T> Default for Listed<T> {
    fn default() -> Listed<T> {
        Listed { items: Vec::new(), unreadable: Vec::new() }
    }
}

/// A line of the device's log. No personal data: it may be read without the key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LogLine {
    /// When.
    pub at: Moment,
    /// What happened.
    pub event: LogEvent,
    /// To which draft or submission.
    pub id: Uuid,
}

/// What the device's log tells.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LogEvent {
    /// Its user deleted a draft.
    DraftDeleted,
    /// Its user deleted what was sealed and had no receipt.
    SubmissionDeleted,
    /// A refused submission gave way to the one that puts it right.
    SubmissionSuperseded,
    /// Too many wrong PINs: the key to everything of this user was wiped, as the office had said. No id: nil.
    KeyWiped,
    /// The device was revoked: what was receipted and what had come down was forgotten. No id: nil.
    ReceiptedForgotten,
}

/// Why the store could not do it. Nothing of the call was kept, unless the kind is `Closed`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StoreError {
    /// What went wrong.
    pub kind: StoreErrorKind,
    /// The system's own words, for the log. No personal data.
    pub words: String,
}

/// What can go wrong with a store.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum StoreErrorKind {
    /// The transaction was aborted by the system.
    Aborted,
    /// No space is left.
    Full,
    /// The database was closed under us (another version, a dying browser). Whether the call was kept is known after opening again.
    Closed,
    /// The key is not at hand: the app is locked.
    Locked,
    /// What is meant is not there (any more).
    Gone,
    /// Somebody else wrote in between, or the id is taken.
    Conflict,
    /// The outbox item is not that submission's, or may not have that state.
    NotItsItem,
    /// The receipt does not prove that submission's acceptance.
    NotItsReceipt,
    /// The record can't be decrypted or decoded.
    Unreadable,
}

impl StoreErrorKind {
    /// When trying again can help.
    pub fn retry(self) -> Retry {
        match self {
            StoreErrorKind::Aborted | StoreErrorKind::Full | StoreErrorKind::Closed => Retry::Later,
            StoreErrorKind::Locked => Retry::AfterLogin,
            StoreErrorKind::Gone
            | StoreErrorKind::Conflict
            | StoreErrorKind::NotItsItem
            | StoreErrorKind::NotItsReceipt
            | StoreErrorKind::Unreadable => Retry::Never,
        }
    }

    /// The kind with words.
    pub fn because(self, words: impl Into<String>) -> StoreError {
        StoreError { kind: self, words: words.into() }
    }
}

impl From<RecordError> for StoreError {
    fn from(error: RecordError) -> StoreError {
        StoreErrorKind::Unreadable.because(error.to_string())
    }
}

impl std::fmt::Display for StoreError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}: {}", self.kind, self.words)
    }
}

impl std::error::Error for StoreError {}
