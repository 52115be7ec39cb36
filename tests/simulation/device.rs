//! A device: its store, the tabs in which drafts are open, and what its user does with them.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use doorstep_delivery::backend::doorstep::Doorstep;
use doorstep_delivery::deliver::deliver;
use doorstep_delivery::draft::new_id;
use doorstep_delivery::outbox::{HOME, OutboxItem, State, Wake};
use doorstep_delivery::pull::{Stop, pull};
use doorstep_delivery::rescue::{Rescue, TakenUp, beside};
use doorstep_delivery::sealed::Sealed as SealedBytes;
use doorstep_delivery::store::{Store, StoredDraft};
use doorstep_delivery::{Attachment, Draft, Pen, Uuid};
use doorstep_engine::session::Session;

use crate::check;
use crate::disk::{Disk, Holdings};
use crate::model::{Doubt, Sealed};
use crate::network::{self, Line, Network};
use crate::planted::{Bug, Credulous};
use crate::tab::{Held, SECOND, Tab, state};
use crate::world::World;

/// What a device hands over of itself.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Handing {
    /// What is finished.
    Sealed,
    /// With what is half filled in.
    Everything,
    /// That, and then it is thrown away.
    Itself,
}

/// A device.
pub struct Device {
    pub number: usize,
    pub disk: Rc<Disk>,
    world: Rc<World>,
    network: Rc<Network>,
    tabs: RefCell<Vec<Rc<Tab>>>,
    /// Who has which draft.
    locks: RefCell<BTreeMap<Uuid, Rc<Held>>>,
    /// How many run the outbox.
    runners: Cell<u32>,
    /// What might be begun when it was last looked at, by form id.
    pub offered: RefCell<BTreeMap<String, String>>,
}

impl Device {
    /// A new one.
    pub fn new(world: &Rc<World>, network: &Rc<Network>, number: usize) -> Rc<Device> {
        Rc::new(Device {
            number,
            disk: Rc::new(Disk::new(world, number)),
            world: world.clone(),
            network: network.clone(),
            tabs: RefCell::default(),
            locks: RefCell::default(),
            runners: Cell::new(0),
            offered: RefCell::default(),
        })
    }

    /// Its process is dead: tabs, locks and runs are gone. Whose tasks they were, drops them.
    pub fn died(&self) {
        self.tabs.borrow_mut().clear();
        self.locks.borrow_mut().clear();
        self.runners.set(0);
    }

    /// What is really there.
    fn holdings(&self) -> Option<Holdings> {
        Holdings::read(&self.disk.twin()).ok()
    }

    /// A reader does something in a tab, or opens one if none is.
    pub fn act_in_a_tab(self: &Rc<Device>) {
        self.tabs.borrow_mut().retain(|tab| !tab.has_ended());
        let tab = self.world.dice.of(&self.tabs.borrow()).cloned();
        match tab {
            Some(tab) => tab.act(),
            None => self.open(),
        }
    }

    /// Begins a draft; it is kept before its reader sees it.
    pub fn begin(self: &Rc<Device>) {
        if self.holdings().is_some_and(|holdings| holdings.drafts.len() > 4) {
            return;
        }
        let device = self.clone();
        self.world.spawn(self.number, async move {
            let session = Session::new(device.world.form.clone(), device.world.surroundings());
            let draft = Draft::begin(device.new_id(), &session, device.world.now());
            if device.disk.create_draft(&draft, device.pen()).await.is_ok() {
                let seen = state(&session, &draft.cursor);
                device.world.model.borrow_mut().began((device.number, draft.id), seen);
                device.open_draft(draft.id).await;
            }
        });
    }

    fn pen(&self) -> Pen {
        let (one, other) = (self.world.dice.next(), self.world.dice.next());
        Pen::new((u128::from(one) << 64 | u128::from(other)).to_be_bytes())
    }

    fn new_id(&self) -> Uuid {
        let mut random = [0; 10];
        random[2..].copy_from_slice(&self.world.dice.next().to_be_bytes());
        new_id(self.world.now().ms, &random)
    }

    /// Opens some draft in a tab, be it open in another one or not.
    pub fn open(self: &Rc<Device>) {
        let mut drafts = self.holdings().map(|holdings| holdings.drafts).unwrap_or_default();
        if !self.world.dice.once_in(6) {
            // Mostly one that no tab has.
            drafts.retain(|draft| self.tabs.borrow().iter().all(|tab| tab.place.1 != draft.id));
        }
        let Some(id) = self.world.dice.of(&drafts).map(|draft| draft.id) else { return self.begin() };
        let device = self.clone();
        self.world.spawn(self.number, async move { device.open_draft(id).await });
    }

