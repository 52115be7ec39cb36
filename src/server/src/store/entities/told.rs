//! What phones are told of entities: each by its area, and a referral to the organisation that it was made to, in the feed.
//!
//! Kept here: what changes an entity marks it in the same transaction, and the mark goes in the one that puts it into the feed, so that nothing is left
//! untold, whoever dies in between; no phone is told of what is the office's alone. Marks are worked off together: the feed counts in one row, which every teller has to have to itself.

use doorstep_engine::entities::Conflict;
use serde_json::{Value as Json, json};

use super::super::database::BeginWriting;
use super::super::feed::{ENTITY, offer, organisation};
use super::super::{Store, StoreError};
use super::conflict_of;
use super::referred::{PROVIDER, REFERRALS};

/// Complaints: they may be about whoever visits, so no phone and no worker gets them.
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
        ON f.kind = $1 AND f.id = e.list || '/' || e.id AND f.area = e.area AND f.role = '' AND f.body IS NOT NULL
    WHERE f.id IS NULL AND e.list <> $2
    ON CONFLICT (list, id) DO NOTHING";
const TOLD: &str = "DELETE FROM entity_untold WHERE list = $1 AND id = $2";

type Now = (String, i64, String, String, i64);

impl Store {
    /// Tells phones of every entity that they have not been told of, by area; of what is gone, that it is.
    pub(crate) async fn tell_of_entities(&self) -> Result<(), StoreError> {
        while self.tell_of_some().await? == AT_ONCE {}
        Ok(())
    }

    /// Marks those that the feed lacks: at the start.
    pub(crate) async fn mark_missing_entities(&self) -> Result<(), StoreError> {
        Ok(writing!(self.database, |pool| async {
            sqlx::query(MARK_MISSING).bind(ENTITY).bind(OFFICE_ONLY).execute(pool).await.map(drop)
        })?)
    }

    /// Gives how many it told of.
    async fn tell_of_some(&self) -> Result<i64, StoreError> {
        Ok(writing!(self.database, |pool| async {
            let mut transaction = pool.begin_writing().await?;
            let untold: Vec<(String, String)> =
                sqlx::query_as(UNTOLD).bind(AT_ONCE).fetch_all(&mut *transaction).await?;
            let mut offers = Vec::new();
            for (list, id) in &untold {
                if list == OFFICE_ONLY {
                    sqlx::query(TOLD).bind(list).bind(id).execute(&mut *transaction).await?;
                    continue;
                }
                let name = format!("{list}/{id}");
                let now: Option<Now> =
                    sqlx::query_as(NOW).bind(list).bind(id).fetch_optional(&mut *transaction).await?;
                let by: Vec<(String,)> =
                    sqlx::query_as(BY).bind(list).bind(id).bind(MAKERS).fetch_all(&mut *transaction).await?;
                let before: Vec<(String, String)> =
                    sqlx::query_as(OFFERED).bind(ENTITY).bind(&name).fetch_all(&mut *transaction).await?;
                let said = now.map(|now| body(now, by)).transpose();
                let said = said.map_err(|error| sqlx::Error::Decode(Box::new(error)))?;
                let here = said.as_ref().map(|said| offered_to(list, said)).unwrap_or_default();
                let left = before.into_iter().filter(|way| !here.contains(way));
                offers.extend(left.map(|(area, role)| (name.clone(), area, role, None)));
                let said = said.map(|said| said.to_string());
                offers.extend(here.into_iter().map(|(area, role)| (name.clone(), area, role, said.clone())));
                sqlx::query(TOLD).bind(list).bind(id).execute(&mut *transaction).await?;
            }
            offer!(transaction, ENTITY, &offers);
            transaction.commit().await?;
            Ok(i64::try_from(untold.len()).unwrap_or(i64::MAX))
        })?)
    }
}

/// Area and role that it is offered to: those of its area; and the organisation that it was referred to, wherever that is.
fn offered_to(list: &str, said: &Json) -> Vec<(String, String)> {
    let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
    let mut ways = vec![(text(&said["area"]), String::new())];
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

    use super::super::super::Viewer;
    use super::super::super::testing::{Place, on_each_database};
    use super::super::imported::{Deed, ImportedRow};
    use super::super::tests::{change, submission};
    use super::*;

    on_each_database!(
        an_entity_reaches_its_area_and_those_who_may_see_persons,
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

        // What is the office's alone is told to nobody, and is no debt.
        let mut complaint = change(EntityAct::Create, None, "about", "staff").unwrap();
        complaint.list = OFFICE_ONLY.into();
        store.apply_entities(&submission("b"), &[Ok(complaint)]).await.unwrap();
        store.tell_of_entities().await.unwrap();
        store.mark_missing_entities().await.unwrap();
        store.tell_of_entities().await.unwrap();
        assert_eq!(store.feed_head().await.unwrap(), (epoch, first));
        assert_eq!(said(&store, &viewer("worker", "371002"), 0).await, whole);

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
        assert!(store.remove_entity("households", id).await.unwrap());
        store.tell_of_entities().await.unwrap();
        assert_eq!(said(&store, &viewer("worker", "371003"), 1).await, [None]);
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
