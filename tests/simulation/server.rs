//! A server twin: takes each id once with its files, forgets files that nothing names, is away for a while.

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
}

impl Server {
    /// Started again. What it had said it had and nothing accepted names may be gone.
    pub fn restart(&mut self, mut survives: impl FnMut() -> bool) {
        let named: BTreeSet<&String> = self.rows.values().flat_map(|(.., files)| files).collect();
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
        if let Some((_, kept, _)) = self.rows.get(&id) {
            model.accept(number, id, &hash)?;
            return Ok(if *kept == inner { receipt(200, id, &hash) } else { refusal(409, "id_taken") });
        }
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
        model.accept(number, id, &hash)?;
        self.rows.insert(id, (hash.clone(), inner, files));
        Ok(receipt(201, id, &hash))
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
