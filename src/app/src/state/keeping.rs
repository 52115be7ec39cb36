//! Writes a draft down: each change appended as it happens, a strict snapshot when [`Saving`] says so.
//!
//! One writer at a time, so that a step never follows a snapshot that includes it.
//! Lives apart from the page: what was answered is written though the page is gone.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use doorstep_delivery::audit_log::{Event, FILE, MEDIA_TYPE};
use doorstep_delivery::store::{Store, StoreError, StoreErrorKind};
use doorstep_delivery::submission::SealError;
use doorstep_delivery::{Attachment, Change, Cursor, Draft, Moment, OutboxItem, Pen, Step, Submission, Uuid};
use doorstep_engine::session::Session;
use leptos::prelude::*;

use super::auditing::Auditing;
use super::saving::{Due, Saving, Word};
use super::{kiosk, office};
use crate::platform::store::{IndexedDb, OfficeKey};
use crate::platform::{clock, locks, timer};

/// The moment now, by the device's clock and zone.
pub fn now() -> Moment {
    let ms = clock::now_ms();
    Moment { ms, utc_offset_minutes: clock::utc_offset_minutes(ms) }
}

/// How often it is looked whether all is kept.
const LOOK_MS: u32 = 20;

thread_local! {
    /// Every writer that is still there.
    static WRITERS: RefCell<Vec<Weak<Keeping>>> = const { RefCell::new(Vec::new()) };
}

/// Waits until everything that was typed is kept for good, each draft's strict commit begun at once.
pub async fn all_kept() {
    loop {
        let writers: Vec<Rc<Keeping>> = WRITERS.with_borrow_mut(|writers| {
            writers.retain(|writer| writer.strong_count() > 0);
            writers.iter().filter_map(Weak::upgrade).collect()
        });
        let waiting = writers.iter().filter(|writer| !writer.is_through());
        if waiting.inspect(|writer| writer.hurry()).count() == 0 {
            break;
        }
        timer::sleep(LOOK_MS).await;
    }
}

/// Does anything typed wait for a commit that failed, on the screen or off it?
pub fn any_failed() -> bool {
    WRITERS.with_borrow(|writers| writers.iter().filter_map(Weak::upgrade).any(|writer| writer.has_failed()))
}

/// What a draft's writer says of it; `None` if this tab does not write it. For its own user's eyes: ids are told to nobody else.
pub fn word_on(id: Uuid) -> Option<ArcRwSignal<Word>> {
    let writers: Vec<Rc<Keeping>> =
        WRITERS.with_borrow(|writers| writers.iter().filter_map(Weak::upgrade).collect());
    let writer = writers.into_iter().find(|writer| writer.draft.borrow().id == id)?;
    Some(writer.word.clone()).filter(|_| !writer.ended.get_untracked())
}

/// How this tab has a draft already, though its screen was left.
pub enum Living {
    /// By a writer that goes on, with what it could not keep yet.
    Writing(Rc<Keeping>),
    /// It is being sealed at this moment: soon it is no draft any more, or one that goes on.
    Sealing,
}

/// The writer in this tab that still has a draft of this store's user. Whoever takes it up has its session too.
pub fn living(id: Uuid, store: &Rc<IndexedDb>) -> Option<Living> {
    let writers: Vec<Rc<Keeping>> =
        WRITERS.with_borrow(|writers| writers.iter().filter_map(Weak::upgrade).collect());
    let keeping = writers.into_iter().find(|writer| writer.has(id, store))?;
    if keeping.sealing.get() {
        return Some(Living::Sealing);
    }
    // The one that it had may be locked as soon as this is kept: its user was away meanwhile.
    keeping.store.replace(Some(store.clone()));
    Some(Living::Writing(keeping))
}

/// A survey that could not be finished; why is in the browser's log.
#[derive(Debug)]
pub struct NotFinished;

/// Files that are held and not kept.
type Loose = Vec<(Attachment, Vec<u8>)>;

/// The writing of one open draft.
pub struct Keeping {
    /// None where nothing is written.
    store: RefCell<Option<Rc<IndexedDb>>>,
    session: Rc<RefCell<Session>>,
    draft: RefCell<Draft>,
    cursor: RefCell<Cursor>,
    /// The last step that the session took.
    seq: Cell<u64>,
    /// That step, when the draft was opened.
    opened_at: u64,
    /// Steps not yet appended.
    steps: RefCell<Vec<Step>>,
    saving: RefCell<Saving>,
    word: ArcRwSignal<Word>,
    /// Set once the draft is another tab's, sealed or deleted: nothing more may be written.
    ended: ArcRwSignal<bool>,
    busy: Cell<bool>,
    /// Is it being made a submission?
    sealing: Cell<bool>,
    pen: Pen,
    /// Does the store know that this tab has the draft?
    holds_it: Cell<bool>,
    alarm: RefCell<Option<timer::Timer>>,
    /// The files of a session that is kept nowhere.
    loose: Option<RefCell<Loose>>,
    /// How it is filled in, where its form wants that logged.
    audit: Option<Auditing>,
    /// Freed only when the last write is through. None where nothing is written.
    _lock: Option<locks::Held>,
}

