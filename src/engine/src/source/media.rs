//! A form's media: pictures, sounds and films that it names and that are no text. A bundle lists them by their hashes; their bytes lie elsewhere.
//!
//! The list is a file of the bundle like any other, so that a bundle's hash changes with its media, and each version of a form keeps its own.
//! What a file is, its first bytes say, never its name.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Bundle, Source};

/// The list's name in a bundle. No row of a form can name it: it has a folder.
pub const MEDIA_LIST: &str = "media/list.json";
/// The most files of one form.
pub const MAX_MEDIA: usize = 500;
/// The most bytes of one.
pub const MAX_MEDIA_BYTES: usize = 16 << 20;
/// The most bytes of all files of one form: phones load them over a mobile network.
pub const MAX_MEDIA_TOTAL: u64 = 64 << 20;
/// The most bytes of a name.
const MAX_NAME: usize = 120;

/// A file of a form as its bundle lists it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MediaFile {
    /// As the form names it, without a path: `well.png`.
    pub name: Arc<str>,
    /// SHA-256 of its bytes, lowercase hex.
    pub sha256: Arc<str>,
    /// In bytes.
    pub size: u64,
    /// Its content type, one of [`media_type`]'s.
    #[serde(rename = "type")]
    pub kind: Arc<str>,
}

/// A file as it is listed, and its bytes.
pub type WithBytes = (MediaFile, Vec<u8>);

/// Why a file can't be one of a form's.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum MediaError {
    /// The name is none: empty, too long, with a path in it, hidden, or not to be held by every device.
    Name {
        /// The file.
        file: String,
    },
    /// It is nothing that a phone shows or plays.
    Kind {
        /// The file.
        file: String,
    },
    /// It is over [`MAX_MEDIA_BYTES`].
    TooLarge {
        /// The file.
        file: String,
    },
    /// Two files have a name that some devices can't tell apart.
    Twice {
        /// The second.
        file: String,
    },
    /// There are more than [`MAX_MEDIA`].
    TooMany,
    /// Together they are over [`MAX_MEDIA_TOTAL`].
    TooMuch,
    /// The list in the bundle is not as it should be.
    Unread,
}

impl MediaError {
    /// Its name for programs, which have words for it in their reader's language.
    pub fn code(&self) -> &'static str {
        match self {
            MediaError::Name { .. } => "media_name",
            MediaError::Kind { .. } => "media_kind",
            MediaError::TooLarge { .. } => "media_too_large",
            MediaError::Twice { .. } => "media_twice",
            MediaError::TooMany => "media_too_many",
            MediaError::TooMuch => "media_too_much",
            MediaError::Unread => "media_unread",
        }
    }

    /// What [`Display`](std::fmt::Display) says, in Chinese.
    pub fn in_chinese(&self) -> String {
        match self {
            MediaError::Name { file } => {
                format!(
                    "“{file}”不能用作文件名：1 到 {MAX_NAME} 个字节，不带文件夹，不以点开头，不含 :*?\"<>|"
                )
            }
            MediaError::Kind { file } => {
                format!(
                    "“{file}”不是图片（PNG、JPEG、WebP、GIF、SVG）、录音（MP3、M4A、OGG、WAV）或视频（MP4、WebM）"
                )
            }
            MediaError::TooLarge { file } => format!("“{file}”超过 {} MB", MAX_MEDIA_BYTES >> 20),
            MediaError::Twice { file } => format!("有两个文件都叫“{file}”"),
            MediaError::TooMany => format!("一份表单最多 {MAX_MEDIA} 个图片、录音和视频"),
            MediaError::TooMuch => format!("一份表单的图片、录音和视频合计最多 {} MB", MAX_MEDIA_TOTAL >> 20),
            MediaError::Unread => "表单的图片、录音和视频清单有误".to_owned(),
        }
    }

    /// The file that it is about, if it is about one.
    pub fn file(&self) -> Option<&str> {
        match self {
            MediaError::Name { file }
            | MediaError::Kind { file }
            | MediaError::TooLarge { file }
            | MediaError::Twice { file } => Some(file),
            MediaError::TooMany | MediaError::TooMuch | MediaError::Unread => None,
        }
    }
}

