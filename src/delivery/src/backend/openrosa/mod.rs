//! OpenRosa's form submission, as ODK Central, KoBo and Ona take it: the frozen XML with its files, in as many POSTs as
//! the announced limit asks for, the same XML in each.
//!
//! Where the form has a public key, what goes out is the manifest with the files encrypted. Only 201 and 202 accept. A receipt here is the server's status and no more: Ona takes the same id with anything in it.
//! <https://docs.getodk.org/openrosa-form-submission/>

mod answer;
mod multipart;
mod wire;

use self::wire::Wire;
use super::answer::{error, refusal};
use super::login::Exchange;
use super::{Backend, Capabilities, Configured, Parcel, ReceiptGrade, SendError, SendErrorKind};
use crate::attachment::Attachment;
use crate::configuration::{ConfigurationError, Fields};
use crate::credentials::Credential;
use crate::moment::Moment;
use crate::receipt::Receipt;
use crate::submission::Submission;
use crate::transport::{Method, Request, Response, Transport};

/// How long the question for the limit may take.
const HEAD_TIMEOUT_MS: u32 = 30_000;
/// How long a POST may take: it carries files.
const POST_TIMEOUT_MS: u32 = 10 * 60_000;
/// The limit of a server that announces none: KoBo's.
const USUAL_LIMIT: u64 = 10_000_000;
/// Files that go together in one POST are at most so many bytes, whatever the server takes: a phone has to hold them.
const MOST_AT_ONCE: u64 = 8 * 1024 * 1024;

/// An OpenRosa server.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OpenRosa {
    /// Where submissions go, with `{token}` where Central's app users have theirs:
    /// `https://central.example.org/v1/key/{token}/projects/1/submission`.
    pub url: String,
    /// Who sends.
    pub credential: Credential,
}

impl Configured for OpenRosa {
    fn read(fields: &mut Fields) -> Result<OpenRosa, ConfigurationError> {
        Ok(OpenRosa { url: fields.address("url")?, credential: Credential::default() })
    }

    fn write(&self) -> serde_json::Value {
        serde_json::json!({"url": self.url})
    }

    fn given(self, credential: Credential, _: Moment) -> OpenRosa {
        OpenRosa { credential, ..self }
    }

    fn addresses(&self) -> Vec<&str> {
        vec![&self.url]
    }
}

impl Backend for OpenRosa {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            receipt: ReceiptGrade::Status,
            replay: true,
            // Central and KoBo do, Ona does not look.
            refuses_other_content: true,
            attachments: true,
            encrypts: true,
            opens: false,
        }
    }

    async fn send(&self, parcel: &impl Parcel, transport: &impl Transport) -> Result<Receipt, SendError> {
        let submission = parcel.submission();
        let seed = wire::seed(submission);
        let exchange = Exchange::new(transport, &self.credential, &seed);
        let limit = limit(&exchange.send(self.head()).await?)?;
        let boundary = multipart::boundary(&seed);

        // Not before somebody is there to take it: it may mean to read every file.
        let wire = Wire::of(parcel).await?;
        let missing = wire.files().iter().enumerate().filter(|(_, file)| !parcel.has_arrived(&file.name));
        let posts = posts(wire.xml(), missing, limit)?;
        let mut response = None;
        for (n, files) in posts.iter().enumerate() {
            let more = n + 1 < posts.len();
            let mut body = multipart::Body::new(&boundary, wire.xml(), more);
            for (place, file) in files {
                body.file(file, &wire.bytes(*place).await?);
            }
            let answered = exchange.send(self.post(&boundary, body.end())).await?;
            answer::accepted(submission, &answered)?;
            for (_, file) in files {
                parcel.arrived(&file.name).await?;
            }
            response = Some(answered);
        }
        // There is always a POST, even when all files had arrived before.
        let response = response.ok_or_else(|| SendErrorKind::CannotBeSent.alone())?;
        Ok(receipt(submission, &response))
    }
}

impl OpenRosa {
    fn head(&self) -> Request {
        Request {
            method: Method::Head,
            url: self.url.clone(),
            headers: vec![("x-openrosa-version".into(), "1.0".into())],
            body: None,
            timeout_ms: HEAD_TIMEOUT_MS,
        }
    }

    fn post(&self, boundary: &str, body: Vec<u8>) -> Request {
        Request {
            method: Method::Post,
            url: self.url.clone(),
            headers: vec![
                ("content-type".into(), format!("multipart/form-data; boundary={boundary}")),
                ("x-openrosa-version".into(), "1.0".into()),
                ("accept".into(), "text/xml, application/json;q=0.5".into()),
            ],
            body: Some(body),
            timeout_ms: POST_TIMEOUT_MS,
        }
    }
}

