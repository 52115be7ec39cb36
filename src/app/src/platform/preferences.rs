//! What the reader chose and is no secret: theme, language, text size.
//!
//! Kept in `localStorage`, since it is needed before the first paint, when the encrypted store is not open yet.
//! Never an answer or a name (invariant 8); of a user of this phone, the random id that their database is named by.

use wasm_bindgen::JsCast;
use web_sys::StorageEvent;

use super::events::{Subscription, listen, window};

const PREFIX: &str = "doorstep.";

/// What was chosen under this name; nothing if nothing was, or the browser keeps nothing.
pub fn get(name: &str) -> Option<String> {
    storage()?.get_item(&key(name)).ok()?
}

/// Keeps a choice. A browser that keeps nothing asks again at the next start.
pub fn set(name: &str, value: &str) {
    if let Some(storage) = storage() {
        let _ = storage.set_item(&key(name), value);
    }
}

/// Calls `f` with the name of what another tab has set.
pub fn on_change(f: impl Fn(&str) + 'static) -> Subscription {
    listen(&window(), "storage", move |event| {
        let key = event.dyn_ref::<StorageEvent>().and_then(StorageEvent::key);
        if let Some(name) = key.as_deref().and_then(|key| key.strip_prefix(PREFIX)) {
            f(name);
        }
    })
}

/// Notes something for this tab alone, reloads included, until it is [taken](take_note).
pub fn note(name: &str, value: &str) {
    if let Some(storage) = of_this_tab() {
        let _ = storage.set_item(&key(name), value);
    }
}

/// What was noted for this tab; it is gone then.
pub fn take_note(name: &str) -> Option<String> {
    let storage = of_this_tab()?;
    let value = storage.get_item(&key(name)).ok()??;
    let _ = storage.remove_item(&key(name));
    Some(value)
}

fn of_this_tab() -> Option<web_sys::Storage> {
    window().session_storage().ok().flatten()
}

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

fn key(name: &str) -> String {
    format!("{PREFIX}{name}")
}
