//! What waits, side by side with whom it may be about: merged or kept apart by a person; and lists taken back.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::apart::{asked_for, remembered};
use super::importing::new_case;
use super::matching::{Why, because};
use super::{CASES, Said, area_of, today};
use crate::Shared;
use crate::answer::{Refusal, json as answer};
use crate::entities::tell;
use crate::listen::now_ms;
use crate::store::{Decided, Deciding, Decision, KeptRow};
use crate::who::audit::Event;
use crate::who::caller::Caller;
use crate::who::fields::{bad, id};
use crate::who::rights::Area;
use crate::who::routes::{Json as Small, asked, unknown};

/// So many lists are shown, and so many rows at a time.
const LISTS: i64 = 100;
const PAGE: i64 = 20;
const REFUSED: i64 = 1_000;

/// `GET …/lists`: the newest first, each with how many of its rows became what.
pub(super) async fn lists(State(shared): State<Arc<Shared>>, caller: Caller) -> Result<Response, Refusal> {
    let area = area_of(&shared, &caller).await?;
    let lists = shared.store.monitoring_lists(area, LISTS).await?;
    let told = lists.into_iter().map(|list| {
        let of =
            |state: &str| list.counts.iter().find(|(known, _)| known == state).map_or(0, |(_, count)| *count);
        json!({
            "id": list.id, "at": list.at, "by": list.by, "name": list.name, "undone_at": list.undone_at, "joined": of("joined"),
            "same": of("same"), "waiting": of("waiting"), "leads": of("lead"), "refused": list.refused,
            "elsewhere": list.elsewhere,
        })
    });
    Ok(answer(StatusCode::OK, &json!({"lists": told.collect::<Vec<_>>()})))
}

/// `GET …/waiting?list=ID&state=waiting&after=ROW`: rows that wait, each with whom it may be about and why; or that somebody said it is not
/// (`apart`); with `state=joined` those that are joined, each
/// with whom, and with `state=lead` those of whom nobody was known.
pub(super) async fn waiting(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    let list = list_of(&shared, &caller, asked(query.as_deref(), "list").unwrap_or_default()).await?;
    let after = asked(query.as_deref(), "after").and_then(|row| row.parse().ok()).unwrap_or(0);
    let state = match asked(query.as_deref(), "state").unwrap_or("waiting") {
        state @ ("waiting" | "joined" | "lead") => state,
        _ => return Err(bad("state", "one of `waiting`, `joined` and `lead`")),
    };
    shared.who.note(&caller.entry(Event::MonitoringRead).to(&list)).await?;
    let rows = shared.store.monitoring_rows(&list, state, after, PAGE).await?;
    let mut told = Vec::with_capacity(rows.len());
    for row in &rows {
        told.push(beside(&shared, &caller, &list, row).await?);
    }
    Ok(answer(StatusCode::OK, &json!({"rows": told, "more": rows.len() as i64 == PAGE})))
}

/// A row, and beside it those whom it may be about, as they are known now.
async fn beside(shared: &Shared, caller: &Caller, list: &str, row: &KeptRow) -> Result<Json, Refusal> {
    let mut candidates = candidates(row);
    if row.state != "waiting" {
        candidates.retain(|candidate| candidate["case"].as_str() == row.case_id.as_deref());
    }
    let Said { name, birthday, .. } = &row.said;
    let apart = shared.store.apart(&asked_for(&shared.who, &row.id_key, name, birthday)).await?;
    for candidate in &mut candidates {
        let said = apart.iter().find(|apart| candidate["case"] == apart.case_id.as_str());
        if let Some(apart) = said.filter(|_| row.state == "waiting") {
            candidate["apart"] = json!({"deed": apart.deed, "at": apart.at, "by": apart.by});
        }
        if let Some(case) = candidate["case"].as_str() {
            let known = shared.store.known_entities(CASES, &[case]).await?;
            let known = known.get(case).filter(|known| known.area.starts_with(caller.standing.area.code()));
            candidate["known"] = known.map_or(Json::Null, |known| {
                let names =
                    ["person", "phone", "town", "village", "address", "state", "difficulties", "found_on"];
                let said =
                    names.into_iter().filter_map(|name| Some((name.to_owned(), known.properties.get(name)?)));
                said.map(|(name, value)| (name, Json::from(value.clone())))
                    .collect::<serde_json::Map<_, _>>()
                    .into()
            });
        } else if let Some(other) = candidate["row"].as_i64() {
            let other = shared.store.monitoring_row(list, other).await?;
            candidate["said"] = other.map_or(Json::Null, |other| json!(other.said));
        }
    }
    let because = of_row(row, &mut candidates);
    Ok(json!({
        "row": row.row, "said": row.said, "case": row.case_id, "because": because, "candidates": candidates,
    }))
}

