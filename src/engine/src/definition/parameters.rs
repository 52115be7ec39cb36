//! The column `parameters`: `key=value key=value`, with spaces, commas or semicolons between.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::Written;

/// What a row's parameters say, keys in lower case.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parameters {
    pub said: Vec<Parameter>,
}

/// One of them.
#[derive(Clone, Debug)]
pub(crate) struct Parameter {
    pub key: Arc<str>,
    pub value: Written,
    /// The whole cell.
    pub cell: Written,
}

impl Parameters {
    /// Reads a cell. What has not the form `key=value` goes to `found`.
    pub fn read(cell: Option<&Written>, found: &mut Diagnostics) -> Parameters {
        let mut parameters = Parameters::default();
        let Some(cell) = cell else { return parameters };
        let spaced = spaces_around_equals_removed(cell);
        let text = &*spaced.text;
        for part in text.split([',', ';', ' ', '\n', '\t']).filter(|part| !part.is_empty()) {
            let start = part.as_ptr() as usize - text.as_ptr() as usize;
            match part.split_once('=') {
                Some((key, value)) if !key.is_empty() && !value.contains('=') => {
                    let value_start = start + key.len() + 1;
                    parameters.said.push(Parameter {
                        key: key.to_lowercase().into(),
                        value: spaced.slice(value_start..value_start + value.len()),
                        cell: cell.clone(),
                    });
                }
                _ => found.push(
                    Diagnostic::error(
                        "bad-parameters",
                        spaced.part(start..start + part.len()),
                        format!("`{part}` is no parameter"),
                    )
                    .hint("write `key=value`, with spaces between the parameters"),
                ),
            }
        }
        parameters
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Written> {
        self.said.iter().find(|parameter| *parameter.key == *key).map(|parameter| &parameter.value)
    }
}

/// `start = 2` means `start=2`.
fn spaces_around_equals_removed(cell: &Written) -> Written {
    let text = &*cell.text;
    let needless =
        |at: usize| text[..at].trim_end().ends_with('=') || text[at..].trim_start().starts_with('=');
    if !text.char_indices().any(|(at, c)| c.is_whitespace() && needless(at)) {
        return cell.clone();
    }
    let mut composer = crate::source::Composer::new(cell.span);
    for (at, c) in text.char_indices() {
        if !(c.is_whitespace() && needless(at)) {
            composer.author_part(cell, at..at + c.len_utf8());
        }
    }
    composer.done()
}
