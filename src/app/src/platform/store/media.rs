//! Forms' media as they lie in the database: their bytes among the bundles, in plain, under `media/` and their hash.
//!
//! They are content of the office's, the same on every phone, and nobody's answers; which form lists which stands in plain beside the form. So a locked phone can
//! drop them too, in the transaction that drops the form. They lie among the bundles since an older build of the app opens no database that has another set of stores.

use std::collections::BTreeSet;
use std::sync::Arc;

use doorstep_delivery::media::{Lacking, Shelf};
use doorstep_delivery::store::{Store, StoreError, StoreErrorKind};
use doorstep_engine::source::MEDIA_LIST;
use doorstep_engine::{Bundle, MediaFile, Source};
use js_sys::Uint8Array;
use wasm_bindgen::{JsCast, JsValue};

use super::super::database::{BUNDLES, Durability, FORMS, Transaction, items_of};
use super::super::picked::Shown;
use super::IndexedDb;
use super::records::{CURRENT, HASH, MEDIA, field, flag, set, text};

/// What their names begin with, before `/` and the hash.
const NAME: &str = "media";

impl Shelf for IndexedDb {
    async fn lacking(&self) -> Result<Lacking, StoreError> {
        self.note_lists().await?;
        let transaction = self.database.read(&[FORMS, BUNDLES]).await?;
        let mut forms = transaction.all(FORMS, None).await?;
        let held = held(&transaction).await?;
        forms.sort_by_key(|kept| !flag(kept, CURRENT));
        let (mut seen, mut lacking) = (BTreeSet::new(), Lacking::default());
        for file in forms.iter().filter_map(listed).flatten() {
            if seen.insert(file.sha256.clone()) {
                match held.contains(&file.sha256) {
                    true => lacking.kept += file.size,
                    false => lacking.files.push(file),
                }
            }
        }
        Ok(lacking)
    }

    async fn put_up(&self, file: &MediaFile, bytes: &[u8]) -> Result<(), StoreError> {
        // It can be fetched again.
        let transaction = self.database.write(&[BUNDLES], Durability::Relaxed).await?;
        transaction.put(BUNDLES, &key(&file.sha256), &Uint8Array::from(bytes))?;
        transaction.finish().await
    }
}

impl IndexedDb {
    /// The hashes of the media that are here.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn media_held(&self) -> Result<BTreeSet<Arc<str>>, StoreError> {
        held(&self.database.read(&[BUNDLES]).await?).await
    }

    /// A file of a form, to be shown as long as this lives. Nothing if it is not here, or not whole.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn media_shown(&self, file: &MediaFile) -> Result<Option<Shown>, StoreError> {
        let bytes = self.media_array(file).await?;
        Ok(bytes.and_then(|bytes| Shown::of_array(&bytes, &file.kind)))
    }

    /// Its bytes, where it is to be more than looked at.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn media_bytes(&self, file: &MediaFile) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.media_array(file).await?.map(|bytes| bytes.to_vec()))
    }

    async fn media_array(&self, file: &MediaFile) -> Result<Option<Uint8Array>, StoreError> {
        let transaction = self.database.read(&[BUNDLES]).await?;
        let kept = transaction.get(BUNDLES, &key(&file.sha256)).await?;
        let bytes = kept.and_then(|kept| kept.dyn_into::<Uint8Array>().ok());
        Ok(bytes.filter(|bytes| u64::from(bytes.length()) == file.size))
    }

    /// Notes what the forms list that an older build has kept.
    async fn note_lists(&self) -> Result<(), StoreError> {
        let forms = self.database.read(&[FORMS]).await?.all(FORMS, None).await?;
        for kept in forms.iter().filter(|kept| listed(kept).is_none()) {
            let hash = text(kept, HASH);
            let list = match self.load_form(&hash).await {
                Ok(bundle) => bundle.as_deref().map(list_in).unwrap_or_default(),
                Err(error) if error.kind == StoreErrorKind::Unreadable => String::new(),
                Err(error) => return Err(error),
            };
            let transaction = self.database.write(&[FORMS], Durability::Relaxed).await?;
            // It may have gone meanwhile.
            if let Some(now) = transaction.get(FORMS, &hash.as_str().into()).await? {
                set(&now, MEDIA, &list.into());
                transaction.put(FORMS, &hash.into(), &now)?;
            }
            transaction.finish().await?;
        }
        Ok(())
    }
}

/// The media list in a bundle's wire JSON, as it stands there; empty if there is none.
pub(super) fn list_in(bundle: &str) -> String {
    if !bundle.contains(MEDIA_LIST) {
        return String::new();
    }
    let files = Bundle::from_json(bundle).map(|bundle| bundle.files).unwrap_or_default();
    files.iter().find(|file| *file.name == *MEDIA_LIST).map(|file| file.text.to_string()).unwrap_or_default()
}

/// Deletes the media that none of the forms lists any more. While it is not known of one what it lists, all stay.
pub(super) async fn drop_unlisted(transaction: &Transaction) -> Result<(), StoreError> {
    let held = held(transaction).await?;
    if held.is_empty() {
        return Ok(());
    }
    let mut wanted = BTreeSet::new();
    for kept in transaction.all(FORMS, None).await? {
        let Some(files) = listed(&kept) else { return Ok(()) };
        wanted.extend(files.into_iter().map(|file| file.sha256));
    }
    for hash in held.difference(&wanted) {
        transaction.delete(BUNDLES, key(hash))?;
    }
    Ok(())
}

/// What a form lists. Nothing: that was not noted yet.
fn listed(kept: &JsValue) -> Option<Vec<MediaFile>> {
    let list = field(kept, MEDIA).as_string()?;
    if list.is_empty() {
        return Some(Vec::new());
    }
    let bundle = Bundle { main: Source::new("", ""), files: vec![Source::new(MEDIA_LIST, list)] };
    Some(bundle.media().unwrap_or_default())
}

async fn held(transaction: &Transaction) -> Result<BTreeSet<Arc<str>>, StoreError> {
    let keys = transaction.keys(BUNDLES, Some(&items_of(NAME))).await?;
    let hash = |key: &JsValue| key.as_string()?.split_once('/').map(|(_, hash)| hash.into());
    Ok(keys.iter().filter_map(hash).collect())
}

fn key(hash: &str) -> JsValue {
    format!("{NAME}/{hash}").into()
}
