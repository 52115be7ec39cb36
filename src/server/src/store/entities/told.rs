//! What phones are told of entities: each by its area, a referral by that of its household too, and to the organisation that it was made to, in the feed.
//!
//! Kept here: what changes an entity marks it in the same transaction, and the mark goes in the one that puts it into the feed, so that nothing is left
//! untold, whoever dies in between; of what is the office's alone only stations are told. Marks are worked off together: the feed counts in one row, which every teller has to have to itself.

use doorstep_engine::entities::Conflict;
use serde_json::{Value as Json, json};

use super::super::database::BeginWriting;
use super::super::feed::{ENTITY, offer, organisation};
use super::super::{Store, StoreError};
use super::conflict_of;
use crate::who::rights::Role;

use super::referred::{CASE, CASES, PROVIDER, REFERRALS};

/// Complaints: they may be about whoever visits, so stations get them, and no worker.
pub(crate) const OFFICE_ONLY: &str = "complaints";
/// So many are told of in one transaction.
const AT_ONCE: i64 = 200;
/// Of so many versions, the newest, it is told who made them: a device finds its own among them.
const MAKERS: i64 = 20;

const UNTOLD: &str = "SELECT list, id FROM entity_untold ORDER BY list, id LIMIT $1";
const NOW: &str = "SELECT area, version, label, properties, conflict FROM entity WHERE list = $1 AND id = $2";
const BY: &str = "
    SELECT submission_id FROM entity_version WHERE list = $1 AND id = $2 ORDER BY version DESC LIMIT $3";
const OFFERED: &str = "SELECT area, role FROM feed_change WHERE kind = $1 AND id = $2 AND body IS NOT NULL";
/// Those that are not in the feed where they are: it begins anew after a copy was restored.
const MARK_MISSING: &str = "
    INSERT INTO entity_untold (list, id)
    SELECT e.list, e.id FROM entity e
    LEFT JOIN feed_change f
        ON f.kind = $1 AND f.id = e.list || '/' || e.id AND f.area = e.area AND f.body IS NOT NULL
            AND f.role = CASE WHEN e.list = $2 THEN $3 ELSE '' END
    WHERE f.id IS NULL
    ON CONFLICT (list, id) DO NOTHING";
/// The area of the household that a referral is for.
const AREA_OF_CASE: &str = "SELECT area FROM entity WHERE list = 'cases' AND id = $1";
/// The referrals for a household: they are told where it is.
const MARK_REFERRALS: &str = "
    INSERT INTO entity_untold (list, id)
    SELECT list, id FROM entity_search WHERE about = $1 AND list = 'referrals' ON CONFLICT (list, id) DO NOTHING";
const TOLD: &str = "DELETE FROM entity_untold WHERE list = $1 AND id = $2";

type Now = (String, i64, String, String, i64);

impl Store {
    /// Tells phones of every entity that they have not been told of, by area; of what is gone, that it is.
    pub(crate) async fn tell_of_entities(&self) -> Result<(), StoreError> {
        while self.tell_of_some().await? {}
        Ok(())
    }

    /// Marks those that the feed lacks: at the start.
    pub(crate) async fn mark_missing_entities(&self) -> Result<(), StoreError> {
        Ok(writing!(self.database, |pool| async {
            let mark = sqlx::query(MARK_MISSING).bind(ENTITY).bind(OFFICE_ONLY);
            mark.bind(Role::Station.name()).execute(pool).await.map(drop)
        })?)
    }

