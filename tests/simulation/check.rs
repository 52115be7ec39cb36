//! What must hold after every step and at every start, asked of the model and of what is really on a device.

use std::sync::Arc;

use doorstep_delivery::State;
use doorstep_delivery::memory_store::{MemoryStore, ready};
use doorstep_delivery::record::Record;
use doorstep_delivery::store::{LogEvent, Store, StoreError};
use doorstep_delivery::{Attachment, Submission, Uuid};
use doorstep_engine::Form;
use doorstep_engine::session::World as Surroundings;
use doorstep_engine::value::Value;

use crate::disk::Holdings;
use crate::model::{Doubt, Model, Place, Sealed};
use crate::office;
use crate::tab::{SECOND, state};
use crate::world::{PERSONAL, World};

/// What is on a device, beside the model: where each draft and submission is, and what has left (I1, I2, I4, I5).
///
/// # Errors
/// What does not hold.
pub fn places(world: &World, device: usize, store: &MemoryStore) -> Result<(), String> {
    let holdings = Holdings::read(store).map_err(unreadable)?;
    let model = &mut *world.model.borrow_mut();
    drafts(model, device, &holdings)?;
    let here: Vec<(Place, Sealed)> = model
        .sealed
        .range((device, Uuid::nil())..=(device, Uuid::max()))
        .map(|(place, sealed)| (*place, sealed.clone()))
        .collect();
    for (place, sealed) in here {
        if is_logged(&holdings, place.1, false) && is_doubted(model, place) {
            model.was_deleted(place);
            continue;
        }
        submission(&holdings, store, place, &sealed)?;
    }
    for item in &holdings.delivered {
        let server = usize::from(item.target == SECOND);
        let State::Delivered { receipt, .. } = &item.state else {
            return Err(format!("I4: {} left for `{}` without a receipt", item.id, item.target));
        };
        if !model.has(server, item.id, &item.hash, receipt.taken_in_as) {
            return Err(format!("I4: {} left for `{}`, which never accepted it", item.id, item.target));
        }
    }
    let gone = |id: Uuid| model.deleted.contains(&(device, id));
    if let Some(back) = holdings.outbox.iter().find(|item| gone(item.id)) {
        return Err(format!("{} was deleted and is in the outbox", back.id));
    }
    holdings.log.iter().for_each(|line| world.is_impersonal(&format!("{line:?}"), "the log"));
    holdings.outbox.iter().for_each(|item| world.is_impersonal(&item.key(), "a key"));
    Ok(())
}

/// Every draft shown as kept is there, or what was asked of it in vain has happened; none is there that should not be.
fn drafts(model: &mut Model, device: usize, holdings: &Holdings) -> Result<(), String> {
    let known: Vec<Place> = model.drafts.keys().filter(|place| place.0 == device).copied().collect();
    for place in known {
        if holdings.drafts.iter().any(|draft| draft.id == place.1) {
            continue;
        }
        let doubts = model.doubts.get(&place).map(Vec::as_slice).unwrap_or_default();
        let is_there = |hash: &str| {
            let mut items = holdings.outbox.iter().chain(&holdings.delivered);
            items.any(|item| item.id == place.1 && item.hash == hash)
        };
        let sealed = doubts.iter().find_map(|doubt| match doubt {
            Doubt::Sealing(sealed) if is_there(&sealed.hash) => Some(sealed.clone()),
            Doubt::Sealing(_) | Doubt::Deleting => None,
        });
        if let Some(sealed) = sealed {
            model.was_sealed(place, sealed);
        } else if is_doubted(model, place) && is_logged(holdings, place.1, true) {
            model.was_deleted(place);
        } else {
            return Err(format!("I1: {} was shown as kept and is not there", place.1));
        }
    }
    for draft in &holdings.drafts {
        let place = (device, draft.id);
        if model.sealed.contains_key(&place) || model.deleted.contains(&place) {
            return Err(format!("{} was sealed or deleted and is a draft again", draft.id));
        }
    }
    Ok(())
}

fn is_doubted(model: &Model, place: Place) -> bool {
    let doubts = model.doubts.get(&place).map(Vec::as_slice).unwrap_or_default();
    doubts.iter().any(|doubt| matches!(doubt, Doubt::Deleting))
}

fn is_logged(holdings: &Holdings, id: Uuid, draft: bool) -> bool {
    holdings.log.iter().any(|line| line.id == id && draft == (line.event == LogEvent::DraftDeleted))
}

