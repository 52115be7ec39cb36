//! Seals what is kept on the device, and opens it again (invariant 8: what is stored is always encrypted).
//!
//! A random data key (AES-GCM, 256 bits) seals every record. How it lies on the disk, wrapped by the browser's device
//! key and by the PIN's, is [`keys`]' affair; here it is in the browser's hands, or it is not: then the vault is locked,
//! and nothing can be sealed or opened by anyone who still holds it.
//!
//! What is sealed for the office nobody can read here, and a locked phone is to send it: that lies under a key of its own, which asks for no PIN ([`Under`]).
//!
//! A sealed record is `1 or 2 | 12 bytes of initialisation vector, never used twice | ciphertext and tag`.
//! Store, id and version are authenticated with it, so that no record passes for another.

mod agreement;
mod keys;
mod recovery;
mod tries;

use std::cell::RefCell;

use doorstep_delivery::store::{StoreError, StoreErrorKind};
use js_sys::{Array, ArrayBuffer, Promise, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AesGcmParams, CryptoKey, SubtleCrypto};

use super::clock;
use super::database::Database;
use super::events::window;

pub use agreement::Agreement;
pub use keys::{Protection, Tried};
pub(super) use keys::{protection, recover, remove_pin, set_pin, set_wipe_after};
pub(super) use recovery::{is_office_key, request};

/// The key that a record is sealed by: the first byte of every sealed record says which, in its version.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub(super) enum Under {
    /// The user's data key: nothing of it opens while the phone is locked.
    User = 1,
    /// The key for sending, at hand also while the phone is locked: for what is sealed for the office.
    Sending = 2,
}

impl Under {
    /// The key that a sealed record is sealed by.
    pub(super) fn of(sealed: &JsValue) -> Option<Under> {
        match sealed.dyn_ref::<Uint8Array>()?.get_index(0) {
            1 => Some(Under::User),
            2 => Some(Under::Sending),
            _ => None,
        }
    }
}

const IV_BYTES: usize = 12;

/// The data key, unwrapped, in the browser's hands; or nothing.
#[derive(Debug)]
pub(super) struct Vault {
    key: RefCell<Option<CryptoKey>>,
    /// Nothing if it is damaged: then what lies under it can't be had, and all else can.
    sending: Option<CryptoKey>,
}

impl Vault {
    /// Unwraps the data key, unless a PIN is asked for first; makes the keys where there are none yet.
    ///
    /// # Errors
    /// `Locked` if the keys are damaged, or the page is not served over https and so has no cryptography.
    pub(super) async fn open(database: &Database) -> Result<Vault, StoreError> {
        let key = RefCell::new(keys::open(database).await?);
        Ok(Vault { key, sending: keys::sending(database).await.ok() })
    }

    /// Is the key not at hand?
    pub(super) fn is_locked(&self) -> bool {
        self.key.borrow().is_none()
    }

    /// Lets the key go. Whatever is sealed or opened from now on is refused as `Locked`.
    pub(super) fn lock(&self) {
        self.key.take();
    }

    /// Takes the key up if the PIN is right. `wiped` is the log's line for a wrong one too many.
    pub(super) async fn unlock(
        &self,
        database: &Database,
        pin: &str,
        now_ms: i64,
        wiped: &JsValue,
    ) -> Result<Tried, StoreError> {
        let (tried, key) = keys::try_pin(database, pin, now_ms, keys::Use::Records, wiped).await?;
        if key.is_some() {
            self.key.replace(key);
        }
        Ok(tried)
    }

    fn key(&self, under: Under) -> Result<CryptoKey, StoreError> {
        match under {
            Under::User => self.key.borrow().clone().ok_or_else(|| locked("the app is locked")),
            Under::Sending => self.sending.clone().ok_or_else(|| locked("the key for sending is damaged")),
        }
    }

    /// Begins to seal a record; await it before a transaction begins, with [`sealed`].
    pub(super) fn seal(&self, store: &str, id: &str, plain: &[u8]) -> Result<Sealing, StoreError> {
        self.seal_under(Under::User, store, id, plain)
    }

