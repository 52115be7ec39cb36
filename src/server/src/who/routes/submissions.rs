//! Submissions, read back: scoped by role and area, masked, and each read noted before anything is handed out.
//!
//! Kept here: what the caller may not read looks like what is not there.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use doorstep_delivery::Uuid;
use doorstep_delivery::sealed::Sealed;
use doorstep_engine::session::{Session, World};
use doorstep_engine::{Form, Value};
use serde_json::{Value as Json, json};

use super::{PAGE, asked, unknown};
use crate::Shared;
use crate::answer::{Refusal, json as answer};
use crate::store::StoreError;
use crate::who::Who;
use crate::who::audit::Event;
use crate::who::caller::Caller;
use crate::who::mask::{Kind, kind_of, mask, mask_answers};
use crate::who::rights::{Area, Deed, Place, Reach, Role, reach};

/// What is known of a submission without its answers.
type Summary = (String, String, String, i64, Option<String>, Option<String>, Option<String>);
/// Its body and area.
type Record = (Vec<u8>, Option<String>);

impl Who {
    /// Submissions of an area and what lies in it, by id, after one. Everywhere includes what belongs to no area.
    async fn submissions(&self, area: &Area, after: &str) -> Result<Vec<Summary>, StoreError> {
        const OF_AREA: &str =
            "SELECT id, form_id, form_version, received_at, device_id, user_id, area FROM submission
            WHERE id > $1 AND area LIKE $2 ORDER BY id LIMIT $3";
        const ALL: &str =
            "SELECT id, form_id, form_version, received_at, device_id, user_id, area FROM submission
            WHERE id > $1 ORDER BY id LIMIT $2";
        let rows = if *area == Area::EVERYWHERE {
            reading!(self.store.database, |pool| sqlx::query_as(ALL).bind(after).bind(PAGE).fetch_all(pool))?
        } else {
            let within = format!("{area}%");
            reading!(self.store.database, |pool| sqlx::query_as(OF_AREA)
                .bind(after)
                .bind(&within)
                .bind(PAGE)
                .fetch_all(pool))?
        };
        Ok(rows)
    }

    async fn record(&self, id: &str) -> Result<Option<Record>, StoreError> {
        let row = reading!(self.store.database, |pool| sqlx::query_as(
            "SELECT body, area FROM submission WHERE id = $1"
        )
        .bind(id)
        .fetch_optional(pool))?;
        Ok(row)
    }
}

/// `GET /api/v1/submissions?after=ID`: which there are, without their answers.
pub(super) async fn list(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    let who = &shared.who;
    caller.may_somewhere(who, Deed::Read).await?;
    let after = asked(query.as_deref(), "after").unwrap_or_default();
    let found = match reach(caller.standing.role, Deed::Read) {
        Reach::All => who.submissions(&Area::EVERYWHERE, after).await?,
        Reach::Area => who.submissions(&caller.standing.area, after).await?,
        // Nothing is referred yet: referrals come with the cases.
        Reach::Referred | Reach::No => Vec::new(),
    };
    who.note(&caller.entry(Event::SubmissionsListed)).await?;
    let summary = |(id, form, version, received_at, device, user, area): Summary| {
        json!({
            "id": id, "form": {"id": form, "version": version}, "received_at": received_at,
            "device": device, "user": user, "area": area,
        })
    };
    let found: Vec<Json> = found.into_iter().map(summary).collect();
    Ok(answer(StatusCode::OK, &json!({ "submissions": found })))
}

/// `GET /api/v1/submissions/ID`: the sealed record, its answers as the caller's role sees them.
pub(crate) async fn read(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    id: Result<Path<String>, PathRejection>,
) -> Result<Response, Refusal> {
    let who = &shared.who;
    caller.may_somewhere(who, Deed::Read).await?;
    let Path(text) = id.map_err(|_| unknown())?;
    let id = Uuid::try_parse(&text).map_err(|_| unknown())?.to_string();
    let (body, area) = who.record(&id).await?.ok_or_else(unknown)?;
    let area = area.as_deref().and_then(Area::parse);
    let place = Place { area: area.as_ref(), referred_to: &[] };
    if !caller.standing.may(Deed::Read, place) {
        who.note(&caller.entry(Event::Forbidden).to(&id)).await?;
        return Err(unknown());
    }
    who.note(&caller.entry(Event::RecordRead).to(&id)).await?;
    let sealed = Sealed::read(&body).map_err(|error| Refusal::fault(&error))?;
    let served = shared.forms.get(&sealed.form.hash).await.map_err(|error| Refusal::fault(&error))?;
    let form = served.map(|served| served.form.clone());
    let role = caller.standing.role;
    let masked = tokio::task::spawn_blocking(move || masked(role, form, &sealed)).await;
    Ok(answer(StatusCode::OK, &masked.map_err(|_| Refusal::fault(&"a request panicked"))?))
}

/// What a role sees of a submission. Without its form, nothing in it is known to be plain.
fn masked(role: Role, form: Option<Arc<Form>>, sealed: &Sealed) -> Json {
    let plain = form.and_then(|form| plain_paths(form, sealed)).unwrap_or_default();
    let data = mask_answers(role, &sealed.data, &|path| plain.contains(path));
    // What a form makes its instance's name of is mostly the person's.
    let name = mask(role, Kind::Free, &sealed.instance_name);
    json!({
        "id": sealed.id, "form": {"id": sealed.form.id, "version": sealed.form.version, "hash": sealed.form.hash},
        "supersedes": sealed.supersedes, "created_at": sealed.created_at.to_rfc3339(),
        "finished_at": sealed.finished_at.to_rfc3339(), "language": sealed.language, "instance_name": name,
        "data": data,
    })
}

/// The paths, without positions, of answers that are a choice, a number, a truth value, a date or a time.
fn plain_paths(form: Arc<Form>, sealed: &Sealed) -> Option<BTreeSet<String>> {
    let world = World {
        now_ms: sealed.finished_at.ms,
        utc_offset_minutes: sealed.finished_at.utc_offset_minutes,
        ..World::default()
    };
    let session = Session::restore(form, world, &sealed.data).ok()?;
    let answers = session.nodes().into_iter().filter_map(|key| Some((key, session.value(key)?)));
    let plain = answers.filter_map(|(key, value)| {
        let path = without_positions(&session.path(key));
        is_plain(value, path.rsplit('/').next().unwrap_or_default()).then_some(path)
    });
    Some(plain.collect())
}

/// Does an answer to a question of that name say nothing of who it is?
pub(crate) fn is_plain(value: &Value, name: &str) -> bool {
    match value {
        Value::Boolean(_) | Value::Date(_) | Value::Time(_) | Value::DateTime(_) => true,
        Value::Choice(_) | Value::Choices(_) => true,
        // A phone that was asked for as a number is still a phone.
        Value::Integer(_) | Value::Decimal(_) => kind_of(name) == Kind::Free,
        Value::Blank | Value::Text(_) | Value::Geo(_) | Value::Attachment(_) | Value::Unread(_) => false,
    }
}

/// `/visit/member[2]/sex` as `/visit/member/sex`.
fn without_positions(path: &str) -> String {
    let step = |step: &str| step.split('[').next().unwrap_or_default().to_owned();
    path.split('/').map(step).collect::<Vec<_>>().join("/")
}
