//! Surveys that have arrived: what they came to can be looked at and printed on this device for a week more.
//!
//! Kept here: only what could be read here anyway, so nothing that is sealed for the office; under its user's key; for [`DAYS`] days and no longer, less if its
//! user or a revocation says so. It is a copy: whether a survey has arrived is the receipt's to say, and what can't be kept is gone as it always was.

use std::collections::BTreeSet;

use doorstep_delivery::store::Store;
use doorstep_delivery::{Moment, Uuid};
use leptos::prelude::*;

use super::device::Device;
use super::forms;
use super::keeping::now;
use crate::platform::store::IndexedDb;
use crate::platform::timer;

/// So many days it stays.
pub const DAYS: i64 = 7;
const DAY_MS: i64 = 24 * 60 * 60_000;

/// What is kept, and when each arrived.
#[derive(Clone, Copy, Default)]
pub struct Arrived(RwSignal<Vec<(Uuid, i64)>>);

impl Arrived {
    /// Until when that one can be looked at, in milliseconds since 1970. `None` if it can't.
    pub fn until(self, id: Uuid) -> Option<i64> {
        self.0.with(|kept| kept.iter().find(|(one, _)| *one == id).map(|(_, at)| at + DAYS * DAY_MS))
    }

    /// The store's user leaves.
    pub fn leave(self) {
        self.0.set(Vec::new());
    }
}

/// Before a run: says which of what it may send is to be looked at once it has arrived. Of what comes to nothing there is nothing to look at.
pub async fn keep_when_arrived(device: Device, store: &IndexedDb) {
    let items = store.outbox().await.map(|listed| listed.items).unwrap_or_default();
    let mut wanted = BTreeSet::new();
    for item in items.iter().filter(|item| !item.for_office) {
        if assesses(device, &item.form.hash).await {
            wanted.insert(item.id);
        }
    }
    store.keep_when_arrived(wanted);
}

/// Reads what there is, and deletes what has been there for long enough.
pub async fn read(device: Device, store: &IndexedDb) {
    let Ok(mut kept) = store.arrived().await else { return };
    let old: Vec<Uuid> = kept.iter().filter(|(_, at)| is_over(*at, now())).map(|(id, _)| *id).collect();
    if !old.is_empty() {
        report(store.drop_arrived(&old).await);
        kept.retain(|(id, _)| !old.contains(id));
    }
    if device.has_at_work(store) && device.arrived.0.with_untracked(|before| *before != kept) {
        device.arrived.0.set(kept);
    }
}

/// Deletes one at once, because its user said so.
pub fn delete(device: Device, id: Uuid) {
    timer::spawn(async move {
        let store = device.store();
        report(store.drop_arrived(&[id]).await);
        read(device, &store).await;
    });
}

async fn assesses(device: Device, form_hash: &str) -> bool {
    forms::open(device, form_hash).await.is_ok_and(|form| form.assesses())
}

/// Has it been there for long enough? One that arrived long after now is of a clock that was put back: nobody knows how long it would stay.
fn is_over(at_ms: i64, now: Moment) -> bool {
    (now.ms - at_ms).abs() >= DAYS * DAY_MS
}

fn report(outcome: Result<(), doorstep_delivery::store::StoreError>) {
    if let Err(error) = outcome {
        leptos::logging::error!("{error}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_is_enough_and_a_clock_that_was_put_back_makes_it_no_longer() {
        let now = Moment { ms: 100 * DAY_MS, utc_offset_minutes: 480 };
        let days = |days: i64| is_over(now.ms - days * DAY_MS, now);
        assert!(!days(0) && !days(6) && days(7) && days(30));
        assert!(!is_over(now.ms - 7 * DAY_MS + 1, now));
        assert!(!days(-1), "a clock that runs a little behind");
        assert!(days(-8));
    }
}
