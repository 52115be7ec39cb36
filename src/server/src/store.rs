//! The server's database: which forms were ever served, and each submission once. SQLite, WAL, synced on every commit.

use std::path::Path;
use std::sync::{Mutex, MutexGuard};

use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

/// The database's file in the data folder.
const FILE: &str = "doorstep.sqlite3";

/// Each entry takes the schema from the version of its index to the next. Entries are never changed, only added.
const MIGRATIONS: &[&str] = &["
    CREATE TABLE form_version (
        hash       TEXT PRIMARY KEY,
        id         TEXT NOT NULL,
        version    TEXT NOT NULL,
        bundle     TEXT NOT NULL,
        served_at  INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE submission (
        id            TEXT PRIMARY KEY,
        form_id       TEXT NOT NULL,
        form_version  TEXT NOT NULL,
        form_hash     TEXT NOT NULL REFERENCES form_version (hash),
        content_hash  TEXT NOT NULL,
        body          BLOB NOT NULL,
        received_at   INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX submission_by_form ON submission (form_id, received_at);
"];

/// The database. Calls block: use them off the async threads.
#[derive(Debug)]
pub(crate) struct Store {
    connection: Mutex<Connection>,
}

/// A submission to be kept.
#[derive(Debug)]
pub(crate) struct Row<'a> {
    pub(crate) id: &'a str,
    pub(crate) form_id: &'a str,
    pub(crate) form_version: &'a str,
    pub(crate) form_hash: &'a str,
    /// SHA-256 of the body, lowercase hex.
    pub(crate) content_hash: &'a str,
    /// The sealed bytes, exactly.
    pub(crate) body: &'a [u8],
    /// Milliseconds since 1970.
    pub(crate) received_at: i64,
}

/// What became of a submission.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kept {
    /// It is new, and on the disk.
    New,
    /// The same was there already, received first at that time.
    Again {
        /// Milliseconds since 1970.
        received_at: i64,
    },
    /// Other bytes have its id; nothing was stored.
    Taken,
}

/// Why the database can't be used. Holds no row's content.
#[derive(Debug)]
pub enum StoreError {
    /// The folder can't be made.
    Folder(std::io::Error),
    /// SQLite's own words.
    Sqlite(rusqlite::Error),
    /// The file was written by a newer Doorstep.
    Newer {
        /// The file's schema version.
        found: u32,
    },
}

impl std::fmt::Display for StoreError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            StoreError::Folder(error) => write!(f, "its folder can't be made: {error}"),
            StoreError::Sqlite(error) => write!(f, "{error}"),
            StoreError::Newer { found } => {
                write!(f, "its schema has version {found}, this Doorstep knows up to {}", MIGRATIONS.len())
            }
        }
    }
}

impl std::error::Error for StoreError {}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> StoreError {
        StoreError::Sqlite(error)
    }
}

impl Store {
    /// Opens the database in a folder, made if it is not there, and brings its schema up to date.
    pub(crate) fn open(folder: &Path) -> Result<Store, StoreError> {
        make_private(folder).map_err(StoreError::Folder)?;
        let mut connection = Connection::open(folder.join(FILE))?;
        connection.busy_timeout(std::time::Duration::from_secs(10))?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "foreign_keys", "ON")?;
        migrate(&mut connection)?;
        Ok(Store { connection: Mutex::new(connection) })
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        // A panic between two statements leaves no half transaction: it was rolled back when dropped.
        self.connection.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Keeps a submission in one transaction, or says what has its id.
    pub(crate) fn keep(&self, row: &Row<'_>) -> Result<Kept, StoreError> {
        let mut connection = self.connection();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let new = transaction
            .prepare_cached(
                "INSERT INTO submission (id, form_id, form_version, form_hash, content_hash, body, received_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (id) DO NOTHING",
            )?
            .execute(params![
                row.id,
                row.form_id,
                row.form_version,
                row.form_hash,
                row.content_hash,
                row.body,
                row.received_at
            ])?;
        if new == 1 {
            transaction.commit()?;
            return Ok(Kept::New);
        }
        let (content_hash, received_at): (String, i64) = transaction
            .prepare_cached("SELECT content_hash, received_at FROM submission WHERE id = ?1")?
            .query_row([row.id], |kept| Ok((kept.get(0)?, kept.get(1)?)))?;
        Ok(if content_hash == row.content_hash { Kept::Again { received_at } } else { Kept::Taken })
    }

