//! `POST /api/v1/entities/{list}/{id}/timeline`: what was said of an entity, by whom and over what, the newest first; and the entities that name it.
//!
//! Kept here: masked as the list is; what somebody may not see looks like what is not there.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Map, Value as Json, json};

use super::people::people;
use super::sight::{Sight, keeps_from};
use crate::Shared;
use crate::answer::{Refusal, json as answer};
use crate::store::ToldVersion;
use crate::who::audit::Event;
use crate::who::caller::Caller;
use crate::who::routes::unknown;

pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    path: Result<Path<(String, String)>, PathRejection>,
) -> Result<Response, Refusal> {
    let Path((list, id)) = path.map_err(|_| unknown())?;
    let sight = Sight::of(&shared, &caller, &list).await?;
    let mut known = shared.store.known_entities(&list, &[&id]).await?;
    let entity = known.remove(&id).filter(|entity| sight.sees(entity)).ok_or_else(unknown)?;
    shared.who.note(&caller.entry(Event::EntitiesRead).to(format!("{list}/{id}"))).await?;
    let versions = shared.store.told_versions(&list, &[&id]).await?.remove(&id).unwrap_or_default();
    let mut told = Vec::with_capacity(versions.len());
    let mut now: BTreeMap<String, String> = BTreeMap::new();
    for version in &versions {
        let before = version.given.keys().map(|name| (name, now.get(name).cloned().unwrap_or_default()));
        let before: BTreeMap<&String, String> = before.collect();
        told.push(json!({
            "version": version.number, "at": version.at, "form": form_json(&shared, version).await?,
            "submission": version.form.as_ref().map(|_| &version.from), "office": version.office, "by": version.by,
            "given": sight.properties(&shared.office, &list, &version.given),
            "before": sight.properties(&shared.office, &list, before.iter().map(|(name, value)| (*name, value))),
        }));
        now.extend(version.given.clone());
    }
    told.reverse();
    let related = match sight.sees_others() {
        true => shared.store.related_entities(&list, &id, sight.area).await?,
        false => Vec::new(),
    };
    let people = people(&shared, &sight, (&list, &id), (&versions, &related)).await?;
    let lives_there = people["list"].as_str();
    let related = related
        .iter()
        // They stand among those who live there, or left.
        .filter(|other| lives_there != Some(&*other.list))
        .filter(|other| !keeps_from(sight.role, &other.list))
        .map(|other| json!({"list": other.list, "entity": sight.entity(&shared.office, other)}));
    let related: Vec<Json> = related.collect();
    let entity = sight.entity(&shared.office, &entity);
    let listed = match list == "cases" && sight.sees_others() {
        true => shared.store.rows_of_case(&id).await?,
        false => Vec::new(),
    };
    let listed = listed.iter().map(|row| {
        let said = row.said.properties();
        json!({
            "list": row.list_id, "name": row.name, "row": row.row, "state": row.state, "at": row.at, "by": row.by,
            "decided_at": row.decided_at, "decided_by": row.decided_by,
            "said": sight.properties(&shared.office, &list, &said),
        })
    });
    let listed: Vec<Json> = listed.collect();
    Ok(answer(
        StatusCode::OK,
        &json!({
            "entity": entity, "versions": told, "related": related, "listed": listed, "people": people,
        }),
    ))
}

/// The form that a version came from, as the list of forms has it.
async fn form_json(shared: &Shared, version: &ToldVersion) -> Result<Json, Refusal> {
    let Some((id, hash)) = &version.form else { return Ok(Json::Null) };
    title_json(shared, id, hash).await
}

/// A form by its id, with its titles.
pub(super) async fn title_json(shared: &Shared, id: &str, hash: &str) -> Result<Json, Refusal> {
    let served = shared.forms.get(hash).await.map_err(|error| Refusal::fault(&error))?;
    let titles: Map<String, Json> = served.map_or_else(Map::new, |served| {
        let form = &served.form;
        form.languages().iter().map(|tag| (tag.to_string(), Json::from(form.title(tag)))).collect()
    });
    Ok(json!({"id": id, "title": titles}))
}
