//! Files that belong to answers: each a record of what it is and one of its bytes, both sealed, under `[owner, number]`.
//!
//! No name stands in plain: a file's number says nothing, and whoever wants a name opens what the owner has.

use doorstep_delivery::for_office::FILE_TYPE;
use doorstep_delivery::record::Record;
use doorstep_delivery::store::{Listed, StoreError};
use doorstep_delivery::{Attachment, Uuid};
use js_sys::Array;
use wasm_bindgen::JsValue;

use super::super::database::{FILE_BYTES, FILES, Transaction, keys_under};
use super::super::vault::Under;
use super::IndexedDb;
use super::records::{SEALED, field, sealed_record};

/// A file sealed, to be written.
pub(super) struct SealedFile {
    key: JsValue,
    about: JsValue,
    bytes: JsValue,
    /// Stands in place of an older one.
    replaces: bool,
}

impl SealedFile {
    /// Writes it. The transaction ends with `Conflict` if another tab took its number.
    pub(super) fn write(&self, transaction: &Transaction) -> Result<(), StoreError> {
        for (store, record) in [(FILES, &self.about), (FILE_BYTES, &self.bytes)] {
            match self.replaces {
                true => transaction.put(store, &self.key, record)?,
                false => transaction.add(store, &self.key, record)?,
            }
        }
        Ok(())
    }
}

impl IndexedDb {
    /// Seals a file for its owner, in place of the one of its name or under the number given.
    pub(super) async fn seal_file(
        &self,
        owner: Uuid,
        file: &Attachment,
        bytes: &[u8],
        number: Option<u64>,
    ) -> Result<SealedFile, StoreError> {
        let (old, next) = match number {
            Some(number) => (None, number),
            None => self.place_of(owner, &file.name).await?,
        };
        let number = old.unwrap_or(next);
        let id = file_id(owner, number);
        // What is sealed for the office is sent by a locked phone too.
        let under = if file.media_type == FILE_TYPE { Under::Sending } else { Under::User };
        let about = self.vault.seal_under(under, FILES, &id, &file.to_bytes())?;
        let bytes = self.vault.seal_under(under, FILE_BYTES, &id, bytes)?;
        Ok(SealedFile {
            key: file_key(owner, number),
            about: sealed_record(&about.done().await?, &[]),
            bytes: sealed_record(&bytes.done().await?, &[]),
            replaces: old.is_some(),
        })
    }

    /// Seals files beside those that the owner has, or in the place of one of the same name.
    pub(super) async fn seal_files_over(
        &self,
        owner: Uuid,
        files: &[(Attachment, Vec<u8>)],
    ) -> Result<Vec<SealedFile>, StoreError> {
        let (mut sealed, mut added) = (Vec::with_capacity(files.len()), 0);
        for (file, bytes) in files {
            let (old, next) = self.place_of(owner, &file.name).await?;
            let number = match old {
                Some(_) => None,
                None => {
                    added += 1;
                    Some(next + added - 1)
                }
            };
            sealed.push(self.seal_file(owner, file, bytes, number).await?);
        }
        Ok(sealed)
    }

    /// The number of the owner's file of that name, and the first that none has.
    async fn place_of(&self, owner: Uuid, name: &str) -> Result<(Option<u64>, u64), StoreError> {
        let files = self.files_of(owner).await?;
        let next = files.iter().map(|(number, _)| number + 1).max().unwrap_or(1);
        let named = |file: &Result<Attachment, StoreError>| file.as_ref().is_ok_and(|file| file.name == name);
        Ok((files.iter().find(|(_, file)| named(file)).map(|(number, _)| *number), next))
    }

    /// What an owner has, with the numbers.
    pub(super) async fn files_of(
        &self,
        owner: Uuid,
    ) -> Result<Vec<(u64, Result<Attachment, StoreError>)>, StoreError> {
        let kept = kept_files(&self.database.read(&[FILES]).await?, owner).await?;
        self.opened_files(owner, &kept).await
    }

    /// The same of records that were read before.
    pub(super) async fn opened_files(
        &self,
        owner: Uuid,
        kept: &[(u64, JsValue)],
    ) -> Result<Vec<(u64, Result<Attachment, StoreError>)>, StoreError> {
        let mut files = Vec::with_capacity(kept.len());
        for (number, record) in kept {
            files.push((*number, self.open_record(FILES, &file_id(owner, *number), record).await));
        }
        Ok(files)
    }

    /// An owner's files by name.
    pub(super) async fn list_files(&self, owner: Uuid) -> Result<Listed<Attachment>, StoreError> {
        let mut listed = Listed::default();
        for (number, file) in self.files_of(owner).await? {
            match file {
                Ok(file) => listed.items.push(file),
                Err(error) => listed.unreadable.push((file_id(owner, number), error)),
            }
        }
        listed.items.sort();
        Ok(listed)
    }

    /// The bytes of the owner's file of that name.
    pub(super) async fn file_bytes(&self, owner: Uuid, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let (Some(number), _) = self.place_of(owner, name).await? else { return Ok(None) };
        let transaction = self.database.read(&[FILE_BYTES]).await?;
        let Some(kept) = transaction.get(FILE_BYTES, &file_key(owner, number)).await? else {
            return Ok(None);
        };
        let sealed = field(&kept, SEALED);
        self.vault.open_sealed(FILE_BYTES, &file_id(owner, number), &sealed).await.map(Some)
    }
}

/// The records of what an owner has, by number, as they lie there.
pub(super) async fn kept_files(
    transaction: &Transaction,
    owner: Uuid,
) -> Result<Vec<(u64, JsValue)>, StoreError> {
    let range = keys_under(&owner.to_string(), None, None);
    let keys = transaction.keys(FILES, Some(&range)).await?;
    let kept = transaction.all(FILES, Some(&range)).await?;
    let number = |key: &JsValue| Array::from(key).get(1).as_f64().unwrap_or_default() as u64;
    Ok(keys.iter().map(number).zip(kept).collect())
}

/// Removes all files of an owner.
pub(super) fn remove_files(transaction: &Transaction, owner: Uuid) -> Result<(), StoreError> {
    for store in [FILES, FILE_BYTES] {
        transaction.delete(store, keys_under(&owner.to_string(), None, None))?;
    }
    Ok(())
}

/// Removes one file of an owner.
pub(super) fn remove_file(transaction: &Transaction, owner: Uuid, number: u64) -> Result<(), StoreError> {
    for store in [FILES, FILE_BYTES] {
        transaction.delete(store, file_key(owner, number))?;
    }
    Ok(())
}

fn file_id(owner: Uuid, number: u64) -> String {
    format!("{owner}/{number}")
}

fn file_key(owner: Uuid, number: u64) -> JsValue {
    Array::of2(&owner.to_string().into(), &(number as f64).into()).into()
}
