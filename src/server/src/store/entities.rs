//! Entities as submissions made them: what is known now, and every version.
//!
//! Kept here: a submission is gone through once, in one transaction; an entity's versions are numbered without a gap, whoever writes; what could not be
//! applied is kept with its reason. All of it follows from the submissions.

use std::collections::BTreeMap;

use doorstep_engine::entities::{
    Applied, Conflict, Entity, EntityChange, EntityError, EntityVersion, NotApplied, apply, is_early,
};

use super::database::BeginWriting;
use super::{Store, StoreError};

const DONE: &str =
    "INSERT INTO entity_done (submission_id) VALUES ($1) ON CONFLICT (submission_id) DO NOTHING";
const FIND: &str = "SELECT area, label, properties, conflict FROM entity WHERE list = $1 AND id = $2";
const VERSIONS: &str = "
    SELECT version, base, branch, label, given, conflict, submission_id FROM entity_version
    WHERE list = $1 AND id = $2 ORDER BY version";
const PUT: &str = "
    INSERT INTO entity (list, id, area, version, label, properties, conflict, changed_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (list, id) DO UPDATE SET
        version = excluded.version, label = excluded.label, properties = excluded.properties,
        conflict = excluded.conflict, changed_at = excluded.changed_at";
const ADD: &str = "
    INSERT INTO entity_version (list, id, version, base, branch, label, given, conflict, submission_id)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const FOUND_BY: &str = "
    INSERT INTO entity_search (list, id, version, text, about) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (list, id) DO UPDATE SET version = excluded.version, text = excluded.text, about = excluded.about";
/// Phones are to be told of it.
const MARK: &str = "INSERT INTO entity_untold (list, id) VALUES ($1, $2) ON CONFLICT (list, id) DO NOTHING";
const REFUSE: &str =
    "INSERT INTO entity_refused (submission_id, place, list, id, reason) VALUES ($1, $2, $3, $4, $5)";
const UNDONE: &str = "
    SELECT s.id, s.body, s.area, s.received_at FROM submission s
    LEFT JOIN entity_done d ON d.submission_id = s.id
    WHERE s.form_hash = $1 AND d.submission_id IS NULL ORDER BY s.received_at, s.id LIMIT $2";
const ANSWERED: &str = "SELECT DISTINCT form_hash FROM submission";
const OF_LIST: &str = "
    SELECT id, label, version, properties, area FROM entity
    WHERE list = $1 AND area LIKE $2 AND id > $3 ORDER BY id LIMIT $4";

/// Reasons that pass: what a change was said over may come yet, since phones send again in any order.
const NOT_KNOWN: &str = "it is to be changed, and nobody knows it";
const EARLY: &str = "it was said over a version that has not arrived yet";
const HELD: &str = "
    SELECT r.place, s.form_hash, s.id, s.body, s.area, s.received_at FROM entity_refused r
    JOIN submission s ON s.id = r.submission_id
    WHERE r.list = $1 AND r.id = $2 AND r.reason IN ($3, $4) ORDER BY s.received_at, s.id, r.place";
const RELEASE: &str = "DELETE FROM entity_refused WHERE submission_id = $1 AND place = $2";

/// So many bytes may be known of one entity.
const LARGEST: usize = 32 << 10;

/// A submission whose entities were not gone through yet.
#[derive(Debug)]
pub(crate) struct Undone {
    pub(crate) id: String,
    /// The sealed bytes.
    pub(crate) body: Vec<u8>,
    /// The code of its sender's area; empty: everywhere.
    pub(crate) area: String,
    /// Milliseconds since 1970.
    pub(crate) received_at: i64,
}

/// What a submission said of an entity too early.
#[derive(Debug)]
pub(crate) struct Held {
    /// Its place among what the submission says.
    pub(crate) place: i64,
    pub(crate) form_hash: String,
    pub(crate) submission: Undone,
}

/// An entity as a list has it.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct EntityRow {
    pub(crate) id: String,
    pub(crate) label: String,
    pub(crate) version: i64,
    pub(crate) properties: BTreeMap<String, String>,
    /// The code of the area that it belongs to.
    pub(crate) area: String,
}

