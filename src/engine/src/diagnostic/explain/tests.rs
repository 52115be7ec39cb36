//! Pages and codes go together, and what a page shows is what comes.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::all;
use crate::services::Catalogue;
use crate::{Bundle, Diagnostic, Form, Source};

/// Their examples would be longer than anything that is read.
const WITHOUT_EXAMPLE: &[&str] = &["too-deep", "too-large"];

fn rust_files(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            rust_files(&path, into);
        } else if path.extension().is_some_and(|it| it == "rs") && !path.ends_with("explain/tests.rs") {
            into.push(path);
        }
    }
}

/// The texts in quotes that look like a code: words with `-` between, or one word, right after what makes a diagnostic.
fn codes() -> (BTreeSet<String>, String) {
    let mut files = Vec::new();
    rust_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    files.retain(|file| !file.ends_with("explain/mod.rs"));
    let text: String = files.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect();
    let mut codes = BTreeSet::new();
    for maker in ["Diagnostic::error(", "Diagnostic::warning(", "self.error(", "self.warning("] {
        for rest in text.split(maker).skip(1) {
            let Some(rest) = rest.trim_start().strip_prefix('"') else { continue };
            let code = rest.split('"').next().unwrap();
            if code.chars().all(|c| c.is_ascii_lowercase() || c == '-') {
                codes.insert(code.to_owned());
            }
        }
    }
    (codes, text)
}

#[test]
fn every_code_has_a_page_and_every_page_a_code() {
    let (codes, text) = codes();
    assert!(codes.len() > 30, "only {} codes were found", codes.len());
    let pages: Vec<&str> = all().iter().map(|page| page.code).collect();
    assert!(pages.is_sorted(), "the pages are in the order of their codes");
    let missing: Vec<&String> = codes.iter().filter(|code| !pages.contains(&&***code)).collect();
    assert!(missing.is_empty(), "without a page: {missing:?}");
    // A code may also be chosen before it is used: then it stands somewhere else in quotes.
    let stale: Vec<&&str> = pages.iter().filter(|code| !text.contains(&format!("\"{code}\""))).collect();
    assert!(stale.is_empty(), "pages of no code: {stale:?}");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/diagnostic/explain");
    let files = std::fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path());
    let files: Vec<PathBuf> = files.filter(|file| file.extension().is_some_and(|it| it == "md")).collect();
    assert_eq!(files.len(), pages.len(), "a page that is not in the catalogue");
}

/// The blocks of a page: what stands behind the fence, and the text.
fn blocks(page: &str) -> Vec<(&str, &str)> {
    page.split("```").skip(1).step_by(2).filter_map(|block| block.split_once('\n')).collect()
}

/// The form of a page's blocks: JSON (a list is the rows of a survey), an XForm or sheets, and files beside it; or a catalogue of services.
fn example(page: &str) -> Option<Bundle> {
    let blocks = blocks(page);
    let (language, text) = *blocks.first()?;
    let (name, text) = match language {
        "json" if text.starts_with('[') => {
            let settings = "{\"form_id\": \"data\", \"version\": \"1\", \"title\": \"Data\"}";
            ("form.json", format!("{{\"settings\": {settings}, \"survey\": {text}}}"))
        }
        "json" => ("form.json", text.to_owned()),
        "xml" => ("form.xml", text.to_owned()),
        "sheet survey" => ("form.xlsx#survey", sheet(text)),
        "csv services.csv" => ("services.csv", text.to_owned()),
        other => panic!("an example is no {other}"),
    };
    let file = |(about, text): &(&str, &str)| match about.split_once(' ') {
        Some(("sheet", name)) => Source::new(format!("form.xlsx#{name}"), sheet(text)),
        Some((_, name)) => Source::new(name, *text),
        None => panic!("`{about}` names no file"),
    };
    Some(Bundle { main: Source::new(name, text), files: blocks[1..].iter().map(file).collect() })
}

/// The forms of all pages.
pub(in crate::diagnostic) fn examples() -> Vec<Bundle> {
    all().iter().filter_map(|page| example(page.text)).collect()
}

/// What is wrong with an example.
pub(in crate::diagnostic) fn mistakes(bundle: &Bundle) -> Vec<Diagnostic> {
    match &*bundle.main.name {
        "services.csv" => Catalogue::read(bundle).diagnostics,
        _ => Form::read(bundle).diagnostics,
    }
}

/// Cells with `|` between, as a sheet's text.
fn sheet(text: &str) -> String {
    let line = |line: &str| line.split('|').map(str::trim).collect::<Vec<_>>().join("\t") + "\n";
    text.lines().map(line).collect()
}

#[test]
fn every_example_gives_its_code() {
    let mut wrong = Vec::new();
    for page in all() {
        assert!(page.text.starts_with("# ") && page.text.contains("To mend it: "), "{}", page.code);
        let Some(bundle) = example(page.text) else {
            assert!(WITHOUT_EXAMPLE.contains(&page.code), "`{}` has no example", page.code);
            continue;
        };
        let diagnostics = mistakes(&bundle);
        let found: Vec<&str> = diagnostics.iter().map(|found| found.code).collect();
        if !found.contains(&page.code) {
            wrong.push(format!("{}: {found:?}", page.code));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
