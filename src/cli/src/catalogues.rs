//! Catalogues of services on disk: `services.csv` with the files beside it, checked and tested like forms.

use std::path::{Path, PathBuf};

use doorstep_engine::case::Failure;
use doorstep_engine::services::{Catalogue, Read, case, gather};
use doorstep_engine::{Bundle, Severity};

use crate::language::Language;
use crate::test::{self, Told};
use crate::{form_files, render};

const NAME: &str = "services.csv";

/// The catalogues that a path means: the file itself, a folder's own, or those of the folders in it.
pub fn found(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        let own = path.file_name().is_some_and(|name| name == NAME);
        return if own { vec![path.to_owned()] } else { Vec::new() };
    }
    let own = path.join(NAME);
    if own.is_file() {
        return vec![own];
    }
    let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.path().join(NAME))
        .filter(|file| file.is_file() && !is_list(file))
        .collect();
    files.sort();
    files
}

/// Is a file of that name a list of choices, as `forms/lists/services.csv` is? Its columns are those of choices.
fn is_list(file: &Path) -> bool {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let head = text.trim_start_matches('\u{feff}').lines().next().unwrap_or_default();
    let has = |name: &str| head.split(',').any(|column| column.trim() == name);
    has("name") && !has("code")
}

fn read(file: &Path) -> Result<(Bundle, Read), String> {
    let services = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let folder = form_files::folder(file);
    // A file that is there and is no text is said to be missing, with its name.
    let bundle = gather(&services, |name| std::fs::read_to_string(folder.join(name)).ok());
    let read = Catalogue::read(&bundle);
    Ok((bundle, read))
}

/// Says all that is wrong with a catalogue: did it pass?
pub fn check(file: &Path, strict: bool, as_data: bool, language: Language) -> bool {
    let (bundle, read) = match read(file) {
        Ok(read) => read,
        Err(reason) => {
            eprintln!("{reason}");
            return false;
        }
    };
    let count = |severity| read.diagnostics.iter().filter(|told| told.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    if as_data {
        let diagnostics: Vec<serde_json::Value> =
            read.diagnostics.iter().map(|told| language.of(told).to_json(&bundle)).collect();
        let whole = read.catalogue.is_some();
        say!(
            "{}",
            serde_json::json!({"path": file.to_string_lossy(), "catalogue": whole, "diagnostics": diagnostics})
        );
    } else {
        for told in &read.diagnostics {
            eprintln!("{}\n", render::diagnostic(told, &bundle, file, language));
        }
        match &read.catalogue {
            Some(catalogue) => say!(
                "{}: a catalogue of {} services, {} providers and {} facts",
                file.display(),
                catalogue.offered("").len(),
                catalogue.providers().len(),
                catalogue.facts().iter().len()
            ),
            None => say!("{}: not a catalogue yet: {errors} errors, {warnings} warnings", file.display()),
        }
    }
    errors == 0 && (warnings == 0 || !strict)
}

/// Runs the cases beside a catalogue: how many passed, and how many failed.
pub fn test(file: &Path, language: Language, told: Told) -> (usize, usize) {
    let (bundle, read) = match read(file) {
        Ok(read) => read,
        Err(reason) => {
            told.unreadable(file, &reason);
            return (0, 1);
        }
    };
    let Some(catalogue) = read.catalogue else {
        let said = |found| render::diagnostic(found, &bundle, file, language) + "\n";
        let said: Vec<String> = read.diagnostics.iter().map(said).collect();
        told.unreadable(file, &said.join("\n"));
        return (0, 1);
    };
    let (mut passed, mut failed) = (0, 0);
    for case in test::json_files(&form_files::folder(file).join("cases")) {
        let text = std::fs::read_to_string(&case).map_err(|error| error.to_string());
        let parsed = text.and_then(|text| serde_json::from_str(&text).map_err(|error| error.to_string()));
        let failures = parsed.map_or_else(|message| vec![message], |json| case::run(&catalogue, &json));
        match failures.is_empty() {
            true => passed += 1,
            false => failed += 1,
        }
        let failures: Vec<Failure> = failures.into_iter().map(|message| Failure::plain(0, message)).collect();
        told.case(file, &case, &failures);
    }
    (passed, failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_that_name_is_no_catalogue() {
        let forms = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../forms");
        assert!(forms.join("lists").join(NAME).is_file());
        assert_eq!(found(&forms), [forms.join("catalogue").join(NAME)]);
    }
}
