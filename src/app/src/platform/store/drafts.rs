//! Drafts as they lie in the database: a summary, a snapshot and the steps since, each sealed; beside the summary in plain, who may write.

use doorstep_delivery::store::{StoreError, StoreErrorKind, StoredDraft};
use doorstep_delivery::{Draft, Pen, Step, Uuid};
use wasm_bindgen::JsValue;

use super::super::database::{DRAFTS, SNAPSHOTS, STEPS, Transaction, keys_under};
use super::records::{FORM, HOLDER, SEQ, number, same_bytes, sealed_record, step_id, text};
use super::{IndexedDb, gone};

/// A draft's snapshot and its steps with their keys, as they lie in the database.
#[derive(Clone)]
pub(super) struct KeptDraft {
    snapshot: JsValue,
    steps: Vec<(JsValue, JsValue)>,
}

impl KeptDraft {
    /// Do both hold the same records? Each is sealed anew whenever it is written.
    pub(super) fn is_same(&self, other: &KeptDraft) -> bool {
        same_bytes(&self.snapshot, &other.snapshot)
            && self.steps.len() == other.steps.len()
            && self.steps.iter().zip(&other.steps).all(|((_, one), (_, other))| same_bytes(one, other))
    }
}

pub(super) async fn kept_draft(transaction: &Transaction, id: &str) -> Result<Option<KeptDraft>, StoreError> {
    let Some(snapshot) = transaction.get(SNAPSHOTS, &id.into()).await? else { return Ok(None) };
    let keys = transaction.keys(STEPS, Some(&keys_under(id, None, None))).await?;
    let steps = transaction.all(STEPS, Some(&keys_under(id, None, None))).await?;
    Ok(Some(KeptDraft { snapshot, steps: keys.into_iter().zip(steps).collect() }))
}

/// How many steps a draft's snapshot includes, if this pen may write to it.
pub(super) async fn written_by(
    transaction: &Transaction,
    draft: &JsValue,
    pen: Pen,
) -> Result<u64, StoreError> {
    let Some(kept) = transaction.get(DRAFTS, draft).await? else { return Err(gone("draft")) };
    match text(&kept, HOLDER) == pen.to_string() {
        true => Ok(number(&kept, SEQ)),
        false => Err(StoreErrorKind::Conflict.because("another tab has opened the draft")),
    }
}

/// Removes a draft's records; `Gone` if it is not there. Its files are the caller's: a sealed one keeps those that it names.
pub(super) async fn remove_draft(transaction: &Transaction, id: Uuid) -> Result<(), StoreError> {
    let id = id.to_string();
    let key = JsValue::from(id.as_str());
    if transaction.get(DRAFTS, &key).await?.is_none() {
        return Err(gone("draft"));
    }
    transaction.delete(DRAFTS, key.clone())?;
    transaction.delete(SNAPSHOTS, key)?;
    transaction.delete(STEPS, keys_under(&id, None, None))
}

impl IndexedDb {
    /// A draft from its records.
    pub(super) async fn opened_draft(&self, id: &str, kept: KeptDraft) -> Result<StoredDraft, StoreError> {
        let draft: Draft = self.open_record(SNAPSHOTS, id, &kept.snapshot).await?;
        let mut steps = Vec::with_capacity(kept.steps.len());
        for (key, kept) in kept.steps {
            let seq = js_sys::Array::from(&key).get(1).as_f64().unwrap_or_default() as u64;
            let step: Step = self.open_record(STEPS, &step_id(id, seq), &kept).await?;
            if step.seq > draft.seq {
                steps.push(step);
            }
        }
        Ok(StoredDraft { draft, steps })
    }

    /// A draft's key, its summary's record and its snapshot's; nobody has the pen of one that came from elsewhere.
    pub(super) async fn sealed_draft(
        &self,
        draft: &Draft,
        pen: Option<Pen>,
    ) -> Result<(JsValue, JsValue, JsValue), StoreError> {
        let id = draft.id.to_string();
        let summary = self.sealing(DRAFTS, &id, &draft.summary())?;
        let snapshot = self.sealing(SNAPSHOTS, &id, draft)?;
        let (summary, snapshot) = (summary.done().await?, snapshot.done().await?);
        let pen = pen.map_or(JsValue::UNDEFINED, |pen| pen.to_string().into());
        let fields =
            [(SEQ, (draft.seq as f64).into()), (FORM, draft.form.hash.as_str().into()), (HOLDER, pen)];
        Ok((id.into(), sealed_record(&summary, &fields), sealed_record(&snapshot, &[])))
    }
}
