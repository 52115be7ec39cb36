//! `POST /api/v1/ledgers/{id}`: a ledger (台账) of one's area, a page of it as JSON, or all of it as CSV or xlsx.
//!
//! Kept here: names, phones and papers are masked for everybody, in what is shown and in what is carried out alike, unless who sees them asks for them;
//! each reading is in the audit log before it is answered.

mod asked_since;
mod days;
mod file;
mod groups;
mod table;

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use doorstep_engine::entities::dictionary::PropertyKind;
use doorstep_engine::entities::ledger::{Ledger, Period};
use doorstep_engine::entities::totals::{Only, Said};
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use crate::Shared;
use crate::answer::{Refusal, json as answer};
use crate::declared::{kind_of, words_json};
use crate::entities::{keeps_from, kept_from};
use crate::listen::now_ms;
use crate::off_thread::off_thread;
use crate::who::audit::Event;
use crate::who::caller::Caller;
use crate::who::fields::{area, bad};
use crate::who::mask::{Kind, mask};
use crate::who::rights::{Area, Role};
use crate::who::routes::{Json as Body, unknown};

use table::Table;

/// The day that it is now in the office: `2026-11-23`.
pub(crate) fn today() -> String {
    days::day_of(now_ms())
}

/// So many rows are on a page at most, and where nobody says how many.
const MOST: usize = 500;
const USUAL: usize = 100;
/// A file has so many rows at most.
const MOST_IN_FILE: usize = 100_000;

/// What is asked.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Asked {
    from: Option<String>,
    to: Option<String>,
    area: Option<String>,
    page: usize,
    most: Option<usize>,
    #[serde(rename = "as")]
    kind: Option<String>,
    language: Option<String>,
    full: bool,
}

/// How a ledger is given.
#[derive(Clone, Copy, PartialEq, Eq)]
enum As {
    Json,
    Csv,
    Xlsx,
}

impl As {
    /// What the audit log has behind the ledger's id.
    const fn suffix(self) -> &'static str {
        match self {
            As::Json => "",
            As::Csv => "/csv",
            As::Xlsx => "/xlsx",
        }
    }
}

/// Which rows of a ledger are wanted, and how they are to look.
struct Wanted<'a> {
    ledger: &'a Ledger,
    /// The code of the area that whoever asks sees.
    area: &'a str,
    /// Of that only what lies in this one.
    within: Option<String>,
    /// What has to hold of rows.
    only: Vec<Only>,
    /// Versions that came in these milliseconds.
    came: Option<(i64, i64)>,
    /// The first row, and how many.
    first: usize,
    most: usize,
    language: &'static str,
    role: Role,
    full: bool,
    today: String,
    /// The columns that came since the ledger was declared, and whether words stand in them.
    since: &'a [(String, bool)],
}

impl Wanted<'_> {
    /// What stands in a cell, as whoever asks is to see it.
    fn seen(&self, column: &str, kind: PropertyKind, text: &str) -> String {
        if let Some((_, is_words)) = self.since.iter().find(|(name, _)| name == column) {
            return asked_since::seen(self.role, self.full, *is_words, text);
        }
        let kind = kind_of(kind);
        let role = match kind {
            Kind::Plain | Kind::Free => self.role,
            // A ledger lies on desks: who needs the names asks for them.
            Kind::Name | Kind::Phone | Kind::IdNumber | Kind::BirthDate if self.full => self.role,
            Kind::Name | Kind::Phone | Kind::IdNumber | Kind::BirthDate => Role::Auditor,
        };
        mask(role, kind, text)
    }
}

