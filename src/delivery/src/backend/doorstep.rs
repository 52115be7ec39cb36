//! Doorstep's own server: the files by their hashes, then one PUT, answered by a receipt {id, hash, server time}.
//!
//! Only the server's own words refuse a submission for good: an error in its JSON. The same status from a proxy,
//! a portal or a stray web server is "not the server" and tried again.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::answer::{WORDS_LIMIT, retry_after_ms};
use super::login::Exchange;
use super::{Backend, Capabilities, Configured, Parcel, ReceiptGrade, SendError, SendErrorKind};
use crate::attachment::Attachment;
use crate::configuration::{ConfigurationError, Fields};
use crate::credentials::Credential;
use crate::moment::Moment;
use crate::receipt::{Receipt, ReceiptV1};
use crate::submission::Submission;
use crate::transport::{Method, Request, Response, Transport};

/// What the server says to what it has no key for. With a status that builds before it take for a wait.
pub const NO_OFFICE_KEY: &str = "no_office_key";
/// How long a PUT may take. Long, because a field network is slow and a cut-off try has to start over.
const TIMEOUT_MS: u32 = 60_000;
/// How long a file may take.
const FILE_TIMEOUT_MS: u32 = 10 * 60_000;

/// Doorstep's server at an address.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Doorstep {
    /// Where the server is, without a slash at the end: `https://survey.example.org`; empty for the page's own origin.
    pub base_url: String,
    /// Who sends, where the server wants to know: a device's token as `Bearer`.
    pub credential: Credential,
}

impl Doorstep {
    /// The server at that address, without a login.
    pub fn at(base_url: &str) -> Doorstep {
        Doorstep { base_url: base_url.to_owned(), credential: Credential::default() }
    }
}

impl Configured for Doorstep {
    fn read(fields: &mut Fields) -> Result<Doorstep, ConfigurationError> {
        Ok(Doorstep::at(&fields.address_or_none("url")?.unwrap_or_default()))
    }

    fn write(&self) -> serde_json::Value {
        if self.base_url.is_empty() {
            serde_json::json!({})
        } else {
            serde_json::json!({"url": self.base_url})
        }
    }

    fn given(self, credential: Credential, _: Moment) -> Doorstep {
        Doorstep { credential, ..self }
    }

    fn addresses(&self) -> Vec<&str> {
        vec![&self.base_url]
    }
}

impl Backend for Doorstep {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            receipt: ReceiptGrade::Receipt,
            replay: true,
            refuses_other_content: true,
            attachments: true,
            encrypts: false,
            opens: true,
        }
    }

    async fn send(&self, parcel: &impl Parcel, transport: &impl Transport) -> Result<Receipt, SendError> {
        let submission = parcel.submission();
        let exchange = Exchange::new(transport, &self.credential, submission.hash());
        // Files first: with the receipt everything is there.
        for attachment in submission.attachments() {
            if parcel.has_arrived(&attachment.hash) {
                continue;
            }
            let bytes = parcel.file(attachment).await?;
            read_stored(attachment, &exchange.send(self.put_file(attachment, bytes)).await?)?;
            parcel.arrived(&attachment.hash).await?;
        }
        let answer = read_answer(submission, &exchange.send(self.request(submission)).await?);
        if let Err(SendError { kind: SendErrorKind::FilesMissing, .. }) = &answer {
            parcel.nothing_arrived().await?;
        }
        answer
    }
}

impl Doorstep {
    /// The PUT of a submission: the sealed bytes, with their digest as RFC 9530 has it.
    fn request(&self, submission: &Submission) -> Request {
        let body = submission.body().as_bytes();
        let digest = format!("sha-256=:{}:", STANDARD.encode(Sha256::digest(body)));
        Request {
            method: Method::Put,
            url: format!("{}/api/v1/submissions/{}", self.base_url, submission.id()),
            headers: vec![
                ("content-type".into(), "application/json".into()),
                ("content-digest".into(), digest),
                ("accept".into(), "application/json".into()),
            ],
            body: Some(body.to_vec()),
            timeout_ms: TIMEOUT_MS,
        }
    }

