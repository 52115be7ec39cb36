//! The two databases behind one text of SQL, and when a statement is tried again.
//!
//! SQLite takes one writer at a time: the writers queue for one connection here, in order, rather than poll the file's lock.

use std::path::Path;
use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions, Postgres};
use sqlx::sqlite::{
    Sqlite, SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions, Executor, Row, Transaction};

use super::StoreError;

/// The database's file in the data folder.
pub(crate) const FILE: &str = "doorstep.sqlite3";
/// Connections that read SQLite's file beside the one that writes.
const READERS: u32 = 4;
/// Connections to PostgreSQL for one process.
const CONNECTIONS: u32 = 16;
/// How long a request may wait for a connection.
const WAIT: Duration = Duration::from_secs(20);
/// How long SQLite waits while another process writes.
const BUSY: Duration = Duration::from_secs(10);
/// Statements of this process that failed for good.
pub(crate) static FAILURES: AtomicU64 = AtomicU64::new(0);
/// Statements of this process that were tried again.
pub(crate) static RETRIES: AtomicU64 = AtomicU64::new(0);

/// How often a statement is tried that the database asks to be tried again.
const ATTEMPTS: u32 = 10;

/// A database, with its connections.
#[derive(Clone, Debug)]
pub(crate) enum Database {
    Sqlite { read: SqlitePool, write: SqlitePool },
    Postgres(PgPool),
}

/// Runs what only reads: `reading!(database, |pool| query.fetch_optional(pool))`, a `Result` of sqlx.
macro_rules! reading {
    ($database:expr, |$pool:ident| $query:expr) => {
        match &$database {
            $crate::store::Database::Sqlite { read: $pool, .. } => {
                $crate::store::database::again(|| $query).await
            }
            $crate::store::Database::Postgres($pool) => $crate::store::database::again(|| $query).await,
        }
    };
}

/// Runs what writes, as [`reading!`] does.
macro_rules! writing {
    ($database:expr, |$pool:ident| $query:expr) => {
        match &$database {
            $crate::store::Database::Sqlite { write: $pool, .. } => {
                $crate::store::database::again(|| $query).await
            }
            $crate::store::Database::Postgres($pool) => $crate::store::database::again(|| $query).await,
        }
    };
}

/// Several statements as one.
pub(crate) trait BeginWriting {
    type Database: sqlx::Database;

    /// Begins a transaction that sees, and leaves, the rows as if no other ran beside it. Dropped, it is rolled back.
    async fn begin_writing(&self) -> Result<Transaction<'static, Self::Database>, sqlx::Error>;
}

impl BeginWriting for SqlitePool {
    type Database = Sqlite;

    async fn begin_writing(&self) -> Result<Transaction<'static, Sqlite>, sqlx::Error> {
        self.begin_with("BEGIN IMMEDIATE").await
    }
}

impl BeginWriting for PgPool {
    type Database = Postgres;

    async fn begin_writing(&self) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
        self.begin_with("BEGIN ISOLATION LEVEL SERIALIZABLE").await
    }
}

/// Kibibytes of pages that each reader keeps, as SQLite has it: a negative number.
const READER_CACHE: &str = "-32768";

impl Database {
    /// The file in a folder, made if it is not there.
    pub(super) async fn sqlite(folder: &Path) -> Result<Database, StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(folder.join(FILE))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY)
            .disable_statement_logging();
        // SQLite's connections don't wear out, and a new one has nothing in its cache.
        let pool = |connections| {
            SqlitePoolOptions::new()
                .max_connections(connections)
                .acquire_timeout(WAIT)
                .idle_timeout(None)
                .max_lifetime(None)
                .test_before_acquire(false)
        };
        // The writer first: it makes the file and its log.
        // While another process does, SQLite says at once that it is locked, however long `BUSY` is.
        let write = again(|| pool(1).connect_with(options.clone())).await?;
        // Ledgers and totals read all of a list: the two megabytes that SQLite takes by itself would be read from the file again each time.
        let options = options.pragma("query_only", "ON").pragma("cache_size", READER_CACHE);
        let read = again(|| pool(READERS).connect_with(options.clone())).await?;
        Ok(Database::Sqlite { read, write })
    }

    /// `postgres://USER:PASSWORD@HOST:PORT/NAME?sslmode=verify-full&sslrootcert=FILE`.
    pub(super) async fn postgres(address: &str) -> Result<Database, StoreError> {
        if !address.starts_with("postgres://") && !address.starts_with("postgresql://") {
            return Err(StoreError::Address);
        }
        let options = PgConnectOptions::from_str(address).map_err(|_| StoreError::Address)?;
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(WAIT)
            .after_connect(|connection, _| Box::pin(on_the_disk(connection)))
            .connect_with(options.application_name("doorstep").disable_statement_logging())
            .await?;
        Ok(Database::Postgres(pool))
    }

    pub(super) async fn close(&self) {
        match self {
            Database::Sqlite { read, write } => {
                read.close().await;
                // Last: it takes over what is in the log into the file.
                write.close().await;
            }
            Database::Postgres(pool) => pool.close().await,
        }
    }
}

