//! `doorstep explain [CODE]`: what a diagnostic's code means, and how to mend it.

use std::process::ExitCode;

use doorstep_engine::diagnostic::explain::{self, Page};
use doorstep_engine::diagnostic::{chinese, nearest};

use serde_json::json;

use crate::language::Language;

/// Prints the page of a code, or all codes with their titles.
pub fn run(arguments: &mut lexopt::Parser) -> Result<ExitCode, lexopt::Error> {
    use lexopt::prelude::*;
    let (mut code, mut as_data, mut asked) = (None, false, None);
    while let Some(argument) = arguments.next()? {
        match argument {
            Value(value) if code.is_none() => code = Some(value.string()?),
            Long("json") => as_data = true,
            Long("lang") => asked = Some(Language::asked(&arguments.value()?.string()?)?),
            other => return Err(other.unexpected()),
        }
    }
    // Data is the same everywhere, unless its reader asks for another language.
    let otherwise = if as_data { Language::English } else { Language::of_terminal() };
    let language = asked.unwrap_or(otherwise);
    if as_data {
        return Ok(data(code.as_deref(), language));
    }
    let Some(code) = code else {
        let width = explain::all().iter().map(|page| page.code.len()).max().unwrap_or(0);
        for page in explain::all() {
            say!("{:width$}  {}", page.code, title(page, language));
        }
        return Ok(ExitCode::SUCCESS);
    };
    match explain::explain(&code) {
        Some(page) => {
            let chinese = if language == Language::Chinese { page.in_chinese() } else { None };
            say!("{}", chinese.as_deref().unwrap_or(page.text).trim_end());
            Ok(ExitCode::SUCCESS)
        }
        None => {
            eprintln!("there is no code `{code}`");
            if let Some(near) = nearest(&code, explain::all().iter().map(|page| page.code)) {
                eprintln!("did you mean `{near}`?");
            }
            Ok(ExitCode::FAILURE)
        }
    }
}

/// One page, `{code, title, text}`, or all codes with their titles.
fn data(code: Option<&str>, language: Language) -> ExitCode {
    let Some(code) = code else {
        let all = explain::all();
        let all = all.iter().map(|page| json!({"code": page.code, "title": title(page, language)}));
        say!("{}", serde_json::Value::Array(all.collect()));
        return ExitCode::SUCCESS;
    };
    match explain::explain(code) {
        Some(page) => {
            let chinese = if language == Language::Chinese { page.in_chinese() } else { None };
            let text = chinese.as_deref().unwrap_or(page.text).trim_end();
            say!("{}", json!({"code": page.code, "title": title(page, language), "text": text}));
            ExitCode::SUCCESS
        }
        None => {
            say!("{}", json!({"code": code, "error": "there is no such code"}));
            ExitCode::FAILURE
        }
    }
}

fn title(page: &Page, language: Language) -> &'static str {
    match language {
        Language::English => page.title(),
        Language::Chinese => chinese::explain(page.code).map_or(page.title(), |said| said.title),
    }
}