    /// Takes a draft for a tab, from the tab that has it: its reader says so.
    fn lock(&self, id: Uuid) -> Rc<Held> {
        let held = Rc::new(Held::default());
        let Some(other) = self.locks.borrow_mut().insert(id, held.clone()) else { return held };
        // Whoever is the only one to know of it is gone.
        if other.ended.get() && other.writing.get() == 0 || Rc::strong_count(&other) == 1 {
            return held;
        }
        if self.world.locks {
            self.world.count("draft taken over by a second tab");
            other.ended.set(true);
            if other.writing.get() > 0 {
                self.world.count("taken over in mid-write");
            }
        } else {
            self.world.count("second tab without a lock");
        }
        held
    }

    async fn open_draft(self: &Rc<Device>, id: Uuid) {
        let place = (self.number, id);
        let held = self.lock(id);
        let pen = self.pen();
        let Ok(Some(stored)) = self.disk.open_draft(id, pen).await else { return };
        let form = self.world.form.clone();
        let opened = match stored.draft.open(&stored.steps, form, self.world.surroundings()) {
            Ok(opened) => opened,
            Err(error) => return self.world.fail(format!("I1: {id} does not open: {error:?}")),
        };
        if !self.world.model.borrow().drafts.contains_key(&place) {
            let seen = state(&opened.session, &opened.cursor);
            check::comes_to_light(&mut self.world.model.borrow_mut(), place, seen, &self.disk.twin());
        }
        if !opened.problems.is_empty() {
            self.world.count("steps lost, and said so");
        }
        let mut draft = stored.draft;
        draft.cursor = opened.cursor.clone();
        let tab = Rc::new(Tab::new(
            &self.world,
            &self.disk,
            (place, pen),
            held,
            draft,
            opened,
            stored.steps.is_empty(),
        ));
        self.tabs.borrow_mut().push(tab.clone());
        tab.begin();
    }

    /// Its user deletes a draft.
    pub fn delete_draft(self: &Rc<Device>) {
        let drafts = self.holdings().map(|holdings| holdings.drafts).unwrap_or_default();
        let Some(id) = self.world.dice.of(&drafts).map(|draft| draft.id) else { return };
        let device = self.clone();
        self.world.spawn(self.number, async move {
            let place = (device.number, id);
            // What its user takes up from a file just then is wanted.
            if device.world.model.borrow_mut().taking.contains(&place) {
                return;
            }
            device.world.model.borrow_mut().doubt(place, Doubt::Deleting);
            if device.disk.delete_draft(id, device.world.now()).await.is_ok() {
                device.world.model.borrow_mut().was_deleted(place);
            }
        });
    }

    /// Some refused item of the outbox.
    fn some_refused(&self) -> Option<OutboxItem> {
        let mut items = self.holdings()?.outbox;
        items.retain(|item| matches!(item.state, State::Refused { .. }));
        self.world.dice.of(&items).cloned()
    }

    /// Its user deletes what is sealed and has no receipt.
    pub fn delete_submission(self: &Rc<Device>) {
        let Some(item) = self.some_refused() else { return };
        let device = self.clone();
        self.world.spawn(self.number, async move {
            let place = (device.number, item.id);
            if device.world.model.borrow().taking.contains(&place) {
                return;
            }
            device.world.model.borrow_mut().doubt(place, Doubt::Deleting);
            if device.disk.delete_submission(item.id, device.world.now()).await.is_ok() {
                device.world.model.borrow_mut().was_deleted(place);
            }
        });
    }

    /// Its user wants a refused item tried once more, as it is.
    pub fn try_again(self: &Rc<Device>) {
        let Some(item) = self.some_refused() else { return };
        let device = self.clone();
        self.world.spawn(self.number, async move {
            drop(device.disk.update_item(&item.tried_again()).await);
        });
    }

    /// Its user puts a refused submission right: a new draft with its answers and files, to be sealed in its stead.
    pub fn repair(self: &Rc<Device>) {
        let Some(item) = self.some_refused() else { return };
        let device = self.clone();
        self.world.spawn(self.number, async move {
            let _begun = device.begin_repair(item.id).await;
        });
    }

