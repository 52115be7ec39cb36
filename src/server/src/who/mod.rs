//! Who may do what: users, sessions, devices, rights, masks, limits and the audit log.
//!
//! `ciphers ← secret ← password, second_factor, enrolment, session` and `rights ← mask, fields` know neither database nor clock;
//! `users, devices, log` are their rows; `caller` finds out who asks, before any route (`basic` where a program knows no other way); `routes` are the addresses.
//!
//! **A route of another part** takes a [`caller::Caller`] among its arguments and asks `caller.may(&shared.who, Deed::…, place)`
//! before it does anything; what it hands out of a person goes through `mask`, and into the log by `shared.who.note(…)`.

pub(crate) mod audit;
pub(crate) mod basic;
pub(crate) mod caller;
mod ciphers;
mod devices;
mod enrolment;
pub(crate) mod fields;
mod key;
mod limits;
mod log;
pub(crate) mod mask;
mod oidc;
mod password;
pub(crate) mod rights;
pub(crate) mod routes;
mod second_factor;
pub(crate) mod secret;
pub(crate) mod session;
pub(crate) mod users;

use std::path::{Path, PathBuf};

use tokio::sync::Semaphore;

use crate::answer::Refusal;
use crate::listen::now_ms;
use crate::store::{Store, StoreError};
use audit::{Broken, Entry, Event, Head};
use ciphers::{Ciphers, hex};
use limits::Limits;
use oidc::Oidc;
use rights::{Area, Role, Standing};

pub(crate) use ciphers::random;
pub(crate) use key::FILE as KEY_FILE;
pub use key::KeyError;
pub use oidc::OidcError;
pub(crate) use oidc::open as open_oidc;
pub(crate) use users::new_id;

/// How many passwords are hashed at once: each takes 19 MiB and a core.
const HASHERS: usize = 2;
/// The first administrator's name.
const FIRST_NAME: &str = "admin";

/// Who may send, and what is before the server.
#[derive(Clone, Debug, Default)]
pub struct Access {
    /// Must whoever sends a submission be known? Otherwise anybody may who reaches the server.
    pub devices_only: bool,
    /// Is there a proxy whose `X-Forwarded-For`, `-Proto` and `-Host` are to be believed?
    pub behind_proxy: bool,
    /// SM3 and SM4 rather than SHA-256 and AES: for good, from the first start on.
    pub sm_ciphers: bool,
    /// The file that describes the office's OpenID provider, if people log in there.
    pub oidc: Option<PathBuf>,
}

/// The administrator that the first start makes.
#[derive(Clone)]
pub struct FirstUser {
    /// What to log in with.
    pub name: String,
    /// Good for one login: another one has to be chosen then.
    pub password: String,
}

impl std::fmt::Debug for FirstUser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "FirstUser({}, …)", self.name)
    }
}

/// Users, devices and rights of a server.
#[derive(Debug)]
pub(crate) struct Who {
    store: Store,
    ciphers: &'static dyn Ciphers,
    /// What the second factors' secrets are sealed with.
    key: key::Key,
    pub(crate) limits: Limits,
    pub(crate) access: Access,
    hashers: Semaphore,
    /// Passwords that were right a moment ago.
    verified: basic::Verified,
    /// The office's OpenID provider.
    pub(crate) oidc: Option<Oidc>,
}

impl Who {
    pub(crate) async fn open(
        store: Store,
        data: &Path,
        access: &Access,
        oidc: Option<Oidc>,
    ) -> Result<Who, KeyError> {
        let ciphers: &'static dyn Ciphers = if access.sm_ciphers { &ciphers::Sm } else { &ciphers::Nist };
        let key = key::Key::open(data).map_err(KeyError::File)?;
        key::check(&store, ciphers, &key).await?;
        let (limits, hashers) = (Limits::new(), Semaphore::new(HASHERS));
        let verified = basic::Verified::new();
        Ok(Who { store, ciphers, key, limits, access: access.clone(), hashers, verified, oidc })
    }