impl std::fmt::Display for MediaError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            MediaError::Name { file } => {
                write!(
                    f,
                    "`{file}`: a name has 1 to {MAX_NAME} bytes, no path, no point first and none of :*?\"<>|"
                )
            }
            MediaError::Kind { file } => write!(
                f,
                "`{file}` is no picture (PNG, JPEG, WebP, GIF, SVG), sound (MP3, M4A, OGG, WAV) or film (MP4, WebM)"
            ),
            MediaError::TooLarge { file } => write!(f, "`{file}` is over {} MB", MAX_MEDIA_BYTES >> 20),
            MediaError::Twice { file } => write!(f, "there are two files `{file}`"),
            MediaError::TooMany => write!(f, "a form has at most {MAX_MEDIA} media files"),
            MediaError::TooMuch => {
                write!(f, "a form's media files have at most {} MB together", MAX_MEDIA_TOTAL >> 20)
            }
            MediaError::Unread => write!(f, "the form's list of media files is not as it should be"),
        }
    }
}

impl std::error::Error for MediaError {}

impl MediaFile {
    /// A file as it is listed, once it was looked into.
    ///
    /// # Errors
    /// Its name, its kind or its size is none that a form's file has.
    pub fn of(name: &str, bytes: &[u8]) -> Result<MediaFile, MediaError> {
        let file = || name.to_owned();
        if !is_name(name) {
            return Err(MediaError::Name { file: file() });
        }
        if bytes.len() > MAX_MEDIA_BYTES {
            return Err(MediaError::TooLarge { file: file() });
        }
        let kind = media_type(bytes).ok_or_else(|| MediaError::Kind { file: file() })?;
        let sha256: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(MediaFile {
            name: name.into(),
            sha256: sha256.into(),
            size: bytes.len() as u64,
            kind: kind.into(),
        })
    }

    /// Is it as [`MediaFile::of`] could have made it?
    fn check(&self) -> Result<(), MediaError> {
        let file = || self.name.to_string();
        if !is_name(&self.name) {
            return Err(MediaError::Name { file: file() });
        }
        if self.size > MAX_MEDIA_BYTES as u64 {
            return Err(MediaError::TooLarge { file: file() });
        }
        if !KINDS.contains(&&*self.kind) {
            return Err(MediaError::Kind { file: file() });
        }
        let is_hash = self.sha256.len() == 64
            && self.sha256.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if is_hash { Ok(()) } else { Err(MediaError::Unread) }
    }
}

impl Bundle {
    /// The media files that it lists, by name; none of a bundle without a list.
    ///
    /// # Errors
    /// The list is none, or breaks a bound: nothing of it is to be believed then.
    pub fn media(&self) -> Result<Vec<MediaFile>, MediaError> {
        let Some(list) = self.files.iter().find(|file| *file.name == *MEDIA_LIST) else {
            return Ok(Vec::new());
        };
        let listed: Vec<MediaFile> = serde_json::from_str(&list.text).map_err(|_| MediaError::Unread)?;
        check(&listed)?;
        // One spelling only, so that the same files make the same hash.
        if *list.text == *written(&listed) { Ok(listed) } else { Err(MediaError::Unread) }
    }

    /// The same with these media files and no others.
    ///
    /// # Errors
    /// Too many, too much together, or a name twice.
    pub fn with_media(mut self, mut media: Vec<MediaFile>) -> Result<Bundle, MediaError> {
        media.sort_by(|one, other| one.name.cmp(&other.name));
        check(&media)?;
        self.files.retain(|file| *file.name != *MEDIA_LIST);
        if !media.is_empty() {
            self.files.push(Source::new(MEDIA_LIST, written(&media)));
        }
        Ok(self)
    }
}

/// A form's folder for its media.
const FOLDER: &str = "media";
/// What the folder's name ends in that ODK's tools keep a form's files in: `form-media`.
const ODK_FOLDER: &str = "-media";

