//! A tab in which a draft is open: does to the store what the app does (`state/keeping.rs`), and tells the model what its reader is shown.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use doorstep_delivery::draft::Opened;
use doorstep_delivery::outbox::{HOME, OutboxItem};
use doorstep_delivery::store::{Store, StoreError, StoreErrorKind};
use doorstep_delivery::{Attachment, Change, Cursor, Draft, Pen, Step, Submission};
use doorstep_engine::session::{Extent, Session};
use doorstep_engine::value::Value;

use crate::disk::Disk;
use crate::model::{Doubt, Place, Sealed};
use crate::office;
use crate::planted::Bug;
use crate::server::{REFUSED_BY_BOTH, REFUSED_BY_ONE};
use crate::world::{PERSONAL, World, pause};

/// The name of the other target.
pub const SECOND: &str = "second";

/// A tab's hold on a draft.
#[derive(Default)]
pub struct Held {
    /// Another tab took it, or it is sealed or deleted: nothing more is begun.
    pub ended: Cell<bool>,
    /// Writes that are under way.
    pub writing: Cell<u32>,
}

/// A draft open in a tab.
pub struct Tab {
    pub place: Place,
    pen: Pen,
    held: Rc<Held>,
    world: Rc<World>,
    disk: Rc<Disk>,
    session: RefCell<Session>,
    /// The last snapshot that was kept.
    draft: RefCell<Draft>,
    cursor: RefCell<Cursor>,
    seq: Cell<u64>,
    steps: RefCell<Vec<Step>>,
    /// The model's number of what the reader sees.
    seen: Cell<usize>,
    busy: Cell<bool>,
    hurried: Cell<bool>,
    photographing: Cell<bool>,
    /// Appends while a snapshot is being saved, as the store allows.
    eager: bool,
}

/// What a reader sees: answers and place.
pub fn state(session: &Session, cursor: &Cursor) -> String {
    format!("{:?} {}", cursor.page, session.data(Extent::All))
}

impl Tab {
    /// A draft as it was opened. `covered`: the snapshot includes every step.
    pub fn new(
        world: &Rc<World>,
        disk: &Rc<Disk>,
        (place, pen): (Place, Pen),
        held: Rc<Held>,
        draft: Draft,
        opened: Opened,
        covered: bool,
    ) -> Tab {
        let seen = world.model.borrow_mut().did(place, pen, state(&opened.session, &opened.cursor));
        Tab {
            place,
            pen,
            held,
            world: world.clone(),
            disk: disk.clone(),
            session: RefCell::new(opened.session),
            draft: RefCell::new(draft),
            cursor: RefCell::new(opened.cursor),
            seq: Cell::new(opened.seq),
            steps: RefCell::default(),
            seen: Cell::new(seen),
            busy: Cell::new(false),
            hurried: Cell::new(!covered),
            photographing: Cell::new(false),
            eager: !world.dice.once_in(4),
        }
    }

    /// Has it lost its draft?
    pub fn has_ended(&self) -> bool {
        self.held.ended.get()
    }

    /// Something that writes to the draft.
    fn spawn(self: &Rc<Tab>, writing: impl Future<Output = ()> + 'static) {
        let held = self.held.clone();
        held.writing.set(held.writing.get() + 1);
        self.world.spawn(self.place.0, async move {
            writing.await;
            held.writing.set(held.writing.get() - 1);
        });
    }

    /// What was replayed is covered by a snapshot at once.
    pub fn begin(self: &Rc<Tab>) {
        if self.hurried.get() {
            self.go_on();
        }
    }

    /// Its reader does something.
    pub fn act(self: &Rc<Tab>) {
        match self.world.dice.below(16) {
            0..=6 => self.answer(),
            7 => self.turn(),
            8 => self.members(),
            9..=10 => self.photograph(),
            11..=13 => self.hurry(),
            _ => self.finish(),
        }
    }

