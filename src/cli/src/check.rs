//! `doorstep check PATH…`: all mistakes of forms at once, each with its place and a way out; for people, or as data.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use doorstep_engine::source::MEDIA_LIST;
use doorstep_engine::{Bundle, Checked, Form, Severity};

use crate::language::Language;
use crate::{catalogues, declared, form_files, render, watch};

/// Checks forms; 1 if any has an error (or, with `--strict`, a warning).
pub fn run(arguments: &mut lexopt::Parser) -> Result<ExitCode, lexopt::Error> {
    use lexopt::prelude::*;
    let mut paths: Vec<PathBuf> = Vec::new();
    let (mut strict, mut as_data, mut watches, mut asked) = (false, false, false, None);
    while let Some(argument) = arguments.next()? {
        match argument {
            Value(path) => paths.push(path.into()),
            Long("strict") => strict = true,
            Long("json") => as_data = true,
            Long("watch") => watches = true,
            Long("lang") => asked = Some(Language::asked(&arguments.value()?.string()?)?),
            other => return Err(other.unexpected()),
        }
    }
    if paths.is_empty() {
        return Err("which form? For example: doorstep check forms/household-needs".into());
    }
    // Data is the same everywhere, unless its reader asks for another language.
    let standard = if as_data { Language::English } else { Language::of_terminal() };
    let language = asked.unwrap_or(standard);
    if watches {
        watch::watch(&paths, || {
            all(&paths, strict, as_data, language);
        });
    }
    Ok(all(&paths, strict, as_data, language))
}

fn all(paths: &[PathBuf], strict: bool, as_data: bool, language: Language) -> ExitCode {
    let mut failed = false;
    for path in paths {
        let catalogues = catalogues::found(path);
        for catalogue in &catalogues {
            failed |= !catalogues::check(catalogue, strict, as_data, language);
        }
        let folder = declared::found(path);
        if let Some(folder) = &folder {
            failed |= !declared::check(folder, declared::Telling { as_data, language });
        }
        let definitions = match form_files::definitions(path) {
            // A catalogue is no form, nor are a list and a ledger.
            _ if catalogues.contains(path) || folder.as_ref().is_some_and(|folder| *folder != *path) => {
                continue;
            }
            Ok(definitions) => definitions,
            Err(_) if !catalogues.is_empty() || folder.is_some() => continue,
            Err(reason) => {
                unreadable(path, &reason.told(language), as_data);
                failed = true;
                continue;
            }
        };
        for definition in definitions {
            failed |= !check(&definition, strict, as_data, language);
        }
    }
    if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn check(definition: &Path, strict: bool, as_data: bool, language: Language) -> bool {
    let bundle = match form_files::read(definition) {
        Ok(bundle) => bundle,
        Err(reason) => {
            unreadable(definition, &reason.told(language), as_data);
            return false;
        }
    };
    let checked = Form::read(&bundle);
    let count = |severity| checked.diagnostics.iter().filter(|found| found.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let passed = errors == 0 && (warnings == 0 || !strict);
    if as_data {
        // Whoever reads may have read enough.
        let _ = writeln!(std::io::stdout(), "{}", data(definition, &checked, &bundle, language));
        return passed;
    }
    for found in &checked.diagnostics {
        eprintln!("{}\n", render::diagnostic(found, &bundle, definition, language));
    }
    for name in missing(&checked, &bundle) {
        match language {
            Language::English => {
                eprintln!("{}: `{name}` is named, and not among its media", definition.display())
            }
            Language::Chinese => eprintln!("{}：题目用到 {name}，但没有这个文件", definition.display()),
        }
    }
    say!("{}: {}", definition.display(), verdict(&checked, errors, warnings, language));
    passed
}

/// The pictures, sounds and films that a form names and lacks, if it has any: a lone workbook's are elsewhere.
fn missing<'a>(checked: &'a Checked, bundle: &Bundle) -> Vec<&'a str> {
    let has_media = bundle.files.iter().any(|file| *file.name == *MEDIA_LIST);
    checked.form.as_ref().filter(|_| has_media).map(|form| form.media_missing()).unwrap_or_default()
}

/// What has come of it, in a few words.
fn verdict(checked: &Checked, errors: usize, warnings: usize, language: Language) -> String {
    match (&checked.form, language) {
        (Some(form), Language::English) => {
            format!("{} {} is a form, {}", form.id(), form.version(), counted(warnings, "warning"))
        }
        (Some(form), Language::Chinese) => {
            format!("{} {} 可以使用，{warnings} 条警告", form.id(), form.version())
        }
        (None, Language::English) => {
            format!("not a form yet: {}, {}", counted(errors, "error"), counted(warnings, "warning"))
        }
        (None, Language::Chinese) => format!("还不能使用：{errors} 个错误，{warnings} 条警告"),
    }
}

fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// Says why there is nothing to check; as data `{path, form: null, error, diagnostics: []}`.
fn unreadable(path: &Path, reason: &str, as_data: bool) {
    if !as_data {
        eprintln!("{reason}");
        return;
    }
    let said =
        serde_json::json!({"path": path.to_string_lossy(), "form": null, "error": reason, "diagnostics": []});
    // Whoever reads may have read enough.
    let _ = writeln!(std::io::stdout(), "{said}");
}

/// `{path, form: {id, version} | null, diagnostics: […]}`; of a form with media also `media_missing: [name …]`
fn data(definition: &Path, checked: &Checked, bundle: &Bundle, language: Language) -> serde_json::Value {
    let form =
        checked.form.as_ref().map(|form| serde_json::json!({"id": form.id(), "version": form.version()}));
    let diagnostics: Vec<serde_json::Value> =
        checked.diagnostics.iter().map(|found| language.of(found).to_json(bundle)).collect();
    let mut data =
        serde_json::json!({"path": definition.to_string_lossy(), "form": form, "diagnostics": diagnostics});
    let missing = missing(checked, bundle);
    if !missing.is_empty() {
        data["media_missing"] = missing.into();
    }
    data
}
