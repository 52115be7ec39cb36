//! What a phone does that its office has revoked: forgets what is receipted and what came down, and keeps the rest to be handed over.
//!
//! Kept here: it is so only by the server's own words about this very phone; that is kept before anything is forgotten, so that a phone
//! killed in between goes on at the next start; drafts and what is not receipted are never touched.

use doorstep_delivery::store::{Store, StoreError};
use leptos::prelude::*;

use super::device::Device;
use super::keeping::now;
use super::{enrolment, forms};
use crate::platform::store::IndexedDb;
use crate::platform::tiles;
use crate::platform::users::Users;

/// The server says that the device of that id was revoked.
pub async fn told(device: Device, id: &str) {
    if enrolment::mark_revoked(device, id).await {
        forget(device).await;
    }
}

/// Forgets what is receipted and what came down, of every user of this phone; also said again, it does no harm.
pub async fn forget(device: Device) {
    forms::forget();
    // They tell in which area somebody worked.
    tiles::forget().await;
    device.arrived.leave();
    if let Err(error) = forget_all().await {
        leptos::logging::error!("{error}");
        // Of whoever is at work at least; the others' turn comes when they do.
        if let Err(error) = device.store().forget_receipted(now()).await {
            leptos::logging::error!("{error}");
        }
    }
    device.broken.set(Vec::new());
    device.read().await;
}

async fn forget_all() -> Result<(), StoreError> {
    let mut failed = None;
    for user in Users::open().await?.list().await? {
        let forgotten = async { IndexedDb::open_of(&user.id).await?.forget_receipted(now()).await };
        failed = forgotten.await.err().or(failed);
    }
    failed.map_or(Ok(()), Err)
}
