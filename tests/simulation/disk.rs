//! A device's store: the memory twin, made to wait, abort, fill up, close and die, and watched for what leaves the vault.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use doorstep_delivery::memory_store::{Fault, MemoryStore, ready};
use doorstep_delivery::outbox::{OutboxItem, State, Until};
use doorstep_delivery::pull::{Came, Pulled};
use doorstep_delivery::store::{Listed, LogLine, Store, StoreError, StoreErrorKind, StoredDraft};
use doorstep_delivery::{
    Attachment, Draft, DraftSummary, FormVersion, KnownEntity, LastSaved, Moment, Pen, Receipt, Said, Step,
    Submission, Uuid,
};

use crate::planted::Bug;
use crate::world::{World, pause};

/// The store of one device.
pub struct Disk {
    /// Whose.
    number: usize,
    world: Rc<World>,
    twin: RefCell<Rc<MemoryStore>>,
    /// So many more writes meet a full disk.
    full: Cell<u32>,
    /// Another version of the app closed it: nothing works until it is opened again.
    closed: Cell<bool>,
    /// Was something written since it was last asked?
    changed: Cell<bool>,
    /// With the bug of relaxed saves: what a power cut would leave.
    relaxed: RefCell<Option<Rc<MemoryStore>>>,
    /// Who opened each draft last.
    pens: RefCell<BTreeMap<Uuid, Pen>>,
}

impl Disk {
    /// An empty one.
    pub fn new(world: &Rc<World>, number: usize) -> Disk {
        Disk {
            number,
            world: world.clone(),
            twin: RefCell::default(),
            full: Cell::new(0),
            closed: Cell::new(false),
            changed: Cell::new(true),
            relaxed: RefCell::default(),
            pens: RefCell::default(),
        }
    }

    /// What is really there, past all faults. For whoever checks.
    pub fn twin(&self) -> Rc<MemoryStore> {
        self.twin.borrow().clone()
    }

    /// Was something written since this was last asked?
    pub fn changed(&self) -> bool {
        self.changed.replace(false)
    }

    /// Does every call say `Closed`?
    pub fn is_closed(&self) -> bool {
        self.closed.get() || self.twin().is_dead()
    }

    /// The next writes meet a full disk.
    pub fn fill_up(&self) {
        self.full.set(1 + self.world.dice.below(6) as u32);
    }

    /// Closed under whoever uses it.
    pub fn close(&self) {
        self.closed.set(true);
    }

    /// Opened again by the same process: what was relaxed is there.
    pub fn open_again(&self) {
        self.closed.set(false);
        if self.twin().is_dead() {
            self.twin().crash(|_, _| true);
        }
    }

    /// The process is dead and the power was cut: of what was relaxed any part is left.
    pub fn crash(&self) {
        let dice = &self.world.dice;
        if let Some(before) = self.relaxed.take()
            && dice.once_in(2)
        {
            self.twin.replace(before);
        }
        let of_four = dice.below(5);
        self.twin().crash(|_, _| dice.below(4) < of_four);
        self.closed.set(false);
        self.full.set(0);
        self.changed.set(true);
    }

    /// The system took everything.
    pub fn evict(&self) {
        self.twin.replace(Rc::default());
        self.relaxed.take();
        self.crash();
    }

    async fn before_read(&self) -> Result<(), StoreError> {
        pause().await;
        match self.closed.get() {
            true => Err(StoreErrorKind::Closed.because("the database is closing")),
            false => Ok(()),
        }
    }

    /// `strict`: relaxed saves before it are safe once it is.
    async fn before_write(&self, strict: bool) -> Result<(), StoreError> {
        // Sealing what is to be written takes its time too.
        for _ in 0..self.world.dice.below(3) {
            pause().await;
        }
        self.before_read().await?;
        if self.full.get() > 0 && self.world.faulty.get() {
            self.full.set(self.full.get() - 1);
            self.world.count("disk full");
            return Err(StoreErrorKind::Full.because("no space"));
        }
        let faults = [
            ("aborted", Fault::Abort, 40),
            ("quota met in mid-write", Fault::Full, 120),
            ("died before the commit", Fault::DieBefore, 90),
            ("died after the commit", Fault::DieAfter, 90),
        ];
        let fault = faults.into_iter().find(|(name, _, once_in)| self.world.fault(name, *once_in));
        if let Some((_, fault, _)) = fault {
            self.twin().fail_after(0, fault);
        }
        if strict {
            self.relaxed.take();
        }
        self.changed.set(true);
        Ok(())
    }

