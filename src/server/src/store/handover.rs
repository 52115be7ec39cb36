//! Drafts on their way from a kiosk, or from a colleague, to a member of the staff.
//!
//! Kept here: one user fetches it, however many try at once; what is over, fetched and kept, or taken back holds no bytes any more; a device has one on its way at a time.
//! That somebody fetched it is known for a month: the device that gave it away may be without a network for that long, and must not go on with it.

use super::database::BeginWriting;
use super::{Store, StoreError};

/// How long it is known what became of one, in milliseconds.
const KNOWN_MS: i64 = 30 * 24 * 60 * 60_000;
const OVER: &str = "DELETE FROM handover WHERE expires_at <= $2 OR (expires_at <= $1 AND taken_by IS NULL)";
const EMPTY: &str = "UPDATE handover SET sealed = $2 WHERE expires_at <= $1";
const OTHERS: &str = "DELETE FROM handover WHERE device_id = $1 AND taken_by IS NULL";
const ADD: &str = "
    INSERT INTO handover (id, device_id, area, sealed, made_at, expires_at, given_by) VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (id) DO NOTHING";
const ABOUT: &str = "
    SELECT device_id, area, taken_by, kept_at, given_by FROM handover
    WHERE id = $1 AND (expires_at > $2 OR taken_by IS NOT NULL)";
const SEALED: &str =
    "SELECT sealed, taken_by FROM handover WHERE id = $1 AND expires_at > $2 AND kept_at IS NULL";
const TAKE: &str = "UPDATE handover SET taken_by = $2 WHERE id = $1";
const KEPT: &str = "
    UPDATE handover SET kept_at = $3, sealed = $4 WHERE id = $1 AND taken_by = $2 AND kept_at IS NULL";
const WITHDRAW: &str = "DELETE FROM handover WHERE id = $1 AND device_id = $2 AND taken_by IS NULL";

/// A draft that is handed over.
#[derive(Clone, Debug)]
pub(crate) struct NewHandover<'a> {
    /// A hash of the code.
    pub(crate) id: &'a str,
    /// The device, or a browser's user, that it comes from.
    pub(crate) device: &'a str,
    pub(crate) area: &'a str,
    /// The user whose draft it is; a kiosk's is nobody's.
    pub(crate) given_by: Option<&'a str>,
    pub(crate) sealed: &'a [u8],
    /// Milliseconds since 1970.
    pub(crate) made_at: i64,
    pub(crate) expires_at: i64,
}

/// What is known of one that is not over, or that somebody fetched.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Handover {
    pub(crate) device: String,
    pub(crate) area: String,
    /// The user whose draft it was; a kiosk's is nobody's.
    pub(crate) given_by: Option<String>,
    /// Who has fetched it.
    pub(crate) taken_by: Option<String>,
    /// Have they kept it?
    pub(crate) kept: bool,
}

/// What becomes of fetching one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Fetched {
    Sealed(Vec<u8>),
    /// Somebody else has fetched it.
    Anothers,
    /// There is none, it is over, or it is kept already.
    None,
}

impl Store {
    /// `false` if the id is taken. The device's own that nobody has fetched go.
    pub(crate) async fn add_handover(&self, new: &NewHandover<'_>) -> Result<bool, StoreError> {
        Ok(writing!(self.database, |pool| async {
            let mut transaction = pool.begin_writing().await?;
            sqlx::query(OVER)
                .bind(new.made_at)
                .bind(new.made_at - KNOWN_MS)
                .execute(&mut *transaction)
                .await?;
            sqlx::query(OTHERS).bind(new.device).execute(&mut *transaction).await?;
            let added = sqlx::query(ADD)
                .bind(new.id)
                .bind(new.device)
                .bind(new.area)
                .bind(new.sealed)
                .bind(new.made_at)
                .bind(new.expires_at)
                .bind(new.given_by)
                .execute(&mut *transaction)
                .await?;
            transaction.commit().await?;
            Ok(added.rows_affected() == 1)
        })?)
    }

    pub(crate) async fn handover(&self, id: &str, now: i64) -> Result<Option<Handover>, StoreError> {
        type Found = (String, String, Option<String>, Option<i64>, Option<String>);
        let found: Option<Found> =
            reading!(self.database, |pool| sqlx::query_as(ABOUT).bind(id).bind(now).fetch_optional(pool))?;
        Ok(found.map(|(device, area, taken_by, kept_at, given_by)| Handover {
            device,
            area,
            given_by,
            taken_by,
            kept: kept_at.is_some(),
        }))
    }

    /// The sealed bytes for a user, the only one from now on.
    pub(crate) async fn fetch_handover(&self, id: &str, user: &str, now: i64) -> Result<Fetched, StoreError> {
        Ok(writing!(self.database, |pool| async {
            let mut transaction = pool.begin_writing().await?;
            let found: Option<(Vec<u8>, Option<String>)> =
                sqlx::query_as(SEALED).bind(id).bind(now).fetch_optional(&mut *transaction).await?;
            let sealed = match found {
                None => return Ok(Fetched::None),
                Some((_, Some(by))) if by != user => return Ok(Fetched::Anothers),
                Some((sealed, _)) => sealed,
            };
            sqlx::query(TAKE).bind(id).bind(user).execute(&mut *transaction).await?;
            transaction.commit().await?;
            Ok(Fetched::Sealed(sealed))
        })?)
    }

