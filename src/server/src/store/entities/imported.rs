//! Rows that the office brings in by itself: entities made or changed by no submission.
//!
//! Kept here: a row that says what is known already changes nothing, so that the same file brought in twice is as good as once.

use std::collections::BTreeMap;

use doorstep_engine::entities::{Applied, Entity, EntityAct, EntityChange, apply};

use super::super::database::BeginWriting;
use super::super::{Store, StoreError};
use super::{
    ADD, FIND, FOUND_BY, Found, MARK, PUT, VERSIONS, Version, about, conflict_of, is_too_large, number_of,
    read_properties, search_text, version, write_properties,
};

pub(super) const OFFICE: &str = "
    INSERT INTO entity_office (id, list, deed, at, user_id) VALUES ($1, $2, 'imported', $3, $4)
    ON CONFLICT (id) DO NOTHING";
const MOVE: &str = "UPDATE entity SET area = $3 WHERE list = $1 AND id = $2 AND area <> $3";
pub(super) const REMOVE: &str = "DELETE FROM entity WHERE list = $1 AND id = $2";
pub(super) const REMOVE_FOUND_BY: &str = "DELETE FROM entity_search WHERE list = $1 AND id = $2";
pub(super) const REMOVE_VERSIONS: &str = "DELETE FROM entity_version WHERE list = $1 AND id = $2";
const HAS: &str = "SELECT list FROM entity WHERE list = $1 LIMIT 1";

/// A row of a file.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(crate) struct ImportedRow {
    /// A UUID in lowercase.
    pub(crate) id: String,
    /// `None` leaves it as it is.
    pub(crate) label: Option<String>,
    /// Where it belongs; `None` leaves it where it is.
    pub(crate) area: Option<String>,
    pub(crate) properties: BTreeMap<String, String>,
}

/// What became of a row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Imported {
    /// It is new.
    Made,
    /// It is changed, or belongs to another area.
    Changed,
    /// All of it was known.
    Known,
    /// It is new and has no label.
    NoLabel,
    /// It lies in another area than that of who brings it in.
    Elsewhere,
    /// The file has it twice.
    Twice,
    /// It says more than a list can hold of one.
    TooMuch,
}

/// Who brings a file in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deed<'a> {
    /// Its id, of this file alone.
    pub(crate) id: &'a str,
    /// The area of who does it: nothing outside of it is changed.
    pub(crate) area: &'a str,
    /// Milliseconds since 1970.
    pub(crate) at: i64,
    pub(crate) user: Option<&'a str>,
}

impl Store {
    /// Takes in rows of a list, all or none, and says what became of each.
    pub(crate) async fn import_entities(
        &self,
        list: &str,
        rows: &[ImportedRow],
        deed: &Deed<'_>,
    ) -> Result<Vec<Imported>, StoreError> {
        Ok(writing!(self.database, |pool| async {
            let mut transaction = pool.begin_writing().await?;
            let office = sqlx::query(OFFICE).bind(deed.id).bind(list).bind(deed.at).bind(deed.user);
            office.execute(&mut *transaction).await?;
            let mut done = Vec::with_capacity(rows.len());
            for row in rows {
                let known = find!(transaction, list, &*row.id);
                let (became, made) = row_of(list, row, known, deed);
                if let Some((area, entity)) = made {
                    // A version that is there already belongs to what only moves.
                    if entity.versions.last().is_some_and(|newest| newest.by == deed.id) {
                        put!(transaction, area, entity, deed.id, deed.at);
                    }
                    sqlx::query(MOVE).bind(list).bind(&row.id).bind(&area).execute(&mut *transaction).await?;
                    sqlx::query(MARK).bind(list).bind(&row.id).execute(&mut *transaction).await?;
                }
                done.push(became);
            }
            transaction.commit().await?;
            Ok(done)
        })?)
    }

    /// The entity is there no more; what submissions said of it stays in them. `false`: there is none.
    pub(crate) async fn remove_entity(&self, list: &str, id: &str) -> Result<bool, StoreError> {
        Ok(writing!(self.database, |pool| async {
            let mut transaction = pool.begin_writing().await?;
            let removed = sqlx::query(REMOVE).bind(list).bind(id).execute(&mut *transaction).await?;
            if removed.rows_affected() == 0 {
                return Ok(false);
            }
            sqlx::query(REMOVE_FOUND_BY).bind(list).bind(id).execute(&mut *transaction).await?;
            sqlx::query(REMOVE_VERSIONS).bind(list).bind(id).execute(&mut *transaction).await?;
            sqlx::query(MARK).bind(list).bind(id).execute(&mut *transaction).await?;
            transaction.commit().await?;
            Ok(true)
        })?)
    }

    /// Is anything in a list?
    pub(crate) async fn has_list(&self, list: &str) -> Result<bool, StoreError> {
        let found: Option<(String,)> =
            reading!(self.database, |pool| sqlx::query_as(HAS).bind(list).fetch_optional(pool))?;
        Ok(found.is_some())
    }
}

