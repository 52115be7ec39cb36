//! Seals what is kept on the device, and opens it again (invariant 8: what is stored is always encrypted).
//!
//! A random data key (AES-GCM, 256 bits) seals every record. It is kept only wrapped by a device key, which the
//! browser holds and gives to no script; a PIN will wrap it once more. A copy of the database's files is worth
//! nothing without the browser's own key, a stolen unlocked phone is: that is the PIN's work.
//!
//! A sealed record is `1 | 12 bytes of initialisation vector, never used twice | ciphertext and tag`.
//! Store, id and version are authenticated with it, so that no record passes for another.

use doorstep_delivery::store::{StoreError, StoreErrorKind};
use js_sys::{Array, ArrayBuffer, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AesGcmParams, CryptoKey, SubtleCrypto};

use super::clock;
use super::database::{Database, Durability, KEYS};
use super::events::window;

/// The version of the sealing, the first byte of every sealed record.
const VERSION: u8 = 1;
const IV_BYTES: usize = 12;
/// Where the device key lies, a `CryptoKey` that can't be exported.
const DEVICE: &str = "device";
/// Where the data key lies, wrapped by the device key.
const DATA: &str = "data";

/// The data key, unwrapped, in the browser's hands.
#[derive(Debug)]
pub(super) struct Vault {
    key: CryptoKey,
}

impl Vault {
    /// Unwraps the data key; makes both keys where there are none yet.
    ///
    /// # Errors
    /// `Locked` if the keys are damaged, or the page is not served over https and so has no cryptography.
    pub(super) async fn open(database: &Database) -> Result<Vault, StoreError> {
        if let Some(vault) = Vault::unwrap(database).await? {
            return Ok(vault);
        }
        match make_keys(database).await {
            // Another tab was faster: its keys are the ones.
            Err(error) if error.kind == StoreErrorKind::Conflict => {}
            made => made?,
        }
        Vault::unwrap(database).await?.ok_or_else(|| locked("the keys are gone"))
    }

    async fn unwrap(database: &Database) -> Result<Option<Vault>, StoreError> {
        let transaction = database.read(&[KEYS]).await?;
        let device = transaction.get(KEYS, &DEVICE.into()).await?;
        let data = transaction.get(KEYS, &DATA.into()).await?;
        let (device, wrapped) = match (device, data) {
            (Some(device), Some(data)) => (device, data),
            (None, None) => return Ok(None),
            (Some(_), None) | (None, Some(_)) => return Err(locked("one of the keys is gone")),
        };
        let device: CryptoKey = device.dyn_into().map_err(|_| locked("the device key is damaged"))?;
        let wrapped: Uint8Array = wrapped.dyn_into().map_err(|_| locked("the data key is damaged"))?;
        let promise = subtle()?.unwrap_key_with_js_u8_array_and_str_and_str(
            "raw",
            &wrapped,
            &device,
            "AES-KW",
            "AES-GCM",
            false,
            &words(&["encrypt", "decrypt"]),
        );
        let key = settled(promise, "the data key is damaged").await?;
        Ok(Some(Vault { key: key.unchecked_into() }))
    }

    /// Begins to seal a record; await it before a transaction begins, with [`sealed`].
    pub(super) fn seal(&self, store: &str, id: &str, plain: &[u8]) -> Result<Sealing, StoreError> {
        let iv = clock::random_bytes::<IV_BYTES>();
        let params = parameters(&iv, store, id);
        let promise = subtle()?
            .encrypt_with_object_and_u8_array(&params, &self.key, plain)
            .map_err(|_| locked("nothing can be encrypted"))?;
        Ok(Sealing { iv, promise })
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
        let sealed = sealed.dyn_ref::<Uint8Array>().ok_or_else(unreadable)?.to_vec();
        let (&version, sealed) = sealed.split_first().ok_or_else(unreadable)?;
        if version != VERSION {
            return Err(StoreErrorKind::Unreadable.because(format!("sealed in version {version}")));
        }
        let (iv, ciphertext) = sealed.split_first_chunk::<IV_BYTES>().ok_or_else(unreadable)?;
        let promise = subtle()?
            .decrypt_with_object_and_u8_array(&parameters(iv, store, id), &self.key, ciphertext)
            .map_err(|_| unreadable())?;
        let plain = JsFuture::from(promise).await.map_err(|_| unreadable())?;
        Ok(Uint8Array::new(&plain).to_vec())
    }
}

/// A record that the browser is encrypting.
#[derive(Debug)]
pub(super) struct Sealing {
    iv: [u8; IV_BYTES],
    promise: Promise,
}

impl Sealing {
    /// The sealed record.
    pub(super) async fn done(self) -> Result<JsValue, StoreError> {
        let ciphertext = settled(Ok(self.promise), "nothing can be encrypted").await?;
        let ciphertext = Uint8Array::new(&ciphertext.unchecked_into::<ArrayBuffer>());
        let sealed = Uint8Array::new_with_length(1 + IV_BYTES as u32 + ciphertext.length());
        sealed.set_index(0, VERSION);
        sealed.subarray(1, 1 + IV_BYTES as u32).copy_from(&self.iv);
        sealed.set(&ciphertext, 1 + IV_BYTES as u32);
        Ok(sealed.into())
    }
}

/// Makes both keys and keeps them, the data key only wrapped. `Conflict` if there are some already.
async fn make_keys(database: &Database) -> Result<(), StoreError> {
    let device = generate("AES-KW", false, &["wrapKey", "unwrapKey"]).await?;
    let data = generate("AES-GCM", true, &["encrypt", "decrypt"]).await?;
    let wrapped = subtle()?.wrap_key_with_str("raw", &data, &device, "AES-KW");
    let wrapped = Uint8Array::new(&settled(wrapped, "the data key can't be wrapped").await?);

    let transaction = database.write(&[KEYS], Durability::Strict).await?;
    transaction.add(KEYS, &DEVICE.into(), &device)?;
    transaction.add(KEYS, &DATA.into(), &wrapped)?;
    transaction.finish().await
}

async fn generate(algorithm: &str, extractable: bool, usages: &[&str]) -> Result<CryptoKey, StoreError> {
    let params = Object::new();
    for (name, value) in [("name", JsValue::from(algorithm)), ("length", JsValue::from(256))] {
        // Setting a property of a plain object can't fail.
        let _ = Reflect::set(&params, &name.into(), &value);
    }
    let promise = subtle()?.generate_key_with_object(&params, extractable, &words(usages));
    Ok(settled(promise, "no key can be made").await?.unchecked_into())
}

fn parameters(iv: &[u8; IV_BYTES], store: &str, id: &str) -> AesGcmParams {
    let params = AesGcmParams::new_with_u8_array("AES-GCM", &Uint8Array::from(&iv[..]));
    let place = format!("doorstep\n{store}\n{id}\n{VERSION}");
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
