//! What this device holds, as lists that pages show: forms, drafts, outbox, receipts.
//!
//! The store is the truth; the signals here are what was read from it last.

use std::rc::Rc;

use doorstep_delivery::pull::BrokenForm;
use doorstep_delivery::store::{Listed, Store, StoreError};
use doorstep_delivery::{DraftSummary, FormVersion, OutboxItem, Uuid};
use leptos::prelude::*;

use super::arrived::{self, Arrived};
use super::dictionary;
use super::enrolment::{self, Enrolment, ShutOut};
use super::keeping::now;
use super::media;
use super::office;
use super::targets::Known;
use crate::platform::fetch::Fetch;
use crate::platform::store::IndexedDb;
use crate::platform::{network, persist, timer};

/// What is sealed for the office and not there yet, of users who are not at work: that it waits, and until when, is no secret of theirs.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct LockedWaiting {
    /// How many surveys.
    pub count: usize,
    /// When they are tried again, in milliseconds since 1970.
    pub next_ms: Option<i64>,
}

/// This device. Lives as long as the app.
#[derive(Clone, Copy)]
pub struct Device {
    store: StoredValue<Option<Rc<IndexedDb>>, LocalStorage>,
    /// Is the store's user at work? Then what is read of it is shown.
    at_work: StoredValue<bool>,
    transport: StoredValue<Rc<Fetch>, LocalStorage>,
    /// The versions of forms.
    pub forms: RwSignal<Vec<FormVersion>>,
    /// Forms that the server has but that did not check.
    pub broken: RwSignal<Vec<BrokenForm>>,
    /// Drafts, the latest begun first.
    pub drafts: RwSignal<Vec<DraftSummary>>,
    /// What has no receipt yet, the latest begun first.
    pub outbox: RwSignal<Vec<OutboxItem>>,
    /// What has its receipt, the latest first.
    pub delivered: RwSignal<Vec<OutboxItem>>,
    /// What of that can still be looked at.
    pub arrived: Arrived,
    /// What goes out of locked stores, as the last run found it.
    pub locked: RwSignal<LockedWaiting>,
    /// Was everything read once?
    pub ready: RwSignal<bool>,
    /// Are forms being fetched?
    pub fetching: RwSignal<bool>,
    /// Does the browser see a network?
    pub online: RwSignal<bool>,
    /// Did the server answer when it was last asked? Nothing: it was not asked yet.
    pub reached: RwSignal<Option<bool>>,
    /// Who this phone is for its server, if it is anybody.
    pub enrolment: RwSignal<Option<Enrolment>>,
    /// Of how many digits a PIN has to be at least, where the office asks for one.
    pub pin_least: RwSignal<Option<usize>>,
    /// Was that read? Until then nobody is to ask in its name, nor as a stranger, who sees less.
    pub knows_itself: StoredValue<bool>,
    /// What the server said of that when it was last asked, if it lets this phone do nothing.
    pub shut_out: RwSignal<Option<ShutOut>>,
    /// The code of a link that was opened, until it is used.
    pub offered: RwSignal<Option<String>>,
    /// The code of a draft that a kiosk handed over, until it is used.
    pub handed_over: RwSignal<Option<String>>,
    /// Where surveys go.
    pub targets: Known,
    /// Whom they are sealed for.
    pub office: office::Known,
    /// What codes are called.
    pub dictionary: dictionary::Known,
    /// The forms' media.
    pub media: media::Known,
}

impl Device {
    /// With no store open yet.
    pub fn provide() -> Device {
        let device = Device {
            store: StoredValue::new_local(None),
            at_work: StoredValue::new(false),
            transport: StoredValue::new_local(Rc::new(Fetch::default())),
            forms: RwSignal::default(),
            broken: RwSignal::default(),
            drafts: RwSignal::default(),
            outbox: RwSignal::default(),
            delivered: RwSignal::default(),
            arrived: Arrived::default(),
            locked: RwSignal::default(),
            ready: RwSignal::new(false),
            fetching: RwSignal::new(false),
            online: RwSignal::new(network::is_online()),
            reached: RwSignal::new(None),
            enrolment: RwSignal::default(),
            pin_least: RwSignal::new(enrolment::pin_least()),
            knows_itself: StoredValue::new(false),
            shut_out: RwSignal::default(),
            offered: RwSignal::default(),
            handed_over: RwSignal::default(),
            targets: Known::default(),
            office: office::Known::default(),
            dictionary: dictionary::Known::default(),
            media: media::Known::default(),
        };
        network::on_change(move |online| device.online.set(online)).forget();
        provide_context(device);
        device
    }

    /// Takes up a user's store. What is in it is not read before [`Device::enter`].
    pub fn take(self, store: IndexedDb) {
        self.leave();
        self.store.set_value(Some(Rc::new(store)));
    }

