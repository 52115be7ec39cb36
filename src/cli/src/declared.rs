//! What is declared of entities, beside forms: `entities/LIST.json`, `ledgers/ID.json` and `rankings/LIST.json`, checked like forms.

use std::path::{Path, PathBuf};

use doorstep_engine::entities::declared::{Declared, files_declared};
use doorstep_engine::entities::dictionary::{Dictionary, DictionaryList};
use doorstep_engine::entities::ledger::Ledger;
use doorstep_engine::entities::ranked::Ranked;
use doorstep_engine::{Bundle, Source};

use crate::language::Language;
use crate::{form_files, render};

const LISTS: &str = "entities";
const LEDGERS: &str = "ledgers";
const RANKINGS: &str = "rankings";
/// The folders of what is declared.
const FOLDERS: [&str; 3] = [LISTS, LEDGERS, RANKINGS];

/// The folder of forms in which a path means lists, ledgers or rankings: the folder itself, or one of these in it.
pub fn found(path: &Path) -> Option<PathBuf> {
    if FOLDERS.iter().any(|name| path.join(name).is_dir()) {
        return Some(path.to_owned());
    }
    let own = path.file_name().is_some_and(|name| FOLDERS.iter().any(|folder| name == *folder));
    (own && path.is_dir()).then(|| path.parent().unwrap_or(Path::new(".")).to_owned())
}

/// How what is said is to be told.
#[derive(Clone, Copy)]
pub struct Telling {
    /// For programs.
    pub as_data: bool,
    /// In which language.
    pub language: Language,
}

/// Says all that is wrong with lists, ledgers and rankings: did they pass?
pub fn check(folder: &Path, telling: Telling) -> bool {
    let mut passed = true;
    let mut dictionary = Dictionary::default();
    for (name, file, bundle) in files(&folder.join(LISTS), &mut passed) {
        let list = DictionaryList::read(&name, &bundle);
        passed &= told(&file, &bundle, &list, telling, |list| match telling.language {
            Language::English => format!("a list of {} properties", list.properties.len()),
            Language::Chinese => format!("名单，{} 个属性", list.properties.len()),
        });
        dictionary.lists.extend(list.value);
    }
    // What would be wrong with the others follows from a list that is.
    if !passed {
        return false;
    }
    for (name, file, bundle) in files(&folder.join(LEDGERS), &mut passed) {
        let ledger = Ledger::read(&name, &bundle, &dictionary);
        passed &= told(&file, &bundle, &ledger, telling, |ledger| match telling.language {
            Language::English => format!("a ledger of {} columns", ledger.columns.len()),
            Language::Chinese => format!("台账，{} 列", ledger.columns.len()),
        });
    }
    for (name, file, bundle) in files(&folder.join(RANKINGS), &mut passed) {
        let ranked = Ranked::read(&name, &bundle, &dictionary);
        passed &= told(&file, &bundle, &ranked, telling, |ranked| match telling.language {
            Language::English => format!("a ranking by {} dimensions", ranked.parts.len()),
            Language::Chinese => format!("排名，{} 个方面", ranked.parts.len()),
        });
    }
    passed
}

fn told<T>(
    file: &Path,
    bundle: &Bundle,
    read: &Declared<T>,
    Telling { as_data, language }: Telling,
    verdict: impl Fn(&T) -> String,
) -> bool {
    if as_data {
        let diagnostics: Vec<serde_json::Value> =
            read.diagnostics.iter().map(|found| language.of(found).to_json(bundle)).collect();
        let whole = read.value.is_some();
        say!(
            "{}",
            serde_json::json!({"path": file.to_string_lossy(), "declared": whole, "diagnostics": diagnostics})
        );
        return whole;
    }
    for found in &read.diagnostics {
        eprintln!("{}\n", render::diagnostic(found, bundle, file, language));
    }
    let verdict = match (&read.value, language) {
        (Some(value), _) => verdict(value),
        (None, Language::English) => format!("{} errors", read.diagnostics.len()),
        (None, Language::Chinese) => format!("{} 个错误", read.diagnostics.len()),
    };
    say!("{}: {verdict}", file.display());
    read.value.is_some()
}

/// The JSON files of a folder by name, each with the files that it names.
fn files(folder: &Path, passed: &mut bool) -> Vec<(String, PathBuf, Bundle)> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut paths: Vec<PathBuf> = entries.filter(|file| form_files::ending(file) == "json").collect();
    paths.sort();
    let mut found = Vec::new();
    for path in paths {
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) => {
                eprintln!("{}: {error}", path.display());
                *passed = false;
                continue;
            }
        };
        let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let main = Source::new(format!("{name}.json"), text);
        let beside = files_declared(&main).into_iter().filter_map(|file| {
            let text = std::fs::read_to_string(folder.join(&file)).ok()?;
            Some(Source::new(file, text))
        });
        let files = beside.collect();
        found.push((name, path, Bundle { main, files }));
    }
    found
}
