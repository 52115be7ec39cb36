//! Bands: numbers between two of them, numbers in two of them, and bands that nothing falls into.
//!
//! The first band that holds counts, so that `>=60`, `>=35`, `-` in this order is no overlap: each is for the rest.

use super::cells::in_words;
use super::decision::{Decision, Line, Mode};
use super::domain::{Domain, Domains};
use crate::assess::measure::{Input, Measure};
use crate::assess::{Alternative, Interval, Test};
use crate::diagnostic::{Diagnostic, Diagnostics};

/// So many pairs of bands that overlap are told.
const MAX_TOLD: usize = 8;

/// `band-gap`, `band-overlap` and `unreachable-band`.
pub(super) fn check(measure: &Measure, of: &Input, domains: &Domains<'_>, found: &mut Diagnostics) {
    let codes: Vec<String> = (0..measure.bands.len()).map(|index| index.to_string()).collect();
    let lines: Vec<Line<'_>> = measure
        .bands
        .iter()
        .zip(&codes)
        // Two bands of one code are two bands.
        .map(|(band, code)| Line {
            tests: vec![&band.test],
            when: band.when.as_ref().map(|when| when.expr),
            outcome: code,
        })
        .collect();
    let name = match of {
        Input::Measure(id) => domains.assessment.measure(*id).name.to_string(),
        Input::Amount(_) => domains
            .written(measure.span, "of")
            .map_or_else(String::new, |written| written.text.trim().to_owned()),
    };
    let inputs = [(name, of)];
    let Some(decision) = Decision::new(domains, &inputs, &lines, Mode::FirstNoting) else { return };
    let decision = decision.walk();
    gaps(measure, &decision, found);
    overlaps(measure, &decision, found);
    unreachable(measure, of, &decision, domains, found);
}

fn gaps(measure: &Measure, decision: &Decision<'_, '_>, found: &mut Diagnostics) {
    let ways = &decision.found.gap_ways;
    if ways.is_empty() {
        return;
    }
    let of = &decision.dimensions[0].name;
    let message = match decision.dimensions.len() {
        1 => {
            let cells: Vec<usize> = ways.iter().filter_map(|way| way[0]).map(|cell| cell as usize).collect();
            let missing = match cells.is_empty() {
                true => "anything".to_owned(),
                false => ranges(decision, &cells),
            };
            format!("`{}` has no band where `{of}` is {missing}", measure.name)
        }
        _ => format!("`{}` has no band where {}", measure.name, decision.list(&ways[..1], u128::MAX)),
    };
    found.push(
        Diagnostic::warning("band-gap", measure.span, message)
            .hint("where one band ends the next begins: `[35..60)` and `>=60`"),
    );
}

/// Cells of the first dimension in a row, as their author would write them.
fn ranges(decision: &Decision<'_, '_>, cells: &[usize]) -> String {
    let parts = &decision.dimensions[0].parts.parts;
    let mut words: Vec<String> = Vec::new();
    let mut at = 0;
    while at < cells.len() {
        let mut last = at;
        while cells.get(last + 1) == Some(&(cells[last] + 1)) {
            last += 1;
        }
        let (first, end) = (&parts[cells[at]], &parts[cells[last]]);
        words.push(match (first.within, end.within) {
            (Some(from), Some(to)) => in_words(&Interval { from: from.from, to: to.to }),
            _ if at == last => first.words(),
            _ => {
                let from = first.values.first().map(super::domain::Value::words).unwrap_or_default();
                let to = end.values.last().map(super::domain::Value::words).unwrap_or_default();
                let numbers = first.value.as_number().is_some() && end.value.as_number().is_some();
                match numbers {
                    true => format!("{from}–{to}"),
                    false => {
                        (at..=last).map(|index| parts[cells[index]].words()).collect::<Vec<_>>().join(", ")
                    }
                }
            }
        });
        at = last + 1;
    }
    let more = words.len().saturating_sub(8);
    words.truncate(8);
    let words = words.join(", ");
    if more > 0 { format!("{words} (+{more})") } else { words }
}

fn overlaps(measure: &Measure, decision: &Decision<'_, '_>, found: &mut Diagnostics) {
    let mut told = 0;
    for (first, second) in decision.found.pairs.keys().copied() {
        let (earlier, later) = (&measure.bands[first], &measure.bands[second]);
        let both: Vec<usize> = decision.held_by_both(first, second);
        // What is left over by those before it.
        let rest = is_open(&later.test) && both.len() == decision.held_by_both(first, first).len();
        // Where one is for some only, it stands before the one that is for all.
        let special = earlier.when.is_some() && later.when.is_none();
        if rest || special || !decision.found.hit[second] || told >= MAX_TOLD {
            continue;
        }
        told += 1;
        let where_both = ranges(decision, &both);
        let message = format!("the bands `{}` and `{}` are both for {where_both}", earlier.code, later.code);
        found.push(
            Diagnostic::warning("band-overlap", later.span, message)
                .label(earlier.span, "this one counts: the first that holds")
                .hint("leave an end out of one of them with a round bracket: `[35..60)`"),
        );
    }
}

/// Is there no end to it on one side?
fn is_open(test: &Test) -> bool {
    match test {
        Test::Any | Test::Not(_) => true,
        Test::OneOf(alternatives) => alternatives.iter().any(|each| match each {
            Alternative::Between(interval) => interval.from.is_none() || interval.to.is_none(),
            Alternative::Text(_) | Alternative::Blank => false,
        }),
    }
}

fn unreachable(
    measure: &Measure,
    of: &Input,
    decision: &Decision<'_, '_>,
    domains: &Domains<'_>,
    found: &mut Diagnostics,
) {
    if !decision.found.whole {
        return;
    }
    for (index, band) in measure.bands.iter().enumerate().filter(|(index, _)| !decision.found.hit[*index]) {
        // What asks for no value is another matter.
        if band.test.alternatives().contains(&Alternative::Blank) {
            continue;
        }
        let message = format!("nothing ever falls into the band `{}`", band.code);
        let diagnostic = Diagnostic::warning("unreachable-band", band.span, message);
        let name = &decision.dimensions[0].name;
        found.push(match (decision.holds_nowhere(index, 0), decision.taken_by(index)) {
            (true, _) => match comes_to(&domains.of_input(of)) {
                Some(values) => diagnostic.hint(format!("`{name}` comes to {values}")),
                None => diagnostic,
            },
            (false, Some(earlier)) => diagnostic
                .label(measure.bands[earlier].span, "this one comes first and takes it all")
                .hint("put the narrower band first"),
            (false, None) => diagnostic.hint("the bands before it take all that it could be for"),
        });
    }
}

/// The values of a domain in a few words.
pub(super) fn comes_to(domain: &Domain) -> Option<String> {
    match domain {
        Domain::Values(values) if values.len() <= 12 => {
            Some(values.iter().map(|value| format!("`{}`", value.words())).collect::<Vec<_>>().join(", "))
        }
        _ => {
            let (least, most, _) = domain.hull()?;
            Some(format!("{}..{}", super::domain::in_words(least?), super::domain::in_words(most?)))
        }
    }
}
