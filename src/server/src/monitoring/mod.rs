//! Monitoring lists of the city's offices: brought together, matched with the households that are known, and made leads where nobody is.
//!
//! `POST /api/v1/monitoring/preview` says what a file's columns mean, `…/columns` has that remembered, `…/import` takes the good rows in, `…/decide`
//! settles what waits, `…/undo` takes a list back; `GET …/lists` and `…/waiting` show both. For whoever looks after the lists of an area.
//!
//! Kept here: no ID number is kept, logged or told, only its keyed hash; a list comes in whole or not at all; what is not sure waits for a person; all of
//! it can be undone, but for what somebody built on since; each deed is noted before it is done.

mod apart;
mod deciding;
mod file_name;
mod importing;
mod matching;
mod reading;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

pub(crate) use reading::Said;
#[cfg(test)]
pub(crate) use reading::day;

use crate::Shared;
use crate::answer::Refusal;
use crate::api::wrong_method;
use crate::listen::now_ms;
use crate::who::caller::Caller;
use crate::who::rights::{Deed, Place};

/// The list that households are in.
const CASES: &str = "cases";
/// The office's clock is eight hours before UTC.
const ZONE_MINUTES: i32 = 480;

/// All addresses of monitoring lists.
pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/api/v1/monitoring/preview", post(importing::preview).fallback(wrong_method))
        .route("/api/v1/monitoring/columns", post(importing::say_columns).fallback(wrong_method))
        .route("/api/v1/monitoring/import", post(importing::import).fallback(wrong_method))
        .route("/api/v1/monitoring/lists", get(deciding::lists).fallback(wrong_method))
        .route("/api/v1/monitoring/waiting", get(deciding::waiting).fallback(wrong_method))
        .route("/api/v1/monitoring/refused", get(deciding::refused).fallback(wrong_method))
        .route("/api/v1/monitoring/decide", post(deciding::decide).fallback(wrong_method))
        .route("/api/v1/monitoring/undo", post(deciding::undo).fallback(wrong_method))
}

/// The area of whoever may look after lists there.
async fn area_of<'c>(shared: &Shared, caller: &'c Caller) -> Result<&'c str, Refusal> {
    let area = &caller.standing.area;
    caller.may(&shared.who, Deed::LookAfterLists, Place::at(area)).await?;
    Ok(area.code())
}

/// The office's day.
pub(crate) fn today() -> jiff::civil::Date {
    doorstep_engine::moment::civil(now_ms(), ZONE_MINUTES).date()
}
