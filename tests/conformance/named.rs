//! Does a refusal name what the reference's error names? The row where that does, else the sheet or the name in question.

use doorstep_engine::{Bundle, Checked, Diagnostic, Severity};

/// What is wrong with a refusal, if something is.
pub fn judge(error: &str, bundle: &Bundle, checked: &Checked) -> Result<(), String> {
    if checked.form.is_some() {
        return Err(format!("was to be refused: {error}"));
    }
    let errors: Vec<&Diagnostic> =
        checked.diagnostics.iter().filter(|found| found.severity == Severity::Error).collect();
    let named = match row(error) {
        Some(row) => {
            let sheet = between(error, "On the '", "' sheet").unwrap_or("survey").to_lowercase();
            errors.iter().any(|found| {
                let position = bundle.position(found.span);
                position.line == row && sheet_of(&position.file) == sheet
            })
        }
        None => {
            let names = names(error, bundle);
            errors.iter().any(|found| names.iter().any(|name| is_named(name, found, bundle)))
        }
    };
    let said = |found: &&Diagnostic| {
        let position = bundle.position(found.span);
        format!("{}:{} {} {}", sheet_of(&position.file), position.line, found.code, found.message)
    };
    match named {
        true => Ok(()),
        false => {
            let came: Vec<String> = errors.iter().take(3).map(said).collect();
            Err(format!("expected {error:?}, came {}", came.join("; ")))
        }
    }
}

/// N of `[row : N]`, from 1, the header's row counted.
fn row(error: &str) -> Option<usize> {
    between(error, "[row : ", "]")?.parse().ok()
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(start)?;
    rest.split_once(end).map(|(found, _)| found)
}

fn sheet_of(file: &str) -> String {
    file.rsplit_once('#').map_or("", |(_, sheet)| sheet).to_lowercase()
}

/// What an error without a row names: what it puts in quotes, sheets, words that are no plain English;
/// and where there are none of these, the words that stand in the workbook's cells too.
fn names(error: &str, bundle: &Bundle) -> Vec<String> {
    let error = error.split_once(": ").map_or(error, |(_, said)| said);
    let error = error.split_once(" Learn more: ").map_or(error, |(said, _)| said);
    let mut names: Vec<String> = error.split('\'').skip(1).step_by(2).map(str::to_owned).collect();
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    let words: Vec<&str> = error.split(|c| !is_part(c)).filter(|word| !word.is_empty()).collect();
    let sheets = words.windows(2).filter(|pair| pair[1] == "sheet").map(|pair| pair[0]);
    names.extend(sheets.filter(|word| !matches!(*word, "the" | "a" | "this")).map(str::to_owned));
    names.extend(words.iter().filter(|word| word.contains(['_', '-'])).map(|word| (*word).to_owned()));
    if names.is_empty() {
        let sources = std::iter::once(&bundle.main).chain(&bundle.files);
        let cells: Vec<&str> = sources.flat_map(|source| source.text.split(|c| !is_part(c))).collect();
        let says_something = |word: &&&str| word.len() > 3 && cells.contains(*word);
        names.extend(words.iter().filter(says_something).map(|word| (*word).to_owned()));
    }
    names.retain(|name| !name.trim().is_empty());
    names
}

/// Does a diagnostic say the name, or stand at it?
fn is_named(name: &str, found: &Diagnostic, bundle: &Bundle) -> bool {
    let source = bundle.source(found.span.source);
    let marked = source.text.get(found.span.start as usize..found.span.end as usize).unwrap_or_default();
    let said = std::iter::once(&found.message).chain(&found.hints).map(String::as_str);
    sheet_of(&source.name) == name.to_lowercase() || said.chain([marked]).any(|text| has_word(text, name))
}

/// Does a text have the word, not as a part of a longer one?
fn has_word(text: &str, word: &str) -> bool {
    let is_part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    text.match_indices(word).any(|(at, _)| {
        !is_part(text[..at].chars().next_back()) && !is_part(text[at + word.len()..].chars().next())
    })
}