/// A receipt stands for a row on the disk, whatever the server's default is.
async fn on_the_disk(connection: &mut sqlx::PgConnection) -> Result<(), sqlx::Error> {
    let asked = connection.fetch_one("SHOW synchronous_commit").await?;
    if asked.try_get::<String, _>(0)? == "off" {
        connection.execute("SET synchronous_commit = on").await?;
    }
    Ok(())
}

/// Tries until the database no longer says that another try would do, and some of the time in between waits by chance,
/// so that those who met once don't meet again.
pub(crate) async fn again<T, F>(mut attempt: impl FnMut() -> F) -> Result<T, sqlx::Error>
where
    F: Future<Output = Result<T, sqlx::Error>>,
{
    let mut tried = 1;
    loop {
        match attempt().await {
            Err(error) if tried < ATTEMPTS && is_passing(&error) => {
                RETRIES.fetch_add(1, Ordering::Relaxed);
                pause(tried).await;
            }
            Err(error) => {
                FAILURES.fetch_add(1, Ordering::Relaxed);
                return Err(error);
            }
            Ok(done) => return Ok(done),
        }
        tried += 1;
    }
}

/// Waits by chance, for longer the more often it was tried: at most half a second.
pub(super) async fn pause(tried: u32) {
    let most = (5_u64 << tried.min(7)).min(500);
    tokio::time::sleep(Duration::from_millis(fastrand::u64(0..=most))).await;
}

/// Did two transactions meet, so that this one only has to run again? Nothing of it was kept.
fn is_passing(error: &sqlx::Error) -> bool {
    let Some(code) = error.as_database_error().and_then(|error| error.code()) else { return false };
    match code.parse::<u32>() {
        // SQLite's are numbers, the lowest byte of which is what went wrong: busy or locked.
        Ok(number) if code.len() < 5 => matches!(number & 0xff, 5 | 6),
        // SQL's have five characters: serialization failure, deadlock.
        _ => matches!(&*code, "40001" | "40P01"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Store;
    use super::super::testing::{Place, block_on, on_each_database};
    use super::*;

    on_each_database!(those_who_meet_try_again_until_each_has_had_its_turn);

    /// Reads, then writes what was read and one more: lost updates, unless transactions are serializable and run again.
    async fn those_who_meet_try_again_until_each_has_had_its_turn(place: &Place) {
        let store = place.open().await;
        writing!(store.database, |pool| async {
            pool.execute("CREATE TABLE tally (n BIGINT)").await.map(drop)
        })
        .unwrap();
        let begin = "INSERT INTO tally (n) VALUES (0)";
        writing!(store.database, |pool| async { pool.execute(begin).await.map(drop) }).unwrap();
        let counting = (0..6).map(|_| {
            let store = store.clone();
            tokio::spawn(async move {
                for _ in 0..5 {
                    count(&store).await.unwrap();
                }
            })
        });
        for counted in counting.collect::<Vec<_>>() {
            counted.await.unwrap();
        }
        let (n,): (i64,) =
            reading!(store.database, |pool| sqlx::query_as("SELECT n FROM tally").fetch_one(pool)).unwrap();
        assert_eq!(n, 30);
    }

    async fn count(store: &Store) -> Result<(), sqlx::Error> {
        writing!(store.database, |pool| async {
            let mut transaction = pool.begin_writing().await?;
            let (n,): (i64,) = sqlx::query_as("SELECT n FROM tally").fetch_one(&mut *transaction).await?;
            tokio::task::yield_now().await;
            sqlx::query("UPDATE tally SET n = $1").bind(n + 1).execute(&mut *transaction).await?;
            transaction.commit().await
        })
    }

    #[test]
    fn commits_are_synced_and_logged_ahead() {
        let place = Place::sqlite();
        block_on(async {
            let Database::Sqlite { read, write } = place.open().await.database else {
                panic!("another database")
            };
            let pragma = async |name: &'static str, pool: &SqlitePool| pool.fetch_one(name).await.unwrap();
            assert_eq!(pragma("PRAGMA journal_mode", &write).await.get::<String, _>(0), "wal");
            assert_eq!(pragma("PRAGMA synchronous", &write).await.get::<i64, _>(0), 2);
            assert_eq!(pragma("PRAGMA foreign_keys", &write).await.get::<i64, _>(0), 1);
            assert!(read.execute("DELETE FROM submission").await.is_err(), "a reader writes");
        });
    }

    #[test]
    fn an_address_of_another_database_is_refused_without_being_quoted() {
        block_on(async {
            for address in ["mysql://u:secret@h/d", "postgres://u:secret@h:port/d", "doorstep.sqlite3"] {
                let refused = Database::postgres(address).await.unwrap_err();
                assert!(matches!(refused, StoreError::Address), "{refused:?}");
                assert!(!refused.to_string().contains("secret"));
            }
        });
    }
}
