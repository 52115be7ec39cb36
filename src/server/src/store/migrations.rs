//! The schema's versions, each a file in `migrations/`, kept by sqlx in the table `_sqlx_migrations`.
//!
//! No lock is taken, since not every database has one: of two processes that start at once, one fails, and looks again.

use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::{AssertSqlSafe, SqlSafeStr};

use super::StoreError;
use super::database::{Database, again, pause};

/// Every migration in order: number, name, text. Never changed once released, only added.
const FILES: [(i64, &str, &str); 22] = [
    (1, "submissions", include_str!("../../migrations/0001_submissions.sql")),
    (2, "attachments", include_str!("../../migrations/0002_attachments.sql")),
    (10, "who", include_str!("../../migrations/0010_who.sql")),
    (20, "relay", include_str!("../../migrations/0020_relay.sql")),
    (30, "openrosa", include_str!("../../migrations/0030_openrosa.sql")),
    (60, "feed", include_str!("../../migrations/0060_feed.sql")),
    (70, "oidc", include_str!("../../migrations/0070_oidc.sql")),
    (80, "entities", include_str!("../../migrations/0080_entities.sql")),
    (90, "released", include_str!("../../migrations/0090_released.sql")),
    (100, "entities_office", include_str!("../../migrations/0100_entities_office.sql")),
    (110, "aside", include_str!("../../migrations/0110_aside.sql")),
    (120, "entity_search", include_str!("../../migrations/0120_entity_search.sql")),
    (130, "monitoring", include_str!("../../migrations/0130_monitoring.sql")),
    (160, "monitoring_told", include_str!("../../migrations/0160_monitoring_told.sql")),
    (170, "kiosk", include_str!("../../migrations/0170_kiosk.sql")),
    (180, "sent", include_str!("../../migrations/0180_sent.sql")),
    (190, "handover", include_str!("../../migrations/0190_handover.sql")),
    (200, "preset", include_str!("../../migrations/0200_preset.sql")),
    (210, "monitoring_apart", include_str!("../../migrations/0210_monitoring_apart.sql")),
    (230, "handover_given", include_str!("../../migrations/0230_handover_given.sql")),
    (240, "form_publications", include_str!("../../migrations/0240_form_publications.sql")),
    (250, "form_media", include_str!("../../migrations/0250_form_media.sql")),
];

/// The schema that this program makes.
pub(super) const LATEST: i64 = FILES[FILES.len() - 1].0;

/// PostgreSQL's words for SQLite's.
const POSTGRES: [(&str, &str); 3] = [("INTEGER", "BIGINT"), ("BLOB", "BYTEA"), (") STRICT;", ");")];

/// How often two processes may get in each other's way.
const ATTEMPTS: u32 = 20;

/// Brings the schema up to date, or says that it is too new.
pub(super) async fn run(database: &Database) -> Result<(), StoreError> {
    refuse_newer_than_migrations(database).await?;
    let mut migrator = Migrator::with_migrations(migrations(database));
    // A newer Doorstep was here: whether this one may still be is asked below.
    migrator.set_ignore_missing(true).set_locking(false);
    let mut tried = 1;
    loop {
        let result = match database {
            Database::Sqlite { write, .. } => migrator.run(write).await,
            Database::Postgres(pool) => migrator.run(pool).await,
        };
        match result {
            Ok(()) => break,
            Err(error) if tried < ATTEMPTS && is_another_process(&error) => pause(tried).await,
            Err(error) => return Err(StoreError::Schema(error)),
        }
        tried += 1;
    }
    refuse_newer(database).await
}

fn migrations(database: &Database) -> Vec<Migration> {
    let migration = |&(number, name, text): &(i64, &'static str, &'static str)| {
        let sql = match database {
            Database::Sqlite { .. } => text.into_sql_str(),
            // Made of the texts above and nothing else.
            Database::Postgres(_) => AssertSqlSafe(for_postgres(text)).into_sql_str(),
        };
        Migration::new(number, name.into(), MigrationType::Simple, sql, false)
    };
    FILES.iter().map(migration).collect()
}

