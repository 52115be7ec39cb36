//! Whether the screen stays on while a form is open: as long as somebody is at it, unless the reader chose otherwise.
//!
//! Kept here: a phone that was put away with a form open goes dark by itself, as it would without this.

use leptos::prelude::*;

use crate::platform::awake::{Awake, keep};
use crate::platform::{clock, idle, preferences, timer};

/// Kept for this device.
const PREFERENCE: &str = "awake";
const NO: &str = "no";

/// So long after the last touch the screen is let go.
const IDLE_MS: i64 = 10 * 60_000;
const LOOK_MS: u32 = 30_000;

/// Is the screen to stay on?
pub fn is_wanted() -> bool {
    preferences::get(PREFERENCE).as_deref() != Some(NO)
}

/// Chooses, from the next form that is opened on.
pub fn want(wanted: bool) {
    preferences::set(PREFERENCE, if wanted { "" } else { NO });
}

/// Keeps the screen on as long as what is shown now is shown, and somebody is there.
pub fn while_shown() {
    if !is_wanted() {
        return;
    }
    let awake = StoredValue::new_local(None::<Awake>);
    let active_ms = StoredValue::new(0);
    let touched = move || {
        active_ms.try_set_value(clock::now_ms());
        awake.try_update_value(|awake| {
            awake.get_or_insert_with(keep);
        });
    };
    touched();
    let watched = idle::on_activity(touched);
    let looked = timer::every(LOOK_MS, move || {
        if active_ms.try_get_value().is_some_and(|at| clock::now_ms() - at >= IDLE_MS) {
            awake.try_update_value(Option::take);
        }
    });
    let watching = StoredValue::new_local(Some((watched, looked)));
    on_cleanup(move || {
        watching.try_update_value(Option::take);
        awake.try_update_value(Option::take);
    });
}
