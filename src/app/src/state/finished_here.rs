//! Surveys of a form that were finished on this device and can still be read on it: what a designer tries a change on.
//!
//! Kept here: a store that asks for a PIN stays closed, and is counted; nothing of what is read leaves the page.

use std::collections::BTreeSet;

use doorstep_delivery::Uuid;
use doorstep_delivery::store::{Store, StoreError};
use doorstep_engine::Session;

use super::device::Device;
use super::drafts;
use crate::platform::store::IndexedDb;
use crate::platform::users::Users;

/// So many are read at most.
const MOST: usize = 500;

/// What there is.
#[derive(Debug, Default)]
pub struct FinishedHere {
    /// Each as it was finished.
    pub sessions: Vec<Session>,
    /// How many users' stores ask for a PIN.
    pub locked: usize,
}

/// All of a form, of whichever version, of every user who has no PIN.
///
/// # Errors
/// The browser gives no store.
pub async fn finished_here(device: Device, form_id: &str) -> Result<FinishedHere, StoreError> {
    let mut found = FinishedHere::default();
    for user in Users::open().await?.list().await? {
        let store = IndexedDb::open_of(&user.id).await?;
        if store.is_locked() {
            found.locked += 1;
            continue;
        }
        let ids = ids(&store, form_id).await?;
        device.take(store);
        for id in ids.into_iter().rev() {
            if found.sessions.len() == MOST {
                return Ok(found);
            }
            let session = drafts::finished(device, id).await;
            found.sessions.extend(session.filter(|session| session.form().id() == form_id));
        }
    }
    Ok(found)
}

/// What waits, and what arrived and is kept for some days: of that the form is known only when it is read.
async fn ids(store: &IndexedDb, form_id: &str) -> Result<BTreeSet<Uuid>, StoreError> {
    let waiting = store.outbox().await?.items.into_iter();
    let waiting = waiting.filter(|item| item.form.id == form_id && !item.for_office).map(|item| item.id);
    let arrived = store.arrived().await?.into_iter().map(|(id, _)| id);
    Ok(waiting.chain(arrived).collect())
}
