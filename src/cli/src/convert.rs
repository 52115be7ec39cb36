//! `doorstep convert A B`: a form in another syntax, and what that syntax can't hold.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use doorstep_engine::export::{Converted, Exported, Loss, to_form_json, to_xform, to_xlsform};
use doorstep_engine::{Bundle, Severity, Source};

use crate::{form_files, render};

/// What is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Target {
    XForm,
    FormJson,
    Workbook,
    CsvFolder,
}

/// Files and their bytes.
type Files = Vec<(PathBuf, Vec<u8>)>;

/// A form in its new syntax.
struct Written {
    files: Files,
    /// The files that it names beside itself.
    names: Vec<String>,
    losses: Vec<Loss>,
}

/// Converts a form; 1 if it can't be read or written, or (with `--strict`) if something is lost: then nothing is written.
pub fn run(arguments: &mut lexopt::Parser) -> Result<ExitCode, lexopt::Error> {
    use lexopt::prelude::*;
    let mut paths: Vec<PathBuf> = Vec::new();
    let mut strict = false;
    while let Some(argument) = arguments.next()? {
        match argument {
            Value(path) if paths.len() < 2 => paths.push(path.into()),
            Long("strict") => strict = true,
            other => return Err(other.unexpected()),
        }
    }
    let [from, to] = &paths[..] else {
        return Err("from what to what? For example: doorstep convert form.xlsx form.xml".into());
    };
    let target = target(to)?;
    match convert(from, to, target, strict) {
        Ok(true) => Ok(ExitCode::SUCCESS),
        Ok(false) => Ok(ExitCode::FAILURE),
        Err(reason) => {
            eprintln!("{reason}");
            Ok(ExitCode::FAILURE)
        }
    }
}

fn target(to: &Path) -> Result<Target, lexopt::Error> {
    match form_files::ending(to).as_str() {
        "xml" | "xhtml" => Ok(Target::XForm),
        "json" => Ok(Target::FormJson),
        "xlsx" => Ok(Target::Workbook),
        "xls" => Err("workbooks are written as .xlsx".into()),
        "" => Ok(Target::CsvFolder),
        _ if to.is_dir() => Ok(Target::CsvFolder),
        other => Err(format!(
            "there is no form in `.{other}`: write .xml (XForm), .xlsx (XLSForm), .json (form JSON) or a folder (CSV files)"
        )
        .into()),
    }
}

/// True: written, without losses that were not allowed.
fn convert(from: &Path, to: &Path, target: Target, strict: bool) -> Result<bool, String> {
    let mut definitions = form_files::definitions(from)?;
    let (Some(definition), None) = (definitions.pop(), definitions.pop()) else {
        return Err(format!("{}: there are several forms here; name one", from.display()));
    };
    if std::path::absolute(&definition).ok() == std::path::absolute(to).ok() {
        return Err(format!("{}: a form is not written over itself", to.display()));
    }
    let bundle = form_files::read(&definition)?;
    let name = to.file_name().map_or_else(|| "form".into(), |name| name.to_string_lossy());
    let written = match target {
        Target::XForm => one(to_xform(&bundle), &bundle, &definition, to),
        Target::FormJson => one(to_form_json(&bundle), &bundle, &definition, to),
        Target::Workbook | Target::CsvFolder => {
            match read(to_xlsform(&bundle, &name), &bundle, &definition) {
                Some(Exported { written, losses }) => Some(Written {
                    files: sheets(&written, to, target)?,
                    names: doorstep_workbook::files_named(&written),
                    losses,
                }),
                None => None,
            }
        }
    };
    let Some(Written { files, names, losses }) = written else { return Ok(false) };
    for loss in &losses {
        eprintln!("{}: {}", bundle.position(loss.span), loss.what);
    }
    if strict && !losses.is_empty() {
        eprintln!("{}: not written, since something would be lost", to.display());
        return Ok(false);
    }
    write(files)?;
    attachments(&bundle, &names, &definition, to)?;
    match losses.len() {
        0 => println!("{}: written, nothing is lost", to.display()),
        1 => println!("{}: written, one thing is lost", to.display()),
        count => println!("{}: written, {count} things are lost", to.display()),
    }
    Ok(true)
}

/// Says what is wrong with a form that is read; none: there is no form.
fn read<T>(converted: Converted<T>, bundle: &Bundle, definition: &Path) -> Option<Exported<T>> {
    let broken = converted.exported.is_none();
    for found in &converted.diagnostics {
        // Warnings are for `doorstep check`.
        if broken || found.severity == Severity::Error {
            eprintln!("{}\n", render::diagnostic(found, bundle, definition));
        }
    }
    if broken && converted.diagnostics.is_empty() {
        eprintln!("{}: there is no form in it", definition.display());
    }
    converted.exported
}

/// A form that is one file of text.
fn one(converted: Converted<String>, bundle: &Bundle, definition: &Path, to: &Path) -> Option<Written> {
    let Exported { written, losses } = read(converted, bundle, definition)?;
    let names = Bundle::files_named(&Source::new("form", written.as_str()));
    Some(Written { files: vec![(to.to_owned(), written.into_bytes())], names, losses })
}

fn sheets(written: &Bundle, to: &Path, target: Target) -> Result<Files, String> {
    let failed = |error: doorstep_workbook::WorkbookError| format!("{error}\n  {}", error.way_out());
    match target {
        Target::CsvFolder => {
            let files = doorstep_workbook::write_csv(written).map_err(failed)?;
            Ok(files.into_iter().map(|(name, text)| (to.join(name), text.into_bytes())).collect())
        }
        _ => Ok(vec![(to.to_owned(), doorstep_workbook::write_xlsx(written).map_err(failed)?)]),
    }
}

fn write(files: Files) -> Result<(), String> {
    for (path, bytes) in files {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let made = folder.map_or(Ok(()), std::fs::create_dir_all);
        made.and_then(|()| std::fs::write(&path, bytes))
            .map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(())
}

/// The files that the written form names go with it. One that is there already stays as it is.
fn attachments(bundle: &Bundle, names: &[String], definition: &Path, to: &Path) -> Result<(), String> {
    let folder = form_files::folder(to);
    if std::path::absolute(folder).ok() == std::path::absolute(form_files::folder(definition)).ok() {
        return Ok(());
    }
    for name in names {
        // An XForm names the file alone, form JSON its way there.
        let known = bundle.files.iter().filter(|source| source.sheet().is_none());
        let source =
            known.into_iter().find(|source| source.name.rsplit('/').next() == name.rsplit('/').next());
        let place = folder.join(name);
        let inside = Path::new(name).components().all(|part| matches!(part, std::path::Component::Normal(_)));
        match source {
            Some(_) if place.exists() => {}
            Some(source) if inside => write(vec![(place, source.text.as_bytes().to_vec())])?,
            _ => eprintln!("{name}: this file is to be put beside the form"),
        }
    }
    Ok(())
}
