//! A server twin: takes each id once with its files, keeps another content of it aside until its office decides, forgets files that nothing names, is away for a while.

use std::collections::{BTreeMap, BTreeSet};

use doorstep_delivery::Uuid;
use doorstep_delivery::for_office::Envelope;
use doorstep_delivery::sealed::Sealed;
use doorstep_delivery::submission::content_hash;
use doorstep_delivery::transport::{Request, Response};
use serde_json::json;

use crate::feed::Feed;
use crate::model::Model;
use crate::office::readable;

/// Stands in an answer that the first server refuses until it is put right.
pub const REFUSED_BY_ONE: &str = "无效";
/// The same for both.
pub const REFUSED_BY_BOTH: &str = "全无效";

/// A server.
#[derive(Default, Debug)]
pub struct Server {
    /// Is it not there?
    pub away: bool,
    /// Does it fail at everything?
    pub failing: bool,
    /// Does it want a login?
    pub locked_out: bool,
    /// What it offers for taking down.
    pub feed: Feed,
    /// Files that it has, by hash.
    files: BTreeSet<String>,
    /// What it accepted: the hash of what was sent, the hash of what was in it, and the files that belong to it.
    rows: BTreeMap<Uuid, (String, String, Vec<String>)>,
    /// What came under an id that other bytes have, by the id and the hash of what was in it.
    aside: BTreeMap<(Uuid, String), Aside>,
}

/// What is kept aside.
#[derive(Debug)]
struct Aside {
    /// The hash of what was sent.
    sent: String,
    files: Vec<String>,
    decision: Option<Decision>,
}

/// What a server's office has decided.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Decision {
    /// It was accepted under another id.
    TakenIn(Uuid),
    LeftOut,
}

impl Server {
    /// Started again. What it had said it had and nothing accepted names may be gone.
    pub fn restart(&mut self, mut survives: impl FnMut() -> bool) {
        let aside = self.aside.values().flat_map(|aside| &aside.files);
        let named: BTreeSet<&String> =
            self.rows.values().flat_map(|(.., files)| files).chain(aside).collect();
        self.files.retain(|file| named.contains(file) || survives());
    }

    /// Answers a request, and tells the model what it accepts.
    pub fn serve(&mut self, number: usize, request: &Request, model: &mut Model) -> Result<Response, String> {
        if self.failing {
            return Ok(refusal(500, "fault"));
        }
        if self.locked_out {
            return Ok(refusal(401, "login"));
        }
        if let Some(answer) = self.feed.serve(request) {
            return Ok(answer);
        }
        let body = request.body.as_deref().unwrap_or_default();
        let hash = content_hash(body);
        let mut parts = request.url.rsplit('/');
        let (name, kind) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        if kind == "attachments" {
            return Ok(match name == hash {
                true => {
                    let status = if self.files.insert(hash.clone()) { 201 } else { 200 };
                    answer(status, &json!({"attachment": {"hash": hash, "size": body.len()}}))
                }
                false => refusal(400, "bad_digest"),
            });
        }
        let Ok(id) = name.parse::<Uuid>() else { return Ok(refusal(404, "no_such_route")) };
        self.take(number, id, hash, body, model)
    }

