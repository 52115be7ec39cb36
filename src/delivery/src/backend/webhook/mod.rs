//! A JSON webhook: one signed POST with the receiver's own names, which an idempotency key makes harmless to repeat.
//!
//! Standard Webhooks' headers, `Idempotency-Key` (IETF draft-07), `Content-Digest` (RFC 9530). A receiver that answers with
//! `id` and `hash` gives a receipt; any other 2xx is its status and no more. A page in its place is never an acceptance.

mod signature;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value as Json, json};
use sha2::{Digest, Sha256};

use super::answer::{error, is_page, plain_words, refusal, server_time};
use super::files::Files;
use super::login::Exchange;
use super::mapping::{Content, Mapping};
use super::{Backend, Capabilities, Configured, Parcel, ReceiptGrade, SendError, SendErrorKind};
use crate::configuration::{ConfigurationError, Fields};
use crate::credentials::Credential;
use crate::moment::Moment;
use crate::receipt::Receipt;
use crate::sealed::Sealed;
use crate::submission::Submission;
use crate::transport::{Method, Request, Response, Transport};

/// How long the POST may take.
const TIMEOUT_MS: u32 = 2 * 60_000;
/// How many bytes of files a body takes unless the configuration says otherwise.
const USUAL_INLINE_LIMIT: u64 = 1_000_000;

/// A receiver of JSON.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Webhook {
    /// Where it is.
    pub url: String,
    /// The receiver's names for what it gets; empty: everything, under our own.
    pub map: Mapping,
    /// With a table: is everything sent besides, under our own names?
    pub everything: bool,
    /// Must it answer with id and hash? Otherwise its status is enough.
    pub echoes: bool,
    /// How files go.
    pub files: Files,
    /// Who sends, and what it is signed with.
    pub credential: Credential,
    /// The time that the signature names, in seconds since 1970.
    pub signed_at: i64,
}

impl Configured for Webhook {
    fn read(fields: &mut Fields) -> Result<Webhook, ConfigurationError> {
        Ok(Webhook {
            url: fields.address("url")?,
            map: Mapping::read(fields)?,
            everything: fields.yes("everything")?,
            echoes: fields.yes("echoes")?,
            files: Files::read(fields, USUAL_INLINE_LIMIT)?,
            credential: Credential::default(),
            signed_at: 0,
        })
    }

    fn write(&self) -> Json {
        json!({
            "url": self.url,
            "map": self.map.write(),
            "everything": self.everything,
            "echoes": self.echoes,
            "files": self.files.write(),
        })
    }

    fn given(self, credential: Credential, now: Moment) -> Webhook {
        Webhook { credential, signed_at: now.ms.div_euclid(1_000), ..self }
    }

    fn addresses(&self) -> Vec<&str> {
        std::iter::once(self.url.as_str()).chain(self.files.upload.as_deref()).collect()
    }
}

impl Backend for Webhook {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            receipt: if self.echoes { ReceiptGrade::Receipt } else { ReceiptGrade::Status },
            replay: true,
            // Of a receiver that only says 2xx it is not known whether it compares.
            refuses_other_content: self.echoes,
            attachments: true,
            encrypts: false,
            opens: false,
        }
    }

    async fn send(&self, parcel: &impl Parcel, transport: &impl Transport) -> Result<Receipt, SendError> {
        let submission = parcel.submission();
        let sealed = super::sealed(submission)?;
        if !submission.attachments().is_empty() && !self.sends_everything() && !self.map.takes_files() {
            let words = "the table of this target has no place for files".into();
            return Err(SendError { words, ..SendErrorKind::CannotBeSent.alone() });
        }
        let exchange = Exchange::new(transport, &self.credential, submission.hash());
        let files = self.files.send(parcel, &exchange, &self.url).await?;
        let response = exchange.send(self.request(submission, &sealed, &files)).await?;
        let answer = self.read_answer(submission, &response);
        if let Err(SendError { kind: SendErrorKind::FilesMissing, .. }) = &answer {
            parcel.nothing_arrived().await?;
        }
        answer
    }
}

impl Webhook {
    fn sends_everything(&self) -> bool {
        self.everything || self.map.is_empty()
    }

    fn request(&self, submission: &Submission, sealed: &Sealed, files: &[Json]) -> Request {
        let content = Content { sealed, hash: submission.hash(), files };
        let mut object = if self.sends_everything() { content.everything() } else { Map::new() };
        self.map.apply(&content, &mut object);
        let body = Json::Object(object).to_string().into_bytes();
        let id = submission.id().to_string();
        let digest = STANDARD.encode(Sha256::digest(&body));
        let mut headers: Vec<(String, String)> = vec![
            ("content-type".into(), "application/json".into()),
            ("accept".into(), "application/json".into()),
            // A string of structured fields (RFC 8941), quotes and all.
            ("idempotency-key".into(), format!("\"{id}\"")),
            ("content-digest".into(), format!("sha-256=:{digest}:")),
            // What a receiver that knows only its own names echoes.
            ("doorstep-hash".into(), submission.hash().to_owned()),
            ("webhook-id".into(), id.clone()),
            ("webhook-timestamp".into(), self.signed_at.to_string()),
        ];
        if let Some(secret) = &self.credential.signing {
            let signature = signature::sign(secret.reveal(), &id, self.signed_at, &body);
            headers.push(("webhook-signature".into(), signature));
        }
        Request {
            method: Method::Post,
            url: self.url.clone(),
            headers,
            body: Some(body),
            timeout_ms: TIMEOUT_MS,
        }
    }