impl Keeping {
    /// Goes on with a draft whose session has taken every step up to `seq`. The store may not know of the pen yet.
    pub fn new(
        store: Rc<IndexedDb>,
        session: Rc<RefCell<Session>>,
        draft: Draft,
        seq: u64,
        (pen, holds_it): (Pen, bool),
        lock: locks::Held,
        audit: Option<Auditing>,
    ) -> Rc<Keeping> {
        let writer = Keeping::of(Some(store), session, draft, seq, (pen, holds_it));
        let keeping = Rc::new(Keeping { _lock: Some(lock), audit, ..writer });
        WRITERS.with_borrow_mut(|writers| {
            writers.retain(|writer| writer.strong_count() > 0);
            writers.push(Rc::downgrade(&keeping));
        });
        keeping
    }

    /// For a session to try things out with: it writes nothing anywhere, and holds files as long as itself.
    pub fn nowhere(session: Rc<RefCell<Session>>, draft: Draft) -> Rc<Keeping> {
        let writer = Keeping::of(None, session, draft, 0, (Pen::new(clock::random_bytes()), false));
        writer.end();
        Rc::new(Keeping { loose: Some(RefCell::default()), ..writer })
    }

    /// Is nothing of it kept?
    pub fn is_nowhere(&self) -> bool {
        self.loose.is_some()
    }

    fn of(
        store: Option<Rc<IndexedDb>>,
        session: Rc<RefCell<Session>>,
        draft: Draft,
        seq: u64,
        (pen, holds_it): (Pen, bool),
    ) -> Keeping {
        Keeping {
            store: RefCell::new(store),
            session,
            cursor: RefCell::new(draft.cursor.clone()),
            draft: RefCell::new(draft),
            seq: Cell::new(seq),
            opened_at: seq,
            steps: RefCell::default(),
            saving: RefCell::default(),
            word: ArcRwSignal::new(Word::Kept),
            ended: ArcRwSignal::new(false),
            busy: Cell::new(false),
            sealing: Cell::new(false),
            pen,
            holds_it: Cell::new(holds_it),
            alarm: RefCell::default(),
            loose: None,
            audit: None,
            _lock: None,
        }
    }

    /// Is nothing left to write?
    fn is_through(&self) -> bool {
        !self.busy.get() && (self.ended.get_untracked() || self.saving.borrow().word() == Word::Kept)
    }

    /// Does it still write that draft, of that store's user?
    fn has(&self, id: Uuid, store: &IndexedDb) -> bool {
        !self.ended.get_untracked()
            && self.draft.borrow().id == id
            && self.store.borrow().as_ref().is_some_and(|own| own.is_same(store))
    }

    fn has_failed(&self) -> bool {
        !self.ended.get_untracked() && self.word.get_untracked() == Word::Failed
    }

    /// Of what is written: nothing is asked of it before it is known that the draft is this tab's ([`Keeping::hold`]).
    fn store(&self) -> Rc<IndexedDb> {
        self.store.borrow().clone().expect("what is kept nowhere has ended from the start")
    }

    /// What it writes down.
    pub fn session(&self) -> Rc<RefCell<Session>> {
        self.session.clone()
    }

    /// What the reader is told.
    pub fn word(&self) -> ArcRwSignal<Word> {
        self.word.clone()
    }

    /// Is the draft no longer this tab's?
    pub fn ended(&self) -> ArcRwSignal<bool> {
        self.ended.clone()
    }

    /// Which draft it writes.
    pub fn id(&self) -> Uuid {
        self.draft.borrow().id
    }

    /// Where the reader is.
    pub fn cursor(&self) -> Cursor {
        self.cursor.borrow().clone()
    }

    /// Stops writing, for good.
    pub fn end(&self) {
        self.ended.set(true);
        // It would hold the lock until it rings.
        self.alarm.take();
    }

    /// Something was done; it is in the session already.
    pub fn record(self: &Rc<Self>, at: Moment, change: Change) {
        if self.ended.get_untracked() {
            return;
        }
        if let Change::Page(cursor) = &change {
            self.cursor.replace(cursor.clone());
        }
        self.seq.set(self.seq.get() + 1);
        self.steps.borrow_mut().push(Step { seq: self.seq.get(), at, change });
        self.saving.borrow_mut().answered(at.ms);
        self.go_on();
    }

