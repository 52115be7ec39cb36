//! The queue as administrators and auditors see it: what waits, what was refused and why, and having it tried again.
//!
//! Kept here: a list holds ids, targets, states and the target's own words, scrubbed; no answer, no name, no credential.

use std::sync::Arc;

use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use doorstep_delivery::target::is_name;
use doorstep_delivery::{State as Stands, Uuid};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use crate::Shared;
use crate::answer::{Refusal, json as answer};
use crate::api::wrong_method;
use crate::store::{Again, Listed, Wanted};
use crate::who::audit::Event;
use crate::who::caller::Caller;
use crate::who::fields;
use crate::who::mask::scrub;
use crate::who::rights::{Area, Deed, Place, Reach, reach};
use crate::who::routes::{Json as Body, PAGE, asked, unknown};

/// All of them.
pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/api/v1/relay", get(list).post(catch_up).fallback(wrong_method))
        .route("/api/v1/relay/{id}/{target}", post(again).fallback(wrong_method))
}

/// `GET /api/v1/relay?state=refused&target=central&after=ID/TARGET`.
async fn list(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    let who = &shared.who;
    caller.may_somewhere(who, Deed::SeeRelay).await?;
    let reach = reach(caller.standing.role, Deed::SeeRelay);
    let area = match reach {
        Reach::All => &Area::EVERYWHERE,
        Reach::Area | Reach::Referred | Reach::No => &caller.standing.area,
    };
    let said = |name| asked(query.as_deref(), name).unwrap_or_default();
    let wanted = Wanted {
        after: said("after").split_once('/').unwrap_or((said("after"), "")),
        target: said("target"),
        state: said("state"),
        area: area.code(),
        most: PAGE,
    };
    let found = shared.store.relay_page(&wanted).await?;
    who.note(&caller.entry(Event::RelayListed)).await?;
    let items: Vec<Json> = found.iter().map(|listed| item_json(listed, &shared)).collect();
    let targets: Vec<&str> = shared.relay.targets().collect();
    // How many there are elsewhere is nobody's to know who sees one area.
    let counts = match reach {
        Reach::All => counts_json(&shared).await?,
        Reach::Area | Reach::Referred | Reach::No => Json::Null,
    };
    Ok(answer(StatusCode::OK, &json!({"targets": targets, "counts": counts, "items": items})))
}

/// Items by target and state, and since when the oldest is queued.
async fn counts_json(shared: &Shared) -> Result<Json, Refusal> {
    let counts = shared.store.relay_counts().await?;
    let count = |(target, state, count, oldest): (String, String, i64, i64)| json!({"target": target, "state": state, "count": count, "oldest": oldest});
    Ok(counts.into_iter().map(count).collect())
}

fn item_json(listed: &Listed, shared: &Shared) -> Json {
    let Listed { submission, target, state, item, queued_at, due_at } = listed;
    let (reason, receipt) = match item.as_ref().map(|item| &item.state) {
        Some(Stands::Waiting { reason, .. } | Stands::Refused { reason }) => {
            // Whoever wrote them may have quoted an answer: numbers that could be a person's are starred.
            let words = scrub(&reason.words);
            (json!({"kind": reason.kind.name(), "status": reason.status, "words": words}), Json::Null)
        }
        Some(Stands::Delivered { receipt, at }) => {
            let receipt = json!({"hash": receipt.hash, "server_time": receipt.server_time, "at": at.ms});
            (Json::Null, receipt)
        }
        Some(Stands::Queued | Stands::Sending { .. }) | None => (Json::Null, Json::Null),
    };
    json!({
        "submission": submission, "target": target, "configured": shared.relay.targets().any(|known| known == target),
        "form": item.as_ref().map(|item| json!({"id": item.form.id, "version": item.form.version})),
        "state": state, "attempts": item.as_ref().map(|item| item.attempts), "queued_at": queued_at, "due_at": due_at,
        "reason": reason, "receipt": receipt,
    })
}

/// `POST /api/v1/relay/ID/TARGET`: tries it again at once.
async fn again(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    path: Result<Path<(String, String)>, PathRejection>,
) -> Result<Response, Refusal> {
    let who = &shared.who;
    caller.may(who, Deed::Relay, Place::at(&Area::EVERYWHERE)).await?;
    let Path((id, target)) = path.map_err(|_| unknown())?;
    let id = Uuid::try_parse(&id).map_err(|_| unknown())?.to_string();
    let post = known(&shared, &target)?;
    who.note(&caller.entry(Event::RelayedAgain).to(format!("{id}/{target}"))).await?;
    match shared.store.relay_again(&id, &target, shared.relay.clock.now()).await? {
        Again::Unknown => Err(unknown()),
        Again::Delivered => {
            Err(Refusal::new(StatusCode::CONFLICT, "delivered", "the target has given its receipt"))
        }
        Again::Queued | Again::Sending => {
            post.asked.notify_one();
            Ok(answer(StatusCode::OK, &json!({})))
        }
    }
}

fn known<'a>(shared: &'a Shared, target: &str) -> Result<&'a super::Post, Refusal> {
    let post = is_name(target).then(|| shared.relay.post(target)).flatten();
    let reason = "this target is not configured; its items stay";
    post.map(|post| &**post).ok_or_else(|| Refusal::new(StatusCode::NOT_FOUND, "target_unknown", reason))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CatchUp {
    target: String,
    /// Milliseconds since 1970.
    since: i64,
    /// The last submission of the page before.
    after: Option<String>,
}

/// `POST /api/v1/relay`: queues what was received since a time for a target that came later, a page at a time.
async fn catch_up(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Body(wanted): Body<CatchUp>,
) -> Result<Response, Refusal> {
    let who = &shared.who;
    caller.may(who, Deed::Relay, Place::at(&Area::EVERYWHERE)).await?;
    let target = known(&shared, &wanted.target)?.name();
    let after = match &wanted.after {
        Some(after) => {
            Uuid::try_parse(after).map_err(|_| fields::bad("after", "the id of a submission"))?.to_string()
        }
        None => String::new(),
    };
    who.note(&caller.entry(Event::RelayQueued).to(target)).await?;
    let (queued, after) = shared.relay.catch_up(&shared.store, target, wanted.since, &after).await?;
    Ok(answer(StatusCode::OK, &json!({"queued": queued, "after": after})))
}
