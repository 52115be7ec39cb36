//! A draft open on the screen: the session, and one signal for each visible node of the page.
//!
//! The engine settles everything first; its `Changes` then say which signals to set, and only what differs is set
//! (invariant 5). The signals are counted references held here, outside the rows that show them.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use doorstep_delivery::{Change, Cursor, Moment};
use doorstep_engine::session::{AnswerError, Changes, Session};
use doorstep_engine::value::Value;
use doorstep_engine::view::{GroupView, Item, Key, PageView, QuestionView, RepeatView, Violation};
use leptos::prelude::*;

use super::background_sound::Sound;
use super::keeping::{Keeping, now};
use super::reader::Reader;
use super::seeking::key_of;
use super::slices::Slices;
use super::undoing::{Before, Undoable};
use super::whereabouts::Whereabouts;
use super::whole::WHOLE;
use crate::platform::timer;
use crate::words::direction::tag_of;

/// The page list is taken anew this long after an answer that did not change its shape.
const PAGES_MS: u32 = 120;

#[derive(Clone)]
enum Shown {
    Question(ArcRwSignal<QuestionView>),
    Group(ArcRwSignal<GroupView>),
    Repeat(ArcRwSignal<RepeatView>),
}

impl Shown {
    fn renew(&self, key: Key, session: &RefCell<Session>) {
        // Each view is taken whole before its signal is set: an effect may look at the session.
        match self {
            Shown::Question(signal) => {
                let view = session.borrow().question(key);
                set_if_new(signal, view);
            }
            Shown::Group(signal) => {
                let view = session.borrow().group(key);
                set_if_new(signal, view);
            }
            Shown::Repeat(signal) => {
                let view = session.borrow().repeat(key);
                set_if_new(signal, view);
            }
        }
    }
}

struct Open {
    session: Rc<RefCell<Session>>,
    keeping: Rc<Keeping>,
    shown: RefCell<HashMap<Key, Shown>>,
    /// What changed since the pages were counted.
    uncounted: RefCell<Vec<Key>>,
}

/// The open draft: what pages and controls read from and answer to.
#[derive(Clone, Copy)]
pub struct Answering {
    open: StoredValue<Rc<Open>, LocalStorage>,
    /// The relevant pages.
    pub pages: RwSignal<Vec<PageView>>,
    /// Pages that the reader pressed Next on: there missing answers are said.
    pub checked: RwSignal<Vec<Key>>,
    /// Goes up with every change; for what has no signal of its own.
    pub revision: RwSignal<u64>,
    /// Does any answer break its rule? Asked once, however much is shown of what is made of answers.
    pub any_rejected: Memo<bool>,
    /// Goes up when a field was left: what is typed into one is not judged before.
    pub left: RwSignal<u64>,
    /// The node that is to be shown and get the focus: its card opens first.
    pub sought: RwSignal<Option<Key>>,
    /// The repeat instance whose card is open.
    pub card: RwSignal<Option<Key>>,
    /// The last changes, which can be taken back.
    pub undoable: RwSignal<Vec<Undoable>>,
    /// Is it shown all in one page? Then what would be a page is a section of it, and the page is the root.
    pub whole: bool,
    /// What of that page is still to come.
    pub slices: Slices,
    /// What became of asking where the device is, where the form wants that by itself.
    pub whereabouts: RwSignal<Option<Whereabouts>>,
    /// What is said meanwhile, where the form wants it recorded.
    pub sound: Sound,
}

impl Answering {
    /// Everything of it lives as long as the current owner, the keeping longer if it must.
    pub fn new(session: Rc<RefCell<Session>>, keeping: Rc<Keeping>) -> Answering {
        let pages = session.borrow().pages();
        let open = Open { session, keeping, shown: RefCell::default(), uncounted: RefCell::default() };
        let open = StoredValue::new_local(Rc::new(open));
        let revision = RwSignal::new(0);
        let any_rejected = Memo::new(move |_| {
            revision.track();
            open.get_value().session.borrow().any_rejected()
        });
        Answering {
            open,
            pages: RwSignal::new(pages),
            checked: RwSignal::default(),
            revision,
            any_rejected,
            left: RwSignal::new(0),
            sought: RwSignal::new(None),
            card: RwSignal::new(None),
            undoable: RwSignal::default(),
            whole: false,
            slices: Slices::new(),
            whereabouts: RwSignal::new(None),
            sound: Sound::new(),
        }
    }

