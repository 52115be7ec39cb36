//! The question that the reader was at, kept over a lock and a reload of the tab: form paths and ids, no answers.

use std::cell::RefCell;

use doorstep_delivery::Uuid;

use crate::platform::preferences;

const NOTE: &str = "place";

thread_local! {
    static LAST: RefCell<Option<(Uuid, String)>> = const { RefCell::new(None) };
}

/// The reader is at this question of this draft.
pub fn at(draft: Uuid, path: String) {
    LAST.set(Some((draft, path)));
}

/// The page may go at any moment, or is locked: whoever comes back is to be where they were.
pub fn hold() {
    LAST.with_borrow(|last| {
        if let Some((draft, path)) = last {
            preferences::note(NOTE, &format!("{draft} {path}"));
        }
    });
}

/// Where the reader was in this draft when the page went, said once.
pub fn take(draft: Uuid) -> Option<String> {
    let held = preferences::take_note(NOTE)?;
    let (of, path) = held.split_once(' ')?;
    (of == draft.to_string()).then(|| path.to_owned())
}

/// Nobody is anywhere any more: the phone is another user's.
pub fn forget() {
    LAST.set(None);
    let _ = preferences::take_note(NOTE);
}
