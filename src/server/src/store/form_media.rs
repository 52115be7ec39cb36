//! Which files are media of forms: what they are, and under which hash their bytes lie on the attachments' shelf.

use super::{Store, StoreError};

const INSERT: &str =
    "INSERT INTO form_media (hash, size, type, md5, user_id, received_at) VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (hash) DO NOTHING";
const FIND: &str = "SELECT size, type, md5 FROM form_media WHERE hash = $1";
const AFTER: &str = "SELECT hash, size, type, md5, user_id, received_at FROM form_media WHERE hash > $1 ORDER BY hash LIMIT 1000";

/// A row as it is kept.
type Row = (String, i64, String, String, Option<String>, i64);

/// A media file that is here.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct FormMedia {
    /// In bytes.
    pub(crate) size: u64,
    /// Its content type.
    pub(crate) kind: String,
    /// In lowercase hex.
    pub(crate) md5: String,
}

impl Store {
    /// Keeps that a file on the shelf is a form's. `now` is in milliseconds since 1970.
    pub(crate) async fn keep_form_media(
        &self,
        hash: &str,
        media: &FormMedia,
        user: Option<&str>,
        now: i64,
    ) -> Result<(), StoreError> {
        let FormMedia { size, kind, md5 } = media;
        let size = i64::try_from(*size).unwrap_or(i64::MAX);
        writing!(self.database, |pool| async {
            let insert = sqlx::query(INSERT).bind(hash).bind(size).bind(kind).bind(md5).bind(user).bind(now);
            insert.execute(pool).await.map(drop)
        })?;
        Ok(())
    }

    /// The media file of that hash.
    pub(crate) async fn form_media(&self, hash: &str) -> Result<Option<FormMedia>, StoreError> {
        let found: Option<(i64, String, String)> =
            reading!(self.database, |pool| sqlx::query_as(FIND).bind(hash).fetch_optional(pool))?;
        Ok(found.map(|(size, kind, md5)| FormMedia { size: size.cast_unsigned(), kind, md5 }))
    }

    /// Adds those of another database that this one lacks.
    pub(super) async fn copy_form_media(&self, source: &Store) -> Result<(), StoreError> {
        let mut last = String::new();
        loop {
            let page: Vec<Row> =
                reading!(source.database, |pool| sqlx::query_as(AFTER).bind(&last).fetch_all(pool))?;
            let Some(row) = page.last() else { return Ok(()) };
            last.clone_from(&row.0);
            for (hash, size, kind, md5, user, received_at) in &page {
                let media = FormMedia { size: size.cast_unsigned(), kind: kind.clone(), md5: md5.clone() };
                self.keep_form_media(hash, &media, user.as_deref(), *received_at).await?;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Place, on_each_database};
    use super::*;

    on_each_database!(a_file_is_a_form_s_once_and_comes_along_with_a_copy);

    async fn a_file_is_a_form_s_once_and_comes_along_with_a_copy(place: &Place) {
        let store = place.open().await;
        let well = FormMedia { size: 7, kind: "image/png".into(), md5: "0f".into() };
        store.keep_form_media("ab", &well, Some("d1"), 1).await.unwrap();
        let other = FormMedia { kind: "audio/mpeg".into(), ..well.clone() };
        store.keep_form_media("ab", &other, None, 2).await.unwrap();
        assert_eq!(store.form_media("ab").await.unwrap(), Some(well.clone()), "it stays what it was");
        assert_eq!(store.form_media("cd").await.unwrap(), None);
        let folder = tempfile::tempdir().unwrap();
        let copy = Store::open(folder.path(), None).await.unwrap();
        copy.copy_form_media(&store).await.unwrap();
        copy.copy_form_media(&store).await.unwrap();
        assert_eq!(copy.form_media("ab").await.unwrap(), Some(well));
    }
}
