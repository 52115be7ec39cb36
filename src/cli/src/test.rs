//! `doorstep test PATH…`: runs the cases that stand beside forms; for people, or as data.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use doorstep_engine::{Form, case};
use serde_json::json;

use crate::language::Language;
use crate::{catalogues, form_files, render, watch};

/// Runs the cases of forms; 1 if any fails, or there are none.
pub fn run(arguments: &mut lexopt::Parser) -> Result<ExitCode, lexopt::Error> {
    use lexopt::prelude::*;
    let mut paths: Vec<PathBuf> = Vec::new();
    let (mut as_data, mut watches) = (false, false);
    while let Some(argument) = arguments.next()? {
        match argument {
            Value(path) => paths.push(path.into()),
            Long("json") => as_data = true,
            Long("watch") => watches = true,
            other => return Err(other.unexpected()),
        }
    }
    if paths.is_empty() {
        return Err("which form? For example: doorstep test forms/household-needs".into());
    }
    if watches {
        watch::watch(&paths, || {
            all(&paths, as_data);
        });
    }
    Ok(all(&paths, as_data))
}

fn all(paths: &[PathBuf], as_data: bool) -> ExitCode {
    let told = Told { as_data };
    let (mut passed, mut failed) = (0, 0);
    let mut add = |(good, bad): (usize, usize)| (passed, failed) = (passed + good, failed + bad);
    for path in paths {
        let catalogues = catalogues::found(path);
        for catalogue in &catalogues {
            add(catalogues::test(catalogue, Language::of_terminal(), told));
        }
        match form_files::definitions(path) {
            // A catalogue is no form.
            _ if catalogues.contains(path) => {}
            Ok(definitions) => definitions.iter().for_each(|definition| add(cases(definition, told))),
            Err(_) if !catalogues.is_empty() => {}
            Err(reason) => {
                told.unreadable(path, &reason.told(told.language()));
                add((0, 1));
            }
        }
    }
    match as_data {
        true => say!("{}", json!({"passed": passed, "failed": failed})),
        false => say!("{passed} passed, {failed} failed"),
    }
    if failed == 0 && passed > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// How cases are told: failures to whoever looks, or every case as a line of JSON.
#[derive(Clone, Copy)]
pub struct Told {
    as_data: bool,
}

impl Told {
    /// Data is the same everywhere; people are told as their terminal speaks.
    fn language(self) -> Language {
        if self.as_data { Language::English } else { Language::of_terminal() }
    }

    /// A case, and what did not come out as it says.
    pub fn case(self, of: &Path, file: &Path, failures: &[case::Failure]) {
        if self.as_data {
            let told: Vec<_> = failures
                .iter()
                .map(|failure| json!({"step": failure.step, "message": failure.message}))
                .collect();
            let (path, file) = (of.to_string_lossy(), file.to_string_lossy());
            say!("{}", json!({"path": path, "case": file, "passed": told.is_empty(), "failures": told}));
            return;
        }
        if !failures.is_empty() {
            eprintln!("{}", file.display());
        }
        for failure in failures {
            match failure.step {
                0 => eprintln!("  {}", failure.message),
                step => eprintln!("  step {step}: {}", failure.message),
            }
        }
    }

    /// Why there is nothing to run.
    pub fn unreadable(self, path: &Path, reason: &str) {
        match self.as_data {
            true => say!("{}", json!({"path": path.to_string_lossy(), "passed": false, "error": reason})),
            false => eprintln!("{reason}"),
        }
    }
}

fn cases(definition: &Path, told: Told) -> (usize, usize) {
    let bundle = match form_files::read(definition) {
        Ok(bundle) => bundle,
        Err(reason) => {
            told.unreadable(definition, &reason.told(told.language()));
            return (0, 1);
        }
    };
    let checked = Form::read(&bundle);
    let Some(form) = checked.form else {
        let said = |found| render::diagnostic(found, &bundle, definition, Language::of_terminal()) + "\n";
        let said: Vec<String> = checked.diagnostics.iter().map(said).collect();
        told.unreadable(definition, &said.join("\n"));
        return (0, 1);
    };
    let cases = form_files::cases(definition);
    if cases.is_empty() {
        let folder = form_files::folder(definition).join("cases");
        eprintln!("{}: there are no cases in {}", definition.display(), folder.display());
    }
    let (mut passed, mut failed) = (0, 0);
    for (file, read) in cases {
        let parsed = read.and_then(|text| serde_json::from_str(&text).map_err(|error| error.to_string()));
        let failures = match parsed {
            Ok(case) => case::run(&form, &case),
            Err(message) => vec![case::Failure::plain(0, message)],
        };
        told.case(definition, &file, &failures);
        match failures.is_empty() {
            true => passed += 1,
            false => failed += 1,
        }
    }
    (passed, failed)
}

/// The cases in a folder, by name.
pub fn json_files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut files: Vec<PathBuf> = entries.filter(|file| form_files::ending(file) == "json").collect();
    files.sort();
    files
}
