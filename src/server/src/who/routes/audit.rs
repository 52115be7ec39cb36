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

/// `GET /api/v1/audit?after=NUMBER`.
pub(super) async fn list(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    caller.may_somewhere(&shared.who, Deed::ReadAudit).await?;
    let after = asked(query.as_deref(), "after").unwrap_or("0");
    let after: i64 = after.parse().map_err(|_| fields::bad("after", "the number of a line"))?;
    let lines = shared.who.audit_after(after, PAGE).await?;
    shared.who.note(&caller.entry(Event::AuditRead)).await?;
    let lines: Vec<Value> = lines
        .into_iter()
        .map(|(number, line, hash)| json!({"number": number, "line": line, "hash": hash}))
        .collect();
    Ok(answer(StatusCode::OK, &json!({ "lines": lines })))
}
