//! What the device keeps, in IndexedDB: delivery's [`Store`], every record sealed by the vault.
//!
//! Kept here: what has to happen together is one transaction; what is checked is checked in the transaction that
//! writes; a call is done when the database says *complete*.
//! In plain beside a sealed record stands only what such a check needs and is nobody's answer:
//! how many steps a snapshot includes, and the hash of a form's definition.

use std::cell::RefCell;
use std::collections::BTreeSet;

use doorstep_delivery::draft::{Draft, DraftSummary};
use doorstep_delivery::outbox::item_key;
use doorstep_delivery::pull::{Came, Pulled};
use doorstep_delivery::record::Record;
use doorstep_delivery::store::{
    Listed, LogEvent, LogLine, Store, StoreError, StoreErrorKind, StoredDraft, are_its_files, are_its_items,
    are_whole,
};
use doorstep_delivery::{
    Attachment, FormVersion, KnownEntity, LastSaved, Moment, OutboxItem, Pen, Receipt, Said, State, Step,
    Submission, Uuid,
};
use wasm_bindgen::JsValue;

use super::database::{
    BUNDLES, DRAFTS, Database, Durability, FILE_BYTES, FILES, FORMS, LOG, OUTBOX, RECEIPTS, SAID, SNAPSHOTS,
    STEPS, SUBMISSIONS, items_of, keys_under,
};
use super::vault::{Sealing, Under, Vault};
use arrived::ArrivedCopy;
use drafts::{kept_draft, remove_draft, written_by};
use files::{kept_files, remove_file, remove_files};
use forms::drop_unused;
use last_saved::forget_last_of;
use records::{
    FORM, HOLDER, SEALED, field, log_line, log_record, same_bytes, sealed_record, set, step_id, step_key,
};
use submissions::remove_sealed;

mod arrived;
mod drafts;
mod entities;
mod files;
mod forms;
mod last_saved;
mod lock;
mod media;
mod pulled;
mod records;
mod signing;
mod submissions;

pub use super::vault::{Agreement, Protection, Tried};
pub use lock::{OfficeKey, is_office_key};

/// The database's name.
const NAME: &str = "doorstep";
/// How often a write is tried again after another tab was faster.
const TRIES: usize = 5;

/// The device's store.
#[derive(Debug)]
pub struct IndexedDb {
    database: Database,
    vault: Vault,
    /// What is to be looked at for a while once it has arrived (`arrived.rs`).
    to_look_at: RefCell<BTreeSet<Uuid>>,
}

impl IndexedDb {
    /// Opens the device's store, and makes it and its keys at the first start.
    ///
    /// # Errors
    /// `Locked` without https or with damaged keys; `Closed` if the browser gives no database: in some browsers'
    /// private windows, or when a newer build of the app has it.
    pub async fn open() -> Result<IndexedDb, StoreError> {
        IndexedDb::open_named(NAME).await
    }

    /// Opens a store of another name, which shares nothing with the device's.
    pub async fn open_named(name: &str) -> Result<IndexedDb, StoreError> {
        let database = Database::open(name).await?;
        let vault = Vault::open(&database).await?;
        Ok(IndexedDb { database, vault, to_look_at: RefCell::default() })
    }

    /// Is this another handle to the same?
    pub fn is_same(&self, other: &IndexedDb) -> bool {
        self.database.name() == other.database.name()
    }

    fn sealing<R: Record>(&self, store: &str, id: &str, record: &R) -> Result<Sealing, StoreError> {
        self.vault.seal(store, id, &record.to_bytes())
    }

    async fn open_record<R: Record>(&self, store: &str, id: &str, kept: &JsValue) -> Result<R, StoreError> {
        let plain = self.vault.open_sealed(store, id, &field(kept, SEALED)).await?;
        Ok(R::from_bytes(&plain)?)
    }

