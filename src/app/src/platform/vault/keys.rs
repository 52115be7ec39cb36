//! How the data key lies on the disk, and how it is had from there.
//!
//! | state | under `data` lies |
//! |---|---|
//! | no PIN | the data key, wrapped by the device key (AES-KW, RFC 3394) |
//! | a PIN | the data key, wrapped by the PIN's key, and that wrapped by the device key; with salt and iterations |
//! | wiped | nothing, and `wiped` says so |
//!
//! With the office's key, [`recovery`] lies beside the PIN's wrap. Under `sending` lies the key of what only waits to be sent and can't be read here, wrapped
//! by the device key whether there is a PIN or not; it outlives a wipe.
//!
//! The PIN's wrap lies within the device's, so that a copy of the files without the browser's key has nothing to
//! try PINs on, and whoever has the device still needs the PIN. The PIN's key is PBKDF2-SHA-256 of it.
//!
//! Kept here: the data key is never on the disk in plain and never in this program's memory at all, since the browser
//! wraps and unwraps it; each change is one strict transaction that finds what it was made from, so that a kill leaves
//! the old or the new; a try is counted, strictly, before it is made.

use doorstep_delivery::recovery::{POINT_BYTES, SECRET_BYTES};
use doorstep_delivery::store::{StoreError, StoreErrorKind};
use js_sys::{ArrayBuffer, Object, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::CryptoKey;

use super::super::clock;
use super::super::database::{Database, Durability, KEYS, LOG, Transaction};
use super::recovery::{self, RECOVERY};
use super::tries::Tries;
use super::{locked, settled, subtle, words};

/// Where the device key lies, a `CryptoKey` that can't be exported.
const DEVICE: &str = "device";
/// Where the data key lies, wrapped.
const DATA: &str = "data";
/// Where the key for sending lies, wrapped.
const SENDING: &str = "sending";
/// How many PINs were tried since the last right one.
const TRIES: &str = "tries";
/// After how many wrong PINs the wrapped key is wiped. Nothing: never.
const WIPE_AFTER: &str = "wipe-after";
/// Set once the wrapped key was wiped.
const WIPED: &str = "wiped";

/// Fields of a data key that a PIN wraps.
const WRAPPED: &str = "wrapped";
const SALT: &str = "salt";
const ITERATIONS: &str = "iterations";

const SALT_BYTES: usize = 16;
/// Of PBKDF2-SHA-256, for a PIN that is set now (OWASP's figure). A kept one says its own.
const ROUNDS: u32 = 600_000;
/// What a kept record may say: less was never written, and more would only keep the phone busy.
const SANE_ROUNDS: std::ops::RangeInclusive<u32> = ROUNDS..=10_000_000;

/// What became of trying a PIN.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tried {
    /// It is the one.
    Right,
    /// It is not. So many more may be tried at once; then after so many milliseconds.
    Wrong {
        /// How many.
        free: u32,
        /// How long.
        wait_ms: i64,
    },
    /// Not tried: it is too soon by so many milliseconds.
    TooSoon(i64),
    /// There is no key to be had any more: too many were wrong, and the office said to wipe it then.
    Wiped,
}

/// How a user's data is protected.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Protection {
    /// Is a PIN asked for?
    pub has_pin: bool,
    /// How long until one may be tried, in milliseconds.
    pub wait_ms: i64,
    /// After how many wrong ones the wrapped key is wiped. Nothing: never.
    pub wipe_after: Option<u32>,
    /// Was it wiped?
    pub is_wiped: bool,
    /// Can the office help whoever forgot the PIN?
    pub has_recovery: bool,
}

/// What a data key is unwrapped for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Use {
    /// To seal and open records; it can't be exported.
    Records,
    /// To be wrapped anew, and dropped.
    Wrapping,
}

/// The data key as it lies there.
#[derive(Clone, Debug)]
enum Wrap {
    Device(Uint8Array),
    Pin { wrapped: Uint8Array, salt: Uint8Array, iterations: u32 },
}

/// Both keys as they lie there.
struct Kept {
    device: CryptoKey,
    wrap: Wrap,
}