    /// The log of how it is filled in; `None` where nobody wants one.
    pub fn audit(&self) -> Option<&Auditing> {
        self.audit.as_ref()
    }

    /// Something was logged: it is kept with the next commit, as an answer would be.
    pub fn logged(self: &Rc<Self>) {
        if !self.ended.get_untracked() {
            self.saving.borrow_mut().answered(clock::now_ms());
            self.go_on();
        }
    }

    /// Keeps a file, strictly, before an answer names it.
    ///
    /// # Errors
    /// [`StoreError`] if the device did not keep it, or the draft is no longer this tab's.
    pub async fn keep_file(&self, file: &Attachment, bytes: &[u8]) -> Result<(), StoreError> {
        if let Some(loose) = &self.loose {
            let mut loose = loose.borrow_mut();
            loose.retain(|(other, _)| other.name != file.name);
            loose.push((file.clone(), bytes.to_vec()));
            return Ok(());
        }
        let id = self.draft.borrow().id;
        let kept = match self.hold(id).await {
            Ok(()) => self.store().keep_file(id, self.pen, file, bytes).await,
            Err(error) => Err(error),
        };
        if let Err(error) = &kept {
            self.end_if_lost(error);
        }
        kept
    }

    /// The draft's files, named by an answer or not.
    pub async fn files(&self) -> Vec<Attachment> {
        if let Some(loose) = &self.loose {
            return loose.borrow().iter().map(|(file, _)| file.clone()).collect();
        }
        let id = self.draft.borrow().id;
        self.store().files(id).await.map(|files| files.items).unwrap_or_default()
    }

    /// A file's bytes, if it is there and whole.
    pub async fn file(&self, name: &str) -> Option<Vec<u8>> {
        if let Some(loose) = &self.loose {
            let loose = loose.borrow();
            return loose.iter().find(|(file, _)| file.name == name).map(|(_, bytes)| bytes.clone());
        }
        let id = self.draft.borrow().id;
        self.store().load_file(id, name).await.ok().flatten()
    }

    /// What the session took was appended without a strict commit, or only in part: a snapshot must cover it
    /// before anything is called kept.
    pub fn cover(self: &Rc<Self>) {
        self.saving.borrow_mut().answered(clock::now_ms());
        self.hurry();
    }

    /// The reader leaves the page or the app: nothing may wait.
    pub fn hurry(self: &Rc<Self>) {
        self.saving.borrow_mut().hurry();
        self.go_on();
    }

    /// Seals the survey, for the office if that wants it, and puts it into the outbox, in one transaction with the removal of the draft. `items` says for which targets.
    ///
    /// # Errors
    /// [`NotFinished`]: the draft is as it was then.
    pub async fn finish(
        self: &Rc<Self>,
        office: Option<OfficeKey>,
        items: impl FnOnce(&Submission) -> Vec<OutboxItem>,
    ) -> Result<Submission, NotFinished> {
        self.sealing.set(true);
        while self.busy.get() {
            timer::sleep(10).await;
        }
        self.busy.set(true);
        let outcome = self.seal(office, items).await;
        self.busy.set(false);
        self.sealing.set(false);
        match outcome {
            Ok(submission) => {
                self.end();
                Ok(submission)
            }
            Err(error) => {
                self.hurry();
                Err(error)
            }
        }
    }

    async fn seal(
        &self,
        office: Option<OfficeKey>,
        items: impl FnOnce(&Submission) -> Vec<OutboxItem>,
    ) -> Result<Submission, NotFinished> {
        let draft = self.draft.borrow().clone();
        let held = self.hold(draft.id).await;
        if held.is_ok() {
            self.add_log(draft.id).await;
        }
        let files = match held {
            Ok(()) => self.store().files(draft.id).await,
            Err(error) => Err(error),
        };
        let files = files.map_err(|error| {
            leptos::logging::error!("not sealed: {error}");
            NotFinished
        })?;
        let sealed = Submission::seal(
            &mut self.session.borrow_mut(),
            &draft,
            &files.items,
            now(),
            clock::random_bytes(),
        );
        let submission = sealed.map_err(|error| {
            // The paths only: messages of a form may hold answers.
            let places = match error {
                SealError::Violations(found) => found.into_iter().map(|(path, _)| path).collect(),
                SealError::OtherForm => vec![String::from("another form")],
                SealError::FilesMissing(places) => places,
            };
            leptos::logging::warn!("not sealed: {}", places.join(" "));
            NotFinished
        })?;
        // Whoever comes next to a kiosk is somebody else.
        let submission = if kiosk::is_on() { submission.without_last_saved() } else { submission };
        let submission =
            office::sealed(&self.store(), self.pen, submission, office).await.map_err(|error| {
                leptos::logging::error!("not sealed: {error}");
                NotFinished
            })?;
        let items = items(&submission);
        let kept = self.store().seal(&submission, self.pen, &items, draft.supersedes, now()).await;
        kept.map_err(|error| {
            leptos::logging::error!("not sealed: {error}");
            NotFinished
        })?;
        Ok(submission)
    }