    /// Every record of a store; one that can't be read hides no other.
    async fn list<R: Record>(&self, store: &str) -> Result<Listed<R>, StoreError> {
        let transaction = self.database.read(&[store]).await?;
        let keys = transaction.keys(store, None).await?;
        let kept = transaction.all(store, None).await?;
        let mut listed = Listed::default();
        for (key, kept) in keys.into_iter().zip(kept) {
            let id = key.as_string().unwrap_or_default();
            match self.open_record(store, &id, &kept).await {
                Ok(item) => listed.items.push(item),
                Err(error) => listed.unreadable.push((id, error)),
            }
        }
        Ok(listed)
    }

    async fn get(&self, store: &str, id: &str) -> Result<Option<JsValue>, StoreError> {
        self.database.read(&[store]).await?.get(store, &id.into()).await
    }

    /// Replaces or removes an outbox item that was looked at before, unless another tab was faster.
    ///
    /// `change` is given the item as it is kept and says what is to be instead. Kept in `store`: in the outbox as before, or among the receipts, and then
    /// what was sent goes with its last item, and its `copy` comes.
    async fn change_item(
        &self,
        (id, target): (Uuid, &str),
        store: &str,
        copy: Option<ArrivedCopy>,
        change: impl Fn(OutboxItem) -> Result<OutboxItem, StoreError>,
    ) -> Result<(), StoreError> {
        let key = item_key(id, target);
        let stores = [OUTBOX, SUBMISSIONS, RECEIPTS, FILES, FILE_BYTES];
        for _ in 0..TRIES {
            let Some(kept) = self.get(OUTBOX, &key).await? else { return Err(gone("outbox item")) };
            let item = change(self.open_record(OUTBOX, &key, &kept).await?)?;
            // Under the key that it lay under: what a locked phone can send it can also note as sent.
            let under = Under::of(&field(&kept, SEALED)).unwrap_or(Under::User);
            let sealed = self.vault.seal_under(under, store, &key, &item.to_bytes())?.done().await?;
            let value = sealed_record(&sealed, &[(FORM, item.form.hash.as_str().into())]);

            let transaction = self.database.write(&stores, Durability::Strict).await?;
            let key = JsValue::from(key.as_str());
            let now = transaction.get(OUTBOX, &key).await?;
            if now.is_some_and(|now| same_bytes(&now, &kept)) {
                transaction.put(store, &key, &value)?;
                if store != OUTBOX {
                    transaction.delete(OUTBOX, key)?;
                    let id = id.to_string();
                    if transaction.keys(OUTBOX, Some(&items_of(&id))).await?.is_empty() {
                        remove_sealed(&transaction, &id)?;
                        if let Some(copy) = &copy {
                            copy.write(&transaction)?;
                        }
                    }
                }
                return transaction.finish().await;
            }
        }
        Err(StoreErrorKind::Conflict.because("another tab changes the same outbox item"))
    }
}

impl Store for IndexedDb {
    async fn drafts(&self) -> Result<Listed<DraftSummary>, StoreError> {
        self.list(DRAFTS).await
    }

    async fn load_draft(&self, id: Uuid) -> Result<Option<StoredDraft>, StoreError> {
        let id = id.to_string();
        let transaction = self.database.read(&[SNAPSHOTS, STEPS]).await?;
        match kept_draft(&transaction, &id).await? {
            Some(kept) => self.opened_draft(&id, kept).await.map(Some),
            None => Ok(None),
        }
    }

    async fn open_draft(&self, id: Uuid, pen: Pen) -> Result<Option<StoredDraft>, StoreError> {
        let id = id.to_string();
        // Relaxed: who had the pen is gone too after a power cut.
        let transaction = self.database.write(&[DRAFTS, SNAPSHOTS, STEPS], Durability::Relaxed).await?;
        let key = JsValue::from(id.as_str());
        let Some(summary) = transaction.get(DRAFTS, &key).await? else { return Ok(None) };
        let Some(kept) = kept_draft(&transaction, &id).await? else { return Ok(None) };
        set(&summary, HOLDER, &pen.to_string().into());
        transaction.put(DRAFTS, &key, &summary)?;
        transaction.finish().await?;
        self.opened_draft(&id, kept).await.map(Some)
    }

