//! What came under an id that other bytes have: kept aside in full, until the office has decided and after that.
//!
//! Kept here: of an id and a hash there is one row for good, and no more than [`MOST`] of an id; a row is never taken out and its bytes never change; what was
//! taken in stays taken in. The id that it has then follows from its old one and its hash alone, so that whoever takes it in, and however often, makes the same submission.

use doorstep_delivery::Uuid;
use doorstep_delivery::draft::new_id;
use sha2::{Digest, Sha256};

use super::database::BeginWriting;
use super::submissions::{Row, Sender};
use super::{Store, StoreError};

/// So many other contents of one id are kept: a draft that was carried on makes one or two.
pub(crate) const MOST: i64 = 8;

const HOW_MANY: &str = "SELECT COUNT(*) FROM submission_aside WHERE id = $1";
pub(super) const INSERT: &str = "
    INSERT INTO submission_aside (id, content_hash, own_id, form_id, form_version, form_hash, body, came, received_at,
        device_id, user_id, area, decision, decided_at, decided_by, provider)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
    ON CONFLICT DO NOTHING RETURNING received_at";
const FIND: &str =
    "SELECT own_id, received_at, decision FROM submission_aside WHERE id = $1 AND content_hash = $2";
const LOAD: &str = "
    SELECT id, body, device_id, user_id, area, provider, decision FROM submission_aside WHERE own_id = $1";
const LIST: &str = "
    SELECT a.own_id, a.id, a.body, a.came IS NOT NULL, a.received_at, a.area, a.decision, u.name, d.name,
        s.body, s.received_at, su.name, sd.name, s.area
    FROM submission_aside a JOIN submission s ON s.id = a.id
    LEFT JOIN app_user u ON u.id = a.user_id LEFT JOIN device d ON d.id = a.device_id
    LEFT JOIN app_user su ON su.id = s.user_id LEFT JOIN device sd ON sd.id = s.device_id";
const DECIDE: &str = "
    UPDATE submission_aside SET decision = $2, decided_at = $3, decided_by = $4
    WHERE own_id = $1 AND (decision IS NULL OR decision = 'left_out')";

/// What the office has decided.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Decision {
    /// It is a submission of its own.
    TakenIn,
    /// It is none. It may still become one.
    LeftOut,
}

impl Decision {
    /// Its name on the wire and in the database.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Decision::TakenIn => "taken_in",
            Decision::LeftOut => "left_out",
        }
    }

    fn parse(name: &str) -> Option<Decision> {
        [Decision::TakenIn, Decision::LeftOut].into_iter().find(|decision| decision.name() == name)
    }
}

/// One that is kept aside, as far as its sender is told of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Aside {
    /// The id that it has if it is taken in.
    pub(crate) own_id: String,
    /// When it came first: milliseconds since 1970.
    pub(crate) received_at: i64,
    pub(crate) decision: Option<Decision>,
}

/// One that is to be decided on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct AsideBody {
    /// The id that it came under.
    pub(crate) id: String,
    pub(crate) body: Vec<u8>,
    pub(crate) sender: Sender,
    pub(crate) decision: Option<Decision>,
}

/// One side of what is shown: the bytes, when they came, and what their user and device are called.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Side {
    pub(crate) body: Vec<u8>,
    pub(crate) received_at: i64,
    pub(crate) user: Option<String>,
    pub(crate) device: Option<String>,
}

/// One beside the submission that has its id.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct ListedAside {
    pub(crate) own_id: String,
    pub(crate) id: String,
    /// Did it come sealed for the office?
    pub(crate) sealed: bool,
    pub(crate) area: Option<String>,
    /// Of the one that has the id.
    pub(crate) kept_area: Option<String>,
    pub(crate) decision: Option<Decision>,
    pub(crate) aside: Side,
    pub(crate) kept: Side,
}

type Name = Option<String>;
#[rustfmt::skip]
type Columns = (String, String, Vec<u8>, bool, i64, Option<String>, Option<String>, Name, Name, Vec<u8>, i64, Name, Name, Option<String>);

fn listed(columns: Columns) -> ListedAside {
    let (own_id, id, body, sealed, received_at, area, decision, user, device, ..) = columns;
    let (.., kept_body, kept_at, kept_user, kept_device, kept_area) = columns;
    ListedAside {
        own_id,
        id,
        sealed,
        area,
        kept_area,
        decision: decision.as_deref().and_then(Decision::parse),
        aside: Side { body, received_at, user, device },
        kept: Side { body: kept_body, received_at: kept_at, user: kept_user, device: kept_device },
    }
}