type Version = (i64, Option<i64>, Option<String>, Option<String>, String, i64, String);
type Found = (String, String, String, i64);

/// Finds an entity in a transaction, with the area that it belongs to.
macro_rules! find {
    ($transaction:expr, $list:expr, $id:expr) => {{
        let found: Option<Found> =
            sqlx::query_as(FIND).bind($list).bind($id).fetch_optional(&mut *$transaction).await?;
        match found {
            None => None,
            Some((area, label, properties, conflict)) => {
                let versions: Vec<Version> =
                    sqlx::query_as(VERSIONS).bind($list).bind($id).fetch_all(&mut *$transaction).await?;
                let entity = Entity {
                    list: $list.to_owned(),
                    id: $id.to_owned(),
                    label,
                    properties: read_properties(&properties)?,
                    versions: versions.into_iter().map(version).collect::<Result<_, _>>()?,
                    conflict: conflict_of(conflict),
                };
                Some((area, entity))
            }
        }
    }};
}

/// The organisation that a submission's sender worked for when it was sent, if they were a provider's; none is named by a blank.
macro_rules! sent_for {
    ($transaction:expr, $by:expr) => {{
        let found: Option<(String,)> =
            sqlx::query_as(referred::SENT_FOR).bind($by).fetch_optional(&mut *$transaction).await?;
        found.map(|(provider,)| provider)
    }};
}

/// Writes an entity's newest version in a transaction, and marks it as one that phones are to be told of.
macro_rules! put {
    ($transaction:expr, $area:expr, $entity:expr, $by:expr, $at:expr) => {{
        let newest = $entity.versions.last().ok_or(sqlx::Error::RowNotFound)?;
        sqlx::query(PUT)
            .bind(&$entity.list)
            .bind(&$entity.id)
            .bind(&$area)
            .bind(newest.number.cast_signed())
            .bind(&$entity.label)
            .bind(write_properties(&$entity.properties))
            .bind(number_of($entity.conflict))
            .bind($at)
            .execute(&mut *$transaction)
            .await?;
        sqlx::query(ADD)
            .bind(&$entity.list)
            .bind(&$entity.id)
            .bind(newest.number.cast_signed())
            .bind(newest.base.map(u64::cast_signed))
            .bind(&newest.branch)
            .bind(&newest.label)
            .bind(write_properties(&newest.given))
            .bind(number_of(newest.conflict))
            .bind(&$by)
            .execute(&mut *$transaction)
            .await?;
        sqlx::query(FOUND_BY)
            .bind(&$entity.list)
            .bind(&$entity.id)
            .bind(newest.number.cast_signed())
            .bind(search_text(&$entity.label, &$entity.properties))
            .bind(about(&$entity.properties))
            .execute(&mut *$transaction)
            .await?;
        sqlx::query(MARK).bind(&$entity.list).bind(&$entity.id).execute(&mut *$transaction).await?;
    }};
}

mod copied;
mod imported;
mod listed;
mod named;
mod referred;
mod rows;
mod search;
mod search_text;
mod seeded;
mod settled;
mod told;

use search_text::{about, search_text};

pub(crate) use imported::{Deed as Importing, Imported, ImportedRow};
pub(crate) use listed::{Decided, Deciding, Decision};
pub(crate) use named::About;
pub(crate) use referred::{PROVIDER, REFERRALS};
pub(crate) use rows::{Head, KnownEntity, ToldVersion};
pub(crate) use search::{Order, Searched};
pub(crate) use search_text::folded;
pub(crate) use seeded::{SeededEntity, SeededVersion};
pub(crate) use settled::{InConflict, Maker, Settled, Settling};
pub(crate) use told::OFFICE_ONLY;

