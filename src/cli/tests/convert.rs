//! `doorstep convert` and `check` on every kind of file, as programs that are run.

use std::path::Path;
use std::process::{Command, Output};

const FORM: &str = r#"{
  "settings": {"form_id": "visit", "version": "1", "title": "Visit"},
  "choices": {"yn": [{"name": "y", "label": "Yes"}, {"name": "n", "label": "No"}]},
  "survey": [
    {"type": "integer", "name": "people", "label": "How many?", "constraint": ". > 0", "constraint_message": "More"},
    {"type": "repeat", "name": "person", "label": "Person", "repeat_count": "${people}", "item_label": "${who}", "children": [
      {"type": "text", "name": "who", "label": "Who?"},
      {"type": "select_one yn", "name": "well", "label": "Is ${who} well?", "required": true}
    ]}
  ]
}"#;

fn doorstep(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_doorstep")).args(arguments).current_dir(folder).output().unwrap()
}

#[track_caller]
fn runs(folder: &Path, arguments: &[&str]) -> String {
    let output = doorstep(folder, arguments);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{arguments:?}: {said}{}", String::from_utf8_lossy(&output.stdout));
    said
}

#[test]
fn a_form_goes_round_and_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    std::fs::write(folder.join("a.json"), FORM).unwrap();
    let lost = runs(folder, &["convert", "a.json", "b.xlsx"]);
    assert!(lost.contains("item_label"), "{lost}");
    runs(folder, &["convert", "b.xlsx", "c.xml"]);
    runs(folder, &["convert", "c.xml", "d"]);
    runs(folder, &["convert", "d", "e.json"]);
    runs(folder, &["check", "--strict", "b.xlsx", "c.xml", "d", "e.json"]);
    let read = |name: &str| -> serde_json::Value {
        serde_json::from_str(&std::fs::read_to_string(folder.join(name)).unwrap()).unwrap()
    };
    let mut first = read("a.json");
    first["survey"][1].as_object_mut().unwrap().remove("item_label");
    assert_eq!(first["survey"], read("e.json")["survey"]);
    assert_eq!(first["choices"], read("e.json")["choices"]);
}

#[test]
fn strict_writes_nothing_that_loses_something() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    std::fs::write(folder.join("a.json"), FORM).unwrap();
    let output = doorstep(folder, &["convert", "--strict", "a.json", "b.xlsx"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(!folder.join("b.xlsx").exists());
    assert_eq!(doorstep(folder, &["convert", "a.json"]).status.code(), Some(2));
    assert_eq!(doorstep(folder, &["convert", "a.json", "b.docx"]).status.code(), Some(2));
    assert_eq!(doorstep(folder, &["convert", "a.json", "a.json"]).status.code(), Some(1));
    std::fs::write(folder.join("broken.xlsx"), "PK\u{3}\u{4} no more").unwrap();
    let output = doorstep(folder, &["convert", "broken.xlsx", "b.xml"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("copy or download it once more"));
}

#[test]
fn attachments_are_found_and_go_along() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let survey = "type,name,label\nselect_one_from_file towns.csv,town,Town\n";
    std::fs::write(folder.join("form.csv"), survey).unwrap();
    std::fs::create_dir(folder.join("form-media")).unwrap();
    std::fs::write(folder.join("form-media/towns.csv"), "name,label\nhill,Hill\n").unwrap();
    // A folder is not made for a slip of the pen.
    assert_eq!(doorstep(folder, &["convert", "form.csv", "out/form.xml"]).status.code(), Some(1));
    std::fs::create_dir(folder.join("out")).unwrap();
    runs(folder, &["convert", "form.csv", "out/form.xml"]);
    assert_eq!(std::fs::read_to_string(folder.join("out/towns.csv")).unwrap(), "name,label\nhill,Hill\n");
    runs(folder, &["check", "--strict", "out/form.xml"]);
}

#[test]
fn a_mistake_in_a_sheet_is_shown_by_its_cell() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    std::fs::write(folder.join("form.csv"), "type,name,label\n\nintger,age,Age\n").unwrap();
    let output = doorstep(folder, &["check", "form.csv"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1));
    assert!(said.contains("unknown-type") && said.contains("survey row 3, column A (type)"), "{said}");
    // The cell alone is shown, not its row.
    assert!(said.contains("3 | intger") && !said.contains("age    Age"), "{said}");
}

