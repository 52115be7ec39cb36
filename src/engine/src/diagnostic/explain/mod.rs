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
    "always-holds"
    "ambiguous-name"
    "bad-column"
    "bad-condition"
    "bad-credit-code"
    "bad-csv"
    "bad-date"
    "bad-default"
    "bad-entity"
    "bad-expression"
    "bad-file"
    "bad-json"
    "bad-media-type"
    "bad-name"
    "bad-number"
    "bad-parameters"
    "bad-pattern"
    "bad-points"
    "bad-public-key"
    "bad-reference"
    "bad-save-to"
    "bad-submission"
    "bad-test"
    "bad-trigger"
    "bad-weight"
    "bad-xml"
    "band-gap"
    "band-overlap"
    "capped-points"
    "constant-reason"
    "constraint-on-calculation"
    "cycle"
    "duplicate-bind"
    "duplicate-choice"
    "duplicate-code"
    "duplicate-column"
    "duplicate-control"
    "duplicate-instance"
    "duplicate-key"
    "duplicate-language"
    "duplicate-list"
    "duplicate-measure"
    "duplicate-name"
    "duplicate-part"
    "duplicate-text"
    "empty-group"
    "empty-list"
    "empty-repeat"
    "entity-across-repeats"
    "entity-without-place"
    "equal-points"
    "idle-message"
    "idle-provider"
    "idle-reason"
    "level-outside"
    "many-values"
    "misplaced-measure"
    "missing-calculation"
    "missing-cell"
    "missing-column"
    "missing-file"
    "missing-image"
    "missing-key"
    "missing-label"
    "missing-list"
    "missing-name"
    "missing-rule"
    "missing-sheet"
    "missing-translation"
    "missing-type"
    "mixed-search"
    "mixed-table"
    "never-agree"
    "never-holds"
    "never-matched"
    "never-prorated"
    "never-relevant"
    "never-valid"
    "no-effect"
    "no-levels"
    "no-points"
    "odd-comparison"
    "odd-reverse"
    "odd-weights"
    "one-of-several"
    "or-other"
    "reads-a-note"
    "rule-gap"
    "rule-overlap"
    "same-assessor"
    "similar-name"
    "too-deep"
    "too-large"
    "turned-dates"
    "unknown-appearance"
    "unknown-area"
    "unknown-choice"
    "unknown-class"
    "unknown-column"
    "unknown-control"
    "unknown-event"
    "unknown-fact"
    "unknown-function"
    "unknown-key"
    "unknown-kind"
    "unknown-list"
    "unknown-max"
    "unknown-measure"
    "unknown-name"
    "unknown-preload"
    "unknown-role"
    "unknown-service"
    "unknown-sheet"
    "unknown-text"
    "unknown-type"
    "unknown-value"
    "unmatched-section"
    "unreachable-band"
    "unreachable-group"
    "unreachable-rule"
    "unscored-choice"
    "unscored-question"
    "untranslated-other"
    "unused-list"
    "unused-text"
    "wrong-arity"
    "wrong-control"
    "wrong-kind"
    "wrong-max"
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
pub(super) use tests::{examples, mistakes};
