//! Decision tables: combinations that rules decide twice or not at all, rules that never count, and codes that no input has.

use super::bands::comes_to;
use super::decision::{Decision, FEW, Line, Mode};
use super::domain::{Domain, Domains};
use crate::assess::measure::{Hit, Input, Measure, Rule, Table};
use crate::assess::{Alternative, Test};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::Passage;

/// So many rules that clash are pointed at.
const MAX_LABELS: usize = 12;
/// So many pairs of them are told.
const MAX_PAIRS: usize = 6;

/// `rule-overlap`, `rule-gap`, `unreachable-rule` and `never-matched`.
pub(super) fn check(measure: &Measure, table: &Table, domains: &Domains<'_>, found: &mut Diagnostics) {
    let inputs: Vec<(String, &Input)> =
        table.inputs.iter().map(|(name, input)| (name.to_string(), input)).collect();
    // Where the least priority counts, the rules in that order are a table whose first counts.
    let mut order: Vec<usize> = (0..table.rules.len()).collect();
    if table.hit == Hit::Priority {
        order.sort_by_key(|index| (table.rules[*index].priority, *index));
    }
    let rules: Vec<&Rule> = order.iter().map(|index| &table.rules[*index]).collect();
    let lines: Vec<Line<'_>> = rules
        .iter()
        .map(|rule| Line {
            tests: rule.tests.iter().collect(),
            when: rule.when.as_ref().map(|when| when.expr),
            outcome: &rule.outcome,
        })
        .collect();
    let mode = match table.hit {
        Hit::Unique => Mode::Unique,
        Hit::First | Hit::Priority => Mode::First,
        Hit::Collect => Mode::All,
    };
    let unmatched = unmatched(table, &rules, domains, found);
    let Some(decision) = Decision::new(domains, &inputs, &lines, mode) else { return };
    let decision = decision.walk();
    let told = Told { measure, rules: &rules, order: &order, decision: &decision };
    if table.hit == Hit::Unique {
        told.overlaps(found);
    }
    if table.hit != Hit::Collect {
        told.gaps(found);
    }
    told.unreachable(&unmatched, found);
}

struct Told<'t, 'a, 'd> {
    measure: &'t Measure,
    rules: &'t [&'t Rule],
    order: &'t [usize],
    decision: &'t Decision<'a, 'd>,
}

impl Told<'_, '_, '_> {
    fn gaps(&self, found: &mut Diagnostics) {
        let gaps = &self.decision.found;
        if gaps.gap_ways.is_empty() {
            return;
        }
        let name = &self.measure.name;
        let list = self.decision.list(&gaps.gap_ways, gaps.gaps);
        let (message, few) = match gaps.counted {
            true => {
                let (is, few) = (if gaps.gaps == 1 { "is" } else { "are" }, gaps.gaps <= FEW as u128);
                let message = format!(
                    "{} of {} combinations of `{name}` {is} decided by no rule",
                    gaps.gaps, gaps.total
                );
                (message, few)
            }
            false => (format!("`{name}` has no rule for some combinations"), false),
        };
        let which = match few {
            true => format!("no rule is for: {list}"),
            false => format!("no rule is for some, for example: {list}"),
        };
        let diagnostic = Diagnostic::warning("rule-gap", self.measure.span, message);
        found.push(
            diagnostic.hint(which).hint(
                "add a rule for them; with `hit` `first`, a last rule without tests is for all the rest",
            ),
        );
    }

    fn overlaps(&self, found: &mut Diagnostics) {
        let overlaps = &self.decision.found;
        if overlaps.clashes.is_empty() {
            return;
        }
        let name = &self.measure.name;
        let outcome = |at: usize| {
            let line = self.decision.outcomes.iter().position(|outcome| *outcome == at).unwrap_or(0);
            &self.rules[line].outcome
        };
        let twos: Vec<String> = overlaps
            .clashes
            .iter()
            .take(MAX_PAIRS)
            .map(|((one, other), (count, _))| match overlaps.counted {
                true => format!("`{}`/`{}` {count}", outcome(*one), outcome(*other)),
                false => format!("`{}`/`{}`", outcome(*one), outcome(*other)),
            })
            .collect();
        let (twos, how_many) = (twos.join(", "), overlaps.overlaps);
        let message = match overlaps.counted {
            true => {
                let is = if how_many == 1 { "is" } else { "are" };
                format!(
                    "{how_many} of {} combinations of `{name}` {is} decided twice: {twos}",
                    overlaps.total
                )
            }
            false => format!("some combinations of `{name}` are decided twice: {twos}"),
        };
        let mut diagnostic = Diagnostic::warning("rule-overlap", self.measure.span, message);
        let mut pairs: Vec<((usize, usize), u128)> =
            overlaps.pairs.iter().map(|(pair, count)| (*pair, *count)).collect();
        pairs.sort_by_key(|(pair, count)| (std::cmp::Reverse(*count), *pair));
        let mut labelled: Vec<usize> = pairs.iter().flat_map(|((one, other), _)| [*one, *other]).collect();
        labelled.sort_unstable();
        labelled.dedup();
        for line in labelled.into_iter().take(MAX_LABELS) {
            let rule = self.rules[line];
            let message = format!("rule {} says `{}`", self.order[line] + 1, rule.outcome);
            diagnostic = diagnostic.label(rule.span, message);
        }
        for ((one, other), count) in pairs.iter().take(MAX_PAIRS) {
            let (one, other) = (self.order[*one] + 1, self.order[*other] + 1);
            if overlaps.counted {
                diagnostic = diagnostic.hint(format!("rules {one} and {other} both hold of {count}"));
            }
        }
        for ((one, other), (count, ways)) in overlaps.clashes.iter().take(MAX_PAIRS) {
            let list = self.decision.list(ways, *count);
            let (one, other) = (outcome(*one), outcome(*other));
            diagnostic = diagnostic.hint(match overlaps.counted && *count <= FEW as u128 {
                true => format!("both `{one}` and `{other}`: {list}"),
                false => format!("both `{one}` and `{other}`, for example: {list}"),
            });
        }
        let way_out = "let each rule ask for what the other excludes; or write `hit` `first`, and the rules worst first";
        found.push(diagnostic.hint(way_out));
    }

    fn unreachable(&self, unmatched: &[bool], found: &mut Diagnostics) {
        for (line, rule) in self.rules.iter().enumerate() {
            let blank = rule.tests.iter().any(|test| test.alternatives().contains(&Alternative::Blank));
            if self.decision.found.hit[line] || unmatched[line] || blank {
                continue;
            }
            let taken = match self.decision.is_first() {
                true => self.decision.taken_by(line),
                false => None,
            };
            if !self.decision.found.whole && taken.is_none() {
                continue;
            }
            let message = format!("this rule of `{}` never counts", self.measure.name);
            let diagnostic = Diagnostic::warning("unreachable-rule", rule.span, message);
            found.push(match taken {
                Some(earlier) => diagnostic
                    .label(self.rules[earlier].span, "this rule comes first and takes it all")
                    .hint("put the narrower rule first"),
                None if self.decision.is_first() => {
                    diagnostic.hint("the rules before it take all that it could be for")
                }
                None => diagnostic.hint("what it asks for never comes together"),
            });
        }
    }
}