impl Store {
    /// Goes through what a submission says of entities. `false`: that was done before.
    pub(crate) async fn apply_entities(
        &self,
        submission: &Undone,
        changes: &[Result<EntityChange, EntityError>],
    ) -> Result<bool, StoreError> {
        let Undone { id: by, received_at, .. } = submission;
        Ok(writing!(self.database, |pool| async {
            let mut transaction = pool.begin_writing().await?;
            if sqlx::query(DONE).bind(by).execute(&mut *transaction).await?.rows_affected() == 0 {
                return Ok(false);
            }
            let provider = sent_for!(transaction, by);
            for (place, change) in (0_i64..).zip(changes) {
                let (list, id, refused) = match change {
                    Err(why) => (String::new(), String::new(), Some(why.to_string())),
                    Ok(change) => {
                        let known = find!(transaction, &*change.list, &*change.id);
                        let (refused, made) = change_of(known, change, submission, provider.as_deref());
                        if let Some((own_area, entity)) = made {
                            put!(transaction, own_area, entity, by, received_at);
                        }
                        (change.list.clone(), change.id.clone(), refused)
                    }
                };
                if let Some(reason) = refused {
                    let refuse = sqlx::query(REFUSE).bind(by).bind(place).bind(list).bind(id);
                    refuse.bind(reason).execute(&mut *transaction).await?;
                }
            }
            transaction.commit().await?;
            Ok(true)
        })?)
    }

    /// What was said of an entity too early: its place among what its submission says, the form, and the submission, the first received first.
    pub(crate) async fn entities_held(&self, list: &str, id: &str) -> Result<Vec<Held>, StoreError> {
        type HeldRow = (i64, String, String, Vec<u8>, Option<String>, i64);
        let rows: Vec<HeldRow> = reading!(self.database, |pool| {
            sqlx::query_as(HELD).bind(list).bind(id).bind(NOT_KNOWN).bind(EARLY).fetch_all(pool)
        })?;
        let held = |(place, form_hash, id, body, area, received_at): HeldRow| Held {
            place,
            form_hash,
            submission: Undone { id, body, area: area.unwrap_or_default(), received_at },
        };
        Ok(rows.into_iter().map(held).collect())
    }

    /// Applies what was said too early, if it is not any more. `false`: it still is, or somebody else did.
    pub(crate) async fn apply_held(
        &self,
        submission: &Undone,
        place: i64,
        change: &EntityChange,
    ) -> Result<bool, StoreError> {
        let Undone { id: by, received_at, .. } = submission;
        Ok(writing!(self.database, |pool| async {
            let mut transaction = pool.begin_writing().await?;
            let known = find!(transaction, &*change.list, &*change.id);
            let provider = sent_for!(transaction, by);
            let (_, Some((area, entity))) = change_of(known, change, submission, provider.as_deref()) else {
                return Ok(false);
            };
            let released = sqlx::query(RELEASE).bind(by).bind(place).execute(&mut *transaction).await?;
            if released.rows_affected() == 0 {
                return Ok(false);
            }
            put!(transaction, area, entity, by, received_at);
            transaction.commit().await?;
            Ok(true)
        })?)
    }

    /// Submissions of a form whose entities were not gone through yet, the first received first.
    pub(crate) async fn entities_undone(
        &self,
        form_hash: &str,
        limit: i64,
    ) -> Result<Vec<Undone>, StoreError> {
        let rows: Vec<(String, Vec<u8>, Option<String>, i64)> = reading!(self.database, |pool| {
            sqlx::query_as(UNDONE).bind(form_hash).bind(limit).fetch_all(pool)
        })?;
        let undone = |(id, body, area, received_at): (String, Vec<u8>, Option<String>, i64)| Undone {
            id,
            body,
            area: area.unwrap_or_default(),
            received_at,
        };
        Ok(rows.into_iter().map(undone).collect())
    }