    /// The PUT of a file under its hash: one that is there already is taken again.
    fn put_file(&self, attachment: &Attachment, bytes: Vec<u8>) -> Request {
        Request {
            method: Method::Put,
            url: format!("{}/api/v1/attachments/{}", self.base_url, attachment.hash),
            headers: vec![
                ("content-type".into(), attachment.media_type.clone()),
                ("accept".into(), "application/json".into()),
            ],
            body: Some(bytes),
            timeout_ms: FILE_TIMEOUT_MS,
        }
    }
}

#[derive(Deserialize)]
struct StoredFile {
    attachment: StoredHash,
}

#[derive(Deserialize)]
struct StoredHash {
    hash: String,
}

fn read_stored(attachment: &Attachment, response: &Response) -> Result<(), SendError> {
    if let 200 | 201 = response.status {
        let said: Result<StoredFile, _> = serde_json::from_slice(&response.body);
        let kind = match said {
            Ok(stored) if stored.attachment.hash == attachment.hash => return Ok(()),
            Ok(_) => SendErrorKind::NotItsReceipt,
            Err(_) => SendErrorKind::NotTheServer,
        };
        return Err(SendError { status: Some(response.status), ..kind.alone() });
    }
    Err(refusal(response))
}

#[derive(Deserialize)]
struct Accepted {
    receipt: ReceiptV1,
}

#[derive(Deserialize)]
struct Failed {
    error: Reason,
}

#[derive(Deserialize)]
struct Reason {
    code: String,
    #[serde(default)]
    reason: String,
    /// Of an id that is taken: does the server keep these bytes aside?
    #[serde(default)]
    kept_aside: bool,
    /// And what its office has decided, once it has.
    decision: Option<String>,
}

fn read_answer(submission: &Submission, response: &Response) -> Result<Receipt, SendError> {
    match response.status {
        200 | 201 => read_receipt(submission, response),
        _ => Err(refusal(response)),
    }
}

/// What an answer that accepts nothing means.
pub(crate) fn refusal(response: &Response) -> SendError {
    let said = serde_json::from_slice::<Failed>(&response.body).ok().map(|failed| failed.error);
    let kind = match (response.status, &said) {
        (401, Some(reason)) if reason.code == "revoked" => SendErrorKind::DeviceRevoked,
        (401, _) => SendErrorKind::LoginNeeded,
        (503, Some(reason)) if reason.code == NO_OFFICE_KEY => SendErrorKind::NotOpened,
        (408 | 425 | 429 | 503, _) => SendErrorKind::Busy,
        (500..=599, _) => SendErrorKind::ServerFault,
        (_, None) => SendErrorKind::NotTheServer,
        (404, Some(reason)) if reason.code == "form_unknown" => SendErrorKind::FormUnknown,
        // Our server at an older version, or mounted elsewhere: nothing was said of the submission.
        (404 | 405, Some(_)) => SendErrorKind::NotTheServer,
        (409, Some(reason)) if reason.code == "attachment_missing" => SendErrorKind::FilesMissing,
        (409, Some(Reason { kept_aside: true, decision: None, .. })) => SendErrorKind::KeptAside,
        (409, Some(Reason { kept_aside: true, .. })) => SendErrorKind::NotTakenIn,
        (409, Some(_)) => SendErrorKind::IdTaken,
        (413, Some(_)) => SendErrorKind::TooLarge,
        (400 | 422, Some(_)) => SendErrorKind::NotASubmission,
        (400..=499, Some(_)) => SendErrorKind::Refused,
        (_, Some(_)) => SendErrorKind::NotTheServer,
    };
    let words = match said {
        Some(Reason { code, reason, .. }) if reason.is_empty() => code,
        Some(Reason { reason, .. }) => reason,
        None => String::new(),
    };
    SendError {
        kind,
        status: Some(response.status),
        retry_after_ms: retry_after_ms(response),
        words: words.chars().take(WORDS_LIMIT).collect(),
    }
}

