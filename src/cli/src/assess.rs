//! `doorstep assess FORM CASE`: what the answers of a case come to, measure by measure, and why.

use std::path::PathBuf;
use std::process::ExitCode;

use doorstep_engine::{Form, case};

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
    let told = std::fs::read_to_string(answers)
        .map_err(|error| error.to_string())
        .and_then(|text| serde_json::from_str(&text).map_err(|error| error.to_string()));
    let case = match told {
        Ok(case) => case,
        Err(reason) => {
            eprintln!("{}: {reason}", answers.display());
            return Ok(ExitCode::FAILURE);
        }
    };
    let bundle = match form_files::read(definition) {
        Ok(bundle) => bundle,
        Err(reason) => {
            eprintln!("{reason}");
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
    let (session, _) = case::run_through(&form, &case);
    let Some(mut session) = session else {
        eprintln!("{}: this case can't be begun", answers.display());
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
    if let Some((catalogue, matched)) = session.services() {
        let language = session.language().to_owned();
        for found in &matched.needs {
            let item = catalogue.item(found.item);
            say!("{} = {}", item.code, catalogue.item_label(found.item, &language));
            say!("    {}", catalogue.explain_match(found, &language));
        }
        for undecided in &matched.undecided {
            say!("    ? {}", catalogue.explain_undecided(undecided, &language));
        }
    }
    Ok(ExitCode::SUCCESS)
}
