//! What a file is that is no form's: told by its first bytes, so that whoever chose the wrong one knows it.

/// A file of another kind, as people call it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OtherKind {
    /// A picture of any format.
    Picture,
    /// A recording.
    Sound,
    /// A film.
    Film,
    /// A PDF.
    Pdf,
    /// A page of the web, as many systems export tables under the name of a workbook.
    WebPage,
    /// A text document of Word's or LibreOffice's.
    Document,
    /// Slides.
    Slides,
    /// A spreadsheet of LibreOffice's own format.
    OpenSheet,
    /// A packed file that is no zip.
    Archive,
    /// A program.
    Program,
}

impl OtherKind {
    /// What these bytes are; none: nothing that is known here.
    pub fn of(bytes: &[u8]) -> Option<OtherKind> {
        Some(match bytes {
            [b'%', b'P', b'D', b'F', b'-', ..] => OtherKind::Pdf,
            [b'R', b'a', b'r', b'!', 0x1A, ..]
            | [b'7', b'z', 0xBC, 0xAF, ..]
            | [0x1F, 0x8B, 8, ..]
            | [0xFD, b'7', b'z', b'X', b'Z', ..] => OtherKind::Archive,
            [0x7F, b'E', b'L', b'F', ..] => OtherKind::Program,
            [b'B', b'M', ..] | [b'I', b'I', b'*', 0, ..] | [b'M', b'M', 0, b'*', ..] if is_binary(bytes) => {
                OtherKind::Picture
            }
            [b'M', b'Z', ..] if is_binary(bytes) => OtherKind::Program,
            // Photos of phones, which no media type of a form is.
            [_, _, _, _, b'f', b't', b'y', b'p', b'h' | b'm', b'e' | b'i', ..] => OtherKind::Picture,
            _ if is_page(bytes) => OtherKind::WebPage,
            _ => {
                let of_media = doorstep_engine::source::media_type(bytes)?;
                match of_media.split('/').next() {
                    Some("image") => OtherKind::Picture,
                    // A table may begin with the letters that a recording does.
                    Some("audio") if is_binary(bytes) => OtherKind::Sound,
                    Some("video") if is_binary(bytes) => OtherKind::Film,
                    _ => return None,
                }
            }
        })
    }

    /// What a zip with these files is, their names in small letters; none: nothing that is known here.
    pub(crate) fn of_package(holds: impl Fn(&str) -> bool, mimetype: Option<&[u8]>) -> Option<OtherKind> {
        let open = |kind: &[u8]| mimetype.is_some_and(|said| said.starts_with(kind));
        if holds("word/document.xml") || open(b"application/vnd.oasis.opendocument.text") {
            return Some(OtherKind::Document);
        }
        if holds("ppt/presentation.xml") || open(b"application/vnd.oasis.opendocument.presentation") {
            return Some(OtherKind::Slides);
        }
        open(b"application/vnd.oasis.opendocument.spreadsheet").then_some(OtherKind::OpenSheet)
    }

    /// `a picture`
    pub(crate) fn english(self) -> &'static str {
        match self {
            OtherKind::Picture => "a picture",
            OtherKind::Sound => "a sound",
            OtherKind::Film => "a film",
            OtherKind::Pdf => "a PDF",
            OtherKind::WebPage => "a web page",
            OtherKind::Document => "a text document",
            OtherKind::Slides => "a file of slides",
            OtherKind::OpenSheet => "an OpenDocument spreadsheet (.ods)",
            OtherKind::Archive => "a packed file",
            OtherKind::Program => "a program",
        }
    }

    /// `一张图片`
    pub(crate) fn chinese(self) -> &'static str {
        match self {
            OtherKind::Picture => "一张图片",
            OtherKind::Sound => "一段录音",
            OtherKind::Film => "一段视频",
            OtherKind::Pdf => "一份 PDF",
            OtherKind::WebPage => "一个网页",
            OtherKind::Document => "一份文字文档",
            OtherKind::Slides => "一份幻灯片",
            OtherKind::OpenSheet => "OpenDocument 表格（.ods）",
            OtherKind::Archive => "一个压缩包（不是 zip）",
            OtherKind::Program => "一个程序",
        }
    }

    /// Does a spreadsheet program open it, and save it as a workbook?
    pub(crate) fn is_table(self) -> bool {
        matches!(self, OtherKind::WebPage | OtherKind::OpenSheet)
    }
}

/// Is it no text in UTF-8?
fn is_binary(bytes: &[u8]) -> bool {
    let start = &bytes[..bytes.len().min(4096)];
    match std::str::from_utf8(start) {
        Ok(text) => text.contains('\0'),
        // The cut may go through a character.
        Err(error) => error.error_len().is_some() || start.contains(&0),
    }
}

fn is_page(bytes: &[u8]) -> bool {
    let start = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let start: String = start.iter().take(256).map(|byte| char::from(byte.to_ascii_lowercase())).collect();
    let start = start.trim_start();
    start.starts_with("<!doctype html") || (start.starts_with("<html") && !start.starts_with("<html:"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_known_by_their_first_bytes() {
        let of = OtherKind::of;
        assert_eq!(of(b"\x89PNG\r\n\x1a\n"), Some(OtherKind::Picture));
        assert_eq!(of(b"\xff\xd8\xff\xe0\x00\x10JFIF"), Some(OtherKind::Picture));
        assert_eq!(of(b"\0\0\0\x20ftypheic\0\0"), Some(OtherKind::Picture));
        assert_eq!(of(b"BM\x8a\0\0\0"), Some(OtherKind::Picture));
        assert_eq!(of(b"%PDF-1.7\n"), Some(OtherKind::Pdf));
        assert_eq!(of(b"MZ\x90\0\x03"), Some(OtherKind::Program));
        assert_eq!(of(b"Rar!\x1a\x07"), Some(OtherKind::Archive));
        assert_eq!(of(b"\xef\xbb\xbf\n<!DOCTYPE html><html>"), Some(OtherKind::WebPage));
        assert_eq!(of(b"ID3\x04\0\0"), Some(OtherKind::Sound));
    }

    #[test]
    fn tables_and_forms_are_none() {
        for text in ["ID3,name\n", "MZ,name\n", "BM,a\n", "type,name\n", "{\"survey\": []}", ""] {
            assert_eq!(OtherKind::of(text.as_bytes()), None, "{text}");
        }
        // An XForm as pyxform writes it: its outermost element is of XHTML.
        assert_eq!(
            OtherKind::of(b"<?xml version=\"1.0\"?><h:html xmlns:h=\"http://www.w3.org/1999/xhtml\">"),
            None
        );
        assert_eq!(OtherKind::of("类".repeat(2000).as_bytes()), None);
    }
}