    /// The log goes with the submission as a file. A survey is never held up by its log: where that can't be kept, it goes without.
    async fn add_log(&self, id: Uuid) {
        let Some(csv) = self.audit.as_ref().and_then(Auditing::finished) else { return };
        let Some(file) = Attachment::of(FILE, MEDIA_TYPE, csv.as_bytes()) else { return };
        match self.store().keep_file(id, self.pen, &file, csv.as_bytes()).await {
            Ok(()) => drop(self.session.borrow_mut().name_audit(FILE)),
            Err(error) => leptos::logging::warn!("the log is not kept: {error}"),
        }
    }

    fn go_on(self: &Rc<Self>) {
        self.tell();
        if !self.busy.replace(true) {
            let keeping = self.clone();
            timer::spawn(async move { keeping.write().await });
        }
    }

    /// Writes until nothing is due, then sets the alarm for what will be.
    async fn write(self: Rc<Self>) {
        while !self.ended.get_untracked() {
            let due = self.saving.borrow().due();
            match due {
                Due::Now => self.snapshot().await,
                Due::At(at) if at <= clock::now_ms() => self.snapshot().await,
                Due::At(_) | Due::Never => {
                    let steps = self.steps.take();
                    if steps.is_empty() {
                        self.set_alarm(due);
                        break;
                    }
                    self.append(&steps).await;
                }
            }
        }
        self.busy.set(false);
    }

    fn set_alarm(self: &Rc<Self>, due: Due) {
        let Due::At(at) = due else { return };
        let wait = u32::try_from(at - clock::now_ms()).unwrap_or(0);
        // Weak would do as well; the alarm is dropped with its time, two seconds at most.
        let keeping = self.clone();
        self.alarm.replace(Some(timer::after(wait, move || keeping.go_on())));
    }

    /// Takes the pen if that could not be done when the draft was opened, unless somebody has written to it since.
    async fn hold(&self, id: Uuid) -> Result<(), StoreError> {
        if self.holds_it.get() {
            return Ok(());
        }
        let Some(store) = self.store.borrow().clone() else {
            return Err(StoreErrorKind::Gone.because("it is kept nowhere"));
        };
        let stored = store.open_draft(id, self.pen).await?;
        let stored = stored.ok_or_else(|| StoreErrorKind::Gone.because("the draft is not there"))?;
        let last = stored.steps.last().map_or(stored.draft.seq, |step| step.seq.max(stored.draft.seq));
        if last != self.opened_at {
            return Err(StoreErrorKind::Conflict.because("another tab has written to the draft"));
        }
        self.holds_it.set(true);
        Ok(())
    }

    /// Relaxed: what is lost of it is still in the next snapshot.
    async fn append(&self, steps: &[Step]) {
        let id = self.draft.borrow().id;
        let appended = match self.hold(id).await {
            Ok(()) => self.store().append_steps(id, self.pen, steps).await,
            Err(error) => Err(error),
        };
        if let Err(error) = appended {
            self.end_if_lost(&error);
        }
    }

    /// Strict: everything that the session has taken.
    async fn snapshot(&self) {
        // The snapshot includes them.
        self.steps.borrow_mut().clear();
        self.saving.borrow_mut().started();
        let mut draft = self.draft.borrow().clone();
        draft.take(&self.session.borrow(), self.cursor(), self.seq.get(), now());
        draft.log = self.audit.as_ref().map(Auditing::log);
        let saved = match self.hold(draft.id).await {
            Ok(()) => self.store().save_draft(&draft, self.pen).await,
            Err(error) => Err(error),
        };
        match saved {
            Ok(()) => {
                self.draft.replace(draft);
                self.saving.borrow_mut().committed();
            }
            Err(error) => {
                if let Some(audit) = self.audit.as_ref().filter(|_| self.word.get_untracked() != Word::Failed)
                {
                    audit.note(Event::SaveError, None);
                }
                self.saving.borrow_mut().failed(clock::now_ms());
                self.end_if_lost(&error);
            }
        }
        self.tell();
    }

    /// Another tab took the draft, sealed it or deleted it.
    fn end_if_lost(&self, error: &StoreError) {
        leptos::logging::warn!("keeping a draft: {error}");
        if matches!(error.kind, StoreErrorKind::Gone | StoreErrorKind::Conflict) {
            self.end();
        }
    }

    fn tell(&self) {
        let word = self.saving.borrow().word();
        if self.word.get_untracked() != word {
            self.word.set(word);
        }
    }
}
