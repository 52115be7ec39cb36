//! The survey's rows and the measures: a `score` shows a measure, and nothing else is one.

use std::collections::HashMap;

use crate::definition::question_types::QuestionType;
use crate::definition::rows::{Item, ItemKind, Questionnaire, Syntax};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::Span;

/// `unknown-measure` of rows that show none, and `duplicate-name` of measures that are questions.
pub(crate) fn check(form: &Questionnaire, found: &mut Diagnostics) {
    let measures: HashMap<&str, Span> =
        form.assessment.iter().map(|measure| (&*measure.name.text, measure.name.span)).collect();
    let is = |kind: &ItemKind, name: &str| match kind {
        ItemKind::Question(asked) => {
            QuestionType::named(name).is_some_and(|known| std::ptr::eq(*asked, known))
        }
        _ => false,
    };
    Item::walk(&form.items, &mut |item, _| {
        let measure = measures.get(&*item.name.text);
        let shows = is(&item.kind, "score");
        if shows && measure.is_none() {
            let message = format!("there is no measure `{}` to show here", item.name.text);
            let names = form.assessment.iter().map(|measure| &*measure.name.text);
            found.push(
                Diagnostic::error("unknown-measure", item.name.span, message)
                    .did_you_mean(&item.name.text, names)
                    .hint("a row of type `score` has the name of a measure of the assessment"),
            );
        }
        // Other tools know no `score`: in a workbook for them a note shows it.
        let notes = form.syntax == Syntax::Sheets && is(&item.kind, "note");
        if let (Some(measure), false) = (measure, shows || notes || is(&item.kind, "hidden")) {
            let message = format!("`{}` is a measure, and this row has the same name", item.name.text);
            found.push(
                Diagnostic::error("duplicate-name", item.name.span, message)
                    .label(*measure, "the measure")
                    .hint("call one of them otherwise; a row of type `score` shows a measure"),
            );
        }
    });
}