/// For each target it waits, with its bytes and files, or has its receipt (I2).
fn submission(holdings: &Holdings, store: &MemoryStore, place: Place, sealed: &Sealed) -> Result<(), String> {
    let id = place.1;
    let mut waits = false;
    for target in &sealed.targets {
        let its = |item: &&doorstep_delivery::OutboxItem| item.id == id && item.target == *target;
        let waiting = holdings.outbox.iter().filter(its).count();
        let delivered = holdings.delivered.iter().filter(its).count();
        if waiting + delivered != 1 {
            return Err(format!(
                "I2: {id} for `{target}` waits {waiting} times and is delivered {delivered} times"
            ));
        }
        waits |= waiting == 1;
    }
    if !waits {
        return Ok(());
    }
    let kept = ready(store.load_submission(id)).map_err(unreadable)?;
    if let Some(kept) = kept.as_ref().filter(|kept| kept.is_for_office()) {
        sealed_for_office(store, kept)?;
    }
    if kept.is_none_or(|kept| kept.hash() != sealed.hash) {
        return Err(format!("I2: {id} waits without its bytes"));
    }
    for (name, hash) in &sealed.files {
        if file_hash(store, id, name)?.as_ref() != Some(hash) {
            return Err(format!("I2: {id} waits without a file that it names"));
        }
    }
    Ok(())
}

/// Nothing of it can be read here, and no file that can is left of it (I8).
fn sealed_for_office(store: &MemoryStore, kept: &Submission) -> Result<(), String> {
    let id = kept.id();
    let files = ready(store.files(id)).map_err(unreadable)?.items;
    let record = kept.to_bytes();
    let mut readable = String::from_utf8_lossy(&record).into_owned();
    for file in &files {
        let bytes = ready(store.load_file(id, &file.name)).map_err(unreadable)?.unwrap_or_default();
        readable += &file.name;
        readable += &String::from_utf8_lossy(&bytes);
    }
    match office::are_sealed(&files) && !readable.contains(PERSONAL) {
        true => Ok(()),
        false => Err(format!("I8: {id} is sealed for the office and can be read here")),
    }
}

/// A file's hash, from its bytes.
fn file_hash(store: &MemoryStore, owner: Uuid, name: &str) -> Result<Option<String>, String> {
    let bytes = ready(store.load_file(owner, name)).map_err(unreadable)?;
    let file = bytes.and_then(|bytes| Attachment::of(name, "image/jpeg", &bytes));
    Ok(file.map(|file| file.hash))
}

/// A draft that is there though nobody ever heard so: from now on it counts as it is.
pub fn comes_to_light(model: &mut Model, place: Place, state: String, store: &MemoryStore) {
    model.began(place, state);
    for file in ready(store.files(place.1)).unwrap_or_default().items {
        model.gave(place, &file.name, &file.hash, true);
    }
}

/// A draft as a start finds it: a state that its reader saw, none older than the one shown as kept, with its files (I1).
///
/// # Errors
/// What does not hold.
pub fn found(model: &mut Model, form: &Arc<Form>, place: Place, store: &MemoryStore) -> Result<(), String> {
    let id = place.1;
    let stored = ready(store.load_draft(id)).map_err(unreadable)?;
    let Some(stored) = stored else { return Err(format!("I1: {id} is listed and not there")) };
    let surroundings = Surroundings { now_ms: 1, seed: 1, ..Surroundings::default() };
    let opened = stored.draft.open(&stored.steps, form.clone(), surroundings);
    let opened = opened.map_err(|error| format!("I1: {id} does not open: {error:?}"))?;
    let Some(seen) = model.drafts.get_mut(&place) else { return Ok(()) };
    let found = state(&opened.session, &opened.cursor);
    match seen.states.iter().position(|state| *state == found) {
        _ if seen.unseen => {}
        Some(number) => seen.states.truncate(number + 1),
        None => {
            return Err(format!(
                "I1: {id} is not as its reader saw it since it was kept: {found}\n  but {:?}",
                seen.states
            ));
        }
    }
    let named = opened.session.at("/visit/photo").and_then(|key| opened.session.value(key).cloned());
    if let Some(Value::Attachment(name)) = named {
        let kept = file_hash(store, id, &name)?;
        let given = seen.files.get(&*name).map(Vec::as_slice).unwrap_or_default();
        if kept.is_none_or(|kept| !given.contains(&kept)) {
            return Err(format!("I1: {id} names a file that is not there, or another one"));
        }
    }
    if std::mem::take(&mut seen.unseen) {
        seen.states = vec![found];
    }
    Ok(())
}

fn unreadable(error: StoreError) -> String {
    format!("I1: a record can't be read: {error}")
}
