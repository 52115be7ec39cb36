//! Real forms, in the folder `forms` in or beside that of the corpora: each loads, fills with random answers, and behaves the same after it
//! was written as XForm, as XLSForm and as form JSON and read again.
//!
//! Form JSON holds a form to stricter rules than ODK's tools do (a path to nothing is an error there), so its tier says how far that goes.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use doorstep_engine::{Bundle, Form, Source, export};

use crate::case::{Case, Corpus};
use crate::xlsforms::{form, same};

/// The corpus.
pub const CORPUS: Corpus = Corpus {
    name: "forms",
    tiers: &["xform", "xlsform", "json"],
    tier: |data| data["tier"].as_str().unwrap_or_default(),
    judge,
};

/// The forms of a folder, once for each format that they are written in. `None` if there are none.
pub fn cases(folder: &Path) -> Option<Vec<Case>> {
    let folders = [folder.join("forms"), folder.join("../forms")];
    let folder = folders.into_iter().find(|folder| folder.is_dir())?;
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(&folder).ok()?.flatten().map(|entry| entry.path()).collect();
    files.retain(|file| {
        matches!(file.extension().and_then(|ending| ending.to_str()), Some("xml" | "xlsx" | "xls"))
    });
    files.sort();
    let case = |file: &PathBuf, tier: &'static str| Case {
        corpus: CORPUS.name,
        tier,
        id: file.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        title: format!("as {tier}"),
        folder: folder.as_path().into(),
        data: Arc::new(serde_json::json!({"tier": tier, "path": file})),
    };
    Some(CORPUS.tiers.iter().flat_map(|tier| files.iter().map(|file| case(file, tier))).collect())
}

fn judge(case: &Case) -> Result<(), String> {
    let bundle = bundle(Path::new(case.text("path")))?;
    let before = form(Form::read(&bundle), "the form")?;
    let again = match case.tier {
        "xform" => {
            let written = written(export::to_xform(&bundle).exported)?;
            with_files(Source::new("form.xml", written), &bundle)
        }
        "xlsform" => {
            let written = written(export::to_xlsform(&bundle, "form.xlsx").exported)?;
            // Through the bytes of a workbook: what its cells can't hold shows.
            let bytes = doorstep_workbook::write_xlsx(&written).map_err(|error| error.to_string())?;
            let mut read = doorstep_workbook::read("form.xlsx", &bytes).map_err(|error| error.to_string())?;
            read.files.extend(attachments(&bundle));
            read
        }
        _ => {
            let written = written(export::to_form_json(&bundle).exported)?;
            with_files(Source::new("form.json", written), &bundle)
        }
    };
    let after = form(Form::read(&again), "what was written")?;
    same(after, before, &case.id)
}

fn written<T>(exported: Option<export::Exported<T>>) -> Result<T, String> {
    exported.map(|exported| exported.written).ok_or_else(|| "it could not be written".to_owned())
}

pub fn bundle(path: &Path) -> Result<Bundle, String> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let bytes = std::fs::read(path).map_err(|error| error.to_string())?;
    if name.ends_with(".xml") {
        let text = String::from_utf8(bytes).map_err(|error| error.to_string())?;
        let folder = path.parent().unwrap_or(Path::new("."));
        let read = |file: &str| std::fs::read_to_string(folder.join(file)).ok();
        return Ok(Bundle::gather(Source::new(name, text), read));
    }
    doorstep_workbook::read(&name, &bytes).map_err(|error| error.to_string())
}

fn with_files(main: Source, from: &Bundle) -> Bundle {
    Bundle { main, files: attachments(from).collect() }
}

/// The files of a bundle that are no sheets of its workbook.
fn attachments(bundle: &Bundle) -> impl Iterator<Item = Source> + '_ {
    bundle.files.iter().filter(|file| !file.name.contains('#')).cloned()
}
