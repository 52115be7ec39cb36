//! The store's memory twin: keeps encoded records as a device does, and can be made to fail as one does.
//!
//! What is strict survives [`MemoryStore::crash`], all of a call or nothing; relaxed steps survive or not, as the caller says.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use uuid::Uuid;

use crate::attachment::Attachment;
use crate::draft::{Draft, DraftSummary};
use crate::entities::{KnownEntity, ListPart, Said};
use crate::form_version::FormVersion;
use crate::last_saved::LastSaved;
use crate::moment::Moment;
use crate::outbox::{OutboxItem, State, item_key};
use crate::pen::Pen;
use crate::pull::{Came, Pulled};
use crate::receipt::Receipt;
use crate::record::{Record, RecordError};
use crate::step::Step;
use crate::store::{
    Listed, LogEvent, LogLine, Store, StoreError, StoreErrorKind, StoredDraft, are_its_files, are_its_items,
    are_whole,
};
use crate::submission::Submission;

/// How the next call that writes goes wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// The transaction is aborted: nothing is kept, the store lives on.
    Abort,
    /// No space is left: nothing is kept, the store lives on.
    Full,
    /// The process dies before the commit.
    DieBefore,
    /// The process dies after the commit, before the caller hears of it.
    DieAfter,
}

/// The memory twin of the [`Store`] port.
#[derive(Debug, Default)]
pub struct MemoryStore {
    tables: RefCell<Tables>,
    /// Steps appended relaxed and not yet safe: draft and number.
    at_risk: RefCell<BTreeSet<(Uuid, u64)>>,
    /// The coming fault, and how many calls that write go well before it.
    fault: Cell<Option<(u32, Fault)>>,
    dead: Cell<bool>,
}

/// A file's record and its bytes.
type KeptFile = (Vec<u8>, Arc<[u8]>);

#[derive(Clone, Debug, Default)]
struct Tables {
    drafts: BTreeMap<Uuid, Vec<u8>>,
    summaries: BTreeMap<Uuid, Vec<u8>>,
    pens: BTreeMap<Uuid, Pen>,
    steps: BTreeMap<(Uuid, u64), Vec<u8>>,
    files: BTreeMap<(Uuid, String), KeptFile>,
    submissions: BTreeMap<Uuid, Vec<u8>>,
    /// By [`OutboxItem::key`], which begins with the id.
    outbox: BTreeMap<String, Vec<u8>>,
    delivered: BTreeMap<String, Vec<u8>>,
    forms: Vec<(String, Vec<u8>, String)>,
    /// Parts of lists by their names.
    entities: BTreeMap<String, Vec<u8>>,
    said: BTreeMap<Uuid, Vec<u8>>,
    /// By the forms' ids, each with its submission.
    last_saved: BTreeMap<String, (Uuid, Vec<u8>)>,
    /// The turn, and the record; none after all was forgotten.
    pulled: (u64, Option<Vec<u8>>),
    log: Vec<LogLine>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> MemoryStore {
        MemoryStore::default()
    }

    /// After so many more calls that write, one goes wrong like this.
    pub fn fail_after(&self, calls: u32, fault: Fault) {
        self.fault.set(Some((calls, fault)));
    }

    /// Has the process died? Then every call says `Closed` until [`MemoryStore::crash`].
    pub fn is_dead(&self) -> bool {
        self.dead.get()
    }

    /// The process is killed and started again: of the relaxed steps only those that `survives` says are still there.
    pub fn crash(&self, mut survives: impl FnMut(Uuid, u64) -> bool) {
        let mut tables = self.tables.borrow_mut();
        for (draft, seq) in std::mem::take(&mut *self.at_risk.borrow_mut()) {
            if !survives(draft, seq) {
                tables.steps.remove(&(draft, seq));
            }
        }
        self.fault.set(None);
        self.dead.set(false);
    }

    /// Another store with what is in this one, as an image of its disk would have it: all of it safe, and no fault to come.
    pub fn copy(&self) -> MemoryStore {
        MemoryStore { tables: RefCell::new(self.tables.borrow().clone()), ..MemoryStore::default() }
    }