fn for_postgres(text: &str) -> String {
    POSTGRES.iter().fold(text.to_owned(), |text, (sqlite, postgres)| text.replace(sqlite, postgres))
}

/// Before there were migrations, SQLite's `user_version` was 1. Whatever set another one is none of ours.
async fn refuse_newer_than_migrations(database: &Database) -> Result<(), StoreError> {
    let Database::Sqlite { write, .. } = database else { return Ok(()) };
    let (found,): (i64,) = again(|| sqlx::query_as("PRAGMA user_version").fetch_one(write)).await?;
    if found > 1 { Err(StoreError::Newer { found }) } else { Ok(()) }
}

/// A newer Doorstep's schema does, as long as that one only added to it.
async fn refuse_newer(database: &Database) -> Result<(), StoreError> {
    let newest = "SELECT version FROM _sqlx_migrations ORDER BY version DESC LIMIT 1";
    let oldest = "SELECT oldest FROM compatibility ORDER BY oldest DESC LIMIT 1";
    let (found,): (i64,) = reading!(database, |pool| sqlx::query_as(newest).fetch_one(pool))?;
    let (oldest,): (i64,) = reading!(database, |pool| sqlx::query_as(oldest).fetch_one(pool))?;
    if found > LATEST && oldest > LATEST { Err(StoreError::Newer { found }) } else { Ok(()) }
}