    /// Is there more to tell?
    async fn tell_of_some(&self) -> Result<bool, StoreError> {
        Ok(writing!(self.database, |pool| async {
            let mut transaction = pool.begin_writing().await?;
            let untold: Vec<(String, String)> =
                sqlx::query_as(UNTOLD).bind(AT_ONCE).fetch_all(&mut *transaction).await?;
            let mut offers = Vec::new();
            let mut marked = 0;
            for (list, id) in &untold {
                let name = format!("{list}/{id}");
                let now: Option<Now> =
                    sqlx::query_as(NOW).bind(list).bind(id).fetch_optional(&mut *transaction).await?;
                let by: Vec<(String,)> =
                    sqlx::query_as(BY).bind(list).bind(id).bind(MAKERS).fetch_all(&mut *transaction).await?;
                let before: Vec<(String, String)> =
                    sqlx::query_as(OFFERED).bind(ENTITY).bind(&name).fetch_all(&mut *transaction).await?;
                let said = now.map(|now| body(now, by)).transpose();
                let said = said.map_err(|error| sqlx::Error::Decode(Box::new(error)))?;
                let mut here = said.as_ref().map(|said| offered_to(list, said)).unwrap_or_default();
                if let Some(case) = said.as_ref().and_then(|said| said["properties"][CASE].as_str())
                    && list == REFERRALS
                {
                    let area: Option<(String,)> =
                        sqlx::query_as(AREA_OF_CASE).bind(case).fetch_optional(&mut *transaction).await?;
                    let way = area.map(|(area,)| (area, String::new()));
                    here.extend(way.filter(|way| !here.contains(way)));
                }
                if list == CASES && here.iter().any(|way| !before.contains(way)) {
                    let mark = sqlx::query(MARK_REFERRALS).bind(id).execute(&mut *transaction).await?;
                    marked += mark.rows_affected();
                }
                let left = before.into_iter().filter(|way| !here.contains(way));
                offers.extend(left.map(|(area, role)| (name.clone(), area, role, None)));
                let said = said.map(|said| said.to_string());
                offers.extend(here.into_iter().map(|(area, role)| (name.clone(), area, role, said.clone())));
                sqlx::query(TOLD).bind(list).bind(id).execute(&mut *transaction).await?;
            }
            offer!(transaction, ENTITY, &offers);
            transaction.commit().await?;
            Ok(marked > 0 || i64::try_from(untold.len()).is_ok_and(|told| told == AT_ONCE))
        })?)
    }
}

/// Area and role that it is offered to: those of its area, or its stations alone; and the organisation that it was referred to, wherever that is.
fn offered_to(list: &str, said: &Json) -> Vec<(String, String)> {
    let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
    let role = if list == OFFICE_ONLY { Role::Station.name() } else { "" };
    let mut ways = vec![(text(&said["area"]), role.to_owned())];
    let provider = text(&said["properties"][PROVIDER]);
    if list == REFERRALS && !provider.is_empty() {
        ways.push((String::new(), organisation(&provider)));
    }
    ways
}

/// What is said of an entity (`server/README.md`, *What comes down to phones*).
fn body(
    (area, version, label, properties, conflict): Now,
    by: Vec<(String,)>,
) -> Result<Json, serde_json::Error> {
    let properties: Json = serde_json::from_str(&properties)?;
    let conflict: Option<Conflict> = conflict_of(conflict);
    let by: Vec<String> = by.into_iter().rev().map(|(by,)| by).collect();
    Ok(json!({
        "area": area, "version": version, "label": label, "properties": properties,
        "conflict": conflict.is_some(), "by": by,
    }))
}

#[cfg(test)]
mod tests {
    use doorstep_engine::entities::EntityAct;

    use super::super::super::testing::{Place, on_each_database};
    use super::super::super::{Undone, Viewer};
    use super::super::imported::{Deed, ImportedRow};
    use super::super::tests::{change, submission};
    use super::*;

    on_each_database!(
        an_entity_reaches_its_area_and_those_who_may_see_persons,
        a_referral_reaches_those_where_its_household_is_whoever_made_it,
        many_who_tell_at_once_leave_none_untold,
    );

    fn label_of(body: &str) -> String {
        let body: Json = serde_json::from_str(body).unwrap();
        assert!(body["properties"].is_object() && body["by"].is_array());
        format!("{} {}", body["label"].as_str().unwrap(), body["version"])
    }

    fn viewer(role: &str, area: &str) -> Viewer {
        Viewer { role: role.into(), area: area.into(), provider: String::new() }
    }

