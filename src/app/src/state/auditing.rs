//! The log of how an open draft is filled in, where its form wants one (`orx:audit`): told by the pages what is looked at, by the answers what is changed, and kept
//! with the draft.
//!
//! Kept here: an answer costs one look into a short list, and a line is written only when something leaves the screen. Nothing waits for the log: what can't be
//! logged is not.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use doorstep_delivery::Change;
use doorstep_delivery::audit_log::{AuditLog, Columns, Event, LoggedPlace, Shown, Stamp, said_at};
use doorstep_engine::view::{Item, Key};
use doorstep_engine::{Audit, AuditPriority, Session};
use leptos::prelude::*;

use super::answering::Answering;
use super::keeping::Keeping;
use crate::platform::location::{self, NoPlace};
use crate::platform::{clock, timer};

/// No place is asked for more often, and none waited for longer.
const SHORTEST_MS: u32 = 1_000;
const MEASURE_MS: u32 = 30_000;

/// The log of a draft while it is open.
pub struct Auditing {
    wants: Audit,
    log: RefCell<AuditLog>,
    /// Was anything logged before it was opened now?
    goes_on: bool,
    /// When the last thing was done before.
    last_at_ms: i64,
    /// Does it stand for a survey that was finished before?
    is_edit: bool,
    begun: Cell<bool>,
    user: RefCell<Option<Arc<str>>>,
    /// By the device's clock, and since the page was opened: the clock is asked once, so that nobody sets times by setting it.
    opened: (i64, f64),
    /// Places and when they were measured.
    places: RefCell<Vec<(i64, LoggedPlace)>>,
    /// Why a survey that was finished is changed.
    pub reason: ArcRwSignal<String>,
}

impl Auditing {
    /// Of a draft that was just opened, with the log that it has, and when the last thing was done.
    pub fn new(wants: Audit, log: Option<AuditLog>, last_at_ms: i64, is_edit: bool) -> Auditing {
        Auditing {
            wants,
            goes_on: log.as_ref().is_some_and(|log| !log.is_empty()),
            last_at_ms,
            log: RefCell::new(log.unwrap_or_else(|| AuditLog::new(Columns::of(&wants)))),
            is_edit,
            begun: Cell::new(false),
            user: RefCell::default(),
            opened: (clock::now_ms(), clock::elapsed_ms()),
            places: RefCell::default(),
            reason: ArcRwSignal::default(),
        }
    }

    /// What the form wants logged.
    pub fn wants(&self) -> Audit {
        self.wants
    }

    /// Has its reader to say who they are, before anything is shown?
    pub fn awaits_user(&self) -> bool {
        self.wants.user && self.user.borrow().is_none()
    }

    /// Has its reader to say why they changed it, before it is finished?
    pub fn wants_reason(&self) -> bool {
        self.wants.reasons && self.is_edit
    }

    /// The same, and they have not.
    pub fn lacks_reason(&self) -> bool {
        self.wants_reason() && self.reason.with(|reason| reason.trim().is_empty())
    }

    /// The log as it is now.
    pub fn log(&self) -> AuditLog {
        self.log.borrow().clone()
    }

    /// The file as it is if the form is finished now; nothing if nobody began it.
    pub fn finished(&self) -> Option<String> {
        if !self.begun.get() {
            return None;
        }
        let (mut log, stamp) = (self.log(), self.stamp());
        if self.wants_reason() {
            log.reason(self.reason.get_untracked().trim(), &stamp);
        }
        Some(log.finished(&stamp).csv())
    }

    /// Something happened.
    pub fn note(&self, event: Event, node: Option<&str>) {
        self.log.borrow_mut().note(event, node, &self.stamp());
    }

    /// A change is about to be made.
    pub fn before(&self, change: &Change, session: &Session) {
        self.log.borrow_mut().before(change, session);
    }

    /// It was made.
    pub fn after(&self, change: &Change, session: &Session) {
        if let Change::AddRepeat { .. } | Change::RemoveRepeat { .. } = change {
            self.log.borrow_mut().after(change, session, &self.stamp());
        }
    }

    /// What was on the screen goes.
    pub fn leave(&self, session: &Session) {
        self.log.borrow_mut().leave(&self.stamp(), |path| said_at(session, path));
    }

    /// The draft was opened. What a crash left on the screen is closed first, as of when the last thing was done.
    fn begin(&self, session: &Session) {
        let goes_on = self.goes_on || self.begun.replace(true);
        self.begun.set(true);
        let last = Stamp { at_ms: self.last_at_ms, ..Stamp::default() };
        self.log.borrow_mut().leave(&last, |path| said_at(session, path));
        self.note(if goes_on { Event::FormResume } else { Event::FormStart }, None);
    }

    fn now_ms(&self) -> i64 {
        let (at_ms, since) = self.opened;
        at_ms + (clock::elapsed_ms() - since) as i64
    }

    fn stamp(&self) -> Stamp {
        let at_ms = self.now_ms();
        Stamp { at_ms, place: self.place(at_ms), user: self.user.borrow().clone() }
    }