    async fn create_draft(&self, draft: &Draft, pen: Pen) -> Result<(), StoreError> {
        let (key, summary, snapshot) = self.sealed_draft(draft, Some(pen)).await?;
        let transaction = self.database.write(&[DRAFTS, SNAPSHOTS], Durability::Strict).await?;
        transaction.add(DRAFTS, &key, &summary)?;
        transaction.add(SNAPSHOTS, &key, &snapshot)?;
        transaction.finish().await
    }

    async fn append_steps(&self, draft: Uuid, pen: Pen, steps: &[Step]) -> Result<(), StoreError> {
        let id = draft.to_string();
        let sealing: Vec<Sealing> = steps
            .iter()
            .map(|step| self.sealing(STEPS, &step_id(&id, step.seq), step))
            .collect::<Result<_, _>>()?;
        let mut records = Vec::with_capacity(steps.len());
        for (step, sealing) in steps.iter().zip(sealing) {
            records.push((step.seq, sealed_record(&sealing.done().await?, &[])));
        }

        let transaction = self.database.write(&[DRAFTS, STEPS], Durability::Relaxed).await?;
        let included = written_by(&transaction, &id.as_str().into(), pen).await?;
        if steps.iter().any(|step| step.seq <= included) {
            return Err(StoreErrorKind::Conflict.because("the snapshot includes such a step already"));
        }
        for (seq, record) in &records {
            transaction.add(STEPS, &step_key(&id, *seq), record)?;
        }
        transaction.finish().await
    }

    async fn save_draft(&self, draft: &Draft, pen: Pen) -> Result<(), StoreError> {
        let (key, summary, snapshot) = self.sealed_draft(draft, Some(pen)).await?;
        let transaction = self.database.write(&[DRAFTS, SNAPSHOTS, STEPS], Durability::Strict).await?;
        if written_by(&transaction, &key, pen).await? > draft.seq {
            return Err(StoreErrorKind::Conflict.because("the kept snapshot is later"));
        }
        transaction.put(DRAFTS, &key, &summary)?;
        transaction.put(SNAPSHOTS, &key, &snapshot)?;
        transaction.delete(STEPS, keys_under(&draft.id.to_string(), None, Some(draft.seq)))?;
        transaction.finish().await
    }

    async fn delete_draft(&self, id: Uuid, at: Moment) -> Result<(), StoreError> {
        let stores = [DRAFTS, SNAPSHOTS, STEPS, FILES, FILE_BYTES, LOG];
        let transaction = self.database.write(&stores, Durability::Strict).await?;
        remove_draft(&transaction, id).await?;
        remove_files(&transaction, id)?;
        transaction.append(LOG, &log_record(&LogLine { at, event: LogEvent::DraftDeleted, id }))?;
        transaction.finish().await
    }

    async fn keep_file(
        &self,
        draft: Uuid,
        pen: Pen,
        file: &Attachment,
        bytes: &[u8],
    ) -> Result<(), StoreError> {
        if !file.has(bytes) {
            return Err(StoreErrorKind::Conflict.because("the bytes are another file's"));
        }
        let sealed = self.seal_file(draft, file, bytes, None).await?;
        let transaction = self.database.write(&[DRAFTS, FILES, FILE_BYTES], Durability::Strict).await?;
        written_by(&transaction, &draft.to_string().into(), pen).await?;
        sealed.write(&transaction)?;
        transaction.finish().await
    }

    async fn files(&self, owner: Uuid) -> Result<Listed<Attachment>, StoreError> {
        self.list_files(owner).await
    }

    async fn load_file(&self, owner: Uuid, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.file_bytes(owner, name).await
    }

