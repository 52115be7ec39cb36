//! Forms on disk: a definition, or a folder of them, with the files that they name.
//!
//! A definition is form JSON, an XForm, a workbook, a folder with the sheets as CSV files, or a zip of any of these with all that goes with it
//! ([`doorstep_workbook::read_folder`]), which is read in memory.

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use doorstep_engine::source::{MAX_SOURCE_BYTES, WithBytes};
use doorstep_engine::{Bundle, Form, Source};
use doorstep_workbook::{FormFolder, OtherKind, WorkbookError};

use crate::unreadable::{Unreadable, Why};

/// The longest file that is read: what is longer is no form.
const MAX_BYTES: u64 = 64 << 20;

/// The definitions that a path means: the file itself, a folder's `form.json` or `survey.csv`, those of the folders in it,
/// or the workbooks, zips and XForms that lie there.
pub fn definitions(path: &Path) -> Result<Vec<PathBuf>, Unreadable> {
    if path.is_file() || is_csv_folder(path) {
        return Ok(vec![path.to_owned()]);
    }
    let own = ["form.json", "form.xlsx", "form.xml"].map(|name| path.join(name)).into_iter();
    if let Some(own) = own.into_iter().find(|own| own.is_file()) {
        return Ok(vec![own]);
    }
    let entries = std::fs::read_dir(path).map_err(|error| Why::System(error).of(path))?;
    let entries: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    let inside = |entry: &PathBuf| {
        let own = ["form.json", "form.xlsx", "form.xml"].map(|name| entry.join(name));
        let own = own.into_iter().find(|own| own.is_file());
        own.or_else(|| (is_csv_folder(entry) || is_form(entry)).then(|| entry.clone()))
    };
    let mut found: Vec<PathBuf> = entries.iter().filter_map(inside).collect();
    found.sort();
    match found.is_empty() {
        true => Err(Why::NoForm.of(path)),
        false => Ok(found),
    }
}

fn is_csv_folder(path: &Path) -> bool {
    path.is_dir() && csv_files(path).iter().any(|file| stem(file).eq_ignore_ascii_case("survey"))
}

fn csv_files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> =
        entries.map(|entry| entry.path()).filter(|file| ending(file) == "csv").collect();
    files.sort();
    files
}

/// A workbook, a zip with a form in it, or an XML file that begins as an XForm does; not what Excel puts beside an open one.
fn is_form(path: &Path) -> bool {
    match ending(path).as_str() {
        "xlsx" | "xls" => !stem(path).starts_with("~$"),
        "zip" => bytes(path).is_ok_and(|zip| doorstep_workbook::holds_form(&zip)),
        "xml" => {
            let mut start = Vec::new();
            let file = std::fs::File::open(path);
            let read = file.and_then(|file| {
                std::io::Read::read_to_end(&mut std::io::Read::take(file, 4096), &mut start)
            });
            read.is_ok() && String::from_utf8_lossy(&start).contains("http://www.w3.org/2002/xforms")
        }
        _ => false,
    }
}

/// A file's ending in small letters, without the point.
pub fn ending(path: &Path) -> String {
    path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default()
}

fn stem(path: &Path) -> String {
    path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
}

fn is_zip(path: &Path) -> bool {
    ending(path) == "zip" && path.is_file()
}

/// The folder that a definition's other files lie in; a zip is its own.
pub fn folder(definition: &Path) -> &Path {
    match definition.is_dir() || is_zip(definition) {
        true => definition,
        false => definition.parent().unwrap_or(Path::new(".")),
    }
}

/// Reads a definition and the files that it names. A file that is not there is a diagnostic later.
pub fn read(definition: &Path) -> Result<Bundle, Unreadable> {
    let name = definition.file_name().map_or_else(|| "form".into(), |name| name.to_string_lossy());
    // Found, but no text: said instead of reading on as if it were missing.
    let unreadable = RefCell::new(None);
    let beside = |name: &str| match attachment(definition, name) {
        Ok(text) => text,
        Err(reason) => {
            unreadable.borrow_mut().get_or_insert(reason);
            None
        }
    };
    if is_zip(definition) {
        return Ok(zipped(definition)?.bundle);
    }
    let bundle = gathered(definition, &name, beside)?;
    match unreadable.into_inner() {
        Some(reason) => Err(reason),
        None => Ok(with_media(definition, bundle)?.0),
    }
}

/// A form with all that goes with it, from a zip.
fn zipped(zip: &Path) -> Result<FormFolder, Unreadable> {
    let name = zip.file_name().map_or_else(|| "form.zip".into(), |name| name.to_string_lossy());
    let read = doorstep_workbook::unpack(&bytes(zip)?);
    workbook(read.and_then(|files| doorstep_workbook::read_folder(&name, files)), zip)
}

/// The cases of a form, by name: where each lies, and its text or why there is none.
pub fn cases(definition: &Path) -> Vec<(PathBuf, Result<String, String>)> {
    if is_zip(definition) {
        // What can't be read was said when the form was.
        let cases = zipped(definition).map(|zipped| zipped.cases).unwrap_or_default();
        return cases.into_iter().map(|(name, text)| (definition.join(name), Ok(text))).collect();
    }
    let files = crate::test::json_files(&folder(definition).join("cases"));
    let read = |file: PathBuf| {
        let text = std::fs::read_to_string(&file).map_err(|error| error.to_string());
        (file, text)
    };
    files.into_iter().map(read).collect()
}

