//! Which sheets are a form's: known names whatever their case, and near misses for the engine to warn of.

use doorstep_engine::diagnostic::nearest;
use doorstep_engine::{Bundle, Source};

use crate::WorkbookError;
use crate::limits::{SHEET_BYTES, too_large};
use crate::sheet::Sheet;

/// The sheets of XLSForm.
const KNOWN: &[&str] = &["survey", "choices", "settings", "external_choices", "entities", "osm"];

/// The sheets of an assessment, which are Doorstep's own. A sheet of nearly that name is the author's.
const OWN: &[&str] = &["assessment", "items", "parts", "bands", "rules"];

/// The known name that a sheet's name is, or the name itself where it is near one; none: not a form's sheet.
pub(crate) fn meant(name: &str) -> Option<String> {
    let plain = name.trim().to_lowercase();
    if KNOWN.contains(&&*plain) || OWN.contains(&&*plain) {
        return Some(plain);
    }
    // An underscore in front is XLSForm's way to put a sheet aside.
    let aside = plain.starts_with('_');
    (!aside && nearest(&plain, KNOWN.iter().copied()).is_some()).then(|| name.to_owned())
}

/// Should a workbook with these sheets be asked for that one? A workbook of one sheet is its survey, whatever its name.
pub(crate) fn wanted(name: &str, sheets: usize) -> bool {
    sheets == 1 || meant(name).is_some()
}

/// The sheets in their order as sources, the survey as the main one.
pub(crate) fn bundle(file: &str, sheets: Vec<Sheet>) -> Result<Bundle, WorkbookError> {
    let only = sheets.len() == 1;
    let all: Vec<String> = sheets.iter().map(|sheet| sheet.name.clone()).collect();
    let mut main = None;
    let mut files: Vec<Source> = Vec::new();
    for sheet in sheets {
        let Some(mut name) = (if only { Some("survey".to_owned()) } else { meant(&sheet.name) }) else {
            continue;
        };
        let taken = |name: &str| files.iter().any(|source| *source.name == format!("{file}#{name}"));
        if (name == "survey" && main.is_some()) || taken(&name) {
            name = sheet.name.clone();
        }
        let text = sheet.to_text();
        if text.len() > SHEET_BYTES {
            return Err(too_large(format!("the sheet `{}`", sheet.name), SHEET_BYTES));
        }
        let source = Source::new(format!("{file}#{name}"), text);
        match name == "survey" && main.is_none() {
            true => main = Some(source),
            false => files.push(source),
        }
    }
    match main {
        Some(main) => Ok(Bundle { main, files }),
        None => Err(WorkbookError::NoSurvey { sheets: all }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(names: &[&str]) -> Result<Vec<String>, WorkbookError> {
        let sheet = |name: &&str| Sheet { name: (*name).to_owned(), rows: vec![vec!["type".into()]] };
        let bundle = bundle("f.xlsx", names.iter().map(sheet).collect())?;
        Ok([&bundle.main].into_iter().chain(&bundle.files).map(|source| source.name.to_string()).collect())
    }

    #[test]
    fn names_are_forgiving_and_near_misses_stay() {
        let names = named(&["Notes", " Settings", "SURVEY ", "choice", "_choices", "help"]).unwrap();
        assert_eq!(names, ["f.xlsx#survey", "f.xlsx#settings", "f.xlsx#choice"]);
        assert_eq!(named(&["Sheet1"]).unwrap(), ["f.xlsx#survey"]);
        let missing = named(&["surveys", "choices"]).unwrap_err();
        assert_eq!(missing, WorkbookError::NoSurvey { sheets: vec!["surveys".into(), "choices".into()] });
    }
}