    /// Makes an administrator where there is no user at all.
    pub(crate) async fn make_first_user(&self) -> Result<Option<FirstUser>, StoreError> {
        if self.has_users().await? {
            return Ok(None);
        }
        let password = password::first();
        let standing = Standing { role: Role::Administrator, area: Area::EVERYWHERE, provider: None };
        let hash = password::hash(&password);
        // Another process may have been faster: then it shows the password.
        let Some(id) = self.make_user(FIRST_NAME, &standing, &hash, now_ms()).await? else { return Ok(None) };
        self.note(&Entry::of(Event::FirstStart).to(id)).await?;
        Ok(Some(FirstUser { name: FIRST_NAME.to_owned(), password }))
    }

    /// What is kept of a resident's number: who has the database alone can't try numbers against it.
    pub(crate) fn id_key(&self, number: &str) -> String {
        hex(&self.ciphers.keyed_digest(&self.key, format!("id number {number}").as_bytes()))
    }

    /// What is kept of a person who is told by name and birthday (empty: not known), where who they are is not to be read.
    pub(crate) fn person_key(&self, name: &str, birthday: &str) -> String {
        hex(&self.ciphers.keyed_digest(&self.key, format!("person {name} {birthday}").as_bytes()))
    }

    /// What is kept of the proof that a query code and an ID number make together.
    pub(crate) fn query_key(&self, proof: &str) -> String {
        hex(&self.ciphers.keyed_digest(&self.key, format!("query code {proof}").as_bytes()))
    }

    /// What is kept of a password. A few at a time, off the async threads.
    async fn hash_password(&self, password: String) -> Result<String, Refusal> {
        self.off_thread(move || password::hash(&password)).await
    }

    /// Is it the password of that hash?
    async fn verify_password(&self, password: String, kept: Option<String>) -> Result<bool, Refusal> {
        self.off_thread(move || password::verify(&password, kept.as_deref())).await
    }

    async fn off_thread<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Refusal> {
        let place = self.hashers.acquire().await.map_err(|error| Refusal::fault(&error))?;
        let done = tokio::task::spawn_blocking(work).await;
        drop(place);
        done.map_err(|_| Refusal::fault(&"a request panicked"))
    }
}

/// Why the audit log could not be checked, or does not hold.
#[derive(Debug)]
pub enum CheckError {
    /// The database can't be read.
    Store(StoreError),
    /// The first line that is not as it was written.
    Broken(Broken),
}

impl std::fmt::Display for CheckError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            CheckError::Store(error) => write!(f, "the database can't be read: {error}"),
            CheckError::Broken(broken) => write!(f, "{broken}"),
        }
    }
}

impl std::error::Error for CheckError {}

/// Follows the audit log of a data folder, or of a PostgreSQL, from its first line to its last: its head, to be noted down.
///
/// # Errors
/// [`CheckError`]: `noted` is a head of earlier, which shows that the log's end was cut off.
pub async fn check_audit(
    data: &Path,
    database: Option<&str>,
    noted: Option<Head>,
) -> Result<Head, CheckError> {
    let store = Store::open(data, database).await.map_err(CheckError::Store)?;
    let checked = log::check(&store, noted).await;
    store.close().await;
    checked.map_err(CheckError::Store)?.map_err(CheckError::Broken)
}

#[cfg(test)]
mod testing {
    //! Users and devices of an empty database.

    use std::sync::Arc;

    use super::*;
    use crate::store::testing::Place;

    /// As a process has them.
    pub(super) async fn open(place: &Place) -> Arc<Who> {
        let keys = tempfile::tempdir().unwrap();
        Arc::new(Who::open(place.open().await, keys.path(), &Access::default(), None).await.unwrap())
    }

    /// The id of a new user.
    pub(super) async fn user(who: &Who, name: &str) -> String {
        let area = Area::parse("371002").unwrap();
        let standing = Standing { role: Role::Station, area, provider: None };
        who.make_user(name, &standing, "no hash", 1).await.unwrap().unwrap()
    }

    /// Does something twelve times at once: how often it came to something.
    pub(super) async fn at_once<F>(mut deed: impl FnMut() -> F) -> usize
    where
        F: Future<Output = bool> + Send + 'static,
    {
        let running: Vec<_> = (0..12).map(|_| tokio::spawn(deed())).collect();
        let mut done = 0;
        for deed in running {
            done += usize::from(deed.await.unwrap());
        }
        done
    }
}
