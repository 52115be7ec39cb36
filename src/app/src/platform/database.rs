//! A connection to IndexedDB: opens, opens again once it was closed under us, and says how a transaction ended.
//!
//! Kept here: [`Transaction::finish`] returns `Ok` only when the browser has said *complete*, with the durability
//! that was asked for; and a database that the browser has cleared while the app runs is never begun anew, since
//! what would be written to it could not be read with the key that is gone.
//!
//! A transaction commits by itself as soon as it has nothing to do, so between its begin and its end only its own
//! requests may be awaited: encrypt before, decrypt after.

use std::cell::RefCell;

use doorstep_delivery::store::{StoreError, StoreErrorKind};
use idb::{DatabaseEvent, Event, Factory, KeyRange, ObjectStoreParams, Request};
use js_sys::{Array, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{DomException, IdbDatabase, IdbTransaction};

use super::events::{Subscription, listen};

/// The version of the set of object stores: what each version added stands in [`STORES`].
const VERSION: u32 = 3;

/// The object stores: the version that added them, name, and whether the database numbers the records itself.
/// Records are keyed by the submission's or draft's id, outbox items by their own key, forms by their hash, steps by `[draft, seq]`,
/// files by `[owner, number]`, what the server told of entities by the part of their list, what a survey says of them by its id.
const STORES: [(u32, &str, bool); 14] = [
    (1, KEYS, false),
    (1, DRAFTS, false),
    (1, SNAPSHOTS, false),
    (1, STEPS, false),
    (1, OUTBOX, false),
    (1, SUBMISSIONS, false),
    (1, RECEIPTS, false),
    (1, FORMS, false),
    (1, BUNDLES, false),
    (1, LOG, true),
    (2, FILES, false),
    (2, FILE_BYTES, false),
    (3, ENTITIES, false),
    (3, SAID, false),
];
pub(super) const KEYS: &str = "keys";
pub(super) const DRAFTS: &str = "drafts";
pub(super) const SNAPSHOTS: &str = "snapshots";
pub(super) const STEPS: &str = "steps";
pub(super) const OUTBOX: &str = "outbox";
pub(super) const SUBMISSIONS: &str = "submissions";
pub(super) const RECEIPTS: &str = "receipts";
pub(super) const FORMS: &str = "forms";
pub(super) const BUNDLES: &str = "bundles";
pub(super) const LOG: &str = "log";
pub(super) const FILES: &str = "files";
pub(super) const FILE_BYTES: &str = "file_bytes";
pub(super) const ENTITIES: &str = "entities";
pub(super) const SAID: &str = "said";

/// How sure a write is when it is said to be done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Durability {
    /// The system has it; a power cut may lose it.
    Relaxed,
    /// It is on the disk.
    Strict,
}

/// The database, open or to be opened again.
#[derive(Debug)]
pub(super) struct Database {
    name: String,
    connection: RefCell<Option<Connection>>,
}

#[derive(Debug)]
struct Connection {
    raw: IdbDatabase,
    _closing: Subscription,
}

impl Database {
    /// Opens the database of that name, and makes it if there is none.
    pub(super) async fn open(name: &str) -> Result<Database, StoreError> {
        let connection = connect(name, true).await?;
        Ok(Database { name: name.to_owned(), connection: RefCell::new(Some(connection)) })
    }

    /// What it is called.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Begins a transaction that reads.
    pub(super) async fn read(&self, stores: &[&str]) -> Result<Transaction, StoreError> {
        self.begin(stores, "readonly", Durability::Relaxed).await
    }

    /// Begins a transaction that writes.
    pub(super) async fn write(
        &self,
        stores: &[&str],
        durability: Durability,
    ) -> Result<Transaction, StoreError> {
        self.begin(stores, "readwrite", durability).await
    }

    /// Begins a transaction; where the connection was closed under us, opens it again, once.
    async fn begin(
        &self,
        stores: &[&str],
        mode: &str,
        durability: Durability,
    ) -> Result<Transaction, StoreError> {
        if let Some(raw) = self.current() {
            match begin_on(&raw, stores, mode, durability) {
                Err(error) if error.kind == StoreErrorKind::Closed => {}
                begun => return begun,
            }
        }
        let connection = connect(&self.name, false).await?;
        let raw = connection.raw.clone();
        self.connection.replace(Some(connection));
        begin_on(&raw, stores, mode, durability)
    }

    fn current(&self) -> Option<IdbDatabase> {
        self.connection.borrow().as_ref().map(|connection| connection.raw.clone())
    }

