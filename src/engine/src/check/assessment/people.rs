//! What two people say, and what one decides: two that are one or that can't agree, and decisions whose reason nobody gave.

use super::bands::comes_to;
use super::condition::is_constant;
use super::domain::{Domain, Domains, Value};
use crate::assess::measure::{Amount, Input, Measure};
use crate::diagnostic::{Diagnostic, Diagnostics};

/// `same-assessor` and `never-agree`.
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
        return;
    }
    let (Domain::Values(ours), Domain::Values(theirs)) = (domains.of_input(first), domains.of_input(second))
    else {
        return;
    };
    let same = |one: &Value, other: &Value| {
        one.text == other.text || (one.as_number().is_some() && one.as_number() == other.as_number())
    };
    if !domains.afford((ours.len() * theirs.len()) as u64)
        || ours.iter().any(|one| theirs.iter().any(|other| same(one, other)))
    {
        return;
    }
    let place = domains.written(measure.span, "second").map_or(measure.span, |written| written.span);
    let message =
        format!("the two assessors of `{}` have no result in common: they never agree", measure.name);
    let mut diagnostic = Diagnostic::warning("never-agree", place, message);
    for (attribute, input) in [("of", first), ("second", second)] {
        if let (Some(written), Some(values)) =
            (domains.written(measure.span, attribute), comes_to(&domains.of_input(input)))
        {
            diagnostic = diagnostic.hint(format!("`{}` comes to {values}", written.text.trim()));
        }
    }
    found.push(diagnostic.hint("let both choose from the same list, or band both with the same codes"));
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
