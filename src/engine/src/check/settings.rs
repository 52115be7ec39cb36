//! The form's id and version: without them a submission can't say what it answers.

use std::sync::Arc;

use crate::definition::Settings;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::Span;

/// The form's id; a stand-in after complaining.
pub(crate) fn form_id(settings: &Settings, found: &mut Diagnostics) -> Arc<str> {
    let place = settings.span.unwrap_or(Span::top(0));
    match &settings.form_id {
        Some(id) if is_id(&id.text) => return id.text.clone(),
        Some(id) => found.push(
            Diagnostic::error("bad-name", id.span, format!("`{}` can't be a form's id", id.text))
                .hint("an id starts with a letter and goes on with letters, digits, `_`, `-` and `.`, such as `household-needs`"),
        ),
        None if settings.span.is_some() => {
            found.push(Diagnostic::error("missing-key", place, "the settings have no `form_id`"));
        }
        None => {}
    }
    "form".into()
}

/// The form's version; empty after complaining.
pub(crate) fn version(settings: &Settings, found: &mut Diagnostics) -> Arc<str> {
    match &settings.version {
        Some(version) if !version.text.trim().is_empty() => version.text.clone(),
        _ => {
            if let Some(span) = settings.span {
                found.push(
                    Diagnostic::error("missing-key", span, "the settings have no `version`")
                        .hint("change it whenever the form changes, for example to the day: \"2026.11.23\""),
                );
            }
            "".into()
        }
    }
}

fn is_id(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.len() <= 100
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
}
