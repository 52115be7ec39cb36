//! Forms that are being made on this device: each a text under an id, and their media files by hash, in a database of its own, since they are nobody's answers and no PIN
//! is theirs.

use idb::{Database, DatabaseEvent, Factory, ObjectStoreParams, TransactionMode};
use js_sys::Uint8Array;
use wasm_bindgen::{JsCast, JsValue};

const NAME: &str = "doorstep.designs";
const STORE: &str = "designs";
/// Bytes by their SHA-256.
const MEDIA: &str = "media";
/// Texts by the hash of the server's form that they hold.
const TEMPLATES: &str = "templates";

/// The browser gives no database, or no more room.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NotKept;

impl From<idb::Error> for NotKept {
    fn from(_: idb::Error) -> NotKept {
        NotKept
    }
}

async fn open() -> Result<Database, NotKept> {
    let mut asked = Factory::new()?.open(NAME, Some(2))?;
    asked.on_upgrade_needed(|event| {
        // What can't be made is missed by whoever asks for it; what is there already stays.
        if let Ok(database) = event.database() {
            let _ = database.create_object_store(STORE, ObjectStoreParams::new());
            let _ = database.create_object_store(MEDIA, ObjectStoreParams::new());
            let _ = database.create_object_store(TEMPLATES, ObjectStoreParams::new());
        }
    });
    Ok(asked.await?)
}

/// Keeps a text under an id, in the place of what was kept there.
///
/// # Errors
/// [`NotKept`].
pub async fn put(id: &str, text: &str) -> Result<(), NotKept> {
    put_text(STORE, id, text).await
}

/// What is kept under an id.
///
/// # Errors
/// [`NotKept`].
pub async fn get(id: &str) -> Result<Option<String>, NotKept> {
    text_of(STORE, id).await
}

/// All of them, by id.
///
/// # Errors
/// [`NotKept`].
pub async fn all() -> Result<Vec<(String, String)>, NotKept> {
    all_texts(STORE).await
}

/// Forgets one.
///
/// # Errors
/// [`NotKept`].
pub async fn remove(id: &str) -> Result<(), NotKept> {
    remove_text(STORE, id).await
}

/// Keeps a form of the server's, by its hash, for when there is no network.
///
/// # Errors
/// [`NotKept`].
pub async fn put_template(hash: &str, text: &str) -> Result<(), NotKept> {
    put_text(TEMPLATES, hash, text).await
}

/// A form of the server's that is kept.
///
/// # Errors
/// [`NotKept`].
pub async fn template(hash: &str) -> Result<Option<String>, NotKept> {
    text_of(TEMPLATES, hash).await
}

/// All of them, by hash.
///
/// # Errors
/// [`NotKept`].
pub async fn templates() -> Result<Vec<(String, String)>, NotKept> {
    all_texts(TEMPLATES).await
}

/// Forgets one.
///
/// # Errors
/// [`NotKept`].
pub async fn remove_template(hash: &str) -> Result<(), NotKept> {
    remove_text(TEMPLATES, hash).await
}

async fn put_text(store: &str, key: &str, text: &str) -> Result<(), NotKept> {
    let database = open().await?;
    let transaction = database.transaction(&[store], TransactionMode::ReadWrite)?;
    transaction.object_store(store)?.put(&JsValue::from(text), Some(&JsValue::from(key)))?.await?;
    transaction.commit()?.await?;
    database.close();
    Ok(())
}

async fn text_of(store: &str, key: &str) -> Result<Option<String>, NotKept> {
    let database = open().await?;
    let transaction = database.transaction(&[store], TransactionMode::ReadOnly)?;
    let found = transaction.object_store(store)?.get(JsValue::from(key))?.await?;
    database.close();
    Ok(found.and_then(|found| found.as_string()))
}

async fn all_texts(store: &str) -> Result<Vec<(String, String)>, NotKept> {
    let database = open().await?;
    let transaction = database.transaction(&[store], TransactionMode::ReadOnly)?;
    let kept = transaction.object_store(store)?;
    let keys = kept.get_all_keys(None, None)?.await?;
    let texts = kept.get_all(None, None)?.await?;
    database.close();
    let both = keys.into_iter().zip(texts);
    Ok(both.filter_map(|(key, text)| Some((key.as_string()?, text.as_string()?))).collect())
}

async fn remove_text(store: &str, key: &str) -> Result<(), NotKept> {
    let database = open().await?;
    let transaction = database.transaction(&[store], TransactionMode::ReadWrite)?;
    transaction.object_store(store)?.delete(JsValue::from(key))?.await?;
    transaction.commit()?.await?;
    database.close();
    Ok(())
}

/// Keeps a media file's bytes under their hash.
///
/// # Errors
/// [`NotKept`].
pub async fn put_media(sha256: &str, bytes: &[u8]) -> Result<(), NotKept> {
    let database = open().await?;
    let transaction = database.transaction(&[MEDIA], TransactionMode::ReadWrite)?;
    transaction.object_store(MEDIA)?.put(&Uint8Array::from(bytes), Some(&JsValue::from(sha256)))?.await?;
    transaction.commit()?.await?;
    database.close();
    Ok(())
}

/// A media file's bytes.
///
/// # Errors
/// [`NotKept`].
pub async fn media(sha256: &str) -> Result<Option<Vec<u8>>, NotKept> {
    let database = open().await?;
    let transaction = database.transaction(&[MEDIA], TransactionMode::ReadOnly)?;
    let found = transaction.object_store(MEDIA)?.get(JsValue::from(sha256))?.await?;
    database.close();
    Ok(found.and_then(|found| found.dyn_into::<Uint8Array>().ok()).map(|bytes| bytes.to_vec()))
}

/// Forgets all media files but these.
///
/// # Errors
/// [`NotKept`].
pub async fn retain_media(wanted: &[String]) -> Result<(), NotKept> {
    let database = open().await?;
    let transaction = database.transaction(&[MEDIA], TransactionMode::ReadWrite)?;
    let store = transaction.object_store(MEDIA)?;
    for key in store.get_all_keys(None, None)?.await? {
        let is_wanted = key.as_string().is_some_and(|key| wanted.contains(&key));
        if !is_wanted {
            store.delete(key)?.await?;
        }
    }
    transaction.commit()?.await?;
    database.close();
    Ok(())
}
