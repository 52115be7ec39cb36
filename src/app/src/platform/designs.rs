//! Forms that are being made on this device: each a text under an id, in a database of its own, since they are nobody's answers and no PIN is theirs.

use idb::{Database, DatabaseEvent, Factory, ObjectStoreParams, TransactionMode};
use wasm_bindgen::JsValue;

const NAME: &str = "doorstep.designs";
const STORE: &str = "designs";

/// The browser gives no database, or no more room.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NotKept;

impl From<idb::Error> for NotKept {
    fn from(_: idb::Error) -> NotKept {
        NotKept
    }
}

async fn open() -> Result<Database, NotKept> {
    let mut asked = Factory::new()?.open(NAME, Some(1))?;
    asked.on_upgrade_needed(|event| {
        // What can't be made is missed by whoever asks for it.
        if let Ok(database) = event.database() {
            let _ = database.create_object_store(STORE, ObjectStoreParams::new());
        }
    });
    Ok(asked.await?)
}

/// Keeps a text under an id, in the place of what was kept there.
///
/// # Errors
/// [`NotKept`].
pub async fn put(id: &str, text: &str) -> Result<(), NotKept> {
    let database = open().await?;
    let transaction = database.transaction(&[STORE], TransactionMode::ReadWrite)?;
    transaction.object_store(STORE)?.put(&JsValue::from(text), Some(&JsValue::from(id)))?.await?;
    transaction.commit()?.await?;
    database.close();
    Ok(())
}

/// What is kept under an id.
///
/// # Errors
/// [`NotKept`].
pub async fn get(id: &str) -> Result<Option<String>, NotKept> {
    let database = open().await?;
    let transaction = database.transaction(&[STORE], TransactionMode::ReadOnly)?;
    let found = transaction.object_store(STORE)?.get(JsValue::from(id))?.await?;
    database.close();
    Ok(found.and_then(|found| found.as_string()))
}

/// All of them, by id.
///
/// # Errors
/// [`NotKept`].
pub async fn all() -> Result<Vec<(String, String)>, NotKept> {
    let database = open().await?;
    let transaction = database.transaction(&[STORE], TransactionMode::ReadOnly)?;
    let store = transaction.object_store(STORE)?;
    let keys = store.get_all_keys(None, None)?.await?;
    let texts = store.get_all(None, None)?.await?;
    database.close();
    let both = keys.into_iter().zip(texts);
    Ok(both.filter_map(|(key, text)| Some((key.as_string()?, text.as_string()?))).collect())
}

/// Forgets one.
///
/// # Errors
/// [`NotKept`].
pub async fn remove(id: &str) -> Result<(), NotKept> {
    let database = open().await?;
    let transaction = database.transaction(&[STORE], TransactionMode::ReadWrite)?;
    transaction.object_store(STORE)?.delete(JsValue::from(id))?.await?;
    transaction.commit()?.await?;
    database.close();
    Ok(())
}
