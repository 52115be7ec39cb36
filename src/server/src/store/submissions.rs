//! Each submission once: an id has one hash for good.

use super::database::BeginWriting;
use super::relay::{Relayed, insert_items};
use super::{Store, StoreError};

pub(super) const INSERT: &str = "
    INSERT INTO submission (id, form_id, form_version, form_hash, content_hash, body, received_at,
        device_id, user_id, area, provider)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (id) DO NOTHING RETURNING received_at";
const FIND: &str = "SELECT content_hash, received_at FROM submission WHERE id = $1";

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
    pub(crate) sender: Sender,
}

/// Who sent a submission; nobody that is known, where anybody may.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Sender {
    /// The device's id.
    pub(crate) device: Option<String>,
    /// The user's id.
    pub(crate) user: Option<String>,
    /// The code of the sender's area: the submission's, as far as rights go.
    pub(crate) area: Option<String>,
    /// The organisation that the sender worked for then, if they were a provider's; a blank if none was named.
    pub(crate) provider: Option<String>,
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

macro_rules! insert {
    ($row:expr) => {
        sqlx::query_as(INSERT)
            .bind($row.id)
            .bind($row.form_id)
            .bind($row.form_version)
            .bind($row.form_hash)
            .bind($row.content_hash)
            .bind($row.body)
            .bind($row.received_at)
            .bind(&$row.sender.device)
            .bind(&$row.sender.user)
            .bind(&$row.sender.area)
            .bind(&$row.sender.provider)
    };
}

impl Store {
    /// Keeps a submission, and with it what is to be passed on of it, or says what has its id: one statement, or one transaction.
    pub(crate) async fn keep(&self, row: &Row<'_>, relayed: Relayed<'_>) -> Result<Kept, StoreError> {
        let new = if relayed.items.is_empty() {
            let inserted: Vec<(i64,)> = writing!(self.database, |pool| insert!(row).fetch_all(pool))?;
            !inserted.is_empty()
        } else {
            writing!(self.database, |pool| async {
                let mut transaction = pool.begin_writing().await?;
                let inserted: Vec<(i64,)> = insert!(row).fetch_all(&mut *transaction).await?;
                if inserted.is_empty() {
                    return Ok(false);
                }
                insert_items!(transaction, relayed);
                transaction.commit().await?;
                Ok(true)
            })?
        };
        if new {
            return Ok(Kept::New);
        }
        // A row is never changed: what had the id then has it now.
        let (content_hash, received_at) = self.find(row.id).await?.ok_or(sqlx::Error::RowNotFound)?;
        Ok(if content_hash == row.content_hash { Kept::Again { received_at } } else { Kept::Taken })
    }

    /// Has the id, and which bytes? `None` if it is free.
    pub(crate) async fn find(&self, id: &str) -> Result<Option<(String, i64)>, StoreError> {
        Ok(reading!(self.database, |pool| sqlx::query_as(FIND).bind(id).fetch_optional(pool))?)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Place, block_on, on_each_database};
    use super::*;

    on_each_database!(
        an_id_is_kept_once_with_one_hash_over_restarts,
        a_submission_needs_its_form,
        of_many_at_once_one_is_new,
    );

    /// SQLite says of a deferred constraint, as of a full disk, only when it commits: after the row came back.
    #[test]
    fn what_fails_as_it_is_committed_is_not_called_new() {
        let folder = tempfile::tempdir().unwrap();
        let schema = include_str!("../../migrations/0001_submissions.sql").replace(
            "REFERENCES form_version (hash)",
            "REFERENCES form_version (hash) DEFERRABLE INITIALLY DEFERRED",
        );
        rusqlite::Connection::open(folder.path().join("doorstep.sqlite3"))
            .unwrap()
            .execute_batch(&schema)
            .unwrap();
        block_on(async {
            let store = Store::open(folder.path(), None).await.unwrap();
            let kept = store.keep(&row("a", "h"), Relayed::default()).await;
            assert!(kept.is_err(), "{kept:?}");
            assert_eq!(store.find("a").await.unwrap(), None);
        });
    }

    fn row<'a>(id: &'a str, content_hash: &'a str) -> Row<'a> {
        Row {
            id,
            form_id: "f",
            form_version: "1",
            form_hash: "ab",
            content_hash,
            body: b"{}",
            received_at: 7,
            sender: Sender::default(),
        }
    }

    async fn open(place: &Place) -> Store {
        let store = place.open().await;
        store.keep_form("f", "1", "ab", "{}", 1).await.unwrap();
        store
    }

    async fn an_id_is_kept_once_with_one_hash_over_restarts(place: &Place) {
        assert_eq!(open(place).await.keep(&row("a", "h"), Relayed::default()).await.unwrap(), Kept::New);
        let later = Row { received_at: 99, ..row("a", "h") };
        assert_eq!(
            open(place).await.keep(&later, Relayed::default()).await.unwrap(),
            Kept::Again { received_at: 7 }
        );
        assert_eq!(
            open(place).await.keep(&row("a", "other"), Relayed::default()).await.unwrap(),
            Kept::Taken
        );
        assert_eq!(open(place).await.find("a").await.unwrap(), Some(("h".into(), 7)));
        assert_eq!(open(place).await.find("b").await.unwrap(), None);
    }

    async fn a_submission_needs_its_form(place: &Place) {
        let store = place.open().await;
        assert!(store.keep(&row("a", "h"), Relayed::default()).await.is_err());
        assert_eq!(store.find("a").await.unwrap(), None);
    }

    async fn of_many_at_once_one_is_new(place: &Place) {
        let store = open(place).await;
        let puts = (0..24).map(|n| {
            let store = store.clone();
            let hash = if n % 3 == 0 { "other" } else { "h" };
            tokio::spawn(
                async move { (hash, store.keep(&row("a", hash), Relayed::default()).await.unwrap()) },
            )
        });
        let mut answers = Vec::new();
        for put in puts.collect::<Vec<_>>() {
            answers.push(put.await.unwrap());
        }
        let (kept, _) = store.find("a").await.unwrap().unwrap();
        assert_eq!(answers.iter().filter(|(_, answer)| *answer == Kept::New).count(), 1);
        for (hash, answer) in answers {
            assert_eq!(answer == Kept::Taken, hash != kept);
        }
    }
}