    /// Overwrites a draft's bytes, as a damaged disk does.
    pub fn damage_draft(&self, id: Uuid) {
        let mut tables = self.tables.borrow_mut();
        tables.drafts.insert(id, b"\0\0\0".to_vec());
        tables.summaries.insert(id, b"\0\0\0".to_vec());
    }

    fn read<T>(&self, read: impl FnOnce(&Tables) -> Result<T, StoreError>) -> Result<T, StoreError> {
        if self.dead.get() {
            return Err(StoreErrorKind::Closed.because("the process is dead"));
        }
        read(&self.tables.borrow())
    }

    /// One transaction: works on a copy, which replaces the tables if nothing goes wrong.
    fn write<T>(&self, write: impl FnOnce(&mut Tables) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let mut copy = self.read(|tables| Ok(tables.clone()))?;
        let done = write(&mut copy)?;
        let fault = self.next_fault();
        match fault {
            Some(Fault::Abort) => return Err(StoreErrorKind::Aborted.because("injected")),
            Some(Fault::Full) => return Err(StoreErrorKind::Full.because("injected")),
            Some(Fault::DieBefore | Fault::DieAfter) => self.dead.set(true),
            None => {}
        }
        if fault != Some(Fault::DieBefore) {
            *self.tables.borrow_mut() = copy;
        }
        if self.dead.get() { Err(StoreErrorKind::Closed.because("injected")) } else { Ok(done) }
    }

    fn next_fault(&self) -> Option<Fault> {
        let (calls, fault) = self.fault.take()?;
        if calls == 0 {
            return Some(fault);
        }
        self.fault.set(Some((calls - 1, fault)));
        None
    }

    /// What a strict call on a draft made safe, or removed.
    fn settle(&self, draft: Uuid, up_to: u64) {
        self.at_risk.borrow_mut().retain(|(id, seq)| *id != draft || *seq > up_to);
    }
}

impl Store for MemoryStore {
    async fn drafts(&self) -> Result<Listed<DraftSummary>, StoreError> {
        self.read(|tables| Ok(listed(&tables.summaries)))
    }

    async fn load_draft(&self, id: Uuid) -> Result<Option<StoredDraft>, StoreError> {
        self.read(|tables| tables.stored(id))
    }

    async fn open_draft(&self, id: Uuid, pen: Pen) -> Result<Option<StoredDraft>, StoreError> {
        self.write(|tables| {
            let stored = tables.stored(id)?;
            if stored.is_some() {
                tables.pens.insert(id, pen);
            }
            Ok(stored)
        })
    }

    async fn create_draft(&self, draft: &Draft, pen: Pen) -> Result<(), StoreError> {
        self.write(|tables| {
            if tables.drafts.contains_key(&draft.id) {
                return Err(StoreErrorKind::Conflict.because("the id is taken"));
            }
            tables.put_draft(draft);
            tables.pens.insert(draft.id, pen);
            Ok(())
        })
    }

    async fn append_steps(&self, draft: Uuid, pen: Pen, steps: &[Step]) -> Result<(), StoreError> {
        self.write(|tables| {
            let kept = tables.written_by(draft, pen)?;
            for step in steps {
                let taken = tables.steps.insert((draft, step.seq), step.to_bytes()).is_some();
                if taken || step.seq <= kept.seq {
                    return Err(StoreErrorKind::Conflict.because("another tab writes to the draft"));
                }
            }
            Ok(())
        })?;
        self.at_risk.borrow_mut().extend(steps.iter().map(|step| (draft, step.seq)));
        Ok(())
    }

    async fn save_draft(&self, draft: &Draft, pen: Pen) -> Result<(), StoreError> {
        let saved = self.write(|tables| {
            if tables.written_by(draft.id, pen)?.seq > draft.seq {
                return Err(StoreErrorKind::Conflict.because("a later snapshot is kept"));
            }
            tables.put_draft(draft);
            tables.steps.retain(|(id, seq), _| *id != draft.id || *seq > draft.seq);
            Ok(())
        });
        if saved.is_ok() {
            self.settle(draft.id, draft.seq);
        }
        saved
    }

