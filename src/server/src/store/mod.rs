//! The server's database: which forms were ever served, each submission once, which attachments are here, and what is still
//! to be passed on.
//!
//! SQLite in the data folder (WAL, synced on every commit), or PostgreSQL and what speaks as it does. Kept here: an id is
//! kept once, with one hash; what was answered with success is committed; a process holds nothing that another one lacks.
//!
//! **A table** is a file in `migrations/`, listed in `migrations.rs`; it is never changed once it was released. It is written
//! for SQLite (`TEXT`, `INTEGER` for whole numbers of 64 bits and for yes and no, `BLOB`, `STRICT`), and `migrations.rs`
//! puts PostgreSQL's words for these. It only adds, or else raises `compatibility.oldest`, so that an office can go back by one version.
//!
//! **A query** is one text for both, with `$1`, `$2` for its values, run by [`reading!`] or [`writing!`], which have it tried again
//! where the database asks for that: so it must come to the same when it is run twice.
//!
//! ```ignore
//! const ROLE: &str = "SELECT role, since FROM user_role WHERE user_id = $1";
//! let found: Option<(String, i64)> =
//!     reading!(self.database, |pool| sqlx::query_as(ROLE).bind(user_id).fetch_optional(pool))?;
//! ```
//!
//! What writes and gives rows back (`… RETURNING`) outside a transaction is asked by `fetch_all`, never by `fetch_optional` or
//! `fetch_one`: on SQLite these take the first row and let go of whatever goes wrong as it is committed.
//!
//! Several statements that belong together are one transaction, which is serializable on either database:
//!
//! ```ignore
//! writing!(self.database, |pool| async {
//!     let mut transaction = pool.begin_writing().await?;
//!     let last: Option<(i64,)> = sqlx::query_as(LAST).fetch_optional(&mut *transaction).await?;
//!     sqlx::query(APPEND).bind(last.map_or(1, |(number,)| number + 1)).execute(&mut *transaction).await?;
//!     transaction.commit().await
//! })?;
//! ```
//!
//! What both must understand leaves out: `SELECT … FOR UPDATE`, advisory locks, `LISTEN`, `last_insert_rowid`, `NUL` in text,
//! and dates (times are milliseconds since 1970). Ids are made by us, not counted by the database.
//! Tests take a `Place` and are named to `on_each_database!` (`testing.rs`), which runs them on both.

#[macro_use]
pub(crate) mod database;
mod aside;
mod attachments;
mod copy;
mod entities;
mod feed;
mod form_media;
mod forms;
mod handover;
mod migrations;
mod monitoring;
mod openrosa;
mod publications;
mod relay;
mod resident;
mod said;
mod submissions;
#[cfg(test)]
pub(crate) mod testing;
mod texts;
mod totals;

use std::path::Path;

pub(crate) use aside::{
    Aside, AsideBody, Decision as AsideDecision, ListedAside, Side, own_id as own_id_aside,
};
pub(crate) use copy::{Copied, copy_sqlite};
pub(crate) use database::FILE as DATABASE;
pub(crate) use database::{Database, FAILURES, RETRIES};
pub(crate) use entities::{
    About, Decided, Deciding, Decision, EntityRow, Head, Imported, ImportedRow, Importing, InConflict,
    KnownEntity, Maker, OFFICE_ONLY, Order, PROVIDER, REFERRALS, Searched, SeededEntity, SeededVersion,
    Settled, Settling, ToldVersion, Undone, folded,
};
pub(crate) use feed::{ENTITY, Offer, RESIDENT, STRANGER, Viewer};
pub(crate) use form_media::FormMedia;
pub(crate) use handover::{Fetched, NewHandover};
pub(crate) use monitoring::{Became, KeptRow, KnownPerson, RefusedRow, TakenRow, Taking};
pub(crate) use openrosa::{OpenRosaFile, OpenRosaInstance, PartKept, WaitingInstance};
pub(crate) use publications::{FolderForm, InForce, NewPublication, Outcome, Publication, RollBack, Ruling};
pub(crate) use relay::{Again, Listed, Relayed, Wanted, name_of as name_of_state};
pub(crate) use resident::{KnownCode, NewCode, Subject};
pub(crate) use said::Among;
pub(crate) use submissions::{Kept, Row, Sender};
pub(crate) use texts::Told;
pub(crate) use totals::Beside;

/// The database.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    pub(crate) database: Database,
}

/// Why the database can't be used. Holds no row's content.
#[derive(Debug)]
pub enum StoreError {
    /// The folder can't be made.
    Folder(std::io::Error),
    /// Its address is not one of PostgreSQL's.
    Address,
    /// The database's own words.
    Database(sqlx::Error),
    /// Its schema can't be brought up to date.
    Schema(sqlx::migrate::MigrateError),
    /// It was written by a newer Doorstep.
    Newer {
        /// The schema's version.
        found: i64,
    },
}

impl std::fmt::Display for StoreError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            StoreError::Folder(error) => write!(f, "its folder can't be made: {error}"),
            // The address itself may hold a password.
            StoreError::Address => {
                write!(f, "its address is not of the form postgres://USER:PASSWORD@HOST:PORT/NAME")
            }
            StoreError::Database(error) => write!(f, "{error}"),
            StoreError::Schema(error) => write!(f, "its schema can't be brought up to date: {error}"),
            StoreError::Newer { found } => {
                write!(f, "its schema has version {found}, this Doorstep knows up to {}", migrations::LATEST)
            }
        }
    }
}

impl std::error::Error for StoreError {}

impl StoreError {
    /// Is the database there, but has no connection to spare, or none at the moment?
    pub(crate) fn is_overload(&self) -> bool {
        matches!(self, StoreError::Database(sqlx::Error::PoolTimedOut | sqlx::Error::Io(_)))
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> StoreError {
        StoreError::Database(error)
    }
}

impl Store {
    /// Opens the database at an address of PostgreSQL's, else the one in a folder, which is made if it is not there;
    /// brings its schema up to date.
    pub(crate) async fn open(folder: &Path, address: Option<&str>) -> Result<Store, StoreError> {
        make_private(folder).map_err(StoreError::Folder)?;
        let database = match address {
            None => Database::sqlite(folder).await?,
            Some(address) => Database::postgres(address).await?,
        };
        migrations::run(&database).await?;
        Ok(Store { database })
    }

    /// Closes its connections, so that the files are as complete as they get.
    pub(crate) async fn close(&self) {
        self.database.close().await;
    }
}

/// The answers of households lie in it: nobody but the server's user may look.
pub(crate) fn make_private(folder: &Path) -> std::io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
