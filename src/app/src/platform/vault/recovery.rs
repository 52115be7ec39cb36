//! The data key's third wrap, for a forgotten PIN: by a secret that only the office can say, see
//! [`doorstep_delivery::recovery`].
//!
//! Under `recovery` lies the request, and the data key wrapped by the secret and that by the device key. It is made with
//! every PIN anew, in the same transaction, and goes with it: an answer of the office is good for one request.

use doorstep_delivery::for_office::Agreed;
use doorstep_delivery::recovery::{INFO, POINT_BYTES, Request, SECRET_BYTES};
use doorstep_delivery::store::StoreError;
use js_sys::Uint8Array;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::CryptoKey;

use super::super::clock;
use super::super::database::{Database, KEYS};
use super::agreement::{Agreement, public_key};
use super::keys::{self, Use, field, object};
use super::{locked, settled, subtle, words};

/// Where it lies.
pub(super) const RECOVERY: &str = "recovery";
const REQUEST: &str = "request";
const WRAPPED: &str = "wrapped";

/// The record for a data key that may be wrapped.
pub(super) async fn make(
    key: &CryptoKey,
    device: &CryptoKey,
    office: &[u8; POINT_BYTES],
) -> Result<JsValue, StoreError> {
    let secret = clock::random_bytes::<SECRET_BYTES>();
    let request = seal(&secret, office).await?;
    let within = keys::wrap(key, &wrapping_key(&secret).await?).await?;
    let wrapped = keys::wrap_wrapped(&within, device).await?;
    let request = Uint8Array::from(&*request.to_bytes());
    Ok(object(&[(REQUEST, request.into()), (WRAPPED, wrapped.into())]).into())
}

/// What is shown to the office; nothing if the PIN was set without its key.
pub(in super::super) async fn request(database: &Database) -> Result<Option<Request>, StoreError> {
    let kept = database.read(&[KEYS]).await?.get(KEYS, &RECOVERY.into()).await?;
    Ok(kept.as_ref().and_then(read_request))
}

/// The request of a record.
pub(super) fn read_request(kept: &JsValue) -> Option<Request> {
    let bytes: Uint8Array = field(kept, REQUEST).dyn_into().ok()?;
    Request::from_bytes(&bytes.to_vec())
}

/// The data key, to be wrapped anew; nothing if the secret is another.
pub(super) async fn open(
    kept: &JsValue,
    device: &CryptoKey,
    secret: &[u8; SECRET_BYTES],
) -> Result<Option<CryptoKey>, StoreError> {
    let wrapped: Uint8Array =
        field(kept, WRAPPED).dyn_into().map_err(|_| locked("the recovery wrap is damaged"))?;
    let within = keys::unwrap_wrapped(&wrapped, device).await?;
    let by = wrapping_key(secret).await?;
    Ok(keys::unwrap(&within, &by, Use::Wrapping).await.ok())
}

/// Is this a point of the curve, so that it can be sealed for?
pub(in super::super) async fn is_office_key(office: &[u8; POINT_BYTES]) -> bool {
    public_key(office).await.is_ok()
}

async fn seal(secret: &[u8; SECRET_BYTES], office: &[u8; POINT_BYTES]) -> Result<Request, StoreError> {
    let agreed = Agreement::with(office).await?;
    let sealed = agreed.seal_bytes(INFO, INFO, secret).await?;
    let sealed = sealed.try_into().map_err(|_| locked("nothing can be sealed for the office"))?;
    Ok(Request { ephemeral: *agreed.ephemeral(), sealed })
}

/// The secret as a key that wraps.
async fn wrapping_key(secret: &[u8; SECRET_BYTES]) -> Result<CryptoKey, StoreError> {
    let secret = Uint8Array::from(&secret[..]);
    let usages = words(&["wrapKey", "unwrapKey"]);
    let imported = subtle()?.import_key_with_str("raw", &secret, "AES-KW", false, &usages);
    Ok(settled(imported, "no key can be made of a secret").await?.unchecked_into())
}
