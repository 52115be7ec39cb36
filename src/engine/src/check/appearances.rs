//! How questions look: an appearance that is nearly a known one is a slip. Other words are left alone: each client has its own.

use crate::definition::rows::{Item, Questionnaire};
use crate::diagnostic::{Diagnostic, Diagnostics, nearest};

/// The appearances of the ODK documentation, and of Enketo and KoBo beside it.
const KNOWN: &[&str] = &[
    "annotate",
    "autocomplete",
    "bearing",
    "bikram-sambat",
    "buddhist",
    "collapsed",
    "columns",
    "columns-pack",
    "comment",
    "compact",
    "coptic",
    "counter",
    "danger",
    "distress",
    "draw",
    "ethiopian",
    "field-list",
    "front",
    "gregorian",
    "hidden",
    "hidden-answer",
    "hide-input",
    "horizontal",
    "horizontal-compact",
    "id-number",
    "image-map",
    "islamic",
    "label",
    "likert",
    "list",
    "list-nolabel",
    "list-no-label",
    "map",
    "maps",
    "masked",
    "minimal",
    "month-year",
    "multiline",
    "myanmar",
    "new",
    "new-front",
    "new-rear",
    "no-buttons",
    "no-calendar",
    "no-collapse",
    "no-ticks",
    "numbers",
    "pages",
    "persian",
    "picker",
    "placement-map",
    "printer",
    "quick",
    "quickcompact",
    "randomized",
    "rating",
    "satellite",
    "search",
    "selfie",
    "signature",
    "spinner",
    "streets",
    "summary",
    "table-list",
    "terrain",
    "textarea",
    "theme-grid",
    "thousands-sep",
    "thousand-sep",
    "vertical",
    "warning",
];

/// Shorter words are near to too many others.
const SHORTEST: usize = 5;

/// `unknown-appearance` of every item.
pub(crate) fn check(form: &Questionnaire, found: &mut Diagnostics) {
    Item::walk(&form.items, &mut |item, _| {
        let Some(said) = item.row.body("appearance") else { return };
        // What an appearance takes in brackets is an expression.
        if said.text.contains(['(', '$', ':']) {
            return;
        }
        for word in said.text.split_whitespace() {
            let plain = word.trim_end_matches(|c: char| c.is_ascii_digit() || c == '-');
            if word.len() < SHORTEST || KNOWN.contains(&word) || KNOWN.contains(&plain) {
                continue;
            }
            // A longer word is rather another client's own.
            let alike = |known: &&str| known.len().abs_diff(word.len()) <= 2;
            let Some(near) = nearest(word, KNOWN.iter().copied().filter(alike)) else { continue };
            let start = word.as_ptr() as usize - said.text.as_ptr() as usize;
            let message = format!("no appearance is called `{word}`: it changes nothing");
            let place = said.part(start..start + word.len());
            found.push(
                Diagnostic::warning("unknown-appearance", place, message)
                    .hint(format!("did you mean `{near}`?")),
            );
        }
    });
}
