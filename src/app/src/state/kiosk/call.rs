//! A call for somebody of the staff, and whether anybody has seen it.
//!
//! Kept here: it says which kiosk and nothing of whoever stands there.

use doorstep_delivery::transport::{Method, Request, Transport};
use serde::Deserialize;

use crate::state::device::Device;

const ADDRESS: &str = "/api/v1/calls";
const TIMEOUT_MS: u32 = 10_000;

/// How far a call is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Called {
    /// On its way to the server.
    Calling,
    /// The station's pages show it.
    Waiting,
    /// Somebody said that they come.
    Seen,
    /// Nobody was told: there is no server, or none that knows this device as a kiosk.
    Nobody,
}

/// Calls; once more is no second call.
pub async fn call(device: Device) -> Called {
    match ask(device, Method::Post).await {
        Some((200 | 201, _)) => Called::Waiting,
        _ => Called::Nobody,
    }
}

/// Has anybody seen it? None while that can't be asked.
pub async fn look(device: Device) -> Option<Called> {
    let (status, body) = ask(device, Method::Get).await?;
    (status == 200).then(|| read(&body)).flatten()
}

fn read(body: &[u8]) -> Option<Called> {
    #[derive(Deserialize)]
    struct Told {
        calls: Vec<Call>,
    }
    #[derive(Deserialize)]
    struct Call {
        seen: bool,
    }
    let told: Told = serde_json::from_slice(body).ok()?;
    // A server that knows of none any more has told nobody.
    Some(
        told.calls
            .last()
            .map_or(Called::Nobody, |call| if call.seen { Called::Seen } else { Called::Waiting }),
    )
}

async fn ask(device: Device, method: Method) -> Option<(u16, Vec<u8>)> {
    let header = |name: &str| (name.to_owned(), "application/json".to_owned());
    let body = matches!(method, Method::Post).then(|| b"{}".to_vec());
    let request = Request {
        method,
        url: ADDRESS.into(),
        headers: vec![header("accept"), header("content-type")],
        body,
        timeout_ms: TIMEOUT_MS,
    };
    let answer = device.transport().send(request).await.ok()?;
    Some((answer.status, answer.body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_seen_is_the_last_call() {
        assert_eq!(read(br#"{"calls": []}"#), Some(Called::Nobody));
        assert_eq!(read(br#"{"calls": [{"seen": false, "at": 1}]}"#), Some(Called::Waiting));
        assert_eq!(read(br#"{"calls": [{"seen": false}, {"seen": true}]}"#), Some(Called::Seen));
        assert_eq!(read(b"<html>"), None);
    }
}
