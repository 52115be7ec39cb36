//! `doorstep convert A B`: a form in another syntax, and what that syntax can't hold.
//!
//! What is written was read back before: nothing is said to be kept that does not check there.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use doorstep_engine::export::{
    Converted, Exported, Loss, to_codebook_csv, to_codebook_html, to_fhir_questionnaire, to_form_json,
    to_paper, to_xform, to_xlsform,
};
use doorstep_engine::{Bundle, Diagnostic, Form, Severity, Source};
use doorstep_workbook::{FormFolder, WorkbookError};

use crate::language::Language;
use crate::unreadable::{Unreadable, Why};
use crate::{form_files, render};

/// What is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Target {
    XForm,
    FormJson,
    Workbook,
    CsvFolder,
    /// What each column of the data is.
    CodebookPage,
    CodebookTable,
    /// To print and fill in by hand.
    Paper,
    /// A FHIR R4 Questionnaire.
    Fhir,
    /// The form as it is, with all that goes with it.
    Zip,
}

/// Files and their bytes.
type Files = Vec<(PathBuf, Vec<u8>)>;

/// A form in its new syntax.
struct Written {
    files: Files,
    /// The files that it names beside itself.
    names: Vec<String>,
    /// What is lost, each with its place.
    losses: Vec<String>,
    /// The form as whoever reads the files has it; none where it is no form any more.
    again: Option<Result<Bundle, String>>,
}

/// Converts a form; 1 if it has errors, can't be read or written, or (with `--strict`) if something is lost: then nothing is written.
pub fn run(arguments: &mut lexopt::Parser) -> Result<ExitCode, lexopt::Error> {
    use lexopt::prelude::*;
    let mut paths: Vec<PathBuf> = Vec::new();
    let (mut strict, mut force, mut asked) = (false, false, None);
    while let Some(argument) = arguments.next()? {
        match argument {
            Value(path) if paths.len() < 2 => paths.push(path.into()),
            Long("strict") => strict = true,
            Long("force") => force = true,
            Long("lang") => asked = Some(Language::asked(&arguments.value()?.string()?)?),
            other => return Err(other.unexpected()),
        }
    }
    let [from, to] = &paths[..] else {
        return Err("from what to what? For example: doorstep convert form.xlsx form.xml".into());
    };
    let target = target(to)?;
    if asked.is_some() && target != Target::Paper {
        return Err("only a paper is in one language: `--lang` goes with paper.html".into());
    }
    match free(to, force).and_then(|()| convert(from, to, target, strict, asked)) {
        Ok(true) => Ok(ExitCode::SUCCESS),
        Ok(false) => Ok(ExitCode::FAILURE),
        Err(reason) => {
            eprintln!("{reason}");
            Ok(ExitCode::FAILURE)
        }
    }
}

fn target(to: &Path) -> Result<Target, lexopt::Error> {
    let name = to.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let said = [
        ("codebook.html", Target::CodebookPage),
        ("codebook.csv", Target::CodebookTable),
        ("paper.html", Target::Paper),
        (".fhir.json", Target::Fhir),
    ];
    if let Some((_, target)) = said.into_iter().find(|(end, _)| name.ends_with(end)) {
        return Ok(target);
    }
    match form_files::ending(to).as_str() {
        "html" => Err("a codebook, or a paper to fill in? Call it codebook.html or paper.html".into()),
        "xml" | "xhtml" => Ok(Target::XForm),
        "json" => Ok(Target::FormJson),
        "xlsx" => Ok(Target::Workbook),
        "zip" => Ok(Target::Zip),
        "xls" => Err("workbooks are written as .xlsx".into()),
        "" => Ok(Target::CsvFolder),
        _ if to.is_dir() => Ok(Target::CsvFolder),
        other => Err(format!(
            "there is no form in `.{other}`: write .xml (XForm), .xlsx (XLSForm), .json (form JSON), .fhir.json (FHIR Questionnaire), codebook.html, codebook.csv, paper.html, .zip (the form as it is, with all that goes with it) or a folder (CSV files)"
        )
        .into()),
    }
}