    async fn begin_repair(self: &Rc<Device>, old: Uuid) -> Option<()> {
        let (world, disk) = (&self.world, &self.disk);
        let submission = disk.load_submission(old).await.ok()??;
        let sealed = SealedBytes::read(submission.body().as_bytes()).ok()?;
        let id = if world.bug == Some(Bug::EditedUnderOldId) { old } else { self.new_id() };
        let place = (self.number, id);
        let answers = Draft::repairing(id, &sealed, world.form.clone(), world.surroundings()).ok()?;
        let mut files: Vec<(Attachment, Vec<u8>)> = Vec::new();
        for file in submission.attachments() {
            files.push((file.clone(), disk.load_file(old, &file.name).await.ok()??));
        }
        let opened = answers.open(&[], world.form.clone(), world.surroundings()).ok()?;
        // One transaction: no answer names a file before it is kept.
        let stored = StoredDraft { draft: answers, steps: Vec::new() };
        if world.bug == Some(Bug::EditedUnderOldId) {
            disk.create_draft(&stored.draft, self.pen()).await.ok()?;
        } else if !disk.take_over_draft(&stored, &files).await.ok()? {
            return None;
        }
        {
            let mut model = world.model.borrow_mut();
            model.began(place, state(&opened.session, &opened.cursor));
            files.iter().for_each(|(file, _)| model.gave(place, &file.name, &file.hash, true));
        }
        world.count("refused submission put right");
        self.open_draft(id).await;
        Some(())
    }

    /// What is unsent is handed over to another device as one file, which takes it up on its own, whatever becomes of this one.
    pub fn hand_over(self: &Rc<Device>, other: &Rc<Device>, handing: Handing) {
        let (device, other) = (self.clone(), other.clone());
        self.world.spawn(self.number, async move {
            let before = device.unsent();
            let Ok(rescue) = Rescue::gather(&*device.disk).await else { return };
            device.is_all_there(&before, &rescue);
            let (world, number) = (device.world.clone(), device.number);
            let taker = other.clone();
            world.spawn(taker.number, async move {
                let with_drafts = handing != Handing::Sealed;
                let all_new = other.take_up(&rescue.to_bytes(), with_drafts).await == Some(true);
                if all_new && handing == Handing::Itself {
                    other.world.count("device replaced by another");
                    other.world.thrown_away.set(Some(number));
                }
            });
        });
    }

    /// Drafts, and submissions without their receipts.
    fn unsent(&self) -> BTreeSet<Uuid> {
        let Some(here) = self.holdings() else { return BTreeSet::new() };
        here.drafts.iter().map(|draft| draft.id).chain(here.outbox.iter().map(|item| item.id)).collect()
    }

    /// What was unsent before and is so still has to be in the file, as the one or the other (I1, I2).
    fn is_all_there(&self, before: &BTreeSet<Uuid>, rescue: &Rescue) {
        let drafts = rescue.drafts.iter().map(|(stored, _)| stored.draft.id);
        let sealed = rescue.submissions.iter().map(|(submission, ..)| submission.id());
        let inside: BTreeSet<Uuid> = drafts.chain(sealed).collect();
        let after = self.unsent();
        if let Some(id) = before.intersection(&after).find(|id| !inside.contains(id)) {
            self.world.fail(format!("I2: {id} is not among what is handed over"));
        }
    }

    /// Gives whether all of it is new here: what is here already stays as it is, and its user is told.
    async fn take_up(&self, file: &[u8], with_drafts: bool) -> Option<bool> {
        let world = &self.world;
        let Ok(mut rescue) = Rescue::from_bytes(file) else {
            world.fail("I1: what a device handed over can't be read".into());
            return None;
        };
        let here = self.holdings()?;
        let is_here = |id: Uuid| here.drafts.iter().any(|draft| draft.id == id);
        let place = |id: Uuid| (self.number, id);
        let all_new = rescue.drafts.iter().all(|(stored, _)| !is_here(stored.draft.id));
        {
            // Not what its user deleted here, and no sealed form of what is half filled in here.
            let model = &mut *world.model.borrow_mut();
            rescue.submissions.retain(|(submission, ..)| {
                !is_here(submission.id()) && model.takes_over(place(submission.id()))
            });
            rescue.drafts.retain(|(stored, _)| {
                let id = stored.draft.id;
                with_drafts && model.takes_over(place(id))
            });
            model.twins.extend(rescue.drafts.iter().map(|(stored, _)| stored.draft.id));
        }
        let drafts = std::mem::take(&mut rescue.drafts);
        let mut taken = rescue.take_up(&*self.disk).await.ok();
        for (stored, files) in drafts {
            if taken.is_some() {
                taken = self.take_up_draft(stored, files).await;
            }
        }
        let model = &mut *world.model.borrow_mut();
        model.taking.retain(|taking| taking.0 != self.number);
        taken?;
        // What another file brought meanwhile as a draft stays one, for its user to finish.
        let drafts = self.holdings()?.drafts;
        for (submission, targets, _) in rescue.submissions {
            let sealed = Sealed::of(&submission, targets);
            let is_draft = drafts.iter().any(|draft| draft.id == submission.id());
            if !is_draft && !model.sealed.contains_key(&place(submission.id())) {
                model.was_sealed(place(submission.id()), sealed);
            }
        }
        world.count("rescued by a second device");
        Some(all_new)
    }