    async fn seal(
        &self,
        submission: &Submission,
        pen: Pen,
        items: &[OutboxItem],
        supersedes: Option<Uuid>,
        at: Moment,
    ) -> Result<(), StoreError> {
        are_its_items(submission, items)?;
        let sealed = self.sealed_submission(submission, items).await?;
        let said = self.sealed_said(submission).await?;
        let last = self.sealed_last(submission).await?;
        let id = submission.id();
        let before = kept_files(&self.database.read(&[FILES]).await?, id).await?;
        let mut unnamed = Vec::new();
        let mut there = 0;
        for (number, file) in self.opened_files(id, &before).await? {
            match file {
                Ok(file) if submission.attachments().contains(&file) => there += 1,
                Ok(_) | Err(_) => unnamed.push(number),
            }
        }

        let stores = [DRAFTS, SNAPSHOTS, STEPS, OUTBOX, SUBMISSIONS, SAID, FILES, FILE_BYTES, LOG];
        let transaction = self.database.write(&stores, Durability::Strict).await?;
        written_by(&transaction, &id.to_string().into(), pen).await?;
        remove_draft(&transaction, id).await?;
        // One that was taken anew in between is another file.
        let now = kept_files(&transaction, id).await?;
        let same = now.len() == before.len()
            && now.iter().zip(&before).all(|((_, now), (_, before))| same_bytes(now, before));
        if !same || there != submission.attachments().len() {
            return Err(gone("file"));
        }
        for number in unnamed {
            remove_file(&transaction, id, number)?;
        }
        sealed.write(&transaction)?;
        if let Some(said) = said {
            transaction.put(SAID, &id.to_string().into(), &said)?;
        }
        if let Some(last) = last {
            last.write(&transaction)?;
        }
        if let Some(old) = supersedes {
            let key = old.to_string();
            if transaction.get(SUBMISSIONS, &key.as_str().into()).await?.is_some() {
                remove_sealed(&transaction, &key)?;
                transaction.delete(SAID, JsValue::from(key.as_str()))?;
                transaction.delete(OUTBOX, items_of(&key))?;
                let line = LogLine { at, event: LogEvent::SubmissionSuperseded, id: old };
                transaction.append(LOG, &log_record(&line))?;
            }
        }
        transaction.finish().await
    }

    async fn take_over(
        &self,
        submission: &Submission,
        items: &[OutboxItem],
        files: &[(Attachment, Vec<u8>)],
    ) -> Result<bool, StoreError> {
        are_its_items(submission, items)?;
        are_its_files(submission, files)?;
        let sealed = self.sealed_submission(submission, items).await?;
        let mut sealed_files = Vec::with_capacity(files.len());
        for (number, (file, bytes)) in (1..).zip(files) {
            sealed_files.push(self.seal_file(submission.id(), file, bytes, Some(number)).await?);
        }

        let id = submission.id().to_string();
        let stores = [DRAFTS, SUBMISSIONS, OUTBOX, RECEIPTS, FILES, FILE_BYTES];
        let transaction = self.database.write(&stores, Durability::Strict).await?;
        let delivered = !transaction.keys(RECEIPTS, Some(&items_of(&id))).await?.is_empty();
        let key = JsValue::from(id.as_str());
        let drafted = transaction.get(DRAFTS, &key).await?.is_some();
        if delivered || drafted || transaction.get(SUBMISSIONS, &key).await?.is_some() {
            return Ok(false);
        }
        sealed.write(&transaction)?;
        for file in sealed_files {
            file.write(&transaction)?;
        }
        transaction.finish().await?;
        Ok(true)
    }

