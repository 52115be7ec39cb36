//! A secret that this phone and the office alone have: ECDH of a pair made for this once with the office's public key, then HKDF, then AES-GCM.
//!
//! Kept here: the pair's private half never leaves the browser's hands and goes with this value; each `info` makes another key, so that an initialisation
//! vector of nothing but zeros is used once with each.

use doorstep_delivery::for_office::{Agreed, IV, hkdf_salt};
use doorstep_delivery::recovery::POINT_BYTES;
use doorstep_delivery::store::StoreError;
use js_sys::{Array, ArrayBuffer, Object, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::CryptoKey;

use super::keys::object;
use super::{locked, settled, subtle, words};

const FAILED: &str = "nothing can be sealed for the office";

/// What was agreed on with the office's key.
#[derive(Debug)]
pub struct Agreement {
    office: [u8; POINT_BYTES],
    ephemeral: [u8; POINT_BYTES],
    /// What HKDF makes keys of.
    base: CryptoKey,
}

impl Agreement {
    /// With the office's public key, for this once.
    ///
    /// # Errors
    /// `Locked` if it is no public key, or the page has no cryptography.
    pub async fn with(office: &[u8; POINT_BYTES]) -> Result<Agreement, StoreError> {
        let pair = subtle()?.generate_key_with_object(&curve(), false, &words(&["deriveBits"]));
        let pair = settled(pair, FAILED).await?;
        let half = |name: &str| Reflect::get(&pair, &name.into()).map_err(|_| locked(FAILED));
        let (private, public) = (half("privateKey")?, half("publicKey")?);
        let exported = settled(subtle()?.export_key("raw", public.unchecked_ref()), FAILED).await?;
        let ephemeral = bytes(exported).try_into().map_err(|_| locked(FAILED))?;

        let agree = object(&[("name", "ECDH".into()), ("public", public_key(office).await?.into())]);
        let shared = subtle()?.derive_bits_with_object(&agree, private.unchecked_ref(), 256);
        let shared = Uint8Array::new(&settled(shared, FAILED).await?);
        let base = subtle()?.import_key_with_str("raw", &shared, "HKDF", false, &words(&["deriveKey"]));
        let base = settled(base, FAILED).await?.unchecked_into();
        Ok(Agreement { office: *office, ephemeral, base })
    }

    /// AES-GCM by the key that HKDF makes for `info`; `about` is authenticated with it.
    pub(super) async fn seal_bytes(
        &self,
        info: &[u8],
        about: &[u8],
        plain: &[u8],
    ) -> Result<Vec<u8>, StoreError> {
        let derive = object(&[
            ("name", "HKDF".into()),
            ("hash", "SHA-256".into()),
            ("salt", Uint8Array::from(&*hkdf_salt(&self.ephemeral, &self.office)).into()),
            ("info", Uint8Array::from(info).into()),
        ]);
        let what = object(&[("name", "AES-GCM".into()), ("length", 256.into())]);
        let usages = words(&["encrypt"]);
        let key = subtle()?.derive_key_with_object_and_object(&derive, &self.base, &what, false, &usages);
        let key: CryptoKey = settled(key, FAILED).await?.unchecked_into();
        let how = object(&[
            ("name", "AES-GCM".into()),
            ("iv", Uint8Array::from(&IV[..]).into()),
            ("additionalData", Uint8Array::from(about).into()),
        ]);
        let sealed = subtle()?.encrypt_with_object_and_u8_array(&how, &key, plain);
        Ok(bytes(settled(sealed, FAILED).await?))
    }
}

impl Agreed for Agreement {
    type Error = StoreError;

    fn office(&self) -> &[u8; POINT_BYTES] {
        &self.office
    }

    fn ephemeral(&self) -> &[u8; POINT_BYTES] {
        &self.ephemeral
    }

    async fn seal(&self, info: &str, about: &str, plain: &[u8]) -> Result<Vec<u8>, StoreError> {
        self.seal_bytes(info.as_bytes(), about.as_bytes(), plain).await
    }
}

/// The office's public key in the browser's hands, if it is a point of the curve.
pub(super) async fn public_key(point: &[u8; POINT_BYTES]) -> Result<CryptoKey, StoreError> {
    let point = Uint8Array::from(&point[..]);
    let imported = subtle()?.import_key_with_object("raw", &point, &curve(), false, &Array::new());
    Ok(settled(imported, "the office's key is no public key").await?.unchecked_into())
}

fn curve() -> Object {
    object(&[("name", "ECDH".into()), ("namedCurve", "P-256".into())])
}

fn bytes(buffer: JsValue) -> Vec<u8> {
    Uint8Array::new(&buffer.unchecked_into::<ArrayBuffer>()).to_vec()
}
