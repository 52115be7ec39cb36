//! S3 and MinIO by addresses that our own server signs: files and envelope under keys made of their content, none overwritten.
//!
//! The device has no key of the store. For each object it asks the configured server for an address, puts, and in the end
//! reads the envelope back. Other bytes under the same id lie beside the first, under a key of their own: whoever reads
//! the store sees both. <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html>

use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::answer::{error, is_page, plain_words, refusal, server_time};
use super::login::Exchange;
use super::{Backend, Capabilities, Configured, Parcel, ReceiptGrade, SendError, SendErrorKind};
use crate::configuration::{ConfigurationError, Fields, is_address};
use crate::credentials::Credential;
use crate::moment::Moment;
use crate::receipt::Receipt;
use crate::submission::{Submission, content_hash};
use crate::transport::{Method, Request, Response, Transport};

const SIGN_TIMEOUT_MS: u32 = 30_000;
const TIMEOUT_MS: u32 = 10 * 60_000;

/// A bucket behind a server that signs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct S3 {
    /// Who signs: `POST {"method": "PUT", "key": …, "sha256": …, "size": …, "type": …}` there gives `{"url": …, "headers": {…}}`.
    pub sign_url: String,
    /// Where the signed addresses lead, if it is said: a page's policy has to let requests through to there.
    pub store_url: Option<String>,
    /// Before each key: `surveys/`.
    pub prefix: String,
    /// Who asks for signatures. The store itself is never told.
    pub credential: Credential,
}

impl Configured for S3 {
    fn read(fields: &mut Fields) -> Result<S3, ConfigurationError> {
        let prefix = fields.text_or_none("prefix")?.unwrap_or_default();
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
        if !prefix.chars().all(plain) || prefix.contains("..") || prefix.starts_with('/') {
            return Err(fields.wrong("prefix", "has to be a plain path without a slash in front"));
        }
        Ok(S3 {
            sign_url: fields.address("sign_url")?,
            store_url: fields.address_or_none("store_url")?,
            prefix: prefix.to_owned(),
            credential: Credential::default(),
        })
    }

    fn write(&self) -> Json {
        let mut fields = json!({"sign_url": self.sign_url, "prefix": self.prefix});
        if let Some(store) = &self.store_url {
            fields["store_url"] = json!(store);
        }
        fields
    }

    fn given(self, credential: Credential, _: Moment) -> S3 {
        S3 { credential, ..self }
    }

    fn addresses(&self) -> Vec<&str> {
        std::iter::once(self.sign_url.as_str()).chain(self.store_url.as_deref()).collect()
    }
}

/// An object: where it belongs and what it is.
struct Object<'a> {
    key: String,
    hash: &'a str,
    size: u64,
    media_type: &'a str,
}

impl Backend for S3 {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            receipt: ReceiptGrade::ReadBack,
            replay: true,
            refuses_other_content: false,
            attachments: true,
            encrypts: false,
            opens: false,
        }
    }

    async fn send(&self, parcel: &impl Parcel, transport: &impl Transport) -> Result<Receipt, SendError> {
        let submission = parcel.submission();
        let exchange = Exchange::new(transport, &self.credential, submission.hash());
        // Files first: with the envelope everything is there.
        for file in submission.attachments() {
            if parcel.has_arrived(&file.hash) {
                continue;
            }
            let key = format!("{}files/{}", self.prefix, file.hash);
            let object = Object { key, hash: &file.hash, size: file.size, media_type: &file.media_type };
            self.put(&exchange, &object, parcel.file(file).await?).await?;
            parcel.arrived(&file.hash).await?;
        }
        let envelope = self.envelope(submission);
        self.put(&exchange, &envelope, submission.body().as_bytes().to_vec()).await?;
        let address = self.sign(&exchange, "GET", &envelope).await?;
        let got = exchange.alone(address.request(Method::Get, Vec::new(), None)).await?;
        read_back(submission, &got)
    }
}