/// Tells codes that an input never has. By rule in the given order: is there an input of which nothing holds?
fn unmatched(table: &Table, rules: &[&Rule], domains: &Domains<'_>, found: &mut Diagnostics) -> Vec<bool> {
    let mut unmatched = vec![false; rules.len()];
    for (at, (name, input)) in table.inputs.iter().enumerate() {
        let Domain::Values(values) = domains.of_input(input) else { continue };
        if !domains.afford((values.len() * rules.len()) as u64) {
            return unmatched;
        }
        for (line, rule) in rules.iter().enumerate() {
            let test = &rule.tests[at];
            if *test == Test::Any || test.alternatives().contains(&Alternative::Blank) {
                continue;
            }
            let holds = values.iter().any(|value| test.holds(&value.owned.as_given()));
            unmatched[line] |= !holds;
            let never = |alternative: &&Alternative| {
                !values.iter().any(|value| alternative.holds(&value.owned.as_given()))
            };
            let text = |alternative: &&Alternative| matches!(alternative, Alternative::Text(_));
            let mut nowhere = test.alternatives().iter().filter(never);
            // Of numbers more may be written than there are; a code that there is not is a slip.
            let Some(alternative) = (if holds { nowhere.find(text) } else { nowhere.next() }) else {
                continue;
            };
            let message = format!("`{name}` is never `{alternative}`");
            let written = written_test(rule, name, domains);
            let span = written.map_or(rule.span, |written| place_of(written, alternative));
            let words = alternative.to_string();
            let names: Vec<String> = values.iter().map(super::domain::Value::words).collect();
            let mut diagnostic = Diagnostic::warning("never-matched", span, message)
                .did_you_mean(&words, names.iter().map(String::as_str));
            if let (true, Some(values)) = (diagnostic.hints.is_empty(), comes_to(&domains.of_input(input))) {
                diagnostic = diagnostic.hint(format!("it comes to {values}"));
            }
            found.push(diagnostic);
        }
    }
    unmatched
}

/// Where a rule asks for an input.
fn written_test<'a>(rule: &Rule, input: &str, domains: &Domains<'a>) -> Option<Passage<'a>> {
    let element = domains.element(rule.span)?;
    let asks =
        |child: &crate::xml::Tag<'_>| child.attribute("input").is_some_and(|written| written.text == input);
    element.elements().find(asks)?.attribute("test")
}

/// Where an alternative stands in its cell.
pub(super) fn place_of(written: Passage<'_>, alternative: &Alternative) -> crate::source::Span {
    let words = alternative.to_string();
    match written.text.find(&words) {
        Some(start) => written.part(start..start + words.len()),
        None => written.span,
    }
}
