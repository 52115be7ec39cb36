//! Surveys that have arrived while their user is at work: what they came to can still be looked at and printed.
//!
//! Kept here: in this tab's memory alone, since the store keeps nothing of what has arrived but its receipt. Locking, leaving and closing forget it, as does a
//! revocation; what is sealed for the office, which nobody can read here, is never held.

use std::collections::BTreeSet;

use doorstep_delivery::store::Store;
use doorstep_delivery::{Submission, Uuid, Wake};
use leptos::prelude::*;

use super::device::Device;
use super::keeping::now;
use crate::platform::store::IndexedDb;

/// So many of the latest are held.
const MOST: usize = 20;

/// What is held, the latest last.
#[derive(Clone, Copy, Default)]
pub struct Arrived(RwSignal<Vec<Submission>>);

impl Arrived {
    /// Is that one held?
    pub fn has(self, id: Uuid) -> bool {
        self.0.with(|held| held.iter().any(|one| one.id() == id))
    }

    /// That one, if it is held.
    pub fn get(self, id: Uuid) -> Option<Submission> {
        self.0.with_untracked(|held| held.iter().find(|one| one.id() == id).cloned())
    }

    /// Forgets all of it.
    pub fn forget(self) {
        self.0.set(Vec::new());
    }

    fn hold(self, arrived: Vec<Submission>) {
        if arrived.is_empty() {
            return;
        }
        self.0.update(|held| {
            held.extend(arrived);
            let others = held.len().saturating_sub(MOST);
            held.drain(..others);
        });
    }
}

/// What a run is about to send, as far as it can be read here.
pub async fn about_to_go(store: &IndexedDb, wake: Wake) -> Vec<Submission> {
    let items = store.outbox().await.map(|listed| listed.items).unwrap_or_default();
    let due = items.into_iter().map(|item| item.taken_up().woken(wake));
    let due = due.filter(|item| !item.for_office && item.is_due(now().ms));
    let ids: BTreeSet<Uuid> = due.map(|item| item.id).collect();
    let mut found = Vec::new();
    // By id is by the time they were begun.
    for id in ids.into_iter().rev().take(MOST) {
        found.extend(store.load_submission(id).await.ok().flatten());
    }
    found.reverse();
    found
}

/// After the run: holds what has arrived everywhere, unless its user is away by now.
pub async fn hold(device: Device, store: &IndexedDb, mut sent: Vec<Submission>) {
    if sent.is_empty() {
        return;
    }
    let (Ok(waiting), Ok(arrived)) = (store.outbox().await, store.delivered().await) else { return };
    sent.retain(|one| {
        let is_it = |id: Uuid| id == one.id();
        arrived.items.iter().any(|item| is_it(item.id)) && !waiting.items.iter().any(|item| is_it(item.id))
    });
    if device.has_at_work(store) {
        device.arrived.hold(sent);
    }
}
