//! What the reader chose and is no secret: theme, language, text size.
//!
//! Kept in `localStorage`, since it is needed before the first paint, when the encrypted store is not open yet.
//! Never an answer, a name or an id of anyone (invariant 8).

use super::events::window;

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

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

fn key(name: &str) -> String {
    format!("doorstep.{name}")
}
