//! Reasons that readers are told: a service without one in a language in which the others have theirs.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::table::Row;
use crate::diagnostic::{Diagnostic, Diagnostics};

/// `missing-translation`. Rows of one catalogue: those of the city, and what districts say in their place.
pub(super) fn check(rows: &[Row], found: &mut Diagnostics) {
    let mut languages: BTreeSet<Arc<str>> = BTreeSet::new();
    for row in rows {
        languages.extend(said(row));
    }
    for row in rows {
        let own: BTreeSet<Arc<str>> = said(row).collect();
        let missing: Vec<&str> = languages.difference(&own).map(|language| &**language).collect();
        let Some(code) = row.cell("code").filter(|_| !missing.is_empty()) else { continue };
        let message = format!("`{}` has no reason in `{}`", code.text, missing.join("`, `"));
        found.push(
            Diagnostic::warning("missing-translation", code.span, message)
                .hint("say in `reason` why a household gets it: readers of that language see nothing, or another language"),
        );
    }
}

/// The languages in which a row says its reason. One without a language serves all.
fn said(row: &Row) -> impl Iterator<Item = Arc<str>> {
    let reasons = row.cells.iter().filter(|(title, _)| &*title.name == "reason");
    reasons.filter_map(|(title, _)| title.language.clone())
}
