//! Submissions that name an entity and say nothing of it: an assessment of somebody who lives in a household.
//!
//! Kept here: written before its submission counts as gone through, so that none is left out whoever dies in between; written twice it is there once.

use super::super::database::BeginWriting;
use super::super::{Store, StoreError};

const NAME: &str = "
    INSERT INTO submission_about (list, id, submission_id) VALUES ($1, $2, $3)
    ON CONFLICT (list, id, submission_id) DO NOTHING";
const ABOUT: &str = "
    SELECT s.id, s.form_id, s.form_hash, s.received_at, s.body FROM submission_about a
    JOIN submission s ON s.id = a.submission_id
    WHERE a.list = $1 AND a.id = $2 AND coalesce(s.area, '') LIKE $3
    ORDER BY s.received_at DESC, s.id LIMIT $4";
const BODY: &str = "SELECT body FROM submission WHERE id = $1";

/// A submission about an entity.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct About {
    pub(crate) submission: String,
    pub(crate) form_id: String,
    pub(crate) form_hash: String,
    /// Milliseconds since 1970.
    pub(crate) received_at: i64,
    /// The sealed bytes.
    pub(crate) body: Vec<u8>,
}

impl Store {
    /// Keeps which entities a submission names.
    pub(crate) async fn keep_named(&self, by: &str, named: &[&(String, String)]) -> Result<(), StoreError> {
        if named.is_empty() {
            return Ok(());
        }
        Ok(writing!(self.database, |pool| async {
            let mut transaction = pool.begin_writing().await?;
            for (list, id) in named {
                sqlx::query(NAME).bind(list).bind(id).bind(by).execute(&mut *transaction).await?;
            }
            transaction.commit().await
        })?)
    }

    /// The submissions of an area and what lies in it that name an entity, the last received first.
    pub(crate) async fn submissions_about(
        &self,
        list: &str,
        id: &str,
        area: &str,
        most: i64,
    ) -> Result<Vec<About>, StoreError> {
        let rows: Vec<(String, String, String, i64, Vec<u8>)> = reading!(self.database, |pool| {
            sqlx::query_as(ABOUT).bind(list).bind(id).bind(format!("{area}%")).bind(most).fetch_all(pool)
        })?;
        let about = |(submission, form_id, form_hash, received_at, body)| About {
            submission,
            form_id,
            form_hash,
            received_at,
            body,
        };
        Ok(rows.into_iter().map(about).collect())
    }

    /// The sealed bytes of a submission.
    pub(crate) async fn body_of(&self, id: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let found: Option<(Vec<u8>,)> =
            reading!(self.database, |pool| sqlx::query_as(BODY).bind(id).fetch_optional(pool))?;
        Ok(found.map(|(body,)| body))
    }
}
