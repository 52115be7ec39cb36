//! Devices: enrolled by a code, seen, and revoked.
//!
//! Kept here: a station sees and revokes what lies in its own area, and hands out no device that may more than it may itself.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Json, PAGE, asked, id_of, unknown};
use crate::Shared;
use crate::answer::{Refusal, json as answer};
use crate::listen::now_ms;
use crate::who::audit::{Entry, Event};
use crate::who::caller::{Caller, Origin, count_try};
use crate::who::devices::{Device, Enrolled, Holder, Preset};
use crate::who::rights::{Area, Deed, Place, Reach, Role, reach};
use crate::who::{Who, enrolment, fields};

/// A device, without its token.
pub(super) fn device_json(device: &Device) -> Value {
    json!({
        "id": device.id, "name": device.name, "area": device.area.code(), "user": device.user, "kiosk": device.kiosk,
        "language": device.preset.language, "pin_least": device.preset.pin_least,
        "made_at": device.made_at, "seen_at": device.seen_at, "revoked_at": device.revoked_at,
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewEnrolment {
    name: String,
    area: String,
    user: Option<String>,
    /// Is it to stand in a station, for whoever comes?
    #[serde(default)]
    kiosk: bool,
    /// The language that it reads in, by its tag; nothing: as the device itself has it.
    language: Option<String>,
    /// It has to have a PIN, of so many digits at least; nothing: as its user likes.
    pin_least: Option<i64>,
}

/// `POST /api/v1/enrolments`: a code for one device, and the text of its QR code.
pub(super) async fn make_enrolment(
    State(shared): State<Arc<Shared>>,
    origin: Origin,
    caller: Caller,
    Json(wanted): Json<NewEnrolment>,
) -> Result<Response, Refusal> {
    let who = &shared.who;
    let area = fields::area(&wanted.area)?;
    caller.may(who, Deed::Enrol, Place::at(&area)).await?;
    let name = fields::device_name(&wanted.name)?;
    if let Some(user) = &wanted.user {
        check_user(who, &caller, user).await?;
    }
    let holder = match (wanted.user.as_deref(), wanted.kiosk) {
        (Some(_), true) => return Err(fields::bad("user", "a kiosk is nobody's: leave it empty")),
        (Some(user), false) => Holder::User(user),
        (None, true) if area == Area::EVERYWHERE => {
            return Err(fields::bad(
                "area",
                "a kiosk stands somewhere: the code of a county, town or village",
            ));
        }
        (None, true) => Holder::Kiosk,
        (None, false) => Holder::Nobody,
    };
    let preset = preset(&wanted)?;
    let server = origin.server().ok_or_else(|| fields::bad("host", "the request names no host"))?;
    let made_by = caller.user.clone().unwrap_or_default();
    let (id, code, expires_at) =
        who.make_enrolment(&name, &area, holder, &preset, &made_by, now_ms()).await?;
    who.note(&caller.entry(Event::EnrolmentMade).to(id)).await?;
    let said = json!({"code": code, "text": enrolment::text(&server, &code), "expires_at": expires_at});
    Ok(answer(StatusCode::CREATED, &said))
}

/// What it is to be set to. A kiosk is open to whoever comes: its own PIN is asked of those who leave it.
fn preset(wanted: &NewEnrolment) -> Result<Preset, Refusal> {
    let language = wanted.language.as_deref().map(fields::language).transpose()?;
    match wanted.pin_least {
        Some(_) if wanted.kiosk => Err(fields::bad("pin_least", "a kiosk asks whoever comes for no PIN")),
        Some(least) if !fields::PIN_DIGITS.contains(&least) => {
            Err(fields::bad("pin_least", "6 to 12 digits, or nothing where no PIN has to be"))
        }
        pin_least => Ok(Preset { language, pin_least }),
    }
}

/// A device is for those who go out with it, within the area of whoever hands it out.
async fn check_user(who: &Who, caller: &Caller, id: &str) -> Result<(), Refusal> {
    let user = who.user(fields::id(id)?).await?.filter(|user| !user.disabled).ok_or_else(unknown)?;
    let goes_out = match user.standing.role {
        Role::Worker | Role::Station | Role::Provider => true,
        Role::Auditor | Role::Administrator | Role::Designer => false,
    };
    if !goes_out {
        return Err(fields::bad("user", "a device is for a worker, a station or a provider"));
    }
    caller.may(who, Deed::Enrol, Place::at(&user.standing.area)).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Code {
    code: String,
}

/// `POST /api/v1/devices`: the code becomes a device with a token, which is shown this once.
pub(super) async fn enrol(
    State(shared): State<Arc<Shared>>,
    origin: Origin,
    Json(shown): Json<Code>,
) -> Result<Response, Refusal> {
    let who = &shared.who;
    count_try(who, &origin)?;
    match who.enrol(&shown.code, now_ms()).await? {
        Enrolled::Device(device, token) => {
            let entry =
                Entry { user: device.user.clone(), ..Entry::of(Event::DeviceEnrolled).to(&device.id) };
            who.note(&entry).await?;
            Ok(answer(StatusCode::CREATED, &json!({"device": device_json(&device), "token": token.reveal()})))
        }
        Enrolled::Refused => {
            who.note(&Entry::of(Event::EnrolmentRefused)).await?;
            let reason = "this code is used, over or none of ours; ask for a new one";
            Err(Refusal::new(StatusCode::FORBIDDEN, "bad_enrolment", reason))
        }
    }
}

/// `GET /api/v1/devices?after=ID`.
pub(super) async fn list(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    caller.may_somewhere(&shared.who, Deed::SeeDevices).await?;
    let area = match reach(caller.standing.role, Deed::SeeDevices) {
        Reach::All => &Area::EVERYWHERE,
        Reach::Area | Reach::Referred | Reach::No => &caller.standing.area,
    };
    let after = asked(query.as_deref(), "after").unwrap_or_default();
    let devices = shared.who.devices(area, after, PAGE).await?;
    let listed = |(device, holder): &(Device, Option<String>)| {
        let mut listed = device_json(device);
        listed["user_name"] = json!(holder);
        listed
    };
    let devices: Vec<Value> = devices.iter().map(listed).collect();
    Ok(answer(StatusCode::OK, &json!({ "devices": devices })))
}

/// `GET /api/v1/devices/ID`.
pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    id: Result<Path<String>, PathRejection>,
) -> Result<Response, Refusal> {
    caller.may_somewhere(&shared.who, Deed::SeeDevices).await?;
    let device = shared.who.device(&id_of(id)?).await?.ok_or_else(unknown)?;
    caller.may(&shared.who, Deed::SeeDevices, Place::at(&device.area)).await?;
    Ok(answer(StatusCode::OK, &json!({"device": device_json(&device)})))
}

/// `DELETE /api/v1/devices/ID`: revokes it. Its row stays, for what it sent.
pub(super) async fn revoke(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    id: Result<Path<String>, PathRejection>,
) -> Result<Response, Refusal> {
    let who = &shared.who;
    caller.may_somewhere(who, Deed::Revoke).await?;
    let device = who.device(&id_of(id)?).await?.ok_or_else(unknown)?;
    caller.may(who, Deed::Revoke, Place::at(&device.area)).await?;
    if who.revoke(&device.id, now_ms()).await? {
        who.note(&caller.entry(Event::DeviceRevoked).to(&device.id)).await?;
    }
    let device = who.device(&device.id).await?.ok_or_else(unknown)?;
    Ok(answer(StatusCode::OK, &json!({"device": device_json(&device)})))
}
