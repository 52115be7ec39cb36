//! `cargo xtask accept designer`: takes forms through the designer, and writes what other tools are to take.
//!
//! `accept OUT DIR…`: of each workbook in the folders and each form in the folders there, `OUT/came/NAME.xlsx` as it came, `OUT/own/NAME.xlsx` as our own Excel,
//! `OUT/xlsform/NAME.xlsx` as XLSForm, and in `OUT/rounds.json` what came of it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use round::{Round, Wrong, round};
use serde_json::{Value as Json, json};

#[path = "../tests/sheets/round.rs"]
mod round;

fn main() {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let out = arguments.next().expect("accept OUT DIR…");
    let mut all: BTreeMap<String, Json> = BTreeMap::new();
    for folder in ["came", "own", "xlsform"] {
        fs::create_dir_all(out.join(folder)).expect("there is room to write into");
    }
    for file in arguments.flat_map(|folder| forms(&folder)) {
        let bytes = fs::read(&file).expect("a form can be read");
        let name = named(&file);
        if file.extension().is_some_and(|ending| ending == "xlsx") {
            fs::write(out.join("came").join(format!("{name}.xlsx")), &bytes).expect("there is room");
        }
        let beside = |wanted: &str| beside(&file, wanted);
        let plain = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let said = match round(&plain, &bytes, &beside) {
            Ok(Round { changes, own, xlsform, losses, differs }) => {
                fs::write(out.join("own").join(format!("{name}.xlsx")), own).expect("there is room");
                fs::write(out.join("xlsform").join(format!("{name}.xlsx")), xlsform).expect("there is room");
                json!({"changes": changes, "losses": losses, "differs": differs})
            }
            Err(Wrong::AsItCame(why)) => json!({"as_it_came": why}),
            Err(Wrong::Ours(why)) => json!({"ours": why}),
        };
        all.insert(name, said);
    }
    fs::write(out.join("rounds.json"), json!(all).to_string()).expect("there is room");
}

/// The workbooks in a folder, and the form JSON in the folders there.
fn forms(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let form = |entry: PathBuf| match entry.join("form.json") {
        own if own.is_file() => Some(own),
        _ => entry.extension().is_some_and(|ending| ending == "xlsx").then_some(entry),
    };
    let mut found: Vec<PathBuf> = entries.filter_map(form).collect();
    found.sort();
    found
}

/// A workbook is called by its own name, form JSON by its folder's.
fn named(file: &Path) -> String {
    let own =
        if file.ends_with("form.json") { file.parent().and_then(Path::file_name) } else { file.file_stem() };
    own.unwrap_or_default().to_string_lossy().into_owned()
}

fn beside(file: &Path, name: &str) -> Option<String> {
    let folder = file.parent()?;
    fs::read_to_string(folder.join(name)).ok()
}
