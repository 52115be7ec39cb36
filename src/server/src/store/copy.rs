//! Rows from one database into another: what a backup brings back, or an office takes along from SQLite to PostgreSQL.

use std::path::Path;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};

use super::aside::INSERT as INSERT_ASIDE;
use super::database::{BeginWriting, FILE};
use super::submissions::INSERT as INSERT_SUBMISSION;
use super::{Store, StoreError};

/// How many submissions are in memory at once: they may have 4 MB each.
const PAGE: i64 = 64;

const FORMS: &str =
    "SELECT hash, id, version, bundle, served_at FROM form_version WHERE hash > $1 ORDER BY hash LIMIT 1";
const SUBMISSIONS: &str = "
    SELECT id, form_id, form_version, form_hash, content_hash, body, received_at,
        device_id, user_id, area, provider FROM submission
    WHERE id > $1 ORDER BY id LIMIT $2";
const RELAY: &str = "
    SELECT r.submission_id, r.target, r.state, r.attempts, r.record, r.queued_at, r.due_at, s.content_hash
    FROM relay r JOIN submission s ON s.id = r.submission_id
    WHERE (r.submission_id, r.target) > ($1, $2) ORDER BY r.submission_id, r.target LIMIT $3";
/// Where another submission has the id, its items stay what they are. Claims are other processes', and stay behind.
const INSERT_RELAY: &str = "
    INSERT INTO relay (submission_id, target, state, attempts, record, queued_at, due_at)
    SELECT $1, $2, $3, $4, $5, $6, $7 FROM submission WHERE id = $1 AND content_hash = $8
    ON CONFLICT (submission_id, target) DO NOTHING";
const ASIDE: &str = "
    SELECT id, content_hash, own_id, form_id, form_version, form_hash, body, came, received_at,
        device_id, user_id, area, decision, decided_at, decided_by, provider FROM submission_aside
    WHERE (id, content_hash) > ($1, $2) ORDER BY id, content_hash LIMIT 1";
/// Does another content have the id there?
const OTHER: &str = "SELECT id FROM submission WHERE id = $1 AND content_hash <> $2";
const ATTACHMENTS: &str = "SELECT hash, size FROM attachment WHERE hash > $1 ORDER BY hash LIMIT $2";

/// What was copied.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct Copied {
    /// Submissions that were not here.
    pub(crate) new: u64,
    /// Submissions whose id has other bytes here, which stay.
    pub(crate) conflicts: u64,
}

/// An item of the relay with its submission's hash.
type Relayed = (String, String, String, i64, Vec<u8>, i64, Option<i64>, String);
/// A row of what is kept aside.
#[rustfmt::skip]
type AsideRow = (
    String, String, String, String, String, String, Vec<u8>, Option<Vec<u8>>, i64, Option<String>, Option<String>, Option<String>,
    Option<String>, Option<i64>, Option<String>, Option<String>,
);
#[rustfmt::skip]
type Submission = (
    String, String, String, String, String, Vec<u8>, i64, Option<String>, Option<String>, Option<String>, Option<String>,
);

impl Store {
    /// Adds the forms, what became of their versions, attachments, submissions, entities and what is still to be passed on of another database that this one lacks. May be broken off and begun again.
    pub(crate) async fn copy_from(&self, source: &Store) -> Result<Copied, StoreError> {
        self.copy_forms(source).await?;
        self.copy_publications(source).await?;
        self.copy_form_media(source).await?;
        let mut last = String::new();
        loop {
            let page = source.attachments_after(&last, 1_000).await?;
            let Some((hash, _)) = page.last() else { break };
            last.clone_from(hash);
            for (hash, size) in &page {
                self.keep_attachment(hash, *size, crate::listen::now_ms()).await?;
            }
        }
        self.copy_openrosa(source).await?;
        let mut copied = Copied::default();
        let mut last = String::new();
        loop {
            let page: Vec<Submission> = reading!(source.database, |pool| sqlx::query_as(SUBMISSIONS)
                .bind(&last)
                .bind(PAGE)
                .fetch_all(pool))?;
            let Some(row) = page.last() else { break };
            last.clone_from(&row.0);
            self.copy_page(&page, &mut copied).await?;
        }
        self.copy_aside(source).await?;
        self.copy_relay(source).await?;
        self.copy_entities(source).await?;
        Ok(copied)
    }

    async fn copy_relay(&self, source: &Store) -> Result<(), StoreError> {
        let mut last = (String::new(), String::new());
        loop {
            let page: Vec<Relayed> = reading!(source.database, |pool| sqlx::query_as(RELAY)
                .bind(&last.0)
                .bind(&last.1)
                .bind(1_000_i64)
                .fetch_all(pool))?;
            let Some(row) = page.last() else { return Ok(()) };
            last = (row.0.clone(), row.1.clone());
            writing!(self.database, |pool| async {
                let mut transaction = pool.begin_writing().await?;
                for (submission, target, state, attempts, record, queued_at, due_at, hash) in &page {
                    sqlx::query(INSERT_RELAY)
                        .bind(submission)
                        .bind(target)
                        .bind(state)
                        .bind(attempts)
                        .bind(record)
                        .bind(queued_at)
                        .bind(due_at)
                        .bind(hash)
                        .execute(&mut *transaction)
                        .await?;
                }
                transaction.commit().await
            })?;
        }
    }