    async fn delete_draft(&self, id: Uuid, at: Moment) -> Result<(), StoreError> {
        self.write(|tables| {
            // A damaged draft may be deleted too, so only its being there is asked for.
            if !tables.drafts.contains_key(&id) {
                return Err(gone());
            }
            tables.remove_draft(id);
            tables.remove_files(id);
            tables.log.push(LogLine { at, event: LogEvent::DraftDeleted, id });
            Ok(())
        })
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
        self.write(|tables| {
            tables.written_by(draft, pen)?;
            tables.files.insert((draft, file.name.clone()), (file.to_bytes(), bytes.into()));
            Ok(())
        })
    }

    async fn files(&self, owner: Uuid) -> Result<Listed<Attachment>, StoreError> {
        self.read(|tables| {
            let records = tables.files.range((owner, String::new())..);
            let own = records.take_while(|((of, _), _)| *of == owner);
            Ok(listed(own.map(|((_, name), (record, _))| (name, record))))
        })
    }

    async fn load_file(&self, owner: Uuid, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.read(|tables| {
            let kept = tables.files.get(&(owner, name.to_owned()));
            Ok(kept.map(|(_, bytes)| bytes.to_vec()))
        })
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
        self.write(|tables| {
            let id = submission.id();
            tables.written_by(id, pen)?;
            // Another file of the same name may have come since the names were read.
            let named: BTreeSet<Vec<u8>> = submission.attachments().iter().map(Record::to_bytes).collect();
            tables.files.retain(|(owner, _), (record, _)| *owner != id || named.contains(record));
            let kept = tables.files.keys().filter(|(owner, _)| *owner == id).count();
            if kept != submission.attachments().len() {
                return Err(gone());
            }
            tables.remove_draft(id);
            tables.put_sealed(submission, items);
            if let Some(old) = supersedes
                && tables.remove_sealed(old)
            {
                tables.remove_files(old);
                tables.log.push(LogLine { at, event: LogEvent::SubmissionSuperseded, id: old });
            }
            Ok(())
        })
    }

    async fn take_over(
        &self,
        submission: &Submission,
        items: &[OutboxItem],
        files: &[(Attachment, Vec<u8>)],
    ) -> Result<bool, StoreError> {
        are_its_items(submission, items)?;
        are_its_files(submission, files)?;
        self.write(|tables| {
            let id = submission.id();
            if tables.is_sealed(id) || tables.drafts.contains_key(&id) {
                return Ok(false);
            }
            tables.put_files(id, files);
            tables.put_sealed(submission, items);
            Ok(true)
        })
    }

    async fn take_over_draft(
        &self,
        stored: &StoredDraft,
        files: &[(Attachment, Vec<u8>)],
    ) -> Result<bool, StoreError> {
        are_whole(files)?;
        self.write(|tables| {
            let id = stored.draft.id;
            if tables.is_sealed(id) || tables.drafts.contains_key(&id) {
                return Ok(false);
            }
            tables.put_draft(&stored.draft);
            tables.put_files(id, files);
            for step in &stored.steps {
                tables.steps.insert((id, step.seq), step.to_bytes());
            }
            Ok(true)
        })
    }

    async fn bring_forward(
        &self,
        here: &StoredDraft,
        later: &StoredDraft,
        files: &[(Attachment, Vec<u8>)],
    ) -> Result<bool, StoreError> {
        are_whole(files)?;
        let id = here.draft.id;
        let done = self.write(|tables| {
            if later.draft.id != id || tables.stored(id)?.as_ref() != Some(here) {
                return Ok(false);
            }
            tables.remove_draft(id);
            tables.put_draft(&later.draft);
            tables.put_files(id, files);
            for step in &later.steps {
                tables.steps.insert((id, step.seq), step.to_bytes());
            }
            Ok(true)
        });
        if done == Ok(true) {
            self.settle(id, u64::MAX);
        }
        done
    }

    async fn delete_submission(&self, id: Uuid, at: Moment) -> Result<(), StoreError> {
        self.write(|tables| {
            if !tables.remove_sealed(id) {
                return Err(gone());
            }
            tables.last_saved.retain(|_, (of, _)| *of != id);
            tables.remove_files(id);
            tables.log.push(LogLine { at, event: LogEvent::SubmissionDeleted, id });
            Ok(())
        })
    }

