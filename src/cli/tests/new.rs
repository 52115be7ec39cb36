//! `doorstep new`, then `check --strict` and `test` of what it wrote; watching; and what other programs read.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Output, Stdio};

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_doorstep"));
    command.args(arguments).current_dir(folder).env("LC_ALL", "C.UTF-8");
    command
}

fn doorstep(folder: &Path, arguments: &[&str]) -> Output {
    command(folder, arguments).output().expect("the program starts")
}

fn passes(folder: &Path, arguments: &[&str]) -> String {
    let output = doorstep(folder, arguments);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{arguments:?}: {}\n{said}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stdout).unwrap()
}

fn forms() -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../forms").to_string_lossy().into_owned()
}

#[test]
fn what_is_new_is_sound_and_nothing_is_written_over() {
    let folder = tempfile::tempdir().unwrap();
    for to in ["my-form", "book/my.xlsx"] {
        passes(folder.path(), &["new", to]);
        passes(folder.path(), &["check", "--strict", to]);
        assert_eq!(passes(folder.path(), &["test", to]), "1 passed, 0 failed\n");
        assert_eq!(doorstep(folder.path(), &["new", to]).status.code(), Some(1), "{to} is there already");
    }
    let form = std::fs::read_to_string(folder.path().join("my-form/form.json")).unwrap();
    assert!(form.contains("\"form_id\": \"my-form\""), "{form}");
    // A file that is there stays, even one that only a case would take the place of.
    std::fs::create_dir_all(folder.path().join("other/cases")).unwrap();
    std::fs::write(folder.path().join("other/cases/name.json"), "mine").unwrap();
    assert_eq!(doorstep(folder.path(), &["new", "other/my.xlsx"]).status.code(), Some(1));
    assert_eq!(std::fs::read_to_string(folder.path().join("other/cases/name.json")).unwrap(), "mine");
    assert!(!folder.path().join("other/my.xlsx").exists());
}

#[test]
fn a_form_begins_with_another() {
    let (folder, forms) = (tempfile::tempdir().unwrap(), forms());
    assert!(passes(folder.path(), &["new", "--list", "--forms", &forms]).contains("phq-9"));
    for (from, to) in [("household-needs", "ours"), ("phq-9", "book/ours.xlsx")] {
        passes(folder.path(), &["new", to, "--from", from, "--forms", &forms]);
        passes(folder.path(), &["check", "--strict", to]);
        passes(folder.path(), &["test", to]);
    }
    let refused = doorstep(folder.path(), &["new", "x", "--from", "phq9", "--forms", &forms]);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("did you mean `phq-9`?"));
}

#[test]
fn other_programs_read_cases_functions_and_explanations() {
    let folder = tempfile::tempdir().unwrap();
    passes(folder.path(), &["new", "f"]);
    let lines = passes(folder.path(), &["test", "f", "--json"]);
    let lines: Vec<serde_json::Value> =
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((&lines[0]["passed"], &lines[1]["failed"]), (&true.into(), &0.into()), "{lines:?}");
    let case = folder.path().join("f/cases/name.json");
    let text =
        std::fs::read_to_string(&case).unwrap().replace("\"instance_name\": \"试", "\"instance_name\": \"不");
    std::fs::write(&case, text).unwrap();
    let failed = doorstep(folder.path(), &["test", "f", "--json"]);
    assert_eq!(failed.status.code(), Some(1));
    let first = String::from_utf8(failed.stdout).unwrap();
    let first: serde_json::Value = serde_json::from_str(first.lines().next().unwrap()).unwrap();
    assert_eq!(first["failures"][0]["step"], 3, "{first}");
    let functions: serde_json::Value =
        serde_json::from_str(&passes(folder.path(), &["functions", "round", "--json"])).unwrap();
    assert_eq!(functions[0]["name"], "round");
    let page: serde_json::Value =
        serde_json::from_str(&passes(folder.path(), &["explain", "unknown-name", "--json", "--lang", "zh"]))
            .unwrap();
    assert_eq!(page["code"], "unknown-name");
    let all: serde_json::Value =
        serde_json::from_str(&passes(folder.path(), &["explain", "--json"])).unwrap();
    assert!(all.as_array().unwrap().len() > 50);
}

#[test]
fn a_change_is_seen_and_checked_again() {
    let folder = tempfile::tempdir().unwrap();
    passes(folder.path(), &["new", "f"]);
    let mut running = command(folder.path(), &["check", "--watch", "f"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(running.stdout.take().unwrap()).lines();
    let mut next = || lines.next().unwrap().unwrap();
    assert!(next().contains("is a form, 0 warnings"));
    let form = folder.path().join("f/form.json");
    let text = std::fs::read_to_string(&form).unwrap();
    std::fs::write(&form, text.replace("\"type\": \"text\"", "\"type\": \"txet\"")).unwrap();
    assert!(next().contains("not a form yet: 1 error"));
    std::fs::write(&form, text).unwrap();
    assert!(next().contains("is a form, 0 warnings"));
    running.kill().unwrap();
    running.wait().unwrap();
}
