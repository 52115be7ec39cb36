//! What belongs to the phone and to none of its users: who it is for the server, and where else it sends.
//!
//! Sealed in the database of the users' names, under a key that asks for no PIN: a locked phone goes on sending, and whoever
//! uses the phone next sends as the same device. The key never leaves the browser's hands; a copy of the files opens nothing.
//! Kept here: a write is strict, and nothing of it lies there in plain.

use doorstep_delivery::store::{StoreError, StoreErrorKind};
use wasm_bindgen::JsValue;

use super::database::{Database, Durability, KEYS};
use super::users;
use super::vault::Vault;

/// The phone's own records, by name.
#[derive(Debug)]
pub struct Phone {
    database: Database,
    vault: Vault,
}

impl Phone {
    /// Opens them.
    ///
    /// # Errors
    /// As [`IndexedDb::open`](super::store::IndexedDb::open).
    pub async fn open() -> Result<Phone, StoreError> {
        Phone::open_named(users::NAME).await
    }

    async fn open_named(name: &str) -> Result<Phone, StoreError> {
        let database = Database::open(name).await?;
        let vault = Vault::open(&database).await?;
        Ok(Phone { database, vault })
    }

    /// The record of that name, if there is one.
    ///
    /// # Errors
    /// `Unreadable` if it is damaged.
    pub async fn read(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let key = key(name);
        let kept = self.database.read(&[KEYS]).await?.get(KEYS, &JsValue::from(key.as_str())).await?;
        match kept {
            Some(kept) => self.vault.open_sealed(KEYS, &key, &kept).await.map(Some),
            None => Ok(None),
        }
    }

    /// Strict. Keeps a record, over the one that may be there.
    ///
    /// # Errors
    /// [`StoreError`]: then the one before is there as it was.
    pub async fn write(&self, name: &str, plain: &[u8]) -> Result<(), StoreError> {
        let key = key(name);
        let sealed = self.vault.seal(KEYS, &key, plain)?.done().await?;
        let transaction = self.database.write(&[KEYS], Durability::Strict).await?;
        transaction.put(KEYS, &key.into(), &sealed)?;
        transaction.finish().await
    }

    /// Strict. Changes a record as it is kept, unless there is none or `change` gives nothing: then false.
    ///
    /// # Errors
    /// `Conflict` if another tab wrote it in between, `Unreadable` if it is damaged: then it is as it was.
    pub async fn change(
        &self,
        name: &str,
        change: impl FnOnce(&[u8]) -> Option<Vec<u8>>,
    ) -> Result<bool, StoreError> {
        let key = key(name);
        let id = JsValue::from(key.as_str());
        let bytes = |kept: &JsValue| js_sys::Uint8Array::new(kept).to_vec();
        let Some(kept) = self.database.read(&[KEYS]).await?.get(KEYS, &id).await? else { return Ok(false) };
        let plain = self.vault.open_sealed(KEYS, &key, &kept).await?;
        let Some(plain) = change(&plain) else { return Ok(false) };
        let sealed = self.vault.seal(KEYS, &key, &plain)?.done().await?;
        let transaction = self.database.write(&[KEYS], Durability::Strict).await?;
        let now = transaction.get(KEYS, &id).await?;
        if now.is_none_or(|now| bytes(&now) != bytes(&kept)) {
            return Err(StoreErrorKind::Conflict.because("another tab wrote the record"));
        }
        transaction.put(KEYS, &id, &sealed)?;
        transaction.finish().await?;
        Ok(true)
    }

    /// Strict. Forgets a record.
    ///
    /// # Errors
    /// [`StoreError`]: then it is still there.
    pub async fn remove(&self, name: &str) -> Result<(), StoreError> {
        let transaction = self.database.write(&[KEYS], Durability::Strict).await?;
        transaction.delete(KEYS, JsValue::from(key(name)))?;
        transaction.finish().await
    }
}

/// Apart from the vault's own keys and the list of users.
fn key(name: &str) -> String {
    format!("phone/{name}")
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

    use super::super::clock;
    use super::*;

    wasm_bindgen_test_configure!(run_in_browser);

    #[wasm_bindgen_test]
    async fn what_the_phone_keeps_is_there_again_and_lies_there_sealed() {
        let name = format!("test-phone-{}", u64::from_be_bytes(clock::random_bytes()));
        let phone = Phone::open_named(&name).await.unwrap();
        assert_eq!(phone.read("enrolment").await.unwrap(), None);
        phone.write("enrolment", "令牌t0ken".as_bytes()).await.unwrap();
        phone.write("targets", b"other").await.unwrap();

        let again = Phone::open_named(&name).await.unwrap();
        assert_eq!(again.read("enrolment").await.unwrap().as_deref(), Some("令牌t0ken".as_bytes()));
        let key = JsValue::from("phone/enrolment");
        let kept = again.database.read(&[KEYS]).await.unwrap().get(KEYS, &key).await.unwrap().unwrap();
        let kept = js_sys::Uint8Array::new(&kept).to_vec();
        assert!(!kept.windows(5).any(|part| part == b"t0ken"));

        // Changed as it is kept, or not at all.
        assert!(!again.change("none", |_| panic!("there is none")).await.unwrap());
        assert!(!again.change("targets", |_| None).await.unwrap());
        assert!(again.change("targets", |kept| Some([kept, b"!"].concat())).await.unwrap());
        assert_eq!(phone.read("targets").await.unwrap().as_deref(), Some(&b"other!"[..]));

        // A record that was put in another's place is none.
        let transaction = again.database.write(&[KEYS], Durability::Strict).await.unwrap();
        let sealed = js_sys::Uint8Array::from(&*kept);
        transaction.put(KEYS, &"phone/targets".into(), &sealed).unwrap();
        transaction.finish().await.unwrap();
        assert!(phone.read("targets").await.is_err());

        again.remove("enrolment").await.unwrap();
        assert_eq!(phone.read("enrolment").await.unwrap(), None);
    }
}
