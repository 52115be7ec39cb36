//! `doorstep assess FORM CASE`: what the answers of a case come to, measure by measure, and why.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use doorstep_engine::{Form, Session, case};

use crate::language::Language;
use crate::{form_files, render};

/// Prints every measure's explanation, its reasons, and what would change it; 1 if the form or case can't be read.
pub fn run(arguments: &mut lexopt::Parser) -> Result<ExitCode, lexopt::Error> {
    use lexopt::prelude::*;
    let mut paths: Vec<PathBuf> = Vec::new();
    let mut language = None;
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("lang") => language = Some(arguments.value()?.string()?),
            Value(path) => paths.push(path.into()),
            other => return Err(other.unexpected()),
        }
    }
    let [definition, answers] = paths.as_slice() else {
        return Err("which form and which case? For example: doorstep assess forms/phq-9/form.json forms/phq-9/cases/mild.json".into());
    };
    let case = match read_case(answers) {
        Ok(case) => case,
        Err(reason) => {
            eprintln!("{}: {reason}", answers.display());
            return Ok(ExitCode::FAILURE);
        }
    };
    let definition = match form_files::definitions(definition).as_deref() {
        Ok([one]) => one.clone(),
        Ok(several) => {
            let names: Vec<String> = several.iter().map(|path| format!("  {}", path.display())).collect();
            eprintln!("{}: which of these forms?\n{}", definition.display(), names.join("\n"));
            return Ok(ExitCode::FAILURE);
        }
        Err(reason) => {
            eprintln!("{}", reason.told(Language::of_terminal()));
            return Ok(ExitCode::FAILURE);
        }
    };
    let definition = &definition;
    let bundle = match form_files::read(definition) {
        Ok(bundle) => bundle,
        Err(reason) => {
            eprintln!("{}", reason.told(Language::of_terminal()));
            return Ok(ExitCode::FAILURE);
        }
    };
    let checked = Form::read(&bundle);
    let Some(form) = checked.form else {
        for found in &checked.diagnostics {
            eprintln!("{}\n", render::diagnostic(found, &bundle, definition, Language::of_terminal()));
        }
        return Ok(ExitCode::FAILURE);
    };
    let (session, failures) = case::run_through(&form, &case);
    // What is expected is for `doorstep test`; an answer that went nowhere makes every figure doubtful.
    for failure in failures.iter().filter(|failure| failure.step > 0 || session.is_none()) {
        eprintln!("{}: step {}: {}", answers.display(), failure.step, failure.message);
    }
    let lost = failures.iter().any(|failure| failure.step > 0);
    let Some(mut session) = session.filter(|_| !lost) else {
        return Ok(ExitCode::FAILURE);
    };
    if let Some(language) = language {
        session.set_language(&language);
    }
    for told in session.explanations() {
        say!(
            "{} = {}",
            told.name,
            if told.outcome.is_blank() { "–".into() } else { told.outcome.to_string() }
        );
        say!("  {}", told.sentence);
        for reason in &told.reasons {
            say!("    {} {}", if reason.counts { '·' } else { '×' }, reason.sentence);
        }
        for turn in session.turns(&told.name) {
            say!("    → {}", turn.sentence);
        }
    }
    services(&session, &form);
    Ok(ExitCode::SUCCESS)
}

/// Reads a case without what it expects. An error: it is none.
fn read_case(file: &Path) -> Result<serde_json::Value, String> {
    let text = std::fs::read_to_string(file).map_err(|error| error.to_string())?;
    let mut case: serde_json::Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    let is_form = ["survey", "settings", "choices"].iter().any(|key| case.get(key).is_some());
    let Some(steps) = case.get_mut("steps").and_then(serde_json::Value::as_array_mut) else {
        return Err(match is_form {
            true => "this is a form and no case: the form comes first, then a case of it".into(),
            false => "this is no case: it has no `steps`".into(),
        });
    };
    steps.iter_mut().filter_map(serde_json::Value::as_object_mut).for_each(|step| {
        step.remove("expect");
    });
    Ok(case)
}

/// Prints what the form's catalogue has for the household, or why there is nothing.
fn services(session: &Session, form: &Form) {
    let Some((catalogue, matched)) = session.services() else {
        match form.names_services() {
            Some(file) => {
                eprintln!("services: not matched, {file} beside the form can't be read as a catalogue")
            }
            None => eprintln!("services: not matched, the form's settings name no catalogue (`services`)"),
        }
        return;
    };
    let language = session.language().to_owned();
    for found in &matched.needs {
        say!("{}", catalogue.item_label(found.item, &language));
        say!("    {}", catalogue.explain_match(found, &language));
        if let Some(nobody) = &found.nobody {
            say!("    × {}", catalogue.explain_nobody(nobody, &language));
        }
    }
    for undecided in &matched.undecided {
        say!("{}", catalogue.item_label(undecided.item, &language));
        say!("    ? {}", catalogue.explain_undecided(undecided, &language));
    }
}