    fn take(
        &mut self,
        number: usize,
        id: Uuid,
        hash: String,
        body: &[u8],
        model: &mut Model,
    ) -> Result<Response, String> {
        let Some(within) = readable(body) else { return Ok(refusal(422, "not_opened")) };
        let inner = content_hash(&within);
        let is_taken = match self.rows.get(&id) {
            Some((_, kept, _)) => {
                model.accept(number, id, &hash)?;
                if *kept == inner {
                    return Ok(receipt(200, id, &hash));
                }
                if let Some(aside) = self.aside.get(&(id, inner.clone())) {
                    return Ok(told(id, &hash, aside.decision));
                }
                true
            }
            None => false,
        };
        let Ok(sealed) = Sealed::read(&within) else { return Ok(refusal(422, "not_a_submission")) };
        if refuses(number, body) {
            return Ok(refusal(422, "not_a_submission"));
        }
        let files = match Envelope::read(body) {
            Ok(envelope) => envelope.files,
            Err(_) => sealed.attachments,
        };
        let files: Vec<String> = files.into_iter().map(|file| file.hash).collect();
        if !files.iter().all(|file| self.files.contains(file)) {
            return Ok(refusal(409, "attachment_missing"));
        }
        if is_taken {
            self.aside.insert((id, inner), Aside { sent: hash.clone(), files, decision: None });
            return Ok(told(id, &hash, None));
        }
        model.accept(number, id, &hash)?;
        self.rows.insert(id, (hash.clone(), inner, files));
        Ok(receipt(201, id, &hash))
    }

    /// Its office decides on what waits for that, on one or on all. How many it took in.
    pub fn decide(&mut self, number: usize, all: bool, model: &mut Model) -> Result<u64, String> {
        let mut taken_in = 0;
        let waiting = self.aside.iter_mut().filter(|(_, aside)| aside.decision.is_none());
        for ((id, inner), aside) in waiting.take(if all { usize::MAX } else { 1 }) {
            aside.decision = Some(match id.as_u128().is_multiple_of(3) {
                true => Decision::LeftOut,
                false => {
                    // Any id that is nobody's and follows from the two.
                    let own =
                        Uuid::from_u128(id.as_u128() ^ u128::from_str_radix(&inner[..12], 16).unwrap_or(1));
                    model.take_in(number, *id, &aside.sent, own)?;
                    taken_in += 1;
                    Decision::TakenIn(own)
                }
            });
        }
        Ok(taken_in)
    }

    /// Has its office decided not to have it?
    pub fn left_out(&self, id: Uuid, sent: &str) -> bool {
        let is_it = |(key, aside): (&(Uuid, String), &Aside)| {
            key.0 == id && aside.sent == sent && aside.decision == Some(Decision::LeftOut)
        };
        self.aside.iter().any(is_it)
    }

    /// Something that it accepted: for a receipt that is another's.
    pub fn any(&self) -> Option<(Uuid, &str)> {
        self.rows.iter().next().map(|(id, (hash, ..))| (*id, hash.as_str()))
    }
}

/// Will a server never have it as it is?
pub fn refuses(number: usize, body: &[u8]) -> bool {
    let within = readable(body).unwrap_or_default();
    let body = String::from_utf8_lossy(&within);
    body.contains(REFUSED_BY_BOTH) || number == 0 && body.contains(REFUSED_BY_ONE)
}

/// What the sender of one that is kept aside is told.
fn told(id: Uuid, hash: &str, decision: Option<Decision>) -> Response {
    let mut said = json!({"error": {"code": "id_taken", "reason": "because", "kept_aside": true}});
    match decision {
        None => answer(409, &said),
        Some(Decision::LeftOut) => {
            said["error"]["decision"] = "left_out".into();
            answer(409, &said)
        }
        Some(Decision::TakenIn(own)) => {
            let time = "2026-11-23T02:00:01.000Z";
            answer(
                200,
                &json!({"receipt": {"id": id, "hash": hash, "server_time": time, "taken_in_as": own}}),
            )
        }
    }
}

/// An acceptance.
pub fn receipt(status: u16, id: Uuid, hash: &str) -> Response {
    answer(status, &json!({"receipt": {"id": id, "hash": hash, "server_time": "2026-11-23T02:00:01.000Z"}}))
}

/// A refusal in the server's words.
pub fn refusal(status: u16, code: &str) -> Response {
    answer(status, &json!({"error": {"code": code, "reason": "because"}}))
}

/// An answer of that status.
pub fn answer(status: u16, body: &serde_json::Value) -> Response {
    Response { status, headers: Vec::new(), body: body.to_string().into_bytes() }
}