    /// Is it practice? Then nothing is kept and nothing is sent.
    pub fn is_practice(self) -> bool {
        self.keeping().is_nowhere()
    }

    /// Looks at the session. Not within another look.
    pub fn with<T>(self, look: impl FnOnce(&Session) -> T) -> T {
        let open = self.open.get_value();
        look(&open.session.borrow())
    }

    /// Was the draft left? Then nothing can be answered any more.
    pub fn is_gone(self) -> bool {
        self.open.is_disposed()
    }

    /// The draft's writer.
    pub fn keeping(self) -> Rc<Keeping> {
        self.open.get_value().keeping.clone()
    }

    /// A question's signal, as long as its instance is there.
    pub fn question(self, key: Key) -> Option<ArcRwSignal<QuestionView>> {
        let open = self.open.get_value();
        if let Some(Shown::Question(signal)) = open.shown.borrow().get(&key) {
            return Some(signal.clone());
        }
        let signal = ArcRwSignal::new(open.session.borrow().question(key)?);
        open.shown.borrow_mut().insert(key, Shown::Question(signal.clone()));
        Some(signal)
    }

    /// The question on the page whose field has this id.
    pub fn question_of_field(self, field: &str) -> Option<Key> {
        let key = key_of(field)?;
        let open = self.open.get_value();
        open.shown.borrow().contains_key(&key).then_some(key)
    }

    /// A group's signal.
    pub fn group(self, key: Key) -> Option<ArcRwSignal<GroupView>> {
        let open = self.open.get_value();
        if let Some(Shown::Group(signal)) = open.shown.borrow().get(&key) {
            return Some(signal.clone());
        }
        let signal = ArcRwSignal::new(open.session.borrow().group(key)?);
        open.shown.borrow_mut().insert(key, Shown::Group(signal.clone()));
        Some(signal)
    }

    /// A repeat's signal.
    pub fn repeat(self, key: Key) -> Option<ArcRwSignal<RepeatView>> {
        let open = self.open.get_value();
        if let Some(Shown::Repeat(signal)) = open.shown.borrow().get(&key) {
            return Some(signal.clone());
        }
        let signal = ArcRwSignal::new(open.session.borrow().repeat(key)?);
        open.shown.borrow_mut().insert(key, Shown::Repeat(signal.clone()));
        Some(signal)
    }

    /// What stands in a group or a repeat instance.
    pub fn children(self, key: Key) -> Vec<Item> {
        self.with(|session| session.children(key))
    }

    /// Are there pages that are not asked now? Then the list of pages may grow with an answer.
    pub fn hides_pages(self) -> bool {
        self.with(|session| {
            let hidden = |item: Item| match item {
                Item::Group(key) => session.relevant(key) == Some(false) && !session.children(key).is_empty(),
                Item::Repeat(key) => session.relevant(key) == Some(false),
                Item::Question(_) => false,
            };
            session.children(WHOLE).into_iter().any(hidden)
        })
    }

    /// A page's name: its node's, with no answers in it.
    pub fn page_name(self, page: Key) -> String {
        let path = self.with(|session| session.path(page));
        path.rsplit('/').next().unwrap_or_default().to_owned()
    }

    /// What is wrong on a page, in document order.
    pub fn violations_on(self, page: Key) -> Vec<(Key, Violation)> {
        self.revision.track();
        self.with(|session| {
            let mut violations = session.violations();
            if page != WHOLE {
                violations.retain(|(key, _)| session.page_of(*key) == Some(page));
            }
            violations
        })
    }

