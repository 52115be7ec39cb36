//! Conditions of flags, reasons and items that can never hold.

use std::collections::HashMap;

use super::domain::Domains;
use crate::assess::measure::Kind;
use crate::check::noted::Noted;
use crate::check::truth::{Truth, Verdict};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::Span;

/// `never-holds`. Of rules and bands it is said that they never count.
pub(super) fn check(domains: &Domains<'_>, found: &mut Diagnostics) {
    let facts = domains.facts;
    let noted: HashMap<Span, &Noted> = facts.noted.iter().map(|noted| (noted.written.span, noted)).collect();
    let truth = Truth::new(facts.form, facts.noted);
    for measure in &domains.assessment.measures {
        let conditions: Vec<(Span, &str)> = match &measure.kind {
            Kind::Flag(_) => vec![(measure.span, "value")],
            Kind::Shift(shift) => shift.rules.iter().map(|rule| (rule.span, "when")).collect(),
            Kind::Scale(scale) => {
                let conditional = scale.items.iter().filter(|item| item.relevant.is_some());
                conditional.map(|item| (item.span, "relevant")).collect()
            }
            _ => Vec::new(),
        };
        for (place, attribute) in conditions {
            let written = domains.written(place, attribute);
            let Some(condition) = written.and_then(|written| noted.get(&written.span)) else { continue };
            let Verdict::Never(conflict) = truth.together(&[condition]) else { continue };
            let message = format!("this condition of `{}` can't hold", measure.name);
            let diagnostic = Diagnostic::warning("never-holds", condition.span(&condition.ast), message);
            let diagnostic = match conflict {
                Some(conflict) => diagnostic
                    .label(conflict.first, "where this holds")
                    .label(conflict.second, "this does not"),
                None => diagnostic,
            };
            found.push(diagnostic.hint("write `or` if one of them is enough"));
        }
    }
}
