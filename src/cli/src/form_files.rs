//! Forms on disk: a definition, or a folder of them, with the files that they name.
//!
//! A definition is form JSON, an XForm, a workbook, or a folder with the sheets as CSV files.

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use doorstep_engine::{Bundle, Source};

/// The longest file that is read: what is longer is no form.
const MAX_BYTES: u64 = 64 << 20;

/// The definitions that a path means: the file itself, a folder's `form.json` or `survey.csv`, those of the folders in it,
/// or the workbooks and XForms that lie there.
pub fn definitions(path: &Path) -> Result<Vec<PathBuf>, String> {
    if path.is_file() || is_csv_folder(path) {
        return Ok(vec![path.to_owned()]);
    }
    let own = path.join("form.json");
    if own.is_file() {
        return Ok(vec![own]);
    }
    let entries = std::fs::read_dir(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let entries: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    let inside = |entry: &PathBuf| match entry.join("form.json") {
        file if file.is_file() => Some(file),
        _ => (is_csv_folder(entry) || is_form(entry)).then(|| entry.clone()),
    };
    let mut found: Vec<PathBuf> = entries.iter().filter_map(inside).collect();
    found.sort();
    match found.is_empty() {
        true => Err(format!("{}: there is no form here, nor in the folders here", path.display())),
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

/// A workbook, or an XML file that begins as an XForm does; not what Excel puts beside an open one.
fn is_form(path: &Path) -> bool {
    match ending(path).as_str() {
        "xlsx" | "xls" => !stem(path).starts_with("~$"),
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

/// The folder that a definition's other files lie in.
pub fn folder(definition: &Path) -> &Path {
    match definition.is_dir() {
        true => definition,
        false => definition.parent().unwrap_or(Path::new(".")),
    }
}

/// Reads a definition and the files that it names. A file that is not there is a diagnostic later.
pub fn read(definition: &Path) -> Result<Bundle, String> {
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
    let bundle = gathered(definition, &name, beside)?;
    match unreadable.into_inner() {
        Some(reason) => Err(reason),
        None => Ok(bundle),
    }
}

fn gathered(
    definition: &Path,
    name: &str,
    beside: impl FnMut(&str) -> Option<String>,
) -> Result<Bundle, String> {
    if definition.is_dir() {
        let files = csv_files(definition).into_iter().map(|file| {
            let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            Ok((name, bytes(&file)?))
        });
        let files = files.collect::<Result<Vec<_>, String>>()?;
        return workbook(doorstep_workbook::read_csv_files(name, files), definition)
            .map(|bundle| doorstep_workbook::gather(bundle, beside));
    }
    let bytes = bytes(definition)?;
    let is_workbook = bytes.starts_with(b"PK") || bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]);
    if is_workbook || matches!(ending(definition).as_str(), "csv" | "xlsx" | "xls") {
        return workbook(doorstep_workbook::read(name, &bytes), definition)
            .map(|bundle| doorstep_workbook::gather(bundle, beside));
    }
    Ok(Bundle::gather(Source::new(name, text(definition, bytes)?), beside))
}

fn workbook(
    read: Result<Bundle, doorstep_workbook::WorkbookError>,
    definition: &Path,
) -> Result<Bundle, String> {
    read.map_err(|error| format!("{}: {error}\n  {}", definition.display(), error.way_out()))
}

fn bytes(file: &Path) -> Result<Vec<u8>, String> {
    let failed = |error: std::io::Error| format!("{}: {error}", file.display());
    if std::fs::metadata(file).map_err(failed)?.len() > MAX_BYTES {
        return Err(format!("{}: no form is over {} MB", file.display(), MAX_BYTES >> 20));
    }
    std::fs::read(file).map_err(failed)
}

fn text(file: &Path, bytes: Vec<u8>) -> Result<String, String> {
    let is_csv = ending(file) == "csv";
    let way_out =
        if is_csv { "save it as “CSV UTF-8” in the spreadsheet program" } else { "save it as UTF-8" };
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        format!("{}: not UTF-8 text (byte {at}); {way_out}", file.display())
    })
}

/// A file that a form names: beside it, or in the folder `FORM-media` that ODK's tools keep attachments in.
/// An error: it is there, but can't be read as text.
fn attachment(definition: &Path, name: &str) -> Result<Option<String>, String> {
    // A name is relative to the form's folder; an absolute one would tie the form to this machine.
    if !Path::new(name).is_relative() {
        return Ok(None);
    }
    let folder = folder(definition);
    let places = [folder.join(name), folder.join(format!("{}-media", stem(definition))).join(name)];
    let Some(place) = places.into_iter().find(|place| place.is_file()) else { return Ok(None) };
    text(&place, bytes(&place)?).map(Some)
}