    /// What is kept aside, with what was decided of it; where it has the id itself by now, it is no other content.
    async fn copy_aside(&self, source: &Store) -> Result<(), StoreError> {
        let mut last = (String::new(), String::new());
        loop {
            let next: Option<AsideRow> = reading!(source.database, |pool| sqlx::query_as(ASIDE)
                .bind(&last.0)
                .bind(&last.1)
                .fetch_optional(pool))?;
            let Some(row) = next else { return Ok(()) };
            last = (row.0.clone(), row.1.clone());
            writing!(self.database, |pool| async {
                let mut transaction = pool.begin_writing().await?;
                let other: Option<(String,)> =
                    sqlx::query_as(OTHER).bind(&row.0).bind(&row.1).fetch_optional(&mut *transaction).await?;
                if other.is_some() {
                    let _new: Vec<(i64,)> = sqlx::query_as(INSERT_ASIDE)
                        .bind(&row.0)
                        .bind(&row.1)
                        .bind(&row.2)
                        .bind(&row.3)
                        .bind(&row.4)
                        .bind(&row.5)
                        .bind(&row.6)
                        .bind(&row.7)
                        .bind(row.8)
                        .bind(&row.9)
                        .bind(&row.10)
                        .bind(&row.11)
                        .bind(&row.12)
                        .bind(row.13)
                        .bind(&row.14)
                        .bind(&row.15)
                        .fetch_all(&mut *transaction)
                        .await?;
                }
                transaction.commit().await
            })?;
        }
    }

    async fn copy_forms(&self, source: &Store) -> Result<(), StoreError> {
        let mut last = String::new();
        loop {
            let form: Option<(String, String, String, String, i64)> =
                reading!(source.database, |pool| sqlx::query_as(FORMS).bind(&last).fetch_optional(pool))?;
            let Some((hash, id, version, bundle, served_at)) = form else { return Ok(()) };
            self.keep_form(&id, &version, &hash, &bundle, served_at).await?;
            last = hash;
        }
    }

    /// One transaction for all: one wait for the disk.
    async fn copy_page(&self, page: &[Submission], copied: &mut Copied) -> Result<(), StoreError> {
        let known: Vec<&Submission> = writing!(self.database, |pool| async {
            let mut transaction = pool.begin_writing().await?;
            let mut known = Vec::new();
            for row in page {
                let (
                    id,
                    form_id,
                    form_version,
                    form_hash,
                    content_hash,
                    body,
                    received_at,
                    device,
                    user,
                    area,
                    provider,
                ) = row;
                let inserted: Vec<(i64,)> = sqlx::query_as(INSERT_SUBMISSION)
                    .bind(id)
                    .bind(form_id)
                    .bind(form_version)
                    .bind(form_hash)
                    .bind(content_hash)
                    .bind(body)
                    .bind(received_at)
                    .bind(device)
                    .bind(user)
                    .bind(area)
                    .bind(provider)
                    .fetch_all(&mut *transaction)
                    .await?;
                if inserted.is_empty() {
                    known.push(row);
                }
            }
            transaction.commit().await?;
            Ok(known)
        })?;
        copied.new += (page.len() - known.len()) as u64;
        for (id, _, _, _, content_hash, ..) in known {
            if self.find(id).await?.is_none_or(|(kept, _)| kept != *content_hash) {
                copied.conflicts += 1;
            }
        }
        Ok(())
    }

    /// Attachments in the order of their hashes, after one.
    pub(crate) async fn attachments_after(
        &self,
        hash: &str,
        most: u32,
    ) -> Result<Vec<(String, u64)>, StoreError> {
        let rows: Vec<(String, i64)> = reading!(self.database, |pool| sqlx::query_as(ATTACHMENTS)
            .bind(hash)
            .bind(i64::from(most))
            .fetch_all(pool))?;
        Ok(rows.into_iter().map(|(hash, size)| (hash, size.cast_unsigned())).collect())
    }

    /// How many submissions there are.
    pub(crate) async fn submissions_count(&self) -> Result<u64, StoreError> {
        let (count,): (i64,) =
            reading!(self.database, |pool| sqlx::query_as("SELECT count(*) FROM submission")
                .fetch_one(pool))?;
        Ok(count.cast_unsigned())
    }
}

/// Writes SQLite's database in one folder as it is at one moment into another, where none is. Readers and writers go on.
pub(crate) async fn copy_sqlite(from: &Path, to: &Path) -> Result<(), StoreError> {
    let options = SqliteConnectOptions::new().filename(from.join(FILE)).disable_statement_logging();
    let mut connection = options.connect().await?;
    let to = to.join(FILE);
    // A path that is no text can't be said in SQL.
    let to = to.to_str().ok_or_else(|| StoreError::Folder(std::io::ErrorKind::InvalidFilename.into()))?;
    sqlx::query("VACUUM INTO $1").bind(to).execute(&mut connection).await?;
    connection.close().await?;
    Ok(())
}
