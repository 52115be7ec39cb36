//! What each code means, with an example that triggers it and the way to mend it: one page a code, beside this file.
//!
//! Every code has a page and every page a code; the examples run.

/// A code's page, in Markdown.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    /// As in [`Diagnostic::code`](super::Diagnostic::code).
    pub code: &'static str,
    /// Title, meaning, example, way out.
    pub text: &'static str,
}

impl Page {
    /// The title, without its mark.
    pub fn title(&self) -> &'static str {
        self.text.lines().next().unwrap_or("").trim_start_matches(['#', ' '])
    }
}

macro_rules! pages {
    ($($code:literal)*) => {
        &[$(Page { code: $code, text: include_str!(concat!($code, ".md")) }),*]
    };
}

static PAGES: &[Page] = pages! {
    "ambiguous-name"
    "bad-csv"
    "bad-expression"
    "bad-json"
    "bad-name"
    "bad-pattern"
    "bad-xml"
    "constraint-on-calculation"
    "cycle"
    "duplicate-choice"
    "duplicate-key"
    "duplicate-list"
    "duplicate-name"
    "empty-group"
    "empty-list"
    "missing-file"
    "missing-key"
    "missing-label"
    "missing-list"
    "missing-name"
    "missing-translation"
    "no-effect"
    "path-not-yet"
    "reads-a-note"
    "too-deep"
    "too-large"
    "type-not-yet"
    "unknown-choice"
    "unknown-column"
    "unknown-function"
    "unknown-key"
    "unknown-list"
    "unknown-name"
    "unknown-type"
    "unused-list"
    "wrong-arity"
    "wrong-kind"
    "wrong-path"
    "wrong-type"
};

/// All pages, by code.
pub fn all() -> &'static [Page] {
    PAGES
}

/// The page of a code.
pub fn explain(code: &str) -> Option<&'static Page> {
    PAGES.iter().find(|page| page.code == code)
}

#[cfg(test)]
mod tests;