    /// Gives an answer.
    pub fn answer(self, key: Key, value: Value) {
        let Some(view) = self.question(key) else { return };
        if view.with_untracked(|view| view.value == value) {
            return;
        }
        let left = self.left.get_untracked();
        let before = view.with_untracked(|view| self.before(view, left));
        let change = Change::answer(self.with(|session| session.path(key)), &value);
        if self.take(change, |session| session.answer(key, value)).is_some() {
            self.note_undoable(before);
        }
    }

    /// Gives an answer as typed.
    pub fn answer_text(self, key: Key, text: &str) {
        let Some(view) = self.question(key) else { return };
        let data_type = view.with_untracked(|view| view.data_type);
        self.answer(key, Value::read(data_type, text));
    }

    /// Adds an instance to a repeat; its key.
    pub(crate) fn add(self, repeat: Key) -> Option<Key> {
        let path = self.with(|session| session.path(repeat));
        let changes = self.take(Change::AddRepeat { path }, |session| session.add_repeat(repeat))?;
        let added = changes.added.first().copied();
        if let Some(added) = added {
            let path = self.with(|session| session.path(added));
            self.note_undoable(Before::This(Undoable::Added(path)));
        }
        self.open_card(added);
        added
    }

    /// Removes an instance of a repeat.
    pub fn remove(self, instance: Key) {
        let path = self.with(|session| session.path(instance));
        if self.card.get_untracked() == Some(instance) {
            self.open_card(None);
        }
        self.take(Change::RemoveRepeat { path }, |session| session.remove_repeat(instance));
        // Those behind it have other places now.
        self.undoable.set(Vec::new());
    }

    /// Opens a card, or folds the open one.
    pub fn open_card(self, card: Option<Key>) {
        self.card.set(card);
        let card = card.map(|card| self.with(|session| session.path(card)));
        let keeping = self.keeping();
        keeping.record(now(), Change::Page(Cursor { card, ..keeping.cursor() }));
    }

    /// The reader is on another page now: the signals of the one before go, and all is kept.
    pub fn turn_to(self, page: Key) {
        let open = self.open.get_value();
        open.shown.borrow_mut().clear();
        self.refresh_pages();
        self.note_page(page);
        if page == WHOLE {
            // Where in it the reader is, the fields say.
            return open.keeping.hurry();
        }
        let path = self.with(|session| session.path(page));
        if open.keeping.cursor().page.as_ref() != Some(&path) {
            // Only what is sought on the new page has its card open.
            let card = self.sought.get_untracked().and_then(|sought| self.instance_of(sought));
            self.card.set(card);
            let card = card.map(|card| self.with(|session| session.path(card)));
            open.keeping.record(now(), Change::Page(Cursor { page: Some(path), card }));
        }
        open.keeping.hurry();
    }

    /// Reads in another language, if the form speaks it.
    pub fn read_in(self, language: &str) {
        let other = self.with(|session| {
            let known = session.form().language(language).map(|known| known.to_string());
            known.filter(|known| session.language() != known)
        });
        let Some(language) = other else { return };
        let open = self.open.get_value();
        open.session.borrow_mut().set_language(&language);
        open.keeping.record(now(), Change::Language { language });
        let keys: Vec<Key> = open.shown.borrow().keys().copied().collect();
        self.show(&keys);
        self.refresh_pages();
        self.revision.update(|revision| *revision += 1);
    }

    /// The tag of the language that the form is shown in, where that is not the reader's: it does not speak theirs.
    pub fn other_tongue(self, reader: Reader) -> Memo<Option<String>> {
        Memo::new(move |_| {
            self.revision.track();
            let reads = reader.language().tag();
            self.with(|session| {
                let shown = session.language();
                let speaks = session.form().language(reads).is_some_and(|known| **known == *shown);
                tag_of(shown).filter(|_| !speaks).map(str::to_owned)
            })
        })
    }

