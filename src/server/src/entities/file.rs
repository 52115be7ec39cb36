//! A list carried out and brought in as a file, by whoever looks after the lists of an area.
//!
//! Kept here: nothing outside of that area goes out or comes in; the same file twice is as good as once; what became of each row is told by its number.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use doorstep_engine::is_entity_name;
use serde_json::{Value as Json, json};

use super::csv::{For, read, write};
use super::tell;
use crate::Shared;
use crate::answer::{Refusal, json as answer};
use crate::body;
use crate::listen::now_ms;
use crate::off_thread::off_thread;
use crate::store::{EntityRow, Imported, ImportedRow, Importing};
use crate::who::audit::Event;
use crate::who::caller::Caller;
use crate::who::rights::{Area, Deed, Place};
use crate::who::routes::unknown;
use crate::who::users::new_id;

/// So many rows are asked for, or written in one transaction.
const PAGE: usize = 200;
/// At most so many are in a list: more than a phone could hold.
const MOST: usize = 100_000;
/// A file may be so large.
const LARGEST: usize = 16 << 20;
/// So many rows that were refused are named.
const NAMED: usize = 1_000;

/// The entities of a list in an area and what lies in it.
pub(crate) async fn all(shared: &Shared, list: &str, area: &str) -> Result<Vec<EntityRow>, Refusal> {
    const ASKED: i64 = 1_000;
    let mut entities: Vec<EntityRow> = Vec::new();
    loop {
        let after = entities.last().map_or("", |entity| &entity.id);
        let page = shared.store.entities_of(list, area, after, ASKED).await?;
        let is_last = page.len() < ASKED as usize;
        entities.extend(page);
        if is_last || entities.len() >= MOST {
            return Ok(entities);
        }
    }
}

/// `GET /api/v1/entities/{list}`: CSV, as ODK Central names columns.
pub(super) async fn export(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    path: Result<Path<String>, PathRejection>,
) -> Result<Response, Refusal> {
    let list = list_of(&shared, &caller, path).await?;
    let entities = all(&shared, &list, caller.standing.area.code()).await?;
    shared.who.note(&caller.entry(Event::EntitiesRead).to(list)).await?;
    let bytes = write(&entities, For::Office).map_err(|error| Refusal::fault(&error))?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"entities.csv\""),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((StatusCode::OK, headers, bytes).into_response())
}

/// `POST /api/v1/entities/{list}` with `text/csv`: `{"rows", "made", "changed", "known", "refused": [{"row": 7, "reason"}]}`.
pub(super) async fn import(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    path: Result<Path<String>, PathRejection>,
    asked: HeaderMap,
    sent: Body,
) -> Result<Response, Refusal> {
    let list = list_of(&shared, &caller, path).await?;
    let kind = asked.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if kind.split(';').next().unwrap_or_default().trim() != "text/csv" {
        let reason = "a list comes as text/csv";
        return Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not_csv", reason));
    }
    let bytes = body::read(sent, LARGEST, "the list").await?;
    let named = list.clone();
    let rows = off_thread(move || {
        let bad = |reason| Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, "bad_list", reason);
        read(&named, &bytes).map_err(bad)
    })
    .await?;
    shared.who.note(&caller.entry(Event::EntitiesImported).to(list.clone())).await?;
    let mut report = Report::default();
    let deed = new_id();
    let area = caller.standing.area.code();
    let deed = Importing { id: &deed, area, at: now_ms(), user: caller.user.as_deref() };
    let mut good: Vec<(usize, ImportedRow)> = Vec::new();
    for (number, row) in rows {
        match row {
            Ok(row) => good.push((number, row)),
            Err(reason) => report.refuse(number, reason),
        }
    }
    for page in good.chunks(PAGE) {
        let rows: Vec<ImportedRow> = page.iter().map(|(_, row)| row.clone()).collect();
        let done = shared.store.import_entities(&list, &rows, &deed).await?;
        page.iter().zip(done).for_each(|((number, _), became)| report.add(*number, became));
    }
    tell(&shared).await;
    Ok(answer(StatusCode::OK, &report.json()))
}

/// The list that is meant, for whoever may look after it in their area.
async fn list_of(
    shared: &Shared,
    caller: &Caller,
    path: Result<Path<String>, PathRejection>,
) -> Result<String, Refusal> {
    let area: &Area = &caller.standing.area;
    caller.may(&shared.who, Deed::LookAfterLists, Place::at(area)).await?;
    let Path(list) = path.map_err(|_| unknown())?;
    if is_entity_name(&list) { Ok(list) } else { Err(unknown()) }
}

/// What became of the rows.
#[derive(Default)]
struct Report {
    made: usize,
    changed: usize,
    known: usize,
    refused: Vec<(usize, &'static str)>,
}

impl Report {
    fn refuse(&mut self, number: usize, reason: &'static str) {
        self.refused.push((number, reason));
    }

    fn add(&mut self, number: usize, became: Imported) {
        match became {
            Imported::Made => self.made += 1,
            Imported::Changed => self.changed += 1,
            Imported::Known => self.known += 1,
            Imported::NoLabel => self.refuse(number, "it is new and has no label"),
            Imported::Elsewhere => self.refuse(number, "it lies in another area"),
            Imported::TooMuch => self.refuse(number, "it says more than a list can hold of one"),
            Imported::Twice => self.refuse(number, "the file says it twice"),
        }
    }

    fn json(mut self) -> Json {
        self.refused.sort_unstable();
        let Report { made, changed, known, refused } = self;
        let rows = made + changed + known + refused.len();
        let named = refused.iter().take(NAMED).map(|(row, reason)| json!({"row": row, "reason": reason}));
        json!({
            "rows": rows, "made": made, "changed": changed, "known": known, "refused_count": refused.len(),
            "refused": named.collect::<Vec<_>>(),
        })
    }
}
