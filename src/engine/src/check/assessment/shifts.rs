//! Shifts of levels: levels that are words, that are outside of what the shift allows or have no name, and reasons that move none.

use super::domain::{Domain, Domains, Value};
use crate::assess::Exact;
use crate::assess::measure::{Measure, Shift, ShiftBy};
use crate::diagnostic::{Diagnostic, Diagnostics};

/// `no-levels`, `idle-reason` and `level-outside`.
pub(super) fn check(measure: &Measure, shift: &Shift, domains: &Domains<'_>, found: &mut Diagnostics) {
    if words(measure, shift, domains, found) {
        return;
    }
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
        let level = match rule.does {
            ShiftBy::To(level) => level,
            ShiftBy::By(levels) => {
                if levels.is_zero() {
                    let place = domains.written(rule.span, "by").map_or(rule.span, |written| written.span);
                    let message = format!("this reason of `{name}` moves the level by 0: it changes nothing");
                    found.push(
                        Diagnostic::warning("idle-reason", place, message)
                            .hint("write by how many levels it goes up or down, or take the reason away"),
                    );
                }
                continue;
            }
        };
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

/// Levels that are no numbers: there is no next one.
fn words(measure: &Measure, shift: &Shift, domains: &Domains<'_>, found: &mut Diagnostics) -> bool {
    let Domain::Values(levels) = domains.of_input(&shift.of) else { return false };
    let words: Vec<String> = levels
        .iter()
        .filter(|level| level.as_number().is_none())
        .take(8)
        .map(|level| format!("`{}`", level.words()))
        .collect();
    // One word among numbers says that there is no level: what was left to a person.
    if words.is_empty() || levels.iter().any(|level| level.as_number().is_some()) {
        return false;
    }
    let place = domains.written(measure.span, "of").map_or(measure.span, |written| written.span);
    let message = format!("`{}` moves levels, and these are no numbers: {}", measure.name, words.join(", "));
    found.push(Diagnostic::warning("no-levels", place, message).hint(
        "give the levels numbers for codes, rising: `0`, `1`, `2`; what they are called goes into `label`",
    ));
    true
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