/// Is there room for the form, so that nothing is overwritten unasked?
fn free(to: &Path, force: bool) -> Result<(), String> {
    let parent = to.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Some(parent) = parent.filter(|parent| !parent.is_dir()) {
        return Err(format!("{}: there is no such folder to write into", parent.display()));
    }
    let is_empty = std::fs::read_dir(to).is_ok_and(|mut entries| entries.next().is_none());
    match to.exists() && !is_empty && !force {
        true => Err(format!("{}: it is there already; `--force` writes over it", to.display())),
        false => Ok(()),
    }
}

/// The sheets in a folder that are not written anew: with `--force`, another form may have left them.
fn sheets_of_before(to: &Path, files: &Files) -> Vec<PathBuf> {
    const SHEETS: &[&str] = &[
        "survey",
        "choices",
        "external_choices",
        "settings",
        "entities",
        "osm",
        "assessment",
        "items",
        "parts",
        "bands",
        "rules",
    ];
    if !to.is_dir() {
        return Vec::new();
    }
    let sheets = SHEETS.iter().map(|sheet| to.join(sheet).with_extension("csv"));
    sheets.filter(|sheet| sheet.is_file() && files.iter().all(|(path, _)| path != sheet)).collect()
}

/// True: written, without losses that were not allowed.
fn convert(
    from: &Path,
    to: &Path,
    target: Target,
    strict: bool,
    asked: Option<Language>,
) -> Result<bool, String> {
    let mut definitions = form_files::definitions(from).map_err(unread)?;
    let (Some(definition), None) = (definitions.pop(), definitions.pop()) else {
        return Err(unread(Why::Several.of(from)));
    };
    if std::path::absolute(&definition).ok() == std::path::absolute(to).ok() {
        return Err(format!("{}: a form is not written over itself", to.display()));
    }
    let bundle = form_files::read(&definition).map_err(unread)?;
    if refused(&Form::read(&bundle).diagnostics, &bundle, &definition) {
        match Language::of_terminal() {
            Language::English => eprintln!("{}: not written, since the form has errors", to.display()),
            Language::Chinese => eprintln!("{}：没有写出，因为表单里有错误", to.display()),
        }
        return Ok(false);
    }
    let name = to.file_name().map_or_else(|| "form".into(), |name| name.to_string_lossy());
    if target == Target::Zip {
        return zip(bundle, &definition, to).map(|()| true);
    }
    let written = match target {
        Target::XForm => one(to_xform(&bundle), &bundle, &definition, to),
        Target::FormJson => one(to_form_json(&bundle), &bundle, &definition, to),
        Target::CodebookPage => alone(to_codebook_html(&bundle), &bundle, &definition, to),
        Target::CodebookTable => alone(to_codebook_csv(&bundle), &bundle, &definition, to),
        Target::Paper => {
            let language = asked.unwrap_or_else(Language::of_terminal);
            alone(to_paper(&bundle, language.tag()), &bundle, &definition, to)
        }
        Target::Fhir => alone(to_fhir_questionnaire(&bundle), &bundle, &definition, to),
        Target::Workbook | Target::CsvFolder | Target::Zip => {
            match read(to_xlsform(&bundle, &name), &bundle, &definition) {
                Some(exported) => Some(sheets(&exported, &bundle, to, target)?),
                None => None,
            }
        }
    };
    let Some(Written { files, names, mut losses, again }) = written else { return Ok(false) };
    losses.extend(again.map(|again| mistakes(again, target)).into_iter().flatten());
    for loss in &losses {
        eprintln!("{loss}");
    }
    if strict && !losses.is_empty() {
        match Language::of_terminal() {
            Language::English => eprintln!("{}: not written, since something would be lost", to.display()),
            Language::Chinese => eprintln!("{}：没有写出，因为有内容会丢掉", to.display()),
        }
        return Ok(false);
    }
    if target == Target::CsvFolder && !to.is_dir() {
        std::fs::create_dir(to).map_err(|error| format!("{}: {error}", to.display()))?;
    }
    let others = sheets_of_before(to, &files);
    write(files)?;
    for sheet in others {
        eprintln!("{}: this sheet is from before, and is read with the form", sheet.display());
    }
    attachments(&bundle, &names, &definition, to)?;
    if matches!(target, Target::XForm | Target::FormJson | Target::Workbook | Target::CsvFolder) {
        media(&definition, to)?;
    }
    say!("{}", outcome(to, losses.len(), Language::of_terminal()));
    Ok(true)
}

