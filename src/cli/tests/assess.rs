//! `doorstep assess` as a program that is run: what it refuses, and what it says of services.

use std::path::Path;
use std::process::{Command, Output};

const FORM: &str = r#"{
  "settings": {"form_id": "f", "version": "1"},
  "survey": [{"type": "integer", "name": "people", "label": "How many?"}],
  "assessment": [
    {"type": "scale", "name": "inner", "label": "Inner", "internal": "yes", "items": [{"value": "${people}"}]},
    {"type": "scale", "name": "total", "label": "Total", "items": [{"value": "${inner}"}]}
  ]
}"#;

fn assess(folder: &Path, arguments: &[&str]) -> (bool, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_doorstep"));
    let Output { status, stdout, stderr } =
        command.arg("assess").args(arguments).current_dir(folder).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (status.success(), text(&stdout), text(&stderr))
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("f")).unwrap();
    std::fs::write(folder.path().join("f/form.json"), FORM).unwrap();
    std::fs::write(folder.path().join("good.json"), r#"{"steps": [{"answer": {"/f/people": 3}}]}"#).unwrap();
    std::fs::write(folder.path().join("slip.json"), r#"{"steps": [{"answer": {"/f/peopel": 3}}]}"#).unwrap();
    folder
}

#[test]
fn a_folder_is_a_form_and_what_is_internal_is_not_told() {
    let folder = folder();
    let (good, out, said) = assess(folder.path(), &["f", "good.json"]);
    assert!(good, "{said}");
    assert!(out.contains("total = 3") && !out.contains("inner = "), "{out}");
    assert!(said.contains("services: not matched, the form's settings name no catalogue"), "{said}");
}

#[test]
fn an_answer_that_leads_nowhere_is_an_error_with_what_was_probably_meant() {
    let folder = folder();
    let (good, out, said) = assess(folder.path(), &["f", "slip.json"]);
    assert!(!good && out.is_empty(), "{out}");
    assert!(said.contains("there is no /f/peopel; did you mean /f/people?"), "{said}");
}

#[test]
fn a_form_is_no_case() {
    let folder = folder();
    let (good, _, said) = assess(folder.path(), &["f", "f/form.json"]);
    assert!(!good);
    assert!(said.contains("this is a form and no case"), "{said}");
}