    async fn said(store: &Store, viewer: &Viewer, since: i64) -> Vec<Option<String>> {
        let (_, head) = store.feed_head().await.unwrap();
        let fed = store.feed(viewer, since, 100, head).await.unwrap();
        assert!(!fed.more && fed.next == head);
        fed.changes.into_iter().map(|(.., body)| body.map(|body| label_of(&body))).collect()
    }

    async fn an_entity_reaches_its_area_and_those_who_may_see_persons(place: &Place) {
        let store = place.open().await;
        let made = [change(EntityAct::Create, None, "phone", "0")];
        store.apply_entities(&submission("a"), &made).await.unwrap();
        assert_eq!(said(&store, &viewer("worker", "371002"), 0).await, [], "nobody has told of it yet");
        store.tell_of_entities().await.unwrap();
        let (epoch, first) = store.feed_head().await.unwrap();
        store.tell_of_entities().await.unwrap();
        assert_eq!(store.feed_head().await.unwrap(), (epoch.clone(), first), "told once");

        let whole = [Some("北门 3 1".to_owned())];
        for (role, area) in [("worker", "371002"), ("station", "3710"), ("worker", "")] {
            assert_eq!(said(&store, &viewer(role, area), 0).await, whole, "{role} {area}");
        }
        for (role, area) in [
            ("worker", "371003"),
            ("worker", "371002001"),
            ("auditor", "371002"),
            ("administrator", ""),
            ("provider", "371002"),
            ("", ""),
        ] {
            assert_eq!(said(&store, &viewer(role, area), 0).await, [], "{role} {area}");
        }

        // What is the office's alone is told to stations, once.
        let mut complaint = change(EntityAct::Create, None, "about", "staff").unwrap();
        complaint.list = OFFICE_ONLY.into();
        store.apply_entities(&submission("b"), &[Ok(complaint)]).await.unwrap();
        store.tell_of_entities().await.unwrap();
        let (_, told) = store.feed_head().await.unwrap();
        store.mark_missing_entities().await.unwrap();
        store.tell_of_entities().await.unwrap();
        assert_eq!(store.feed_head().await.unwrap(), (epoch, told));
        assert_eq!(said(&store, &viewer("worker", "371002"), 0).await, whole);
        for (role, area, heard) in
            [("station", "371002", 1), ("station", "371003", 0), ("auditor", "", 0), ("provider", "", 0)]
        {
            assert_eq!(said(&store, &viewer(role, area), first).await.len(), heard, "{role} {area}");
        }

        // It moves: gone where it was, there where it is.
        let id = "0190a0c6-3f7e-7bb2-9c3e-0a3d9f6a1b2c";
        let row = ImportedRow { id: id.into(), area: Some("371003".into()), ..ImportedRow::default() };
        let deed = Deed { id: "d", area: "", at: 1, user: None };
        store.import_entities("households", &[row], &deed).await.unwrap();
        store.tell_of_entities().await.unwrap();
        assert_eq!(said(&store, &viewer("worker", "371002"), first).await, [None]);
        assert_eq!(said(&store, &viewer("worker", "371003"), first).await, whole);
        assert_eq!(
            said(&store, &viewer("worker", "3710"), first).await,
            [whole[0].clone(), whole[0].clone()]
        );
        // A restored copy begins another feed, which tells of all of them.
        store.forget_feed().await.unwrap();
        store.mark_missing_entities().await.unwrap();
        store.tell_of_entities().await.unwrap();
        assert_eq!(said(&store, &viewer("worker", "371003"), 0).await, whole);
        assert_eq!(said(&store, &viewer("worker", "371002"), 0).await, []);
        assert_eq!(said(&store, &viewer("station", "371002"), 0).await.len(), 1, "the complaint");
        assert!(store.remove_entity("households", id).await.unwrap());
        store.tell_of_entities().await.unwrap();
        assert_eq!(said(&store, &viewer("worker", "371003"), 1).await, [None]);
    }

