//! Who uses this phone: names and ids, sealed in a database of their own under a key that asks for no PIN, since
//! the names are shown before anyone has given one.
//!
//! Each user's answers lie in a database of their own ([`IndexedDb::open_of`](super::store::IndexedDb::open_of)).

use doorstep_delivery::store::{StoreError, StoreErrorKind};
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsValue;

use super::clock;
use super::database::{Database, Durability, KEYS};
use super::vault::Vault;

/// The database's name. Users' own end in sixteen hexadecimal digits.
pub(super) const NAME: &str = "doorstep-users";
/// The key of the list.
const LIST: &str = "users";
/// So many people share a phone at most.
pub const MOST: usize = 20;
/// How often a write is tried again after another tab was faster.
const TRIES: usize = 5;

/// Someone who uses this phone.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct User {
    /// Sixteen hexadecimal digits; empty: the first user.
    pub id: String,
    /// As they call themselves; empty as long as the first one gave no name.
    pub name: String,
}

/// The list as it is kept (version 1).
#[derive(Serialize, Deserialize)]
struct UsersV1 {
    version: u32,
    users: Vec<User>,
}

/// The list of users.
#[derive(Debug)]
pub struct Users {
    database: Database,
    vault: Vault,
}

impl Users {
    /// Opens the list; at first it holds the first user.
    ///
    /// # Errors
    /// As [`IndexedDb::open`](super::store::IndexedDb::open).
    pub async fn open() -> Result<Users, StoreError> {
        Users::open_named(NAME).await
    }

    async fn open_named(name: &str) -> Result<Users, StoreError> {
        let database = Database::open(name).await?;
        let vault = Vault::open(&database).await?;
        Ok(Users { database, vault })
    }

    /// All users, in the order in which they came.
    ///
    /// # Errors
    /// `Unreadable` if the list is damaged.
    pub async fn list(&self) -> Result<Vec<User>, StoreError> {
        self.read(self.kept().await?.as_ref()).await
    }

    /// Strict. Adds a user of that name.
    ///
    /// # Errors
    /// `Full` if there are as many as there may be.
    pub async fn add(&self, name: &str) -> Result<User, StoreError> {
        let id = format!("{:016x}", u64::from_be_bytes(clock::random_bytes()));
        let user = User { id, name: name.to_owned() };
        self.change(|users| {
            if users.len() >= MOST {
                return Err(StoreErrorKind::Full.because("there are too many users"));
            }
            users.push(user.clone());
            Ok(())
        })
        .await?;
        Ok(user)
    }

    /// Strict. Gives a user another name.
    pub async fn rename(&self, id: &str, name: &str) -> Result<(), StoreError> {
        self.change(|users| match users.iter_mut().find(|user| user.id == id) {
            Some(user) => {
                user.name = name.to_owned();
                Ok(())
            }
            None => Err(StoreErrorKind::Gone.because("there is no such user")),
        })
        .await
    }

    async fn change(
        &self,
        change: impl Fn(&mut Vec<User>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        for _ in 0..TRIES {
            let kept = self.kept().await?;
            let mut users = self.read(kept.as_ref()).await?;
            change(&mut users)?;
            let plain = serde_json::to_vec(&UsersV1 { version: 1, users })
                .map_err(|_| StoreErrorKind::Unreadable.because("the list of users can't be written"))?;
            let sealed = self.vault.seal(KEYS, LIST, &plain)?.done().await?;
            let transaction = self.database.write(&[KEYS], Durability::Strict).await?;
            let now = transaction.get(KEYS, &LIST.into()).await?;
            if bytes(now.as_ref()) == bytes(kept.as_ref()) {
                transaction.put(KEYS, &LIST.into(), &sealed)?;
                return transaction.finish().await;
            }
        }
        Err(StoreErrorKind::Conflict.because("another tab changes the users"))
    }

    async fn kept(&self) -> Result<Option<JsValue>, StoreError> {
        self.database.read(&[KEYS]).await?.get(KEYS, &LIST.into()).await
    }

    async fn read(&self, kept: Option<&JsValue>) -> Result<Vec<User>, StoreError> {
        let Some(kept) = kept else { return Ok(vec![User::default()]) };
        let plain = self.vault.open_sealed(KEYS, LIST, kept).await?;
        let list: UsersV1 = serde_json::from_slice(&plain)
            .map_err(|_| StoreErrorKind::Unreadable.because("the list of users is damaged"))?;
        match list.version {
            1 => Ok(list.users),
            newer => Err(StoreErrorKind::Unreadable.because(format!("a list of users in version {newer}"))),
        }
    }
}

fn bytes(kept: Option<&JsValue>) -> Option<Vec<u8>> {
    kept.map(|kept| js_sys::Uint8Array::new(kept).to_vec())
}

#[cfg(test)]
mod golden {
    use super::*;

    #[test]
    fn the_list_of_version_1_reads_and_is_written_as_it_was() {
        let golden = r#"{"version":1,"users":[{"id":"","name":"王"},{"id":"00ff00ff00ff00ff","name":"李"}]}"#;
        let list: UsersV1 = serde_json::from_str(golden).expect("it reads");
        assert_eq!(list.users[1], User { id: "00ff00ff00ff00ff".into(), name: "李".into() });
        assert_eq!(serde_json::to_string(&list).expect("it is written"), golden);
    }
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

    use super::*;

    wasm_bindgen_test_configure!(run_in_browser);

    #[wasm_bindgen_test]
    async fn users_come_and_are_named_and_no_name_lies_there_in_plain() {
        let name = format!("test-users-{}", u64::from_be_bytes(clock::random_bytes()));
        let users = Users::open_named(&name).await.unwrap();
        assert_eq!(users.list().await.unwrap(), [User::default()]);
        let second = users.add("李梅").await.unwrap();
        users.rename("", "王强").await.unwrap();
        assert_eq!(users.rename("nobody", "x").await.unwrap_err().kind, StoreErrorKind::Gone);

        let again = Users::open_named(&name).await.unwrap();
        let listed = again.list().await.unwrap();
        assert_eq!(listed, [User { id: String::new(), name: "王强".into() }, second]);
        assert_eq!(listed[1].id.len(), 16);
        let kept = bytes(again.kept().await.unwrap().as_ref()).unwrap();
        assert!(!kept.windows(3).any(|part| part == "王".as_bytes()));
    }

    #[wasm_bindgen_test]
    async fn a_phone_has_so_many_users_and_no_more() {
        let name = format!("test-users-{}", u64::from_be_bytes(clock::random_bytes()));
        let users = Users::open_named(&name).await.unwrap();
        for number in 1..MOST {
            users.add(&number.to_string()).await.unwrap();
        }
        assert_eq!(users.add("one more").await.unwrap_err().kind, StoreErrorKind::Full);
        assert_eq!(users.list().await.unwrap().len(), MOST);
    }
}