/// The data key if no PIN is asked for, made first where there is none; nothing if the PIN comes first.
pub(in super::super) async fn open(database: &Database) -> Result<Option<CryptoKey>, StoreError> {
    if !is_begun(database).await? {
        match make(database).await {
            // Another tab was faster: its keys are the ones.
            Err(error) if error.kind == StoreErrorKind::Conflict => {}
            made => made?,
        }
    }
    match kept(&database.read(&[KEYS]).await?).await? {
        Some(Kept { device, wrap: Wrap::Device(wrapped) }) => {
            unwrap(&wrapped, &device, Use::Records).await.map(Some)
        }
        Some(Kept { wrap: Wrap::Pin { .. }, .. }) | None => Ok(None),
    }
}

/// The key for sending, made first where there is none.
pub(in super::super) async fn sending(database: &Database) -> Result<CryptoKey, StoreError> {
    let transaction = database.read(&[KEYS]).await?;
    let device = device_key(&transaction).await?;
    let kept = match transaction.get(KEYS, &SENDING.into()).await? {
        Some(kept) => kept,
        None => {
            match make_sending(database, &device).await {
                // Another tab was faster: its key is the one.
                Err(error) if error.kind == StoreErrorKind::Conflict => {}
                made => made?,
            }
            let kept = database.read(&[KEYS]).await?.get(KEYS, &SENDING.into()).await?;
            kept.ok_or_else(|| locked("the key for sending is gone"))?
        }
    };
    let wrapped: Uint8Array = kept.dyn_into().map_err(|_| locked("the key for sending is damaged"))?;
    unwrap(&wrapped, &device, Use::Records).await
}

async fn make_sending(database: &Database, device: &CryptoKey) -> Result<(), StoreError> {
    let key = generate("AES-GCM", true, &["encrypt", "decrypt"]).await?;
    let wrapped = wrap(&key, device).await?;
    let transaction = database.write(&[KEYS], Durability::Strict).await?;
    transaction.add(KEYS, &SENDING.into(), &wrapped)?;
    transaction.finish().await
}

/// How the data is protected now.
pub(in super::super) async fn protection(database: &Database, now_ms: i64) -> Result<Protection, StoreError> {
    let transaction = database.read(&[KEYS]).await?;
    let kept = kept(&transaction).await?;
    Ok(Protection {
        has_pin: matches!(kept, Some(Kept { wrap: Wrap::Pin { .. }, .. })),
        wait_ms: tries(&transaction).await?.wait_ms(now_ms),
        wipe_after: wipe_after(&transaction).await?,
        is_wiped: kept.is_none(),
        has_recovery: transaction.get(KEYS, &RECOVERY.into()).await?.is_some(),
    })
}

/// Says after how many wrong PINs the wrapped key is wiped; nothing: never.
pub(in super::super) async fn set_wipe_after(
    database: &Database,
    wipe_after: Option<u32>,
) -> Result<(), StoreError> {
    let transaction = database.write(&[KEYS], Durability::Strict).await?;
    match wipe_after {
        Some(wrong) => transaction.put(KEYS, &WIPE_AFTER.into(), &wrong.into())?,
        None => transaction.delete(KEYS, JsValue::from(WIPE_AFTER))?,
    }
    transaction.finish().await
}

/// Tries a PIN; the data key, if it is the one. `wiped` goes into the log if this was a wrong one too many.
///
/// # Errors
/// `Gone` if none is set.
pub(in super::super) async fn try_pin(
    database: &Database,
    pin: &str,
    now_ms: i64,
    use_: Use,
    wiped: &JsValue,
) -> Result<(Tried, Option<CryptoKey>), StoreError> {
    let (device, wrap) = match begin_try(database, now_ms, wiped).await? {
        Ok(kept) => (kept.device, kept.wrap),
        Err(tried) => return Ok((tried, None)),
    };
    let Wrap::Pin { wrapped, salt, iterations } = wrap else { return Err(no_pin()) };
    let within = unwrap_wrapped(&wrapped, &device).await?;
    let from_pin = pin_key(pin, &salt, iterations).await?;
    match unwrap(&within, &from_pin, use_).await {
        Ok(key) => {
            // A count that stays costs a wait, and no right PIN.
            let _ = forget_tries(database).await;
            Ok((Tried::Right, Some(key)))
        }
        Err(_) => Ok((after_wrong(database, now_ms, wiped).await?, None)),
    }
}

