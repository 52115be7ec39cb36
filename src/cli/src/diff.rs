//! `doorstep diff OLD NEW`: what differs between two versions of a form, in words, and what it means for the data.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use doorstep_engine::compare::{Comparison, Difference, Weight, Which, compare};

use crate::colours::{coloured, wanted};
use crate::language::Language;
use crate::unreadable::{Unreadable, Why};
use crate::{form_files, render};

/// Compares two versions; 0 if nothing differs, 1 if something does, 2 if one can't be read.
pub fn run(arguments: &mut lexopt::Parser) -> Result<ExitCode, lexopt::Error> {
    use lexopt::prelude::*;
    let mut paths: Vec<PathBuf> = Vec::new();
    let (mut as_data, mut asked) = (false, None);
    while let Some(argument) = arguments.next()? {
        match argument {
            Value(path) if paths.len() < 2 => paths.push(path.into()),
            Long("json") => as_data = true,
            Long("lang") => asked = Some(Language::asked(&arguments.value()?.string()?)?),
            other => return Err(other.unexpected()),
        }
    }
    let [old, new] = &paths[..] else {
        return Err("which two versions? For example: doorstep diff before/form.json form.xlsx".into());
    };
    // Data is the same everywhere, unless its reader asks for another language.
    let otherwise = if as_data { Language::English } else { Language::of_terminal() };
    let language = asked.unwrap_or(otherwise);
    match compared(old, new, language) {
        Ok(comparison) => {
            match as_data {
                true => say!("{}", comparison.to_json(language.tag())),
                false => told(&comparison, language),
            }
            Ok(ExitCode::from(u8::from(!comparison.differences.is_empty())))
        }
        Err(reason) => {
            match as_data {
                true => say!("{}", serde_json::json!({"error": reason, "differences": null})),
                false => eprintln!("{reason}"),
            }
            Ok(ExitCode::from(2))
        }
    }
}

/// The comparison, or why there is none.
fn compared(old: &Path, new: &Path, language: Language) -> Result<Comparison, String> {
    let unread = |reason: Unreadable| reason.told(language);
    let one = |path: &Path| -> Result<PathBuf, String> {
        let mut definitions = form_files::definitions(path).map_err(unread)?;
        match (definitions.pop(), definitions.pop()) {
            (Some(definition), None) => Ok(definition),
            _ => Err(unread(Why::Several.of(path))),
        }
    };
    let (old, new) = (one(old)?, one(new)?);
    let (before, after) = (form_files::read(&old).map_err(unread)?, form_files::read(&new).map_err(unread)?);
    compare(&before, &after).map_err(|unreadable| {
        let (bundle, definition) = match unreadable.which {
            Which::Old => (&before, &old),
            Which::New => (&after, &new),
        };
        let said = unreadable
            .diagnostics
            .iter()
            .map(|found| render::diagnostic(found, bundle, definition, language));
        let said: Vec<String> = said.collect();
        match said.is_empty() {
            true => format!("{}: there is no form in it", definition.display()),
            false => said.join("\n\n"),
        }
    })
}

fn told(comparison: &Comparison, language: Language) {
    let tag = language.tag();
    let colours = wanted(&std::io::stdout());
    for difference in &comparison.differences {
        let weight = difference.weight();
        let code = match weight {
            Weight::Breaks => 31,
            Weight::Look => 33,
            Weight::Harmless => 32,
        };
        say!("{} {}", coloured(&format!("[{}]", weight.words(tag)), code, colours), difference.words(tag));
    }
    // What many differences mean alike is said once.
    let mut meanings: Vec<(String, usize)> = Vec::new();
    for meaning in comparison.differences.iter().filter_map(|difference| Difference::means(difference, tag)) {
        match meanings.iter_mut().find(|(known, _)| *known == meaning) {
            Some((_, times)) => *times += 1,
            None => meanings.push((meaning, 1)),
        }
    }
    if !comparison.differences.is_empty() {
        say!("");
    }
    for (meaning, times) in meanings {
        let times = if times > 1 { format!(" ×{times}") } else { String::new() };
        say!("{}{}", meaning, coloured(&times, 2, colours));
    }
    say!("{}", comparison.drafts(tag));
}
