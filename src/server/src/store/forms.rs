//! Every version of a form that was ever served, so that older devices can go on sending.

use super::{Store, StoreError};

pub(super) const INSERT: &str =
    "INSERT INTO form_version (hash, id, version, bundle, served_at) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (hash) DO NOTHING";
const OF_VERSION: &str =
    "SELECT hash FROM form_version WHERE id = $1 AND version = $2 ORDER BY served_at DESC, hash LIMIT 20";
const FIND: &str = "SELECT bundle FROM form_version WHERE hash = $1";

impl Store {
    /// Keeps a version of a form for as long as the database lives. `now` is in milliseconds since 1970.
    pub(crate) async fn keep_form(
        &self,
        id: &str,
        version: &str,
        hash: &str,
        bundle: &str,
        now: i64,
    ) -> Result<(), StoreError> {
        Ok(writing!(self.database, |pool| async {
            let insert = sqlx::query(INSERT).bind(hash).bind(id).bind(version).bind(bundle).bind(now);
            insert.execute(pool).await.map(drop)
        })?)
    }

    /// The hashes of whatever was served under that version, the newest first: a form may have been changed without a new number.
    pub(crate) async fn forms_of_version(&self, id: &str, version: &str) -> Result<Vec<String>, StoreError> {
        let found: Vec<(String,)> = reading!(self.database, |pool| sqlx::query_as(OF_VERSION)
            .bind(id)
            .bind(version)
            .fetch_all(pool))?;
        Ok(found.into_iter().map(|(hash,)| hash).collect())
    }

    /// The bundle of a version of a form.
    pub(crate) async fn form(&self, hash: &str) -> Result<Option<String>, StoreError> {
        let found: Option<(String,)> =
            reading!(self.database, |pool| sqlx::query_as(FIND).bind(hash).fetch_optional(pool))?;
        Ok(found.map(|(bundle,)| bundle))
    }
}