/// Sets a PIN, or another one: `held` is the PIN that is set, if one is. With the office's key, it can help whoever
/// forgets the PIN.
///
/// # Errors
/// `Conflict` if another tab changed the keys meanwhile. Then, and after every other error, all is as it was.
pub(in super::super) async fn set_pin(
    database: &Database,
    held: Option<&str>,
    pin: &str,
    office: Option<&[u8; POINT_BYTES]>,
    now_ms: i64,
    wiped: &JsValue,
) -> Result<Tried, StoreError> {
    let (old, key) = match in_hand(database, held, now_ms, wiped).await? {
        Ok(in_hand) => in_hand,
        Err(tried) => return Ok(tried),
    };
    let new = wrapped_anew(&key, &old.device, pin, office).await?;
    replace(database, &old, new).await?;
    Ok(Tried::Right)
}

/// Opens the data key by the secret that the office said, and sets a PIN; wiped or not. False: it is another secret.
///
/// # Errors
/// `Gone` if the office can't help; `Conflict` if another tab changed the keys meanwhile.
pub(in super::super) async fn recover(
    database: &Database,
    secret: &[u8; SECRET_BYTES],
    pin: &str,
    office: Option<&[u8; POINT_BYTES]>,
) -> Result<bool, StoreError> {
    let transaction = database.read(&[KEYS]).await?;
    let device = device_key(&transaction).await?;
    let kept = transaction.get(KEYS, &RECOVERY.into()).await?;
    let kept = kept.ok_or_else(|| StoreErrorKind::Gone.because("there is no recovery"))?;
    let Some(key) = recovery::open(&kept, &device, secret).await? else { return Ok(false) };
    let new = wrapped_anew(&key, &device, pin, office).await?;

    let transaction = database.write(&[KEYS], Durability::Strict).await?;
    let now = transaction.get(KEYS, &RECOVERY.into()).await?;
    if now.as_ref().and_then(recovery::read_request) != recovery::read_request(&kept) {
        return Err(StoreErrorKind::Conflict.because("another tab changed the keys"));
    }
    new.put(&transaction)?;
    transaction.delete(KEYS, JsValue::from(WIPED))?;
    transaction.finish().await?;
    Ok(true)
}

/// What lies there instead, once a PIN is set or taken away.
struct New {
    wrap: Wrap,
    /// For the office; it goes with the PIN.
    recovery: Option<JsValue>,
}

impl New {
    fn put(&self, transaction: &Transaction) -> Result<(), StoreError> {
        transaction.put(KEYS, &DATA.into(), &write_wrap(&self.wrap))?;
        match &self.recovery {
            Some(recovery) => transaction.put(KEYS, &RECOVERY.into(), recovery)?,
            None => transaction.delete(KEYS, JsValue::from(RECOVERY))?,
        }
        transaction.delete(KEYS, JsValue::from(TRIES))
    }
}

async fn wrapped_anew(
    key: &CryptoKey,
    device: &CryptoKey,
    pin: &str,
    office: Option<&[u8; POINT_BYTES]>,
) -> Result<New, StoreError> {
    let salt = Uint8Array::from(&clock::random_bytes::<SALT_BYTES>()[..]);
    let from_pin = pin_key(pin, &salt, ROUNDS).await?;
    let within = wrap(key, &from_pin).await?;
    let wrapped = wrap_wrapped(&within, device).await?;
    let recovery = match office {
        Some(office) => Some(recovery::make(key, device, office).await?),
        None => None,
    };
    Ok(New { wrap: Wrap::Pin { wrapped, salt, iterations: ROUNDS }, recovery })
}

/// Takes the PIN away.
///
/// # Errors
/// As [`set_pin`].
pub(in super::super) async fn remove_pin(
    database: &Database,
    held: &str,
    now_ms: i64,
    wiped: &JsValue,
) -> Result<Tried, StoreError> {
    let (old, key) = match in_hand(database, Some(held), now_ms, wiped).await? {
        Ok(in_hand) => in_hand,
        Err(tried) => return Ok(tried),
    };
    let wrapped = wrap(&key, &old.device).await?;
    replace(database, &old, New { wrap: Wrap::Device(wrapped), recovery: None }).await?;
    Ok(Tried::Right)
}