impl S3 {
    fn envelope<'a>(&self, submission: &'a Submission) -> Object<'a> {
        Object {
            key: format!("{}sub/{}/{}", self.prefix, submission.id(), submission.hash()),
            hash: submission.hash(),
            size: submission.body().len() as u64,
            media_type: "application/json",
        }
    }

    /// Puts an object unless it is there. An address that has run out is asked for once more.
    async fn put<T: Transport>(
        &self,
        exchange: &Exchange<'_, T>,
        object: &Object<'_>,
        bytes: Vec<u8>,
    ) -> Result<(), SendError> {
        let headers = || {
            vec![
                ("content-type".to_owned(), object.media_type.to_owned()),
                ("if-none-match".to_owned(), "*".to_owned()),
            ]
        };
        let address = self.sign(exchange, "PUT", object).await?;
        let response = exchange.alone(address.request(Method::Put, headers(), Some(bytes.clone()))).await?;
        if !has_run_out(&response) {
            return read_stored(&response);
        }
        let address = self.sign(exchange, "PUT", object).await?;
        read_stored(&exchange.alone(address.request(Method::Put, headers(), Some(bytes))).await?)
    }

    async fn sign<T: Transport>(
        &self,
        exchange: &Exchange<'_, T>,
        method: &str,
        object: &Object<'_>,
    ) -> Result<Address, SendError> {
        let wanted = json!({
            "method": method, "key": object.key, "sha256": object.hash, "size": object.size, "type": object.media_type,
        });
        let request = Request {
            method: Method::Post,
            url: self.sign_url.clone(),
            headers: vec![
                ("content-type".into(), "application/json".into()),
                ("accept".into(), "application/json".into()),
            ],
            body: Some(wanted.to_string().into_bytes()),
            timeout_ms: SIGN_TIMEOUT_MS,
        };
        let response = exchange.send(request).await?;
        if !matches!(response.status, 200 | 201) {
            return Err(unsigned(&response));
        }
        let address: Option<Address> = serde_json::from_slice(&response.body).ok();
        address
            .filter(|address| is_address(&address.url))
            .ok_or_else(|| error(SendErrorKind::NotTheServer, &response, ""))
    }
}

/// A signed address, with the headers that its signature covers.
#[derive(Deserialize)]
struct Address {
    url: String,
    #[serde(default)]
    headers: std::collections::BTreeMap<String, String>,
}

impl Address {
    fn request(&self, method: Method, headers: Vec<(String, String)>, body: Option<Vec<u8>>) -> Request {
        let mut all = headers;
        for (name, value) in &self.headers {
            let name = name.to_ascii_lowercase();
            // The signature's own win; the browser makes `host` itself.
            if name != "host" {
                all.retain(|(other, _)| *other != name);
                all.push((name, value.clone()));
            }
        }
        Request { method, url: self.url.clone(), headers: all, body, timeout_ms: TIMEOUT_MS }
    }
}

fn unsigned(response: &Response) -> SendError {
    let said: Option<Json> = serde_json::from_slice(&response.body).ok();
    let reason = said.as_ref().and_then(|said| said.get("error"));
    let words = reason.and_then(|reason| reason["reason"].as_str().or_else(|| reason["code"].as_str()));
    refusal(response, words, |status| match status {
        404 | 405 => SendErrorKind::NotTheServer,
        409 | 423 => SendErrorKind::Busy,
        413 => SendErrorKind::TooLarge,
        _ => SendErrorKind::Refused,
    })
}

/// 403 in the store's own words: the address is too old, or the clock of whoever signed is wrong.
fn has_run_out(response: &Response) -> bool {
    response.status == 403 && !is_page(response)
}

fn read_stored(response: &Response) -> Result<(), SendError> {
    match response.status {
        200 | 201 | 204 if !is_page(response) => Ok(()),
        // It is there already (older MinIO says 304).
        304 => Ok(()),
        412 if !is_page(response) => Ok(()),
        200..=299 => Err(error(SendErrorKind::NotTheServer, response, "")),
        _ => Err(refused(response)),
    }
}