    /// The same by one key or the other.
    pub(super) fn seal_under(
        &self,
        under: Under,
        store: &str,
        id: &str,
        plain: &[u8],
    ) -> Result<Sealing, StoreError> {
        let iv = clock::random_bytes::<IV_BYTES>();
        let params = parameters(&iv, store, id, under);
        let promise = subtle()?
            .encrypt_with_object_and_u8_array(&params, &self.key(under)?, plain)
            .map_err(|_| locked("nothing can be encrypted"))?;
        Ok(Sealing { under, iv, promise })
    }

    /// Opens a record.
    ///
    /// # Errors
    /// `Unreadable` if it is not what was sealed, under this key, for this place.
    pub(super) async fn open_sealed(
        &self,
        store: &str,
        id: &str,
        sealed: &JsValue,
    ) -> Result<Vec<u8>, StoreError> {
        let unreadable = || StoreErrorKind::Unreadable.because(format!("the record in {store} is damaged"));
        let under = Under::of(sealed);
        let sealed = sealed.dyn_ref::<Uint8Array>().ok_or_else(unreadable)?.to_vec();
        let (&version, sealed) = sealed.split_first().ok_or_else(unreadable)?;
        let newer = || StoreErrorKind::Unreadable.because(format!("sealed in version {version}"));
        let under = under.ok_or_else(newer)?;
        let (iv, ciphertext) = sealed.split_first_chunk::<IV_BYTES>().ok_or_else(unreadable)?;
        let promise = subtle()?
            .decrypt_with_object_and_u8_array(
                &parameters(iv, store, id, under),
                &self.key(under)?,
                ciphertext,
            )
            .map_err(|_| unreadable())?;
        let plain = JsFuture::from(promise).await.map_err(|_| unreadable())?;
        Ok(Uint8Array::new(&plain).to_vec())
    }
}

/// A record that the browser is encrypting.
#[derive(Debug)]
pub(super) struct Sealing {
    under: Under,
    iv: [u8; IV_BYTES],
    promise: Promise,
}

impl Sealing {
    /// The sealed record.
    pub(super) async fn done(self) -> Result<JsValue, StoreError> {
        let ciphertext = settled(Ok(self.promise), "nothing can be encrypted").await?;
        let ciphertext = Uint8Array::new(&ciphertext.unchecked_into::<ArrayBuffer>());
        let sealed = Uint8Array::new_with_length(1 + IV_BYTES as u32 + ciphertext.length());
        sealed.set_index(0, self.under as u8);
        sealed.subarray(1, 1 + IV_BYTES as u32).copy_from(&self.iv);
        sealed.set(&ciphertext, 1 + IV_BYTES as u32);
        Ok(sealed.into())
    }
}

fn parameters(iv: &[u8; IV_BYTES], store: &str, id: &str, under: Under) -> AesGcmParams {
    let params = AesGcmParams::new_with_u8_array("AES-GCM", &Uint8Array::from(&iv[..]));
    let place = format!("doorstep\n{store}\n{id}\n{}", under as u8);
    params.set_additional_data_u8_array(&Uint8Array::from(place.as_bytes()));
    params
}

async fn settled(promise: Result<Promise, JsValue>, otherwise: &str) -> Result<JsValue, StoreError> {
    let promise = promise.map_err(|_| locked(otherwise))?;
    JsFuture::from(promise).await.map_err(|_| locked(otherwise))
}

/// The browser has none in a page without https, and then its getter gives nothing, whatever its type says.
fn subtle() -> Result<SubtleCrypto, StoreError> {
    let subtle = window().crypto().map(|crypto| JsValue::from(crypto.subtle()));
    match subtle {
        Ok(subtle) if !subtle.is_undefined() => Ok(subtle.unchecked_into()),
        Ok(_) | Err(_) => Err(locked("the page needs https to encrypt")),
    }
}

fn words(words: &[&str]) -> JsValue {
    words.iter().map(|word| JsValue::from(*word)).collect::<Array>().into()
}

fn locked(words: &str) -> StoreError {
    StoreErrorKind::Locked.because(words)
}