#[test]
fn mistakes_are_had_as_data() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    std::fs::write(folder.join("form.csv"), "type,name,label,relevant\ntext,a,A,false()\n").unwrap();
    let output = doorstep(folder, &["check", "--json", "form.csv"]);
    assert!(output.status.success());
    let said: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(said["form"]["id"], "form");
    let found = &said["diagnostics"][0];
    assert_eq!((&found["code"], &found["severity"]), (&"never-relevant".into(), &"warning".into()));
    assert_eq!(
        found["cell"],
        serde_json::json!({"sheet": "survey", "row": 2, "column": "D", "title": "relevant"})
    );
    assert_eq!(doorstep(folder, &["check", "--json", "--strict", "form.csv"]).status.code(), Some(1));
}

#[test]
fn codes_and_functions_are_explained() {
    let folder = tempfile::tempdir().unwrap();
    let said = |arguments: &[&str]| String::from_utf8(doorstep(folder.path(), arguments).stdout).unwrap();
    assert!(said(&["explain"]).lines().count() > 30);
    assert!(said(&["explain", "cycle"]).contains("To mend it"));
    assert_eq!(doorstep(folder.path(), &["explain", "cycel"]).status.code(), Some(1));
    assert!(said(&["functions", "round"]).starts_with("round\n\nround("));
}

#[test]
fn a_form_with_errors_is_not_converted() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    std::fs::write(folder.join("form.csv"), "type,name,label,relevant\ntext,a,A,nosuch(1)\n").unwrap();
    let output = doorstep(folder, &["convert", "form.csv", "form.xml"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("nosuch"));
    assert!(!folder.join("form.xml").exists());
}

#[test]
fn form_json_holds_what_a_workbook_was_allowed_to_say() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let survey = "type,name,label,relevant\ntext,a,A,null = 1\n";
    std::fs::write(folder.join("form.csv"), survey).unwrap();
    runs(folder, &["check", "form.csv"]);
    let output = doorstep(folder, &["convert", "form.csv", "form.json"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(!said.contains("takes this for a mistake"), "{said}");
    runs(folder, &["check", "form.json"]);
    // It is still said that the path leads to nothing.
    assert_eq!(doorstep(folder, &["check", "--strict", "form.json"]).status.code(), Some(1));
}

#[test]
fn form_json_takes_pulled_files_along() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let survey = "type,name,label,calculation\ntext,a,A,\ncalculate,b,,\"pulldata('streets', 'name', 'code', ${a})\"\n";
    std::fs::write(folder.join("form.csv"), survey).unwrap();
    std::fs::write(folder.join("streets.csv"), "code,name\n1,High\n").unwrap();
    std::fs::create_dir(folder.join("out")).unwrap();
    runs(folder, &["convert", "form.csv", "out/f.json"]);
    runs(folder, &["check", "--strict", "out/f.json"]);
    std::fs::create_dir(folder.join("out/f-media")).unwrap();
    std::fs::rename(folder.join("out/streets.csv"), folder.join("out/f-media/streets.csv")).unwrap();
    runs(folder, &["check", "--strict", "out/f.json"]);
}

#[test]
fn a_file_in_another_encoding_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    std::fs::write(folder.join("form.csv"), "type,name,label\nselect_one_from_file t.csv,t,T\n").unwrap();
    std::fs::write(folder.join("t.csv"), b"name,label\na,\xd6\xd0\n").unwrap();
    let output = doorstep(folder, &["check", "form.csv"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1));
    assert!(said.contains("t.csv: not UTF-8 text (byte 13)") && said.contains("CSV UTF-8"), "{said}");
    let output = doorstep(folder, &["check", "--json", "form.csv"]);
    let data: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(data["form"].is_null() && data["error"].as_str().unwrap().contains("UTF-8"), "{data}");
}

#[test]
fn nothing_is_overwritten_unasked() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    std::fs::write(folder.join("a.json"), FORM).unwrap();
    std::fs::write(folder.join("a.xml"), "mine").unwrap();
    std::fs::create_dir(folder.join("sheets")).unwrap();
    runs(folder, &["convert", "a.json", "sheets"]);
    for target in ["a.xml", "sheets"] {
        let output = doorstep(folder, &["convert", "a.json", target]);
        assert_eq!(output.status.code(), Some(1), "{target}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("--force"));
    }
    assert_eq!(std::fs::read_to_string(folder.join("a.xml")).unwrap(), "mine");
    runs(folder, &["convert", "--force", "a.json", "a.xml"]);
    std::fs::write(folder.join("sheets/entities.csv"), "list_name,label\n").unwrap();
    let said = runs(folder, &["convert", "--force", "a.json", "sheets"]);
    assert!(said.contains("entities.csv: this sheet is from before"), "{said}");
    assert!(!said.contains("choices.csv"), "{said}");
    runs(folder, &["check", "--strict", "a.xml"]);
}