impl Bundle {
    /// The same with the media files that lie beside the form, and their bytes: all in its folder `media/` that are of a kind, and what its words name
    /// (`named`), also where it lies beside the form or in `FORM-media/`. `paths` are those of its folder, `read` gives what lies at one.
    ///
    /// # Errors
    /// A file that the form names can't be its file, or there are too many.
    pub fn gather_media<'a>(
        self,
        named: &[&str],
        paths: impl IntoIterator<Item = &'a str>,
        mut read: impl FnMut(&str) -> Option<Vec<u8>>,
    ) -> Result<(Bundle, Vec<WithBytes>), MediaError> {
        let mut chosen: BTreeMap<&str, (u8, &str)> = BTreeMap::new();
        for path in paths {
            let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
            let is_named = named.contains(&name);
            let place = match folder {
                "" if is_named => 0,
                FOLDER if is_named || !name.starts_with('.') => 1,
                folder if is_named && folder.ends_with(ODK_FOLDER) && !folder.contains('/') => 2,
                _ => continue,
            };
            // Drawings and lists that the engine reads are in the bundle itself.
            let is_text = self.files.iter().any(|file| file.name.rsplit('/').next() == Some(name));
            if !is_text && chosen.get(name).is_none_or(|(known, _)| place < *known) {
                chosen.insert(name, (place, path));
            }
        }
        let mut found: Vec<WithBytes> = Vec::new();
        for (name, (_, path)) in chosen {
            let Some(bytes) = read(path) else { continue };
            match MediaFile::of(name, &bytes) {
                Ok(file) => found.push((file, bytes)),
                // What else lies there nobody asks for.
                Err(MediaError::Kind { .. }) if !named.contains(&name) => {}
                Err(error) => return Err(error),
            }
            check(&found.iter().map(|(file, _)| file.clone()).collect::<Vec<_>>())?;
        }
        let bundle = self.with_media(found.iter().map(|(file, _)| file.clone()).collect())?;
        Ok((bundle, found))
    }
}

fn check(media: &[MediaFile]) -> Result<(), MediaError> {
    if media.len() > MAX_MEDIA {
        return Err(MediaError::TooMany);
    }
    let mut names = BTreeSet::new();
    for file in media {
        file.check()?;
        if !names.insert(file.name.to_lowercase()) {
            return Err(MediaError::Twice { file: file.name.to_string() });
        }
    }
    match media.iter().map(|file| file.size).sum::<u64>() <= MAX_MEDIA_TOTAL {
        true => Ok(()),
        false => Err(MediaError::TooMuch),
    }
}

/// A line for each, so that what differs between two versions is seen.
fn written(media: &[MediaFile]) -> String {
    let line = |file: &MediaFile| serde_json::to_string(file).expect("strings and a number serialise");
    let lines: Vec<String> = media.iter().map(line).collect();
    format!("[\n{}\n]\n", lines.join(",\n"))
}

/// A name that every device can keep a file under, and that leads nowhere.
fn is_name(name: &str) -> bool {
    (1..=MAX_NAME).contains(&name.len())
        && name.trim() == name
        && !name.starts_with('.')
        && !name
            .chars()
            .any(|c| c.is_control() || matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|'))
}

/// Every content type that [`media_type`] finds.
const KINDS: &[&str] = &[
    "image/png",
    "image/jpeg",
    "image/webp",
    "image/gif",
    "image/svg+xml",
    "audio/mpeg",
    "audio/mp4",
    "audio/ogg",
    "audio/wav",
    "video/mp4",
    "video/webm",
];

/// What a file is, by its first bytes; `None`: nothing that a form shows or plays.
pub fn media_type(bytes: &[u8]) -> Option<&'static str> {
    Some(match bytes {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', ..] => "image/png",
        [0xFF, 0xD8, 0xFF, ..] => "image/jpeg",
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => "image/gif",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => "image/webp",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'A', b'V', b'E', ..] => "audio/wav",
        [b'O', b'g', b'g', b'S', ..] => "audio/ogg",
        [b'I', b'D', b'3', ..] => "audio/mpeg",
        // A frame of MPEG's layer III: eleven bits of one, a version, and the layer.
        [0xFF, second, ..] if second & 0xE6 == 0xE2 => "audio/mpeg",
        [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] => match brand.get(..4)? {
            b"M4A " | b"M4B " => "audio/mp4",
            b"isom" | b"iso2" | b"iso4" | b"iso5" | b"iso6" | b"mp41" | b"mp42" | b"avc1" | b"M4V "
            | b"MSNV" | b"dash" => "video/mp4",
            // Photos of some phones (HEIC) and QuickTime, which not every browser shows.
            _ => return None,
        },
        // Matroska is called by the same first bytes, and not every browser plays it.
        [0x1A, 0x45, 0xDF, 0xA3, rest @ ..] if rest.windows(4).take(60).any(|four| four == b"webm") => {
            "video/webm"
        }
        _ => return is_svg(bytes).then_some("image/svg+xml"),
    })
}

