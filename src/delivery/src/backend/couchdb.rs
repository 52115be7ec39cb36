//! CouchDB: one document for each submission, under its id, with its files inline; read back before there is a receipt.
//!
//! Two writers of the same id are told apart by the database itself (409), and what is there is compared by its sealed bytes.
//! 202 means that too few nodes have it so far: then only what can be read back counts. <https://docs.couchdb.org/en/stable/api/document/common.html>

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use super::answer::{error, is_page, refusal, server_time};
use super::login::Exchange;
use super::{Backend, Capabilities, Configured, Parcel, ReceiptGrade, SendError, SendErrorKind, files};
use crate::configuration::{ConfigurationError, Fields};
use crate::credentials::Credential;
use crate::moment::Moment;
use crate::receipt::Receipt;
use crate::sealed::Sealed;
use crate::submission::{Submission, content_hash};
use crate::transport::{Method, Request, Response, Transport};

/// How many bytes of files a document takes unless the configuration says otherwise: below CouchDB's usual 8 MB, in base64.
const USUAL_INLINE_LIMIT: u64 = 5_000_000;
const TIMEOUT_MS: u32 = 10 * 60_000;
/// Before a file's name: CouchDB keeps names that begin with `_` for itself.
const FOLDER: &str = "files/";

/// A database.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CouchDb {
    /// The database's address: `https://couch.example.org/surveys`.
    pub url: String,
    /// How many bytes of files a document takes in all.
    pub inline_limit: u64,
    /// Who sends.
    pub credential: Credential,
}

impl Configured for CouchDb {
    fn read(fields: &mut Fields) -> Result<CouchDb, ConfigurationError> {
        Ok(CouchDb {
            url: fields.address("url")?,
            inline_limit: fields.number_or_none("inline_limit")?.unwrap_or(USUAL_INLINE_LIMIT),
            credential: Credential::default(),
        })
    }

    fn write(&self) -> Json {
        json!({"url": self.url, "inline_limit": self.inline_limit})
    }

    fn given(self, credential: Credential, _: Moment) -> CouchDb {
        CouchDb { credential, ..self }
    }

    fn addresses(&self) -> Vec<&str> {
        vec![&self.url]
    }
}

impl Backend for CouchDb {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            receipt: ReceiptGrade::ReadBack,
            replay: true,
            refuses_other_content: true,
            attachments: true,
            encrypts: false,
            opens: false,
        }
    }

    async fn send(&self, parcel: &impl Parcel, transport: &impl Transport) -> Result<Receipt, SendError> {
        let submission = parcel.submission();
        let sealed = super::sealed(submission)?;
        files::fits(submission.attachments(), self.inline_limit)?;
        let mut attachments = Map::new();
        for file in submission.attachments() {
            let data = STANDARD.encode(parcel.file(file).await?);
            let inline = json!({"content_type": file.media_type, "data": data});
            attachments.insert(format!("{FOLDER}{}", file.name), inline);
        }
        let document = document(submission, &sealed, attachments);
        let exchange = Exchange::new(transport, &self.credential, submission.hash());
        let put = exchange.send(self.request(submission, Some(document))).await?;
        match put.status {
            201 | 202 if !is_page(&put) => {}
            // Somebody has put it there: perhaps we.
            409 if words(&put).is_some() => {}
            _ => return Err(refused(&put)),
        }
        let got = exchange.send(self.request(submission, None)).await?;
        read_back(submission, &got)
    }
}

impl CouchDb {
    /// A PUT of the document, or a GET.
    fn request(&self, submission: &Submission, document: Option<Json>) -> Request {
        let mut headers = vec![("accept".into(), "application/json".into())];
        if document.is_some() {
            headers.push(("content-type".into(), "application/json".into()));
        }
        Request {
            method: if document.is_some() { Method::Put } else { Method::Get },
            url: format!("{}/{}", self.url, submission.id()),
            headers,
            body: document.map(|document| document.to_string().into_bytes()),
            timeout_ms: TIMEOUT_MS,
        }
    }
}

/// The sealed bytes as a text, for whoever wants to check the hash, and the answers beside it for views.
fn document(submission: &Submission, sealed: &Sealed, attachments: Map<String, Json>) -> Json {
    let mut document = json!({
        "hash": submission.hash(),
        "form": sealed.form.id,
        "form_version": sealed.form.version,
        "finished_at": Moment::to_rfc3339(sealed.finished_at),
        "supersedes": sealed.supersedes,
        "data": sealed.data,
        "sealed": &**submission.body(),
    });
    if !attachments.is_empty() {
        document["_attachments"] = Json::Object(attachments);
    }
    document
}

