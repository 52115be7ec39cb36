//! What entities contradict themselves in, shown with both sides to whoever looks after the lists of an area, and settled by them; and entities that they
//! take out of a list.
//!
//! Kept here: nobody settles what they have not looked at: they name the version up to which they did. What is shown of a household is noted first.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use doorstep_engine::entities::{Conflict, EntityVersion};
use doorstep_engine::is_entity_name;
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use super::tell;
use crate::Shared;
use crate::answer::{Refusal, json as answer};
use crate::listen::now_ms;
use crate::store::{InConflict, Maker, Settled, Settling};
use crate::who::audit::Event;
use crate::who::caller::Caller;
use crate::who::fields::bad;
use crate::who::rights::{Area, Deed, Place};
use crate::who::routes::{Json as Body, asked, unknown};

/// So many are on a page.
const PAGE: i64 = 20;
/// So many properties are put right at once at most.
const MOST: usize = 500;
/// So long is a value at most, in bytes.
const LONGEST: usize = 10_000;

/// `GET /api/v1/entities/conflicts?after=ID`.
pub(super) async fn list(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    caller.may_somewhere(&shared.who, Deed::LookAfterLists).await?;
    let after = asked(query.as_deref(), "after").unwrap_or_default();
    let found = shared.store.entities_in_conflict(caller.standing.area.code(), after, PAGE).await?;
    let lists: BTreeSet<&str> = found.iter().map(|found| &*found.entity.list).collect();
    if !lists.is_empty() {
        let lists = lists.into_iter().collect::<Vec<_>>().join(",");
        shared.who.note(&caller.entry(Event::EntitiesRead).to(lists)).await?;
    }
    let entities: Vec<Json> = found.iter().map(entity_json).collect();
    Ok(answer(StatusCode::OK, &json!({ "entities": entities, "more": entities.len() as i64 == PAGE })))
}

fn entity_json(InConflict { entity, area, makers }: &InConflict) -> Json {
    let versions: Vec<Json> = entity.versions.iter().map(|version| version_json(version, makers)).collect();
    json!({
        "list": entity.list, "id": entity.id, "label": entity.label, "area": area, "version": entity.version(),
        "properties": entity.properties, "conflict": name_of(entity.conflict), "versions": versions,
    })
}

fn version_json(version: &EntityVersion, makers: &[Maker]) -> Json {
    let maker = makers.iter().find(|(id, ..)| *id == version.by);
    let (at, user, device) = maker
        .map_or((None, None, None), |(_, at, user, device)| (Some(*at), user.as_deref(), device.as_deref()));
    json!({
        "number": version.number, "base": version.base, "label": version.label, "given": version.given,
        "conflict": name_of(version.conflict), "by": version.by, "at": at, "user": user, "device": device,
    })
}

/// `beside`: of different properties; `against`: of the same one.
fn name_of(conflict: Option<Conflict>) -> Option<&'static str> {
    conflict.map(|conflict| match conflict {
        Conflict::Beside => "beside",
        Conflict::Against => "against",
    })
}

/// What somebody says who looked at both sides.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SettleWire {
    /// The newest version that they saw.
    version: u64,
    label: Option<String>,
    #[serde(default)]
    properties: Map<String, Json>,
}

/// `POST /api/v1/entities/{list}/{id}/settled`: `{"version": 3, "properties"?: {"phone": "…"}, "label"?: "…"}`.
pub(super) async fn settle(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    path: Result<Path<(String, String)>, PathRejection>,
    Body(said): Body<SettleWire>,
) -> Result<Response, Refusal> {
    let (list, id) = meant(&shared, &caller, path).await?;
    let settling = Settling {
        version: said.version,
        label: said.label.map(label).transpose()?,
        properties: properties(said.properties)?,
        at: now_ms(),
        user: caller.user.clone(),
    };
    shared.who.note(&caller.entry(Event::EntitySettled).to(format!("{list}/{id}"))).await?;
    let settled = shared.store.settle_entity(&list, &id, &settling).await?;
    tell(&shared).await;
    match settled {
        Settled::Well => Ok(answer(StatusCode::OK, &json!({"settled": true}))),
        Settled::Still => Ok(answer(StatusCode::OK, &json!({"settled": false}))),
        Settled::TooMuch => Err(bad("properties", "less than a list can hold of one")),
        Settled::Unknown => Err(bad("version", "one that the entity has")),
    }
}

/// `DELETE /api/v1/entities/{list}/{id}`: it is in the list no more. What submissions said of it stays in them.
pub(super) async fn remove(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    path: Result<Path<(String, String)>, PathRejection>,
) -> Result<Response, Refusal> {
    let (list, id) = meant(&shared, &caller, path).await?;
    shared.who.note(&caller.entry(Event::EntityRemoved).to(format!("{list}/{id}"))).await?;
    let removed = shared.store.remove_entity(&list, &id).await?;
    tell(&shared).await;
    if removed { Ok(answer(StatusCode::OK, &json!({"removed": true}))) } else { Err(unknown()) }
}

/// The entity that is meant, for whoever looks after its area.
async fn meant(
    shared: &Shared,
    caller: &Caller,
    path: Result<Path<(String, String)>, PathRejection>,
) -> Result<(String, String), Refusal> {
    caller.may_somewhere(&shared.who, Deed::LookAfterLists).await?;
    let Path((list, id)) = path.map_err(|_| unknown())?;
    let area = match is_entity_name(&list) {
        true => shared.store.area_of_entity(&list, &id).await?,
        false => None,
    };
    let area = area.and_then(|area| Area::parse(&area)).ok_or_else(unknown)?;
    if !caller.standing.area.contains(&area) {
        // What lies elsewhere looks like what is not there.
        return Err(unknown());
    }
    caller.may(&shared.who, Deed::LookAfterLists, Place::at(&area)).await?;
    Ok((list, id))
}

fn label(text: String) -> Result<String, Refusal> {
    let fits = (1..=LONGEST).contains(&text.trim().len()) && !text.contains('\0');
    if fits { Ok(text.trim().to_owned()) } else { Err(bad("label", "a text")) }
}

fn properties(said: Map<String, Json>) -> Result<Vec<(String, String)>, Refusal> {
    let wrong = || bad("properties", "texts by the names of properties");
    if said.len() > MOST {
        return Err(wrong());
    }
    let one = |(name, value): (String, Json)| match value {
        Json::String(text) if is_entity_name(&name) && text.len() <= LONGEST && !text.contains('\0') => {
            Ok((name, text))
        }
        _ => Err(wrong()),
    };
    said.into_iter().map(one).collect()
}