    async fn outbox(&self) -> Result<Listed<OutboxItem>, StoreError> {
        self.read(|tables| Ok(listed(&tables.outbox)))
    }

    async fn load_submission(&self, id: Uuid) -> Result<Option<Submission>, StoreError> {
        self.read(|tables| {
            let submission = tables.submissions.get(&id).map(|bytes| Submission::from_bytes(bytes));
            Ok(submission.transpose()?)
        })
    }

    async fn update_item(&self, item: &OutboxItem) -> Result<(), StoreError> {
        self.write(|tables| {
            let kept = OutboxItem::from_bytes(tables.outbox.get(&item.key()).ok_or_else(gone)?)?;
            if kept.hash != item.hash || matches!(item.state, State::Delivered { .. }) {
                return Err(
                    StoreErrorKind::NotItsItem.because("another hash, or delivered without a receipt")
                );
            }
            tables.outbox.insert(item.key(), item.to_bytes());
            Ok(())
        })
    }

    async fn accept(&self, receipt: &Receipt, target: &str, at: Moment) -> Result<(), StoreError> {
        self.write(|tables| {
            let key = item_key(receipt.id, target);
            let kept = OutboxItem::from_bytes(tables.outbox.get(&key).ok_or_else(gone)?)?;
            let delivered = kept
                .delivered(receipt.clone(), at)
                .map_err(|_| StoreErrorKind::NotItsReceipt.because("another hash"))?;
            tables.outbox.remove(&key);
            tables.delivered.insert(key, delivered.to_bytes());
            if tables.items_of(receipt.id).is_empty() {
                tables.submissions.remove(&receipt.id);
                tables.remove_files(receipt.id);
            }
            Ok(())
        })
    }

    async fn delivered(&self) -> Result<Listed<OutboxItem>, StoreError> {
        self.read(|tables| Ok(listed(&tables.delivered)))
    }

    async fn forms(&self) -> Result<Listed<FormVersion>, StoreError> {
        self.read(|tables| {
            let mut forms = Listed::default();
            for (hash, bytes, _) in &tables.forms {
                match FormVersion::from_bytes(bytes) {
                    Ok(version) => forms.items.push(version),
                    Err(error) => forms.unreadable.push((hash.clone(), error.into())),
                }
            }
            forms.items.sort_by(|a, b| a.form.id.cmp(&b.form.id));
            Ok(forms)
        })
    }

    async fn load_form(&self, hash: &str) -> Result<Option<String>, StoreError> {
        self.read(|tables| {
            Ok(tables.forms.iter().find(|form| form.0 == hash).map(|(_, _, bundle)| bundle.clone()))
        })
    }

    async fn save_form(&self, version: &FormVersion, bundle: &str) -> Result<(), StoreError> {
        self.write(|tables| tables.put_form(version, bundle))
    }

    async fn drop_unused_forms(&self) -> Result<Vec<String>, StoreError> {
        self.write(Tables::drop_unused_forms)
    }

    async fn pulled(&self) -> Result<Pulled, StoreError> {
        self.read(|tables| {
            let (turn, kept) = &tables.pulled;
            let kept = kept.as_deref().and_then(|bytes| Pulled::from_bytes(bytes).ok());
            Ok(Pulled { turn: *turn, ..kept.unwrap_or_default() })
        })
    }

    async fn take_pull(&self, pulled: &Pulled, came: &[Came]) -> Result<(), StoreError> {
        self.write(|tables| {
            if pulled.turn != tables.pulled.0 + 1 {
                return Err(StoreErrorKind::Conflict.because("another tab took a page"));
            }
            for came in came {
                match came {
                    Came::Form(version, bundle) => tables.put_form(version, bundle)?,
                    Came::FormGone(id) => drop(tables.withdraw(|version| version.form.id == *id)?),
                    Came::EntitiesAnew => tables.entities.clear(),
                    Came::Entity(entity) => {
                        tables.change_part(&entity.list, &entity.id, |part| part.put(entity.clone()))?;
                    }
                    Came::EntityGone(list, id) => tables.change_part(list, id, |part| part.remove(id))?,
                }
            }
            tables.pulled = (pulled.turn, Some(pulled.to_bytes()));
            Ok(())
        })
    }

