//! A device that stands in a station for whoever comes: begun by somebody of the staff, and left with a PIN of its own.
//!
//! It has a store of its own, as each user has one, that asks for no PIN: what is handed in waits there until it is receipted, and nobody at the kiosk has a way to
//! it. Kept here: whoever ends, or is gone, leaves no draft; the page is loaded anew, so that nothing of it is in memory or in the browser's history. The PIN lies
//! in a store that holds nothing else, so that wrong ones cost nobody's answers.

pub mod call;
mod idle;
pub mod night;
mod own_case;

use std::rc::Rc;

use doorstep_delivery::store::{Store, StoreError, StoreErrorKind};
use doorstep_delivery::{FormVersion, Residents};
use leptos::prelude::*;

pub use idle::{ASKS_AFTER_S, Idle, idle};
pub use own_case::{OwnCase, Service, masked, own_case};

use super::device::{Device, list};
use super::keeping::{Keeping, now};
use super::place;
use crate::platform::store::{IndexedDb, Tried};
use crate::platform::users::User;
use crate::platform::{clock, page, preferences};

/// The address.
pub const ADDRESS: &str = "/kiosk";
/// The user whose store is the kiosk's; no user of the phone has that id, and none is shown.
const USER: &str = "6b696f736b000000";
/// Which form it shows, by its id; empty: a menu.
const FORM: &str = "kiosk-form";
/// Which store has the PIN; empty: it is no kiosk.
const ON: &str = "kiosk";
/// Was it ever one? Then what waits there is sent from outside, too.
const WAS: &str = "kiosk-was";
const PHONE: &str = "kiosk-phone";
const ASKS_AFTER: &str = "kiosk-asks-after";

/// Is this device a kiosk now?
pub fn is_on() -> bool {
    preferences::get(ON).is_some_and(|store| !store.is_empty())
}

/// Whose store it is.
pub fn user() -> User {
    User { id: USER.to_owned(), name: String::new() }
}

/// Is that the kiosk's?
pub fn is_kiosks(user: &User) -> bool {
    user.id == USER
}

/// Was this device ever a kiosk?
pub fn was() -> bool {
    preferences::get(WAS).is_some()
}

/// Does nobody but residents fill that form in?
pub fn is_for_kiosks(version: &FormVersion) -> bool {
    version.residents == Residents::Alone
}

/// The form that is shown instead of a menu.
pub fn form() -> Option<String> {
    preferences::get(FORM).filter(|form| !form.is_empty())
}

/// The forms that residents may begin here, in force, by their ids.
pub fn forms(all: &[FormVersion]) -> Vec<FormVersion> {
    let theirs = all.iter().filter(|version| version.current && version.residents != Residents::No);
    let mut theirs: Vec<FormVersion> = theirs.cloned().collect();
    theirs.sort_by(|one, other| one.form.id.cmp(&other.form.id));
    theirs
}

/// The phone of the station's desk; empty: none.
pub fn phone() -> String {
    preferences::get(PHONE).unwrap_or_default()
}

/// After so many seconds without a touch it asks.
pub fn asks_after_s() -> u32 {
    preferences::get(ASKS_AFTER).and_then(|chosen| chosen.parse().ok()).unwrap_or(ASKS_AFTER_S)
}

/// Makes it one: from now on nothing else is shown on this device.
///
/// # Errors
/// [`StoreError`]: it is none.
pub async fn begin(pin: &str, phone: &str, form: &str) -> Result<(), StoreError> {
    // A store of its own each time: no PIN of earlier is in the way.
    let id = format!("{:016x}", u64::from_be_bytes(clock::random_bytes()));
    match IndexedDb::open_of(&id).await?.set_pin(None, pin, None, now()).await? {
        Tried::Right => {}
        Tried::Wrong { .. } | Tried::TooSoon(_) | Tried::Wiped => {
            return Err(StoreErrorKind::Conflict.because("a PIN is set there already"));
        }
    }
    preferences::set(PHONE, phone);
    preferences::set(FORM, form);
    preferences::set(WAS, "1");
    preferences::set(ON, &id);
    page::replace(ADDRESS);
    Ok(())
}

/// Tries the PIN to leave it; the right one leads to the staff's own lock.
///
/// # Errors
/// [`StoreError`]: it is a kiosk still.
pub async fn leave(device: Device, pin: &str) -> Result<Tried, StoreError> {
    let id = preferences::get(ON).unwrap_or_default();
    let tried = IndexedDb::open_of(&id).await?.unlock(pin, now()).await?;
    if tried == Tried::Right {
        forget_drafts(device).await;
        preferences::set(ON, "");
        page::replace("/");
    }
    Ok(tried)
}

/// Nobody's answers stay: drafts go, and the page is loaded anew in place of this one.
pub async fn start_anew(device: Device, open: Option<Rc<Keeping>>) {
    if let Some(keeping) = open {
        keeping.end();
    }
    place::forget();
    forget_drafts(device).await;
    page::replace(ADDRESS);
}

/// Deletes every draft of the kiosk's: also those that a browser which was killed has left.
pub async fn forget_drafts(device: Device) {
    let store = device.store();
    for draft in list(store.drafts().await) {
        if let Err(error) = store.delete_draft(draft.id, now()).await {
            leptos::logging::error!("{error}");
        }
    }
    untrack(|| device.drafts.set(Vec::new()));
}

#[cfg(test)]
mod tests {
    use doorstep_delivery::FormRef;

    use super::*;

    #[test]
    fn residents_begin_what_names_them_in_its_version_of_today() {
        let version = |id: &str, residents, current| FormVersion {
            form: FormRef { id: id.into(), version: "1".into(), hash: format!("{id}{current}") },
            titles: Vec::new(),
            current,
            residents,
        };
        let all = [
            version("phq-9", Residents::Also, true),
            version("household-needs", Residents::No, true),
            version("kiosk-help", Residents::Alone, false),
            version("kiosk-help", Residents::Alone, true),
        ];
        let ids: Vec<String> = forms(&all).into_iter().map(|version| version.form.hash).collect();
        assert_eq!(ids, ["kiosk-helptrue", "phq-9true"]);
        let on_home: Vec<&str> =
            all.iter().filter(|version| !is_for_kiosks(version)).map(|version| &*version.form.id).collect();
        assert_eq!(on_home, ["phq-9", "household-needs"]);
    }
}
