//! The body of a submission: multipart/form-data (RFC 7578), one part for the XML and one for each file.
//!
//! Kept here: the same submission has the same bytes, since the boundary is made from its hash.

use crate::attachment::Attachment;

/// Told to Aggregate's heirs when more POSTs follow; others pass it over.
const INCOMPLETE: &str = "*isIncomplete*";

/// At most 70 characters (RFC 2046 §5.1.1), and found in no content by chance.
pub(super) fn boundary(hash: &str) -> String {
    format!("doorstep-{}", hash.get(..48).unwrap_or(hash))
}

/// A body that grows by its parts.
pub(super) struct Body<'a> {
    boundary: &'a str,
    bytes: Vec<u8>,
}

impl<'a> Body<'a> {
    /// With the XML, and the word that more follows.
    pub(super) fn new(boundary: &'a str, xml: &str, more: bool) -> Body<'a> {
        let mut body = Body { boundary, bytes: Vec::with_capacity(xml.len() + 1_024) };
        let disposition = "name=\"xml_submission_file\"; filename=\"submission.xml\"";
        body.part(disposition, Some("text/xml"), xml.as_bytes());
        if more {
            body.part(&format!("name=\"{INCOMPLETE}\""), None, b"yes");
        }
        body
    }

    /// Adds a file under its name, which holds nothing that a header can't ([`crate::attachment::is_name`]).
    pub(super) fn file(&mut self, file: &Attachment, bytes: &[u8]) {
        let disposition = format!("name=\"{0}\"; filename=\"{0}\"", file.name);
        self.part(&disposition, Some(&file.media_type), bytes);
    }

    fn part(&mut self, disposition: &str, media_type: Option<&str>, bytes: &[u8]) {
        let mut head = format!("--{}\r\nContent-Disposition: form-data; {disposition}\r\n", self.boundary);
        if let Some(media_type) = media_type {
            head += &format!("Content-Type: {media_type}\r\n");
        }
        head += "\r\n";
        self.bytes.reserve(head.len() + bytes.len() + 2);
        self.bytes.extend_from_slice(head.as_bytes());
        self.bytes.extend_from_slice(bytes);
        self.bytes.extend_from_slice(b"\r\n");
    }

    /// The whole.
    pub(super) fn end(mut self) -> Vec<u8> {
        self.bytes.extend_from_slice(format!("--{}--\r\n", self.boundary).as_bytes());
        self.bytes
    }
}

/// What surrounds a part at most, in bytes, without its name and type.
const AROUND: u64 = 300;

/// How many bytes a body without files has at most.
pub(super) fn bare_size(xml: &str) -> u64 {
    xml.len() as u64 + 2 * AROUND
}

/// How many bytes a file adds at most.
pub(super) fn file_size(file: &Attachment) -> u64 {
    file.size.saturating_add(AROUND + 2 * file.name.len() as u64 + file.media_type.len() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_as_the_rfc_has_them_and_as_large_as_was_said() {
        let boundary = boundary(&"ab".repeat(32));
        assert!(boundary.len() <= 70);
        let file = Attachment::of("户口本-1.jpg", "image/jpeg", b"\xff\xd8\xff").unwrap();
        let mut body = Body::new(&boundary, "<data/>", true);
        body.file(&file, b"\xff\xd8\xff");
        let bytes = body.end();
        assert!((bytes.len() as u64) < bare_size("<data/>") + file_size(&file));
        let text = String::from_utf8_lossy(&bytes);
        let head = format!("--{boundary}\r\nContent-Disposition: form-data; ");
        assert!(text.starts_with(&format!(
            "{head}name=\"xml_submission_file\"; filename=\"submission.xml\"\r\nContent-Type: text/xml\r\n\r\n<data/>\r\n{head}name=\"*isIncomplete*\"\r\n\r\nyes\r\n"
        )));
        assert!(text.contains(
            "name=\"户口本-1.jpg\"; filename=\"户口本-1.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n"
        ));
        assert!(text.ends_with(&format!("\r\n--{boundary}--\r\n")));
    }

    #[test]
    fn the_longest_names_and_types_fit_what_was_said() {
        let boundary = boundary(&"ab".repeat(32));
        let media_type = format!("{0}/{0}", "x".repeat(127));
        let file = Attachment::of(&"户".repeat(100), &media_type, b"").unwrap();
        let mut body = Body::new(&boundary, "", true);
        let bare = body.bytes.len();
        body.file(&file, b"");
        assert!((body.bytes.len() - bare) as u64 <= file_size(&file), "{}", body.bytes.len() - bare);
    }
}