    async fn a_referral_reaches_those_where_its_household_is_whoever_made_it(place: &Place) {
        const CASE: &str = "0190a0c6-3f7e-7bb2-9c3e-0a3d9f6a0001";
        let store = place.open().await;
        let said_by = async |by: &str, area: &str, list: &str, id: &str, properties: &[(&str, &str)]| {
            let mut change = change(EntityAct::CreateOrUpdate, None, "state", "made").unwrap();
            (change.list, change.id, change.label) = (list.into(), id.into(), Some(list.into()));
            change
                .properties
                .extend(properties.iter().map(|(name, value)| ((*name).into(), (*value).into())));
            let sent = Undone { area: area.into(), ..submission(by) };
            store.apply_entities(&sent, &[Ok(change)]).await.unwrap();
            store.tell_of_entities().await.unwrap();
        };
        let referral = "0190a0c6-3f7e-7bb2-9c3e-0a3d9f6a0002";
        let (east, west) = (viewer("worker", "371002001"), viewer("worker", "371002002"));
        // What came before its household did is told with it.
        said_by("a", "371002", REFERRALS, referral, &[("case", CASE)]).await;
        assert_eq!(said(&store, &east, 0).await, []);
        assert_eq!(said(&store, &viewer("station", "371002"), 0).await.len(), 1);
        said_by("b", "371002001", CASES, CASE, &[]).await;
        let both = ["cases 1", "referrals 1"].map(|said| Some(said.to_owned()));
        assert_eq!(said(&store, &east, 0).await, both);
        assert_eq!(said(&store, &west, 0).await, []);
        assert_eq!(said(&store, &viewer("provider", "371002001"), 0).await, []);
        // It goes where the household goes.
        let (_, first) = store.feed_head().await.unwrap();
        let moved = ImportedRow { id: CASE.into(), area: Some("371002002".into()), ..ImportedRow::default() };
        let deed = Deed { id: "d", area: "", at: 1, user: None };
        store.import_entities(CASES, &[moved], &deed).await.unwrap();
        store.tell_of_entities().await.unwrap();
        assert_eq!(said(&store, &east, first).await, [None, None]);
        assert_eq!(said(&store, &west, first).await, both);
        // Where it was made it stays; a household of which nothing new is said is told alone.
        let (_, first) = store.feed_head().await.unwrap();
        said_by("c", "371002002", CASES, CASE, &[("phone", "1")]).await;
        assert_eq!(said(&store, &west, first).await.len(), 1);
        // A feed of before this was so is made whole at the start.
        store.forget_feed().await.unwrap();
        store.mark_missing_entities().await.unwrap();
        store.tell_of_entities().await.unwrap();
        let untold = "UPDATE feed_change SET body = NULL WHERE id LIKE 'referrals/%' AND area = '371002002'";
        writing!(store.database, |pool| async { sqlx::query(untold).execute(pool).await.map(drop) }).unwrap();
        assert_eq!(said(&store, &west, 0).await, [Some("cases 2".to_owned()), None]);
        store.mark_missing_referrals().await.unwrap();
        store.tell_of_entities().await.unwrap();
        let whole = ["cases 2", "referrals 1"].map(|said| Some(said.to_owned()));
        assert_eq!(said(&store, &west, 0).await, whole);
        let (_, last) = store.feed_head().await.unwrap();
        store.mark_missing_referrals().await.unwrap();
        store.tell_of_entities().await.unwrap();
        assert_eq!(store.feed_head().await.unwrap().1, last, "there is nothing left to tell");
    }

    async fn many_who_tell_at_once_leave_none_untold(place: &Place) {
        let store = place.open().await;
        let made = [change(EntityAct::Create, None, "phone", "0")];
        store.apply_entities(&submission("a"), &made).await.unwrap();
        let writers = (0..6).map(|writer| {
            let opening = place.opening();
            tokio::spawn(async move {
                let store = opening.await.unwrap();
                let changes = [change(EntityAct::Update, Some(1), "phone", &writer.to_string())];
                store.apply_entities(&submission(&format!("b{writer}")), &changes).await.unwrap();
                store.tell_of_entities().await.unwrap();
            })
        });
        for writer in writers.collect::<Vec<_>>() {
            writer.await.unwrap();
        }
        assert_eq!(said(&store, &viewer("worker", "371002"), 0).await, [Some("北门 3 7".to_owned())]);
    }
}