    /// Has the id, and which bytes? `None` if it is free.
    pub(crate) fn find(&self, id: &str) -> Result<Option<(String, i64)>, StoreError> {
        let connection = self.connection();
        let mut statement =
            connection.prepare_cached("SELECT content_hash, received_at FROM submission WHERE id = ?1")?;
        Ok(statement.query_row([id], |kept| Ok((kept.get(0)?, kept.get(1)?))).optional()?)
    }

    /// Keeps a version of a form for as long as the database lives, so that older devices can go on sending.
    pub(crate) fn keep_form(
        &self,
        id: &str,
        version: &str,
        hash: &str,
        bundle: &str,
        now: i64,
    ) -> Result<(), StoreError> {
        self.connection().execute(
            "INSERT INTO form_version (hash, id, version, bundle, served_at) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (hash) DO NOTHING",
            params![hash, id, version, bundle, now],
        )?;
        Ok(())
    }

    /// The bundle of a version of a form.
    pub(crate) fn form(&self, hash: &str) -> Result<Option<String>, StoreError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached("SELECT bundle FROM form_version WHERE hash = ?1")?;
        Ok(statement.query_row([hash], |row| row.get(0)).optional()?)
    }
}

fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let found: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found as usize > MIGRATIONS.len() {
        return Err(StoreError::Newer { found });
    }
    for (version, migration) in (1_u32..).zip(MIGRATIONS).skip(found as usize) {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute_batch(migration)?;
        transaction.pragma_update(None, "user_version", version)?;
        transaction.commit()?;
    }
    Ok(())
}

/// The answers of households lie in it: nobody but the server's user may look.
fn make_private(folder: &Path) -> std::io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row<'a>(id: &'a str, content_hash: &'a str) -> Row<'a> {
        Row {
            id,
            form_id: "f",
            form_version: "1",
            form_hash: "ab",
            content_hash,
            body: b"{}",
            received_at: 7,
        }
    }

    fn store(folder: &Path) -> Store {
        let store = Store::open(folder).unwrap();
        store.keep_form("f", "1", "ab", "{}", 1).unwrap();
        store
    }

    #[test]
    fn an_id_is_kept_once_with_one_hash_over_restarts() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(store(folder.path()).keep(&row("a", "h")).unwrap(), Kept::New);
        let later = Row { received_at: 99, ..row("a", "h") };
        assert_eq!(store(folder.path()).keep(&later).unwrap(), Kept::Again { received_at: 7 });
        assert_eq!(store(folder.path()).keep(&row("a", "other")).unwrap(), Kept::Taken);
        assert_eq!(store(folder.path()).find("a").unwrap(), Some(("h".into(), 7)));
        assert_eq!(store(folder.path()).find("b").unwrap(), None);
    }

    #[test]
    fn a_submission_needs_its_form() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        assert!(store.keep(&row("a", "h")).is_err());
        assert_eq!(store.find("a").unwrap(), None);
    }

    #[test]
    fn commits_are_synced_and_logged_ahead() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(folder.path());
        let pragma = |name| -> String {
            store
                .connection()
                .pragma_query_value(None, name, |row| row.get::<_, rusqlite::types::Value>(0))
                .map(|value| format!("{value:?}"))
                .unwrap()
        };
        assert_eq!(pragma("journal_mode"), "Text(\"wal\")");
        assert_eq!(pragma("synchronous"), "Integer(2)");
    }

    #[test]
    fn a_newer_database_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        store(folder.path()).connection().pragma_update(None, "user_version", 99).unwrap();
        assert!(matches!(Store::open(folder.path()), Err(StoreError::Newer { found: 99 })));
    }
}
