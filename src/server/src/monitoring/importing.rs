//! A list brought in: looked at, its columns said, and then its good rows taken in, each joined with a household, made a lead, or kept waiting.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use doorstep_delivery::submission::content_hash;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::apart::asked_for;
use super::file_name::file_name;
use super::matching::{LIKELY, Match, Person, Register, SURE, Verdict};
use super::reading::{
    Columns, Field, Row, Table, Towns, Wrong, bad as bad_list, check, header as titles_of, key, read,
};
use super::{CASES, area_of, today};
use crate::Shared;
use crate::answer::{Refusal, json as answer};
use crate::body;
use crate::entities::{all, tell};
use crate::listen::now_ms;
use crate::off_thread::off_thread;
use crate::store::{Became, EntityRow, KnownPerson, RefusedRow, TakenRow, Taking};
use crate::who::Who;
use crate::who::audit::Event;
use crate::who::caller::Caller;
use crate::who::fields::bad;
use crate::who::routes::Json as Small;
use crate::who::users::new_id;

/// A file may be so large.
const LARGEST: usize = 32 << 20;
/// So many wrong rows are named.
const NAMED: usize = 1_000;
/// So many who may be the same are kept with a row.
const MOST_CANDIDATES: usize = 5;
/// Phones are told of so many leads before the answer, of more after it.
const TOLD_AT_ONCE: usize = 1_000;

/// A file that was read: its rows, where its titles stand, and what they mean.
struct Sheet {
    table: Table,
    /// The place of the titles among the rows.
    at: usize,
    columns: Columns,
    remembered: bool,
    hash: String,
}

/// Who a row may be.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
enum Whose {
    Case(String),
    /// A row that waits.
    Row(i64),
}

/// `POST …/preview` with the file: `{"rows", "header_row", "titles", "columns": {"姓名": "name"}, "remembered", "known"}`.
pub(super) async fn preview(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    asked: HeaderMap,
    sent: Body,
) -> Result<Response, Refusal> {
    let area = area_of(&shared, &caller).await?;
    let sheet = sheet(&shared, &asked, sent).await?;
    let known = shared.store.has_monitoring_list(&sheet.hash, area).await?;
    let told = json!({
        "rows": sheet.table.rows.len() - sheet.at - 1, "header_row": sheet.table.rows[sheet.at].0,
        "titles": sheet.columns.titles, "columns": sheet.columns.by_title(), "remembered": sheet.remembered,
        "known": known, "sure": SURE, "likely": LIKELY,
    });
    Ok(answer(StatusCode::OK, &told))
}

/// What somebody says of columns.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ColumnsWire {
    titles: Vec<String>,
    columns: BTreeMap<String, Field>,
}

/// `POST …/columns`: `{"titles": […], "columns": {"姓名": "name"}}`, as the preview gave the titles. Remembered for all lists with these.
pub(super) async fn say_columns(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Small(said): Small<ColumnsWire>,
) -> Result<Response, Refusal> {
    area_of(&shared, &caller).await?;
    let columns = Columns::said(&said.titles, &said.columns)
        .ok_or_else(|| bad("columns", "titles of the list, each field once"))?;
    if !columns.fields.contains_key(&Field::Name) {
        return Err(map_columns());
    }
    let text = json!(said.columns).to_string();
    let user = caller.user.as_deref();
    shared.store.say_monitoring_columns(&key(&said.titles), &text, now_ms(), user).await?;
    Ok(answer(StatusCode::OK, &json!({"columns": columns.by_title()})))
}

fn map_columns() -> Refusal {
    let reason = "say first which column holds the name: POST /api/v1/monitoring/columns";
    Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, "map_columns", reason)
}

