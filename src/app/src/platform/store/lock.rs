//! Who may open the device's store: the PIN, and the lock.
//!
//! A locked store answers every call that seals or opens with `Locked`; what lies there stays as it is.

use doorstep_delivery::recovery::{POINT_BYTES, Request, SECRET_BYTES};
use doorstep_delivery::store::{LogEvent, LogLine, StoreError};
use doorstep_delivery::{Moment, Uuid};
use wasm_bindgen::JsValue;

use super::super::vault::{self, Protection, Tried};
use super::{IndexedDb, NAME, log_record};

/// The office's public key.
pub type OfficeKey = [u8; POINT_BYTES];

/// Is this a key that can be sealed for?
pub async fn is_office_key(point: &OfficeKey) -> bool {
    vault::is_office_key(point).await
}

impl IndexedDb {
    /// Opens a user's store, which shares nothing with another's. The first user's id is empty.
    ///
    /// # Errors
    /// As [`IndexedDb::open`].
    pub async fn open_of(user: &str) -> Result<IndexedDb, StoreError> {
        match user {
            "" => IndexedDb::open().await,
            id => IndexedDb::open_named(&format!("{NAME}-{id}")).await,
        }
    }

    /// Is the key not at hand?
    pub fn is_locked(&self) -> bool {
        self.vault.is_locked()
    }

    /// Drops the key from memory. Whatever still uses this store is refused from now on.
    pub fn lock(&self) {
        self.vault.lock();
    }

    /// Tries a PIN, and unlocks the store if it is the one.
    pub async fn unlock(&self, pin: &str, now: Moment) -> Result<Tried, StoreError> {
        self.vault.unlock(&self.database, pin, now.ms, &wiped(now)).await
    }

    /// How the store is protected; can be asked of a locked one.
    pub async fn protection(&self, now: Moment) -> Result<Protection, StoreError> {
        vault::protection(&self.database, now.ms).await
    }

    /// Strict. Sets a PIN, or another one: `held` is the one that is set, if one is. With the office's key, it can help
    /// whoever forgets it.
    ///
    /// # Errors
    /// `Conflict` if another tab was faster. Whatever goes wrong, the store opens as before.
    pub async fn set_pin(
        &self,
        held: Option<&str>,
        pin: &str,
        office: Option<&OfficeKey>,
        now: Moment,
    ) -> Result<Tried, StoreError> {
        vault::set_pin(&self.database, held, pin, office, now.ms, &wiped(now)).await
    }

    /// What the office is shown if the PIN was forgotten; nothing if it was set without the office's key.
    pub async fn recovery_request(&self) -> Result<Option<Request>, StoreError> {
        vault::request(&self.database).await
    }

    /// Strict. Opens the store by the secret that the office answered with, and sets a new PIN. False: it is another.
    ///
    /// # Errors
    /// `Gone` if the office can't help. Whatever goes wrong, the store opens as before.
    pub async fn recover(
        &self,
        secret: &[u8; SECRET_BYTES],
        pin: &str,
        office: Option<&OfficeKey>,
        now: Moment,
    ) -> Result<bool, StoreError> {
        let right = vault::recover(&self.database, secret, pin, office).await?;
        if right {
            self.unlock(pin, now).await?;
        }
        Ok(right)
    }

    /// Strict. Takes the PIN away; the device key alone opens the store then.
    ///
    /// # Errors
    /// As [`IndexedDb::set_pin`]; `Gone` if none is set.
    pub async fn remove_pin(&self, held: &str, now: Moment) -> Result<Tried, StoreError> {
        vault::remove_pin(&self.database, held, now.ms, &wiped(now)).await
    }

    /// Strict. The office's setting: after so many wrong PINs the wrapped key is wiped; nothing: never.
    pub async fn set_wipe_after(&self, wrong: Option<u32>) -> Result<(), StoreError> {
        vault::set_wipe_after(&self.database, wrong).await
    }
}

fn wiped(at: Moment) -> JsValue {
    log_record(&LogLine { at, event: LogEvent::KeyWiped, id: Uuid::nil() })
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests;