    /// Fills in the question of that name, seen or not, if the form has one and takes it.
    pub fn fill(self, name: &str, text: &str) {
        let Some(key) = self.named(name) else { return };
        let value = Value::Text(text.into());
        let change = Change::answer(self.with(|session| session.path(key)), &value);
        self.take(change, |session| session.answer(key, value));
    }

    /// What is said in the question of that name; blank if the form has none.
    pub fn said(self, name: &str) -> String {
        let value =
            self.named(name).and_then(|key| self.with(|session| session.value(key).map(Value::to_text)));
        value.unwrap_or_default()
    }

    /// The first node of that name.
    pub fn named(self, name: &str) -> Option<Key> {
        self.with(|session| {
            let named = |key: &Key| session.path(*key).rsplit('/').next() == Some(name);
            session.nodes().into_iter().find(named)
        })
    }

    /// Every call to change the session goes through here: time told, step recorded, signals set.
    pub(super) fn take(
        self,
        change: Change,
        act: impl FnOnce(&mut Session) -> Result<Changes, AnswerError>,
    ) -> Option<Changes> {
        let open = self.open.get_value();
        let at: Moment = now();
        let outcome = {
            let mut session = open.session.borrow_mut();
            session.set_now(at.ms, at.utc_offset_minutes);
            if let Some(audit) = open.keeping.audit() {
                audit.before(&change, &session);
            }
            act(&mut session)
        };
        match outcome {
            Ok(changes) => {
                if let Some(audit) = open.keeping.audit() {
                    audit.after(&change, &open.session.borrow());
                }
                open.keeping.record(at, change);
                self.apply(&changes);
                self.ask_where_again();
                Some(changes)
            }
            Err(error) => {
                // The node went while its control was still on the screen; anything else is a bug of a control.
                leptos::logging::warn!("an answer was not taken: {error:?}");
                None
            }
        }
    }

    /// For which nodes it is wanted where the device is, since this was last asked.
    pub(super) fn places_wanted(self) -> Vec<Key> {
        self.open.get_value().session.borrow_mut().take_places_wanted()
    }

    fn apply(self, changes: &Changes) {
        let open = self.open.get_value();
        {
            let mut shown = open.shown.borrow_mut();
            for instance in &changes.removed {
                shown.retain(|key, _| key.scope != instance.scope);
            }
        }
        self.show(&changes.nodes);
        if changes.pages {
            open.uncounted.borrow_mut().clear();
            self.refresh_pages();
        } else {
            self.count_soon(&open, &changes.nodes);
        }
        self.revision.update(|revision| *revision += 1);
    }

    /// Takes views anew and sets what differs.
    fn show(self, keys: &[Key]) {
        let open = self.open.get_value();
        for key in keys {
            let shown = open.shown.borrow().get(key).cloned();
            if let Some(shown) = shown {
                shown.renew(*key, &open.session);
            }
        }
    }

    /// Counts on the pages of these nodes, a little later: what is typed key by key is counted once.
    fn count_soon(self, open: &Rc<Open>, nodes: &[Key]) {
        let waits = !open.uncounted.borrow().is_empty();
        open.uncounted.borrow_mut().extend_from_slice(nodes);
        if waits || nodes.is_empty() {
            return;
        }
        let open = open.clone();
        timer::spawn(async move {
            timer::sleep(PAGES_MS).await;
            let nodes = open.uncounted.take();
            if !self.open.is_disposed() && !nodes.is_empty() {
                self.pages.maybe_update(|pages| open.session.borrow().recount(pages, &nodes));
            }
        });
    }

    fn refresh_pages(self) {
        let pages = self.with(Session::pages);
        if self.pages.with_untracked(|old| *old != pages) {
            self.pages.set(pages);
        }
    }
}

fn set_if_new<T: PartialEq + Send + Sync + 'static>(signal: &ArcRwSignal<T>, view: Option<T>) {
    if let Some(view) = view
        && signal.with_untracked(|old| *old != view)
    {
        signal.set(view);
    }
}
