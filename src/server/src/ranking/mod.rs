//! `POST /api/v1/rankings/{list}`: the households of one's area in the order of their need, by the index or by one of its dimensions.
//!
//! Whoever is in danger comes first, ranked or not; then all in their order, with place, percentile and level; beside it how many stand at each level, in
//! each area too. Kept here: order, percentiles and levels are of exact fractions ([`doorstep_engine::ranking`]); each asking is in the audit log before it
//! is answered, and names are masked as everywhere.

mod order;

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use doorstep_engine::entities::is_entity_name;
use doorstep_engine::entities::ranked::Ranked;
use doorstep_engine::entities::totals::Only;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use crate::Shared;
use crate::answer::{Refusal, json as answer};
use crate::declared::words_json;
use crate::entities::{hidden, keeps_from, kept_from};
use crate::off_thread::off_thread;
use crate::store::Among;
use crate::who::audit::Event;
use crate::who::caller::Caller;
use crate::who::fields::{area, bad};
use crate::who::mask::shows;
use crate::who::routes::{Json as Body, unknown};

use order::{Ordered, Place};

/// So many are given at once at most, and so many where nobody says how many.
const MOST: usize = 500;
const USUAL: usize = 50;
/// So many conditions at most.
const MOST_CONDITIONS: usize = 8;
/// What the index is called on the wire.
const INDEX: &str = "index";
/// The property of the town that an entity lies in.
const TOWN: &str = "town";

/// What is asked.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Asked {
    by: Option<String>,
    area: Option<String>,
    only: Vec<String>,
    from: usize,
    most: Option<usize>,
}

pub(crate) async fn show(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    list: Result<Path<String>, PathRejection>,
    Body(asked): Body<Asked>,
) -> Result<Response, Refusal> {
    let own = caller.area_of_cases(&shared.who, "rankings are for those who see the cases").await?;
    let role = caller.standing.role;
    let Path(list) = list.map_err(|_| unknown())?;
    let ranked = Some(&*list).filter(|list| is_entity_name(list)).and_then(|list| shared.office.ranked(list));
    let ranked = ranked.ok_or_else(unknown)?;
    if keeps_from(role, &list) {
        return Err(kept_from(&shared, &caller).await?);
    }
    let column = column(ranked, asked.by.as_deref())?;
    if asked.only.len() > MOST_CONDITIONS {
        return Err(bad("only", "eight conditions at most"));
    }
    let only: Result<Vec<Only>, _> = asked.only.iter().map(|text| Only::parse(text)).collect();
    let only = only.map_err(|why| bad("only", &why.to_string()))?;
    let said: Vec<&str> =
        [TOWN, &ranked.danger, &ranked.settled].into_iter().chain(ranked.dimensions()).collect();
    let asked_of = only.iter().map(|only| &*only.property).chain(said.iter().copied());
    if asked_of.into_iter().any(|name| !shows(role, shared.office.kind(&list, name))) {
        return Err(hidden());
    }
    let within = asked.area.as_deref().map(area).transpose()?;
    // Wider than one's own is one's own.
    let within = within.filter(|within| !within.contains(&own));
    // Towns within a county; over several counties these.
    let code = within.as_ref().map_or(own.code(), |within| within.code());
    let digits = if code.len() >= 6 { 9 } else { 6 };
    shared.who.note(&caller.entry(Event::EntitiesRead).to(&list)).await?;
    let lists = [&*list];
    let among =
        Among { within: within.as_ref().map(|within| within.code()), ..Among::entities(&lists, own.code()) };
    let told = shared.store.told(&among, &only, &said).await?;
    let (from, most) = (asked.from, asked.most.unwrap_or(USUAL).min(MOST));
    let all = shared.clone();
    off_thread(move || {
        let ranked = all.office.ranked(&list).ok_or_else(unknown)?;
        let ordered = Ordered::of(ranked, told, column, digits).map_err(|error| Refusal::fault(&error))?;
        let row = |place: &Place| {
            let row = &ordered.told[place.row];
            let label = all.office.label_seen(role, &list, &row.label);
            json!({
                "id": row.id, "label": label, "area": row.area, "town": ordered.area_of(place.row),
                "danger": row.said[1], "place": place.place, "place_in_area": place.in_area,
                "value": place.value.map(|value| value.to_string()), "shown": place.value.map(|value| value.shown(1)),
                "percentile": place.percentile.map(|percentile| percentile.shown(1)),
                "index": place.index.map(|index| index.shown(1)), "band": place.band, "level": row.said[2],
            })
        };
        let rows: Vec<Json> = ordered.places.iter().skip(from).take(most).map(row).collect();
        let bands: Vec<&str> = ranked.bands.iter().map(|band| &*band.code).collect();
        let areas: Vec<Json> = ordered
            .areas
            .iter()
            .map(|area| {
                json!({"area": area.code, "entities": area.entities, "danger": area.danger, "ranked": area.ranked, "by_index": area.by_index})
            })
            .collect();
        Ok(answer(
            StatusCode::OK,
            &json!({
                "label": words_json(&ranked.label), "note": ranked.note.as_ref().map(words_json),
                "of": ordered.places.len(), "entities": ordered.told.len(), "ranked": ordered.ranked, "danger": ordered.danger,
                "not_applicable": ordered.not_applicable, "missing": ordered.missing,
                "bands": bands, "by_index": ordered.by_index, "settled": ordered.settled, "areas": areas, "rows": rows,
            }),
        ))
    })
    .await
}

/// The column that is ranked by: a dimension, or the index behind them all.
fn column(ranked: &Ranked, by: Option<&str>) -> Result<usize, Refusal> {
    match by {
        None | Some(INDEX) => Ok(ranked.parts.len()),
        Some(by) => {
            let place = ranked.dimensions().position(|name| name == by);
            place.ok_or_else(|| bad("by", "`index`, or one of the dimensions"))
        }
    }
}
