//! What goes with a form and is no sheet: pictures, sounds and films, and the lists and drawings that the engine reads.
//!
//! Lists and drawings are text and lie in the document; of the others it holds the list ([`Bundle::media`]), and their bytes lie with the device, by hash.

use doorstep_engine::source::{MAX_MEDIA_BYTES, MEDIA_LIST, MediaFile};
use doorstep_engine::{Bundle, Form, MediaError, Source};
use serde_json::Value as Json;

use crate::document::{Document, OpenError};

/// What is text, by the end of its name.
const TEXTS: &[&str] = &[".csv", ".xml", ".geojson", ".svg"];

/// Why a file does not go with the form.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NotAdded {
    /// It can't be one of a form's media files.
    Media(MediaError),
    /// A list or drawing that is no text in UTF-8.
    NotText(String),
}

/// A file that goes with a form.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Beside {
    /// As the form names it.
    pub name: String,
    /// In bytes.
    pub size: u64,
    /// Its content type, where it is a picture, sound or film.
    pub kind: Option<String>,
    /// Under which its bytes lie with the device.
    pub sha256: Option<String>,
}

/// All that goes with a document, by name.
pub fn all(document: &Document) -> Vec<Beside> {
    let files = document.files();
    let texts = files.iter().filter(|file| *file.name != *MEDIA_LIST).map(|file| Beside {
        name: file.name.to_string(),
        size: file.text.len() as u64,
        kind: None,
        sha256: None,
    });
    let media = listed(document).into_iter().map(|file| Beside {
        name: file.name.to_string(),
        size: file.size,
        kind: Some(file.kind.to_string()),
        sha256: Some(file.sha256.to_string()),
    });
    let mut all: Vec<Beside> = texts.chain(media).collect();
    all.sort_by(|a, b| a.name.cmp(&b.name));
    all
}

/// Its media files, as its list says.
pub fn listed(document: &Document) -> Vec<MediaFile> {
    of_files(&document.files()).media().unwrap_or_default()
}

/// The files with one more, or another of that name; and of a picture, sound or film what it is kept as.
///
/// # Errors
/// [`NotAdded`].
pub fn with(
    document: &Document,
    name: &str,
    bytes: &[u8],
) -> Result<(Vec<Source>, Option<MediaFile>), NotAdded> {
    let lower = name.to_lowercase();
    if TEXTS.iter().any(|ending| lower.ends_with(ending)) {
        if bytes.len() > MAX_MEDIA_BYTES {
            return Err(NotAdded::Media(MediaError::TooLarge { file: name.to_owned() }));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| NotAdded::NotText(name.to_owned()))?;
        let mut files = without(document, name);
        files.push(Source::new(name, text.trim_start_matches('\u{feff}')));
        return Ok((files, None));
    }
    let file = MediaFile::of(name, bytes).map_err(NotAdded::Media)?;
    let rest = of_files(&without(document, name));
    let mut media = rest.media().unwrap_or_default();
    media.push(file.clone());
    let bundle = rest.with_media(media).map_err(NotAdded::Media)?;
    Ok((bundle.files, Some(file)))
}

/// The files but one.
pub fn without(document: &Document, name: &str) -> Vec<Source> {
    let mut texts = document.files();
    texts.retain(|file| *file.name != *name && *file.name != *MEDIA_LIST);
    let bundle = of_files(&texts);
    let media = listed(document).into_iter().filter(|file| *file.name != *name).collect();
    // A part of what was within the bounds is so too.
    bundle.clone().with_media(media).unwrap_or(bundle).files
}

/// The files of a document with those of another one that these rows of its survey name and that are not here; and are they any?
pub fn with_named(document: &Document, other: &Document, rows: (usize, usize)) -> (Vec<Source>, bool) {
    let mut files = document.files();
    let before = files.len();
    let Some(survey) = other.find("survey") else { return (files, false) };
    let cells: Vec<&str> = other.sheet(survey).rows[rows.0..rows.1.min(other.sheet(survey).rows.len())]
        .iter()
        .flat_map(|row| row.iter().map(String::as_str))
        .collect();
    for file in other.files().into_iter().filter(|file| *file.name != *MEDIA_LIST) {
        let short = file.name.rsplit('/').next().unwrap_or_default();
        let is_named = cells.iter().any(|cell| cell.split_whitespace().any(|word| word.ends_with(short)));
        if is_named && files.iter().all(|own| own.name != file.name) {
            files.push(file);
        }
    }
    let is_more = files.len() > before;
    (files, is_more)
}

/// What a form names, and does not come with.
pub fn missing(form: &Form) -> Vec<String> {
    form.media_missing().into_iter().map(str::to_owned).collect()
}

fn of_files(files: &[Source]) -> Bundle {
    Bundle { main: Source::new("form.xlsx#survey", ""), files: files.to_vec() }
}

/// A form as it was opened, with all that came along.
#[derive(Clone, PartialEq, Debug)]
pub struct Opened {
    /// Its sheets and texts.
    pub document: Document,
    /// Its pictures, sounds and films.
    pub media: Vec<(MediaFile, Vec<u8>)>,
    /// Its cases.
    pub cases: Vec<Json>,
}

impl From<Document> for Opened {
    fn from(document: Document) -> Opened {
        Opened { document, media: Vec::new(), cases: Vec::new() }
    }
}