/// The keys as they lie there, and the data key, to be wrapped anew.
async fn in_hand(
    database: &Database,
    held: Option<&str>,
    now_ms: i64,
    wiped: &JsValue,
) -> Result<Result<(Kept, CryptoKey), Tried>, StoreError> {
    let Some(old) = kept(&database.read(&[KEYS]).await?).await? else { return Ok(Err(Tried::Wiped)) };
    match (&old.wrap, held) {
        (Wrap::Device(wrapped), _) => {
            let key = unwrap(wrapped, &old.device, Use::Wrapping).await?;
            Ok(Ok((old, key)))
        }
        (Wrap::Pin { .. }, Some(held)) => {
            match try_pin(database, held, now_ms, Use::Wrapping, wiped).await? {
                (_, Some(key)) => Ok(Ok((old, key))),
                (tried, None) => Ok(Err(tried)),
            }
        }
        (Wrap::Pin { .. }, None) => Err(StoreErrorKind::Conflict.because("another tab has set a PIN")),
    }
}

/// Puts the data key's new wrap in the old one's place, in one strict transaction.
async fn replace(database: &Database, old: &Kept, new: New) -> Result<(), StoreError> {
    let transaction = database.write(&[KEYS], Durability::Strict).await?;
    let now = transaction.get(KEYS, &DATA.into()).await?.as_ref().and_then(read_wrap);
    if now.is_none_or(|now| now.bytes() != old.wrap.bytes()) {
        return Err(StoreErrorKind::Conflict.because("another tab changed the keys"));
    }
    new.put(&transaction)?;
    transaction.finish().await
}

/// Counts a try before it is made; or says why it is not.
async fn begin_try(
    database: &Database,
    now_ms: i64,
    wiped: &JsValue,
) -> Result<Result<Kept, Tried>, StoreError> {
    let transaction = database.write(&[KEYS, LOG], Durability::Strict).await?;
    let Some(kept) = kept(&transaction).await? else { return Ok(Err(Tried::Wiped)) };
    if matches!(kept.wrap, Wrap::Device(_)) {
        return Err(no_pin());
    }
    let before = tries(&transaction).await?.held_against(now_ms);
    // The last of them was counted, and the app killed before it was found wrong.
    if wipe_after(&transaction).await?.is_some_and(|most| before.made >= most) {
        wipe(&transaction, wiped)?;
        transaction.finish().await?;
        return Ok(Err(Tried::Wiped));
    }
    let wait_ms = before.wait_ms(now_ms);
    put_tries(&transaction, if wait_ms > 0 { before } else { before.with_one(now_ms) })?;
    transaction.finish().await?;
    Ok(if wait_ms > 0 { Err(Tried::TooSoon(wait_ms)) } else { Ok(kept) })
}

async fn after_wrong(database: &Database, now_ms: i64, wiped: &JsValue) -> Result<Tried, StoreError> {
    let transaction = database.write(&[KEYS, LOG], Durability::Strict).await?;
    let tries = tries(&transaction).await?;
    if wipe_after(&transaction).await?.is_some_and(|most| tries.made >= most) {
        wipe(&transaction, wiped)?;
        transaction.finish().await?;
        return Ok(Tried::Wiped);
    }
    Ok(Tried::Wrong { free: tries.free(), wait_ms: tries.wait_ms(now_ms) })
}

fn wipe(transaction: &Transaction, wiped: &JsValue) -> Result<(), StoreError> {
    transaction.delete(KEYS, JsValue::from(DATA))?;
    transaction.delete(KEYS, JsValue::from(TRIES))?;
    transaction.put(KEYS, &WIPED.into(), &true.into())?;
    transaction.append(LOG, wiped)
}

async fn forget_tries(database: &Database) -> Result<(), StoreError> {
    let transaction = database.write(&[KEYS], Durability::Strict).await?;
    transaction.delete(KEYS, JsValue::from(TRIES))?;
    transaction.finish().await
}