    /// Whoever fetched it has kept it: its bytes go. `false` if it is none of theirs, or was said before.
    pub(crate) async fn handover_kept(&self, id: &str, user: &str, now: i64) -> Result<bool, StoreError> {
        let kept = writing!(self.database, |pool| async {
            let kept = sqlx::query(KEPT).bind(id).bind(user).bind(now).bind(Vec::<u8>::new());
            Ok(kept.execute(pool).await?.rows_affected())
        })?;
        Ok(kept == 1)
    }

    /// `false` if it is none of the device's, or somebody has fetched it.
    pub(crate) async fn withdraw_handover(&self, id: &str, device: &str) -> Result<bool, StoreError> {
        let gone = writing!(self.database, |pool| async {
            Ok(sqlx::query(WITHDRAW).bind(id).bind(device).execute(pool).await?.rows_affected())
        })?;
        Ok(gone == 1)
    }

    /// What is over goes.
    pub(crate) async fn forget_handovers(&self, now: i64) -> Result<(), StoreError> {
        Ok(writing!(self.database, |pool| async {
            sqlx::query(OVER).bind(now).bind(now - KNOWN_MS).execute(pool).await?;
            sqlx::query(EMPTY).bind(now).bind(Vec::<u8>::new()).execute(pool).await?;
            Ok(())
        })?)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Place, on_each_database};
    use super::*;

    on_each_database!(one_user_fetches_it_and_what_is_over_is_gone, a_kiosk_has_one_on_its_way);

    fn new<'a>(id: &'a str, device: &'a str, made_at: i64) -> NewHandover<'a> {
        NewHandover {
            id,
            device,
            area: "371002",
            given_by: None,
            sealed: b"sealed",
            made_at,
            expires_at: made_at + 100,
        }
    }

    async fn bytes(store: &Store) -> i64 {
        let sum = "SELECT CAST(COALESCE(SUM(LENGTH(sealed)), 0) AS BIGINT) FROM handover";
        let found: Result<(i64,), StoreError> =
            async { Ok(reading!(store.database, |pool| sqlx::query_as(sum).fetch_one(pool))?) }.await;
        found.unwrap().0
    }

    async fn one_user_fetches_it_and_what_is_over_is_gone(place: &Place) {
        let store = place.open().await;
        assert!(store.add_handover(&new("a", "kiosk", 0)).await.unwrap());
        assert!(!store.add_handover(&new("a", "other", 1)).await.unwrap(), "an id is one draft's");
        assert!(!store.handover_kept("a", "u", 1).await.unwrap(), "nobody has it yet");
        let sealed = Fetched::Sealed(b"sealed".to_vec());
        // An answer that was lost is asked for again.
        for _ in 0..2 {
            assert_eq!(store.fetch_handover("a", "u", 10).await.unwrap(), sealed);
        }
        assert_eq!(store.fetch_handover("a", "v", 10).await.unwrap(), Fetched::Anothers);
        let about = store.handover("a", 10).await.unwrap().unwrap();
        assert_eq!((about.taken_by.as_deref(), about.kept, &*about.area), (Some("u"), false, "371002"));
        assert!(!store.withdraw_handover("a", "kiosk").await.unwrap(), "it is on two devices then");
        assert!(!store.handover_kept("a", "v", 11).await.unwrap());
        assert!(store.handover_kept("a", "u", 11).await.unwrap());
        assert_eq!(bytes(&store).await, 0);
        assert_eq!(store.fetch_handover("a", "u", 12).await.unwrap(), Fetched::None, "once");
        assert!(store.handover("a", 12).await.unwrap().unwrap().kept);
        assert!(store.handover("a", 100).await.unwrap().unwrap().kept, "whoever gave it away asks later");

        assert!(store.add_handover(&new("b", "kiosk", 200)).await.unwrap());
        assert_eq!(store.fetch_handover("b", "u", 300).await.unwrap(), Fetched::None, "it is over");
        assert_eq!(bytes(&store).await, 6);
        store.forget_handovers(300).await.unwrap();
        assert_eq!(bytes(&store).await, 0);

        // Fetched, and no word that it was kept: nobody can fetch it any more, and that somebody did is known for a month.
        let given = NewHandover { given_by: Some("w"), ..new("c", "phone", 400) };
        assert!(store.add_handover(&given).await.unwrap());
        assert_eq!(store.fetch_handover("c", "u", 410).await.unwrap(), sealed);
        store.forget_handovers(500).await.unwrap();
        assert_eq!(bytes(&store).await, 0);
        assert_eq!(store.fetch_handover("c", "u", 501).await.unwrap(), Fetched::None);
        let about = store.handover("c", 501).await.unwrap().unwrap();
        assert_eq!((about.given_by.as_deref(), about.taken_by.as_deref()), (Some("w"), Some("u")));
        assert!(!store.withdraw_handover("c", "phone").await.unwrap());
        store.forget_handovers(500 + KNOWN_MS).await.unwrap();
        assert_eq!(store.handover("c", 500 + KNOWN_MS).await.unwrap(), None);
    }

    async fn a_kiosk_has_one_on_its_way(place: &Place) {
        let store = place.open().await;
        for (id, device) in [("a", "kiosk"), ("b", "kiosk"), ("c", "other")] {
            assert!(store.add_handover(&new(id, device, 0)).await.unwrap());
        }
        assert_eq!(store.handover("a", 1).await.unwrap(), None);
        assert!(!store.withdraw_handover("c", "kiosk").await.unwrap(), "it is another kiosk's");
        assert!(store.withdraw_handover("b", "kiosk").await.unwrap());
        assert!(!store.withdraw_handover("b", "kiosk").await.unwrap());
        assert_eq!(bytes(&store).await, 6);
    }
}
