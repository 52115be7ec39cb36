//! Entities that contradict themselves, for somebody to look at, and what became of it.
//!
//! Kept here: what is settled is what was looked at; what came meanwhile stays in conflict. Nothing is overwritten: putting right is another version.

use doorstep_engine::entities::{Entity, EntityAct, EntityChange};

use super::super::database::BeginWriting;
use super::super::{Store, StoreError};
use super::{
    ADD, FIND, FOUND_BY, Found, MARK, PUT, VERSIONS, Version, conflict_of, is_too_large, number_of,
    read_properties, search_text, version, write_properties,
};
use crate::who::users::new_id;

const IN_CONFLICT: &str = "
    SELECT list, id FROM entity WHERE conflict > 0 AND area LIKE $1 AND id > $2 ORDER BY id, list LIMIT $3";
const MAKERS: &str = "
    SELECT s.id, s.received_at, u.name, d.name FROM entity_version v
    JOIN submission s ON s.id = v.submission_id
    LEFT JOIN app_user u ON u.id = s.user_id LEFT JOIN device d ON d.id = s.device_id
    WHERE v.list = $1 AND v.id = $2";
const OFFICE_MAKERS: &str = "
    SELECT o.id, o.at, u.name, d.name FROM entity_version v
    JOIN entity_office o ON o.id = v.submission_id
    LEFT JOIN app_user u ON u.id = o.user_id LEFT JOIN device d ON d.id = ''
    WHERE v.list = $1 AND v.id = $2";
const SETTLE: &str = "
    INSERT INTO entity_settled (list, id, version, at, user_id) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (list, id, version) DO NOTHING";
const AREA: &str = "SELECT area FROM entity WHERE list = $1 AND id = $2";
const OFFICE: &str = "INSERT INTO entity_office (id, list, deed, at, user_id) VALUES ($1, $2, $3, $4, $5)";

/// Who made a version: a submission's or an office's deed's id, when, and what the user and the device are called.
pub(crate) type Maker = (String, i64, Option<String>, Option<String>);

/// An entity in conflict, with its area and who made its versions.
#[derive(Debug)]
pub(crate) struct InConflict {
    pub(crate) entity: Entity,
    pub(crate) area: String,
    pub(crate) makers: Vec<Maker>,
}

/// How somebody settles what contradicts itself.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(crate) struct Settling {
    /// All is well up to this version.
    pub(crate) version: u64,
    /// And it is called so.
    pub(crate) label: Option<String>,
    /// And these properties are so.
    pub(crate) properties: Vec<(String, String)>,
    /// Milliseconds since 1970.
    pub(crate) at: i64,
    pub(crate) user: Option<String>,
}

/// What became of settling.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Settled {
    /// The entity is in conflict no more.
    Well,
    /// What came meanwhile contradicts it.
    Still,
    /// There is no such entity, or no such version of it.
    Unknown,
    /// It would be more than a list can hold of one: nothing is settled.
    TooMuch,
}

impl Store {
    /// Entities in conflict of an area and what lies in it, by id, after one.
    pub(crate) async fn entities_in_conflict(
        &self,
        area: &str,
        after: &str,
        limit: i64,
    ) -> Result<Vec<InConflict>, StoreError> {
        let within = format!("{area}%");
        let rows: Vec<(String, String)> = reading!(self.database, |pool| {
            sqlx::query_as(IN_CONFLICT).bind(&within).bind(after).bind(limit).fetch_all(pool)
        })?;
        let mut found = Vec::with_capacity(rows.len());
        for (list, id) in rows {
            found.extend(self.in_conflict(&list, &id).await?);
        }
        Ok(found)
    }

    async fn in_conflict(&self, list: &str, id: &str) -> Result<Option<InConflict>, StoreError> {
        let (known, makers) = reading!(self.database, |pool| async {
            let mut transaction = pool.begin().await?;
            let known = find!(transaction, list, id);
            let mut makers: Vec<Maker> = Vec::new();
            for query in [MAKERS, OFFICE_MAKERS] {
                let some: Vec<Maker> =
                    sqlx::query_as(query).bind(list).bind(id).fetch_all(&mut *transaction).await?;
                makers.extend(some);
            }
            Ok((known, makers))
        })?;
        Ok(known.map(|(area, entity)| InConflict { entity, area, makers }))
    }

    /// The area of an entity.
    pub(crate) async fn area_of_entity(&self, list: &str, id: &str) -> Result<Option<String>, StoreError> {
        let found: Option<(String,)> =
            reading!(self.database, |pool| sqlx::query_as(AREA).bind(list).bind(id).fetch_optional(pool))?;
        Ok(found.map(|(area,)| area))
    }