    /// Closes the connection, as the browser or another tab may do at any time.
    #[cfg(test)]
    pub(super) fn close(&self) {
        if let Some(raw) = self.current() {
            raw.close();
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.raw.close();
    }
}

async fn connect(name: &str, may_create: bool) -> Result<Connection, StoreError> {
    let factory = Factory::new().map_err(opening_failed)?;
    let mut request = factory.open(name, Some(VERSION)).map_err(opening_failed)?;
    request.on_upgrade_needed(move |event| {
        let database = event.database().expect("an upgrade has its database");
        let before = event.old_version().unwrap_or_default();
        if may_create {
            create_stores(&database, before);
        } else {
            // The transaction of the upgrade; aborting it makes the opening fail and leaves nothing behind.
            let request = event.target().ok();
            let _ = request.and_then(|request| request.transaction()).map(idb::Transaction::abort);
        }
    });
    let raw: IdbDatabase = request.await.map_err(opening_failed)?.into();
    // Another tab has a newer build and waits for this connection to go: it must, and nothing of ours is lost by it.
    let closing = raw.clone();
    let closing = listen(&raw, "versionchange", move |_| closing.close());
    Ok(Connection { raw, _closing: closing })
}

/// Makes what the versions after `before` have added.
fn create_stores(database: &idb::Database, before: u32) {
    for (_, name, numbered) in STORES.into_iter().filter(|(version, ..)| *version > before) {
        let mut params = ObjectStoreParams::new();
        params.auto_increment(numbered);
        // A store that can't be made fails the opening, which says so.
        let _ = database.create_object_store(name, params);
    }
}

/// A database as the first version of the app made it.
#[cfg(test)]
pub(super) async fn make_first_version(name: &str) {
    let factory = Factory::new().expect("there is IndexedDB");
    let mut request = factory.open(name, Some(1)).expect("it opens");
    request.on_upgrade_needed(|event| {
        let database = event.database().expect("an upgrade has its database");
        for (_, name, numbered) in STORES.into_iter().filter(|(version, ..)| *version == 1) {
            let mut params = ObjectStoreParams::new();
            params.auto_increment(numbered);
            database.create_object_store(name, params).expect("it is made");
        }
    });
    request.await.expect("it opens").close();
}

fn begin_on(
    raw: &IdbDatabase,
    stores: &[&str],
    mode: &str,
    durability: Durability,
) -> Result<Transaction, StoreError> {
    let names: Array = stores.iter().map(|name| JsValue::from(*name)).collect();
    let options = Object::new();
    let durability = match durability {
        Durability::Relaxed => "relaxed",
        Durability::Strict => "strict",
    };
    // Setting a property of a plain object can't fail.
    let _ = Reflect::set(&options, &"durability".into(), &durability.into());
    let database: &DatabaseWithDurability = raw.unchecked_ref();
    let raw = database.transaction(&names, mode, &options).map_err(|error| failed(&error))?;
    Ok(Transaction { inner: raw.clone().into(), raw, writes: mode == "readwrite" })
}

/// A transaction under way. Nothing of it is kept unless it is [finished](Transaction::finish).
#[derive(Debug)]
pub(super) struct Transaction {
    raw: IdbTransaction,
    inner: idb::Transaction,
    /// Is there something to take back?
    writes: bool,
}

impl Transaction {
    /// The record of that key, if there is one.
    pub(super) async fn get(&self, store: &str, key: &JsValue) -> Result<Option<JsValue>, StoreError> {
        self.store(store)?.get(key.clone()).map_err(request_failed)?.await.map_err(request_failed)
    }

    /// All records in a range of keys, or all at all, in the order of their keys.
    pub(super) async fn all(
        &self,
        store: &str,
        range: Option<&KeyRange>,
    ) -> Result<Vec<JsValue>, StoreError> {
        let query = range.cloned().map(idb::Query::from);
        self.store(store)?.get_all(query, None).map_err(request_failed)?.await.map_err(request_failed)
    }

    /// The keys of those records, in the same order.
    pub(super) async fn keys(
        &self,
        store: &str,
        range: Option<&KeyRange>,
    ) -> Result<Vec<JsValue>, StoreError> {
        let query = range.cloned().map(idb::Query::from);
        self.store(store)?.get_all_keys(query, None).map_err(request_failed)?.await.map_err(request_failed)
    }

    /// Writes a record, over the one that may be there.
    pub(super) fn put(&self, store: &str, key: &JsValue, value: &JsValue) -> Result<(), StoreError> {
        self.store(store)?.put(value, Some(key)).map(drop).map_err(request_failed)
    }

    /// Writes a record; the transaction ends with `Conflict` if one is there.
    pub(super) fn add(&self, store: &str, key: &JsValue, value: &JsValue) -> Result<(), StoreError> {
        self.store(store)?.add(value, Some(key)).map(drop).map_err(request_failed)
    }