/// What has come of it, in one line.
fn outcome(to: &Path, losses: usize, language: Language) -> String {
    let to = to.display();
    match (language, losses) {
        (Language::English, 0) => format!("{to}: written, nothing is lost"),
        (Language::English, 1) => format!("{to}: written, one thing is lost"),
        (Language::English, count) => format!("{to}: written, {count} things are lost"),
        (Language::Chinese, 0) => format!("{to}：写好了，什么都没有丢"),
        (Language::Chinese, count) => format!("{to}：写好了，有 {count} 处丢了内容"),
    }
}

/// The form in the syntax that it is in, with its lists, its media and its cases, as one zip.
fn zip(bundle: Bundle, definition: &Path, to: &Path) -> Result<(), String> {
    let failed = |error: WorkbookError| unread(Why::Workbook(error).of(to));
    let media = form_files::media(definition).map_err(unread)?;
    let mut cases = Vec::new();
    for (file, text) in form_files::cases(definition) {
        let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        cases.push((format!("cases/{name}"), text.map_err(|error| format!("{}: {error}", file.display()))?));
    }
    let folder = FormFolder { definition: String::new(), bundle, media, cases };
    let files = doorstep_workbook::write_folder(&folder).map_err(failed)?;
    let count = files.len();
    write(vec![(to.to_owned(), doorstep_workbook::pack(&files).map_err(failed)?)])?;
    say!("{}: written, {count} files", to.display());
    Ok(())
}

/// The pictures, sounds and films of a form go with it. One that is there already stays as it is.
fn media(definition: &Path, to: &Path) -> Result<(), String> {
    let (from, folder) = (form_files::folder(definition), form_files::folder(to));
    if std::path::absolute(folder).ok() == std::path::absolute(from).ok() {
        return Ok(());
    }
    for (file, bytes) in form_files::media(definition).map_err(unread)? {
        let place = folder.join("media").join(&*file.name);
        if place.exists() {
            if std::fs::read(&place).is_ok_and(|there| there != bytes) {
                eprintln!("{}: another file is there, and stays as it is", place.display());
            }
            continue;
        }
        std::fs::create_dir_all(folder.join("media"))
            .map_err(|error| format!("{}: {error}", place.display()))?;
        write(vec![(place, bytes)])?;
    }
    Ok(())
}

/// Says what errors there are, if any. Warnings are for `doorstep check`.
fn refused(diagnostics: &[Diagnostic], bundle: &Bundle, definition: &Path) -> bool {
    let errors: Vec<&Diagnostic> =
        diagnostics.iter().filter(|found| found.severity == Severity::Error).collect();
    for found in &errors {
        eprintln!("{}\n", render::diagnostic(found, bundle, definition, Language::of_terminal()));
    }
    !errors.is_empty()
}

/// What was read, or why there is nothing.
fn read<T>(converted: Converted<T>, bundle: &Bundle, definition: &Path) -> Option<Exported<T>> {
    if converted.exported.is_none() && !refused(&converted.diagnostics, bundle, definition) {
        eprintln!("{}: there is no form in it", definition.display());
    }
    converted.exported
}

/// The errors of the form that was written: its syntax may be stricter than the one it comes from.
fn mistakes(again: Result<Bundle, String>, target: Target) -> Vec<String> {
    let syntax = match target {
        Target::XForm => "XForms",
        Target::FormJson => "form JSON",
        _ => "XLSForm",
    };
    let bundle = match again {
        Ok(bundle) => bundle,
        Err(reason) => return vec![reason],
    };
    let found = Form::read(&bundle).diagnostics;
    let errors = found.iter().filter(|found| found.severity == Severity::Error);
    let language = Language::of_terminal();
    let said = |found: &Diagnostic| {
        let place = render::place(&bundle.position(found.span), language);
        let message = language.of(found).message;
        match language {
            Language::English => format!("{place}: {syntax} takes this for a mistake: {message}"),
            Language::Chinese => format!("{place}：{syntax} 把这里当成错误：{message}"),
        }
    };
    errors.map(said).collect()
}

