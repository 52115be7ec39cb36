//! `GET /api/v1/changes?since=CURSOR&limit=N`: what came, changed or went for whoever asks, since they last asked.
//!
//! `{"changes": [{"kind": "form", "id", "revision", …} | {"kind", "id", "gone": true}], "next": CURSOR, "more", "anew"}`. A cursor names
//! the feed, the place in it and who asked: one of another feed (a restored database), of another role or area, or none at all begins anew,
//! and whoever gets `"anew": true` drops what is not named by the page without more. An answer that was lost is asked for again.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

use crate::Shared;
use crate::answer::{Refusal, json as answer};
use crate::store::{ENTITY, RESIDENT, Viewer};
use crate::who::audit::Event;
use crate::who::caller::Caller;
use crate::who::rights::Role;

/// So many on a page, unless asked otherwise.
const PAGE: i64 = 200;
/// At most.
const MOST: i64 = 200;

/// Kind, id, number, and what is said of it now.
type Change = (String, String, i64, Option<String>);

/// What somebody sees; a stranger, and who has something to do first, sees what is for all.
pub(crate) fn viewer(caller: Option<&Caller>) -> Viewer {
    let known = caller.filter(|caller| caller.pending.is_none());
    let Some(caller) = known else { return Viewer::default() };
    let standing = &caller.standing;
    // A kiosk is whoever stands before it: it has what is for residents, and no household.
    let role = if caller.kiosk { RESIDENT } else { standing.role.name() };
    Viewer {
        role: role.to_owned(),
        area: standing.area.code().to_owned(),
        provider: standing.provider.clone().unwrap_or_default(),
    }
}

pub(crate) async fn changes(
    State(shared): State<Arc<Shared>>,
    caller: Option<Caller>,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    let asked = |name: &str| {
        let pairs = query.as_deref().unwrap_or_default().split('&');
        pairs.filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == name).map(|(_, value)| value)
    };
    let limit = asked("limit").and_then(|limit| limit.parse().ok()).unwrap_or(PAGE).clamp(1, MOST);
    let viewer = viewer(caller.as_ref());
    let (epoch, head) = shared.store.feed_head().await?;
    let scope = scope(&viewer);
    let since = asked("since").and_then(|cursor| read(cursor, &epoch, &scope)).filter(|at| *at <= head);
    let anew = since.is_none();
    let fed = shared.store.feed(&viewer, since.unwrap_or(0), limit, head).await?;
    note(&shared, caller.as_ref(), &fed.changes).await?;
    let mut said = Vec::with_capacity(fed.changes.len());
    for (kind, id, revision, body) in fed.changes {
        let Some(body) = body else {
            // Whoever begins anew has nothing that could go; on later pages it does no harm.
            if anew {
                continue;
            }
            said.push(json!({"kind": kind, "id": id, "gone": true}));
            continue;
        };
        let mut change: Json = serde_json::from_str(&body).map_err(|error| Refusal::fault(&error))?;
        if kind == ENTITY && viewer.role == Role::Provider.name() {
            as_seen(&shared, &id, &mut change);
        }
        change["kind"] = kind.into();
        change["id"] = id.into();
        change["revision"] = revision.into();
        said.push(change);
    }
    let next = format!("{epoch}-{}-{scope}", fed.next);
    Ok(answer(StatusCode::OK, &json!({"changes": said, "next": next, "more": fed.more, "anew": anew})))
}

/// What was referred, as a provider sees it.
fn as_seen(shared: &Shared, id: &str, said: &mut Json) {
    let (list, _) = id.split_once('/').unwrap_or_default();
    let label = said["label"].as_str().map(|label| shared.office.label_seen(Role::Provider, list, label));
    said["label"] = label.into();
    for (name, value) in said["properties"].as_object_mut().into_iter().flatten() {
        let seen = value.as_str().map(|value| shared.office.seen(Role::Provider, list, name, value));
        *value = seen.into();
    }
}

/// Households and persons are on the page: the audit log says so before it goes out, once, with the lists that they are of.
async fn note(shared: &Shared, caller: Option<&Caller>, changes: &[Change]) -> Result<(), Refusal> {
    let told = changes.iter().filter(|(kind, .., body)| kind == ENTITY && body.is_some());
    let lists: BTreeSet<&str> = told.filter_map(|(_, id, ..)| Some(id.split_once('/')?.0)).collect();
    let (Some(caller), false) = (caller, lists.is_empty()) else { return Ok(()) };
    let lists = lists.into_iter().collect::<Vec<_>>().join(",");
    Ok(shared.who.note(&caller.entry(Event::EntitiesRead).to(lists)).await?)
}

/// Who asks, in a few digits.
fn scope(viewer: &Viewer) -> String {
    let Viewer { role, area, provider } = viewer;
    let digest = Sha256::digest(format!("{role}/{area}/{provider}"));
    digest[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The place that a cursor of this feed and this viewer names.
fn read(cursor: &str, epoch: &str, scope: &str) -> Option<i64> {
    let at = cursor.strip_prefix(epoch)?.strip_prefix('-')?.strip_suffix(scope)?.strip_suffix('-')?;
    at.parse().ok().filter(|at| *at >= 0)
}
