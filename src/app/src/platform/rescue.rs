//! Seals a rescue with a password and this device's signature, opens one, and moves files in and out of the browser.
//!
//! The device's signing key never leaves the browser's hands; a password is always asked for, since what is written
//! would otherwise lie readable among the phone's downloads.

use doorstep_delivery::Moment;
use doorstep_delivery::rescue::{Envelope, LARGEST, Lock, Rescue};
use doorstep_delivery::store::StoreError;
use js_sys::{Array, ArrayBuffer, Object, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AesGcmParams, Blob, BlobPropertyBag, CryptoKey, HtmlAnchorElement, HtmlInputElement, SubtleCrypto, Url,
};

use super::clock;
use super::events::{document, window};
use super::store::IndexedDb;

/// PBKDF2's iterations: what takes a phone a second.
const ITERATIONS: u32 = 600_000;

/// Why a rescue file can't be opened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OpenError {
    /// It is none, or damaged, or its signature is not its device's.
    Damaged,
    /// Written by a newer Doorstep.
    Newer,
    /// Another password.
    WrongPassword,
}

/// Seals everything unsent.
///
/// # Errors
/// `Locked` if the browser has no cryptography or the device is locked.
pub async fn seal(
    store: &IndexedDb,
    rescue: &Rescue,
    made_at: Moment,
    password: &str,
) -> Result<Vec<u8>, StoreError> {
    let (private, device) = store.signing_key().await?;
    let lock = Lock { iterations: ITERATIONS, salt: clock::random_bytes(), iv: clock::random_bytes() };
    let mut envelope =
        Envelope { made_at, device, lock: Some(lock.clone()), payload: Vec::new(), signature: Vec::new() };
    let failed = |_| StoreError {
        kind: doorstep_delivery::store::StoreErrorKind::Locked,
        words: "the browser can't encrypt".into(),
    };
    let key = key_of(password, &lock).await.map_err(failed)?;
    let params = parameters(&lock, &envelope.about());
    let sealing =
        subtle().map_err(failed)?.encrypt_with_object_and_u8_array(&params, &key, &rescue.to_bytes());
    envelope.payload = settled(sealing).await.map_err(failed)?;
    let signing = subtle().map_err(failed)?.sign_with_object_and_u8_array(
        &object(&[("name", "ECDSA".into()), ("hash", "SHA-256".into())]),
        &private,
        &envelope.signed(),
    );
    envelope.signature = settled(signing).await.map_err(failed)?;
    Ok(envelope.to_bytes())
}

/// Opens a rescue file; gives what is in it.
///
/// # Errors
/// [`OpenError`].
pub async fn open(bytes: &[u8], password: &str) -> Result<Rescue, OpenError> {
    use doorstep_delivery::rescue::{NotARescue, NotAnEnvelope};
    let envelope = Envelope::from_bytes(bytes).map_err(|error| match error {
        NotAnEnvelope::Damaged => OpenError::Damaged,
        NotAnEnvelope::Newer(_) => OpenError::Newer,
    })?;
    if !is_signed(&envelope).await.unwrap_or(false) {
        return Err(OpenError::Damaged);
    }
    let payload = match &envelope.lock {
        Some(lock) => {
            let wrong = |_| OpenError::WrongPassword;
            let key = key_of(password, lock).await.map_err(wrong)?;
            let params = parameters(lock, &envelope.about());
            let opening =
                subtle().map_err(wrong)?.decrypt_with_object_and_u8_array(&params, &key, &envelope.payload);
            settled(opening).await.map_err(wrong)?
        }
        None => envelope.payload,
    };
    Rescue::from_bytes(&payload).map_err(|error| match error {
        NotARescue::Damaged => OpenError::Damaged,
        NotARescue::Newer(_) => OpenError::Newer,
    })
}

/// Gives a file of that media type to the browser to be saved, as a download.
pub fn save_as(name: &str, media_type: &str, bytes: &[u8]) {
    let parts = Array::of1(&Uint8Array::from(bytes));
    let options = BlobPropertyBag::new();
    options.set_type(media_type);
    let Ok(blob) = Blob::new_with_u8_array_sequence_and_options(&parts, &options) else { return };
    let Ok(url) = Url::create_object_url_with_blob(&blob) else { return };
    if let Ok(link) = document().create_element("a") {
        let link: HtmlAnchorElement = link.unchecked_into();
        link.set_href(&url);
        link.set_download(name);
        link.click();
    }
    // The download has begun; what it holds must not stay in memory.
    super::timer::spawn(async move {
        super::timer::sleep(60_000).await;
        let _ = Url::revoke_object_url(&url);
    });
}