    async fn entities(&self, list: &str) -> Result<Listed<KnownEntity>, StoreError> {
        self.read(|tables| {
            let kept = ListPart::names(list).filter_map(|name| tables.entities.get_key_value(&name));
            let Listed { items, unreadable }: Listed<ListPart> = listed(kept);
            Ok(Listed { items: items.into_iter().flat_map(ListPart::into_entities).collect(), unreadable })
        })
    }

    async fn said(&self) -> Result<Listed<Said>, StoreError> {
        self.read(|tables| Ok(listed(&tables.said)))
    }

    async fn drop_said(&self, submissions: &[Uuid]) -> Result<(), StoreError> {
        self.write(|tables| {
            tables.said.retain(|id, _| !submissions.contains(id));
            Ok(())
        })
    }

    async fn last_saved(&self, form: &str) -> Result<Option<LastSaved>, StoreError> {
        self.read(|tables| {
            let kept = tables.last_saved.get(form);
            Ok(kept.map(|(_, bytes)| LastSaved::from_bytes(bytes)).transpose()?)
        })
    }

    async fn forget_receipted(&self, at: Moment) -> Result<(), StoreError> {
        self.write(|tables| {
            let waiting: BTreeSet<String> = tables.submissions.keys().map(Uuid::to_string).collect();
            let before = tables.delivered.len();
            tables.delivered.retain(|key, _| waiting.iter().any(|id| key.starts_with(id)));
            let receipts = before > tables.delivered.len();
            let forms = tables.withdraw(|_| true)?;
            tables.drop_unused_forms()?;
            tables.entities.clear();
            tables.last_saved.clear();
            let Tables { said, submissions, .. } = tables;
            said.retain(|id, _| submissions.contains_key(id));
            tables.pulled = (tables.pulled.0 + 1, None);
            if receipts || forms {
                tables.log.push(LogLine { at, event: LogEvent::ReceiptedForgotten, id: Uuid::nil() });
            }
            Ok(())
        })
    }

    async fn log(&self) -> Result<Listed<LogLine>, StoreError> {
        self.read(|tables| Ok(Listed { items: tables.log.clone(), unreadable: Vec::new() }))
    }
}

impl Tables {
    fn stored(&self, id: Uuid) -> Result<Option<StoredDraft>, StoreError> {
        let Some(bytes) = self.drafts.get(&id) else { return Ok(None) };
        let draft = Draft::from_bytes(bytes)?;
        let steps = self.steps.range((id, 0)..=(id, u64::MAX));
        let steps: Result<Vec<Step>, RecordError> = steps.map(|(_, bytes)| Step::from_bytes(bytes)).collect();
        Ok(Some(StoredDraft { draft, steps: steps? }))
    }

    /// The snapshot that is to be written to by who has the pen.
    fn written_by(&self, id: Uuid, pen: Pen) -> Result<Draft, StoreError> {
        let kept = self.drafts.get(&id).ok_or_else(gone)?;
        if self.pens.get(&id) != Some(&pen) {
            return Err(StoreErrorKind::Conflict.because("another tab has opened the draft"));
        }
        Ok(Draft::from_bytes(kept)?)
    }

    fn put_draft(&mut self, draft: &Draft) {
        self.drafts.insert(draft.id, draft.to_bytes());
        self.summaries.insert(draft.id, draft.summary().to_bytes());
    }

    /// Is it waiting or delivered?
    fn is_sealed(&self, id: Uuid) -> bool {
        let key = id.to_string();
        let delivered = self.delivered.range(key.clone()..).next();
        self.submissions.contains_key(&id) || delivered.is_some_and(|(other, _)| other.starts_with(&key))
    }

    fn put_form(&mut self, version: &FormVersion, bundle: &str) -> Result<(), StoreError> {
        if version.current {
            self.withdraw(|other| other.form.id == version.form.id)?;
        }
        self.forms.retain(|(hash, ..)| *hash != version.form.hash);
        self.forms.push((version.form.hash.clone(), version.to_bytes(), bundle.to_owned()));
        Ok(())
    }

