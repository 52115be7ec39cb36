//! A submission as a file that somebody carries: given to the browser to be saved, and delivered once its reader says where it is.
//!
//! Kept here: only the reader's word delivers it, and the file may be saved as often as it is wanted, with the same bytes.

use doorstep_delivery::OutboxItem;
use doorstep_delivery::backend::SendErrorKind;
use doorstep_delivery::backend::file_drop::FileDrop;
use doorstep_delivery::deliver::deliver_one;
use doorstep_delivery::store::{Store, StoreError};
use doorstep_delivery::transport::{NetworkError, NetworkErrorKind, Request, Response, Transport};

use super::arrived;
use super::device::Device;
use super::keeping::now;
use crate::platform::store::IndexedDb;
use crate::platform::{clock, locks, rescue, timer};

/// What an item's parts name once its file was saved: then its reader can say that it was handed over.
const SAVED: &str = "saved";
/// How often and how long it is waited for another run of the outbox.
const LOOK_MS: u32 = 100;
const LOOKS: u32 = 100;

/// The way that a file takes through its reader's hands.
struct ByHand<'a> {
    item: &'a OutboxItem,
    /// Has its reader said that it is where it belongs?
    carried: bool,
}

impl Transport for ByHand<'_> {
    async fn send(&self, request: Request) -> Result<Response, NetworkError> {
        let Some(name) = request.url.strip_prefix(FileDrop::SCHEME) else {
            let words = "not a file to be carried".into();
            return Err(NetworkError { kind: NetworkErrorKind::Offline, words });
        };
        if self.carried {
            let said = serde_json::json!({"id": self.item.id, "hash": self.item.hash}).to_string();
            let headers = vec![("date".into(), now().to_rfc3339())];
            return Ok(Response { status: 200, headers, body: said.into_bytes() });
        }
        rescue::save_as(name, "application/zip", &request.body.unwrap_or_default());
        // Saved is not carried: it goes on waiting for its reader.
        Ok(Response { status: 401, ..Response::default() })
    }
}

/// Was the file saved?
pub fn is_saved(item: &OutboxItem) -> bool {
    item.arrived.iter().any(|part| part == SAVED)
}

/// Gives the file to the browser to be saved. False: the device failed, or a file of it is lost.
pub async fn save(device: Device, item: &OutboxItem) -> bool {
    go(device, item, false).await
}

/// Notes that the file is where it belongs, because its reader says so.
pub async fn carried(device: Device, item: &OutboxItem) -> bool {
    go(device, item, true).await
}

async fn go(device: Device, item: &OutboxItem, carried: bool) -> bool {
    let done = try_go(device, item, carried).await.unwrap_or_else(|error| {
        leptos::logging::error!("{error}");
        false
    });
    device.read_outbox().await;
    done
}

async fn try_go(device: Device, item: &OutboxItem, carried: bool) -> Result<bool, StoreError> {
    let mut looks = 0;
    let _only_one = loop {
        match locks::try_outbox().await {
            Some(held) => break held,
            None if looks == LOOKS => return Ok(false),
            None => looks += 1,
        }
        timer::sleep(LOOK_MS).await;
    };
    let targets = device.targets.for_sending();
    let Some(backend) = targets.backend(&item.target) else { return Ok(false) };
    let by_hand = ByHand { item, carried };
    let store = device.store();
    arrived::keep_when_arrived(device, &store).await;
    let outcome = deliver_one(&*store, &by_hand, backend, item.clone(), now, clock::random_seed()).await?;
    match outcome {
        None => Ok(carried),
        Some(SendErrorKind::LoginNeeded) if !carried => note_saved(&store, item).await.map(|()| true),
        Some(_) => Ok(false),
    }
}

async fn note_saved(store: &IndexedDb, item: &OutboxItem) -> Result<(), StoreError> {
    let kept = store.outbox().await?.items;
    match kept.into_iter().find(|kept| kept.id == item.id && kept.target == item.target) {
        Some(mut kept) if !is_saved(&kept) => {
            kept.arrived.push(SAVED.to_owned());
            store.update_item(&kept).await
        }
        Some(_) | None => Ok(()),
    }
}
