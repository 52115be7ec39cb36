//! `doorstep check` over a folder of forms: lists and ledgers that stand beside them are checked too, and told with their places.

use std::path::Path;
use std::process::{Command, Output};

const LIST: &str = r#"{"label": {"zh": "个案", "en": "Cases"}, "properties": [
  {"name": "visited_on", "label": {"zh": "日期", "en": "Day"}, "is": "date"}
]}"#;
const LEDGER: &str = r#"{"title": {"zh": "入户", "en": "Visits"}, "rows": "events", "lists": ["cases"], "gives": "visited_on",
  "columns": [{"name": "no", "label": {"zh": "序号", "en": "No."}, "from": "number"}]}"#;

fn check(folder: &Path, path: &str) -> (bool, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_doorstep"));
    let Output { status, stdout, stderr } =
        command.args(["check", path, "--lang", "en"]).current_dir(folder).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (status.success(), text(&stdout), text(&stderr))
}

#[test]
fn lists_and_ledgers_are_checked_beside_forms() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write("forms/entities/cases.json", LIST);
    write("forms/ledgers/l1.json", LEDGER);
    for path in ["forms", "forms/ledgers", "forms/entities"] {
        let (good, out, said) = check(folder.path(), path);
        assert!(good, "{path}: {said}");
        assert!(
            out.contains("a list of 1 properties") && out.contains("a ledger of 1 columns"),
            "{path}: {out}"
        );
    }
    write("forms/ledgers/l1.json", &LEDGER.replace("\"gives\": \"visited_on\"", "\"gives\": \"visited_no\""));
    let (good, out, said) = check(folder.path(), "forms");
    assert!(!good && out.contains("l1.json: 1 errors"), "{out}");
    assert!(
        said.contains("no property `visited_no` is declared") && said.contains("did you mean `visited_on`?"),
        "{said}"
    );
}
