//! Forms out: from the engine's XForm trees to the syntaxes that authors and other tools read.
//!
//! What a syntax can't say is never dropped in silence: it is a [`Loss`] with the place that it stands at.

mod actions;
mod entities;
mod form_json;
mod instances;
mod model;
mod names;
mod question;
mod settings;
mod survey;
mod table;
mod texts;
mod xform;
mod xlsform;

use crate::source::Span;

pub(crate) use form_json::form_json;
pub(crate) use xform::xform;
pub(crate) use xlsform::xlsform;

/// What the target can't hold.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Loss {
    /// One sentence: what it is, and what becomes of it.
    pub what: String,
    /// Where it stands.
    pub span: Span,
}

/// A form in another syntax, and what was lost on the way.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Exported<T> {
    /// What was written.
    pub written: T,
    /// In the order of their places.
    pub losses: Vec<Loss>,
}

/// Losses as they are found.
#[derive(Debug, Default)]
struct Losses {
    found: Vec<Loss>,
}

impl Losses {
    fn push(&mut self, span: Span, what: impl Into<String>) {
        self.found.push(Loss { what: what.into(), span });
    }

    fn into_sorted(mut self) -> Vec<Loss> {
        self.found.sort_by(|a, b| (a.span, &a.what).cmp(&(b.span, &b.what)));
        self.found.dedup();
        self.found
    }
}

#[cfg(test)]
mod tests;