/// The rule by which each candidate is joined or waits, and what the row says beyond that: a person joined it, or more than one fits.
fn of_row(row: &KeptRow, candidates: &mut [Json]) -> &'static str {
    if row.state != "waiting" && row.by_hand {
        return "by_hand";
    }
    let (mut sure, mut first) = (0, None);
    for candidate in candidates.iter_mut().filter(|candidate| candidate["apart"].is_null()) {
        let points = candidate["points"].as_i64().and_then(|points| i32::try_from(points).ok()).unwrap_or(0);
        let why: Vec<Why> = candidate["why"]
            .as_array()
            .map_or(&[][..], |why| why)
            .iter()
            .filter_map(|why| Why::named(why.as_str()?))
            .collect();
        let (is_sure, rule) = because(points, &why);
        sure += usize::from(is_sure);
        first.get_or_insert(is_sure);
        // That it was not joined by it is said of the row.
        if !is_sure || row.state != "waiting" {
            candidate["because"] = rule.into();
        }
    }
    match (row.state == "waiting", sure, first) {
        (true, 2.., _) => "two_fit",
        (true, 1, Some(false)) => "another_first",
        _ => "",
    }
}

/// `GET …/refused?list=ID&after=ROW`: rows that were not taken in, `{"row", "column", "reason"}`.
pub(super) async fn refused(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    let list = list_of(&shared, &caller, asked(query.as_deref(), "list").unwrap_or_default()).await?;
    let after = asked(query.as_deref(), "after").and_then(|row| row.parse().ok()).unwrap_or(0);
    let rows = shared.store.refused_rows(&list, after, REFUSED).await?;
    let more = rows.len() as i64 == REFUSED;
    let told = rows.into_iter().map(|row| json!({"row": row.row, "column": row.title, "reason": row.reason}));
    Ok(answer(StatusCode::OK, &json!({"refused": told.collect::<Vec<_>>(), "more": more})))
}

fn candidates(row: &KeptRow) -> Vec<Json> {
    serde_json::from_str(&row.candidates).unwrap_or_default()
}

/// What somebody decides of a row: one of the three.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DecideWire {
    list: String,
    row: i64,
    /// It is about that household.
    case: Option<String>,
    /// It is about whom that row is about.
    same_as: Option<i64>,
    /// It is about nobody who is known.
    #[serde(default)]
    apart: bool,
    /// What was decided is not.
    #[serde(default)]
    undo: bool,
}