    async fn take_over_draft(
        &self,
        stored: &StoredDraft,
        files: &[(Attachment, Vec<u8>)],
    ) -> Result<bool, StoreError> {
        are_whole(files)?;
        let id = stored.draft.id;
        let (key, summary, snapshot) = self.sealed_draft(&stored.draft, None).await?;
        let name = id.to_string();
        let mut steps = Vec::with_capacity(stored.steps.len());
        for step in stored.steps.iter().filter(|step| step.seq > stored.draft.seq) {
            let sealed = self.sealing(STEPS, &step_id(&name, step.seq), step)?.done().await?;
            steps.push((step_key(&name, step.seq), sealed_record(&sealed, &[])));
        }
        let mut sealed_files = Vec::with_capacity(files.len());
        for (number, (file, bytes)) in (1..).zip(files) {
            sealed_files.push(self.seal_file(id, file, bytes, Some(number)).await?);
        }

        let stores = [DRAFTS, SNAPSHOTS, STEPS, SUBMISSIONS, RECEIPTS, FILES, FILE_BYTES];
        let transaction = self.database.write(&stores, Durability::Strict).await?;
        let delivered = !transaction.keys(RECEIPTS, Some(&items_of(&name))).await?.is_empty();
        let sealed = transaction.get(SUBMISSIONS, &key).await?.is_some();
        if delivered || sealed || transaction.get(DRAFTS, &key).await?.is_some() {
            return Ok(false);
        }
        transaction.add(DRAFTS, &key, &summary)?;
        transaction.add(SNAPSHOTS, &key, &snapshot)?;
        for (key, step) in &steps {
            transaction.add(STEPS, key, step)?;
        }
        for file in sealed_files {
            file.write(&transaction)?;
        }
        transaction.finish().await?;
        Ok(true)
    }

    async fn bring_forward(
        &self,
        here: &StoredDraft,
        later: &StoredDraft,
        files: &[(Attachment, Vec<u8>)],
    ) -> Result<bool, StoreError> {
        are_whole(files)?;
        let id = here.draft.id;
        let name = id.to_string();
        let read = self.database.read(&[SNAPSHOTS, STEPS]).await?;
        let Some(before) = kept_draft(&read, &name).await? else { return Ok(false) };
        if later.draft.id != id || self.opened_draft(&name, before.clone()).await? != *here {
            return Ok(false);
        }
        let (key, summary, snapshot) = self.sealed_draft(&later.draft, None).await?;
        let mut steps = Vec::with_capacity(later.steps.len());
        for step in later.steps.iter().filter(|step| step.seq > later.draft.seq) {
            let sealed = self.sealing(STEPS, &step_id(&name, step.seq), step)?.done().await?;
            steps.push((step_key(&name, step.seq), sealed_record(&sealed, &[])));
        }
        let sealed_files = self.seal_files_over(id, files).await?;

        let stores = [DRAFTS, SNAPSHOTS, STEPS, FILES, FILE_BYTES];
        let transaction = self.database.write(&stores, Durability::Strict).await?;
        // What was looked at may have been written to since.
        if !kept_draft(&transaction, &name).await?.is_some_and(|now| now.is_same(&before)) {
            return Ok(false);
        }
        transaction.put(DRAFTS, &key, &summary)?;
        transaction.put(SNAPSHOTS, &key, &snapshot)?;
        transaction.delete(STEPS, keys_under(&name, None, None))?;
        for (key, step) in &steps {
            transaction.add(STEPS, key, step)?;
        }
        for file in sealed_files {
            file.write(&transaction)?;
        }
        transaction.finish().await?;
        Ok(true)
    }

    async fn delete_submission(&self, id: Uuid, at: Moment) -> Result<(), StoreError> {
        let stores = [SUBMISSIONS, OUTBOX, SAID, FILES, FILE_BYTES, LOG];
        let transaction = self.database.write(&stores, Durability::Strict).await?;
        let key = id.to_string();
        if transaction.get(SUBMISSIONS, &key.as_str().into()).await?.is_none() {
            return Err(gone("submission"));
        }
        remove_sealed(&transaction, &key)?;
        transaction.delete(SAID, JsValue::from(key.as_str()))?;
        transaction.delete(OUTBOX, items_of(&key))?;
        forget_last_of(&transaction, id).await?;
        transaction.append(LOG, &log_record(&LogLine { at, event: LogEvent::SubmissionDeleted, id }))?;
        transaction.finish().await
    }

    async fn outbox(&self) -> Result<Listed<OutboxItem>, StoreError> {
        self.list(OUTBOX).await
    }

    async fn load_submission(&self, id: Uuid) -> Result<Option<Submission>, StoreError> {
        let id = id.to_string();
        match self.get(SUBMISSIONS, &id).await? {
            Some(kept) => self.open_record(SUBMISSIONS, &id, &kept).await.map(Some),
            None => Ok(None),
        }
    }

