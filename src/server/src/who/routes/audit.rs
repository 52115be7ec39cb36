//! The audit log, for auditors: the lines as they are kept, so that anybody can follow the chain.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};

use super::{PAGE, asked};
use crate::Shared;
use crate::answer::{Refusal, json as answer};
use crate::who::audit::Event;
use crate::who::caller::Caller;
use crate::who::fields;
use crate::who::rights::Deed;

/// `GET /api/v1/audit?after=NUMBER`; or `?before=NUMBER`, the last first, with no number from the end.
pub(super) async fn list(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    caller.may_somewhere(&shared.who, Deed::ReadAudit).await?;
    let number = |field, text: &str| text.parse().map_err(|_| fields::bad(field, "the number of a line"));
    let lines = match (asked(query.as_deref(), "before"), asked(query.as_deref(), "after")) {
        (Some(""), _) => shared.who.audit_before(i64::MAX, PAGE).await?,
        (Some(before), _) => shared.who.audit_before(number("before", before)?, PAGE).await?,
        (None, after) => shared.who.audit_after(number("after", after.unwrap_or("0"))?, PAGE).await?,
    };
    shared.who.note(&caller.entry(Event::AuditRead)).await?;
    let lines: Vec<Value> = lines
        .into_iter()
        .map(|(number, line, hash)| json!({"number": number, "line": line, "hash": hash}))
        .collect();
    Ok(answer(StatusCode::OK, &json!({ "lines": lines })))
}