#[test]
fn every_command_has_help_and_says_what_it_found() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    for command in ["serve", "check", "test", "convert", "explain", "functions"] {
        let output = doorstep(folder, &[command, "--help"]);
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && said.starts_with(&format!("doorstep {command}")), "{said}");
        assert!(!said.contains("  version"), "{said}");
    }
    assert_eq!(doorstep(folder, &["nosuch", "--help"]).status.code(), Some(2));
    let output = doorstep(folder, &["functions", "round", "once"]);
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.starts_with("round\n") && said.contains("\nonce\n"), "{said}");
    std::fs::write(folder.join("form.csv"), "type,name,label,relevant\ntext,a,A,false()\n").unwrap();
    let output = doorstep(folder, &["check", "form.csv"]);
    assert!(String::from_utf8_lossy(&output.stdout).ends_with(", 1 warning\n"));
    let output = doorstep(folder, &["test", "form.csv"]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("there are no cases in"));
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn a_form_is_given_out_by_the_whole_name_of_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    std::fs::write(folder.join("a.json"), FORM).unwrap();
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    runs(folder, &["convert", "a.json", "visit-paper.html", "--lang", "zh"]);
    assert!(read("visit-paper.html").contains("被访者签名"));
    runs(folder, &["convert", "a.json", "codebook.html", "--strict"]);
    runs(folder, &["convert", "a.json", "codebook.csv", "--strict"]);
    assert!(
        read("codebook.csv").contains("/visit/person/well,well,select_one yn"),
        "{}",
        read("codebook.csv")
    );
    let lost = runs(folder, &["convert", "a.json", "visit.fhir.json"]);
    assert!(lost.contains("a.json:6:") && lost.contains("repeat_count"), "{lost}");
    let form: serde_json::Value = serde_json::from_str(&read("visit.fhir.json")).unwrap();
    assert_eq!(form["item"][1]["linkId"], "/visit/person");
    // What is no form, and no known name.
    assert_eq!(doorstep(folder, &["convert", "a.json", "a.html"]).status.code(), Some(2));
    assert_eq!(doorstep(folder, &["convert", "a.json", "b.xml", "--lang", "zh"]).status.code(), Some(2));
    assert_eq!(
        doorstep(folder, &["convert", "a.json", "codebook.csv"]).status.code(),
        Some(1),
        "it is there already"
    );
}

#[test]
fn what_is_lost_is_told_as_the_terminal_speaks() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let form = r#"{"settings": {"form_id": "f", "version": "1", "title": {"zh": "甲", "en": "A"}}, "survey": [
        {"type": "text", "name": "a", "label": {"zh": "甲\u00a0乙", "en": "A"}, "hint": {"zh": "丙\u00a0丁", "en": "B"}}]}"#;
    std::fs::write(folder.join("a.json"), form).unwrap();
    let said = |locale: &str, arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_doorstep"));
        let output = command.args(arguments).current_dir(folder).env("LC_ALL", locale).output().unwrap();
        String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout)
    };
    let en = said("C.UTF-8", &["convert", "a.json", "b.xlsx"]);
    assert!(
        en.contains("the title has other words") && en.contains("b.xlsx: written, 2 things are lost"),
        "{en}"
    );
    assert_eq!(en.matches("a space that does not break").count(), 1, "{en}");
    assert!(en.contains("and so it is with 1 more"), "{en}");
    let zh = said("zh_CN.UTF-8", &["convert", "--force", "a.json", "b.xlsx"]);
    assert!(zh.contains("标题有几种语言") && zh.contains("b.xlsx：写好了，有 2 处丢了内容"), "{zh}");
    assert!(zh.contains("有不换行空格，在工作簿里会变成普通空格，另有 1 处也是这样"), "{zh}");
    assert!(!zh.contains("space"), "{zh}");
    let zh = said("zh_CN.UTF-8", &["convert", "--force", "--strict", "a.json", "b.xlsx"]);
    assert!(zh.contains("b.xlsx：没有写出，因为有内容会丢掉"), "{zh}");
}