/// Is it XML whose first element is `svg`?
fn is_svg(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let mut rest = text.trim_start_matches('\u{feff}').trim_start();
    loop {
        let end = match rest {
            rest if rest.starts_with("<!--") => "-->",
            rest if rest.starts_with("<?") => "?>",
            // Declarations of its own are no drawing program's.
            rest if rest.starts_with("<!DOCTYPE")
                && !rest.split('>').next().is_some_and(|it| it.contains('[')) =>
            {
                ">"
            }
            _ => break,
        };
        let Some((_, after)) = rest.split_once(end) else { return false };
        rest = after.trim_start();
    }
    let Some(name) = rest.strip_prefix('<') else { return false };
    let name = name.split(|c: char| c.is_whitespace() || matches!(c, '>' | '/')).next().unwrap_or_default();
    matches!(name, "svg" | "svg:svg")
}

#[cfg(test)]
mod tests {
    use super::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n a picture";

    fn form() -> Bundle {
        Bundle { main: Source::new("form.json", "{}"), files: vec![Source::new("a.csv", "name\n")] }
    }

    #[test]
    fn a_file_is_what_its_bytes_say() {
        let ftyp = |brand: &str| [b"\0\0\0\x18ftyp", brand.as_bytes(), b"\0\0\0\0"].concat();
        let found: &[(&[u8], Option<&str>)] = &[
            (PNG, Some("image/png")),
            (b"\xff\xd8\xff\xe0JFIF", Some("image/jpeg")),
            (b"RIFF\x01\0\0\0WEBPVP8 ", Some("image/webp")),
            (b"RIFF\x01\0\0\0WAVEfmt ", Some("audio/wav")),
            (b"RIFF\x01\0\0\0AVI LIST", None),
            (b"GIF89a", Some("image/gif")),
            (b"OggS\0", Some("audio/ogg")),
            (b"ID3\x04", Some("audio/mpeg")),
            (b"\xff\xfb\x90\x64", Some("audio/mpeg")),
            // AAC in a stream of its own, which some browsers don't play.
            (b"\xff\xf1\x50\x80", None),
            (&ftyp("M4A "), Some("audio/mp4")),
            (&ftyp("isom"), Some("video/mp4")),
            (&ftyp("heic"), None),
            (b"\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm", Some("video/webm")),
            (b"\x1a\x45\xdf\xa3\x9f\x42\x82\x88matroska", None),
            (b"%PDF-1.7", None),
            (b"MZ\x90\0", None),
            (b"PK\x03\x04", None),
            (b"<html><svg></svg></html>", None),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", Some("image/svg+xml")),
            (
                b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- a -->\n<!DOCTYPE svg PUBLIC 'x'>\n<svg>",
                Some("image/svg+xml"),
            ),
            (b"<!DOCTYPE svg [<!ENTITY a 'b'>]><svg>", None),
            (b"<svgx>", None),
            (b"", None),
        ];
        for (bytes, kind) in found {
            assert_eq!(media_type(bytes), *kind, "{}", String::from_utf8_lossy(bytes));
            assert!(kind.is_none_or(|kind| KINDS.contains(&kind)));
        }
    }

    #[test]
    fn names_lead_nowhere() {
        for name in ["well.png", "水井 2.png", "a-b_c.PNG"] {
            assert!(MediaFile::of(name, PNG).is_ok(), "{name}");
        }
        let long = "a".repeat(121);
        for name in ["", "../a.png", "a/b.png", "a\\b.png", ".a.png", " a.png", "C:a.png", "a\0.png", &long] {
            assert_eq!(MediaFile::of(name, PNG), Err(MediaError::Name { file: name.to_owned() }));
        }
        assert_eq!(MediaFile::of("a.png", b"MZ"), Err(MediaError::Kind { file: "a.png".into() }));
        let mut large = PNG.to_vec();
        large.resize(MAX_MEDIA_BYTES + 1, 0);
        assert_eq!(MediaFile::of("a.png", &large), Err(MediaError::TooLarge { file: "a.png".into() }));
    }

