//! The key that this device signs with: made when first asked for, kept by the browser, exported to no script.

use doorstep_delivery::store::{StoreError, StoreErrorKind};
use js_sys::{Object, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::CryptoKey;

use super::super::database::{Durability, KEYS};
use super::super::rescue::new_signing_key;
use super::IndexedDb;
use super::records::{field, set};

/// Where it lies among the keys.
const SIGNING: &str = "signing";

impl IndexedDb {
    /// The private key, and the public one as an uncompressed point.
    ///
    /// # Errors
    /// `Locked` if no key can be made.
    pub(in super::super) async fn signing_key(&self) -> Result<(CryptoKey, Vec<u8>), StoreError> {
        if let Some(kept) = self.kept_signing_key().await? {
            return Ok(kept);
        }
        let locked = |_| StoreErrorKind::Locked.because("no key can be made");
        let (private, public) = new_signing_key().await.map_err(locked)?;
        let record = JsValue::from(Object::new());
        set(&record, "private", &private);
        set(&record, "public", &Uint8Array::from(&*public));
        let transaction = self.database.write(&[KEYS], Durability::Strict).await?;
        transaction.add(KEYS, &SIGNING.into(), &record)?;
        match transaction.finish().await {
            Ok(()) => Ok((private, public)),
            // Another tab was faster: its key is the one.
            Err(error) if error.kind == StoreErrorKind::Conflict => {
                let kept = self.kept_signing_key().await?;
                kept.ok_or_else(|| StoreErrorKind::Locked.because("the key is gone"))
            }
            Err(error) => Err(error),
        }
    }

    async fn kept_signing_key(&self) -> Result<Option<(CryptoKey, Vec<u8>)>, StoreError> {
        let Some(kept) = self.get(KEYS, SIGNING).await? else { return Ok(None) };
        let damaged = |_| StoreErrorKind::Locked.because("the signing key is damaged");
        let private: CryptoKey = field(&kept, "private").dyn_into().map_err(damaged)?;
        let public: Uint8Array = field(&kept, "public").dyn_into().map_err(damaged)?;
        Ok(Some((private, public.to_vec())))
    }
}
