//! `doorstep test PATH…`: runs the cases that stand beside forms.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use doorstep_engine::{Form, case};

use crate::language::Language;
use crate::{catalogues, form_files, render};

/// Runs the cases of forms; 1 if any fails, or there are none.
pub fn run(arguments: &mut lexopt::Parser) -> Result<ExitCode, lexopt::Error> {
    use lexopt::prelude::*;
    let mut paths: Vec<PathBuf> = Vec::new();
    while let Some(argument) = arguments.next()? {
        match argument {
            Value(path) => paths.push(path.into()),
            other => return Err(other.unexpected()),
        }
    }
    if paths.is_empty() {
        return Err("which form? For example: doorstep test forms/household-needs".into());
    }
    let (mut passed, mut failed) = (0, 0);
    for path in paths {
        let catalogues = catalogues::found(&path);
        for catalogue in &catalogues {
            let (good, bad) = catalogues::test(catalogue, Language::of_terminal());
            (passed, failed) = (passed + good, failed + bad);
        }
        match form_files::definitions(&path) {
            // A catalogue is no form.
            _ if catalogues.contains(&path) => {}
            Ok(definitions) => {
                for definition in definitions {
                    let (good, bad) = cases(&definition);
                    (passed, failed) = (passed + good, failed + bad);
                }
            }
            Err(_) if !catalogues.is_empty() => {}
            Err(reason) => {
                eprintln!("{reason}");
                failed += 1;
            }
        }
    }
    say!("{passed} passed, {failed} failed");
    Ok(if failed == 0 && passed > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn cases(definition: &Path) -> (usize, usize) {
    let bundle = match form_files::read(definition) {
        Ok(bundle) => bundle,
        Err(reason) => {
            eprintln!("{reason}");
            return (0, 1);
        }
    };
    let checked = Form::read(&bundle);
    let Some(form) = checked.form else {
        for found in &checked.diagnostics {
            eprintln!("{}\n", render::diagnostic(found, &bundle, definition, Language::of_terminal()));
        }
        return (0, 1);
    };
    let folder = form_files::folder(definition).join("cases");
    let entries = std::fs::read_dir(&folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut files: Vec<PathBuf> =
        entries.filter(|file| file.extension().is_some_and(|it| it == "json")).collect();
    files.sort();
    if files.is_empty() {
        eprintln!("{}: there are no cases in {}", definition.display(), folder.display());
    }
    let (mut passed, mut failed) = (0, 0);
    for file in files {
        let read = std::fs::read_to_string(&file).map_err(|error| error.to_string());
        let parsed = read.and_then(|text| serde_json::from_str(&text).map_err(|error| error.to_string()));
        let failures = match parsed {
            Ok(case) => case::run(&form, &case),
            Err(message) => vec![case::Failure { step: 0, message }],
        };
        if failures.is_empty() {
            passed += 1;
            continue;
        }
        failed += 1;
        eprintln!("{}", file.display());
        for failure in failures {
            eprintln!("  step {}: {}", failure.step, failure.message);
        }
    }
    (passed, failed)
}