    fn read_answer(&self, submission: &Submission, response: &Response) -> Result<Receipt, SendError> {
        let said: Option<Json> = serde_json::from_slice(&response.body).ok();
        if !matches!(response.status, 200 | 201 | 202 | 204) {
            return Err(refused(response, said.as_ref()));
        }
        if is_page(response) {
            return Err(error(SendErrorKind::NotTheServer, response, ""));
        }
        match said.as_ref().and_then(|said| echo(said, response)) {
            Some(receipt) if receipt.proves(submission.id(), submission.hash()) => Ok(receipt),
            Some(_) => Err(error(SendErrorKind::NotItsReceipt, response, "")),
            None if self.echoes => Err(error(SendErrorKind::NotTheServer, response, "")),
            None => Ok(Receipt {
                id: submission.id(),
                hash: submission.hash().to_owned(),
                server_time: server_time(response),
                taken_in_as: None,
            }),
        }
    }
}

/// `{"id": …, "hash": …}`, or the same under `receipt`; with `server_time`, if it says one.
fn echo(said: &Json, response: &Response) -> Option<Receipt> {
    let said = said.get("receipt").unwrap_or(said);
    let text = |name: &str| said.get(name)?.as_str();
    // A receiver's own id without a hash beside it echoes nothing of ours.
    let (id, hash) = (text("id")?, text("hash")?);
    Some(Receipt {
        id: id.parse().unwrap_or_default(),
        hash: hash.to_owned(),
        server_time: text("server_time").map_or_else(|| server_time(response), str::to_owned),
        taken_in_as: None,
    })
}

fn refused(response: &Response, said: Option<&Json>) -> SendError {
    let reason = said.map(|said| said.get("error").unwrap_or(said));
    let text = |name: &str| reason?.get(name)?.as_str();
    let words = ["reason", "message", "detail", "title", "code"].into_iter().find_map(text);
    let words = words.or_else(|| reason?.as_str()).or_else(|| plain_words(response));
    let lacks_files = text("code") == Some("attachment_missing");
    refusal(response, words, |status| match status {
        409 if lacks_files => SendErrorKind::FilesMissing,
        // Draft-07 §2.7: 409 while the first is being processed, 422 if the key came with another body.
        409 | 423 => SendErrorKind::Busy,
        422 => SendErrorKind::IdTaken,
        400 => SendErrorKind::NotASubmission,
        413 => SendErrorKind::TooLarge,
        404 | 405 => SendErrorKind::NotTheServer,
        _ => SendErrorKind::Refused,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::submission::tests::sample;

    fn hook(echoes: bool) -> Webhook {
        let json = json!({"url": "https://a.example/hook", "echoes": echoes});
        Webhook::read(&mut Fields::of("", &json).unwrap()).unwrap()
    }

    fn answered(status: u16, body: &str) -> Response {
        Response { status, headers: Vec::new(), body: body.into() }
    }

    #[test]
    fn a_bare_status_is_enough_only_where_no_echo_is_asked_for() {
        for (status, body) in [(200, "{}"), (201, r#"{"id":17}"#), (202, "queued"), (204, ""), (200, "ok")] {
            let read = |echoes| hook(echoes).read_answer(&sample(), &answered(status, body));
            assert!(read(false).is_ok(), "{status} {body}");
            assert_eq!(read(true).unwrap_err().kind, SendErrorKind::NotTheServer, "{status} {body}");
        }
        let echo = |hash: &str| format!(r#"{{"id":"{}","hash":"{hash}","server_time":"t"}}"#, sample().id());
        for body in [echo(sample().hash()), format!(r#"{{"receipt":{}}}"#, echo(sample().hash()))] {
            for echoes in [true, false] {
                let receipt = hook(echoes).read_answer(&sample(), &answered(200, &body)).unwrap();
                assert_eq!(receipt.server_time, "t");
            }
        }
        for echoes in [true, false] {
            let error = hook(echoes).read_answer(&sample(), &answered(200, &echo("00"))).unwrap_err();
            assert_eq!(error.kind, SendErrorKind::NotItsReceipt);
        }
    }

    #[test]
    fn every_other_answer_is_told_apart() {
        use SendErrorKind::*;
        let said = r#"{"error":{"code":"x","reason":"because"}}"#;
        let page = "<html>Wi-Fi</html>";
        for (status, body, kind) in [
            (200, page, NotTheServer),
            (206, "{}", NotTheServer),
            (400, said, NotASubmission),
            (400, page, NotTheServer),
            (401, "", LoginNeeded),
            (403, said, Refused),
            (404, said, NotTheServer),
            (409, said, Busy),
            (409, r#"{"error":{"code":"attachment_missing"}}"#, FilesMissing),
            (410, r#"{"message":"gone"}"#, Refused),
            (413, said, TooLarge),
            (413, page, NotTheServer),
            (422, said, IdTaken),
            (422, page, NotTheServer),
            (429, "", Busy),
            (500, said, ServerFault),
        ] {
            let error = hook(false).read_answer(&sample(), &answered(status, body)).unwrap_err();
            assert_eq!((error.kind, error.status), (kind, Some(status)), "{status} {body}");
        }
        let error = hook(false).read_answer(&sample(), &answered(422, said)).unwrap_err();
        assert_eq!(error.words, "because");
    }
}