/// Opens a file of any syntax, or a form's whole folder as one zip.
///
/// # Errors
/// [`OpenError`].
pub fn open(name: &str, bytes: &[u8]) -> Result<Opened, OpenError> {
    if !name.to_lowercase().ends_with(".zip") || !doorstep_workbook::holds_form(bytes) {
        return Document::open(name, bytes, |_| None).map(Opened::from);
    }
    let files = doorstep_workbook::unpack(bytes).map_err(OpenError::Workbook)?;
    let folder = doorstep_workbook::read_folder(name, files.clone()).map_err(OpenError::Workbook)?;
    // A case that is none is left behind: the form is what is opened.
    let cases = folder.cases.iter().filter_map(|(_, text)| serde_json::from_str(text).ok()).collect();
    let mut document = Document::of_any(&folder.bundle)?;
    // Lists that no question names yet come along, too: whoever packed them wanted them there.
    for (path, bytes) in files.iter().filter(|(path, _)| *path != folder.definition) {
        let name = path.strip_prefix("media/").unwrap_or(path);
        let is_list = !name.contains('/') && TEXTS.iter().any(|ending| name.to_lowercase().ends_with(ending));
        let is_sheet = folder.bundle.main.sheet().is_some() && folder.definition.ends_with(".csv");
        let is_there = document.files().iter().any(|file| file.name.rsplit('/').next() == Some(name));
        if let Ok(text) = std::str::from_utf8(bytes)
            && is_list
            && !is_sheet
            && !is_there
        {
            document.add_file(Source::new(name, text));
        }
    }
    Ok(Opened { document, media: folder.media, cases })
}

/// A form's whole folder as one zip: its workbook, lists, media and cases.
///
/// # Errors
/// The sheets can't be held by a workbook.
pub fn pack(
    document: &Document,
    media: Vec<(MediaFile, Vec<u8>)>,
    cases: &[Json],
) -> Result<Vec<u8>, doorstep_workbook::WorkbookError> {
    let case = |(at, case): (usize, &Json)| (format!("cases/{:03}.json", at + 1), format!("{case:#}\n"));
    let folder = doorstep_workbook::FormFolder {
        definition: String::new(),
        bundle: document.bundle(),
        media,
        cases: cases.iter().enumerate().map(case).collect(),
    };
    doorstep_workbook::pack(&doorstep_workbook::write_folder(&folder)?)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01";

    fn document() -> Document {
        let csv =
            "type,name,label,media::image\ntext,who,谁,well.png\nselect_one_from_file towns.csv,town,镇,\n";
        Document::open("survey.csv", csv.as_bytes(), |_| None).expect("it is a sheet")
    }

    fn with_all() -> (Document, MediaFile) {
        let mut document = document();
        let spare = with(&document, "spare.csv", b"name,label\n1,A\n");
        document.set_files(spare.expect("it is a list, though nothing names it").0);
        let towns = with(&document, "towns.csv", "\u{feff}name,label\n1,甲\n".as_bytes());
        document.set_files(towns.expect("it is a list").0);
        let (files, file) = with(&document, "well.png", PNG).expect("it is a picture");
        document.set_files(files);
        (document, file.expect("it is kept by its hash"))
    }

    #[test]
    fn files_are_added_replaced_and_taken_away() {
        let (mut document, file) = with_all();
        let names =
            |document: &Document| all(document).iter().map(|file| file.name.clone()).collect::<Vec<_>>();
        assert_eq!(names(&document), ["spare.csv", "towns.csv", "well.png"]);
        let mut other = PNG.to_vec();
        other.push(0);
        let (files, again) = with(&document, "well.png", &other).expect("it is a picture");
        assert_ne!(again.as_ref().map(|file| &file.sha256), Some(&file.sha256));
        document.set_files(files);
        assert_eq!(names(&document), ["spare.csv", "towns.csv", "well.png"]);
        document.set_files(without(&document, "well.png"));
        assert_eq!(names(&document), ["spare.csv", "towns.csv"]);
        document.set_files(without(&document, "towns.csv"));
        document.set_files(without(&document, "spare.csv"));
        assert_eq!(document.files(), [] as [Source; 0]);
    }

    #[test]
    fn what_can_be_no_file_of_a_form_is_said_to_be_none() {
        let document = document();
        let why = |name: &str, bytes: &[u8]| with(&document, name, bytes).err();
        assert!(matches!(why("letter.doc", b"words"), Some(NotAdded::Media(MediaError::Kind { .. }))));
        assert!(matches!(why("../well.png", PNG), Some(NotAdded::Media(MediaError::Name { .. }))));
        assert_eq!(why("towns.csv", &[0xff, 0xfe]), Some(NotAdded::NotText("towns.csv".into())));
    }

    #[test]
    fn a_folder_as_one_zip_comes_back_with_all_that_is_in_it() {
        let (document, file) = with_all();
        let cases = vec![json!({"about": "甲", "steps": []})];
        let zip = pack(&document, vec![(file.clone(), PNG.to_vec())], &cases).expect("it is packed");
        let opened = open("visit.zip", &zip).expect("it is opened");
        assert_eq!(opened.cases, cases);
        assert_eq!(opened.media, [(file, PNG.to_vec())]);
        assert_eq!(all(&opened.document), all(&document));
        assert_eq!(opened.document.sheet(0), document.sheet(0));
    }
}
