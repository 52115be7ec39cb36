//! The last resort, which always exists: a parcel as one file, carried by hand.
//!
//! The file is a ZIP without compression that any tool opens: `submission.json` (the sealed bytes), then `files/NAME`. How it
//! leaves the device is the app's: it answers a PUT to [`FileDrop::SCHEME`] when its user has put the file somewhere, with id and hash.
//! Kept here: an ordinary network, which knows no such address, never accepts one.

use serde::Deserialize;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::answer::{error, server_time};
use super::login::Exchange;
use super::{Backend, Capabilities, Configured, Parcel, ReceiptGrade, SendError, SendErrorKind, files};
use crate::configuration::{ConfigurationError, Fields};
use crate::credentials::Credential;
use crate::moment::Moment;
use crate::receipt::Receipt;
use crate::transport::{Method, Request, Transport};

/// How many bytes of files a bundle takes unless the configuration says otherwise: a phone has to hold it twice.
const USUAL_LIMIT: u64 = 100_000_000;
/// Somebody has to choose a place.
const TIMEOUT_MS: u32 = 10 * 60_000;

/// A file that somebody carries.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FileDrop {
    /// How many bytes of files a bundle takes in all.
    pub limit: u64,
}

impl Configured for FileDrop {
    fn read(fields: &mut Fields) -> Result<FileDrop, ConfigurationError> {
        Ok(FileDrop { limit: fields.number_or_none("limit")?.unwrap_or(USUAL_LIMIT) })
    }

    fn write(&self) -> Json {
        json!({"limit": self.limit})
    }

    fn given(self, _: Credential, _: Moment) -> FileDrop {
        self
    }

    fn addresses(&self) -> Vec<&str> {
        Vec::new()
    }
}

#[derive(Deserialize)]
struct Dropped {
    id: Uuid,
    hash: String,
}

impl Backend for FileDrop {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            receipt: ReceiptGrade::Status,
            replay: true,
            refuses_other_content: false,
            attachments: true,
            encrypts: false,
            opens: false,
        }
    }

    async fn send(&self, parcel: &impl Parcel, transport: &impl Transport) -> Result<Receipt, SendError> {
        let submission = parcel.submission();
        let none = Credential::default();
        let exchange = Exchange::new(transport, &none, submission.hash());
        let request = Request {
            method: Method::Put,
            url: format!("{}{}.zip", FileDrop::SCHEME, submission.id()),
            headers: vec![("content-type".into(), "application/zip".into())],
            body: Some(self.bundle(parcel).await?),
            timeout_ms: TIMEOUT_MS,
        };
        let response = exchange.alone(request).await?;
        let dropped: Option<Dropped> = serde_json::from_slice(&response.body).ok();
        match (response.status, dropped) {
            (200 | 201, Some(dropped)) => {
                let server_time = server_time(&response);
                let receipt = Receipt { id: dropped.id, hash: dropped.hash, server_time, taken_in_as: None };
                match receipt.proves(submission.id(), submission.hash()) {
                    true => Ok(receipt),
                    false => Err(error(SendErrorKind::NotItsReceipt, &response, "")),
                }
            }
            _ => Err(super::answer::refusal(&response, None, |_| SendErrorKind::NotTheServer)),
        }
    }
}

impl FileDrop {
    /// The address of a file that is carried; its name follows.
    pub const SCHEME: &str = "file-drop:";

    /// The parcel as one file.
    ///
    /// # Errors
    /// `CannotBeSent` if its files are beyond the limit; what reading them meets.
    pub async fn bundle(&self, parcel: &impl Parcel) -> Result<Vec<u8>, SendError> {
        let submission = parcel.submission();
        files::fits(submission.attachments(), self.limit.min(u64::from(u32::MAX / 2)))?;
        let mut zip = Zip::default();
        zip.add("submission.json", submission.body().as_bytes());
        for file in submission.attachments() {
            zip.add(&format!("files/{}", file.name), &parcel.file(file).await?);
        }
        Ok(zip.end())
    }
}

/// A ZIP of stored entries, as APPNOTE.TXT §4.3 has it, dated 1980 so that the same parcel has the same bytes.
#[derive(Default)]
struct Zip {
    bytes: Vec<u8>,
    directory: Vec<u8>,
    entries: u16,
}

/// Version 2.0 needed.
const VERSION: u16 = 20;
/// §4.4.4, bit 11: names are UTF-8.
const UTF8_NAMES: u16 = 1 << 11;
/// The first of January 1980.
const DATE: u16 = 0x21;

impl Zip {
    /// Adds an entry. Sizes fit: what [`FileDrop::bundle`] takes is far below 4 GiB, and submissions name 200 files at most.
    fn add(&mut self, name: &str, content: &[u8]) {
        let (size, offset) = (content.len() as u32, self.bytes.len() as u32);
        let mut common = Vec::new();
        for number in [VERSION, UTF8_NAMES, 0, 0, DATE] {
            common.extend(number.to_le_bytes());
        }
        for number in [crc32(content), size, size] {
            common.extend(number.to_le_bytes());
        }
        // The name's length, and no extra field.
        common.extend((name.len() as u16).to_le_bytes());
        common.extend([0; 2]);

        self.bytes.extend(b"PK\x03\x04");
        self.bytes.extend(&common);
        self.bytes.extend(name.as_bytes());
        self.bytes.extend(content);

        self.directory.extend(b"PK\x01\x02");
        self.directory.extend(VERSION.to_le_bytes());
        self.directory.extend(&common);
        // No comment, disk 0, no attributes.
        self.directory.extend([0; 10]);
        self.directory.extend(offset.to_le_bytes());
        self.directory.extend(name.as_bytes());
        self.entries += 1;
    }

    fn end(mut self) -> Vec<u8> {
        let start = self.bytes.len() as u32;
        self.bytes.extend(&self.directory);
        self.bytes.extend(b"PK\x05\x06\0\0\0\0");
        self.bytes.extend(self.entries.to_le_bytes());
        self.bytes.extend(self.entries.to_le_bytes());
        self.bytes.extend((self.directory.len() as u32).to_le_bytes());
        self.bytes.extend(start.to_le_bytes());
        self.bytes.extend([0; 2]);
        self.bytes
    }
}

/// The checksum of ZIP and PNG (ISO 3309), a bit at a time through a table of sixteen.
fn crc32(bytes: &[u8]) -> u32 {
    const TABLE: [u32; 16] = {
        let mut table = [0; 16];
        let mut n = 0;
        while n < 16 {
            let mut value = n as u32;
            let mut bit = 0;
            while bit < 4 {
                value = if value & 1 == 1 { (value >> 1) ^ 0xedb8_8320 } else { value >> 1 };
                bit += 1;
            }
            table[n] = value;
            n += 1;
        }
        table
    };
    let step = |crc: u32, nibble: u8| (crc >> 4) ^ TABLE[((crc ^ u32::from(nibble)) & 15) as usize];
    !bytes.iter().fold(u32::MAX, |crc, byte| step(step(crc, byte & 15), byte >> 4))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_standards() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(crc32(b""), 0);
    }
}