    /// The hashes of all forms that anything was submitted of.
    pub(crate) async fn forms_answered(&self) -> Result<Vec<String>, StoreError> {
        let hashes: Vec<(String,)> =
            reading!(self.database, |pool| sqlx::query_as(ANSWERED).fetch_all(pool))?;
        Ok(hashes.into_iter().map(|(hash,)| hash).collect())
    }

    /// The entities of a list in an area and what lies in it, in the order of their ids, after one.
    pub(crate) async fn entities_of(
        &self,
        list: &str,
        area: &str,
        after: &str,
        limit: i64,
    ) -> Result<Vec<EntityRow>, StoreError> {
        let rows: Vec<(String, String, i64, String, String)> = reading!(self.database, |pool| {
            sqlx::query_as(OF_LIST)
                .bind(list)
                .bind(format!("{area}%"))
                .bind(after)
                .bind(limit)
                .fetch_all(pool)
        })?;
        let listed = |(id, label, version, properties, area): (String, String, i64, String, String)| {
            Ok(EntityRow { id, label, version, properties: read_properties(&properties)?, area })
        };
        rows.into_iter().map(listed).collect()
    }
}

/// What a change makes of an entity, or why it does not. Nobody changes what lies outside of their area; a provider what was referred to it, wherever.
fn change_of(
    known: Option<(String, Entity)>,
    change: &EntityChange,
    submission: &Undone,
    provider: Option<&str>,
) -> (Option<String>, Option<(String, Entity)>) {
    if let Some(provider) = provider {
        let said = known.as_ref().map(|(_, entity)| &entity.properties);
        if let Some(reason) = referred::refusal(provider, said, change) {
            return (Some(reason.into()), None);
        }
    }
    let (own_area, mut entity) = match known {
        Some((area, _)) if provider.is_none() && !area.starts_with(&submission.area) => {
            return (Some("it lies in another area".into()), None);
        }
        Some((_, entity)) if is_early(&entity, change) => return (Some(EARLY.into()), None),
        Some((area, entity)) => (area, Some(entity)),
        None => (submission.area.clone(), None),
    };
    match apply(&mut entity, change, &submission.id) {
        Applied::Made | Applied::Changed(_) if entity.as_ref().is_some_and(is_too_large) => {
            (Some("it says more than a list can hold of one".into()), None)
        }
        Applied::Made | Applied::Changed(_) => (None, entity.map(|entity| (own_area, entity))),
        Applied::Again => (Some("it is said twice in one submission".into()), None),
        Applied::Refused(NotApplied::Known) => {
            (Some("it is to be made, and there is one already".into()), None)
        }
        Applied::Refused(NotApplied::NotKnown) => (Some(NOT_KNOWN.into()), None),
    }
}

/// Phones hold thousands of them, and pages of the feed hundreds.
fn is_too_large(entity: &Entity) -> bool {
    let properties = entity.properties.iter().map(|(name, value)| name.len() + value.len());
    entity.label.len() + properties.sum::<usize>() > LARGEST
}

fn version(
    (number, base, branch, label, given, conflict, by): Version,
) -> Result<EntityVersion, sqlx::Error> {
    Ok(EntityVersion {
        number: number.cast_unsigned(),
        base: base.map(i64::cast_unsigned),
        branch,
        label,
        given: read_properties(&given)?,
        conflict: conflict_of(conflict),
        by,
    })
}

fn read_properties(text: &str) -> Result<BTreeMap<String, String>, sqlx::Error> {
    serde_json::from_str(text).map_err(|error| sqlx::Error::Decode(Box::new(error)))
}

fn write_properties(properties: &BTreeMap<String, String>) -> String {
    serde_json::Value::from_iter(properties.clone()).to_string()
}

fn number_of(conflict: Option<Conflict>) -> i64 {
    match conflict {
        None => 0,
        Some(Conflict::Beside) => 1,
        Some(Conflict::Against) => 2,
    }
}

