//! What two people say, and what one decides: two that are one, and decisions whose reason nobody gave.

use super::condition::is_constant;
use super::domain::Domains;
use crate::assess::measure::{Amount, Input, Measure};
use crate::diagnostic::{Diagnostic, Diagnostics};

/// `same-assessor`
pub(super) fn agreed(
    measure: &Measure,
    first: &Input,
    second: &Input,
    domains: &Domains<'_>,
    found: &mut Diagnostics,
) {
    let (one, other) = (domains.node_of(first), domains.node_of(second));
    let said = |attribute: &str| domains.written(measure.span, attribute).map(|written| written.text.trim());
    if (one.is_some() && one == other) || said("of") == said("second") {
        let place = domains.written(measure.span, "second").map_or(measure.span, |written| written.span);
        let message = format!("both assessors of `{}` are the same answer: they always agree", measure.name);
        found.push(
            Diagnostic::warning("same-assessor", place, message)
                .hint("name the first one's answer in `of` and the other's in `second`"),
        );
    }
}

/// `constant-reason`
pub(super) fn decided(measure: &Measure, reason: &Input, domains: &Domains<'_>, found: &mut Diagnostics) {
    let constant = match reason {
        Input::Measure(_) => false,
        Input::Amount(Amount::Constant(_)) => true,
        Input::Amount(Amount::Expr(id)) => is_constant(domains.program, *id),
        Input::Amount(_) => false,
    };
    if constant {
        let place = domains.written(measure.span, "reason").map_or(measure.span, |written| written.span);
        let message = format!("the reason of `{}` is always the same: nobody gives it", measure.name);
        found.push(
            Diagnostic::warning("constant-reason", place, message)
                .hint("ask for it in a question, and name that: `${override_reason}`"),
        );
    }
}
