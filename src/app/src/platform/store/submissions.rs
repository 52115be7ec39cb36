//! Sealed submissions as they lie in the database: the bytes once, and an outbox item for each target.
//!
//! What is sealed for the office lies under the key that a locked phone has too, with its items, its files and its receipts: nobody can read it here anyway.

use doorstep_delivery::record::Record;
use doorstep_delivery::store::StoreError;
use doorstep_delivery::{OutboxItem, Submission};
use wasm_bindgen::JsValue;

use super::super::database::{FILE_BYTES, FILES, OUTBOX, SUBMISSIONS, Transaction, keys_under};
use super::super::vault::Under;
use super::IndexedDb;
use super::records::{FORM, sealed_record};

impl IndexedDb {
    /// A submission's bytes and items, sealed, to be written where nothing of them is.
    pub(super) async fn sealed_submission(
        &self,
        submission: &Submission,
        items: &[OutboxItem],
    ) -> Result<SealedSubmission, StoreError> {
        let id = submission.id().to_string();
        let under = if submission.is_for_office() { Under::Sending } else { Under::User };
        let bytes = self.vault.seal_under(under, SUBMISSIONS, &id, &submission.to_bytes())?.done().await?;
        let form = (FORM, JsValue::from(submission.form().hash.as_str()));
        let mut sealed =
            SealedSubmission { key: id.into(), bytes: sealed_record(&bytes, &[]), items: Vec::new() };
        for item in items {
            let key = item.key();
            let state = self.vault.seal_under(under, OUTBOX, &key, &item.to_bytes())?.done().await?;
            sealed.items.push((key.into(), sealed_record(&state, std::slice::from_ref(&form))));
        }
        Ok(sealed)
    }
}

/// A submission's bytes and its items, to be written.
pub(super) struct SealedSubmission {
    key: JsValue,
    bytes: JsValue,
    items: Vec<(JsValue, JsValue)>,
}

impl SealedSubmission {
    pub(super) fn write(&self, transaction: &Transaction) -> Result<(), StoreError> {
        transaction.add(SUBMISSIONS, &self.key, &self.bytes)?;
        self.items.iter().try_for_each(|(key, item)| transaction.add(OUTBOX, key, item))
    }
}

/// Removes a submission's bytes and files. Its items are the caller's.
pub(super) fn remove_sealed(transaction: &Transaction, id: &str) -> Result<(), StoreError> {
    transaction.delete(SUBMISSIONS, JsValue::from(id))?;
    for store in [FILES, FILE_BYTES] {
        transaction.delete(store, keys_under(id, None, None))?;
    }
    Ok(())
}
