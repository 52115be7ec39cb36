//! What the next submission of a form asks of the last one that was finished here, sealed under its user's key.
//!
//! It lies among the submissions under names of its own, as what has arrived does (`arrived.rs`). Kept here: it comes in the transaction that seals, and goes with
//! its submission if that is deleted; which submission that is stands in plain beside it, so that no key is asked for.

use doorstep_delivery::store::StoreError;
use doorstep_delivery::{LastSaved, Submission, Uuid};
use wasm_bindgen::JsValue;

use super::super::database::{SUBMISSIONS, Transaction, items_of};
use super::IndexedDb;
use super::records::{sealed_record, text};

/// What its names begin with, before `/` and the form's id.
const LAST: &str = "last-saved";
/// The field with the submission's id.
const OF: &str = "of";

impl IndexedDb {
    /// What a submission leaves for the next one, to be written with it.
    pub(super) async fn sealed_last(
        &self,
        submission: &Submission,
    ) -> Result<Option<SealedLast>, StoreError> {
        let Some(last) = submission.last_saved() else { return Ok(None) };
        let name = name_of(&last.form);
        let sealed = self.sealing(SUBMISSIONS, &name, last)?.done().await?;
        let record = sealed_record(&sealed, &[(OF, last.submission.to_string().into())]);
        Ok(Some(SealedLast { key: name.into(), record }))
    }

    pub(super) async fn load_last(&self, form: &str) -> Result<Option<LastSaved>, StoreError> {
        let name = name_of(form);
        match self.get(SUBMISSIONS, &name).await? {
            Some(kept) => self.open_record(SUBMISSIONS, &name, &kept).await.map(Some),
            None => Ok(None),
        }
    }
}

/// It, to be written.
pub(super) struct SealedLast {
    key: JsValue,
    record: JsValue,
}

impl SealedLast {
    pub(super) fn write(&self, transaction: &Transaction) -> Result<(), StoreError> {
        transaction.put(SUBMISSIONS, &self.key, &self.record)
    }
}

/// Deletes what a submission left.
pub(super) async fn forget_last_of(transaction: &Transaction, submission: Uuid) -> Result<(), StoreError> {
    let keys = transaction.keys(SUBMISSIONS, Some(&items_of(LAST))).await?;
    let kept = transaction.all(SUBMISSIONS, Some(&items_of(LAST))).await?;
    let of = submission.to_string();
    for (key, kept) in keys.into_iter().zip(kept) {
        if text(&kept, OF) == of {
            transaction.delete(SUBMISSIONS, key)?;
        }
    }
    Ok(())
}

/// Deletes all of it.
pub(super) fn forget_last(transaction: &Transaction) -> Result<(), StoreError> {
    transaction.delete(SUBMISSIONS, items_of(LAST))
}

fn name_of(form: &str) -> String {
    format!("{LAST}/{form}")
}