/// How many bytes a POST may have, from the answer to HEAD. Nothing is sent to what does not answer as OpenRosa does.
fn limit(response: &Response) -> Result<u64, SendError> {
    let announced = response
        .header("x-openrosa-accept-content-length")
        .and_then(|length| length.trim().parse().ok())
        .filter(|length| *length > 0);
    let speaks = announced.is_some() || response.header("x-openrosa-version").is_some();
    match response.status {
        204 => Ok(announced.unwrap_or(USUAL_LIMIT)),
        200..=299 if speaks => Ok(announced.unwrap_or(USUAL_LIMIT)),
        // A server that knows no HEAD says nothing of POST.
        404 | 405 | 501 => Ok(USUAL_LIMIT),
        _ => Err(refusal(response, None, |_| SendErrorKind::NotTheServer)),
    }
}

/// Which files go together, each with its place: as many as fit, in their order, and at least one POST.
fn posts<'a>(
    xml: &str,
    files: impl Iterator<Item = (usize, &'a Attachment)>,
    limit: u64,
) -> Result<Vec<Vec<(usize, &'a Attachment)>>, SendError> {
    let bare = multipart::bare_size(xml);
    let too_large = |words: String| SendError { words, ..SendErrorKind::TooLarge.alone() };
    if bare > limit {
        return Err(too_large(format!("the answers are {bare} bytes, the server takes {limit}")));
    }
    let mut posts = vec![Vec::new()];
    let mut size = bare;
    for (place, file) in files {
        let more = multipart::file_size(file);
        if bare.saturating_add(more) > limit {
            let words = format!("{} is {} bytes, the server takes {limit}", file.name, file.size);
            return Err(too_large(words));
        }
        let last: &mut Vec<_> = posts.last_mut().expect("there is always one");
        let full = size.saturating_add(more) > limit.min(bare.saturating_add(MOST_AT_ONCE));
        if full && !last.is_empty() {
            posts.push(vec![(place, file)]);
            size = bare.saturating_add(more);
        } else {
            last.push((place, file));
            size = size.saturating_add(more);
        }
    }
    Ok(posts)
}

fn receipt(submission: &Submission, response: &Response) -> Receipt {
    Receipt {
        id: submission.id(),
        hash: submission.hash().to_owned(),
        server_time: super::answer::server_time(response),
        taken_in_as: None,
    }
}

/// An error of the answer module's kind, for this folder.
fn refused(kind: SendErrorKind, response: &Response, words: &str) -> SendError {
    error(kind, response, words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(status: u16, headers: &[(&str, &str)]) -> Response {
        let headers = headers.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        Response { status, headers, body: Vec::new() }
    }

    #[test]
    fn the_limit_is_what_an_openrosa_server_announces() {
        let length = "x-openrosa-accept-content-length";
        assert_eq!(limit(&answered(204, &[(length, "100000000")])).unwrap(), 100_000_000);
        assert_eq!(limit(&answered(204, &[(length, "no")])).unwrap(), USUAL_LIMIT);
        assert_eq!(limit(&answered(200, &[(length, "5000")])).unwrap(), 5_000);
        assert_eq!(limit(&answered(405, &[])).unwrap(), USUAL_LIMIT);
        for (status, kind) in [
            (200, SendErrorKind::NotTheServer),
            (302, SendErrorKind::NotTheServer),
            (401, SendErrorKind::LoginNeeded),
            (403, SendErrorKind::NotTheServer),
            (429, SendErrorKind::Busy),
            (502, SendErrorKind::ServerFault),
        ] {
            assert_eq!(limit(&answered(status, &[])).unwrap_err().kind, kind, "{status}");
        }
    }

    #[test]
    fn files_are_split_below_the_limit() {
        let file = |n: u32, size| Attachment {
            name: format!("{n}.jpg"),
            hash: "00".repeat(32),
            size,
            media_type: "image/jpeg".into(),
        };
        let files = [file(1, 4_000), file(2, 4_000), file(3, 9_500), file(4, 1)];
        let counts = |limit| -> Vec<usize> {
            posts("<x/>", files.iter().enumerate(), limit).unwrap().iter().map(Vec::len).collect()
        };
        assert_eq!(counts(1_000_000), [4]);
        assert_eq!(counts(11_000), [2, 2]);
        assert_eq!(counts(10_600), [2, 1, 1]);
        assert_eq!(posts("<x/>", [].iter().enumerate(), 10_000).unwrap(), [Vec::new()]);
        for limit in [5_000, 100] {
            assert_eq!(
                posts("<x/>", files.iter().enumerate(), limit).unwrap_err().kind,
                SendErrorKind::TooLarge
            );
        }
        let large = [file(1, MOST_AT_ONCE), file(2, 2), file(3, MOST_AT_ONCE * 3)];
        let posts = posts("<x/>", large.iter().enumerate(), u64::MAX).unwrap();
        assert_eq!(posts.iter().map(Vec::len).collect::<Vec<_>>(), [1, 1, 1]);
    }
}
