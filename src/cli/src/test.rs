//! `doorstep test PATH…`: runs the cases that stand beside forms; for people, or as data.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use doorstep_engine::trial::{Coverage, Reached};
use doorstep_engine::{Form, case};
use serde_json::json;

use crate::language::Language;
use crate::{catalogues, form_files, render, watch};

/// So many of each kind are named that no case reaches; `--json` names all.
const NAMED: usize = 20;

/// Runs the cases of forms; 1 if any fails, or there are none.
pub fn run(arguments: &mut lexopt::Parser) -> Result<ExitCode, lexopt::Error> {
    use lexopt::prelude::*;
    let mut paths: Vec<PathBuf> = Vec::new();
    let (mut as_data, mut watches, mut coverage, mut asked) = (false, false, false, None);
    while let Some(argument) = arguments.next()? {
        match argument {
            Value(path) => paths.push(path.into()),
            Long("json") => as_data = true,
            Long("watch") => watches = true,
            Long("coverage") => coverage = true,
            Long("lang") => asked = Some(Language::asked(&arguments.value()?.string()?)?),
            other => return Err(other.unexpected()),
        }
    }
    if paths.is_empty() {
        return Err("which form? For example: doorstep test forms/household-needs".into());
    }
    // Data is the same everywhere, unless its reader asks for another language.
    let otherwise = if as_data { Language::English } else { Language::of_terminal() };
    let told = Told { as_data, coverage, language: asked.unwrap_or(otherwise) };
    if watches {
        watch::watch(&paths, || {
            all(&paths, told);
        });
    }
    Ok(all(&paths, told))
}

fn all(paths: &[PathBuf], told: Told) -> ExitCode {
    let (mut passed, mut failed) = (0, 0);
    let mut add = |(good, bad): (usize, usize)| (passed, failed) = (passed + good, failed + bad);
    for path in paths {
        let catalogues = catalogues::found(path);
        for catalogue in &catalogues {
            add(catalogues::test(catalogue, told.language, told));
        }
        match form_files::definitions(path) {
            // A catalogue is no form.
            _ if catalogues.contains(path) => {}
            Ok(definitions) => definitions.iter().for_each(|definition| add(cases(definition, told))),
            Err(_) if !catalogues.is_empty() => {}
            Err(reason) => {
                told.unreadable(path, &reason.told(told.language));
                add((0, 1));
            }
        }
    }
    match told.as_data {
        true => say!("{}", json!({"passed": passed, "failed": failed})),
        false if told.language == Language::Chinese => say!("通过 {passed} 个，没通过 {failed} 个"),
        false => say!("{passed} passed, {failed} failed"),
    }
    if failed == 0 && passed > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// How cases are told: failures to whoever looks, or every case as a line of JSON.
#[derive(Clone, Copy)]
pub struct Told {
    as_data: bool,
    /// Is it told what the cases reach?
    coverage: bool,
    language: Language,
}

impl Told {
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
            match (failure.step, self.language) {
                (0, Language::English) => eprintln!("  {}", failure.message),
                (0, Language::Chinese) => eprintln!("  {}", failure.chinese),
                (step, Language::English) => eprintln!("  step {step}: {}", failure.message),
                (step, Language::Chinese) => eprintln!("  第 {step} 步：{}", failure.chinese),
            }
        }
    }

    /// What the cases of a form reach, as they stand at their ends, and what none of them does.
    fn coverage(self, of: &Path, coverage: &Coverage) {
        let reached = [coverage.questions(), coverage.choices(), coverage.bands(), coverage.rules()];
        if self.as_data {
            let data = |Reached { count, of, missing }: &Reached| json!({"count": count, "of": of, "missing": missing});
            let all: serde_json::Map<String, serde_json::Value> = COUNTED
                .iter()
                .zip(&reached)
                .map(|((key, _, _), reached)| ((*key).to_owned(), data(reached)))
                .collect();
            say!("{}", json!({"path": of.to_string_lossy(), "coverage": all}));
            return;
        }
        for ((_, english, chinese), Reached { count, of: all, missing }) in COUNTED.into_iter().zip(&reached)
        {
            let named = missing.iter().take(NAMED);
            let more = missing.len().saturating_sub(NAMED);
            match self.language {
                Language::English => say!("{}: {english}: {count} of {all}", of.display()),
                Language::Chinese => say!("{}：{chinese}：{count} / {all}", of.display()),
            }
            named.for_each(|name| say!("  - {name}"));
            match self.language {
                _ if more == 0 => {}
                Language::English => say!("  and {more} more: `--json` names them all"),
                Language::Chinese => say!("  另有 {more} 个，用 --json 可以看全"),
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
            told.unreadable(definition, &reason.told(told.language));
            return (0, 1);
        }
    };
    let checked = Form::read(&bundle);
    let Some(form) = checked.form else {
        let said = |found| render::diagnostic(found, &bundle, definition, told.language) + "\n";
        let said: Vec<String> = checked.diagnostics.iter().map(said).collect();
        told.unreadable(definition, &said.join("\n"));
        return (0, 1);
    };
    let cases = form_files::cases(definition);
    if cases.is_empty() {
        let folder = form_files::folder(definition).join("cases");
        match told.language {
            Language::English => {
                eprintln!("{}: there are no cases in {}", definition.display(), folder.display())
            }
            Language::Chinese => eprintln!("{}：{} 里没有例子", definition.display(), folder.display()),
        }
    }
    let (mut passed, mut failed) = (0, 0);
    let mut coverage = Coverage::default();
    for (file, read) in cases {
        let parsed = read.and_then(|text| serde_json::from_str(&text).map_err(|error| error.to_string()));
        let failures = match parsed {
            Ok(case) => {
                let (session, failures) = case::run_through(&form, &case);
                if let Some(session) = session.filter(|_| told.coverage) {
                    coverage.take(&session);
                }
                failures
            }
            Err(message) => vec![case::Failure::plain(0, message)],
        };
        told.case(definition, &file, &failures);
        match failures.is_empty() {
            true => passed += 1,
            false => failed += 1,
        }
    }
    if told.coverage && passed + failed > 0 {
        told.coverage(definition, &coverage);
    }
    (passed, failed)
}

/// What is counted: its key in data, and what it is called.
const COUNTED: [(&str, &str, &str); 4] = [
    ("questions", "questions asked", "问到的题目"),
    ("choices", "choices chosen", "选到的选项"),
    ("bands", "bands come to", "落到的分档"),
    ("rules", "rules that held", "成立过的规则"),
];

/// The cases in a folder, by name.
pub fn json_files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut files: Vec<PathBuf> = entries.filter(|file| form_files::ending(file) == "json").collect();
    files.sort();
    files
}
