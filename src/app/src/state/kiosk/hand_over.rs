//! Going on with staff: the draft that is open leaves the kiosk, sealed with a one-time code that only the screen shows.
//!
//! Kept here: the code goes to no server, and is gone with the page. A draft that somebody has fetched is not gone on with here, since it would be on two devices.

use std::rc::Rc;

use doorstep_delivery::hand_over;
use doorstep_delivery::rescue::Rescue;
use doorstep_delivery::transport::{Method, Request, Transport};
use leptos::prelude::*;
use serde::Deserialize;

use crate::platform::{clock, page, rescue, timer};
use crate::state::device::Device;
use crate::state::keeping::{Keeping, now};
use crate::state::saving::Word;

const TIMEOUT_MS: u32 = 60_000;
/// Somebody stands there and waits.
const SHORT_MS: u32 = 6_000;
/// How often it is looked whether all is kept, and how many times: a device that can't keep it hands nothing over.
const LOOK_MS: u32 = 50;
const LOOKS: u32 = 100;

/// A draft that waits for a member of the staff.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Offered {
    id: String,
    /// As it is read out.
    pub code: String,
    /// What the QR code holds.
    pub link: String,
}

/// Where a draft is that was handed over.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Where {
    /// It waits.
    Waiting,
    /// Somebody has fetched it, and is keeping it.
    Taken,
    /// It is on their device.
    Kept,
    /// Nobody has fetched it in time.
    Over,
}

/// It could not be handed over; why is in the browser's log.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NotOffered;

/// Hands the draft over; here it stays as it is.
///
/// # Errors
/// [`NotOffered`]: no server, none that knows this device as a kiosk, or the draft can't be read.
pub async fn offer(device: Device, keeping: &Rc<Keeping>) -> Result<Offered, NotOffered> {
    // Every answer is kept before the draft is read.
    keeping.hurry();
    let mut looks = 0;
    while keeping.word().get_untracked() != Word::Kept {
        looks += 1;
        if looks > LOOKS {
            return Err(NotOffered);
        }
        timer::sleep(LOOK_MS).await;
    }
    let failed = |error: &dyn std::fmt::Display| {
        leptos::logging::error!("not handed over: {error}");
        NotOffered
    };
    let store = device.store();
    let gathered = Rescue::of_draft(&*store, keeping.id()).await.map_err(|error| failed(&error))?;
    let gathered = gathered.ok_or_else(|| failed(&"it is no draft any more"))?;
    let code = loop {
        if let Some(code) = hand_over::new_code(&clock::random_bytes::<48>()) {
            break code;
        }
    };
    let sealed = rescue::seal(&store, &gathered, now(), &code).await.map_err(|error| failed(&error))?;
    let id = hand_over::id(&code);
    match ask(device, Method::Put, id.clone(), Some(sealed)).await {
        Some((201, _)) => {
            let link = hand_over::link(&page::origin(), &code);
            Ok(Offered { id, code: hand_over::grouped(&code), link })
        }
        Some((status, _)) => Err(failed(&status)),
        None => Err(failed(&"no server")),
    }
}

/// What became of it; `None` while that can't be asked.
pub async fn look(device: Device, offered: &Offered) -> Option<Where> {
    let (status, body) = ask(device, Method::Get, offered.id.clone(), None).await?;
    read(status, &body)
}

/// Takes it back, to be gone on with here. `None`: it can't be said now whether somebody has it.
pub async fn withdraw(device: Device, offered: &Offered) -> Option<Where> {
    match ask(device, Method::Post, format!("{}/withdraw", offered.id), Some(b"{}".to_vec())).await?.0 {
        200 | 404 => Some(Where::Over),
        409 => Some(Where::Taken),
        _ => None,
    }
}

fn read(status: u16, body: &[u8]) -> Option<Where> {
    #[derive(Deserialize)]
    struct Told {
        state: String,
    }
    match status {
        404 => Some(Where::Over),
        200 => match &*serde_json::from_slice::<Told>(body).ok()?.state {
            "waiting" => Some(Where::Waiting),
            "taken" => Some(Where::Taken),
            "kept" => Some(Where::Kept),
            _ => None,
        },
        _ => None,
    }
}

async fn ask(device: Device, method: Method, rest: String, body: Option<Vec<u8>>) -> Option<(u16, Vec<u8>)> {
    let header = |name: &str| (name.to_owned(), "application/json".to_owned());
    let request = Request {
        method,
        url: format!("/api/v1/handovers/{rest}"),
        headers: vec![header("accept"), header("content-type")],
        body,
        timeout_ms: if method == Method::Put { TIMEOUT_MS } else { SHORT_MS },
    };
    let answer = device.transport().send(request).await.ok()?;
    Some((answer.status, answer.body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_it_is_is_the_server_s_word_and_no_other_s() {
        for (status, body, is) in [
            (200, r#"{"state":"waiting"}"#, Some(Where::Waiting)),
            (200, r#"{"state":"taken"}"#, Some(Where::Taken)),
            (200, r#"{"state":"kept","later":1}"#, Some(Where::Kept)),
            (404, "", Some(Where::Over)),
            (200, "<html>", None),
            (503, r#"{"state":"kept"}"#, None),
        ] {
            assert_eq!(read(status, body.as_bytes()), is, "{status} {body}");
        }
    }
}