/// The pictures, sounds and films of a form.
pub fn media(definition: &Path) -> Result<Vec<WithBytes>, Unreadable> {
    match is_zip(definition) {
        true => Ok(zipped(definition)?.media),
        false => Ok(with_media(definition, read(definition)?)?.1),
    }
}

/// A form with what lies in its folder of pictures, sounds and films.
fn with_media(definition: &Path, bundle: Bundle) -> Result<(Bundle, Vec<WithBytes>), Unreadable> {
    let folder = folder(definition);
    let mut paths = Vec::new();
    for place in [String::new(), "media/".to_owned(), format!("{}-media/", stem(definition))] {
        let entries = std::fs::read_dir(folder.join(&place)).into_iter().flatten().flatten();
        let files = entries.filter(|entry| entry.path().is_file());
        paths.extend(files.map(|entry| format!("{place}{}", entry.file_name().to_string_lossy())));
    }
    // Most forms have none, and need not be read twice.
    let may_be = |path: &String| path.contains('/') || is_called_media(path);
    if !paths.iter().any(may_be) {
        return Ok((bundle, Vec::new()));
    }
    let form = Form::read(&bundle).form;
    let named = form.as_ref().map(|form| form.media_named()).unwrap_or_default();
    let read = |path: &str| bytes(&folder.join(path)).ok();
    let gathered = bundle.gather_media(&named, paths.iter().map(String::as_str), read);
    gathered.map_err(|error| Why::Media(error).of(folder))
}

/// Does a name end as a picture's, sound's or film's does?
fn is_called_media(name: &str) -> bool {
    const ENDINGS: &[&str] = &[
        "png", "jpg", "jpeg", "webp", "gif", "svg", "mp3", "m4a", "ogg", "oga", "wav", "mp4", "m4v", "webm",
    ];
    ENDINGS.contains(&&*ending(Path::new(name)))
}

fn gathered(
    definition: &Path,
    name: &str,
    beside: impl FnMut(&str) -> Option<String>,
) -> Result<Bundle, Unreadable> {
    if definition.is_dir() {
        let files = csv_files(definition).into_iter().map(|file| {
            let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            Ok((name, bytes(&file)?))
        });
        let files = files.collect::<Result<Vec<_>, Unreadable>>()?;
        return workbook(doorstep_workbook::read_csv_files(name, files), definition)
            .map(|bundle| doorstep_workbook::gather(bundle, beside));
    }
    let bytes = bytes(definition)?;
    let is_workbook = bytes.starts_with(b"PK") || bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]);
    if is_workbook || matches!(ending(definition).as_str(), "csv" | "xlsx" | "xlsm" | "xls") {
        return workbook(doorstep_workbook::read(name, &bytes), definition)
            .map(|bundle| doorstep_workbook::gather(bundle, beside));
    }
    // Of what is no form JSON and no XForm either, one sentence says more than complaints about its letters.
    let of_another_kind = match OtherKind::of(&bytes) {
        _ if bytes.iter().all(u8::is_ascii_whitespace) => Some(WorkbookError::Empty),
        kind => kind.map(|kind| WorkbookError::Other { kind }),
    };
    if let Some(error) = of_another_kind {
        return Err(Why::Workbook(error).of(definition));
    }
    if bytes.len() > MAX_SOURCE_BYTES {
        return Err(Why::TooLarge(MAX_SOURCE_BYTES as u64).of(definition));
    }
    Ok(Bundle::gather(Source::new(name, text(definition, bytes)?), beside))
}

fn workbook<T>(read: Result<T, WorkbookError>, definition: &Path) -> Result<T, Unreadable> {
    read.map_err(|error| Why::Workbook(error).of(definition))
}

fn bytes(file: &Path) -> Result<Vec<u8>, Unreadable> {
    let failed = |error: std::io::Error| Why::System(error).of(file);
    if std::fs::metadata(file).map_err(failed)?.len() > MAX_BYTES {
        return Err(Why::TooLarge(MAX_BYTES).of(file));
    }
    std::fs::read(file).map_err(failed)
}

fn text(file: &Path, bytes: Vec<u8>) -> Result<String, Unreadable> {
    String::from_utf8(bytes).map_err(|error| Why::NotText(error.utf8_error().valid_up_to()).of(file))
}

/// A file that a form names: beside it, in `media/`, or in the folder `FORM-media` that ODK's tools keep attachments in. What it names beside other forms
/// (`../lists/towns.csv`) may lie within its own folder too (`lists/towns.csv`), as it does in a zip.
/// An error: it is there, but can't be read as text.
fn attachment(definition: &Path, name: &str) -> Result<Option<String>, Unreadable> {
    // A name is relative to the form's folder; an absolute one would tie the form to this machine.
    if !Path::new(name).is_relative() {
        return Ok(None);
    }
    let folder = folder(definition);
    let file = definition.file_name().map(|file| file.to_string_lossy().into_owned()).unwrap_or_default();
    let inside = doorstep_workbook::places(name, &file).into_iter().map(|place| folder.join(place));
    let place = std::iter::once(folder.join(name)).chain(inside).find(|place| place.is_file());
    let Some(place) = place else { return Ok(None) };
    text(&place, bytes(&place)?).map(Some)
}