    /// Looks at what goes back to the caller, who hears of it a little later.
    async fn after<T>(
        &self,
        what: impl Fn() -> String,
        done: Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.world.tell(|| {
            let became = done.as_ref().map_or_else(ToString::to_string, |_| "✓".into());
            format!("  device {}: {} {became}", self.number, what())
        });
        if let Err(error) = &done {
            self.world.is_impersonal(&error.words, "the words of a store's error");
        }
        if self.world.dice.once_in(2) {
            pause().await;
        }
        done
    }

    /// The pen that is asked for; with the bug of no fence, whoever writes has the right one.
    fn pen(&self, draft: Uuid, pen: Pen) -> Pen {
        match self.world.bug {
            Some(Bug::NoFence) => self.pens.borrow().get(&draft).copied().unwrap_or(pen),
            _ => pen,
        }
    }

    async fn save(&self, draft: &Draft, pen: Pen) -> Result<(), StoreError> {
        let (twin, pen) = (self.twin(), self.pen(draft.id, pen));
        match self.world.bug {
            Some(Bug::RelaxedSave) => {
                let before = twin.copy();
                let saved = twin.save_draft(draft, pen).await;
                self.relaxed.replace(saved.is_ok().then(|| Rc::new(before)));
                saved
            }
            Some(Bug::SnapshotDropsAll) => {
                let stored = twin.load_draft(draft.id).await?;
                let last = stored.and_then(|stored| stored.steps.last().map(|step| step.seq));
                twin.save_draft(&Draft { seq: draft.seq.max(last.unwrap_or(0)), ..draft.clone() }, pen).await
            }
            Some(Bug::LateSaveRevives) => match twin.save_draft(draft, pen).await {
                Err(StoreError { kind: StoreErrorKind::Gone, .. }) => twin.create_draft(draft, pen).await,
                saved => saved,
            },
            _ => twin.save_draft(draft, pen).await,
        }
    }

    /// Deleted here, inserted there: a crash in between takes it all.
    async fn seal_in_two(
        &self,
        submission: &Submission,
        items: &[OutboxItem],
        at: Moment,
    ) -> Result<(), StoreError> {
        let mut files = Vec::new();
        for file in submission.attachments() {
            let bytes = self.twin().load_file(submission.id(), &file.name).await?;
            files.push((file.clone(), bytes.unwrap_or_default()));
        }
        self.twin().delete_draft(submission.id(), at).await?;
        pause().await;
        self.twin().take_over(submission, items, &files).await.map(drop)
    }

    /// The place is kept, and then what was read up to there: a crash in between skips it.
    async fn place_first(&self, pulled: &Pulled, came: &[Came]) -> Result<(), StoreError> {
        self.twin().take_pull(pulled, &[]).await?;
        self.before_write(true).await?;
        for came in came {
            match came {
                // This world's server tells of forms alone.
                Came::EntitiesAnew | Came::Entity(_) | Came::EntityGone(..) => {}
                Came::Form(version, bundle) => self.twin().save_form(version, bundle).await?,
                Came::FormGone(id) => {
                    for version in self.twin().forms().await?.items {
                        if version.form.id == *id {
                            let bundle = self.twin().load_form(&version.form.hash).await?;
                            let gone = FormVersion { current: false, ..version };
                            self.twin().save_form(&gone, &bundle.unwrap_or_default()).await?;
                        }
                    }
                }
            }
        }
        Ok(())
    }

    async fn update(&self, item: &OutboxItem) -> Result<(), StoreError> {
        let twin = self.twin();
        match (&item.state, self.world.bug) {
            (State::Waiting { .. } | State::Refused { .. }, Some(Bug::DeletedOnError)) => {
                twin.delete_submission(item.id, item.finished_at).await
            }
            (State::Waiting { until: Until::Time(_), reason }, Some(Bug::NoBackOff)) => {
                let now = self.world.now().ms;
                twin.update_item(&item.clone().put_off(reason.clone(), now)).await
            }
            _ => twin.update_item(item).await,
        }
    }
}

impl Store for Disk {
    async fn drafts(&self) -> Result<Listed<DraftSummary>, StoreError> {
        self.before_read().await?;
        let done = self.twin().drafts().await;
        self.after(|| "drafts".into(), done).await
    }

    async fn load_draft(&self, id: Uuid) -> Result<Option<StoredDraft>, StoreError> {
        self.before_read().await?;
        let done = self.twin().load_draft(id).await;
        self.after(|| format!("load draft {}", World::short(id)), done).await
    }

    async fn open_draft(&self, id: Uuid, pen: Pen) -> Result<Option<StoredDraft>, StoreError> {
        self.before_write(false).await?;
        let done = self.twin().open_draft(id, pen).await;
        if let Ok(Some(_)) = done {
            self.world.model.borrow_mut().opened((self.number, id), pen);
            self.pens.borrow_mut().insert(id, pen);
        }
        self.after(|| format!("open draft {}", World::short(id)), done).await
    }