    /// A draft of a rescue file: new here, later than the one that is here, beside it, or known.
    async fn take_up_draft(&self, stored: StoredDraft, files: Vec<(Attachment, Vec<u8>)>) -> Option<TakenUp> {
        let world = &self.world;
        let id = stored.draft.id;
        let place = (self.number, id);
        let opened = stored.draft.open(&stored.steps, world.form.clone(), world.surroundings()).ok()?;
        let came = state(&opened.session, &opened.cursor);
        // It may happen without anybody being told.
        let possible = world.model.borrow_mut().may_become(place, &came, &files);
        let one = Rescue { drafts: vec![(stored, files)], ..Rescue::default() };
        let taken = one.take_up(&*self.disk).await.ok()?;
        let model = &mut *world.model.borrow_mut();
        let (_, files) = &one.drafts[0];
        let place = match (taken.drafts, taken.brought_forward, taken.apart) {
            (1, 0, 0) => {
                if model.sealed.contains_key(&place) {
                    return Some(taken);
                }
                // Nothing comes over a draft that is here and calls itself new.
                model.did_not_become(place, possible);
                model.began(place, came);
                place
            }
            (0, 1, 0) => {
                world.count("draft met by a later rescue file");
                model.became(place, came, possible);
                place
            }
            (0, 0, 1) => {
                world.count("draft met by a later rescue file");
                let mut place = (self.number, beside(id));
                while model.drafts.contains_key(&place) {
                    place.1 = beside(place.1);
                }
                model.began(place, came);
                place
            }
            _ => {
                model.did_not_become(place, possible);
                return Some(taken);
            }
        };
        files.iter().for_each(|(file, _)| model.gave(place, &file.name, &file.hash, true));
        Some(taken)
    }

    /// Takes down what has changed, in a tab of its own.
    pub fn pull(self: &Rc<Device>) {
        let device = self.clone();
        self.world.spawn(self.number, async move { device.pull_once().await });
    }

    /// Takes down what has changed.
    pub async fn pull_once(&self) {
        self.world.tell(|| format!("device {} pulls", self.number));
        let home = Doorstep::at("https://home.example");
        let run = pull(&*self.disk, &Line(self.network.clone()), &home).await;
        match run.stopped {
            Some(Stop::Elsewhere) => self.world.count("page taken by another tab"),
            Some(Stop::Store(error)) => self.world.is_impersonal(&error.words, "a pull's error"),
            Some(Stop::Answer(_) | Stop::LoginNeeded | Stop::Revoked { .. }) => {}
            None => drop(self.disk.drop_unused_forms().await),
        }
    }

    /// Runs the outbox, unless a lock that is heeded says that somebody does.
    pub fn run_outbox(self: &Rc<Device>, wake: Wake) {
        if self.runners.get() > 0 {
            if self.world.locks {
                return;
            }
            self.world.count("second outbox runner without a lock");
        }
        self.runners.set(self.runners.get() + 1);
        let device = self.clone();
        self.world.spawn(self.number, async move {
            device.run(wake).await;
            device.runners.set(device.runners.get().saturating_sub(1));
        });
    }

    /// One run. Gives when to run again; `None` also if the store failed.
    pub async fn run(&self, wake: Wake) -> Option<i64> {
        let world = &self.world;
        world.tell(|| format!("device {} runs its outbox: {wake:?}", self.number));
        let knows_second = !world.fault("a target that is not configured", 12);
        let backend = |base_url: &str| Credulous { doorstep: Doorstep::at(base_url), bug: world.bug };
        let (home, second) = (backend("https://home.example"), backend(network::SECOND));
        let backends = |target: &str| match target {
            HOME => Some(&home),
            SECOND => knows_second.then_some(&second),
            _ => None,
        };
        let line = Line(self.network.clone());
        let run =
            deliver(&*self.disk, &line, backends, wake, || world.now(), world.dice.next()).await.ok()?;
        run.store_errors.iter().for_each(|error| world.is_impersonal(&error.words, "a run's errors"));
        run.next_due_ms
    }
}
