//! `doorstep new DIR|FILE.xlsx`: a form to begin with, empty but sound, or from one of those in `forms/`.
//!
//! What is written was checked and its cases were run before: whoever begins with it begins with a form.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use doorstep_engine::{Form, Severity, case, export};

use crate::form_files;
use template::{Files, Template};

mod template;

/// Writes a new form, or lists what one can begin with; 1 if it can't be written.
pub fn run(arguments: &mut lexopt::Parser) -> Result<ExitCode, lexopt::Error> {
    use lexopt::prelude::*;
    let (mut to, mut from, mut forms, mut lists): (Option<PathBuf>, Option<String>, Option<PathBuf>, bool) =
        (None, None, None, false);
    while let Some(argument) = arguments.next()? {
        match argument {
            Value(path) if to.is_none() => to = Some(path.into()),
            Long("from") => from = Some(arguments.value()?.string()?),
            Long("forms") => forms = Some(arguments.value()?.into()),
            Long("list") => lists = true,
            other => return Err(other.unexpected()),
        }
    }
    let said = match (lists, &to) {
        (true, _) => list(forms.as_deref()),
        (false, Some(to)) => new(to, from.as_deref(), forms.as_deref()),
        (false, None) => {
            return Err(
                "where to? For example: doorstep new forms/my-form, or doorstep new my-form.xlsx".into()
            );
        }
    };
    match said {
        Ok(()) => Ok(ExitCode::SUCCESS),
        Err(reason) => {
            eprintln!("{reason}");
            Ok(ExitCode::FAILURE)
        }
    }
}

/// What forms can begin with.
fn list(forms: Option<&Path>) -> Result<(), String> {
    let all = template::all(forms)?;
    let width = all.iter().map(|template| template.name.len()).max().unwrap_or(0);
    for template in &all {
        say!("{:width$}  {}", template.name, template.title());
    }
    Ok(())
}

fn new(to: &Path, from: Option<&str>, forms: Option<&Path>) -> Result<(), String> {
    let is_workbook = match form_files::ending(to).as_str() {
        "xlsx" => true,
        "json" | "xml" | "xls" | "csv" => {
            return Err(format!("{}: a new form is a folder, or a workbook (.xlsx)", to.display()));
        }
        _ => false,
    };
    let is_empty = std::fs::read_dir(to).is_ok_and(|mut entries| entries.next().is_none());
    if to.exists() && (is_workbook || !is_empty) {
        return Err(format!("{}: it is there already, and stays as it is", to.display()));
    }
    let id = form_id(to);
    let template = match from {
        None => Template::empty(),
        Some(name) => template::named(name, forms)?,
    };
    let files = template.called(&id)?;
    sound(&files)?;
    let files = if is_workbook { workbook(to, &files)? } else { files.under(to) };
    for (path, _) in &files {
        if path.exists() {
            return Err(format!("{}: it is there already, and stays as it is", path.display()));
        }
    }
    let count = files.len();
    for (path, bytes) in files {
        let failed = |error: std::io::Error| format!("{}: {error}", path.display());
        std::fs::create_dir_all(form_files::folder(&path)).map_err(failed)?;
        std::fs::write(&path, bytes).map_err(failed)?;
    }
    say!("{}: the form `{id}`, {count} files. Next: doorstep check {0} · doorstep test {0}", to.display());
    Ok(())
}

/// The form's id, by the folder's or file's name: a letter, then letters, digits, `_`, `-` and `.`.
fn form_id(to: &Path) -> String {
    let name = to.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '_' | '-') { c } else { '-' };
    let id: String = name.chars().map(plain).take(60).collect();
    let id = id.trim_matches('-');
    match id.starts_with(|c: char| c.is_ascii_alphabetic()) {
        true => id.to_owned(),
        false if id.is_empty() => "form".to_owned(),
        false => format!("form-{id}"),
    }
}

/// Is it a form whose cases pass?
fn sound(files: &Files) -> Result<(), String> {
    let checked = Form::read(&files.bundle());
    let Some(form) = checked.form else {
        let errors = checked.diagnostics.iter().filter(|found| found.severity == Severity::Error);
        let said: Vec<&str> = errors.map(|found| found.message.as_str()).collect();
        return Err(format!("the template is no form: {}", said.join("; ")));
    };
    for (name, bytes) in files.cases() {
        let read = serde_json::from_slice(bytes).map_err(|error| format!("{name}: {error}"))?;
        if let Some(failure) = case::run(&form, &read).first() {
            return Err(format!(
                "the template's case {name} fails at step {}: {}",
                failure.step, failure.message
            ));
        }
    }
    Ok(())
}

/// The same as a workbook, with its cases and the files that it names beside it.
fn workbook(to: &Path, files: &Files) -> Result<Vec<(PathBuf, Vec<u8>)>, String> {
    let bundle = files.bundle();
    let name = to.file_name().map_or_else(|| "form.xlsx".into(), |name| name.to_string_lossy());
    let exported = export::to_xlsform(&bundle, &name).exported.ok_or("the template can't be read")?;
    for loss in &exported.losses {
        eprintln!("{}: {}", bundle.position(loss.span), loss.what);
    }
    let bytes = doorstep_workbook::write_xlsx(&exported.written).map_err(|error| error.to_string())?;
    let named = doorstep_workbook::files_named(&exported.written);
    let folder = form_files::folder(to);
    let mut written = vec![(to.to_owned(), bytes)];
    for (path, bytes) in files.beside() {
        // A list that the workbook names without its folder lies beside it.
        let base = path.rsplit('/').next().unwrap_or(path);
        let is_named = |path: &str| named.iter().any(|name| name == path);
        match path {
            _ if path.starts_with("cases/") || is_named(path) => {
                written.push((folder.join(path), bytes.to_vec()))
            }
            _ if is_named(base) => written.push((folder.join(base), bytes.to_vec())),
            _ => {}
        }
    }
    Ok(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_called_as_its_folder() {
        assert_eq!(form_id(Path::new("forms/my form")), "my-form");
        assert_eq!(form_id(Path::new("入户.xlsx")), "form");
        assert_eq!(form_id(Path::new("2026")), "form-2026");
    }

    #[test]
    fn every_form_can_be_begun_with() {
        let forms = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../forms");
        let all = template::all(Some(&forms)).unwrap();
        assert!(all.len() > 20, "{}", all.len());
        for template in all {
            let files = template.called("another").unwrap();
            sound(&files).unwrap_or_else(|reason| panic!("{}: {reason}", template.name));
            assert!(files.beside().all(|(path, _)| !path.contains("..")), "{}", template.name);
        }
    }
}