    async fn create_draft(&self, draft: &Draft, pen: Pen) -> Result<(), StoreError> {
        self.before_write(true).await?;
        let done = self.twin().create_draft(draft, pen).await;
        self.after(|| format!("create draft {}", World::short(draft.id)), done).await
    }

    async fn append_steps(&self, draft: Uuid, pen: Pen, steps: &[Step]) -> Result<(), StoreError> {
        self.before_write(false).await?;
        let done = self.twin().append_steps(draft, self.pen(draft, pen), steps).await;
        self.after(
            || {
                format!(
                    "append to {} steps {:?}",
                    World::short(draft),
                    steps.iter().map(|step| step.seq).collect::<Vec<_>>()
                )
            },
            done,
        )
        .await
    }

    async fn save_draft(&self, draft: &Draft, pen: Pen) -> Result<(), StoreError> {
        self.before_write(true).await?;
        let done = self.save(draft, pen).await;
        self.after(|| format!("save draft {} up to step {}", World::short(draft.id), draft.seq), done).await
    }

    async fn delete_draft(&self, id: Uuid, at: Moment) -> Result<(), StoreError> {
        self.before_write(true).await?;
        let done = self.twin().delete_draft(id, at).await;
        self.after(|| format!("delete draft {}", World::short(id)), done).await
    }

    async fn keep_file(
        &self,
        draft: Uuid,
        pen: Pen,
        file: &Attachment,
        bytes: &[u8],
    ) -> Result<(), StoreError> {
        self.before_write(true).await?;
        let done = self.twin().keep_file(draft, self.pen(draft, pen), file, bytes).await;
        self.after(|| format!("keep for {} the file {}", World::short(draft), file.name), done).await
    }

    async fn files(&self, owner: Uuid) -> Result<Listed<Attachment>, StoreError> {
        self.before_read().await?;
        let done = self.twin().files(owner).await;
        self.after(|| format!("files {}", World::short(owner)), done).await
    }

    async fn load_file(&self, owner: Uuid, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.before_read().await?;
        let done = self.twin().load_file(owner, name).await;
        self.after(|| format!("load file {}", World::short(owner)), done).await
    }

    async fn seal(
        &self,
        submission: &Submission,
        pen: Pen,
        items: &[OutboxItem],
        supersedes: Option<Uuid>,
        at: Moment,
    ) -> Result<(), StoreError> {
        self.before_write(true).await?;
        let done = match self.world.bug {
            Some(Bug::TwoTransactions) => self.seal_in_two(submission, items, at).await,
            _ => self.twin().seal(submission, self.pen(submission.id(), pen), items, supersedes, at).await,
        };
        self.after(|| format!("seal {}", World::short(submission.id())), done).await
    }

    async fn take_over(
        &self,
        submission: &Submission,
        items: &[OutboxItem],
        files: &[(Attachment, Vec<u8>)],
    ) -> Result<bool, StoreError> {
        self.before_write(true).await?;
        let done = self.twin().take_over(submission, items, files).await;
        self.after(|| format!("take over {}", World::short(submission.id())), done).await
    }

    async fn take_over_draft(
        &self,
        stored: &StoredDraft,
        files: &[(Attachment, Vec<u8>)],
    ) -> Result<bool, StoreError> {
        self.before_write(true).await?;
        let here = match self.world.bug {
            Some(Bug::EarlierComesBack) => self.twin().load_draft(stored.draft.id).await.ok().flatten(),
            _ => None,
        };
        let done = match here {
            Some(here) => self.twin().bring_forward(&here, stored, files).await,
            None => self.twin().take_over_draft(stored, files).await,
        };
        self.after(|| format!("take over draft {}", World::short(stored.draft.id)), done).await
    }

    async fn bring_forward(
        &self,
        here: &StoredDraft,
        later: &StoredDraft,
        files: &[(Attachment, Vec<u8>)],
    ) -> Result<bool, StoreError> {
        self.before_write(true).await?;
        let done = self.twin().bring_forward(here, later, files).await;
        self.after(|| format!("bring forward {}", World::short(later.draft.id)), done).await
    }

    async fn delete_submission(&self, id: Uuid, at: Moment) -> Result<(), StoreError> {
        self.before_write(true).await?;
        let done = self.twin().delete_submission(id, at).await;
        self.after(|| format!("delete submission {}", World::short(id)), done).await
    }

    async fn outbox(&self) -> Result<Listed<OutboxItem>, StoreError> {
        self.before_read().await?;
        let done = self.twin().outbox().await;
        self.after(|| "outbox".into(), done).await
    }