fn losses<T>(exported: &Exported<T>, bundle: &Bundle) -> Vec<String> {
    let language = Language::of_terminal();
    let said = |loss: &Loss| {
        let place = render::place(&bundle.position(loss.span), language);
        match language {
            Language::English => format!("{place}: {}", loss.what),
            Language::Chinese => format!("{place}：{}", loss.in_chinese()),
        }
    };
    exported.losses.iter().map(said).collect()
}

/// A file that goes with the form: an XForm names the file alone, form JSON its way there.
fn attachment<'a>(bundle: &'a Bundle, name: &str) -> Option<&'a Source> {
    let mut known = bundle.files.iter().filter(|source| source.sheet().is_none());
    known.find(|source| source.name.rsplit('/').next() == name.rsplit('/').next())
}

/// A form that is one file of text.
fn one(converted: Converted<String>, bundle: &Bundle, definition: &Path, to: &Path) -> Option<Written> {
    let exported = read(converted, bundle, definition)?;
    let losses = losses(&exported, bundle);
    let name = to.file_name().map_or_else(|| "form".into(), |name| name.to_string_lossy());
    let main = Source::new(name.as_ref(), exported.written.as_str());
    let names = Bundle::files_named(&main);
    let again = Bundle::gather(main, |name| attachment(bundle, name).map(|source| source.text.to_string()));
    let files = vec![(to.to_owned(), exported.written.into_bytes())];
    Some(Written { files, names, losses, again: Some(Ok(again)) })
}

/// A file that is no form, and needs no other.
fn alone(converted: Converted<String>, bundle: &Bundle, definition: &Path, to: &Path) -> Option<Written> {
    let exported = read(converted, bundle, definition)?;
    let losses = losses(&exported, bundle);
    let files = vec![(to.to_owned(), exported.written.into_bytes())];
    Some(Written { files, names: Vec::new(), losses, again: None })
}

fn sheets(
    exported: &Exported<Bundle>,
    bundle: &Bundle,
    to: &Path,
    target: Target,
) -> Result<Written, String> {
    let failed = |error: WorkbookError| unread(Why::Workbook(error).of(to));
    let name = to.file_name().map_or_else(|| "form".into(), |name| name.to_string_lossy());
    let (files, again): (Files, _) = match target {
        Target::CsvFolder => {
            let files = doorstep_workbook::write_csv(&exported.written).map_err(failed)?;
            let bytes = files.iter().map(|(name, text)| (name.clone(), text.clone().into_bytes()));
            let again = doorstep_workbook::read_csv_files(&name, bytes);
            (files.into_iter().map(|(name, text)| (to.join(name), text.into_bytes())).collect(), again)
        }
        _ => {
            let bytes = doorstep_workbook::write_xlsx(&exported.written).map_err(failed)?;
            let again = doorstep_workbook::read(&name, &bytes);
            (vec![(to.to_owned(), bytes)], again)
        }
    };
    let beside = |name: &str| attachment(bundle, name).map(|source| source.text.to_string());
    let again = again.map(|again| doorstep_workbook::gather(again, beside)).map_err(failed);
    let names = doorstep_workbook::files_named(&exported.written);
    Ok(Written { files, names, losses: losses(exported, bundle), again: Some(again) })
}

/// What can't be read or held by a file, told as the terminal speaks.
fn unread(reason: Unreadable) -> String {
    reason.told(Language::of_terminal())
}

fn write(files: Files) -> Result<(), String> {
    for (path, bytes) in files {
        std::fs::write(&path, bytes).map_err(|error| format!("{}: {error}", path.display()))?;
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
        let source = attachment(bundle, name);
        let place = folder.join(name);
        let inside = Path::new(name).components().all(|part| matches!(part, std::path::Component::Normal(_)));
        match source {
            Some(source) if place.exists() => {
                if std::fs::read(&place).is_ok_and(|there| there != source.text.as_bytes()) {
                    eprintln!("{}: another file is there, and stays as it is", place.display());
                }
            }
            Some(source) if inside => {
                // The file may be named in a folder of its own, `lists/towns.csv`.
                std::fs::create_dir_all(form_files::folder(&place))
                    .map_err(|error| format!("{}: {error}", place.display()))?;
                write(vec![(place, source.text.as_bytes().to_vec())])?;
            }
            _ => eprintln!("{name}: this file is to be put beside the form"),
        }
    }
    Ok(())
}
