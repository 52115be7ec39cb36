//! Households and persons that this phone knows, as lists for the form that is opened: what was found at the last door is there at the next one, without a
//! network.
//!
//! Kept here: what was said on this phone gives way to the server's word and never before it: once a survey has its receipt from our own server, and a
//! pull that began after that has come to its end; or, on a phone that is told of nobody, once it is beyond what such a phone keeps.

use std::rc::Rc;
use std::sync::Arc;

use doorstep_delivery::Uuid;
use doorstep_delivery::entities::{MOST_BY_ITSELF, beyond, is_at_its_bound, list};
use doorstep_delivery::outbox::HOME;
use doorstep_delivery::store::Store;
use doorstep_engine::entities::EntityList;
use doorstep_engine::{Form, World};

use super::device::Device;
use super::drafts::world;
use crate::platform::store::IndexedDb;

/// What a session of a form knows of this device and this moment, the lists that it may look into among it. Whoever was chosen from one of them stands, be
/// they there no more: a draft outlives what its list was.
pub async fn world_for(device: Device, form: &Form) -> World {
    let living = form.lists_read().into_iter().map(|list| format!("{list}.csv").into()).collect();
    let store = device.store();
    World {
        lists: lists_of(&store, form).await,
        living,
        last_saved: last_saved(&store, form).await,
        ..world()
    }
}

/// What the form asks of the last submission that this user finished on this device, if it asks for any.
async fn last_saved(store: &Rc<IndexedDb>, form: &Form) -> Arc<str> {
    if !form.reads_last_saved() {
        return Arc::default();
    }
    match store.last_saved(form.id()).await {
        Ok(last) => last.map_or_else(Arc::default, |last| last.xml.into()),
        Err(error) => {
            // It spares typing; what can't be read is typed.
            leptos::logging::warn!("{error}");
            Arc::default()
        }
    }
}

/// The day by the device's clock and zone, as forms write it: `2026-11-27`.
pub fn today() -> String {
    let now = super::keeping::now();
    let seconds = (now.ms + i64::from(now.utc_offset_minutes) * 60_000).div_euclid(1000);
    jiff::Timestamp::from_second(seconds)
        .map(|at| jiff::tz::Offset::UTC.to_datetime(at).date().to_string())
        .unwrap_or_default()
}

async fn lists_of(store: &Rc<IndexedDb>, form: &Form) -> Arc<[Arc<EntityList>]> {
    let names = form.lists_read();
    if names.is_empty() {
        return Arc::default();
    }
    let said = super::device::list(store.said().await);
    let mut lists = Vec::with_capacity(names.len());
    for name in names {
        let told = super::device::list(store.entities(name).await);
        let is_said = said.iter().flat_map(|said| &said.changes).any(|change| change.list == name);
        // What nobody knows as a list is a file of the form's own.
        if !told.is_empty() || is_said || form.entity_lists().contains(&name) {
            lists.push(Arc::new(list(name, told, &said)));
        }
    }
    lists.into()
}

/// Of what was said here, what our own server has taken in: a pull that begins now tells of it.
pub async fn taken_in(store: &Rc<IndexedDb>) -> Vec<Uuid> {
    let Ok(said) = store.said().await else { return Vec::new() };
    if said.items.is_empty() {
        return Vec::new();
    }
    let Ok(delivered) = store.delivered().await else { return Vec::new() };
    let has_receipt = |id: Uuid| delivered.items.iter().any(|item| item.id == id && item.target == HOME);
    said.items.iter().map(|said| said.submission).filter(|id| has_receipt(*id)).collect()
}

/// A phone that nobody tells of anybody has its own word alone, and that without end: what its surveys touched longest ago, and what has arrived, goes.
pub async fn let_go(store: &Rc<IndexedDb>) {
    let Ok(said) = store.said().await else { return };
    if !is_at_its_bound(&said.items, MOST_BY_ITSELF) {
        return;
    }
    let Ok(waiting) = store.outbox().await else { return };
    let waits = |id: Uuid| waiting.items.iter().any(|item| item.id == id);
    give_way(store, &beyond(&said.items, MOST_BY_ITSELF, waits)).await;
}

/// The pull has come to its end: what the server had taken in by its beginning gives way.
pub async fn give_way(store: &Rc<IndexedDb>, taken_in: &[Uuid]) {
    if !taken_in.is_empty()
        && let Err(error) = store.drop_said(taken_in).await
    {
        leptos::logging::warn!("{error}");
    }
}