/// `POST …/import` with the file: `{"list", "rows", "joined", "same", "waiting", "leads", "refused_count", "elsewhere_count", "refused": [{"row", "column", "reason"}]}`.
pub(super) async fn import(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    asked: HeaderMap,
    sent: Body,
) -> Result<Response, Refusal> {
    let area = area_of(&shared, &caller).await?;
    let name = file_name(&asked);
    let sheet = sheet(&shared, &asked, sent).await?;
    if !sheet.columns.fields.contains_key(&Field::Name) {
        return Err(map_columns());
    }
    let again =
        || Refusal::new(StatusCode::CONFLICT, "list_known", "this list is here already; undo it first");
    if shared.store.has_monitoring_list(&sheet.hash, area).await? {
        return Err(again());
    }
    let list_id = new_id();
    shared.who.note(&caller.entry(Event::MonitoringImported).to(&list_id)).await?;
    let dictionary = &shared.office.dictionary;
    let choices = |name| dictionary.property(CASES, name).map_or(&[][..], |property| &property.choices);
    let towns = Towns::new(choices("town"), choices("difficulties"), area);
    let (cases, persons) = (all(&shared, CASES, area).await?, shared.store.known_persons().await?);
    let apart = shared.store.all_apart().await?.into_iter();
    let apart: HashSet<(String, String)> = apart.map(|one| (one.person, one.case_id)).collect();
    let (working, own_area, day) = (shared.clone(), area.to_owned(), today());
    let hash = sheet.hash.clone();
    let (rows, wrong) = off_thread(move || {
        let mut register = register(cases, persons);
        let (good, wrong) = checked(sheet, &towns, day);
        Ok((placed(good, &mut register, &own_area, &working.who, &apart), wrong))
    })
    .await?;
    let user = caller.user.as_deref();
    let refused: Vec<RefusedRow> = wrong.iter().take(NAMED).map(refused).collect();
    let today = day.to_string();
    let taking = Taking {
        id: &list_id,
        area,
        hash: &hash,
        name: name.as_deref(),
        at: now_ms(),
        today,
        user,
        rows: &rows,
        refused: &refused,
    };
    if !shared.store.take_in(&taking).await? {
        return Err(again());
    }
    let report = report(&list_id, &rows, &wrong);
    if rows.len() > TOLD_AT_ONCE {
        tokio::spawn(async move { tell(&shared).await });
    } else {
        tell(&shared).await;
    }
    Ok(answer(StatusCode::CREATED, &report))
}

/// Reads a file, and finds out what its columns mean.
async fn sheet(shared: &Shared, asked: &HeaderMap, sent: Body) -> Result<Sheet, Refusal> {
    const WORKBOOK: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    let kind = asked.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !["text/csv", WORKBOOK].contains(&kind.split(';').next().unwrap_or_default().trim()) {
        let reason = "a list comes as text/csv, or as an .xlsx workbook";
        return Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not_a_list", reason));
    }
    let bytes = body::read(sent, LARGEST, "the list").await?;
    let (table, at, titles, hash) = off_thread(move || {
        let table = read(&bytes)?;
        let none = || bad_list("list_no_titles", "there is no row of titles in it");
        let (at, titles) = titles_of(&table).ok_or_else(none)?;
        Ok((table, at, titles, content_hash(&bytes)))
    })
    .await?;
    let said = shared.store.monitoring_columns(&key(&titles)).await?;
    let said = said.and_then(|said| serde_json::from_str(&said).ok());
    let said = said.and_then(|said| Columns::said(&titles, &said));
    let remembered = said.is_some();
    let columns = said.unwrap_or_else(|| Columns::guessed(&titles));
    Ok(Sheet { table, at, columns, remembered, hash })
}

/// Everybody who is known: each household by who it is called by, and each of its persons.
fn register(cases: Vec<EntityRow>, persons: Vec<KnownPerson>) -> Register<Whose> {
    let mut register = Register::default();
    let mut places: BTreeMap<String, Person> = BTreeMap::new();
    for EntityRow { id, mut properties, .. } in cases {
        let mut said = |name: &str| properties.remove(name).unwrap_or_default();
        let person = Person {
            name: said("person"),
            town: said("town"),
            village: said("village"),
            address: said("address"),
            phone: said("phone"),
            ..Person::default()
        };
        register.add(&person, Whose::Case(id.clone()));
        places.insert(id, person);
    }
    // Of households elsewhere nothing is told here.
    for KnownPerson { case_id, id_key, name, birthday, .. } in persons {
        if let Some(place) = places.get(&case_id) {
            let person = Person { name, id_key, birthday: birthday.parse().ok(), ..place.clone() };
            register.add(&person, Whose::Case(case_id));
        }
    }
    register
}

/// The good rows, and what is wrong with the others.
fn checked(sheet: Sheet, towns: &Towns, today: jiff::civil::Date) -> (Vec<Row>, Vec<Wrong>) {
    let (mut good, mut wrong) = (Vec::new(), Vec::new());
    for (number, cells) in sheet.table.rows.into_iter().skip(sheet.at + 1) {
        match check(number, &cells, &sheet.columns, towns, today) {
            Ok(row) => good.extend(row),
            Err(error) => wrong.push(error),
        }
    }
    (good, wrong)
}

