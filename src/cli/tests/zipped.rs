//! A form with all that goes with it, as a folder and as one zip: every command says the same of both.

use std::path::Path;
use std::process::{Command, Output};

const FORM: &str = r#"{
  "settings": {"form_id": "visit", "version": "1", "title": "Visit"},
  "choices": {"towns": {"csv": "lists/towns.csv"}},
  "survey": [
    {"type": "select_one towns", "name": "town", "label": "Town", "image": "well.png"},
    {"type": "integer", "name": "age", "label": "Age", "constraint": ". > 0"}
  ]
}"#;
const CASE: &str = r#"{"about": "an age", "steps": [{"answer": {"/visit/age": 70}}, {"expect": {"values": {"/visit/age": 70}}}]}"#;
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n a well";

fn doorstep(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_doorstep"));
    command.args(arguments).current_dir(folder).env("LC_ALL", "C.UTF-8").output().unwrap()
}

/// What it prints; and on which lines it fails.
#[track_caller]
fn said(folder: &Path, arguments: &[&str], code: i32) -> String {
    let output = doorstep(folder, arguments);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let said = text(&output.stderr) + &text(&output.stdout);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
    said
}

/// A folder with a form in `visit/`.
fn place() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let files: &[(&str, &[u8])] = &[
        ("form.json", FORM.as_bytes()),
        ("lists/towns.csv", b"name,label\n1,A\n"),
        ("media/well.png", PNG),
        ("cases/age.json", CASE.as_bytes()),
    ];
    for (name, bytes) in files {
        let path = folder.path().join("visit").join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    folder
}

#[test]
fn a_zip_is_checked_tested_and_compared_as_its_folder_is() {
    let folder = place();
    let folder = folder.path();
    said(folder, &["convert", "visit", "visit.zip"], 0);
    assert!(said(folder, &["check", "--strict", "visit.zip"], 0).contains("visit 1 is a form, 0 warnings"));
    for path in ["visit", "visit.zip"] {
        assert_eq!(said(folder, &["test", path], 0), "1 passed, 0 failed\n");
    }
    let data = said(folder, &["test", "--json", "visit.zip"], 0);
    assert!(data.contains("visit.zip/cases/age.json"), "{data}");
    said(folder, &["diff", "visit", "visit.zip"], 0);
    // Packed again, and by way of another syntax, it is the same.
    said(folder, &["convert", "visit.zip", "again.zip"], 0);
    let bytes = |name: &str| std::fs::read(folder.join(name)).unwrap();
    assert_eq!(bytes("again.zip"), bytes("visit.zip"));
    std::fs::create_dir(folder.join("sheets")).unwrap();
    said(folder, &["convert", "visit.zip", "sheets/form.xlsx"], 0);
    assert_eq!(bytes("sheets/media/well.png"), PNG);
    said(folder, &["convert", "sheets", "sheets.zip"], 0);
    said(folder, &["diff", "sheets", "sheets.zip"], 0);
    // Another picture is a difference, and a case that fails fails.
    std::fs::write(folder.join("visit/media/well.png"), [PNG, b"!"].concat()).unwrap();
    assert!(said(folder, &["diff", "visit.zip", "visit", "--lang", "en"], 1).contains("well.png"));
    std::fs::write(
        folder.join("visit/cases/age.json"),
        CASE.replace("\"values\": {\"/visit/age\": 70", "\"values\": {\"/visit/age\": 71"),
    )
    .unwrap();
    said(folder, &["convert", "--force", "visit", "visit.zip"], 0);
    assert!(said(folder, &["test", "visit.zip"], 1).contains("visit.zip/cases/age.json"));
}

#[test]
fn what_is_wrong_in_a_zip_is_told_with_its_place() {
    let folder = place();
    let folder = folder.path();
    std::fs::remove_file(folder.join("visit/media/well.png")).unwrap();
    std::fs::write(folder.join("visit/media/other.png"), PNG).unwrap();
    assert!(said(folder, &["check", "visit", "--lang", "en"], 0).contains("`well.png` is named"));
    std::fs::write(folder.join("visit/media/well.png"), "no picture").unwrap();
    assert!(said(folder, &["check", "visit"], 1).contains("`well.png` is no picture"));

    let zip = |files: &[(&str, &str)]| {
        let files: Vec<(String, Vec<u8>)> =
            files.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect();
        std::fs::write(folder.join("a.zip"), doorstep_workbook::pack(&files).unwrap()).unwrap();
    };
    zip(&[("form.json", &FORM.replace("integer", "intger")), ("lists/towns.csv", "name,label\n1,A\n")]);
    let wrong = said(folder, &["check", "a.zip"], 1);
    assert!(wrong.contains("a.zip/form.json:6") && wrong.contains("unknown-type"), "{wrong}");
    zip(&[("form.json", FORM), ("lists/towns.csv", "name,lable\n1,A\n")]);
    assert!(said(folder, &["check", "--strict", "a.zip"], 1).contains("a.zip/lists/towns.csv:2:1"));
    zip(&[("notes.txt", "")]);
    assert!(said(folder, &["check", "a.zip"], 1).contains("there is no form here"));
    std::fs::write(folder.join("a.zip"), "PK no zip").unwrap();
    assert!(said(folder, &["check", "a.zip"], 1).contains("damaged"));
    // A zip of something else beside forms is no form.
    zip(&[("notes.txt", "")]);
    said(folder, &["test", "."], 1);
    std::fs::remove_file(folder.join("visit/media/well.png")).unwrap();
    assert_eq!(said(folder, &["test", "."], 0), "1 passed, 0 failed\n");
}

#[test]
fn every_form_here_packs_with_its_cases_and_runs_them_from_the_zip() {
    let forms = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../forms");
    let folder = tempfile::tempdir().unwrap();
    let mut with_cases = 0;
    for name in ["household-needs", "phq-9", "mzt-039", "referral"] {
        let form = forms.join(name);
        let form = form.to_str().unwrap();
        let zip = format!("{name}.zip");
        said(folder.path(), &["convert", form, &zip], 0);
        let of_folder = said(folder.path(), &["test", form], 0);
        assert_eq!(said(folder.path(), &["test", &zip], 0), of_folder, "{name}");
        with_cases += usize::from(!of_folder.starts_with("0 passed"));
        assert!(
            said(folder.path(), &["diff", form, &zip, "--json"], 0).contains("\"differences\":[]"),
            "{name}"
        );
    }
    assert_eq!(with_cases, 4);
}
