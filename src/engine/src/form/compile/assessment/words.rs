//! What stands in one attribute: numbers, counts, words that are known; and what is said of those that are wrong.

use super::{Compiling, is};
use crate::assess::Exact;
use crate::assess::measure::Aggregate;
use crate::diagnostic::Diagnostic;
use crate::form::TextId;
use crate::source::Passage;
use crate::xml::Tag;

impl<'a> Compiling<'_, 'a, '_> {
    pub(super) fn words(&mut self, element: Tag<'a>, name: &str) -> Option<TextId> {
        let words = element.elements().find(|child| is(*child, name))?;
        // Explanations are made when they are asked for: nothing has to be told when what they show changes.
        self.lowering.text_of(words, self.anchor, &mut Vec::new())
    }

    pub(super) fn exact(&mut self, element: Tag<'a>, name: &str) -> Option<Exact> {
        let written = element.attribute(name)?;
        match written.text.parse() {
            Ok(number) => Some(number),
            Err(error) => {
                let message = format!("`{}` is no number ({error})", written.text);
                self.lowering.found.push(
                    Diagnostic::error("wrong-type", written.span, message).hint("write `3`, `0.5` or `1/18`"),
                );
                None
            }
        }
    }

    pub(super) fn count(&mut self, element: Tag<'a>, name: &str) -> Option<u32> {
        let number = self.exact(element, name)?;
        let count = number.is_whole().then(|| u32::try_from(number.numerator()).ok()).flatten();
        if count.is_none() {
            let span = element.attribute(name).map_or(element.span, |written| written.span);
            let message = format!("`{number}` is no count");
            self.lowering.found.push(Diagnostic::error("wrong-type", span, message));
        }
        count
    }

    pub(super) fn yes(&mut self, element: Tag<'a>, name: &str) -> bool {
        let Some(written) = element.attribute(name) else { return false };
        let said = crate::definition::sheets::yes_no(written.text);
        if said.is_none() {
            self.unknown_word(written, written.text, &["yes", "no"]);
        }
        said == Some(true)
    }

    pub(super) fn aggregate(&mut self, element: Tag<'a>, name: &str) -> Option<Aggregate> {
        let written = element.attribute(name)?;
        Some(match written.text.trim() {
            "sum" => Aggregate::Sum,
            "mean" => Aggregate::Mean,
            "max" => Aggregate::Max,
            "min" => Aggregate::Min,
            "count" => Aggregate::Count,
            other => {
                self.unknown_word(written, other, &["sum", "mean", "max", "min", "count"]);
                return None;
            }
        })
    }

    pub(super) fn missing(&mut self, element: Tag<'a>, key: &str, hint: &str) {
        let message = format!("`{key}` is missing here");
        self.lowering.found.push(Diagnostic::error("missing-key", element.span, message).hint(hint));
    }

    pub(super) fn unknown_word(&mut self, written: Passage<'_>, said: &str, known: &[&str]) {
        let message = format!("`{said}` is not known here");
        let diagnostic = Diagnostic::error("unknown-value", written.span, message);
        let diagnostic = diagnostic.did_you_mean(said, known.iter().copied());
        self.lowering.found.push(diagnostic.hint(format!("known are {}", known.join(", "))));
    }

    pub(super) fn unknown_measure(&mut self, written: Passage<'_>) {
        let message = format!("there is no measure `{}`", written.text.trim());
        let names: Vec<&str> =
            self.measured.iter().map(|(node, _)| &*self.lowering.skeleton.node(*node).name).collect();
        self.lowering.found.push(
            Diagnostic::error("unknown-measure", written.span, message)
                .did_you_mean(written.text.trim(), names)
                .hint("a question's answer is written `${name}`"),
        );
    }
}
