//! A draft leaves this device, sealed with a one-time code that only the screen shows: a kiosk's for the staff, a worker's for a colleague.
//!
//! Kept here: the code goes to no server, and is gone with the page. A draft that somebody has fetched is not gone on with here, since it would be on two devices;
//! a worker's is marked before it leaves, and goes only once the server says that somebody has kept it.

use std::rc::Rc;

use doorstep_delivery::hand_over::{self, HandedOn};
use doorstep_delivery::rescue::Rescue;
use doorstep_delivery::store::{Store, StoreError};
use doorstep_delivery::transport::{Method, NetworkError, Request, Response, Transport};
use doorstep_delivery::{Pen, Uuid};
use leptos::prelude::*;
use serde::Deserialize;

use super::device::Device;
use super::keeping::{Keeping, all_kept, now};
use super::saving::Word;
use crate::platform::fetch::ask_signed_in;
use crate::platform::{clock, locks, page, rescue, timer};

const TIMEOUT_MS: u32 = 60_000;
/// Somebody stands there and waits.
const SHORT_MS: u32 = 6_000;
/// How often it is looked whether all is kept, and how many times: a device that can't keep it hands nothing over.
const LOOK_MS: u32 = 50;
const LOOKS: u32 = 100;
/// How often the draft is asked for while another page lets it go.
const LOCK_TRIES: u32 = 30;

/// A draft that waits for a member of the staff.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Offered {
    /// What the server calls it.
    pub id: String,
    /// As it is read out.
    pub code: String,
    /// What the QR code holds.
    pub link: String,
}

/// As whom the server is asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum As {
    /// The kiosk that this device is.
    Kiosk,
    /// The user of this enrolled device, else whoever is signed in in this browser.
    Somebody,
}

/// Where a draft is that was handed over.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Where {
    /// It waits.
    Waiting,
    /// Somebody has fetched it, and is keeping it: who, as a colleague is told.
    Taken(Option<String>),
    /// It is on their device.
    Kept(Option<String>),
    /// Nobody has fetched it in time.
    Over,
}

/// Why it was not handed over; more is in the browser's log.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NotOffered {
    /// No server, or none that takes it now.
    NoServer,
    /// Nobody known by name asks, or they may not.
    Forbidden,
    /// Another tab has it open.
    Elsewhere,
    /// It is no draft any more.
    Gone,
    /// It can't be read or marked here.
    Device,
}

/// Hands the open draft over; here it stays as it is.
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
            return Err(NotOffered::Device);
        }
        timer::sleep(LOOK_MS).await;
    }
    let (sealed, code) = seal(device, keeping.id()).await?;
    put(device, As::Kiosk, sealed, &code).await
}

/// Gives a draft that is not open to a colleague: from now on nobody goes on with it here.
///
/// # Errors
/// [`NotOffered`]: then it is as it was.
pub async fn give(device: Device, draft: Uuid) -> Result<Offered, NotOffered> {
    // The page that it was open on may have something left to write.
    all_kept().await;
    let _only_one = held(draft).await.ok_or(NotOffered::Elsewhere)?;
    let (sealed, code) = seal(device, draft).await?;
    let on = HandedOn { id: hand_over::id(&code), at: now() };
    mark(device, draft, Some(on)).await.map_err(failed)?;
    let offered = put(device, As::Somebody, sealed, &code).await;
    if offered.is_err() {
        // Nobody has seen the code, wherever the bytes are.
        mark(device, draft, None).await.map_err(failed)?;
    }
    device.read().await;
    offered
}

/// What became of a draft that was given away: it goes if somebody has kept it, and is this device's again if nobody came. `None` while that can't be asked.
pub async fn settle(device: Device, draft: Uuid, on: &HandedOn) -> Option<Where> {
    let is = look(device, As::Somebody, &on.id).await?;
    let done = match &is {
        Where::Kept(_) => device.store().delete_draft(draft, now()).await,
        Where::Over => mark(device, draft, None).await,
        Where::Waiting | Where::Taken(_) => return Some(is),
    };
    if let Err(error) = done {
        leptos::logging::error!("{error}");
        return None;
    }
    device.read().await;
    Some(is)
}

/// Settles all that were given away, as far as the server can be asked.
pub async fn settle_all(device: Device) {
    let given = device.drafts.with_untracked(|drafts| {
        let given = drafts.iter().filter_map(|draft| Some((draft.id, draft.handed_on.clone()?)));
        given.collect::<Vec<_>>()
    });
    for (draft, on) in given {
        if settle(device, draft, &on).await.is_none() {
            return;
        }
    }
}

/// Takes a draft back that was given away. `None`: it can't be said now whether somebody has it.
pub async fn take_back(device: Device, draft: Uuid, on: &HandedOn) -> Option<Where> {
    let is = withdraw(device, As::Somebody, &on.id).await?;
    if is == Where::Over {
        keep_here(device, draft).await.ok()?;
    }
    Some(is)
}

/// It is gone on with here after all, whatever became of it.
///
/// # Errors
/// [`StoreError`]: the device did not keep that.
pub async fn keep_here(device: Device, draft: Uuid) -> Result<(), StoreError> {
    mark(device, draft, None).await?;
    device.read().await;
    Ok(())
}

