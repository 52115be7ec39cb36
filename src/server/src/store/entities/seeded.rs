//! Entities that were made up, with all their versions at once.
//!
//! Kept here: they are what the same changes would have made of them one by one; each version says when it came, as what the office brings in does.

use doorstep_engine::entities::{Applied, Entity, EntityAct, EntityChange, apply};

use super::super::database::BeginWriting;
use super::super::monitoring::{ADD_PERSON, KnownPerson};
use super::super::{Store, StoreError};
use super::{ADD, FOUND_BY, MARK, PUT, about, number_of, search_text, write_properties};

const OFFICE: &str = "
    INSERT INTO entity_office (id, list, deed, at, user_id) VALUES ($1, $2, 'imported', $3, NULL)
    ON CONFLICT (id) DO NOTHING";
/// Whatever says that somebody is known here.
const ANYBODY: [&str; 4] = [
    "SELECT id FROM entity LIMIT 1",
    "SELECT id FROM submission LIMIT 1",
    "SELECT id FROM known_person LIMIT 1",
    "SELECT id FROM entity_office LIMIT 1",
];

/// An entity that was made up.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct SeededEntity<'a> {
    pub(crate) list: &'static str,
    pub(crate) id: &'a str,
    pub(crate) area: &'a str,
    pub(crate) label: &'a str,
    /// The first makes it.
    pub(crate) versions: Vec<SeededVersion>,
}

/// What a version says, and when it came (milliseconds since 1970).
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct SeededVersion {
    pub(crate) at: i64,
    pub(crate) properties: Vec<(String, String)>,
}

/// What brought a version in: one for each list and moment.
fn maker(list: &str, at: i64) -> String {
    let kind = list.bytes().fold(0_u64, |sum, byte| sum * 31 + u64::from(byte)) & 0xffff_ffff;
    format!("{kind:016x}{at:016x}")
}

/// All versions, applied one after the other.
fn made(seeded: &SeededEntity<'_>) -> Option<Entity> {
    let mut entity: Option<Entity> = None;
    for version in &seeded.versions {
        let change = EntityChange {
            list: seeded.list.to_owned(),
            id: seeded.id.to_owned(),
            act: EntityAct::CreateOrUpdate,
            label: entity.is_none().then(|| seeded.label.to_owned()),
            base: entity.as_ref().map(Entity::version),
            branch: None,
            properties: version.properties.clone(),
        };
        let applied = apply(&mut entity, &change, &maker(seeded.list, version.at));
        debug_assert!(matches!(applied, Applied::Made | Applied::Changed(None)), "{applied:?}");
    }
    entity
}

impl Store {
    /// Is anything known here of any household?
    pub(crate) async fn knows_anybody(&self) -> Result<bool, StoreError> {
        for question in ANYBODY {
            let found: Option<(String,)> =
                reading!(self.database, |pool| sqlx::query_as(question).fetch_optional(pool))?;
            if found.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Writes entities that are not there, and persons of their households, all or none.
    pub(crate) async fn seed(
        &self,
        entities: &[SeededEntity<'_>],
        people: &[KnownPerson],
    ) -> Result<(), StoreError> {
        let entities: Vec<(&SeededEntity<'_>, Entity)> =
            entities.iter().filter_map(|seeded| Some((seeded, made(seeded)?))).collect();
        let mut makers: Vec<(String, &str, i64)> = entities
            .iter()
            .flat_map(|(seeded, _)| seeded.versions.iter().map(|version| (seeded.list, version.at)))
            .map(|(list, at)| (maker(list, at), list, at))
            .collect();
        makers.sort_unstable();
        makers.dedup();
        Ok(writing!(self.database, |pool| async {
            let mut transaction = pool.begin_writing().await?;
            for (id, list, at) in &makers {
                sqlx::query(OFFICE).bind(id).bind(*list).bind(*at).execute(&mut *transaction).await?;
            }
            for (seeded, entity) in &entities {
                let newest = entity.versions.last().ok_or(sqlx::Error::RowNotFound)?;
                sqlx::query(PUT)
                    .bind(&entity.list)
                    .bind(&entity.id)
                    .bind(seeded.area)
                    .bind(newest.number.cast_signed())
                    .bind(&entity.label)
                    .bind(write_properties(&entity.properties))
                    .bind(number_of(entity.conflict))
                    .bind(seeded.versions.last().map_or(0, |version| version.at))
                    .execute(&mut *transaction)
                    .await?;
                for version in &entity.versions {
                    sqlx::query(ADD)
                        .bind(&entity.list)
                        .bind(&entity.id)
                        .bind(version.number.cast_signed())
                        .bind(version.base.map(u64::cast_signed))
                        .bind(&version.branch)
                        .bind(&version.label)
                        .bind(write_properties(&version.given))
                        .bind(number_of(version.conflict))
                        .bind(&version.by)
                        .execute(&mut *transaction)
                        .await?;
                }
                sqlx::query(FOUND_BY)
                    .bind(&entity.list)
                    .bind(&entity.id)
                    .bind(newest.number.cast_signed())
                    .bind(search_text(&entity.label, &entity.properties))
                    .bind(about(&entity.properties))
                    .execute(&mut *transaction)
                    .await?;
                sqlx::query(MARK).bind(&entity.list).bind(&entity.id).execute(&mut *transaction).await?;
            }
            for person in people {
                sqlx::query(ADD_PERSON)
                    .bind(&person.id)
                    .bind(&person.case_id)
                    .bind(&person.id_key)
                    .bind(&person.name)
                    .bind(&person.birthday)
                    .bind(&person.list_id)
                    .execute(&mut *transaction)
                    .await?;
            }
            transaction.commit().await
        })?)
    }
}