/// What becomes of each row; each is known to those that follow.
fn placed(
    rows: Vec<Row>,
    register: &mut Register<Whose>,
    area: &str,
    who: &Who,
    apart: &HashSet<(String, String)>,
) -> Vec<TakenRow> {
    let mut leads: BTreeMap<String, i64> = BTreeMap::new();
    let mut taken = Vec::with_capacity(rows.len());
    for Row { number, id_number, said } in rows {
        let row = i64::try_from(number).unwrap_or(i64::MAX);
        let id_key = if id_number.is_empty() { String::new() } else { who.id_key(&id_number) };
        let person = Person {
            name: said.name.clone(),
            id_key: id_key.clone(),
            birthday: said.birthday.parse().ok(),
            town: said.town.clone(),
            village: said.village.clone(),
            address: said.address.clone(),
            phone: said.phone.clone(),
        };
        let keys = asked_for(who, &id_key, &said.name, &said.birthday);
        let is_not = |whose: &Whose| match whose {
            Whose::Case(case) => keys.iter().any(|key| apart.contains(&(key.clone(), case.clone()))),
            Whose::Row(_) => false,
        };
        let (became, candidates) = match register.find_but(&person, is_not) {
            Verdict::Sure(one) => {
                let became = match &one.whose {
                    Whose::Row(other) => Became::Same(*other, None),
                    Whose::Case(case) => match leads.get(case) {
                        Some(other) => Became::Same(*other, Some(case.clone())),
                        None => Became::Joined(case.clone()),
                    },
                };
                (became, vec![one])
            }
            Verdict::Likely(mut all) => {
                all.truncate(MOST_CANDIDATES);
                (Became::Waiting, all)
            }
            Verdict::New => {
                let case = new_case();
                leads.insert(case.clone(), row);
                (Became::Lead(case), Vec::new())
            }
        };
        let whose = match &became {
            Became::Joined(case) | Became::Lead(case) | Became::Same(_, Some(case)) => {
                Whose::Case(case.clone())
            }
            Became::Same(other, None) => Whose::Row(*other),
            Became::Waiting => Whose::Row(row),
        };
        register.add(&person, whose);
        let candidates = Json::from_iter(candidates.iter().map(candidate)).to_string();
        let area = if said.town.is_empty() { area.to_owned() } else { said.town.clone() };
        taken.push(TakenRow { row, became, area, id_key, said, candidates });
    }
    taken
}

fn candidate(found: &Match<Whose>) -> Json {
    let why: Vec<&str> = found.why.iter().map(|why| why.name()).collect();
    match &found.whose {
        Whose::Case(case) => {
            json!({"case": case, "name": found.name, "points": found.points, "why": why})
        }
        Whose::Row(row) => json!({"row": row, "name": found.name, "points": found.points, "why": why}),
    }
}

/// The id of a new household: a UUID of random bits (RFC 9562, version 4).
pub(super) fn new_case() -> String {
    let id = new_id();
    let variant = match id.as_bytes()[16] % 4 {
        0 => '8',
        1 => '9',
        2 => 'a',
        _ => 'b',
    };
    format!("{}-{}-4{}-{variant}{}-{}", &id[..8], &id[8..12], &id[13..16], &id[17..20], &id[20..])
}

fn refused(wrong: &Wrong) -> RefusedRow {
    RefusedRow { row: wrong.row as i64, title: wrong.column.clone(), reason: wrong.reason.to_owned() }
}

fn report(list_id: &str, rows: &[TakenRow], wrong: &[Wrong]) -> Json {
    let of = |is: fn(&Became) -> bool| rows.iter().filter(|row| is(&row.became)).count();
    json!({
        "list": list_id, "rows": rows.len() + wrong.len(),
        "joined": of(|became| matches!(became, Became::Joined(_))),
        "same": of(|became| matches!(became, Became::Same(..))),
        "waiting": of(|became| matches!(became, Became::Waiting)),
        "leads": of(|became| matches!(became, Became::Lead(_))),
        "refused_count": wrong.len(), "elsewhere_count": wrong.iter().filter(|wrong| wrong.reason == "elsewhere").count(),
         "refused": wrong.iter().take(NAMED).collect::<Vec<_>>(),
    })
}
