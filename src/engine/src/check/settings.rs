//! The form's id and version: without them a submission can't say what it answers.

use crate::definition::rows::Questionnaire;
use crate::diagnostic::{Diagnostic, Diagnostics};

/// `bad-name` and `missing-key` in the settings of form JSON. XLSForm goes without both.
pub(crate) fn check(form: &Questionnaire, found: &mut Diagnostics) {
    let settings = &form.settings;
    match settings.plain("form_id") {
        Some(id) if is_id(&id.text) => {}
        Some(id) => found.push(
            Diagnostic::error("bad-name", id.span, format!("`{}` can't be a form's id", id.text))
                .hint("an id starts with a letter and goes on with letters, digits, `_`, `-` and `.`, such as `household-needs`"),
        ),
        None => found.push(Diagnostic::error("missing-key", settings.place, "the settings have no `form_id`")),
    }
    if settings.plain("version").is_none_or(|version| version.text.trim().is_empty()) {
        found.push(
            Diagnostic::error("missing-key", settings.place, "the settings have no `version`")
                .hint("change it whenever the form changes, for example to the day: \"2026.11.23\""),
        );
    }
}

fn is_id(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.len() <= 100
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
}