/// The id that it has if it is taken in: a UUIDv7 of the old one's time.
pub(crate) fn own_id(id: Uuid, content_hash: &str) -> String {
    let digest = Sha256::digest(format!("aside {id} {content_hash}").as_bytes());
    let mut own = [0; 10];
    own.copy_from_slice(&digest[..10]);
    // Its first 48 bits (RFC 9562 §5.7).
    let made_at = i64::try_from(id.as_u128() >> 80).unwrap_or(0);
    new_id(made_at, &own).to_string()
}

impl Store {
    /// Is there room for one more content of an id?
    pub(crate) async fn has_room_aside(&self, id: &str) -> Result<bool, StoreError> {
        let (kept,): (i64,) =
            reading!(self.database, |pool| sqlx::query_as(HOW_MANY).bind(id).fetch_one(pool))?;
        Ok(kept < MOST)
    }

    /// Keeps what came under an id that another submission has, once; `came` is what was sent, if that is not the body. Nothing if there are too many of it already.
    pub(crate) async fn keep_aside(
        &self,
        row: &Row<'_>,
        own_id: &str,
        came: Option<&[u8]>,
    ) -> Result<Option<Aside>, StoreError> {
        let nothing = None::<&str>;
        writing!(self.database, |pool| async {
            let mut transaction = pool.begin_writing().await?;
            let (kept,): (i64,) = sqlx::query_as(HOW_MANY).bind(row.id).fetch_one(&mut *transaction).await?;
            if kept < MOST {
                let _new: Vec<(i64,)> = sqlx::query_as(INSERT)
                    .bind(row.id)
                    .bind(row.content_hash)
                    .bind(own_id)
                    .bind(row.form_id)
                    .bind(row.form_version)
                    .bind(row.form_hash)
                    .bind(row.body)
                    .bind(came)
                    .bind(row.received_at)
                    .bind(&row.sender.device)
                    .bind(&row.sender.user)
                    .bind(&row.sender.area)
                    .bind(nothing)
                    .bind(None::<i64>)
                    .bind(nothing)
                    .bind(&row.sender.provider)
                    .fetch_all(&mut *transaction)
                    .await?;
            }
            transaction.commit().await
        })?;
        self.find_aside(row.id, row.content_hash).await
    }

    /// That content of that id, if it is kept aside.
    pub(crate) async fn find_aside(&self, id: &str, content_hash: &str) -> Result<Option<Aside>, StoreError> {
        let found: Option<(String, i64, Option<String>)> =
            reading!(self.database, |pool| sqlx::query_as(FIND)
                .bind(id)
                .bind(content_hash)
                .fetch_optional(pool))?;
        Ok(found.map(|(own_id, received_at, decision)| Aside {
            own_id,
            received_at,
            decision: decision.as_deref().and_then(Decision::parse),
        }))
    }

    /// One that is kept aside, by the id that it has if it is taken in.
    pub(crate) async fn load_aside(&self, own_id: &str) -> Result<Option<AsideBody>, StoreError> {
        #[rustfmt::skip]
        type Loaded = (
            String, Vec<u8>, Option<String>, Option<String>, Option<String>, Option<String>, Option<String>,
        );
        let found: Option<Loaded> =
            reading!(self.database, |pool| sqlx::query_as(LOAD).bind(own_id).fetch_optional(pool))?;
        Ok(found.map(|(id, body, device, user, area, provider, decision)| AsideBody {
            id,
            body,
            sender: Sender { device, user, area, provider },
            decision: decision.as_deref().and_then(Decision::parse),
        }))
    }

    /// What is kept aside of an area and what lies in it, by the id that it would have, after one: what waits for a decision, or what was left out.
    /// Everywhere includes what belongs to no area.
    pub(crate) async fn asides(
        &self,
        area: &str,
        left_out: bool,
        after: &str,
        limit: i64,
    ) -> Result<Vec<ListedAside>, StoreError> {
        let which = if left_out { "a.decision = 'left_out'" } else { "a.decision IS NULL" };
        // Made of the texts above and nothing else.
        let query = format!(
            "{LIST} WHERE {which} AND a.own_id > $1 AND (a.area LIKE $2 OR $3 = '') ORDER BY a.own_id LIMIT $4"
        );
        let within = format!("{area}%");
        let rows: Vec<Columns> = reading!(self.database, |pool| {
            sqlx::query_as(sqlx::AssertSqlSafe(query.clone()))
                .bind(after)
                .bind(&within)
                .bind(area)
                .bind(limit)
                .fetch_all(pool)
        })?;
        Ok(rows.into_iter().map(listed).collect())
    }

    /// How many wait for a decision.
    pub(crate) async fn asides_waiting(&self) -> Result<u64, StoreError> {
        const WAITING: &str = "SELECT COUNT(*) FROM submission_aside WHERE decision IS NULL";
        let (count,): (i64,) = reading!(self.database, |pool| sqlx::query_as(WAITING).fetch_one(pool))?;
        Ok(count.cast_unsigned())
    }

