//! `doorstep seed` as a process: a town once, what it comes to beside it, and never over anything.

use std::path::Path;
use std::process::{Command, Output};

fn seed(folder: &Path, more: &[&str]) -> Output {
    let forms = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../forms");
    let mut command = Command::new(env!("CARGO_BIN_EXE_doorstep"));
    command
        .current_dir(folder)
        .env_remove("DATABASE_URL")
        .args(["seed", "--data", "town", "--forms"])
        .arg(forms);
    command.args(["--households", "40", "--today", "2026-11-27"]).args(more).output().unwrap()
}

#[test]
fn a_town_is_made_once() {
    let folder = tempfile::tempdir().unwrap();
    let few = seed(folder.path(), &["--members", "39"]);
    assert_eq!(few.status.code(), Some(1));
    assert!(!folder.path().join("town").exists());
    assert_eq!(seed(folder.path(), &["--today", "soon"]).status.code(), Some(2));

    let made = seed(folder.path(), &[]);
    let said = String::from_utf8(made.stdout).unwrap();
    assert!(made.status.success() && said.starts_with("40 households, 120 members, "), "{said}");
    let truth = std::fs::read_to_string(folder.path().join("town/town.json")).unwrap();
    let truth: serde_json::Value = serde_json::from_str(&truth).unwrap();
    assert_eq!(
        (&truth["households"], &truth["members"], &truth["monitoring"]["rows"]),
        (&40.into(), &120.into(), &10.into())
    );
    let list = std::fs::read_to_string(folder.path().join("town/monitoring.csv")).unwrap();
    assert_eq!(list.lines().count(), 11);

    let again = seed(folder.path(), &[]);
    assert_eq!(again.status.code(), Some(1));
    assert!(String::from_utf8(again.stderr).unwrap().contains("holds households or submissions already"));
}
