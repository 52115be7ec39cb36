//! `--watch`: runs again when a form's files change, until Ctrl-C. Nothing is cleared: what was said before may be a log.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::{catalogues, form_files};

/// How often the files are looked at.
const EVERY: Duration = Duration::from_millis(400);
/// An editor may write a file in several goes.
const SETTLED: Duration = Duration::from_millis(100);

/// When a file was written last, and how long it is; none where there is none.
type Seen = BTreeMap<PathBuf, Option<(SystemTime, u64)>>;

/// Runs, waits for a change, and runs again.
pub fn watch(paths: &[PathBuf], mut run: impl FnMut()) -> ! {
    loop {
        // Looked at before it runs: what changes meanwhile is a change.
        let before = seen(files(paths));
        run();
        eprintln!("— waiting for changes of {} files; Ctrl-C ends —", before.len());
        let changed = loop {
            std::thread::sleep(EVERY);
            let now = seen(before.keys().cloned());
            if let Some((file, _)) = before.iter().find(|(file, was)| now.get(*file) != Some(was)) {
                break file.clone();
            }
        };
        std::thread::sleep(SETTLED);
        eprintln!("— {} changed —", changed.display());
    }
}

/// The forms' own files, what they name, their cases, and the folders that more may come into.
fn files(paths: &[PathBuf]) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    for path in paths {
        found.insert(path.clone());
        let definitions = form_files::definitions(path).unwrap_or_default();
        for definition in definitions {
            let folder = form_files::folder(&definition).to_owned();
            inside(&folder.join("cases"), &mut found);
            if definition.is_dir() {
                inside(&definition, &mut found);
            }
            let bundle = form_files::read(&definition);
            for file in bundle.iter().flat_map(|bundle| &bundle.files).filter(|file| file.sheet().is_none()) {
                found.insert(folder.join(&*file.name));
            }
            found.insert(definition);
        }
        for catalogue in catalogues::found(path) {
            let folder = form_files::folder(&catalogue);
            inside(folder, &mut found);
            inside(&folder.join("cases"), &mut found);
        }
        // Lists and ledgers are files of the folder itself.
        if path.is_dir() {
            for folder in [path.clone(), path.join("entities"), path.join("ledgers"), path.join("rankings")] {
                json_inside(&folder, &mut found);
            }
        }
    }
    found
}

/// A folder and the files in it.
fn inside(folder: &Path, found: &mut BTreeSet<PathBuf>) {
    found.insert(folder.to_owned());
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    found.extend(entries.map(|entry| entry.path()).filter(|entry| entry.is_file()));
}

fn json_inside(folder: &Path, found: &mut BTreeSet<PathBuf>) {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    found.extend(entries.map(|entry| entry.path()).filter(|entry| form_files::ending(entry) == "json"));
}

fn seen(files: impl IntoIterator<Item = PathBuf>) -> Seen {
    let look = |file: &Path| {
        let said = std::fs::metadata(file).ok()?;
        let length = if said.is_dir() { 0 } else { said.len() };
        Some((said.modified().ok()?, length))
    };
    files.into_iter().map(|file| (file.clone(), look(&file))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forms_lists_and_cases_are_watched() {
        let form = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../forms/phq-9");
        let found = files(std::slice::from_ref(&form));
        for file in ["form.json", "cases", "members.csv"] {
            assert!(found.contains(&form.join(file)), "{file}: {found:?}");
        }
        let lists = files(&[form.join("../household-needs")]);
        assert!(lists.iter().any(|file| file.ends_with("../lists/towns.csv")), "{lists:?}");
    }
}
