//! `doorstep diff` as it is called: words or data, and its exit codes.

use std::path::Path;
use std::process::{Command, Output};

fn diff(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_doorstep"));
    command.arg("diff").args(arguments).env("LC_ALL", "C.UTF-8").output().expect("the program starts")
}

fn pair(name: &str) -> [String; 2] {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/engine/compare");
    ["old", "new"].map(|which| folder.join(format!("{name}.{which}.json")).to_string_lossy().into_owned())
}

#[test]
fn exit_codes_say_what_came_of_it() {
    let [old, new] = pair("survey");
    assert_eq!(diff(&[&old, &old]).status.code(), Some(0));
    let told = diff(&[&old, &new]);
    assert_eq!(told.status.code(), Some(1));
    let said = String::from_utf8(told.stdout).unwrap();
    assert!(said.contains("[breaks] question `income` is now called `household_income`"), "{said}");
    assert!(!said.contains('\u{1b}'), "a log gets no colours: {said}");
    let [fine, broken] = pair("broken");
    let told = diff(&[&fine, &broken]);
    assert_eq!(told.status.code(), Some(2));
    assert!(String::from_utf8(told.stderr).unwrap().contains("unknown-type"));
    assert_eq!(diff(&[&fine, "/nowhere"]).status.code(), Some(2));
    assert_eq!(diff(&[&fine]).status.code(), Some(2));
}

#[test]
fn data_has_every_difference_with_its_words() {
    let [old, new] = pair("assessment");
    let told = diff(&[&old, &new, "--json", "--lang", "zh"]);
    let data: serde_json::Value = serde_json::from_slice(&told.stdout).unwrap();
    let differences = data["differences"].as_array().unwrap();
    let cutoff = differences.iter().find(|found| found["kind"] == "cutoff").unwrap();
    assert_eq!((&cutoff["old"], &cutoff["new"]), (&"10".into(), &"8".into()));
    assert_eq!(cutoff["words"], "测评 `level` 的等级 `high` 现在从 8 开始，原来是 10");
    assert_eq!(data["weight"], "breaks");
}
