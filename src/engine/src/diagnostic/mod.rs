//! The designer's mistake, as data: many at once, in the author's words, with a way out (invariant 1).

use crate::source::Span;

#[cfg(feature = "checks")]
pub mod chinese;
mod data;
pub mod explain;
mod near;

pub use near::nearest;

/// How bad it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Severity {
    /// There is no form until it is mended.
    Error,
    /// The form runs, but probably not as meant.
    Warning,
}

/// One mistake in a definition.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diagnostic {
    /// Its name for `doorstep explain` and for tests: `unknown-name`.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What to underline.
    pub span: Span,
    /// What is wrong, one sentence.
    pub message: String,
    /// Other places that belong to it.
    pub labels: Vec<Label>,
    /// Ways out: "did you mean `household_size`?"
    pub hints: Vec<String>,
}

/// A place that explains a diagnostic.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Label {
    /// What to underline.
    pub span: Span,
    /// What it has to do with it.
    pub message: String,
}

impl Diagnostic {
    /// A mistake without which there is no form.
    pub fn error(code: &'static str, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            code,
            severity: Severity::Error,
            span,
            message: message.into(),
            labels: Vec::new(),
            hints: Vec::new(),
        }
    }

    /// A probable mistake.
    pub fn warning(code: &'static str, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic { severity: Severity::Warning, ..Diagnostic::error(code, span, message) }
    }

    /// With another place.
    pub fn label(mut self, span: Span, message: impl Into<String>) -> Diagnostic {
        self.labels.push(Label { span, message: message.into() });
        self
    }

    /// With a way out.
    pub fn hint(mut self, hint: impl Into<String>) -> Diagnostic {
        self.hints.push(hint.into());
        self
    }

    /// With "did you mean …?", if one of the names is near.
    pub fn did_you_mean<'a>(self, name: &str, names: impl IntoIterator<Item = &'a str>) -> Diagnostic {
        match nearest(name, names) {
            Some(near) => self.hint(format!("did you mean `{near}`?")),
            None => self,
        }
    }
}

/// How many errors, and as many warnings, one reading tells: all of a workbook with a thousand mistakes; nobody mends more at once.
const MAX_TOLD: usize = 2_000;
/// How long a message may be, in bytes.
const MAX_MESSAGE: usize = 500;
/// After that many a near name helps nobody, and looking for it takes its time.
const MAX_HINTED: usize = 100;

/// The diagnostics of one reading, as they are found.
#[derive(Debug, Default)]
pub struct Diagnostics {
    found: Vec<Diagnostic>,
    errors: usize,
    untold: usize,
    /// Where something was told that what else is wrong there follows from.
    alone: Vec<Span>,
}

impl Diagnostics {
    /// Notes one. What else is found at exactly its place follows from it, and is not told.
    pub fn push_alone(&mut self, diagnostic: Diagnostic) {
        let place = diagnostic.span;
        self.push(diagnostic);
        self.alone.push(place);
    }

    /// Notes one.
    pub fn push(&mut self, mut diagnostic: Diagnostic) {
        if self.alone.contains(&diagnostic.span) {
            return;
        }
        // A name may be as long as the file.
        if diagnostic.message.len() > MAX_MESSAGE {
            let cut = (0..=MAX_MESSAGE).rev().find(|at| diagnostic.message.is_char_boundary(*at));
            diagnostic.message.truncate(cut.unwrap_or(0));
            diagnostic.message.push('…');
        }
        let error = diagnostic.severity == Severity::Error;
        let alike = if error { self.errors } else { self.found.len() - self.errors };
        if alike < MAX_TOLD {
            self.errors += usize::from(error);
            self.found.push(diagnostic);
        } else {
            self.untold += 1;
        }
    }

    /// Are there so few that a way out is still worth looking for?
    pub fn wants_hints(&self) -> bool {
        self.found.len() < MAX_HINTED
    }

    /// Are there so many that what is still to be read need not be?
    pub fn is_full(&self) -> bool {
        self.errors >= MAX_TOLD
    }

    /// How many so far.
    pub fn count(&self) -> usize {
        self.found.len()
    }

    /// Is there a mistake without which there is no form?
    pub fn has_errors(&self) -> bool {
        self.errors > 0
    }

    /// All of them in the order of their places, errors before warnings at the same place.
    pub fn into_sorted(mut self) -> Vec<Diagnostic> {
        crate::order::sort_by(&mut self.found, |a, b| {
            (a.span, a.severity, a.code).cmp(&(b.span, b.severity, b.code))
        });
        self.found.dedup();
        if let (Some(last), true) = (self.found.last_mut(), self.untold > 0) {
            last.hints.push(format!("{} more are not told", self.untold));
        }
        self.found
    }
}
