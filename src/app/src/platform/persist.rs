//! Asks that what is kept on the device stays there, and how much room there is.

use wasm_bindgen_futures::JsFuture;

use super::events::window;

/// How much the browser lets the app keep. Both are estimates.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Room {
    /// Bytes in use.
    pub used: u64,
    /// Bytes that may be used in all.
    pub quota: u64,
}

impl Room {
    /// Bytes still free.
    pub fn free(self) -> u64 {
        self.quota.saturating_sub(self.used)
    }
}

/// Asks the browser not to clear the app's data when it needs room. Best after the first draft was kept.
/// `true`: it will not. `false`: it may; the notice that says so is the caller's.
pub async fn ask() -> bool {
    let Ok(promise) = window().navigator().storage().persist() else { return false };
    JsFuture::from(promise).await.is_ok_and(|granted| granted.is_truthy())
}

/// Was that granted before?
pub async fn is_granted() -> bool {
    let Ok(promise) = window().navigator().storage().persisted() else { return false };
    JsFuture::from(promise).await.is_ok_and(|granted| granted.is_truthy())
}

/// How much room there is, if the browser says so.
pub async fn room() -> Option<Room> {
    let promise = window().navigator().storage().estimate().ok()?;
    let estimate = web_sys::StorageEstimate::from(JsFuture::from(promise).await.ok()?);
    Some(Room { used: estimate.get_usage()? as u64, quota: estimate.get_quota()? as u64 })
}
