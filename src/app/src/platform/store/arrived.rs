//! What has arrived, kept for a while to be looked at: the sealed bytes once more, under the user's key, beside the receipts that prove it.
//!
//! Kept here: it comes in the transaction that keeps the last receipt and takes what waited, so that whoever has the receipt has this too, whenever the app ends.
//!
//! It lies among the submissions under names of its own, since an older build of the app opens no database that has another set of stores; nothing sends it,
//! and whoever asks for what waits does not see it. When it arrived stands in plain beside it, so that what is too old goes without being opened.

use std::collections::BTreeSet;

use doorstep_delivery::store::{Store, StoreError};
use doorstep_delivery::{Moment, Submission, Uuid};
use wasm_bindgen::JsValue;

use super::super::database::{Durability, SUBMISSIONS, Transaction, items_of};
use super::IndexedDb;
use super::records::{number, sealed_record};

/// What its names begin with, before `/` and the id.
const ARRIVED: &str = "arrived";
/// The field with the time, in milliseconds since 1970.
const AT: &str = "at";

impl IndexedDb {
    /// From now on these are kept once they have arrived, in the transaction that keeps the last of their receipts; those of before are forgotten.
    pub fn keep_when_arrived(&self, ids: BTreeSet<Uuid>) {
        self.to_look_at.replace(ids);
    }

    /// A copy of what waits, if it is wanted, to be written when it has arrived. What can't be copied goes as it always would: that it arrived counts for more.
    pub(super) async fn arrived_copy(&self, id: Uuid, at: Moment) -> Option<ArrivedCopy> {
        if !self.to_look_at.borrow().contains(&id) {
            return None;
        }
        let copied = async {
            let Some(submission) = self.load_submission(id).await? else { return Ok(None) };
            // Nobody can read that here.
            if submission.is_for_office() {
                return Ok(None);
            }
            let name = name_of(id);
            let sealed = self.sealing(SUBMISSIONS, &name, &submission)?.done().await?;
            let record = sealed_record(&sealed, &[(AT, (at.ms as f64).into())]);
            Ok::<_, StoreError>(Some(ArrivedCopy { key: name.into(), record }))
        };
        copied.await.unwrap_or_else(|error| {
            leptos::logging::warn!("{error}");
            None
        })
    }

    /// Which are kept, and when each arrived, in milliseconds since 1970.
    pub async fn arrived(&self) -> Result<Vec<(Uuid, i64)>, StoreError> {
        let transaction = self.database.read(&[SUBMISSIONS]).await?;
        let keys = transaction.keys(SUBMISSIONS, Some(&items_of(ARRIVED))).await?;
        let kept = transaction.all(SUBMISSIONS, Some(&items_of(ARRIVED))).await?;
        let found =
            keys.iter().zip(&kept).filter_map(|(key, kept)| Some((id_of(key)?, number(kept, AT) as i64)));
        Ok(found.collect())
    }

    /// One that is kept. `None` if it is not, or not any more.
    pub async fn load_arrived(&self, id: Uuid) -> Result<Option<Submission>, StoreError> {
        let name = name_of(id);
        match self.get(SUBMISSIONS, &name).await? {
            Some(kept) => self.open_record(SUBMISSIONS, &name, &kept).await.map(Some),
            None => Ok(None),
        }
    }

    /// Deletes those that are wanted here no more. No key is asked for.
    pub async fn drop_arrived(&self, ids: &[Uuid]) -> Result<(), StoreError> {
        let transaction = self.database.write(&[SUBMISSIONS], Durability::Strict).await?;
        for id in ids {
            transaction.delete(SUBMISSIONS, JsValue::from(name_of(*id)))?;
        }
        transaction.finish().await
    }
}

/// A copy of what has arrived, to be written with its last receipt.
pub(super) struct ArrivedCopy {
    key: JsValue,
    record: JsValue,
}

impl ArrivedCopy {
    pub(super) fn write(&self, transaction: &Transaction) -> Result<(), StoreError> {
        transaction.put(SUBMISSIONS, &self.key, &self.record)
    }
}

/// Deletes all of them.
pub(super) fn forget_arrived(transaction: &Transaction) -> Result<(), StoreError> {
    transaction.delete(SUBMISSIONS, items_of(ARRIVED))
}

fn name_of(id: Uuid) -> String {
    format!("{ARRIVED}/{id}")
}

fn id_of(key: &JsValue) -> Option<Uuid> {
    key.as_string()?.strip_prefix(ARRIVED)?.strip_prefix('/')?.parse().ok()
}