    async fn load_submission(&self, id: Uuid) -> Result<Option<Submission>, StoreError> {
        self.before_read().await?;
        let done = self.twin().load_submission(id).await;
        self.after(|| format!("load submission {}", World::short(id)), done).await
    }

    async fn update_item(&self, item: &OutboxItem) -> Result<(), StoreError> {
        self.before_write(true).await?;
        let done = self.update(item).await;
        self.after(|| format!("item {} for {} is {:?}", World::short(item.id), item.target, item.state), done)
            .await
    }

    async fn accept(&self, receipt: &Receipt, target: &str, at: Moment) -> Result<(), StoreError> {
        self.before_write(true).await?;
        let done = self.twin().accept(receipt, target, at).await;
        self.after(|| format!("accept {} for {target}", World::short(receipt.id)), done).await
    }

    async fn delivered(&self) -> Result<Listed<OutboxItem>, StoreError> {
        self.before_read().await?;
        let done = self.twin().delivered().await;
        self.after(|| "delivered".into(), done).await
    }

    async fn forms(&self) -> Result<Listed<FormVersion>, StoreError> {
        self.before_read().await?;
        self.twin().forms().await
    }

    async fn load_form(&self, hash: &str) -> Result<Option<String>, StoreError> {
        self.before_read().await?;
        self.twin().load_form(hash).await
    }

    async fn save_form(&self, version: &FormVersion, bundle: &str) -> Result<(), StoreError> {
        self.before_write(true).await?;
        let done = self.twin().save_form(version, bundle).await;
        self.after(|| "save form".into(), done).await
    }

    async fn drop_unused_forms(&self) -> Result<Vec<String>, StoreError> {
        self.before_write(true).await?;
        let done = self.twin().drop_unused_forms().await;
        self.after(|| "drop unused forms".into(), done).await
    }

    async fn pulled(&self) -> Result<Pulled, StoreError> {
        self.before_read().await?;
        self.twin().pulled().await
    }

    async fn take_pull(&self, pulled: &Pulled, came: &[Came]) -> Result<(), StoreError> {
        self.before_write(true).await?;
        let done = match self.world.bug {
            Some(Bug::PlaceFirst) => self.place_first(pulled, came).await,
            _ => self.twin().take_pull(pulled, came).await,
        };
        self.after(|| format!("take {} things up to {}", came.len(), pulled.cursor), done).await
    }

    async fn entities(&self, list: &str) -> Result<Listed<KnownEntity>, StoreError> {
        self.before_read().await?;
        let done = self.twin().entities(list).await;
        self.after(|| "entities".into(), done).await
    }

    async fn said(&self) -> Result<Listed<Said>, StoreError> {
        self.before_read().await?;
        let done = self.twin().said().await;
        self.after(|| "what was said of entities".into(), done).await
    }

    async fn drop_said(&self, submissions: &[Uuid]) -> Result<(), StoreError> {
        self.before_write(true).await?;
        let done = self.twin().drop_said(submissions).await;
        self.after(|| format!("drop what {} said", submissions.len()), done).await
    }

    async fn last_saved(&self, form: &str) -> Result<Option<LastSaved>, StoreError> {
        self.before_read().await?;
        let done = self.twin().last_saved(form).await;
        self.after(|| format!("last saved of {form}"), done).await
    }

    async fn forget_receipted(&self, at: Moment) -> Result<(), StoreError> {
        self.before_write(true).await?;
        let done = self.twin().forget_receipted(at).await;
        self.after(|| "forget what is receipted".into(), done).await
    }

    async fn log(&self) -> Result<Listed<LogLine>, StoreError> {
        self.before_read().await?;
        self.twin().log().await
    }
}

/// What a device holds of drafts, outbox, receipts and log, read past all faults.
pub struct Holdings {
    pub drafts: Vec<DraftSummary>,
    pub outbox: Vec<OutboxItem>,
    pub delivered: Vec<OutboxItem>,
    pub log: Vec<LogLine>,
}

impl Holdings {
    /// Reads a living store.
    ///
    /// # Errors
    /// Why not; a record that can't be read is one reason.
    pub fn read(store: &MemoryStore) -> Result<Holdings, StoreError> {
        Ok(Holdings {
            drafts: whole(ready(store.drafts())?)?,
            outbox: whole(ready(store.outbox())?)?,
            delivered: whole(ready(store.delivered())?)?,
            log: whole(ready(store.log())?)?,
        })
    }
}

fn whole<T>(listed: Listed<T>) -> Result<Vec<T>, StoreError> {
    match listed.unreadable.into_iter().next() {
        None => Ok(listed.items),
        Some((_, error)) => Err(error),
    }
}
