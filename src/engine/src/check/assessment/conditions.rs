//! Conditions of flags, reasons and items that can never hold, or always do.

use std::collections::HashMap;

use super::bands::comes_to;
use super::condition::looks_at;
use super::decision::{Decision, Line, Mode};
use super::domain::Domains;
use crate::assess::measure::{Condition, Kind};
use crate::check::noted::Noted;
use crate::check::truth::{Truth, Verdict};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::expr::program::ExprId;
use crate::source::Span;

/// So many values are told of what a condition looks at.
const MAX_TOLD: usize = 3;

/// `never-holds` and `always-holds`. Of rules and bands it is said that they never count.
pub(super) fn check(domains: &Domains<'_>, found: &mut Diagnostics) {
    let facts = domains.facts;
    let noted: HashMap<Span, &Noted> = facts.noted.iter().map(|noted| (noted.written.span, noted)).collect();
    let truth = Truth::new(facts.form, facts.noted);
    for measure in &domains.assessment.measures {
        let conditions: Vec<(Span, &str, &Condition)> = match &measure.kind {
            Kind::Flag(condition) => vec![(measure.span, "value", condition)],
            Kind::Shift(shift) => shift.rules.iter().map(|rule| (rule.span, "when", &rule.when)).collect(),
            Kind::Scale(scale) => {
                let own = |item: &'_ crate::assess::measure::Item| item.span;
                let conditional =
                    scale.items.iter().filter_map(|item| Some((own(item), item.relevant.as_ref()?)));
                conditional.map(|(span, condition)| (span, "relevant", condition)).collect()
            }
            _ => Vec::new(),
        };
        for (place, attribute, condition) in conditions {
            let written = domains.written(place, attribute);
            let Some(noted) = written.and_then(|written| noted.get(&written.span)) else { continue };
            let span = noted.span(&noted.ast);
            let never = || {
                let message = format!("this condition of `{}` can't hold", measure.name);
                Diagnostic::warning("never-holds", span, message)
            };
            match truth.together(&[noted]) {
                Verdict::Never(conflict) => {
                    let diagnostic = match conflict {
                        Some(conflict) => never()
                            .label(conflict.first, "where this holds")
                            .label(conflict.second, "this does not"),
                        None => never(),
                    };
                    found.push(diagnostic.hint("write `or` if one of them is enough"));
                    continue;
                }
                // That is told where it is written.
                Verdict::NoChoice => continue,
                Verdict::Possible => {}
            }
            match comes_out(condition.expr, domains) {
                Comes::Both => {}
                Comes::Never => found.push(values(never(), condition.expr, domains)),
                Comes::Always => {
                    let message = format!("this condition of `{}` always holds", measure.name);
                    let diagnostic = Diagnostic::warning("always-holds", span, message);
                    found.push(values(diagnostic, condition.expr, domains).hint(match &measure.kind {
                        Kind::Flag(_) => "a flag that is always up warns of nothing: say when it is not",
                        Kind::Shift(_) => "what always counts is no reason: say when it does not",
                        _ => "leave it away, or say when it does not hold",
                    }));
                }
            }
        }
    }
}

/// What a condition comes to over all values that there can be.
enum Comes {
    Never,
    Always,
    /// Either, or that can't be said.
    Both,
}

fn comes_out(condition: ExprId, domains: &Domains<'_>) -> Comes {
    let line = |when, outcome| Line { tests: Vec::new(), when, outcome };
    let lines = [line(Some(condition), "holds"), line(None, "otherwise")];
    let Some(decision) = Decision::new(domains, &[], &lines, Mode::Truth) else { return Comes::Both };
    let found = decision.walk().found;
    match (found.whole, found.hit.as_slice()) {
        (true, [false, _]) => Comes::Never,
        (true, [_, false]) => Comes::Always,
        _ => Comes::Both,
    }
}

/// Tells what there is of each thing that a condition looks at.
fn values(mut diagnostic: Diagnostic, condition: ExprId, domains: &Domains<'_>) -> Diagnostic {
    for node in looks_at(domains.program, condition).nodes.into_iter().take(MAX_TOLD) {
        if let Some(values) = comes_to(&domains.of_node(node)) {
            let name = &domains.facts.form.node(node).name;
            diagnostic = diagnostic.hint(format!("`{name}` comes to {values}"));
        }
    }
    diagnostic
}