async fn is_begun(database: &Database) -> Result<bool, StoreError> {
    let transaction = database.read(&[KEYS]).await?;
    Ok(transaction.get(KEYS, &DEVICE.into()).await?.is_some())
}

/// Makes both keys and keeps them, the data key only wrapped. `Conflict` if there are some already.
async fn make(database: &Database) -> Result<(), StoreError> {
    let device = generate("AES-KW", false, &["wrapKey", "unwrapKey"]).await?;
    let data = generate("AES-GCM", true, &["encrypt", "decrypt"]).await?;
    let wrapped = wrap(&data, &device).await?;

    let transaction = database.write(&[KEYS], Durability::Strict).await?;
    transaction.add(KEYS, &DEVICE.into(), &device)?;
    transaction.add(KEYS, &DATA.into(), &wrapped)?;
    transaction.finish().await
}

/// Both keys; nothing if the data key was wiped.
async fn kept(transaction: &Transaction) -> Result<Option<Kept>, StoreError> {
    let device = device_key(transaction).await?;
    let data = transaction.get(KEYS, &DATA.into()).await?;
    let wiped = transaction.get(KEYS, &WIPED.into()).await?;
    match (data, wiped) {
        (Some(data), _) => {
            let wrap = read_wrap(&data).ok_or_else(|| locked("the data key is damaged"))?;
            Ok(Some(Kept { device, wrap }))
        }
        (None, Some(_)) => Ok(None),
        (None, None) => Err(locked("the data key is gone")),
    }
}

async fn device_key(transaction: &Transaction) -> Result<CryptoKey, StoreError> {
    let device = transaction.get(KEYS, &DEVICE.into()).await?;
    let device = device.ok_or_else(|| locked("the device key is gone"))?;
    device.dyn_into().map_err(|_| locked("the device key is damaged"))
}

impl Wrap {
    fn bytes(&self) -> Vec<u8> {
        match self {
            Wrap::Device(wrapped) | Wrap::Pin { wrapped, .. } => wrapped.to_vec(),
        }
    }
}

fn read_wrap(kept: &JsValue) -> Option<Wrap> {
    if let Some(wrapped) = kept.dyn_ref::<Uint8Array>() {
        return Some(Wrap::Device(wrapped.clone()));
    }
    let bytes = |name: &str| field(kept, name).dyn_into::<Uint8Array>().ok();
    let iterations = field(kept, ITERATIONS).as_f64()? as u32;
    let salt = bytes(SALT).filter(|salt| salt.length() as usize >= SALT_BYTES)?;
    SANE_ROUNDS.contains(&iterations).then_some(())?;
    Some(Wrap::Pin { wrapped: bytes(WRAPPED)?, salt, iterations })
}

fn write_wrap(wrap: &Wrap) -> JsValue {
    match wrap {
        Wrap::Device(wrapped) => wrapped.into(),
        Wrap::Pin { wrapped, salt, iterations } => {
            object(&[(WRAPPED, wrapped.into()), (SALT, salt.into()), (ITERATIONS, (*iterations).into())])
                .into()
        }
    }
}

async fn tries(transaction: &Transaction) -> Result<Tries, StoreError> {
    let kept = transaction.get(KEYS, &TRIES.into()).await?.unwrap_or_default();
    let number = |name: &str| field(&kept, name).as_f64().unwrap_or_default();
    Ok(Tries { made: number("made") as u32, last_ms: number("last") as i64 })
}

fn put_tries(transaction: &Transaction, tries: Tries) -> Result<(), StoreError> {
    let kept = object(&[("made", tries.made.into()), ("last", (tries.last_ms as f64).into())]);
    transaction.put(KEYS, &TRIES.into(), &kept)
}

async fn wipe_after(transaction: &Transaction) -> Result<Option<u32>, StoreError> {
    let kept = transaction.get(KEYS, &WIPE_AFTER.into()).await?;
    Ok(kept.and_then(|kept| kept.as_f64()).map(|most| (most as u32).max(1)))
}