    /// None of those is current any more. Was one?
    fn withdraw(&mut self, meant: impl Fn(&FormVersion) -> bool) -> Result<bool, StoreError> {
        let mut any = false;
        for (_, bytes, _) in &mut self.forms {
            let version = FormVersion::from_bytes(bytes)?;
            if version.current && meant(&version) {
                *bytes = FormVersion { current: false, ..version }.to_bytes();
                any = true;
            }
        }
        Ok(any)
    }

    fn drop_unused_forms(&mut self) -> Result<Vec<String>, StoreError> {
        // A record that can't be read may use any form, so then this fails and nothing is dropped.
        let mut used = BTreeSet::new();
        for bytes in self.summaries.values() {
            used.insert(DraftSummary::from_bytes(bytes)?.form.hash);
        }
        for bytes in self.outbox.values() {
            used.insert(OutboxItem::from_bytes(bytes)?.form.hash);
        }
        for (hash, bytes, _) in &self.forms {
            if FormVersion::from_bytes(bytes)?.current {
                used.insert(hash.clone());
            }
        }
        let dropped = self.forms.extract_if(.., |(hash, ..)| !used.contains(hash));
        Ok(dropped.map(|(hash, ..)| hash).collect())
    }

    fn put_files(&mut self, owner: Uuid, files: &[(Attachment, Vec<u8>)]) {
        for (file, bytes) in files {
            let kept = (file.to_bytes(), Arc::from(&**bytes));
            self.files.insert((owner, file.name.clone()), kept);
        }
    }

    fn change_part(
        &mut self,
        list: &str,
        id: &str,
        change: impl FnOnce(&mut ListPart),
    ) -> Result<(), StoreError> {
        let name = ListPart::name_of(list, id);
        let kept = self.entities.get(&name).map(|bytes| ListPart::from_bytes(bytes)).transpose()?;
        let mut part = kept.unwrap_or_default();
        change(&mut part);
        match part.is_empty() {
            true => self.entities.remove(&name),
            false => self.entities.insert(name, part.to_bytes()),
        };
        Ok(())
    }

    fn put_sealed(&mut self, submission: &Submission, items: &[OutboxItem]) {
        if let Some(said) = submission.said() {
            self.said.insert(submission.id(), said.to_bytes());
        }
        if let Some(last) = submission.last_saved() {
            self.last_saved.insert(last.form.clone(), (last.submission, last.to_bytes()));
        }
        self.submissions.insert(submission.id(), submission.to_bytes());
        for item in items {
            self.outbox.insert(item.key(), item.to_bytes());
        }
    }

    /// The keys of a submission's items that have no receipt yet.
    fn items_of(&self, id: Uuid) -> Vec<String> {
        let id = id.to_string();
        let from = self.outbox.range(id.clone()..);
        from.map(|(key, _)| key.clone()).take_while(|key| key.starts_with(&id)).collect()
    }

    /// Was it there?
    fn remove_sealed(&mut self, id: Uuid) -> bool {
        for key in self.items_of(id) {
            self.outbox.remove(&key);
        }
        self.said.remove(&id);
        self.submissions.remove(&id).is_some()
    }

    fn remove_files(&mut self, owner: Uuid) {
        self.files.retain(|(of, _), _| *of != owner);
    }

    fn remove_draft(&mut self, id: Uuid) {
        self.drafts.remove(&id);
        self.summaries.remove(&id);
        self.pens.remove(&id);
        self.steps.retain(|(draft, _), _| *draft != id);
    }
}

/// Runs a future of the memory twins, which never wait.
///
/// # Panics
/// If it does wait.
pub fn ready<T>(future: impl Future<Output = T>) -> T {
    match std::pin::pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("a memory twin never waits"),
    }
}

fn gone() -> StoreError {
    StoreErrorKind::Gone.because("not here, or not any more")
}

fn listed<'a, K: ToString + 'a, R: Record>(table: impl IntoIterator<Item = (K, &'a Vec<u8>)>) -> Listed<R> {
    let mut listed = Listed::default();
    for (id, bytes) in table {
        match R::from_bytes(bytes) {
            Ok(item) => listed.items.push(item),
            Err(error) => listed.unreadable.push((id.to_string(), error.into())),
        }
    }
    listed
}

#[cfg(test)]
mod tests;
