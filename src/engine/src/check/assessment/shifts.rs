//! Shifts of levels: levels that are outside of what the shift allows, or have no name.

use super::domain::{Domain, Domains, Value};
use crate::assess::Exact;
use crate::assess::measure::{Measure, Shift, ShiftBy};
use crate::diagnostic::{Diagnostic, Diagnostics};

/// `level-outside`
pub(super) fn check(measure: &Measure, shift: &Shift, domains: &Domains<'_>, found: &mut Diagnostics) {
    let name = &measure.name;
    let below = |level: Exact| shift.min.is_some_and(|min| level < min);
    let above = |level: Exact| shift.max.is_some_and(|max| max < level);
    let limits = match (shift.min, shift.max) {
        (Some(min), Some(max)) => format!("{min}..{max}"),
        (Some(min), None) => format!(">={min}"),
        (None, Some(max)) => format!("<={max}"),
        (None, None) => String::new(),
    };
    let base = domains.of_input(&shift.of).numbers().unwrap_or_default();
    let outside: Vec<Exact> = base.into_iter().filter(|level| below(*level) || above(*level)).collect();
    if !outside.is_empty() {
        let attribute = if above(outside[outside.len() - 1]) { "max" } else { "min" };
        let place = domains.written(measure.span, attribute).map_or(measure.span, |written| written.span);
        let levels = outside.iter().take(8).map(Exact::to_string).collect::<Vec<_>>().join(", ");
        let message = format!("`{name}` changes the level {levels} without a reason: it is {limits}");
        found.push(
            Diagnostic::warning("level-outside", place, message)
                .hint("let `min` and `max` hold every level that it starts from"),
        );
    }
    for rule in &shift.rules {
        let ShiftBy::To(level) = rule.does else { continue };
        if below(level) || above(level) {
            let place = domains.written(rule.span, "to").map_or(rule.span, |written| written.span);
            let message = format!("this sets `{name}` to {level}, and its levels are {limits}");
            found.push(
                Diagnostic::warning("level-outside", place, message)
                    .hint("`to` is not held by `min` and `max`: set it to a level between them"),
            );
        }
    }
    nameless(measure, domains, found);
}

/// Levels that none of the shift's bands names.
fn nameless(measure: &Measure, domains: &Domains<'_>, found: &mut Diagnostics) {
    if measure.bands.is_empty() {
        return;
    }
    let Some(id) = domains.assessment.by_node.get(&measure.node) else { return };
    let Domain::Values(levels) = &*domains.of_measure(*id) else { return };
    if !domains.afford((levels.len() * measure.bands.len()) as u64) {
        return;
    }
    let named = |level: &&Value| {
        measure.bands.iter().any(|band| band.test.holds(&level.owned.as_given()) || *band.code == *level.text)
    };
    let without: Vec<String> = levels.iter().filter(|level| !named(level)).map(Value::words).collect();
    if !without.is_empty() {
        let message = format!("`{}` can come to {}, which none of its bands names", measure.name, {
            without.iter().take(8).cloned().collect::<Vec<_>>().join(", ")
        });
        found.push(
            Diagnostic::warning("level-outside", measure.span, message)
                .hint("add a band for it, or hold the level with `min` and `max`"),
        );
    }
}
