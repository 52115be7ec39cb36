//! How files reach a backend that takes no more than a body of JSON: put under their hashes somewhere first, or within the body.
//!
//! Kept here: a file is never left behind without a word. What neither way can carry is refused before anything is sent.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value as Json, json};

use super::answer::{error, is_page, plain_words, refusal};
use super::login::Exchange;
use super::{Parcel, SendError, SendErrorKind};
use crate::attachment::Attachment;
use crate::configuration::{ConfigurationError, Fields, is_address};
use crate::transport::{Method, Request, Response, Transport};

/// What in the address stands for the file's hash.
const HASH: &str = "{hash}";
/// How long a file may take.
const TIMEOUT_MS: u32 = 10 * 60_000;

/// How files are sent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Files {
    /// Where each is put, by its hash: `https://files.example.org/{hash}`.
    pub upload: Option<String>,
    /// Without that, how many bytes of files the body takes in all.
    pub inline_limit: u64,
}

impl Files {
    /// Reads `"files": {"upload": "https://…/{hash}"}` or `"files": {"inline_limit": 1000000}`.
    pub(super) fn read(fields: &mut Fields, usual_limit: u64) -> Result<Files, ConfigurationError> {
        let mut files = Files { upload: None, inline_limit: usual_limit };
        let Some((place, json)) = fields.json("files") else { return Ok(files) };
        let mut own = Fields::of(&place, json)?;
        if let Some(upload) = own.text_or_none("upload")? {
            if !is_address(upload) || !upload.contains(HASH) {
                return Err(own.wrong("upload", "has to be an https:// address with {hash} in it"));
            }
            files.upload = Some(upload.to_owned());
        }
        files.inline_limit = own.number_or_none("inline_limit")?.unwrap_or(usual_limit);
        own.end()?;
        Ok(files)
    }

    pub(super) fn write(&self) -> Json {
        match &self.upload {
            Some(upload) => json!({"upload": upload, "inline_limit": self.inline_limit}),
            None => json!({"inline_limit": self.inline_limit}),
        }
    }

    /// Sends the files, or reads them for the body. Each as an object {name, sha256, size, type} and `url` or `data` (base64).
    ///
    /// `target` is the backend's own address: no other server is told who sends.
    ///
    /// # Errors
    /// [`SendError`]: `CannotBeSent` if the body would grow beyond the limit, and whatever an upload meets.
    pub(super) async fn send<T: Transport>(
        &self,
        parcel: &impl Parcel,
        exchange: &Exchange<'_, T>,
        target: &str,
    ) -> Result<Vec<Json>, SendError> {
        let files = parcel.submission().attachments();
        if self.upload.is_none() {
            fits(files, self.inline_limit)?;
        }
        let mut sent = Vec::new();
        for file in files {
            let (key, value) = match &self.upload {
                Some(upload) => {
                    let url = upload.replace(HASH, &file.hash);
                    if !parcel.has_arrived(&file.hash) {
                        put(parcel, exchange, target, file, &url).await?;
                        parcel.arrived(&file.hash).await?;
                    }
                    ("url", url)
                }
                None => ("data", STANDARD.encode(parcel.file(file).await?)),
            };
            sent.push(
                json!({"name": file.name, "sha256": file.hash, "size": file.size, "type": file.media_type, key: value}),
            );
        }
        Ok(sent)
    }
}

/// Do the files fit into a body?
///
/// # Errors
/// `CannotBeSent`, with both figures.
pub(super) fn fits(files: &[Attachment], limit: u64) -> Result<(), SendError> {
    let size = files.iter().fold(0, |sum: u64, file| sum.saturating_add(file.size));
    if files.is_empty() || size <= limit {
        return Ok(());
    }
    let words = format!("its files are {size} bytes, within a body this target takes {limit}");
    Err(SendError { words, ..SendErrorKind::CannotBeSent.alone() })
}

async fn put<T: Transport>(
    parcel: &impl Parcel,
    exchange: &Exchange<'_, T>,
    target: &str,
    file: &Attachment,
    url: &str,
) -> Result<(), SendError> {
    let request = Request {
        method: Method::Put,
        url: url.to_owned(),
        headers: vec![("content-type".into(), file.media_type.clone())],
        body: Some(parcel.file(file).await?),
        timeout_ms: TIMEOUT_MS,
    };
    let response = match origin(url) == origin(target) {
        true => exchange.send(request).await?,
        false => exchange.alone(request).await?,
    };
    read_stored(&response)
}

fn read_stored(response: &Response) -> Result<(), SendError> {
    match response.status {
        200 | 201 | 204 if !is_page(response) => Ok(()),
        200..=299 => Err(error(SendErrorKind::NotTheServer, response, "")),
        _ => Err(refusal(response, plain_words(response), |status| match status {
            413 => SendErrorKind::TooLarge,
            404 | 405 => SendErrorKind::NotTheServer,
            409 | 423 => SendErrorKind::Busy,
            _ => SendErrorKind::Refused,
        })),
    }
}

/// Scheme, host and port; empty for the app's own server.
fn origin(url: &str) -> &str {
    let Some(start) = url.find("://") else { return "" };
    let host = &url[start + 3..];
    &url[..start + 3 + host.find(['/', '?']).unwrap_or(host.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_sends_is_told_to_one_origin_alone() {
        assert_eq!(origin("https://a.example:8443/x?y"), "https://a.example:8443");
        assert_eq!(origin("https://a.example"), "https://a.example");
        assert_eq!(origin("/api/hook"), "");
        assert_ne!(origin("https://a.example/x"), origin("https://a.example.org/x"));
        assert_ne!(origin("https://a.example/x"), origin("http://a.example/x"));
    }
}