async fn generate(algorithm: &str, extractable: bool, usages: &[&str]) -> Result<CryptoKey, StoreError> {
    let params = object(&[("name", algorithm.into()), ("length", 256.into())]);
    let promise = subtle()?.generate_key_with_object(&params, extractable, &words(usages));
    Ok(settled(promise, "no key can be made").await?.unchecked_into())
}

/// The PIN's key, for wrapping and unwrapping.
async fn pin_key(pin: &str, salt: &Uint8Array, iterations: u32) -> Result<CryptoKey, StoreError> {
    let typed = Uint8Array::from(pin.as_bytes());
    let imported = subtle()?.import_key_with_str("raw", &typed, "PBKDF2", false, &words(&["deriveKey"]));
    let typed: CryptoKey = settled(imported, "no key can be made of a PIN").await?.unchecked_into();
    let how = object(&[
        ("name", "PBKDF2".into()),
        ("hash", "SHA-256".into()),
        ("salt", salt.into()),
        ("iterations", iterations.into()),
    ]);
    let what = object(&[("name", "AES-KW".into()), ("length", 256.into())]);
    let usages = words(&["wrapKey", "unwrapKey"]);
    let derived = subtle()?.derive_key_with_object_and_object(&how, &typed, &what, false, &usages);
    Ok(settled(derived, "no key can be made of a PIN").await?.unchecked_into())
}

/// A key, wrapped by another.
pub(super) async fn wrap(key: &CryptoKey, by: &CryptoKey) -> Result<Uint8Array, StoreError> {
    let wrapped = subtle()?.wrap_key_with_str("raw", key, by, "AES-KW");
    Ok(Uint8Array::new(&settled(wrapped, "a key can't be wrapped").await?))
}

/// The data key out of its wrap. Fails if `by` is not what it was wrapped by, which AES-KW finds by itself.
pub(super) async fn unwrap(wrapped: &Uint8Array, by: &CryptoKey, use_: Use) -> Result<CryptoKey, StoreError> {
    let promise = subtle()?.unwrap_key_with_js_u8_array_and_str_and_str(
        "raw",
        wrapped,
        by,
        "AES-KW",
        "AES-GCM",
        use_ == Use::Wrapping,
        &words(&["encrypt", "decrypt"]),
    );
    Ok(settled(promise, "the data key is damaged").await?.unchecked_into())
}

/// Something wrapped, wrapped once more: AES-KW takes keys only, so it goes as one.
pub(super) async fn wrap_wrapped(within: &Uint8Array, by: &CryptoKey) -> Result<Uint8Array, StoreError> {
    let imported = subtle()?.import_key_with_object("raw", within, &carrier(), true, &words(&["sign"]));
    let carried: CryptoKey = settled(imported, "a key can't be wrapped").await?.unchecked_into();
    wrap(&carried, by).await
}

/// What [`wrap_wrapped`] wrapped.
pub(super) async fn unwrap_wrapped(wrapped: &Uint8Array, by: &CryptoKey) -> Result<Uint8Array, StoreError> {
    let promise = subtle()?.unwrap_key_with_js_u8_array_and_str_and_object(
        "raw",
        wrapped,
        by,
        "AES-KW",
        &carrier(),
        true,
        &words(&["sign"]),
    );
    let carried: CryptoKey = settled(promise, "the data key is damaged").await?.unchecked_into();
    let exported = subtle()?.export_key("raw", &carried);
    let within = settled(exported, "the data key is damaged").await?;
    Ok(Uint8Array::new(&within.unchecked_into::<ArrayBuffer>()))
}

/// A kind of key that may be of any length.
fn carrier() -> Object {
    object(&[("name", "HMAC".into()), ("hash", "SHA-256".into())])
}

pub(super) fn object(fields: &[(&str, JsValue)]) -> Object {
    let object = Object::new();
    for (name, value) in fields {
        // Setting a property of a plain object can't fail.
        let _ = Reflect::set(&object, &(*name).into(), value);
    }
    object
}

pub(super) fn field(kept: &JsValue, name: &str) -> JsValue {
    Reflect::get(kept, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

fn no_pin() -> StoreError {
    StoreErrorKind::Gone.because("no PIN is set")
}