/// What a row makes of an entity: what became of it, and the entity with its area if anything is to be written.
fn row_of(
    list: &str,
    row: &ImportedRow,
    known: Option<(String, Entity)>,
    deed: &Deed<'_>,
) -> (Imported, Option<(String, Entity)>) {
    let (was_at, mut entity) = known.map_or((None, None), |(area, entity)| (Some(area), Some(entity)));
    let area = row.area.clone().or(was_at.clone()).unwrap_or_else(|| deed.area.to_owned());
    let is_within = |area: &str| area.starts_with(deed.area);
    if !is_within(&area) || was_at.as_deref().is_some_and(|area| !is_within(area)) {
        return (Imported::Elsewhere, None);
    }
    if entity.as_ref().is_some_and(|entity| entity.versions.iter().any(|version| version.by == deed.id)) {
        return (Imported::Twice, None);
    }
    let label = row.label.clone().filter(|label| entity.as_ref().is_none_or(|now| now.label != *label));
    if entity.is_none() && label.is_none() {
        return (Imported::NoLabel, None);
    }
    let differs = |(name, value): &(&String, &String)| {
        let now = entity.as_ref().and_then(|entity| entity.properties.get(*name));
        now.map_or(!value.is_empty(), |now| now != *value)
    };
    let properties: Vec<(String, String)> =
        row.properties.iter().filter(differs).map(|(name, value)| (name.clone(), value.clone())).collect();
    let is_new = entity.is_none();
    if is_new || label.is_some() || !properties.is_empty() {
        let change = EntityChange {
            list: list.to_owned(),
            id: row.id.clone(),
            act: EntityAct::CreateOrUpdate,
            label,
            base: entity.as_ref().map(Entity::version),
            branch: None,
            properties,
        };
        let applied = apply(&mut entity, &change, deed.id);
        debug_assert!(matches!(applied, Applied::Made | Applied::Changed(_)));
        if entity.as_ref().is_some_and(is_too_large) {
            return (Imported::TooMuch, None);
        }
    } else if was_at.is_none_or(|before| before == area) {
        return (Imported::Known, None);
    }
    (if is_new { Imported::Made } else { Imported::Changed }, entity.map(|entity| (area, entity)))
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{Place, on_each_database};
    use super::*;

    on_each_database!(the_same_rows_twice_are_as_good_as_once);

    fn row(label: Option<&str>, area: Option<&str>, phone: &str) -> ImportedRow {
        ImportedRow {
            id: "0190a0c6-3f7e-7bb2-9c3e-0a3d9f6a1b2c".into(),
            label: label.map(str::to_owned),
            area: area.map(str::to_owned),
            properties: [("phone".to_owned(), phone.to_owned())].into(),
        }
    }

    async fn the_same_rows_twice_are_as_good_as_once(place: &Place) {
        let store = place.open().await;
        let import = async |row: ImportedRow, id: &str| {
            let deed = Deed { id, area: "3710", at: 5, user: Some("u") };
            store.import_entities("households", &[row], &deed).await.unwrap().remove(0)
        };
        let now = async || {
            let mut rows = store.entities_of("households", "", "", 10).await.unwrap();
            let row = rows.remove(0);
            (row.label, row.version, row.properties["phone"].clone())
        };
        assert!(!store.has_list("households").await.unwrap());
        assert_eq!(import(row(None, None, "1"), "x").await, Imported::NoLabel);
        assert_eq!(import(row(Some("北门 3"), Some("371002"), "1"), "x").await, Imported::Made);
        assert_eq!(import(row(Some("北门 3"), Some("371002"), "1"), "y").await, Imported::Known);
        assert_eq!(now().await, ("北门 3".into(), 1, "1".into()));
        assert_eq!(import(row(None, None, "2"), "z").await, Imported::Changed);
        assert_eq!(now().await, ("北门 3".into(), 2, "2".into()));
        assert_eq!(import(row(None, None, "3"), "z").await, Imported::Twice);
        assert_eq!(import(row(None, Some("3702"), "2"), "v").await, Imported::Elsewhere);
        // Only elsewhere: no version, and another area.
        assert_eq!(import(row(None, Some("371003"), "2"), "w").await, Imported::Changed);
        assert_eq!(now().await.1, 2);
        assert_eq!(
            store.area_of_entity("households", &row(None, None, "").id).await.unwrap().unwrap(),
            "371003"
        );
        assert!(store.has_list("households").await.unwrap());
        let strange = Deed { id: "t", area: "3702", at: 5, user: None };
        let taken = store.import_entities("households", &[row(None, Some("3702"), "9")], &strange).await;
        assert_eq!(taken.unwrap(), [Imported::Elsewhere], "nobody takes what is another area's");
        assert!(store.remove_entity("households", &row(None, None, "").id).await.unwrap());
        assert!(!store.remove_entity("households", &row(None, None, "").id).await.unwrap());
        assert!(!store.has_list("households").await.unwrap());
    }
}