fn read_back(submission: &Submission, response: &Response) -> Result<Receipt, SendError> {
    if response.status != 200 {
        return Err(match refused(response) {
            // Put a moment ago, and not there.
            refused if response.status == 404 => SendError { kind: SendErrorKind::NotTheServer, ..refused },
            refused => refused,
        });
    }
    if content_hash(&response.body) != submission.hash() {
        let kind = if is_page(response) { SendErrorKind::NotTheServer } else { SendErrorKind::NotItsReceipt };
        return Err(error(kind, response, ""));
    }
    Ok(Receipt {
        id: submission.id(),
        hash: submission.hash().to_owned(),
        server_time: server_time(response),
        taken_in_as: None,
    })
}

/// `<Error><Code>…</Code><Message>…</Message></Error>`.
fn said(response: &Response) -> Option<(String, String)> {
    let text = std::str::from_utf8(&response.body).ok().filter(|text| text.len() <= 64 * 1024)?;
    let document = roxmltree::Document::parse(text).ok()?;
    let root = document.root_element();
    if root.tag_name().name() != "Error" {
        return None;
    }
    let child = |name: &str| {
        let found = root.children().find(|node| node.tag_name().name() == name);
        found.and_then(|node| node.text()).unwrap_or_default().trim().to_owned()
    };
    Some((child("Code"), child("Message")))
}

fn refused(response: &Response) -> SendError {
    let said = said(response);
    let code = said.as_ref().map(|(code, _)| code.clone()).unwrap_or_default();
    let words = said.map(|(_, message)| message).or_else(|| plain_words(response).map(str::to_owned));
    refusal(response, words.as_deref(), |status| match (status, &*code) {
        (413, _) | (400, "EntityTooLarge") => SendErrorKind::TooLarge,
        // Too old again: the next try asks anew. Two at once, a slow body, a wrong clock: the same.
        (403 | 409 | 423, _) | (400, "RequestTimeout" | "ExpiredToken") => SendErrorKind::Busy,
        // No such bucket.
        (404 | 405, _) => SendErrorKind::NotTheServer,
        _ => SendErrorKind::Refused,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::submission::tests::sample;

    fn answered(status: u16, body: &str) -> Response {
        Response { status, headers: Vec::new(), body: body.into() }
    }

    #[test]
    fn what_is_there_is_stored_and_what_ran_out_is_no_refusal() {
        use SendErrorKind::*;
        for status in [200, 201, 204, 304, 412] {
            assert_eq!(read_stored(&answered(status, "")), Ok(()), "{status}");
        }
        let said = |code: &str| {
            format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>because</Message></Error>")
        };
        for (status, code, kind) in [
            (400, "EntityTooLarge", TooLarge),
            (400, "RequestTimeout", Busy),
            (400, "InvalidRequest", Refused),
            (403, "AccessDenied", Busy),
            (404, "NoSuchBucket", NotTheServer),
            (409, "ConditionalRequestConflict", Busy),
            (503, "SlowDown", Busy),
        ] {
            let error = read_stored(&answered(status, &said(code))).unwrap_err();
            assert_eq!((error.kind, &*error.words), (kind, "because"), "{status} {code}");
        }
        for status in [200, 403, 412] {
            let error = read_stored(&answered(status, "<html>Wi-Fi</html>")).unwrap_err();
            assert_eq!(error.kind, NotTheServer, "{status}");
        }
    }

    #[test]
    fn only_the_very_bytes_are_a_receipt() {
        assert!(read_back(&sample(), &answered(200, sample().body())).is_ok());
        for body in [&sample().body()[1..], "", "{}"] {
            let error = read_back(&sample(), &answered(200, body)).unwrap_err();
            assert_eq!(error.kind, SendErrorKind::NotItsReceipt);
        }
    }
}
