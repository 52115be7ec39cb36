//! Runs the outbox: at the start, when the network or the page comes back, by timer, by hand, and after finishing.
//!
//! One run at a time on the device: a lock that the browser frees when a tab dies.

use std::cell::{Cell, RefCell};

use doorstep_delivery::deliver::deliver;
use doorstep_delivery::store::Store;
use doorstep_delivery::{OutboxItem, State, Uuid, Wake};
use leptos::prelude::*;

use super::device::Device;
use super::enrolment::{self, ShutOut};
use super::keeping::now;
use super::{forms, pulling, revoked};
use crate::platform::{clock, locks, network, timer};

/// While a run goes on, its items are shown as they are this often.
const SHOW_MS: u32 = 400;
/// When another tab sends, this one looks again after so long.
const OTHER_TAB_MS: u32 = 5_000;

thread_local! {
    static RUNNING: Cell<bool> = const { Cell::new(false) };
    /// Asked for while a run was on: run once more for each, since none wakes all that another does.
    static ASKED: RefCell<Vec<Wake>> = const { RefCell::new(Vec::new()) };
    static ALARM: RefCell<Option<timer::Timer>> = const { RefCell::new(None) };
}

/// Sends from now on whenever it is worth trying and someone is at work.
pub fn start(device: Device) {
    network::on_wake(move || {
        if device.somebody_is_at_work() {
            pulling::wake(device);
            wake(device, Wake::Network);
        }
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
    // What lies there is sealed: it waits for the next who is let in.
    if !device.somebody_is_at_work() {
        return;
    }
    let Some(_only_one) = locks::try_outbox().await else {
        set_alarm(device, OTHER_TAB_MS);
        device.read_outbox().await;
        return;
    };
    let showing = timer::every(SHOW_MS, move || timer::spawn(device.read_outbox()));
    // With the signatures' time of this run.
    let targets = device.targets.for_sending();
    let (store, transport) = (device.store(), device.transport());
    let run =
        deliver(&*store, &*transport, |name| targets.backend(name), wake, now, clock::random_seed()).await;
    drop(showing);
    device.read_outbox().await;
    match run {
        Ok(run) => {
            if run.delivered > 0 {
                forms::note_contact();
                // To another target: the phone's own server takes nothing from it any more.
                if untrack(|| device.is_revoked()) {
                    revoked::forget(device).await;
                }
            }
            if untrack(|| enrolment::shut_out(device)) == Some(ShutOut::Revoked) {
                // The answer to a survey does not say who is meant; the one to this does.
                pulling::wake(device);
            }
            for error in &run.store_errors {
                leptos::logging::error!("{error}");
            }
            if let Some(due) = run.next_due_ms {
                set_alarm(device, u32::try_from(due - clock::now_ms()).unwrap_or(0).max(1_000));
            }
        }
        Err(error) => leptos::logging::error!("{error}"),
    }
}

fn set_alarm(device: Device, ms: u32) {
    ALARM.set(Some(timer::after(ms, move || wake(device, Wake::Timer))));
}