    fn answer(self: &Rc<Tab>) {
        let dice = &self.world.dice;
        let mut paths = vec!["/visit/name".to_owned(), "/visit/need".to_owned(), "/visit/why".to_owned()];
        let members = self.session.borrow().at("/visit/member[2]").map_or(1, |_| 2);
        paths.extend((1..=members).map(|n| format!("/visit/member[{n}]/called")));
        let path = paths.swap_remove(dice.below(paths.len()));
        let refused = match dice.below(24) {
            0..=1 => REFUSED_BY_ONE,
            2 => REFUSED_BY_BOTH,
            _ => "",
        };
        let text = if dice.once_in(10) {
            String::new()
        } else {
            format!("{PERSONAL}{refused}{}", dice.below(1_000))
        };
        let value = if text.is_empty() { Value::Blank } else { Value::Text(text.into()) };
        self.set(&path, value);
    }

    /// Answers, if the question is there and is to be answered now.
    fn set(self: &Rc<Tab>, path: &str, value: Value) {
        let taken = {
            let mut session = self.session.borrow_mut();
            session.at(path).is_some_and(|key| session.answer(key, value.clone()).is_ok())
        };
        if taken {
            self.record(Change::answer(path.to_owned(), &value));
        }
    }

    fn turn(self: &Rc<Tab>) {
        let page = format!("/visit/page{}", self.world.dice.below(4));
        self.cursor.replace(Cursor { page: Some(page), card: None });
        self.record(Change::Page(self.cursor.borrow().clone()));
    }

    fn members(self: &Rc<Tab>) {
        let change = {
            let mut session = self.session.borrow_mut();
            let number = 1 + self.world.dice.below(2);
            match session.at(&format!("/visit/member[{number}]")) {
                Some(key) if self.world.dice.once_in(2) => {
                    let path = session.path(key);
                    session.remove_repeat(key).is_ok().then_some(Change::RemoveRepeat { path })
                }
                Some(_) | None => session.at("/visit/member").and_then(|key| {
                    let path = session.path(key);
                    session.add_repeat(key).is_ok().then_some(Change::AddRepeat { path })
                }),
            }
        };
        if let Some(change) = change {
            self.record(change);
        }
    }

    /// Something was done; it is in the session already.
    fn record(self: &Rc<Tab>, change: Change) {
        if self.has_ended() {
            return;
        }
        self.seq.set(self.seq.get() + 1);
        self.steps.borrow_mut().push(Step { seq: self.seq.get(), at: self.world.now(), change });
        self.look();
        self.go_on();
    }

    /// The reader sees what is in the session now.
    fn look(&self) {
        let state = state(&self.session.borrow(), &self.cursor.borrow());
        self.world.tell(|| format!("{} step {} → {state}", World::short(self.place.1), self.seq.get()));
        self.seen.set(self.world.model.borrow_mut().did(self.place, self.pen, state));
    }

    /// The reader leaves the page or the app: nothing may wait.
    pub fn hurry(self: &Rc<Tab>) {
        self.hurried.set(true);
        self.go_on();
    }

    fn go_on(self: &Rc<Tab>) {
        if !self.busy.replace(true) {
            let tab = self.clone();
            self.spawn(async move { tab.write().await });
        } else if self.eager {
            let (tab, steps) = (self.clone(), self.steps.take());
            self.spawn(async move { tab.append(&steps).await });
        }
    }

    async fn write(&self) {
        while !self.has_ended() {
            if self.hurried.replace(false) {
                self.snapshot().await;
                continue;
            }
            let steps = self.steps.take();
            if steps.is_empty() {
                break;
            }
            self.append(&steps).await;
        }
        self.busy.set(false);
    }

    async fn append(&self, steps: &[Step]) {
        if steps.is_empty() || self.has_ended() {
            return;
        }
        if let Err(error) = self.disk.append_steps(self.place.1, self.pen, steps).await {
            self.end_if_lost(&error);
        }
    }

    async fn snapshot(&self) {
        self.steps.borrow_mut().clear();
        let (mut draft, seen) = (self.draft.borrow().clone(), self.seen.get());
        draft.take(&self.session.borrow(), self.cursor.borrow().clone(), self.seq.get(), self.world.now());
        match self.disk.save_draft(&draft, self.pen).await {
            Ok(()) => {
                self.draft.replace(draft);
                if !self.has_ended() {
                    self.world.tell(|| format!("{} shown as kept: state {seen}", World::short(self.place.1)));
                    self.world.model.borrow_mut().kept(self.place, seen);
                }
            }
            Err(error) => {
                // The app tries again after two seconds; here the next hurry does.
                self.end_if_lost(&error);
            }
        }
    }