    /// The most exact place that is not too old.
    fn place(&self, at_ms: i64) -> Option<LoggedPlace> {
        let oldest = at_ms - i64::from(self.wants.places?.max_age_s) * 1_000;
        let mut places = self.places.borrow_mut();
        places.retain(|(when, _)| *when >= oldest);
        let exact = |(_, one): &&(i64, LoggedPlace), (_, other): &&(i64, LoggedPlace)| {
            one.accuracy.total_cmp(&other.accuracy)
        };
        places.iter().min_by(exact).map(|(_, place)| *place)
    }
}

impl Answering {
    /// The draft is on the screen: its log begins or goes on, once it is known who fills it in.
    pub fn begin_log(self) {
        let keeping = self.keeping();
        let Some(audit) = keeping.audit().filter(|audit| !audit.awaits_user()) else { return };
        self.with(|session| audit.begin(session));
        keeping.logged();
        if audit.wants.places.is_some() {
            audit.note(Event::PlacesOn, None);
            timer::spawn(follow(self));
        }
    }

    /// The draft is on the screen again, with the writer that it had: who fills it in now is asked anew.
    pub fn begin_log_again(self) {
        if let Some(audit) = self.keeping().audit() {
            audit.user.replace(None);
        }
        self.begin_log();
    }

    /// Whoever fills it in has said who they are.
    pub fn identify(self, user: &str) {
        if let Some(audit) = self.keeping().audit() {
            audit.user.replace(Some(user.trim().into()));
            self.begin_log();
        }
    }

    /// Has its reader to say who they are, before anything is shown?
    pub fn awaits_user(self) -> bool {
        self.keeping().audit().is_some_and(Auditing::awaits_user)
    }

    /// Something happened that the log may tell of.
    pub fn note(self, event: Event, node: Option<&str>) {
        let keeping = self.keeping();
        if let Some(audit) = keeping.audit().filter(|audit| audit.begun.get()) {
            audit.note(event, node);
            keeping.logged();
        }
    }

    /// A page is on the screen.
    pub(super) fn note_page(self, page: Key) {
        if self.keeping().audit().is_none() {
            return;
        }
        let view = self.pages.with_untracked(|pages| pages.iter().find(|view| view.key == page).cloned());
        let shown = self.with(|session| {
            let question = |item: &Item| match item {
                Item::Question(key) if session.relevant(*key) == Some(true) => Some(session.path(*key)),
                Item::Question(_) | Item::Group(_) | Item::Repeat(_) => None,
            };
            let is_loose = session.question(page).is_some();
            match view.filter(|_| is_loose) {
                Some(view) => Shown::Questions(view.items.iter().filter_map(question).collect()),
                None => Shown::Group(session.path(page)),
            }
        });
        self.shows(Some(shown));
    }

    /// Something else is on the screen, or nothing of the form.
    pub fn shows(self, shown: Option<Shown>) {
        let keeping = self.keeping();
        let Some(audit) = keeping.audit().filter(|audit| audit.begun.get()) else { return };
        self.with(|session| audit.leave(session));
        if let Some(shown) = shown {
            let stamp = audit.stamp();
            audit.log.borrow_mut().show(shown, &stamp);
        }
        keeping.logged();
    }
}

/// The draft is left, and stays one.
pub fn leave(keeping: &Rc<Keeping>) {
    if let Some(audit) = keeping.audit().filter(|audit| audit.begun.get()) {
        audit.leave(&keeping.session().borrow());
        audit.note(Event::FormSave, None);
        audit.note(Event::FormExit, None);
        keeping.logged();
    }
}

/// Asks where the device is, as often as the form wants it, until the draft is left or its reader says no.
async fn follow(answering: Answering) {
    let keeping = answering.keeping();
    let Some((audit, places)) = keeping.audit().and_then(|audit| Some((audit, audit.wants.places?))) else {
        return;
    };
    let exactly = match places.priority {
        AuditPriority::High => true,
        AuditPriority::Balanced | AuditPriority::Low => false,
        // What another program has asked for no browser tells.
        AuditPriority::None => return,
    };
    let mut told = None;
    while !answering.is_gone() {
        let measured = location::measure_as(MEASURE_MS, exactly).await;
        let event = match measured {
            Err(NoPlace::Denied) => Event::PlacesDenied,
            Ok(_) | Err(NoPlace::Unavailable | NoPlace::TimedOut) => Event::PlacesAllowed,
        };
        if answering.is_gone() {
            return;
        }
        if let Ok(place) = measured {
            let (latitude, longitude, accuracy) = (place.latitude, place.longitude, place.accuracy);
            let place = LoggedPlace { latitude, longitude, accuracy };
            let at_ms = audit.now_ms();
            audit.places.borrow_mut().push((at_ms, place));
        }
        if told.replace(event) != Some(event) {
            answering.note(event, None);
        }
        if event == Event::PlacesDenied {
            return;
        }
        timer::sleep(places.min_interval_s.saturating_mul(1_000).max(SHORTEST_MS)).await;
    }
}