/// The bytes of the file that was chosen in the file field of that id. `None` if there is none, or it can't be or is too large.
pub async fn chosen_file(id: &str) -> Option<Vec<u8>> {
    let field: HtmlInputElement = document().get_element_by_id(id)?.dyn_into().ok()?;
    let file = field.files()?.get(0)?;
    if file.size() > LARGEST as f64 {
        return None;
    }
    let bytes = JsFuture::from(file.array_buffer()).await.ok()?;
    Some(Uint8Array::new(&bytes).to_vec())
}

/// What the file that is chosen in a field is called.
pub fn chosen_name(id: &str) -> Option<String> {
    let field: HtmlInputElement = document().get_element_by_id(id)?.dyn_into().ok()?;
    Some(field.files()?.get(0)?.name())
}

/// A new signing key: the private half, which can't be exported, and the public one as a point.
pub(super) async fn new_signing_key() -> Result<(CryptoKey, Vec<u8>), JsValue> {
    let algorithm = object(&[("name", "ECDSA".into()), ("namedCurve", "P-256".into())]);
    let usages = Array::of2(&"sign".into(), &"verify".into());
    let pair = subtle()?.generate_key_with_object(&algorithm, false, &usages)?;
    let pair = JsFuture::from(pair).await?;
    let half = |name: &str| Reflect::get(&pair, &name.into()).map(JsValue::unchecked_into::<CryptoKey>);
    let public = settled(subtle()?.export_key("raw", &half("publicKey")?)).await?;
    Ok((half("privateKey")?, public))
}

async fn is_signed(envelope: &Envelope) -> Result<bool, JsValue> {
    let algorithm = object(&[("name", "ECDSA".into()), ("namedCurve", "P-256".into())]);
    let usages = Array::of1(&"verify".into());
    let point = Uint8Array::from(&*envelope.device);
    let key = subtle()?.import_key_with_object("raw", &point, &algorithm, false, &usages)?;
    let key: CryptoKey = JsFuture::from(key).await?.unchecked_into();
    let verified = subtle()?.verify_with_object_and_u8_array_and_u8_array(
        &object(&[("name", "ECDSA".into()), ("hash", "SHA-256".into())]),
        &key,
        &envelope.signature,
        &envelope.signed(),
    )?;
    Ok(JsFuture::from(verified).await?.is_truthy())
}

async fn key_of(password: &str, lock: &Lock) -> Result<CryptoKey, JsValue> {
    let base = Uint8Array::from(password.as_bytes());
    let usages = Array::of1(&"deriveKey".into());
    let base = subtle()?.import_key_with_str("raw", &base, "PBKDF2", false, &usages)?;
    let base: CryptoKey = JsFuture::from(base).await?.unchecked_into();
    let algorithm = object(&[
        ("name", "PBKDF2".into()),
        ("hash", "SHA-256".into()),
        ("salt", Uint8Array::from(&lock.salt[..]).into()),
        ("iterations", lock.iterations.into()),
    ]);
    let made = object(&[("name", "AES-GCM".into()), ("length", 256.into())]);
    let usages = Array::of2(&"encrypt".into(), &"decrypt".into());
    let key = subtle()?.derive_key_with_object_and_object(&algorithm, &base, &made, false, &usages)?;
    Ok(JsFuture::from(key).await?.unchecked_into())
}

fn parameters(lock: &Lock, about: &str) -> AesGcmParams {
    let params = AesGcmParams::new_with_u8_array("AES-GCM", &Uint8Array::from(&lock.iv[..]));
    params.set_additional_data_u8_array(&Uint8Array::from(about.as_bytes()));
    params
}

fn object(fields: &[(&str, JsValue)]) -> Object {
    let object = Object::new();
    for (name, value) in fields {
        // Setting a property of a plain object can't fail.
        let _ = Reflect::set(&object, &(*name).into(), value);
    }
    object
}

async fn settled(promise: Result<js_sys::Promise, JsValue>) -> Result<Vec<u8>, JsValue> {
    let done = JsFuture::from(promise?).await?;
    Ok(Uint8Array::new(&done.unchecked_into::<ArrayBuffer>()).to_vec())
}

/// None in a page without https.
fn subtle() -> Result<SubtleCrypto, JsValue> {
    let subtle = JsValue::from(window().crypto()?.subtle());
    if subtle.is_undefined() { Err(JsValue::NULL) } else { Ok(subtle.unchecked_into()) }
}