/// `POST …/decide`: `{"list", "row", "case": ID}`, or `"same_as": ROW`, `"apart": true`, `"undo": true`.
pub(super) async fn decide(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Small(said): Small<DecideWire>,
) -> Result<Response, Refusal> {
    let list = list_of(&shared, &caller, &said.list).await?;
    let row = shared.store.monitoring_row(&list, said.row).await?.ok_or_else(unknown)?;
    let decision = match (&said.case, said.same_as, said.apart, said.undo) {
        (Some(case), None, false, false) => {
            Decision::Into(candidate(&row, "case", &json!(case)).map(|_| case.clone())?)
        }
        (None, Some(other), false, false) => {
            candidate(&row, "row", &json!(other))?;
            let other = shared.store.monitoring_row(&list, other).await?.ok_or_else(unknown)?;
            let first = || Refusal::new(StatusCode::CONFLICT, "undecided", "decide about that row first");
            Decision::Into(other.case_id.ok_or_else(first)?)
        }
        (None, None, true, false) => Decision::Apart(new_case()),
        (None, None, false, true) => Decision::Back,
        _ => return Err(bad("case", "one of `case`, `same_as`, `apart` and `undo`")),
    };
    if let Decision::Into(case) = &decision {
        let area = shared.store.area_of_entity(CASES, case).await?.and_then(|area| Area::parse(&area));
        if !area.is_some_and(|area| caller.standing.area.contains(&area)) {
            return Err(unknown());
        }
    }
    shared.who.note(&caller.entry(Event::MonitoringDecided).to(format!("{list}/{}", row.row))).await?;
    let today = today().to_string();
    let persons = remembered_of(&shared, &row, &decision);
    let apart_from = match decision {
        Decision::Apart(_) => households(&shared, &list, &row).await?,
        _ => Vec::new(),
    };
    let deciding = Deciding {
        list_id: &list,
        row: &row,
        at: now_ms(),
        today: &today,
        user: caller.user.as_deref(),
        persons: &persons,
        apart_from: &apart_from,
    };
    let refused = |code, reason| Err(Refusal::new(StatusCode::CONFLICT, code, reason));
    match shared.store.decide_row(&deciding, &decision).await? {
        Decided::Done => {}
        Decided::NotWaiting => {
            return refused("decided", "it is decided already, or there is nothing to take back");
        }
        Decided::NoCase => return Err(unknown()),
        Decided::Touched => {
            return refused("touched", "somebody did something about the lead since; it stays");
        }
    }
    tell(&shared).await;
    let now = shared.store.monitoring_row(&list, row.row).await?.ok_or_else(unknown)?;
    Ok(answer(StatusCode::OK, &json!({"row": now.row, "state": now.state, "case": now.case_id})))
}

/// Under what whom a row is about is remembered as being none of a household's, or was.
fn remembered_of(shared: &Shared, row: &KeptRow, decision: &Decision) -> Vec<String> {
    let Said { name, birthday, .. } = &row.said;
    let keys = if matches!(decision, Decision::Into(_)) { asked_for } else { remembered };
    keys(&shared.who, &row.id_key, name, birthday)
}

/// The households that a row may be about, also by an earlier row whose household is known by now.
async fn households(shared: &Shared, list: &str, row: &KeptRow) -> Result<Vec<String>, Refusal> {
    let mut all = Vec::new();
    for candidate in candidates(row) {
        if let Some(case) = candidate["case"].as_str() {
            all.push(case.to_owned());
        } else if let Some(other) = candidate["row"].as_i64() {
            let other = shared.store.monitoring_row(list, other).await?;
            all.extend(other.and_then(|other| other.case_id));
        }
    }
    Ok(all)
}

/// One of those whom a row may be about.
fn candidate(row: &KeptRow, name: &str, wanted: &Json) -> Result<(), Refusal> {
    let is_one = candidates(row).iter().any(|candidate| candidate[name] == *wanted);
    if is_one { Ok(()) } else { Err(bad("case", "one of those whom the row may be about")) }
}

/// Which list is to be taken back.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UndoWire {
    list: String,
}

/// `POST …/undo`: `{"list"}` gives `{"leads_removed", "leads_kept"}`: those that somebody did something about since stay.
pub(super) async fn undo(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Small(said): Small<UndoWire>,
) -> Result<Response, Refusal> {
    let list = list_of(&shared, &caller, &said.list).await?;
    shared.who.note(&caller.entry(Event::MonitoringUndone).to(&list)).await?;
    let (removed, kept) = shared.store.undo_list(&list, now_ms()).await?.ok_or_else(unknown)?;
    tell(&shared).await;
    Ok(answer(StatusCode::OK, &json!({"leads_removed": removed, "leads_kept": kept})))
}

/// A list that is here, in the area of whoever looks after it.
async fn list_of(shared: &Shared, caller: &Caller, list: &str) -> Result<String, Refusal> {
    let area = area_of(shared, caller).await?;
    let list = id(list)?;
    let its = shared.store.area_of_monitoring_list(list).await?.ok_or_else(unknown)?;
    if its.starts_with(area) { Ok(list.to_owned()) } else { Err(unknown()) }
}