    fn end_if_lost(&self, error: &StoreError) {
        if error.kind == StoreErrorKind::Conflict {
            self.world.count("a tab that had lost its draft was refused");
        }
        if matches!(error.kind, StoreErrorKind::Gone | StoreErrorKind::Conflict) {
            self.held.ended.set(true);
        }
    }

    /// A photo: kept first, then named.
    fn photograph(self: &Rc<Tab>) {
        if !self.photographing.replace(true) {
            let tab = self.clone();
            self.spawn(async move {
                tab.keep_photo().await;
                tab.photographing.set(false);
            });
        }
    }

    async fn keep_photo(self: &Rc<Tab>) {
        let dice = &self.world.dice;
        let name = format!("{PERSONAL}-{}.jpg", dice.below(2));
        let bytes = format!("{PERSONAL} {}", dice.next()).into_bytes();
        let Some(file) = Attachment::of(&name, "image/jpeg", &bytes) else { return };
        let names_it = || self.set("/visit/photo", Value::Attachment(name.as_str().into()));
        if self.world.bug == Some(Bug::NamedBeforeKept) {
            names_it();
            pause().await;
        }
        self.world.model.borrow_mut().gave(self.place, &name, &file.hash, false);
        match self.disk.keep_file(self.place.1, self.pen, &file, &bytes).await {
            Ok(()) => {
                self.world.model.borrow_mut().gave(self.place, &name, &file.hash, true);
                if self.world.bug != Some(Bug::NamedBeforeKept) {
                    names_it();
                }
            }
            Err(error) => self.end_if_lost(&error),
        }
    }

    fn finish(self: &Rc<Tab>) {
        let tab = self.clone();
        self.spawn(async move {
            while tab.busy.get() {
                pause().await;
            }
            tab.busy.set(true);
            let sealed = tab.has_ended() || tab.seal().await.is_some();
            tab.busy.set(false);
            match sealed {
                true => tab.held.ended.set(true),
                false => tab.hurry(),
            }
        });
    }

    async fn seal(self: &Rc<Tab>) -> Option<()> {
        let draft = self.draft.borrow().clone();
        let old = draft.supersedes.map(|old| (self.place.0, old));
        if old.is_some_and(|old| self.world.model.borrow().taking.contains(&old)) {
            return None;
        }
        let files = self.disk.files(draft.id).await.ok()?;
        let now = self.world.now();
        let submission = Submission::seal(&mut self.session.borrow_mut(), &draft, &files.items, now, [0; 32]);
        self.look();
        let mut submission = submission.ok()?;
        if self.world.seals && office::wants(submission.id()) {
            submission = match office::sealed(&self.disk, self.pen, &submission, now).await {
                Ok(sealed) => sealed,
                Err(error) => {
                    self.end_if_lost(&error);
                    return None;
                }
            };
            self.world.count("sealed for the office");
        }
        let mut targets = vec![HOME.to_owned()];
        if self.world.dice.once_in(2) {
            targets.push(SECOND.to_owned());
        }
        let items: Vec<OutboxItem> =
            targets.iter().map(|target| OutboxItem::queue_for(&submission, target)).collect();
        let sealed = Sealed::of(&submission, targets);
        self.world.model.borrow_mut().doubt(self.place, Doubt::Sealing(sealed.clone()));
        if let Some(old) = old {
            self.world.model.borrow_mut().doubt(old, Doubt::Deleting);
        }
        match self.disk.seal(&submission, self.pen, &items, draft.supersedes, now).await {
            Ok(()) => {
                self.world.tell(|| format!("{} shown as sealed", World::short(self.place.1)));
                let mut model = self.world.model.borrow_mut();
                model.was_sealed(self.place, sealed);
                if let Some(old) = old {
                    model.was_deleted(old);
                }
                Some(())
            }
            Err(error) => {
                self.end_if_lost(&error);
                None
            }
        }
    }
}

impl Sealed {
    /// What the model knows of a submission.
    pub fn of(submission: &Submission, targets: Vec<String>) -> Sealed {
        let files = submission.attachments().iter().map(|file| (file.name.clone(), file.hash.clone()));
        Sealed { hash: submission.hash().to_owned(), files: files.collect(), targets }
    }
}