fn read_receipt(submission: &Submission, response: &Response) -> Result<Receipt, SendError> {
    let error =
        |kind| SendError { kind, status: Some(response.status), retry_after_ms: None, words: String::new() };
    let accepted: Accepted =
        serde_json::from_slice(&response.body).map_err(|_| error(SendErrorKind::NotTheServer))?;
    let receipt = Receipt::from(accepted.receipt);
    if receipt.proves(submission.id(), submission.hash()) {
        Ok(receipt)
    } else {
        Err(error(SendErrorKind::NotItsReceipt))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Retry;
    use crate::credentials::{Login, Secret};
    use crate::memory_store::ready;
    use crate::submission::tests::sample;
    use crate::transport::{MemoryTransport, NetworkError, NetworkErrorKind};

    fn response(status: u16, body: &str) -> Response {
        Response { status, headers: Vec::new(), body: body.into() }
    }

    fn receipt(id: impl ToString, hash: &str) -> String {
        let id = id.to_string();
        format!(r#"{{"receipt":{{"id":"{id}","hash":"{hash}","server_time":"2026-11-23T02:00:01.000Z"}}}}"#)
    }

    #[test]
    fn the_put_carries_the_sealed_bytes_and_their_digest() {
        let request = Doorstep::at("https://survey.example.org").request(&sample());
        assert_eq!(request.method, Method::Put);
        assert_eq!(request.url, format!("https://survey.example.org/api/v1/submissions/{}", sample().id()));
        assert_eq!(request.body.as_deref(), Some(sample().body().as_bytes()));
        let digest = STANDARD.encode(Sha256::digest(sample().body().as_bytes()));
        assert!(request.headers.contains(&("content-digest".into(), format!("sha-256=:{digest}:"))));
    }

    #[test]
    fn its_own_receipt_is_accepted_first_and_again() {
        for status in [200, 201] {
            let body = receipt(sample().id(), sample().hash());
            let receipt = read_answer(&sample(), &response(status, &body)).unwrap();
            assert!(receipt.proves(sample().id(), sample().hash()));
            assert_eq!(receipt.server_time, "2026-11-23T02:00:01.000Z");
        }
    }

    #[test]
    fn every_other_answer_is_told_apart() {
        use SendErrorKind::*;
        let said = |code: &str| format!(r#"{{"error":{{"code":"{code}","reason":"because"}}}}"#);
        let portal = "<!doctype html><title>Free Wi-Fi</title>";
        let mine = receipt(sample().id(), sample().hash());
        let cases = [
            (200, portal.to_owned(), NotTheServer),
            (200, "{}".to_owned(), NotTheServer),
            (201, receipt(sample().id(), &"00".repeat(32)), NotItsReceipt),
            (201, receipt(uuid::Uuid::nil(), sample().hash()), NotItsReceipt),
            (202, mine.clone(), NotTheServer),
            (204, String::new(), NotTheServer),
            (302, portal.to_owned(), NotTheServer),
            (400, said("bad_digest"), NotASubmission),
            (400, portal.to_owned(), NotTheServer),
            (401, said("login"), LoginNeeded),
            (401, String::new(), LoginNeeded),
            (401, said("revoked"), DeviceRevoked),
            (403, said("not_your_area"), Refused),
            (403, portal.to_owned(), NotTheServer),
            (404, said("form_unknown"), FormUnknown),
            (404, said("no_such_route"), NotTheServer),
            (404, portal.to_owned(), NotTheServer),
            (408, String::new(), Busy),
            (409, said("id_taken"), IdTaken),
            (409, mine, NotTheServer),
            (413, said("too_large"), TooLarge),
            (413, portal.to_owned(), NotTheServer),
            (422, said("not_a_submission"), NotASubmission),
            (425, String::new(), Busy),
            (429, String::new(), Busy),
            (500, said("fault"), ServerFault),
            (502, portal.to_owned(), ServerFault),
            (503, portal.to_owned(), Busy),
            (503, said("busy"), Busy),
            (503, said("no_office_key"), NotOpened),
            (511, portal.to_owned(), ServerFault),
        ];
        for (status, body, kind) in cases {
            let error = read_answer(&sample(), &response(status, &body)).unwrap_err();
            assert_eq!((error.kind, error.status), (kind, Some(status)), "{status} {body}");
        }
    }

    #[test]
    fn what_the_office_has_beside_the_other_one_waits_for_its_decision() {
        let said = |more: &str| {
            let body = format!(r#"{{"error":{{"code":"id_taken","reason":"because"{more}}}}}"#);
            let headers = vec![("retry-after".into(), "3600".into())];
            let error = read_answer(&sample(), &Response { status: 409, headers, body: body.into() });
            let error = error.unwrap_err();
            (error.kind, error.kind.retry(), error.retry_after_ms)
        };
        let hour = Some(3_600_000);
        assert_eq!(said(""), (SendErrorKind::IdTaken, Retry::Never, hour));
        assert_eq!(said(r#","kept_aside":false"#).0, SendErrorKind::IdTaken);
        assert_eq!(said(r#","kept_aside":true"#), (SendErrorKind::KeptAside, Retry::Later, hour));
        let left_out = r#","kept_aside":true,"decision":"left_out""#;
        assert_eq!(said(left_out), (SendErrorKind::NotTakenIn, Retry::Never, hour));

        let other = "019ab1c0-0000-7000-8000-000000000001";
        let body = receipt(sample().id(), sample().hash())
            .replace("\"server_time\"", &format!("\"taken_in_as\":\"{other}\",\"server_time\""));
        let taken_in = read_answer(&sample(), &response(200, &body)).unwrap();
        assert!(taken_in.proves(sample().id(), sample().hash()));
        assert_eq!(taken_in.taken_in_as.map(|id| id.to_string()).as_deref(), Some(other));
    }

    #[test]
    fn only_the_servers_own_words_refuse_for_good() {
        for status in 100..600 {
            let error = read_answer(&sample(), &response(status, "nonsense")).unwrap_err();
            assert_ne!(error.kind.retry(), Retry::Never, "{status}");
        }
    }

    #[test]
    fn the_servers_reason_is_kept_in_its_words() {
        let body = r#"{"error":{"code":"id_taken","reason":"another submission has this id"}}"#;
        assert_eq!(
            read_answer(&sample(), &response(409, body)).unwrap_err().words,
            "another submission has this id"
        );
    }

    #[test]
    fn retry_after_is_read_in_seconds() {
        let header = |value: &str| {
            let headers = vec![("retry-after".into(), value.into())];
            read_answer(&sample(), &Response { status: 429, headers, body: Vec::new() })
                .unwrap_err()
                .retry_after_ms
        };
        assert_eq!(header("120"), Some(120_000));
        assert_eq!(header("99999999999999999999"), None);
        assert_eq!(header("Mon, 23 Nov 2026 09:30:00 GMT"), None);
    }

    /// A submission without files, on its way.
    struct Parcelled(Submission);

    impl Parcel for Parcelled {
        fn submission(&self) -> &Submission {
            &self.0
        }

        async fn file(&self, _: &Attachment) -> Result<Vec<u8>, SendError> {
            Err(SendErrorKind::FileLost.alone())
        }

        fn has_arrived(&self, _: &str) -> bool {
            false
        }

        async fn arrived(&self, _: &str) -> Result<(), SendError> {
            Ok(())
        }

        async fn nothing_arrived(&self) -> Result<(), SendError> {
            Ok(())
        }
    }

    #[test]
    fn no_answer_is_tried_again() {
        for (network, kind) in [
            (NetworkErrorKind::Offline, SendErrorKind::Offline),
            (NetworkErrorKind::Timeout, SendErrorKind::Timeout),
        ] {
            let silent = MemoryTransport::new(|_| Err(NetworkError { kind: network, words: "x".into() }));
            let error = ready(Doorstep::at("").send(&Parcelled(sample()), &silent)).unwrap_err();
            assert_eq!((error.kind, error.kind.retry()), (kind, Retry::Later));
        }
    }

    #[test]
    fn whoever_is_given_a_token_says_it_and_shows_it_to_nobody() {
        let token = Credential { login: Login::Bearer(Secret::new("t0ken")), signing: None };
        let given = Doorstep::at("").given(token, Moment::default());
        let broken = MemoryTransport::new(|request: Request| {
            assert!(request.headers.contains(&("authorization".into(), "Bearer t0ken".into())));
            Err(NetworkError { kind: NetworkErrorKind::Offline, words: "no way with t0ken".into() })
        });
        let error = ready(given.send(&Parcelled(sample()), &broken)).unwrap_err();
        assert!(!format!("{error:?} {given:?}").contains("t0ken"), "{error:?} {given:?}");
    }
}
