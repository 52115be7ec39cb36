//! Calls for staff from a kiosk: `POST /api/v1/calls` makes one, `GET` lists those that wait (a kiosk's own at a kiosk), `POST /api/v1/calls/{id}/seen`
//! says that somebody is on the way.
//!
//! Kept here: one at a time of a kiosk, however often it is pressed, and none for longer than somebody would wait; in memory alone, with nothing of whoever
//! stands there, since a call that outlives a restart is nobody's any more.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};

use crate::Shared;
use crate::answer::{Refusal, json as answer};
use crate::listen::now_ms;
use crate::who::caller::Caller;
use crate::who::new_id;
use crate::who::rights::{Area, Deed, Place};
use crate::who::routes::unknown;

/// How long a call waits.
const WAITS_MS: i64 = 30 * 60_000;

/// What was called and is not over.
#[derive(Default)]
pub(crate) struct Calls(Mutex<Vec<Call>>);

#[derive(Clone)]
struct Call {
    id: String,
    /// The kiosk, and what it is called.
    device: String,
    name: String,
    area: Area,
    at: i64,
    seen: bool,
}

impl Call {
    fn said(&self) -> Value {
        json!({"id": self.id, "kiosk": self.name, "at": self.at, "seen": self.seen})
    }
}

impl Calls {
    /// Those that wait still.
    fn waiting(&self, now: i64) -> MutexGuard<'_, Vec<Call>> {
        // Nothing in here can be half done.
        let mut calls = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        calls.retain(|call| now - call.at < WAITS_MS);
        calls
    }

    /// The kiosk's call that nobody has seen, or a new one; is it new?
    fn call(&self, new: Call) -> (Call, bool) {
        let mut calls = self.waiting(new.at);
        if let Some(known) = calls.iter().find(|call| call.device == new.device && !call.seen) {
            return (known.clone(), false);
        }
        calls.retain(|call| call.device != new.device);
        calls.push(new.clone());
        (new, true)
    }
}

/// `POST /api/v1/calls`.
pub(super) async fn call(State(shared): State<Arc<Shared>>, caller: Caller) -> Result<Response, Refusal> {
    caller.may(&shared.who, Deed::ServeResident, Place::at(&caller.standing.area)).await?;
    let device = caller.device().unwrap_or_default().to_owned();
    let name = shared.who.device(&device).await?.map(|device| device.name).unwrap_or_default();
    let new =
        Call { id: new_id(), device, name, area: caller.standing.area.clone(), at: now_ms(), seen: false };
    let (call, is_new) = shared.calls.call(new);
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok(answer(status, &call.said()))
}

/// `GET /api/v1/calls`: at a kiosk its own, seen or not; for the station those of its area that nobody has seen.
pub(super) async fn list(State(shared): State<Arc<Shared>>, caller: Caller) -> Result<Response, Refusal> {
    let calls: Vec<Call> = shared.calls.waiting(now_ms()).clone();
    let told: Vec<Value> = if caller.kiosk {
        let own = caller.device().unwrap_or_default();
        calls.iter().filter(|call| call.device == own).map(Call::said).collect()
    } else {
        caller.may_somewhere(&shared.who, Deed::HandOutCodes).await?;
        calls.iter().filter(|call| !call.seen && is_for(&caller, call)).map(Call::said).collect()
    };
    Ok(answer(StatusCode::OK, &json!({ "calls": told })))
}

/// `POST /api/v1/calls/{id}/seen`.
pub(super) async fn seen(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    id: Result<Path<String>, PathRejection>,
) -> Result<Response, Refusal> {
    caller.may_somewhere(&shared.who, Deed::HandOutCodes).await?;
    let Path(id) = id.map_err(|_| unknown())?;
    let mut calls = shared.calls.waiting(now_ms());
    let found = calls.iter_mut().find(|call| call.id == id && is_for(&caller, call));
    let call = found.ok_or_else(unknown)?;
    call.seen = true;
    Ok(answer(StatusCode::OK, &call.said()))
}

fn is_for(caller: &Caller, call: &Call) -> bool {
    caller.standing.may(Deed::HandOutCodes, Place { area: Some(&call.area), referred_to: &[] })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(device: &str, at: i64) -> Call {
        Call {
            id: new_id(),
            device: device.into(),
            name: String::new(),
            area: Area::EVERYWHERE,
            at,
            seen: false,
        }
    }

    #[test]
    fn a_kiosk_calls_once_until_somebody_comes_or_nobody_waits() {
        let calls = Calls::default();
        let (first, new) = calls.call(at("a", 1_000));
        assert!(new);
        let (again, new) = calls.call(at("a", 2_000));
        assert_eq!((again.id, new), (first.id.clone(), false));
        assert!(calls.call(at("b", 2_000)).1, "another kiosk's is another");
        calls.waiting(3_000).iter_mut().for_each(|call| call.seen = true);
        assert!(calls.call(at("a", 4_000)).1, "who calls after they came calls anew");
        assert_eq!(calls.waiting(4_000).len(), 2, "and what was seen of it is over");
        assert_eq!(calls.waiting(4_000 + WAITS_MS).len(), 0);
    }
}
