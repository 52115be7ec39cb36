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
    "bad-column"
    "bad-condition"
    "bad-csv"
    "bad-default"
    "bad-entity"
    "bad-expression"
    "bad-file"
    "bad-json"
    "bad-media-type"
    "bad-name"
    "bad-parameters"
    "bad-pattern"
    "bad-reference"
    "bad-save-to"
    "bad-submission"
    "bad-trigger"
    "bad-xml"
    "constraint-on-calculation"
    "cycle"
    "duplicate-bind"
    "duplicate-choice"
    "duplicate-column"
    "duplicate-control"
    "duplicate-instance"
    "duplicate-key"
    "duplicate-language"
    "duplicate-list"
    "duplicate-name"
    "duplicate-text"
    "empty-group"
    "empty-list"
    "empty-repeat"
    "entity-across-repeats"
    "entity-without-place"
    "idle-message"
    "many-values"
    "missing-calculation"
    "missing-column"
    "missing-file"
    "missing-image"
    "missing-key"
    "missing-label"
    "missing-list"
    "missing-name"
    "missing-sheet"
    "missing-translation"
    "missing-type"
    "mixed-search"
    "mixed-table"
    "never-relevant"
    "never-valid"
    "no-effect"
    "odd-comparison"
    "one-of-several"
    "or-other"
    "reads-a-note"
    "similar-name"
    "too-deep"
    "too-large"
    "unknown-appearance"
    "unknown-choice"
    "unknown-column"
    "unknown-control"
    "unknown-event"
    "unknown-function"
    "unknown-key"
    "unknown-list"
    "unknown-name"
    "unknown-preload"
    "unknown-sheet"
    "unknown-text"
    "unknown-type"
    "unmatched-section"
    "unreachable-group"
    "untranslated-other"
    "unused-list"
    "unused-text"
    "wrong-arity"
    "wrong-control"
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

#[cfg(all(test, feature = "checks"))]
pub(super) use tests::examples;