    /// Somebody has looked at both sides: all is well up to a version, with what they put right as another one.
    pub(crate) async fn settle_entity(
        &self,
        list: &str,
        id: &str,
        settling: &Settling,
    ) -> Result<Settled, StoreError> {
        let deed = new_id();
        Ok(writing!(self.database, |pool| async {
            let mut transaction = pool.begin_writing().await?;
            let Some((area, mut entity)) = find!(transaction, list, id) else { return Ok(Settled::Unknown) };
            if settling.version == 0 || settling.version > entity.version() {
                return Ok(Settled::Unknown);
            }
            if let Some(change) = put_right(&entity, settling) {
                let mut known = Some(entity);
                doorstep_engine::entities::apply(&mut known, &change, &deed);
                entity = known.ok_or(sqlx::Error::RowNotFound)?;
                if is_too_large(&entity) {
                    return Ok(Settled::TooMuch);
                }
                put!(transaction, area, entity, deed, settling.at);
                sqlx::query(OFFICE)
                    .bind(&deed)
                    .bind(list)
                    .bind("settled")
                    .bind(settling.at)
                    .bind(&settling.user)
                    .execute(&mut *transaction)
                    .await?;
            }
            // What was put right is over all that there was, and no contradiction to what it settles.
            let later =
                entity.versions.iter().filter(|later| later.number > settling.version && later.by != deed);
            entity.conflict = later.filter_map(|later| later.conflict).max();
            sqlx::query("UPDATE entity SET conflict = $3 WHERE list = $1 AND id = $2")
                .bind(list)
                .bind(id)
                .bind(number_of(entity.conflict))
                .execute(&mut *transaction)
                .await?;
            let settle = sqlx::query(SETTLE).bind(list).bind(id).bind(settling.version.cast_signed());
            settle.bind(settling.at).bind(&settling.user).execute(&mut *transaction).await?;
            sqlx::query(MARK).bind(list).bind(id).execute(&mut *transaction).await?;
            transaction.commit().await?;
            Ok(if entity.conflict.is_none() { Settled::Well } else { Settled::Still })
        })?)
    }
}

/// What is to be otherwise than it stands, if anything is.
fn put_right(entity: &Entity, settling: &Settling) -> Option<EntityChange> {
    let label = settling.label.clone().filter(|label| *label != entity.label);
    let differs = |(name, value): &&(String, String)| entity.properties.get(name) != Some(value);
    let properties: Vec<(String, String)> = settling.properties.iter().filter(differs).cloned().collect();
    (label.is_some() || !properties.is_empty()).then(|| EntityChange {
        list: entity.list.clone(),
        id: entity.id.clone(),
        act: EntityAct::Update,
        label,
        base: Some(entity.version()),
        branch: None,
        properties,
    })
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{Place, on_each_database};
    use super::super::tests::{change, submission};
    use super::*;

    on_each_database!(what_was_looked_at_is_settled_and_what_came_meanwhile_is_not);

    async fn what_was_looked_at_is_settled_and_what_came_meanwhile_is_not(place: &Place) {
        let store = place.open().await;
        let id = "0190a0c6-3f7e-7bb2-9c3e-0a3d9f6a1b2c";
        let say = async |by: &str, act, base, value: &str| {
            store.apply_entities(&submission(by), &[change(act, base, "phone", value)]).await.unwrap();
        };
        say("a", EntityAct::Create, None, "0").await;
        say("b", EntityAct::Update, Some(1), "1").await;
        say("c", EntityAct::Update, Some(1), "2").await;
        let found = store.entities_in_conflict("3710", "", 10).await.unwrap();
        assert_eq!((found.len(), found[0].entity.version(), &*found[0].area), (1, 3, "371002"));
        assert!(store.entities_in_conflict("371003", "", 10).await.unwrap().is_empty());
        assert!(store.entities_in_conflict("", id, 10).await.unwrap().is_empty());
        // Somebody else came in between.
        say("d", EntityAct::Update, Some(2), "3").await;
        let first = Settling { version: 3, at: 9, user: Some("u".into()), ..Settling::default() };
        assert_eq!(store.settle_entity("households", id, &first).await.unwrap(), Settled::Still);
        let right = Settling { version: 4, properties: vec![("phone".into(), "1".into())], ..first };
        assert_eq!(store.settle_entity("households", id, &right).await.unwrap(), Settled::Well);
        assert!(store.entities_in_conflict("", "", 10).await.unwrap().is_empty());
        let listed = store.entities_of("households", "", "", 10).await.unwrap();
        assert_eq!((listed[0].version, &*listed[0].properties["phone"]), (5, "1"));
        assert_eq!(
            store.settle_entity("households", id, &Settling { version: 9, ..right.clone() }).await.unwrap(),
            Settled::Unknown
        );
        assert_eq!(store.settle_entity("members", id, &right).await.unwrap(), Settled::Unknown);
        // A device that saw what was put right does not contradict it.
        say("e", EntityAct::Update, Some(5), "7").await;
        assert!(store.entities_in_conflict("", "", 10).await.unwrap().is_empty());
    }
}
