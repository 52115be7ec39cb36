//! The pictures, sounds and films of the forms on this phone: which are here, fetched in the background once the forms are, and given to whoever shows them.
//!
//! No form waits for them: what is not here yet is said where it would stand, with a way to try again. The designer has no device, and asks the server, or gives
//! what it holds itself ([`given_by`]).

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use doorstep_delivery::backend::doorstep::Doorstep;
use doorstep_delivery::media::{NotHad, Shelf, Stop, fetch, fetch_one};
use doorstep_delivery::store::StoreError;
use doorstep_engine::MediaFile;
use leptos::prelude::*;

use super::device::Device;
use crate::platform::fetch::Fetch;
use crate::platform::picked::Shown;
use crate::platform::store::IndexedDb;
use crate::platform::{locks, timer};

/// What is known of them.
#[derive(Clone, Copy, Default)]
pub struct Known {
    /// The hashes of those that are here; nothing until they were read.
    held: RwSignal<Option<BTreeSet<Arc<str>>>>,
    /// Are they being fetched in the background?
    fetching: StoredValue<bool>,
    /// The hashes of those that the server refused since the app was started.
    refused: StoredValue<BTreeSet<Arc<str>>>,
}

impl Known {
    /// Is this one here? Nothing: that is not known yet.
    pub fn holds(self, file: &MediaFile) -> Option<bool> {
        self.held.with(|held| held.as_ref().map(|held| held.contains(&file.sha256)))
    }

    fn came(self, file: &MediaFile) {
        self.held.update(|held| {
            held.get_or_insert_default().insert(file.sha256.clone());
        });
    }

    fn lost(self, file: &MediaFile) {
        self.held.update(|held| {
            held.get_or_insert_default().remove(&file.sha256);
        });
    }

    /// Whoever was at work has left.
    pub fn leave(self) {
        self.held.set(None);
    }
}

/// What came of it when somebody wanted some at once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Had {
    /// All are here.
    All,
    /// The server has not what the form lists.
    Refused,
    /// Not now.
    Later,
}

/// Reads which are here.
pub async fn read(device: Device) {
    let store = device.store();
    match store.media_held().await {
        Ok(held) if device.is_at_work(&store) => {
            if device.media.held.with_untracked(|known| known.as_ref() != Some(&held)) {
                device.media.held.set(Some(held));
            }
        }
        Ok(_) => {}
        Err(error) => leptos::logging::error!("{error}"),
    }
}

/// Fetches what the forms list and is not here, in the background and in one tab.
pub fn wake(device: Device, store: Rc<IndexedDb>) {
    let known = device.media;
    if known.fetching.get_value() {
        return;
    }
    known.fetching.set_value(true);
    timer::spawn(async move {
        if let Some(_only_one) = locks::try_media().await {
            run(device, &store).await;
        }
        known.fetching.set_value(false);
        if device.is_at_work(&store) {
            // Also what another tab took.
            read(device).await;
        } else if device.somebody_is_at_work() {
            wake(device, device.store());
        }
    });
}

async fn run(device: Device, store: &Rc<IndexedDb>) {
    let known = device.media;
    let skip = known.refused.get_value();
    let came = |file: &MediaFile| {
        if device.is_at_work(store) {
            known.came(file);
        }
    };
    let run = fetch(&**store, &*device.transport(), &Doorstep::at(""), &skip, came).await;
    known.refused.update_value(|refused| refused.extend(run.refused));
    if let Some(Stop::Store(error)) = run.stopped {
        leptos::logging::error!("{error}");
    }
}

/// Fetches these now, because somebody wants them.
pub async fn now(device: Device, files: Vec<MediaFile>) -> Had {
    let (store, transport) = (device.store(), device.transport());
    let mut had = Had::All;
    for file in files {
        match fetch_one(&*transport, &Doorstep::at(""), &file).await {
            Ok(bytes) => {
                if let Err(error) = store.put_up(&file, &bytes).await {
                    leptos::logging::error!("{error}");
                    return Had::Later;
                }
                if device.is_at_work(&store) {
                    device.media.came(&file);
                }
            }
            Err(NotHad::Answer(_)) => return Had::Later,
            Err(NotHad::Unknown | NotHad::Other) => had = Had::Refused,
        }
    }
    had
}

/// What gives a file that is nowhere but in this page.
type Given = Box<dyn Fn(&MediaFile) -> Option<Vec<u8>>>;

thread_local! {
    static GIVEN: RefCell<Option<Given>> = const { RefCell::new(None) };
}

/// Files come from there first: of a form that its designer has open.
pub fn given_by(give: impl Fn(&MediaFile) -> Option<Vec<u8>> + 'static) {
    GIVEN.set(Some(Box::new(give)));
}

/// A file, to be shown as long as this lives. `device`: nothing where there is none, and then the server is asked.
pub async fn shown(device: Option<Device>, file: &MediaFile) -> Option<Shown> {
    let Some(device) = device else {
        return Shown::new(&elsewhere(file).await?, &file.kind);
    };
    let store = device.store();
    let shown = found(store.media_shown(file).await);
    if shown.is_none() && device.is_at_work(&store) {
        // The browser lost it, or half of it.
        device.media.lost(file);
    }
    shown
}

/// A file's bytes, the same way.
pub async fn bytes(device: Option<Device>, file: &MediaFile) -> Option<Vec<u8>> {
    match device {
        Some(device) => found(device.store().media_bytes(file).await),
        None => elsewhere(file).await,
    }
}

async fn elsewhere(file: &MediaFile) -> Option<Vec<u8>> {
    let given = GIVEN.with_borrow(|give| give.as_ref().and_then(|give| give(file)));
    match given {
        Some(bytes) => Some(bytes),
        None => fetch_one(&Fetch::default(), &Doorstep::at(""), file).await.ok(),
    }
}

fn found<T>(found: Result<Option<T>, StoreError>) -> Option<T> {
    found.unwrap_or_else(|error| {
        leptos::logging::error!("{error}");
        None
    })
}
