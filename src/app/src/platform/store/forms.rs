//! Forms as they lie in the database: what a list shows of each version and its bundle, each sealed; beside it in plain which version is current, and which media it lists.

use doorstep_delivery::FormVersion;
use doorstep_delivery::store::{Listed, StoreError};
use wasm_bindgen::JsValue;

use super::super::database::{BUNDLES, DRAFTS, FORMS, OUTBOX, Transaction};
use super::IndexedDb;
use super::media::{drop_unlisted, list_in};
use super::records::{CAME, CURRENT, FORM, HASH, MEDIA, flag, number, sealed_record, set, text};

impl IndexedDb {
    /// All versions, by form id, then in the order they came.
    pub(super) async fn list_forms(&self) -> Result<Listed<FormVersion>, StoreError> {
        let transaction = self.database.read(&[FORMS]).await?;
        let mut kept = transaction.all(FORMS, None).await?;
        kept.sort_by_key(|kept| (text(kept, FORM), number(kept, CAME)));
        let mut listed = Listed::default();
        for kept in kept {
            let hash = text(&kept, HASH);
            match self.open_record::<FormVersion>(FORMS, &hash, &kept).await {
                // Which one is current changes with other versions' coming, so it stands outside.
                Ok(version) => listed.items.push(FormVersion { current: flag(&kept, CURRENT), ..version }),
                Err(error) => listed.unreadable.push((hash, error)),
            }
        }
        Ok(listed)
    }

    /// A version and its bundle, to be written.
    pub(super) async fn sealed_form(
        &self,
        version: &FormVersion,
        bundle: &str,
    ) -> Result<SealedForm, StoreError> {
        let hash = version.form.hash.as_str();
        let media = list_in(bundle);
        let (about, bundle) =
            (self.sealing(FORMS, hash, version)?, self.vault.seal(BUNDLES, hash, bundle.as_bytes())?);
        let (about, bundle) = (about.done().await?, bundle.done().await?);
        Ok(SealedForm {
            hash: hash.to_owned(),
            id: version.form.id.clone(),
            current: version.current,
            media,
            about,
            bundle,
        })
    }
}

/// A version of a form, to be written.
pub(super) struct SealedForm {
    hash: String,
    id: String,
    current: bool,
    media: String,
    about: JsValue,
    bundle: JsValue,
}

impl SealedForm {
    /// Where it is current, the form's other versions are current no more.
    pub(super) async fn write(&self, transaction: &Transaction) -> Result<(), StoreError> {
        let hash = JsValue::from(self.hash.as_str());
        let all = transaction.all(FORMS, None).await?;
        let last = all.iter().map(|kept| number(kept, CAME)).max().unwrap_or(0);
        let before = all.iter().find(|kept| text(kept, HASH) == self.hash);
        let came = before.map_or(last + 1, |kept| number(kept, CAME));
        if self.current {
            withdraw(transaction, |id| id == self.id).await?;
        }
        let fields = [
            (HASH, hash.clone()),
            (FORM, self.id.as_str().into()),
            (CURRENT, self.current.into()),
            (CAME, (came as f64).into()),
            (MEDIA, self.media.as_str().into()),
        ];
        transaction.put(FORMS, &hash, &sealed_record(&self.about, &fields))?;
        transaction.put(BUNDLES, &hash, &sealed_record(&self.bundle, &[]))
    }
}

/// No version of the forms of those ids is current any more. Was one?
pub(super) async fn withdraw(
    transaction: &Transaction,
    meant: impl Fn(&str) -> bool,
) -> Result<bool, StoreError> {
    let mut any = false;
    for kept in transaction.all(FORMS, None).await? {
        if flag(&kept, CURRENT) && meant(&text(&kept, FORM)) {
            set(&kept, CURRENT, &false.into());
            transaction.put(FORMS, &text(&kept, HASH).into(), &kept)?;
            any = true;
        }
    }
    Ok(any)
}

/// Drops the versions that are neither current nor used by a draft or an unreceipted submission, with the media that only they list; gives their hashes.
pub(super) async fn drop_unused(transaction: &Transaction) -> Result<Vec<String>, StoreError> {
    let mut used = Vec::new();
    for store in [DRAFTS, OUTBOX] {
        used.extend(transaction.all(store, None).await?.iter().map(|kept| text(kept, FORM)));
    }
    let mut dropped = Vec::new();
    for kept in transaction.all(FORMS, None).await? {
        let hash = text(&kept, HASH);
        if !flag(&kept, CURRENT) && !used.contains(&hash) {
            transaction.delete(FORMS, JsValue::from(hash.as_str()))?;
            transaction.delete(BUNDLES, JsValue::from(hash.as_str()))?;
            dropped.push(hash);
        }
    }
    drop_unlisted(transaction).await?;
    Ok(dropped)
}