fn conflict_of(number: i64) -> Option<Conflict> {
    match number {
        1 => Some(Conflict::Beside),
        2 => Some(Conflict::Against),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use doorstep_engine::entities::EntityAct;

    use super::super::testing::{Place, on_each_database};
    use super::super::{Relayed, Row, Sender};
    use super::*;

    on_each_database!(many_at_once_leave_no_version_out, a_submission_is_gone_through_once);

    pub(super) fn change(
        act: EntityAct,
        base: Option<u64>,
        name: &str,
        value: &str,
    ) -> Result<EntityChange, EntityError> {
        Ok(EntityChange {
            list: "households".into(),
            id: "0190a0c6-3f7e-7bb2-9c3e-0a3d9f6a1b2c".into(),
            act,
            label: Some("北门 3".into()),
            base,
            branch: None,
            properties: vec![(name.into(), value.into())],
        })
    }

    pub(super) fn submission(id: &str) -> Undone {
        Undone { id: id.into(), body: Vec::new(), area: "371002".into(), received_at: 7 }
    }

    async fn many_at_once_leave_no_version_out(place: &Place) {
        let store = place.open().await;
        let made = [change(EntityAct::Create, None, "phone", "0")];
        assert!(store.apply_entities(&submission("a"), &made).await.unwrap());
        let writers = (0..12).map(|writer| {
            let store = store.clone();
            tokio::spawn(async move {
                let changes = [change(EntityAct::Update, Some(1), "phone", &writer.to_string())];
                store.apply_entities(&submission(&format!("b{writer}")), &changes).await.unwrap()
            })
        });
        for writer in writers.collect::<Vec<_>>() {
            assert!(writer.await.unwrap());
        }
        let listed = store.entities_of("households", "3710", "", 10).await.unwrap();
        assert_eq!((listed.len(), listed[0].version), (1, 13));
        assert_eq!(store.entities_of("households", "371003", "", 10).await.unwrap(), []);
        let versions: Vec<(i64, i64)> = reading!(store.database, |pool| {
            sqlx::query_as("SELECT version, conflict FROM entity_version ORDER BY version").fetch_all(pool)
        })
        .unwrap();
        let numbers: Vec<i64> = versions.iter().map(|(number, _)| *number).collect();
        assert_eq!(numbers, (1..=13).collect::<Vec<i64>>());
        assert!(versions[2..].iter().all(|(_, conflict)| *conflict == 2), "{versions:?}");
    }

    async fn a_submission_is_gone_through_once(place: &Place) {
        let store = place.open().await;
        store.keep_form("f", "1", "ab", "{}", 1).await.unwrap();
        let row = |id, received_at| Row {
            id,
            form_id: "f",
            form_version: "1",
            form_hash: "ab",
            content_hash: "h",
            body: b"{}",
            received_at,
            sender: Sender { area: Some("371002".into()), ..Sender::default() },
        };
        for (id, received_at) in [("b", 1), ("a", 2), ("c", 3)] {
            store.keep(&row(id, received_at), Relayed::default()).await.unwrap();
        }
        assert_eq!(store.forms_answered().await.unwrap(), ["ab"]);
        let ids = async || -> Vec<String> {
            store.entities_undone("ab", 2).await.unwrap().into_iter().map(|undone| undone.id).collect()
        };
        assert_eq!(ids().await, ["b", "a"]);
        let made = [change(EntityAct::Create, None, "phone", "0"), Err(EntityError::NoId)];
        assert!(store.apply_entities(&submission("b"), &made).await.unwrap());
        assert!(!store.apply_entities(&submission("b"), &made).await.unwrap(), "once");
        assert_eq!(ids().await, ["a", "c"]);
        let refused: Vec<(i64, String)> = reading!(store.database, |pool| {
            sqlx::query_as("SELECT place, reason FROM entity_refused").fetch_all(pool)
        })
        .unwrap();
        assert_eq!(refused, [(1, "its id is no UUID".to_owned())]);
    }
}
