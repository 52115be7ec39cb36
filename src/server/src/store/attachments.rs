//! Which attachments are on the shelf.

use super::{Store, StoreError};

const INSERT: &str = "INSERT INTO attachment (hash, size, received_at) VALUES ($1, $2, $3)
    ON CONFLICT (hash) DO NOTHING RETURNING size";
const FIND: &str = "SELECT size FROM attachment WHERE hash = $1";
const SUM: &str = "SELECT CAST(COALESCE(SUM(size), 0) AS BIGINT) FROM attachment";

impl Store {
    /// Keeps that a file is there, and says whether that is news. `now` is in milliseconds since 1970.
    pub(crate) async fn keep_attachment(&self, hash: &str, size: u64, now: i64) -> Result<bool, StoreError> {
        let size = i64::try_from(size).unwrap_or(i64::MAX);
        let inserted: Vec<(i64,)> = writing!(self.database, |pool| sqlx::query_as(INSERT)
            .bind(hash)
            .bind(size)
            .bind(now)
            .fetch_all(pool))?;
        Ok(!inserted.is_empty())
    }

    /// How many bytes the file of this hash has; `None` if it isn't here.
    pub(crate) async fn attachment(&self, hash: &str) -> Result<Option<u64>, StoreError> {
        let found: Option<(i64,)> =
            reading!(self.database, |pool| sqlx::query_as(FIND).bind(hash).fetch_optional(pool))?;
        Ok(found.map(|(size,)| size.cast_unsigned()))
    }

    /// How many bytes all of them have.
    pub(crate) async fn attachments_size(&self) -> Result<u64, StoreError> {
        let (sum,): (i64,) = reading!(self.database, |pool| sqlx::query_as(SUM).fetch_one(pool))?;
        Ok(sum.cast_unsigned())
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Place, on_each_database};

    on_each_database!(a_file_is_kept_once_and_counted_once);

    async fn a_file_is_kept_once_and_counted_once(place: &Place) {
        let store = place.open().await;
        assert_eq!(store.attachments_size().await.unwrap(), 0);
        assert!(store.keep_attachment("ab", 7, 1).await.unwrap());
        assert!(!store.keep_attachment("ab", 7, 2).await.unwrap());
        assert!(store.keep_attachment("cd", 3 << 40, 3).await.unwrap());
        assert_eq!(store.attachment("ab").await.unwrap(), Some(7));
        assert_eq!(store.attachment("ef").await.unwrap(), None);
        assert_eq!(store.attachments_size().await.unwrap(), (3 << 40) + 7);
    }
}
