//! Takes down what the server has for this phone: at the start, when the network or the page comes back, by timer and by hand.
//!
//! One road for everybody: a phone that is enrolled asks as itself, any other as a stranger, and each gets what is theirs.
//! A phone that was revoked asks no more.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use doorstep_delivery::backend::doorstep::Doorstep;
use doorstep_delivery::outbox::back_off_ms;
use doorstep_delivery::pull::{Run, Stop, pull};
use doorstep_delivery::store::Store;
use leptos::prelude::*;

use super::device::Device;
use super::enrolment::{self, ShutOut};
use super::{dictionary, entities, forms, media, office, revoked, targets};
use crate::parts::parts;
use crate::platform::store::IndexedDb;
use crate::platform::{clock, timer};

/// A page that stays open asks again after so long.
const AGAIN_MS: i64 = 15 * 60_000;

thread_local! {
    /// Asked for while a run was on: run once more.
    static ASKED: Cell<bool> = const { Cell::new(false) };
    /// So many runs in a row were hindered.
    static HINDERED: Cell<u32> = const { Cell::new(0) };
    static ALARM: RefCell<Option<timer::Timer>> = const { RefCell::new(None) };
}

/// Asks the server what is new, now or right after the run that is on. Without a server, what is here stays as it is.
pub fn wake(device: Device) {
    if untrack(|| device.is_revoked()) {
        return;
    }
    if device.fetching.get_untracked() {
        ASKED.set(true);
        return;
    }
    device.fetching.set(true);
    let store = device.store();
    timer::spawn(async move {
        loop {
            ASKED.set(false);
            if (parts().pull)(device, store.clone()).await.is_none() && device.is_at_work(&store) {
                // What asks the server could not be fetched from it either.
                device.reached.set(Some(false));
                set_alarm_in(device, hindered_ms());
            }
            // Whoever came meanwhile asks for themselves.
            if !device.is_at_work(&store) {
                return;
            }
            if !ASKED.get() {
                break;
            }
        }
        device.fetching.set(false);
    });
}

/// Asks once.
pub async fn run(device: Device, store: &Rc<IndexedDb>) {
    if !device.knows_itself.get_value() && !enrolment::read(device).await || untrack(|| device.is_revoked()) {
        return;
    }
    let taken_in = entities::taken_in(store).await;
    let run = pull(&**store, &*device.transport(), &Doorstep::at("")).await;
    // A stranger is told of nobody: what was said here is all that there is, up to a bound.
    match untrack(|| device.enrolment.with(Option::is_some)) {
        true if run.stopped.is_none() => entities::give_way(store, &taken_in).await,
        true => {}
        false => entities::let_go(store).await,
    }
    if run.changed
        && let Err(error) = store.drop_unused_forms().await
    {
        leptos::logging::warn!("{error}");
    }
    if !device.is_at_work(store) {
        return;
    }
    // Also what another tab took.
    device.read_forms().await;
    let shut_out = match &run.stopped {
        Some(Stop::Revoked { .. }) => Some(ShutOut::Revoked),
        Some(Stop::LoginNeeded) => Some(ShutOut::Unknown),
        Some(Stop::Answer(_) | Stop::Elsewhere | Stop::Store(_)) | None => None,
    };
    device.shut_out.set(shut_out);
    device.reached.set(Some(run.reached));
    set_alarm(device, &run);
    if let Some(Stop::Revoked { device: Some(id) }) = &run.stopped {
        revoked::told(device, id).await;
    } else if run.reached && shut_out.is_none() {
        device.broken.set(run.broken);
        forms::note_contact();
        office::refresh(device).await;
        targets::refresh(device).await;
        dictionary::refresh(device).await;
        // Not waited for: what is new can be filled in without them.
        media::wake(device, store.clone());
    }
}

fn set_alarm(device: Device, run: &Run) {
    let ms = match &run.stopped {
        Some(Stop::Answer(error)) => hindered_ms().max(error.retry_after_ms.unwrap_or(0)).min(AGAIN_MS),
        Some(Stop::Store(error)) => {
            leptos::logging::error!("{error}");
            AGAIN_MS
        }
        Some(Stop::Revoked { .. } | Stop::LoginNeeded | Stop::Elsewhere) | None => {
            HINDERED.set(0);
            AGAIN_MS
        }
    };
    set_alarm_in(device, ms);
}

/// One more run was hindered: how long to wait.
fn hindered_ms() -> i64 {
    let attempts = HINDERED.get().saturating_add(1);
    HINDERED.set(attempts);
    back_off_ms(attempts, clock::random_seed()).min(AGAIN_MS)
}

fn set_alarm_in(device: Device, ms: i64) {
    let alarm = move || {
        if device.somebody_is_at_work() {
            wake(device);
        }
    };
    ALARM.set(Some(timer::after(u32::try_from(ms).unwrap_or(u32::MAX), alarm)));
}