    /// The store's user is at work from now on.
    pub fn enter(self) {
        self.at_work.set_value(true);
    }

    /// The store's user leaves: nothing of theirs stays in the lists.
    pub fn leave(self) {
        self.at_work.set_value(false);
        self.ready.set(false);
        self.fetching.set(false);
        self.forms.set(Vec::new());
        self.drafts.set(Vec::new());
        self.outbox.set(Vec::new());
        self.delivered.set(Vec::new());
        self.arrived.leave();
        self.media.leave();
    }

    /// Is anyone let in?
    pub fn somebody_is_at_work(self) -> bool {
        self.at_work.get_value()
    }

    /// Is this store's user at work?
    pub fn is_at_work(self, store: &Rc<IndexedDb>) -> bool {
        self.at_work.get_value()
            && self.store.with_value(|now| now.as_ref().is_some_and(|now| Rc::ptr_eq(now, store)))
    }

    /// Is this the store of whoever is at work, by another handle perhaps?
    pub fn has_at_work(self, store: &IndexedDb) -> bool {
        self.at_work.get_value()
            && self.store.with_value(|now| now.as_ref().is_some_and(|now| now.is_same(store)))
    }

    /// The store. Nothing asks for it before [`Device::take`].
    pub fn store(self) -> Rc<IndexedDb> {
        self.store.get_value().expect("a store was taken up")
    }

    /// The network.
    pub fn transport(self) -> Rc<Fetch> {
        self.transport.get_value()
    }

    /// Reads every list anew.
    pub async fn read(self) {
        let store = self.store();
        let forms = list(store.forms().await);
        let mut drafts = list(store.drafts().await);
        // By id is by the time they were begun.
        drafts.reverse();
        // Somebody waits for help there.
        drafts.sort_by_key(|draft| !draft.in_danger);
        // Meanwhile the phone may be another user's.
        if !self.is_at_work(&store) {
            return;
        }
        self.forms.set(forms);
        self.drafts.set(drafts);
        media::read(self).await;
        self.read_outbox().await;
        if self.is_at_work(&store) {
            self.ready.set(true);
        }
    }

    /// Reads the versions of forms anew.
    pub async fn read_forms(self) {
        let store = self.store();
        let forms = list(store.forms().await);
        if self.is_at_work(&store) && self.forms.with_untracked(|old| *old != forms) {
            self.forms.set(forms);
        }
    }

    /// Was it handed out, and not revoked since?
    pub fn is_enrolled(self) -> bool {
        self.enrolment.with(|now| now.as_ref().is_some_and(|now| now.revoked_at_ms.is_none()))
    }

    /// Has its office revoked this phone?
    pub fn is_revoked(self) -> bool {
        self.enrolment.with(|now| now.as_ref().is_some_and(|now| now.revoked_at_ms.is_some()))
    }

    /// Reads outbox and receipts anew.
    pub async fn read_outbox(self) {
        let store = self.store();
        let mut outbox = list(store.outbox().await);
        outbox.reverse();
        let mut delivered = list(store.delivered().await);
        delivered.reverse();
        arrived::read(self, &store).await;
        if !self.is_at_work(&store) {
            return;
        }
        if self.outbox.with_untracked(|old| *old != outbox) {
            self.outbox.set(outbox);
        }
        if self.delivered.with_untracked(|old| *old != delivered) {
            self.delivered.set(delivered);
        }
    }

    /// Deletes a draft, because its user said so.
    pub fn delete_draft(self, id: Uuid) {
        timer::spawn(async move {
            report(self.store().delete_draft(id, now()).await);
            self.read().await;
        });
    }

    /// Is it enrolled for somebody?
    pub fn is_somebodys(self) -> bool {
        self.enrolment.with(|now| now.as_ref().is_some_and(|now| now.user.is_some()))
    }

    /// Asks the browser to keep what is here. Worth asking once there is something to lose.
    pub fn ask_to_persist(self) {
        timer::spawn(async {
            if !persist::is_granted().await {
                persist::ask().await;
            }
        });
    }
}

/// This device, from anywhere in the app.
pub fn use_device() -> Device {
    expect_context()
}

/// What could be read; what could not is in the browser's log, by its key.
pub(super) fn list<T>(listed: Result<Listed<T>, StoreError>) -> Vec<T> {
    match listed {
        Ok(listed) => {
            for (key, error) in &listed.unreadable {
                leptos::logging::error!("{key}: {error}");
            }
            listed.items
        }
        Err(error) => {
            leptos::logging::error!("{error}");
            Vec::new()
        }
    }
}

fn report(outcome: Result<(), StoreError>) {
    if let Err(error) = outcome {
        leptos::logging::error!("{error}");
    }
}
