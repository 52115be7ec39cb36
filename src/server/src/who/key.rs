//! The key that second factors are sealed with: a file beside the database, or `DOORSTEP_KEY` where several processes share one.
//!
//! Kept here: whoever has the database alone has no second factor. The key never changes by itself: a server that finds another
//! one than its database was begun with does not start, rather than lock everybody out without a word.

use std::io::{self, Write};
use std::ops::Deref;
use std::path::Path;

use super::ciphers::{Ciphers, hex, random};
use crate::store::{Store, StoreError};

/// The key's file in the data folder.
pub(crate) const FILE: &str = "secret.key";
/// Names it instead: 64 hexadecimal digits.
const VARIABLE: &str = "DOORSTEP_KEY";

/// 256 bits that nobody prints.
pub(super) struct Key([u8; 32]);

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(…)")
    }
}

impl Deref for Key {
    type Target = [u8; 32];

    fn deref(&self) -> &[u8; 32] {
        &self.0
    }
}

/// Why the key can't be used.
#[derive(Debug)]
pub enum KeyError {
    /// Its file can't be read or made.
    File(io::Error),
    /// The database was begun with another key, or with other ciphers.
    Another,
    /// The database can't be read.
    Store(StoreError),
}

impl std::fmt::Display for KeyError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            KeyError::File(error) => write!(f, "the key in `{FILE}` or {VARIABLE} can't be had: {error}"),
            KeyError::Another => write!(
                f,
                "the database was begun with another key or other ciphers: bring back `{FILE}`, {VARIABLE} or `--ciphers`"
            ),
            KeyError::Store(error) => write!(f, "the database can't be read: {error}"),
        }
    }
}

impl std::error::Error for KeyError {}

impl Key {
    /// The key of a data folder, made if there is none.
    pub(super) fn open(data: &Path) -> io::Result<Key> {
        match std::env::var(VARIABLE) {
            Ok(text) => parse(&text),
            Err(_) => read_or_make(&data.join(FILE)),
        }
    }
}

fn parse(text: &str) -> io::Result<Key> {
    let text = text.trim();
    let digits = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let mut key = [0; 32];
    if !digits {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "a key has 64 hexadecimal digits"));
    }
    for (at, byte) in key.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * at..2 * at + 2], 16).map_err(io::Error::other)?;
    }
    Ok(Key(key))
}

fn read_or_make(path: &Path) -> io::Result<Key> {
    match std::fs::read_to_string(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        read => return parse(&read?),
    }
    let key = Key(random());
    // Whole or not at all, and never over another process's: a link to a name that is there fails.
    let partial = path.with_extension(format!("{}.part", hex(&random::<8>())));
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&partial)?;
    file.write_all(hex(&key.0).as_bytes())?;
    file.sync_all()?;
    let linked = std::fs::hard_link(&partial, path);
    std::fs::remove_file(&partial)?;
    match linked {
        Ok(()) => Ok(key),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => parse(&std::fs::read_to_string(path)?),
        Err(error) => Err(error),
    }
}

/// Is it the key, and are these the ciphers, that the database was begun with?
pub(super) async fn check(store: &Store, ciphers: &dyn Ciphers, key: &Key) -> Result<(), KeyError> {
    const MARK: &str =
        "INSERT INTO who_setting (name, value) VALUES ('key', $1) ON CONFLICT (name) DO NOTHING";
    let mark = format!("{} {}", ciphers.name(), hex(&ciphers.keyed_digest(key, b"doorstep's key")));
    let run = async {
        writing!(store.database, |pool| async {
            sqlx::query(MARK).bind(&mark).execute(pool).await?;
            Ok(())
        })?;
        let kept: (String,) = reading!(store.database, |pool| sqlx::query_as(
            "SELECT value FROM who_setting WHERE name = 'key'"
        )
        .fetch_one(pool))?;
        Ok::<String, sqlx::Error>(kept.0)
    };
    let kept = run.await.map_err(|error| KeyError::Store(error.into()))?;
    if kept == mark { Ok(()) } else { Err(KeyError::Another) }
}

#[cfg(test)]
mod tests {
    use super::super::ciphers::{Nist, Sm};
    use super::*;
    use crate::store::testing::{Place, on_each_database};

    on_each_database!(a_database_knows_its_key,);

    async fn a_database_knows_its_key(place: &Place) {
        let store = place.open().await;
        let (key, other) = (Key([1; 32]), Key([2; 32]));
        check(&store, &Nist, &key).await.unwrap();
        check(&store, &Nist, &key).await.unwrap();
        assert!(matches!(check(&store, &Nist, &other).await, Err(KeyError::Another)));
        assert!(matches!(check(&store, &Sm, &key).await, Err(KeyError::Another)));
    }

    #[test]
    fn a_key_is_made_once_for_its_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        let made = read_or_make(&path).unwrap();
        assert_eq!(*read_or_make(&path).unwrap(), *made);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        assert!(!format!("{made:?}").contains(&hex(&*made)));
        for text in ["", "00", &"g".repeat(64), &"é".repeat(32)] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