    #[test]
    fn a_list_comes_back_and_changes_the_hash() {
        let file = |name: &str| MediaFile::of(name, PNG).unwrap();
        let plain = form();
        let with = plain.clone().with_media(vec![file("b.png"), file("a.png")]).unwrap();
        let names: Vec<String> = with.media().unwrap().iter().map(|file| file.name.to_string()).collect();
        assert_eq!(names, ["a.png", "b.png"]);
        assert_ne!(with.hash(), plain.hash());
        assert_eq!(with.clone().with_media(vec![file("a.png"), file("b.png")]).unwrap(), with);
        assert_eq!(with.with_media(Vec::new()).unwrap(), plain, "without media there is no list");
    }

    #[test]
    fn media_is_gathered_from_where_it_lies() {
        let files: &[(&str, &[u8])] = &[
            ("form.json", b"{}"),
            ("beside.png", PNG),
            ("other.png", PNG),
            ("media/beside.png", b"GIF89a"),
            ("media/inside.png", PNG),
            ("media/notes.txt", b"notes"),
            ("media/.hidden.png", PNG),
            ("media/a.csv", b"name\n"),
            ("media/deep/er.png", PNG),
            ("form-media/odk.png", PNG),
            ("form-media/unnamed.png", PNG),
        ];
        let read = |path: &str| files.iter().find(|(name, _)| *name == path).map(|(_, bytes)| bytes.to_vec());
        let gather = |named: &[&str]| form().gather_media(named, files.iter().map(|(name, _)| *name), read);
        let (bundle, found) = gather(&["beside.png", "odk.png", "missing.png", "a.csv"]).unwrap();
        let names: Vec<(&str, &str)> = found.iter().map(|(file, _)| (&*file.name, &*file.kind)).collect();
        let expected = [("beside.png", "image/png"), ("inside.png", "image/png"), ("odk.png", "image/png")];
        assert_eq!(names, expected);
        assert_eq!(bundle.media().unwrap().len(), 3);
        assert_eq!(gather(&["notes.txt"]), Err(MediaError::Kind { file: "notes.txt".into() }));
    }

    #[test]
    fn a_list_has_bounds_and_one_spelling() {
        let file = |name: String, size: u64| MediaFile { size, ..MediaFile::of(&name, PNG).unwrap() };
        let many = (0..=MAX_MEDIA).map(|n| file(format!("{n}.png"), 1)).collect();
        assert_eq!(form().with_media(many), Err(MediaError::TooMany));
        let much = (0..5).map(|n| file(format!("{n}.png"), 16 << 20)).collect();
        assert_eq!(form().with_media(much), Err(MediaError::TooMuch));
        let twice = vec![file("a.png".into(), 1), file("A.PNG".into(), 1)];
        assert!(matches!(form().with_media(twice), Err(MediaError::Twice { .. })));
        let good = form().with_media(vec![file("a.png".into(), 1)]).unwrap();
        let spelled = |from: &str, to: &str| {
            let mut bundle = good.clone();
            let list = bundle.files.last_mut().unwrap();
            assert!(list.text.contains(from));
            list.text = list.text.replace(from, to).into();
            bundle.media()
        };
        assert_eq!(spelled("\n]", "]"), Err(MediaError::Unread));
        assert_eq!(spelled("a.png", "../a.png"), Err(MediaError::Name { file: "../a.png".into() }));
        assert_eq!(spelled("image/png", "text/html"), Err(MediaError::Kind { file: "a.png".into() }));
        assert_eq!(
            spelled("\"size\":1", "\"size\":99999999"),
            Err(MediaError::TooLarge { file: "a.png".into() })
        );
        assert_eq!(spelled("\"size\"", "\"length\""), Err(MediaError::Unread));
    }
}
