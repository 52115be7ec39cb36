//! `doorstep test --coverage`: what the cases of a form reach, and what is missing, for people and as data.

use std::path::Path;
use std::process::Command;

const FORM: &str = r#"{"settings": {"form_id": "f", "version": "1"},
  "assessment": [{"type": "scale", "name": "total", "items": [{"value": "${a}"}]},
    {"type": "band", "name": "level", "of": "total", "bands": [{"code": "high", "range": ">=5"}, {"code": "low", "range": "<5"}]},
    {"type": "flag", "name": "danger", "value": "${a} > 8"}],
  "choices": {"yn": [{"name": "yes", "label": "Yes"}, {"name": "no", "label": "No"}]},
  "survey": [{"type": "integer", "name": "a", "label": "A"}, {"type": "select_one yn", "name": "b", "label": "B", "relevant": "${a} > 3"}]}"#;

fn said(folder: &Path, arguments: &[&str], code: i32) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_doorstep"));
    let output = command.args(arguments).current_dir(folder).env("LC_ALL", "C.UTF-8").output().unwrap();
    let said =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
    said
}

fn place(cases: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("f/cases")).unwrap();
    std::fs::write(folder.path().join("f/form.json"), FORM).unwrap();
    for (index, case) in cases.iter().enumerate() {
        std::fs::write(folder.path().join(format!("f/cases/{index}.json")), case).unwrap();
    }
    folder
}

const LOW: &str = r#"{"steps": [{"answer": {"/f/a": 1}}, {"expect": {"outcomes": {"level": "low"}}}]}"#;
const HIGH: &str = r#"{"steps": [{"answer": {"/f/a": 9}}, {"answer": {"/f/b": "yes"}}, {"expect": {"outcomes": {"level": "high"}}}]}"#;

#[test]
fn what_no_case_reaches_is_named() {
    let folder = place(&[LOW]);
    let en = said(folder.path(), &["test", "--coverage", "f"], 0);
    assert_eq!(
        en,
        "f/form.json: questions asked: 1 of 2\n  - /f/b\n\
         f/form.json: choices chosen: 0 of 2\n  - /f/b = no\n  - /f/b = yes\n\
         f/form.json: bands come to: 1 of 2\n  - level = high\n\
         f/form.json: rules that held: 0 of 1\n  - danger\n\
         1 passed, 0 failed\n"
    );
    let zh = said(folder.path(), &["test", "--coverage", "--lang", "zh", "f"], 0);
    assert!(zh.contains("f/form.json：落到的分档：1 / 2\n  - level = high\n"), "{zh}");
    assert!(zh.ends_with("通过 1 个，没通过 0 个\n"), "{zh}");
    // Packed as a zip it is the same, and without `--coverage` nothing is said of it.
    said(folder.path(), &["convert", "f", "f.zip"], 0);
    let zipped = said(folder.path(), &["test", "--coverage", "f.zip"], 0);
    assert_eq!(zipped, en.replace("f/form.json", "f.zip"));
    assert_eq!(said(folder.path(), &["test", "f"], 0), "1 passed, 0 failed\n");
}

#[test]
fn as_data_all_of_it_is_named() {
    let folder = place(&[LOW, HIGH]);
    let data = said(folder.path(), &["test", "--coverage", "--json", "f"], 0);
    let line = data.lines().find(|line| line.contains("coverage")).expect("a line of it");
    let told: serde_json::Value = serde_json::from_str(line).unwrap();
    assert_eq!(told["path"], "f/form.json");
    let full = serde_json::json!({"count": 2, "of": 2, "missing": []});
    assert_eq!((&told["coverage"]["questions"], &told["coverage"]["bands"]), (&full, &full));
    assert_eq!(
        told["coverage"]["choices"],
        serde_json::json!({"count": 1, "of": 2, "missing": ["/f/b = no"]})
    );
    assert_eq!(told["coverage"]["rules"]["count"], 1);
}

#[test]
fn no_more_than_twenty_are_named_for_people() {
    let folder = place(&[LOW]);
    let many: Vec<String> = (0..30)
        .map(|n| format!(r#"{{"type": "text", "name": "q{n}", "label": "Q", "relevant": "${{a}} > 3"}}"#))
        .collect();
    let form = FORM.replace(r#""survey": ["#, &format!(r#""survey": [{}, "#, many.join(", ")));
    std::fs::write(folder.path().join("f/form.json"), form).unwrap();
    let en = said(folder.path(), &["test", "--coverage", "f"], 0);
    assert!(
        en.contains("questions asked: 1 of 32") && en.contains("and 11 more: `--json` names them all"),
        "{en}"
    );
    assert_eq!(en.lines().filter(|line| line.starts_with("  - /f/q")).count(), 19, "{en}");
}

#[test]
fn a_case_that_fails_is_told_in_the_language_that_is_asked_for() {
    let folder = place(&[&LOW.replace("low", "high")]);
    let en = said(folder.path(), &["test", "f"], 1);
    assert!(en.contains("step 2: ") && en.contains("0 passed, 1 failed"), "{en}");
    let zh = said(folder.path(), &["test", "f", "--lang", "zh"], 1);
    assert!(
        zh.contains("第 2 步：") && zh.contains("通过 0 个，没通过 1 个") && !zh.contains("step"),
        "{zh}"
    );
}