    /// Writes a record at the end of a store that numbers its records.
    pub(super) fn append(&self, store: &str, value: &JsValue) -> Result<(), StoreError> {
        self.store(store)?.add(value, None).map(drop).map_err(request_failed)
    }

    /// Deletes a record, or the records in a range of keys.
    pub(super) fn delete(&self, store: &str, key: impl Into<idb::Query>) -> Result<(), StoreError> {
        self.store(store)?.delete(key).map(drop).map_err(request_failed)
    }

    /// Waits until everything is kept.
    pub(super) async fn finish(mut self) -> Result<(), StoreError> {
        self.writes = false;
        let ended = Promise::new(&mut |complete, aborted| {
            self.raw.set_oncomplete(Some(&complete));
            self.raw.set_onabort(Some(&aborted));
        });
        match JsFuture::from(ended).await {
            Ok(_) => Ok(()),
            Err(_) => Err(match self.raw.error() {
                Some(error) => failed(&error),
                None => StoreErrorKind::Aborted.because("aborted without a reason"),
            }),
        }
    }

    /// The durability that the browser says it has.
    #[cfg(test)]
    pub(super) fn durability(&self) -> String {
        let durability = Reflect::get(&self.raw, &"durability".into());
        durability.ok().and_then(|durability| durability.as_string()).unwrap_or_default()
    }

    fn store(&self, name: &str) -> Result<idb::ObjectStore, StoreError> {
        self.inner.object_store(name).map_err(request_failed)
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        if self.writes {
            // Fails if it has ended already: then it had written nothing, or its own error took it back.
            let _ = self.raw.abort();
        }
    }
}

/// Every key that begins with this string in its first place: `[first, …]`.
pub(super) fn keys_under(first: &str, after: Option<u64>, up_to: Option<u64>) -> KeyRange {
    let first = JsValue::from(first);
    let lower = match after {
        Some(after) => Array::of2(&first, &(after as f64).into()),
        None => Array::of1(&first),
    };
    let upper = match up_to {
        Some(up_to) => Array::of2(&first, &(up_to as f64).into()),
        // An array sorts after every number.
        None => Array::of2(&first, &Array::new()),
    };
    KeyRange::bound(&lower, &upper, Some(after.is_some()), Some(false))
        .expect("the lower key is not above the upper")
}

/// The keys of a submission's outbox items: its id, and `id/target` for each other target.
pub(super) fn items_of(id: &str) -> KeyRange {
    // `0` comes right after `/`.
    let (lower, upper) = (JsValue::from(id), JsValue::from(format!("{id}0")));
    KeyRange::bound(&lower, &upper, Some(false), Some(true)).expect("the lower key is not above the upper")
}

fn opening_failed(error: idb::Error) -> StoreError {
    match error {
        idb::Error::DomException(error) => StoreErrorKind::Closed.because(error.name()),
        error => StoreErrorKind::Closed.because(error.to_string()),
    }
}

fn request_failed(error: idb::Error) -> StoreError {
    match error {
        idb::Error::DomException(error) => failed(&error),
        idb::Error::AddFailed(error)
        | idb::Error::DeleteFailed(error)
        | idb::Error::GetAllFailed(error)
        | idb::Error::GetAllKeysFailed(error)
        | idb::Error::GetFailed(error)
        | idb::Error::ObjectStoreNotFound(error)
        | idb::Error::UpdateFailed(error) => failed(&error),
        error => StoreErrorKind::Aborted.because(error.to_string()),
    }
}

/// The kind by the exception's name (Indexed Database API 3.0, §3.13 and §5.5). Its message may quote a key, so it is left out.
fn failed(error: &JsValue) -> StoreError {
    let name = match error.dyn_ref::<DomException>() {
        Some(exception) => exception.name(),
        None => String::from("unknown"),
    };
    let kind = match name.as_str() {
        "QuotaExceededError" => StoreErrorKind::Full,
        "ConstraintError" => StoreErrorKind::Conflict,
        "InvalidStateError" | "VersionError" => StoreErrorKind::Closed,
        _ => StoreErrorKind::Aborted,
    };
    kind.because(name)
}

// `web_sys` has the durability behind an unstable cfg, and `idb` not at all.
#[wasm_bindgen]
extern "C" {
    type DatabaseWithDurability;
    #[wasm_bindgen(method, catch)]
    fn transaction(
        this: &DatabaseWithDurability,
        stores: &Array,
        mode: &str,
        options: &Object,
    ) -> Result<IdbTransaction, JsValue>;
}
