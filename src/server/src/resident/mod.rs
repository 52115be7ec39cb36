//! The resident's side: query codes that the office hands out, and at a kiosk one's own case, once it is proved whose it is.
//!
//! `POST /api/v1/cases/{id}/query-codes` makes a code for a person of a household, `GET` lists them, `DELETE /api/v1/query-codes/{id}` revokes one;
//! `POST /api/v1/own-case` shows the case that an ID number and a code prove. A ticket of the kiosk has a code of its own, which comes as a proof with the
//! survey that makes the case (`ticket.rs`). `/api/v1/calls` brings somebody of the staff to a kiosk (`calls.rs`);
//! `/api/v1/handovers` has them go on there with what somebody began (`handover.rs`).
//!
//! Kept here: neither number nor code is kept, logged or in an address, only a keyed hash of both; who is unknown and whose code is wrong gets the same answer by the
//! same way; a household's notices of danger, points and levels, and what is said of its other members, are not among what a resident is told (`told.rs`).

mod calls;
mod codes;
mod handover;
mod own_case;
mod ticket;
mod told;

use std::sync::Arc;

use axum::Router;
use axum::routing::{delete, post, put};

pub(crate) use calls::Calls;
pub(crate) use ticket::keep_proof;

use crate::Shared;
use crate::api::wrong_method;
use crate::who::caller::CALLS;

/// The list that households are in.
const CASES: &str = "cases";
/// How long a code is good: as long as a case is usually open, and half a year at most.
const LIFETIME_MS: i64 = 180 * 24 * 60 * 60_000;

/// All addresses of it.
pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/api/v1/own-case", post(own_case::show).fallback(wrong_method))
        .route("/api/v1/cases/{id}/query-codes", post(codes::make).get(codes::list).fallback(wrong_method))
        .route(CALLS, post(calls::call).get(calls::list).fallback(wrong_method))
        .route("/api/v1/calls/{id}/seen", post(calls::seen).fallback(wrong_method))
        .route("/api/v1/handovers/{id}", put(handover::put).get(handover::look).fallback(wrong_method))
        .route("/api/v1/handovers/{id}/withdraw", post(handover::withdraw).fallback(wrong_method))
        .route("/api/v1/handovers/{id}/take", post(handover::take).fallback(wrong_method))
        .route("/api/v1/handovers/{id}/kept", post(handover::kept).fallback(wrong_method))
        .route("/api/v1/query-codes/{id}", delete(codes::revoke).fallback(wrong_method))
}