    async fn update_item(&self, item: &OutboxItem) -> Result<(), StoreError> {
        if matches!(item.state, State::Delivered { .. }) {
            return Err(StoreErrorKind::NotItsItem.because("only a receipt delivers"));
        }
        let change = |kept: OutboxItem| match kept.hash == item.hash {
            true => Ok(item.clone()),
            false => Err(StoreErrorKind::NotItsItem.because("the hash differs")),
        };
        self.change_item((item.id, &item.target), OUTBOX, None, change).await
    }

    async fn accept(&self, receipt: &Receipt, target: &str, at: Moment) -> Result<(), StoreError> {
        let change = |kept: OutboxItem| {
            let not_its = |_| StoreErrorKind::NotItsReceipt.because("id or hash differ");
            kept.delivered(receipt.clone(), at).map_err(not_its)
        };
        let copy = self.arrived_copy(receipt.id, at).await;
        self.change_item((receipt.id, target), RECEIPTS, copy, change).await
    }

    async fn delivered(&self) -> Result<Listed<OutboxItem>, StoreError> {
        self.list(RECEIPTS).await
    }

    async fn forms(&self) -> Result<Listed<FormVersion>, StoreError> {
        self.list_forms().await
    }

    async fn load_form(&self, hash: &str) -> Result<Option<String>, StoreError> {
        let Some(kept) = self.get(BUNDLES, hash).await? else { return Ok(None) };
        let plain = self.vault.open_sealed(BUNDLES, hash, &field(&kept, SEALED)).await?;
        let unreadable = |_| StoreErrorKind::Unreadable.because("a form's definition is no text");
        String::from_utf8(plain).map(Some).map_err(unreadable)
    }

    async fn save_form(&self, version: &FormVersion, bundle: &str) -> Result<(), StoreError> {
        let sealed = self.sealed_form(version, bundle).await?;
        let transaction = self.database.write(&[FORMS, BUNDLES], Durability::Strict).await?;
        sealed.write(&transaction).await?;
        transaction.finish().await
    }

    async fn drop_unused_forms(&self) -> Result<Vec<String>, StoreError> {
        let stores = [FORMS, BUNDLES, DRAFTS, OUTBOX];
        let transaction = self.database.write(&stores, Durability::Strict).await?;
        let dropped = drop_unused(&transaction).await?;
        transaction.finish().await?;
        Ok(dropped)
    }

    async fn pulled(&self) -> Result<Pulled, StoreError> {
        self.kept_place().await
    }

    async fn take_pull(&self, pulled: &Pulled, came: &[Came]) -> Result<(), StoreError> {
        self.take_page(pulled, came).await
    }

    async fn entities(&self, list: &str) -> Result<Listed<KnownEntity>, StoreError> {
        self.list_entities(list).await
    }

    async fn said(&self) -> Result<Listed<Said>, StoreError> {
        self.list_said().await
    }

    async fn drop_said(&self, submissions: &[Uuid]) -> Result<(), StoreError> {
        self.forget_said(submissions).await
    }

    async fn last_saved(&self, form: &str) -> Result<Option<LastSaved>, StoreError> {
        self.load_last(form).await
    }

    async fn forget_receipted(&self, at: Moment) -> Result<(), StoreError> {
        self.forget(at).await
    }

    async fn log(&self) -> Result<Listed<LogLine>, StoreError> {
        let transaction = self.database.read(&[LOG]).await?;
        let keys = transaction.keys(LOG, None).await?;
        let kept = transaction.all(LOG, None).await?;
        let mut listed = Listed::default();
        for (key, kept) in keys.into_iter().zip(kept) {
            let number = format!("{}", key.as_f64().unwrap_or_default());
            match log_line(&kept) {
                Some(line) => listed.items.push(line),
                None => {
                    let error = StoreErrorKind::Unreadable.because("a line of the log is damaged");
                    listed.unreadable.push((number, error));
                }
            }
        }
        Ok(listed)
    }
}

fn gone(what: &str) -> StoreError {
    StoreErrorKind::Gone.because(format!("the {what} is not there"))
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests;