    /// Notes what was decided. What was taken in stays so; what was left out may be taken in later. False if nothing has the id or it was taken in before.
    pub(crate) async fn decide_aside(
        &self,
        own_id: &str,
        decision: Decision,
        at: i64,
        user: Option<&str>,
    ) -> Result<bool, StoreError> {
        let decided = writing!(self.database, |pool| async {
            let done =
                sqlx::query(DECIDE).bind(own_id).bind(decision.name()).bind(at).bind(user).execute(pool);
            Ok(done.await?.rows_affected())
        })?;
        Ok(decided > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Place, on_each_database};
    use super::super::{Kept, Relayed};
    use super::*;

    on_each_database!(
        what_has_a_taken_id_is_kept_once_and_what_was_decided_stays,
        no_more_than_so_many_of_an_id_are_kept,
    );

    const ID: &str = "019ab1c0-0000-7000-8000-000000000001";

    fn row<'a>(content_hash: &'a str, area: Option<&str>) -> Row<'a> {
        let sender = Sender { area: area.map(str::to_owned), ..Sender::default() };
        Row {
            id: ID,
            form_id: "f",
            form_version: "1",
            form_hash: "ab",
            content_hash,
            body: b"{}",
            received_at: 7,
            sender,
        }
    }

    async fn open(place: &Place) -> Store {
        let store = place.open().await;
        store.keep_form("f", "1", "ab", "{}", 1).await.unwrap();
        assert_eq!(store.keep(&row("first", None), Relayed::default()).await.unwrap(), Kept::New);
        store
    }

    fn own(hash: &str) -> String {
        own_id(Uuid::try_parse(ID).unwrap(), hash)
    }

    async fn what_has_a_taken_id_is_kept_once_and_what_was_decided_stays(place: &Place) {
        let store = open(place).await;
        let kept = store.keep_aside(&row("b", Some("371002")), &own("b"), Some(b"sealed")).await.unwrap();
        let aside = Aside { own_id: own("b"), received_at: 7, decision: None };
        assert_eq!(kept.as_ref(), Some(&aside));
        let later = Row { received_at: 99, ..row("b", None) };
        assert_eq!(store.keep_aside(&later, &own("b"), None).await.unwrap(), Some(aside.clone()));
        assert_eq!(store.find_aside(ID, "first").await.unwrap(), None);

        let listed = |area, left_out| {
            let store = store.clone();
            async move {
                let found = store.asides(area, left_out, "", 9).await.unwrap();
                found.into_iter().map(|one| (one.own_id, one.sealed, one.kept.body)).collect::<Vec<_>>()
            }
        };
        let whole = vec![(own("b"), true, b"{}".to_vec())];
        for (area, found) in [("", &whole), ("3710", &whole), ("371003", &vec![])] {
            assert_eq!(listed(area, false).await, *found, "{area}");
        }
        assert!(store.asides("", false, &own("b"), 9).await.unwrap().is_empty(), "after the last");

        assert!(store.decide_aside(&own("b"), Decision::LeftOut, 8, Some("u")).await.unwrap());
        assert_eq!((listed("", false).await, listed("", true).await), (vec![], whole));
        assert!(store.decide_aside(&own("b"), Decision::TakenIn, 9, None).await.unwrap());
        assert!(!store.decide_aside(&own("b"), Decision::LeftOut, 10, None).await.unwrap());
        let found = open_again(place).await.find_aside(ID, "b").await.unwrap();
        assert_eq!(found, Some(Aside { decision: Some(Decision::TakenIn), ..aside }));
        let loaded = store.load_aside(&own("b")).await.unwrap().unwrap();
        assert_eq!((loaded.id.as_str(), loaded.sender.area.as_deref()), (ID, Some("371002")));
    }

    async fn open_again(place: &Place) -> Store {
        place.open().await
    }

    async fn no_more_than_so_many_of_an_id_are_kept(place: &Place) {
        let store = open(place).await;
        for number in 0..MOST {
            let hash = number.to_string();
            assert!(store.keep_aside(&row(&hash, None), &own(&hash), None).await.unwrap().is_some());
        }
        assert_eq!(store.keep_aside(&row("one more", None), &own("one more"), None).await.unwrap(), None);
        assert!(store.keep_aside(&row("0", None), &own("0"), None).await.unwrap().is_some(), "it is there");
    }

    #[test]
    fn its_own_id_is_of_the_old_ones_time_and_of_its_content() {
        let (id, made) = (Uuid::try_parse(ID).unwrap(), Uuid::try_parse(&own("b")).unwrap());
        assert_eq!(made.get_version_num(), 7);
        assert_eq!(made.as_u128() >> 80, id.as_u128() >> 80);
        assert!(own("b") == own("b") && own("b") != own("c"));
    }
}
