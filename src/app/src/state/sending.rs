//! Runs the outbox: at the start, when the network or the page comes back, by timer, by hand, and after finishing.
//!
//! One run at a time on the device: a lock that the browser frees when a tab dies. What is sealed for the office goes out whoever is let in, or nobody: a run sends
//! all that the user at work has, and of everyone else what lies under the key that asks for no PIN; the rest waits for them.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use doorstep_delivery::deliver::{Run, deliver};
use doorstep_delivery::store::Store;
use doorstep_delivery::{OutboxItem, State, Uuid, Wake};
use leptos::prelude::*;

use super::device::{Device, LockedWaiting};
use super::enrolment::{self, ShutOut};
use super::gate::SEVERAL;
use super::keeping::now;
use super::outbox::counted;
use super::{arrived, forms, kiosk, pulling, revoked, targets};
use crate::parts::parts;
use crate::platform::store::IndexedDb;
use crate::platform::users::{User, Users};
use crate::platform::{clock, locks, network, preferences, timer};

/// While a run goes on, its items are shown as they are this often.
const SHOW_MS: u32 = 400;
/// When another tab sends, this one looks again after so long.
const OTHER_TAB_MS: u32 = 5_000;
/// What sends could not be fetched: tried again after so long, besides when the network comes back.
const PART_MISSING_MS: u32 = 60_000;

thread_local! {
    static RUNNING: Cell<bool> = const { Cell::new(false) };
    /// Asked for while a run was on: run once more for each, since none wakes all that another does.
    static ASKED: RefCell<Vec<Wake>> = const { RefCell::new(Vec::new()) };
    static ALARM: RefCell<Option<timer::Timer>> = const { RefCell::new(None) };
}

/// Sends from now on whenever it is worth trying.
pub fn start(device: Device) {
    network::on_wake(move || {
        if device.somebody_is_at_work() {
            pulling::wake(device);
        }
        wake(device, Wake::Network);
    })
    .forget();
}

/// Runs the outbox, now or right after the run that is on.
pub fn wake(device: Device, wake: Wake) {
    if RUNNING.replace(true) {
        ASKED.with_borrow_mut(|asked| {
            if !asked.contains(&wake) {
                asked.push(wake);
            }
        });
        return;
    }
    timer::spawn(async move {
        let mut next = Some(wake);
        while let Some(wake) = next {
            run(device, wake).await;
            next = ASKED.with_borrow_mut(Vec::pop);
        }
        RUNNING.set(false);
    });
}

/// Puts a submission's refused items back into the queue, unchanged, and tries everything.
pub fn try_again(device: Device, id: Uuid) {
    timer::spawn(async move {
        let refused = device.outbox.with_untracked(|items| {
            let refused = |item: &&OutboxItem| item.id == id && matches!(item.state, State::Refused { .. });
            items.iter().filter(refused).cloned().collect::<Vec<_>>()
        });
        for item in refused {
            if let Err(error) = device.store().update_item(&item.tried_again()).await {
                leptos::logging::error!("{error}");
            }
        }
        wake(device, Wake::Hand);
    });
}

async fn run(device: Device, wake: Wake) {
    // Who the phone is comes first: as a stranger it might be sent away. A locked one finds it out here.
    if !device.knows_itself.get_value() {
        if !enrolment::read(device).await {
            return;
        }
        targets::read(device).await;
    }
    let Some(_only_one) = locks::try_outbox().await else {
        set_alarm(device, OTHER_TAB_MS);
        if device.somebody_is_at_work() {
            device.read_outbox().await;
        }
        return;
    };
    let mut due = Vec::new();
    if device.somebody_is_at_work() {
        due.extend(run_own(device, wake).await);
    }
    due.extend(run_locked(device, wake).await);
    if let Some(due) = due.into_iter().min() {
        set_alarm(device, u32::try_from(due - clock::now_ms()).unwrap_or(0).max(1_000));
    }
}

/// Of the user who is at work: everything. Gives when to run again.
async fn run_own(device: Device, wake: Wake) -> Option<i64> {
    let store = device.store();
    let showing = timer::every(SHOW_MS, move || timer::spawn(device.read_outbox()));
    arrived::keep_when_arrived(device, &store).await;
    let run = ask_to_send(device, store, wake).await;
    drop(showing);
    device.read_outbox().await;
    let run = run?;
    // To another target: the phone's own server takes nothing from it any more.
    if run.delivered > 0 && untrack(|| device.is_revoked()) {
        revoked::forget(device).await;
    }
    if device.somebody_is_at_work() && untrack(|| enrolment::shut_out(device)) == Some(ShutOut::Revoked) {
        // The answer to a survey does not say who is meant; the one to this does.
        pulling::wake(device);
    }
    run.next_due_ms
}

/// Of everyone else: what opens without them. Gives when to run again, and has it told where the phone is locked.
async fn run_locked(device: Device, wake: Wake) -> Option<i64> {
    let (mut count, mut next_ms) = (0, None::<i64>);
    for store in locked_stores(device).await {
        let store = Rc::new(store);
        let due = ask_to_send(device, store.clone(), wake).await.and_then(|run| run.next_due_ms);
        next_ms = next_ms.into_iter().chain(due).min();
        match store.outbox().await {
            Ok(left) => count += counted(&left.items).0,
            Err(error) => leptos::logging::error!("{error}"),
        }
    }
    device.locked.set(LockedWaiting { count, next_ms });
    next_ms
}

/// Has it sent by the part of the program that can, which may have to be fetched first: without a network as little is sent as without the part.
async fn ask_to_send(device: Device, store: Rc<IndexedDb>, wake: Wake) -> Option<Run> {
    let run = (parts().send)(device, store, wake).await;
    if run.is_none() {
        set_alarm(device, PART_MISSING_MS);
    }
    run.flatten()
}

/// Sends what can be read of a store.
pub async fn send(device: Device, store: &IndexedDb, wake: Wake) -> Option<Run> {
    // With the signatures' time of this run.
    let targets = device.targets.for_sending();
    let transport = device.transport();
    let run =
        deliver(store, &*transport, |name| targets.backend(name), wake, now, clock::random_seed()).await;
    match run {
        Ok(run) => {
            if run.delivered > 0 {
                forms::note_contact();
            }
            run.store_errors.iter().for_each(|error| leptos::logging::error!("{error}"));
            Some(run)
        }
        Err(error) => {
            leptos::logging::error!("{error}");
            None
        }
    }
}

/// Everyone's store but that of the user at work, each locked: without its user only what is sealed for the office opens.
async fn locked_stores(device: Device) -> Vec<IndexedDb> {
    let mut users = vec![User::default()];
    if preferences::get(SEVERAL).is_some() {
        match async { Users::open().await?.list().await }.await {
            Ok(all) => users = all,
            Err(error) => leptos::logging::error!("{error}"),
        }
    }
    let mut stores = Vec::new();
    for user in users {
        match IndexedDb::open_of(&user.id).await {
            Ok(store) if !device.has_at_work(&store) => {
                store.lock();
                stores.push(store);
            }
            Ok(_) => {}
            Err(error) => leptos::logging::error!("{error}"),
        }
    }
    if kiosk::was() {
        match IndexedDb::open_of(&kiosk::user().id).await {
            // It asks for no PIN, and nobody will come to let it be sent.
            Ok(store) if !device.has_at_work(&store) => stores.push(store),
            Ok(_) => {}
            Err(error) => leptos::logging::error!("{error}"),
        }
    }
    stores
}

fn set_alarm(device: Device, ms: u32) {
    ALARM.set(Some(timer::after(ms, move || wake(device, Wake::Timer))));
}
