//! Going on with what somebody began at a kiosk, or a colleague on their phone: a draft that was handed over by a code comes to this device, and is one of its user's
//! drafts from then on.
//!
//! Kept here: a code is taken out of the address at once, and used only when the reader says so; the other device is told that the draft is kept after it was, so that it
//! is on one of the two whatever happens in between.

use doorstep_delivery::transport::{Method, NetworkError, Response};
use doorstep_delivery::{Uuid, hand_over};
use leptos::prelude::*;
use serde::Deserialize;

use super::device::Device;
use super::handing_over::{self, As};
use crate::platform::{page, rescue};

/// Why the draft did not come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NotTaken {
    /// What was typed is no code.
    NotACode,
    /// The server has nothing for it: it is used up, over, or none.
    None,
    /// Somebody else has fetched it.
    Anothers,
    /// Nobody known by name asks.
    Unknown,
    /// They may not, or not in the kiosk's area.
    Forbidden,
    /// No server answered, or none of ours.
    NoServer,
    /// What came can't be opened here.
    Unreadable,
    /// This device could not keep it: it can be fetched again.
    NotKept,
    /// It was finished on this device before.
    FinishedHere,
}

/// Takes the code of a link out of the page's address, to be shown on its page.
pub fn take_up_link(device: Device) {
    if let Some(code) = page::take_fragment(hand_over::FRAGMENT) {
        device.handed_over.set(Some(code));
    }
}

/// Fetches the draft of a code and keeps it: its id.
///
/// # Errors
/// [`NotTaken`].
pub async fn take(device: Device, typed: &str) -> Result<Uuid, NotTaken> {
    let code = hand_over::read(typed).ok_or(NotTaken::NotACode)?;
    let id = hand_over::id(&code);
    let answer = ask(device, &format!("{id}/take")).await;
    let sealed = read(answer.map_err(|_| NotTaken::NoServer)?)?;
    let failed = |error: &dyn std::fmt::Debug| leptos::logging::error!("not taken up: {error:?}");
    let gathered = rescue::open(&sealed, &code).await.map_err(|error| {
        failed(&error);
        NotTaken::Unreadable
    })?;
    // One draft and nothing else is what a kiosk hands over.
    let [(stored, _)] = &gathered.drafts[..] else { return Err(NotTaken::Unreadable) };
    if !gathered.submissions.is_empty() {
        return Err(NotTaken::Unreadable);
    }
    let draft = stored.draft.id;
    let taken = gathered.take_up(&*device.store()).await.map_err(|error| {
        failed(&error);
        NotTaken::NotKept
    })?;
    if taken.finished_here > 0 {
        // It has gone out from here: whoever gives it away again keeps theirs.
        return Err(NotTaken::FinishedHere);
    }
    // A kiosk clears itself sooner for it; where this is lost it does so by its clock.
    if let Err(error) = ask(device, &format!("{id}/kept")).await {
        leptos::logging::warn!("{error}");
    }
    device.read().await;
    Ok(draft)
}

async fn ask(device: Device, rest: &str) -> Result<Response, NetworkError> {
    handing_over::ask(device, As::Somebody, Method::Post, rest, Some(b"{}".to_vec())).await
}

fn read(answer: Response) -> Result<Vec<u8>, NotTaken> {
    #[derive(Deserialize)]
    struct Failed {
        error: Code,
    }
    #[derive(Deserialize)]
    struct Code {
        code: String,
    }
    if answer.status == 200 {
        return Ok(answer.body);
    }
    // What answers in a café is no server of ours, whatever its number.
    let failed: Failed = serde_json::from_slice(&answer.body).map_err(|_| NotTaken::NoServer)?;
    Err(match (answer.status, &*failed.error.code) {
        (404, _) => NotTaken::None,
        (409, _) => NotTaken::Anothers,
        (401, _) => NotTaken::Unknown,
        (403, _) => NotTaken::Forbidden,
        _ => NotTaken::NoServer,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_told_apart() {
        let answer = |status, body: &str| Response { status, body: body.into(), ..Response::default() };
        let refused = |code: &str| format!(r#"{{"error":{{"code":"{code}","reason":"x"}}}}"#);
        assert_eq!(read(answer(200, "{}")), Ok(b"{}".to_vec()));
        for (status, code, is) in [
            (404, "unknown", NotTaken::None),
            (409, "taken", NotTaken::Anothers),
            (401, "login", NotTaken::Unknown),
            (403, "forbidden", NotTaken::Forbidden),
            (429, "too_often", NotTaken::NoServer),
            (500, "fault", NotTaken::NoServer),
        ] {
            assert_eq!(read(answer(status, &refused(code))), Err(is), "{code}");
        }
        assert_eq!(read(answer(404, "<html>")), Err(NotTaken::NoServer));
    }
}
