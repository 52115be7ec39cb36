//! A file that an answer names: a photo, a recording. Kept as a record of its own before the answer names it.
//!
//! Its hash is part of the submission's sealed bytes, so that whoever has these knows what else there must be.

use serde::{Deserialize, Serialize};

use crate::record::{self, Record, RecordError};
use crate::submission::content_hash;

/// The longest name, in characters: Ona takes no longer ones.
const LONGEST_NAME: usize = 100;

/// What is known of a file without its bytes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Attachment {
    /// As the answer has it: [`is_name`]. One submission has no two of the same name.
    pub name: String,
    /// SHA-256 of its bytes, 64 lowercase hex characters.
    pub hash: String,
    /// How many bytes it has.
    pub size: u64,
    /// What it is: `image/jpeg`.
    pub media_type: String,
}

impl Attachment {
    /// The file with these bytes; `None` if that is no name for one, or no media type.
    pub fn of(name: &str, media_type: &str, bytes: &[u8]) -> Option<Attachment> {
        let fits = is_name(name) && is_media_type(media_type);
        fits.then(|| Attachment {
            name: name.to_owned(),
            hash: content_hash(bytes),
            size: bytes.len() as u64,
            media_type: media_type.to_owned(),
        })
    }

    /// Are these its bytes?
    pub fn has(&self, bytes: &[u8]) -> bool {
        self.size == bytes.len() as u64 && self.hash == content_hash(bytes)
    }
}

/// May a file be called so? A name goes into folders, URLs and headers elsewhere: letters and digits of any script, space, `-`, `_`, `(`, `)` and `.`,
/// no dot or space at either end, at most a hundred characters.
pub fn is_name(name: &str) -> bool {
    let end = |c: char| c == '.' || c == ' ';
    let within = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | ' ' | '(' | ')');
    !name.is_empty()
        && name.chars().count() <= LONGEST_NAME
        && name.chars().all(within)
        && !name.starts_with(end)
        && !name.ends_with(end)
}

/// `type/subtype` as RFC 6838 §4.2 lets it be, without parameters.
pub fn is_media_type(text: &str) -> bool {
    let part = |part: &str| {
        let within = |b: u8| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b);
        (1..=127).contains(&part.len()) && part.bytes().all(within)
    };
    text.split_once('/').is_some_and(|(kind, sub)| part(kind) && part(sub))
}

/// A file's record, and what sealed bytes say of it.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AttachmentV1 {
    pub(crate) name: String,
    pub(crate) sha256: String,
    pub(crate) size: u64,
    #[serde(rename = "type")]
    pub(crate) media_type: String,
}

impl AttachmentV1 {
    /// What it says, if that can be.
    pub(crate) fn read(self) -> Option<Attachment> {
        let hash = self.sha256.len() == 64
            && self.sha256.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        (hash && is_name(&self.name) && is_media_type(&self.media_type)).then_some(Attachment {
            name: self.name,
            hash: self.sha256,
            size: self.size,
            media_type: self.media_type,
        })
    }
}

impl From<Attachment> for AttachmentV1 {
    fn from(file: Attachment) -> AttachmentV1 {
        AttachmentV1 { name: file.name, sha256: file.hash, size: file.size, media_type: file.media_type }
    }
}

/// As the device's record keeps it: with a version, which refuses fields of its own beside it.
#[derive(Serialize, Deserialize)]
struct KeptV1 {
    name: String,
    sha256: String,
    size: u64,
    media_type: String,
}

impl Record for Attachment {
    const KIND: &'static str = "attachment";

    fn to_bytes(&self) -> Vec<u8> {
        let file = self.clone();
        let kept =
            KeptV1 { name: file.name, sha256: file.hash, size: file.size, media_type: file.media_type };
        record::encode(1, &kept)
    }

    fn from_bytes(bytes: &[u8]) -> Result<Attachment, RecordError> {
        let v1: KeptV1 = match record::version(Self::KIND, bytes)? {
            1 => record::decode(Self::KIND, bytes)?,
            version => return Err(record::newer(Self::KIND, version)),
        };
        Ok(Attachment { name: v1.name, hash: v1.sha256, size: v1.size, media_type: v1.media_type })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::record::golden;

    /// A photo of three bytes.
    pub(crate) fn sample() -> (Attachment, Vec<u8>) {
        let bytes = vec![0xff, 0xd8, 0xff];
        (Attachment::of("户口本-1.jpg", "image/jpeg", &bytes).unwrap(), bytes)
    }

    #[test]
    fn the_first_version_is_as_it_was() {
        golden::check("attachment.v1.json", &sample().0);
    }

    #[test]
    fn no_name_leads_out_of_a_folder_or_a_header() {
        for name in ["a.jpg", "户口本 (2).jpg", "a_b-c.2.png", &"é".repeat(100)] {
            assert!(is_name(name), "{name}");
        }
        let bad = [
            "",
            ".",
            "..",
            ".a",
            "a.",
            " a",
            "a ",
            "a/b",
            "a\\b",
            "../a",
            "a\0",
            "a\n",
            "a\"b",
            "a%2fb",
            "a:b",
            "a;b",
            "con\u{202e}gpj.exe",
            "<a>",
        ];
        for name in bad.into_iter().chain([&*"a".repeat(101)]) {
            assert!(!is_name(name), "{name:?}");
            assert_eq!(Attachment::of(name, "image/jpeg", b""), None);
        }
    }

    #[test]
    fn a_media_type_has_two_parts_and_no_more() {
        for good in ["image/jpeg", "application/vnd.ms-excel", "image/svg+xml"] {
            assert!(is_media_type(good));
        }
        for bad in ["", "image", "image/", "/jpeg", "image/jpeg; a=b", "image/jpeg\r\nx: y", "图/jpeg"] {
            assert!(!is_media_type(bad), "{bad:?}");
        }
    }

    #[test]
    fn only_its_own_bytes_are_its() {
        let (file, bytes) = sample();
        assert!(file.has(&bytes));
        assert!(!file.has(&bytes[..2]));
        assert!(!file.has(&[0, 0, 0]));
    }
}