/// Did another process make the same table, or hold the file, just now?
fn is_another_process(error: &MigrateError) -> bool {
    let (MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _)) = error else {
        return false;
    };
    let Some(code) = error.as_database_error().and_then(|error| error.code()) else { return false };
    match code.parse::<u32>() {
        // SQLite: busy, locked, or (an error of its own kind, 1) the table is there already.
        Ok(number) if code.len() < 5 => matches!(number & 0xff, 1 | 5 | 6 | 19),
        // SQL: unique violation (also in the catalogue's tables), table, object or column there already, transactions that met.
        _ => matches!(&*code, "23505" | "42P07" | "42710" | "42701" | "40001" | "40P01"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Place, block_on, on_each_database};
    use super::super::{Kept, Relayed, Row, Sender, Store};
    use super::*;

    on_each_database!(
        many_processes_may_start_at_once,
        a_newer_database_serves_an_older_program_only_if_it_says_so,
        the_schema_is_the_same,
    );

    async fn many_processes_may_start_at_once(place: &Place) {
        let starts: Vec<_> = (0..6).map(|_| tokio::spawn(place.opening())).collect();
        for start in starts {
            start.await.unwrap().unwrap();
        }
    }

    async fn a_newer_database_serves_an_older_program_only_if_it_says_so(place: &Place) {
        let newer = LATEST + 1;
        let store = place.open().await;
        let insert = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
            SELECT $1, 'newer', success, checksum, 0 FROM _sqlx_migrations WHERE version = 1";
        writing!(store.database, |pool| async {
            sqlx::query(insert).bind(newer).execute(pool).await.map(drop)
        })
        .unwrap();
        place.opening().await.unwrap();
        writing!(store.database, |pool| async {
            sqlx::query("UPDATE compatibility SET oldest = $1").bind(newer).execute(pool).await.map(drop)
        })
        .unwrap();
        let refused = place.opening().await.unwrap_err();
        assert!(matches!(refused, StoreError::Newer { found } if found == newer), "{refused:?}");
    }

    /// What one database says of a column, the other says too.
    async fn the_schema_is_the_same(place: &Place) {
        let store = place.open().await;
        let columns: Vec<(String, String, String, i64)> = match &store.database {
            Database::Sqlite { read, .. } => sqlx::query_as(
                "SELECT m.name, c.name, c.type, c.\"notnull\" OR c.pk > 0 FROM sqlite_master m, pragma_table_info(m.name) c
                 WHERE m.type = 'table' AND m.name NOT LIKE '\\_%' ESCAPE '\\' AND m.name NOT LIKE 'sqlite%' ORDER BY 1, 2",
            )
            .fetch_all(read)
            .await
            .unwrap(),
            Database::Postgres(pool) => sqlx::query_as(
                "SELECT table_name::text, column_name::text,
                    CASE data_type WHEN 'bytea' THEN 'BLOB' WHEN 'bigint' THEN 'INTEGER' ELSE upper(data_type) END,
                    (is_nullable = 'NO')::int::bigint
                 FROM information_schema.columns
                 WHERE table_schema = current_schema() AND table_name NOT LIKE '\\_%'
                 ORDER BY table_name COLLATE \"C\", column_name COLLATE \"C\"",
            )
            .fetch_all(pool)
            .await
            .unwrap(),
        };
        let written: Vec<String> = columns
            .iter()
            .map(|(table, column, kind, required)| {
                format!("{table}.{column} {kind}{}\n", if *required == 1 { "" } else { " or nothing" })
            })
            .collect();
        // Of every table there is: the file lists them for both.
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/schema.txt");
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            std::fs::write(path, written.concat()).unwrap();
        }
        assert_eq!(
            written.concat(),
            std::fs::read_to_string(path).unwrap(),
            "UPDATE_EXPECT=1 writes it anew"
        );
    }

    /// The schema and the rows as the last Doorstep without migrations left them.
    const BEFORE: &str = "
        CREATE TABLE form_version (
            hash TEXT PRIMARY KEY, id TEXT NOT NULL, version TEXT NOT NULL, bundle TEXT NOT NULL, served_at INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE submission (
            id TEXT PRIMARY KEY, form_id TEXT NOT NULL, form_version TEXT NOT NULL,
            form_hash TEXT NOT NULL REFERENCES form_version (hash), content_hash TEXT NOT NULL, body BLOB NOT NULL,
            received_at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX submission_by_form ON submission (form_id, received_at);
        INSERT INTO form_version VALUES ('ab', 'f', '1', '{}', 1);
        INSERT INTO submission VALUES ('a', 'f', '1', 'ab', 'h', x'7B7D', 7);
        PRAGMA user_version = 1;";

    #[test]
    fn a_database_from_before_migrations_is_taken_over_and_can_be_given_back() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("doorstep.sqlite3");
        rusqlite::Connection::open(&file).unwrap().execute_batch(BEFORE).unwrap();
        let again = Row {
            id: "a",
            form_id: "f",
            form_version: "1",
            form_hash: "ab",
            content_hash: "h",
            body: b"{}",
            received_at: 9,
            sender: Sender::default(),
        };
        block_on(async {
            let store = Store::open(folder.path(), None).await.unwrap();
            assert_eq!(store.keep(&again, Relayed::default()).await.unwrap(), Kept::Again { received_at: 7 });
            assert_eq!(store.form("ab").await.unwrap().as_deref(), Some("{}"));
            let served = store.publications().await.unwrap();
            assert_eq!((&*served[0].hash, &*served[0].state, served.len()), ("ab", "past", 1));
            store.close().await;
        });
        let old = rusqlite::Connection::open(&file).unwrap();
        let (body, version): (Vec<u8>, i64) = old
            .query_row(
                "SELECT body, (SELECT user_version FROM pragma_user_version) FROM submission",
                [],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .unwrap();
        assert_eq!((&*body, version), (&b"{}"[..], 1), "the older Doorstep finds what it left");
    }

    #[test]
    fn what_another_program_numbered_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("doorstep.sqlite3");
        rusqlite::Connection::open(&file).unwrap().execute_batch("PRAGMA user_version = 99").unwrap();
        let refused = block_on(Store::open(folder.path(), None)).unwrap_err();
        assert!(matches!(refused, StoreError::Newer { found: 99 }), "{refused:?}");
    }
}
