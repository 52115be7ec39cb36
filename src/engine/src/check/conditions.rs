//! Cells that say yes or no, or a condition: a lone word that is neither is a slip.

use crate::definition::references::is_name;
use crate::definition::rows::{Item, Questionnaire};
use crate::definition::sheets::yes_no;
use crate::diagnostic::{Diagnostic, Diagnostics};

/// `bad-condition`: `required` and `read_only` that hold a word which means nothing.
pub(crate) fn check(form: &Questionnaire, found: &mut Diagnostics) {
    Item::walk(&form.items, &mut |item, _| {
        for (attribute, column) in [("required", "required"), ("readonly", "read_only")] {
            let Some(said) = item.row.bind(attribute) else { continue };
            let word = said.text.trim();
            if !is_name(word) || yes_no(word).is_some() {
                continue;
            }
            let message = format!("`{column}` says yes or no, or a condition, and `{word}` is none of them");
            let diagnostic = Diagnostic::warning("bad-condition", said.span, message)
                .did_you_mean(word, ["true", "false", "yes", "no"]);
            found.push_alone(match diagnostic.hints.is_empty() {
                true => diagnostic.hint("write `yes`, or nothing, or a condition such as `${age} >= 18`"),
                false => diagnostic,
            });
        }
    });
}
