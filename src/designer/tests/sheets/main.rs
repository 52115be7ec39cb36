//! What a designer does with a form, from outside: opened, changed, given out and read back.

mod round;

use std::path::Path;

use round::{Round, Wrong, round};

/// Every form in `forms/`, as form JSON and as the workbook that it becomes.
#[test]
fn every_form_here_is_opened_changed_given_out_and_read_back_the_same() {
    let forms = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../forms");
    let mut count = 0;
    for folder in std::fs::read_dir(&forms).expect("they are there").flatten().map(|entry| entry.path()) {
        let Ok(bytes) = std::fs::read(folder.join("form.json")) else { continue };
        let name = folder.display().to_string();
        let beside = |wanted: &str| std::fs::read_to_string(folder.join(wanted)).ok();
        let first = done(round("form.json", &bytes, &beside), &name);
        assert_eq!(first.changes, ["label", "name", "row"], "{name}");
        assert!(first.differs.is_empty() || !first.losses.is_empty(), "{name}");
        // What came out is a workbook like any other: once more, from there.
        let again = done(round("form.xlsx", &first.own, &beside), &format!("{name} as our own Excel"));
        assert_eq!((again.changes, again.losses), (first.changes, first.losses), "{name}");
        let others = done(round("form.xlsx", &first.xlsform, &beside), &format!("{name} as XLSForm"));
        assert!(
            !others.losses.iter().any(|loss| loss.contains("item_label")),
            "{name}: what was lost is gone"
        );
        count += 1;
    }
    assert!(count > 20, "only {count} forms are there");
}

fn done(round: Result<Round, Wrong>, name: &str) -> Round {
    match round {
        Ok(round) => round,
        Err(Wrong::AsItCame(why)) => panic!("{name} is no form: {why}"),
        Err(Wrong::Ours(why)) => panic!("{name}: {why}"),
    }
}
