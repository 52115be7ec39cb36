//! Outcomes that are declared and never come: levels that no reason leads to, bands of a table that no rule gives.

use super::bands::comes_to;
use super::domain::{Domain, Domains, Value};
use crate::assess::Alternative;
use crate::assess::measure::{Kind, Measure};
use crate::diagnostic::{Diagnostic, Diagnostics};

/// `unreachable-band` of measures whose bands only name what they come to.
pub(super) fn check(measure: &Measure, domains: &Domains<'_>, found: &mut Diagnostics) {
    let Some(id) = domains.assessment.by_node.get(&measure.node) else { return };
    let domain = match &measure.kind {
        // It has no domain of its own: it is a list.
        Kind::Table(table) => Domain::of_codes(table.rules.iter().map(|rule| &*rule.outcome)),
        Kind::Shift(_) | Kind::Agreed { .. } | Kind::Decided { .. } => (*domains.of_measure(*id)).clone(),
        _ => return,
    };
    let Domain::Values(values) = &domain else { return };
    if !domains.afford((values.len() * measure.bands.len()) as u64) {
        return;
    }
    for band in &measure.bands {
        let named = |value: &Value| band.test.holds(&value.owned.as_given()) || *band.code == *value.text;
        // What asks for no value is another matter.
        if band.test.alternatives().contains(&Alternative::Blank) || values.iter().any(named) {
            continue;
        }
        let message = match &measure.kind {
            Kind::Table(_) => format!("no rule of `{}` gives `{}`", measure.name, band.code),
            _ => format!("`{}` never comes to `{}`", measure.name, band.code),
        };
        let mut diagnostic = Diagnostic::warning("unreachable-band", band.span, message);
        if let Some(values) = comes_to(&domain) {
            diagnostic = diagnostic.hint(format!("it comes to {values}"));
        }
        found.push(match &measure.kind {
            Kind::Shift(_) => diagnostic.hint("take it away, or add a reason that leads there"),
            Kind::Table(_) => diagnostic.hint("take it away, or add a rule for it"),
            _ => diagnostic.hint("take it away"),
        });
    }
}