/// What became of it; `None` while that can't be asked.
pub async fn look(device: Device, who: As, id: &str) -> Option<Where> {
    let answer = ask(device, who, Method::Get, id, None).await.ok()?;
    read(answer.status, &answer.body)
}

/// Takes it back, to be gone on with here. `None`: it can't be said now whether somebody has it.
pub async fn withdraw(device: Device, who: As, id: &str) -> Option<Where> {
    let rest = format!("{id}/withdraw");
    match ask(device, who, Method::Post, &rest, Some(b"{}".to_vec())).await.ok()?.status {
        200 | 404 => Some(Where::Over),
        409 => Some(Where::Taken(None)),
        _ => None,
    }
}

/// Asks the server for handovers.
///
/// # Errors
/// [`NetworkError`]: no server answered.
pub async fn ask(
    device: Device,
    who: As,
    method: Method,
    rest: &str,
    body: Option<Vec<u8>>,
) -> Result<Response, NetworkError> {
    let url = format!("/api/v1/handovers/{rest}");
    // Somebody stands there and waits; a draft with its photos takes its time.
    let timeout_ms = if method == Method::Get { SHORT_MS } else { TIMEOUT_MS };
    let is_somebodys =
        device.enrolment.with_untracked(|now| now.as_ref().is_some_and(|now| now.user.is_some()));
    if who == As::Somebody && !is_somebodys {
        return ask_signed_in(method.name(), &url, body.as_deref(), timeout_ms).await;
    }
    let header = |name: &str| (name.to_owned(), "application/json".to_owned());
    let headers = vec![header("accept"), header("content-type")];
    device.transport().send(Request { method, url, headers, body, timeout_ms }).await
}

fn failed(error: impl std::fmt::Display) -> NotOffered {
    leptos::logging::error!("not handed over: {error}");
    NotOffered::Device
}

/// The draft for this tab alone; nothing if another tab has it open.
async fn held(draft: Uuid) -> Option<locks::Held> {
    for _ in 0..LOCK_TRIES {
        if let Some(held) = locks::try_draft(&draft.to_string(), || {}).await {
            return Some(held);
        }
        timer::sleep(LOOK_MS).await;
    }
    None
}

/// The draft's bytes, and the code that they are sealed with.
async fn seal(device: Device, draft: Uuid) -> Result<(Vec<u8>, String), NotOffered> {
    let store = device.store();
    let gathered = Rescue::of_draft(&*store, draft).await.map_err(failed)?.ok_or(NotOffered::Gone)?;
    let code = loop {
        if let Some(code) = hand_over::new_code(&clock::random_bytes::<48>()) {
            break code;
        }
    };
    let sealed = rescue::seal(&store, &gathered, now(), &code).await.map_err(failed)?;
    Ok((sealed, code))
}

async fn put(device: Device, who: As, sealed: Vec<u8>, code: &str) -> Result<Offered, NotOffered> {
    let id = hand_over::id(code);
    let answer = ask(device, who, Method::Put, &id, Some(sealed)).await.map_err(|error| {
        failed(error);
        NotOffered::NoServer
    })?;
    match answer.status {
        201 => {
            Ok(Offered { id, code: hand_over::grouped(code), link: hand_over::link(&page::origin(), code) })
        }
        401 | 403 => Err(NotOffered::Forbidden),
        status => {
            failed(status);
            Err(NotOffered::NoServer)
        }
    }
}

/// Marks a draft as given away, or as this device's again.
async fn mark(device: Device, draft: Uuid, on: Option<HandedOn>) -> Result<(), StoreError> {
    let (store, pen) = (device.store(), Pen::new(clock::random_bytes()));
    let Some(stored) = store.open_draft(draft, pen).await? else { return Ok(()) };
    let mut marked = stored.draft;
    marked.handed_on = on;
    store.save_draft(&marked, pen).await
}

fn read(status: u16, body: &[u8]) -> Option<Where> {
    #[derive(Deserialize)]
    struct Told {
        state: String,
        by: Option<String>,
    }
    match status {
        404 => Some(Where::Over),
        200 => {
            let told: Told = serde_json::from_slice(body).ok()?;
            match &*told.state {
                "waiting" => Some(Where::Waiting),
                "taken" => Some(Where::Taken(told.by)),
                "kept" => Some(Where::Kept(told.by)),
                _ => None,
            }
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_it_is_is_the_server_s_word_and_no_other_s() {
        for (status, body, is) in [
            (200, r#"{"state":"waiting"}"#, Some(Where::Waiting)),
            (200, r#"{"state":"taken","by":"wang"}"#, Some(Where::Taken(Some("wang".into())))),
            (200, r#"{"state":"kept","later":1}"#, Some(Where::Kept(None))),
            (404, "", Some(Where::Over)),
            (200, "<html>", None),
            (503, r#"{"state":"kept"}"#, None),
        ] {
            assert_eq!(read(status, body.as_bytes()), is, "{status} {body}");
        }
    }
}