pub(crate) async fn show(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    id: Result<Path<String>, PathRejection>,
    Body(asked): Body<Asked>,
) -> Result<Response, Refusal> {
    let area = caller.area_of_cases(&shared.who, "ledgers are for those who see the cases").await?;
    let role = caller.standing.role;
    let Path(id) = id.map_err(|_| unknown())?;
    let ledger = shared.office.ledger(&id).ok_or_else(unknown)?;
    if ledger.lists().into_iter().any(|list| keeps_from(role, list)) {
        return Err(kept_from(&shared, &caller).await?);
    }
    let kind = match asked.kind.as_deref() {
        None | Some("json") => As::Json,
        Some("csv") => As::Csv,
        Some("xlsx") => As::Xlsx,
        Some(_) => return Err(bad("as", "`json`, `csv` or `xlsx`")),
    };
    let current = shared.forms.now().await?;
    let in_force = current.forms.iter().map(|listed| &*listed.form);
    let since = asked_since::with_new(ledger, &shared.office.dictionary, in_force);
    let wanted = Wanted { since: &since.columns, ..wanted(&asked, &since.ledger, &area, role, kind)? };
    // Whether it was looked at or carried out, and with names, is worth knowing later: `l1/csv/full`.
    let full = if wanted.full { "/full" } else { "" };
    shared.who.note(&caller.entry(Event::LedgerRead).to(format!("{id}{}{full}", kind.suffix()))).await?;
    let table = table::read(&shared, &wanted).await?;
    match kind {
        As::Json => Ok(answer(StatusCode::OK, &page(&table))),
        As::Csv | As::Xlsx => download(&id, table, wanted.language, kind).await,
    }
}

fn wanted<'a>(
    asked: &Asked,
    ledger: &'a Ledger,
    own: &'a Area,
    role: Role,
    kind: As,
) -> Result<Wanted<'a>, Refusal> {
    let language = match asked.language.as_deref().and_then(|tag| tag.split('-').next()) {
        None | Some("zh") => "zh",
        Some("en") => "en",
        Some(_) => return Err(bad("language", "`zh` or `en`")),
    };
    let within = asked.area.as_deref().map(area).transpose()?;
    // Wider than one's own is one's own.
    let within = within.filter(|within| !within.contains(own)).map(|within| within.code().to_owned());
    let (from, to) = days::period(asked.from.as_deref(), asked.to.as_deref())?;
    let mut only = ledger.only.clone();
    let mut came = None;
    match &ledger.period {
        None if from.is_some() || to.is_some() => {
            return Err(bad("from", "this ledger has no day to go by"));
        }
        None => {}
        Some(Period::At) => came = days::moments(from, to),
        Some(Period::Property(name)) => {
            let condition =
                |test, day: jiff::civil::Date| Only { property: name.clone(), test, text: day.to_string() };
            only.extend(from.map(|from| condition(Said::From, from)));
            only.extend(to.map(|to| condition(Said::Before, to)));
        }
    }
    let most = asked.most.unwrap_or(USUAL).clamp(1, MOST);
    let first = asked.page.checked_mul(most).filter(|first| *first <= MOST_IN_FILE);
    let first = first.ok_or_else(|| bad("page", "a page that could be there"))?;
    let (first, most) = if kind == As::Json { (first, most) } else { (0, MOST_IN_FILE) };
    let today = today();
    Ok(Wanted {
        ledger,
        area: own.code(),
        within,
        only,
        came,
        first,
        most,
        language,
        role,
        full: asked.full,
        today,
        since: &[],
    })
}

fn page(table: &Table) -> Json {
    let columns = table.columns.iter().map(
        |column| json!({"name": column.name, "label": words_json(&column.label), "is": column.is.name()}),
    );
    let columns: Vec<Json> = columns.collect();
    let notes: Map<String, Json> =
        table.notes.iter().map(|(name, note)| (name.clone(), words_json(note))).collect();
    json!({"columns": columns, "rows": table.rows, "of": table.of, "note": notes})
}

async fn download(id: &str, table: Table, language: &'static str, kind: As) -> Result<Response, Refusal> {
    if table.of > MOST_IN_FILE {
        return Err(bad(
            "from",
            "that makes more than 100,000 rows: ask for a shorter period or a smaller area",
        ));
    }
    let bytes = off_thread(move || match kind {
        As::Xlsx => file::xlsx(&table, language).map_err(|error| Refusal::fault(&error)),
        As::Json | As::Csv => file::csv(&table, language).map_err(|error| Refusal::fault(&error)),
    })
    .await?;
    let (ending, media_type) = match kind {
        As::Xlsx => ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        As::Json | As::Csv => ("csv", "text/csv; charset=utf-8"),
    };
    // A ledger's id is the name of a file of ours.
    let name = format!("attachment; filename=\"{id}.{ending}\"");
    let headers = [
        (header::CONTENT_TYPE, media_type.to_owned()),
        (header::CONTENT_DISPOSITION, name),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((StatusCode::OK, headers, bytes).into_response())
}