#[derive(Deserialize)]
struct Document {
    #[serde(rename = "_id")]
    id: String,
    #[serde(default)]
    sealed: String,
    #[serde(rename = "_attachments", default)]
    attachments: BTreeMap<String, Stub>,
}

#[derive(Deserialize)]
struct Stub {
    #[serde(default)]
    length: u64,
}

fn read_back(submission: &Submission, response: &Response) -> Result<Receipt, SendError> {
    if response.status == 404 && words(response).is_some() {
        // Accepted, but the node that was asked has it not yet.
        return Err(error(SendErrorKind::Busy, response, words(response).as_deref().unwrap_or_default()));
    }
    if response.status != 200 {
        return Err(refused(response));
    }
    let document: Document = serde_json::from_slice(&response.body)
        .map_err(|_| error(SendErrorKind::NotTheServer, response, ""))?;
    if document.id != submission.id().to_string() {
        return Err(error(SendErrorKind::NotItsReceipt, response, ""));
    }
    if content_hash(document.sealed.as_bytes()) != submission.hash() {
        return Err(error(SendErrorKind::IdTaken, response, "another document has this id"));
    }
    // Its digest is of the compressed bytes where CouchDB compresses; the length is always the file's own.
    let length = |name: &str| document.attachments.get(&format!("{FOLDER}{name}")).map(|stub| stub.length);
    if submission.attachments().iter().any(|file| length(&file.name) != Some(file.size)) {
        return Err(error(
            SendErrorKind::NotItsReceipt,
            response,
            "its files are not there as they were sent",
        ));
    }
    Ok(Receipt {
        id: submission.id(),
        hash: submission.hash().to_owned(),
        server_time: server_time(response),
        taken_in_as: None,
    })
}

/// `{"error": …, "reason": …}`.
fn words(response: &Response) -> Option<String> {
    let said: Json = serde_json::from_slice(&response.body).ok()?;
    let error = said.get("error")?.as_str()?;
    Some(said["reason"].as_str().unwrap_or(error).to_owned())
}

fn refused(response: &Response) -> SendError {
    refusal(response, words(response).as_deref(), |status| match status {
        400 => SendErrorKind::NotASubmission,
        413 => SendErrorKind::TooLarge,
        // No such database, or something else in its place: nothing was said of the submission.
        404 | 405 | 406 | 415 => SendErrorKind::NotTheServer,
        409 | 412 | 423 => SendErrorKind::Busy,
        // 403: a validation of the database's own.
        _ => SendErrorKind::Refused,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::submission::tests::sample;

    fn answered(status: u16, body: &Json) -> Response {
        Response { status, headers: Vec::new(), body: body.to_string().into_bytes() }
    }

    #[test]
    fn what_is_read_back_is_compared() {
        let submission = sample();
        let document = |id: String, sealed: &str| answered(200, &json!({"_id": id, "sealed": sealed}));
        let id = submission.id().to_string();
        assert!(read_back(&submission, &document(id.clone(), submission.body())).is_ok());
        for (response, kind) in [
            (document(id.clone(), "other"), SendErrorKind::IdTaken),
            (document("1".into(), submission.body()), SendErrorKind::NotItsReceipt),
            (answered(404, &json!({"error": "not_found", "reason": "missing"})), SendErrorKind::Busy),
            (answered(404, &json!({})), SendErrorKind::NotTheServer),
            (answered(200, &json!([])), SendErrorKind::NotTheServer),
        ] {
            assert_eq!(read_back(&submission, &response).unwrap_err().kind, kind);
        }
    }

    #[test]
    fn refusals_are_told_apart_in_the_databases_words() {
        use SendErrorKind::*;
        for (status, error, kind) in [
            (400, "bad_request", NotASubmission),
            (401, "unauthorized", LoginNeeded),
            (403, "forbidden", Refused),
            (404, "not_found", NotTheServer),
            (412, "precondition", Busy),
            (413, "too_large", TooLarge),
            (500, "internal", ServerFault),
        ] {
            let said = refused(&answered(status, &json!({"error": error, "reason": "because"})));
            assert_eq!((said.kind, &*said.words), (kind, "because"), "{status}");
            assert_ne!(refused(&answered(status, &json!({}))).kind.retry(), crate::Retry::Never, "{status}");
        }
    }
}
