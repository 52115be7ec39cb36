//! Decision tables, shifts and bands: rules, each with its tests and its condition.

use std::sync::Arc;

use super::{Compiling, lines};
use crate::assess::measure::{Band, Hit, Input, Rule, ShiftBy, ShiftRule, Table};
use crate::assess::{Exact, Test};
use crate::diagnostic::Diagnostic;
use crate::source::{Passage, Written};
use crate::xml::Tag;

impl<'a> Compiling<'_, 'a, '_> {
    pub(super) fn table(&mut self, element: Tag<'a>) -> Table {
        let mut inputs: Vec<(Arc<str>, Input)> = Vec::new();
        for line in lines(element, "rule").flat_map(|rule| lines(rule, "if")) {
            let Some(name) = line.attribute("input") else { continue };
            if inputs.iter().any(|(known, _)| **known == *name.text) {
                continue;
            }
            let reference = Written::plain(&format!("${{{}}}", name.text.trim()), name.span);
            let input = match self.measure_named(name.text) {
                Some(id) => {
                    self.reads.push(self.read_of(id));
                    Some(Input::Measure(id))
                }
                None => self.input(reference.passage()),
            };
            inputs.extend(input.map(|input| (name.text.into(), input)));
        }
        let rules: Box<[Rule]> = lines(element, "rule").filter_map(|rule| self.rule(rule, &inputs)).collect();
        let hit = match element.attribute("hit").map(|written| (written, written.text)) {
            None | Some((_, "unique")) => Hit::Unique,
            Some((_, "first")) => Hit::First,
            Some((_, "priority")) => Hit::Priority,
            Some((_, "collect")) => Hit::Collect,
            Some((written, other)) => {
                self.unknown_word(written, other, &["unique", "first", "priority", "collect"]);
                Hit::Unique
            }
        };
        if lines(element, "rule").next().is_none() {
            self.missing(element, "rules", "what follows from what");
        }
        let mut order: Vec<usize> = (0..rules.len()).collect();
        if hit == Hit::Priority {
            crate::order::sort_by_key(&mut order, |index| (rules[*index].priority, *index));
        }
        Table { inputs: inputs.into(), rules, hit, order: order.into() }
    }

    pub(super) fn rule(&mut self, element: Tag<'a>, inputs: &[(Arc<str>, Input)]) -> Option<Rule> {
        let mut tests = vec![Test::Any; inputs.len()];
        for line in lines(element, "if") {
            let (Some(input), Some(test)) = (line.attribute("input"), line.attribute("test")) else {
                continue;
            };
            let Some(at) = inputs.iter().position(|(name, _)| **name == *input.text) else { continue };
            if let Some(test) = self.test(test) {
                tests[at] = test;
            }
        }
        let Some(outcome) = element.attribute("outcome") else {
            self.missing(element, "outcome", "what follows if it holds");
            return None;
        };
        Some(Rule {
            tests: tests.into(),
            when: element.attribute("when").and_then(|written| self.condition(written)),
            outcome: outcome.text.trim().into(),
            priority: self.exact(element, "priority").unwrap_or(Exact::ZERO),
            label: self.words(element, "label"),
            span: element.span,
        })
    }

    pub(super) fn shift_rules(&mut self, element: Tag<'a>) -> Box<[ShiftRule]> {
        let mut rules = Vec::new();
        for line in lines(element, "rule") {
            let Some(when) = line.attribute("when") else {
                self.missing(line, "when", "a condition: `${coma} = 1`");
                continue;
            };
            let written: Arc<str> = when.text.trim().into();
            let (by, to) = (self.exact(line, "by"), self.exact(line, "to"));
            let does = match (by, to) {
                (_, Some(to)) => ShiftBy::To(to),
                (Some(by), None) => ShiftBy::By(by),
                (None, None) => {
                    self.missing(line, "by", "by how many levels: `1`; or `to` which level");
                    continue;
                }
            };
            if let Some(when) = self.condition(when) {
                rules.push(ShiftRule {
                    when,
                    written,
                    does,
                    label: self.words(line, "label"),
                    span: line.span,
                });
            }
        }
        rules.into()
    }

    pub(super) fn bands(&mut self, element: Tag<'a>) -> Box<[Band]> {
        let is_band = element.attribute("type").is_some_and(|written| written.text == "band");
        if is_band && lines(element, "band").next().is_none() {
            self.missing(element, "bands", "its bands: `{\"code\": \"high\", \"range\": \">=60\"}`");
        }
        let mut bands = Vec::new();
        for line in lines(element, "band") {
            let code = line.attribute("code");
            let range = line.attribute("range").or(code);
            let (Some(code), Some(range)) = (code.or(range), range) else {
                self.missing(line, "code", "what its outcome is called");
                continue;
            };
            let when = line.attribute("when").and_then(|written| self.condition(written));
            if let Some(test) = self.test(range) {
                bands.push(Band {
                    code: code.text.trim().into(),
                    test,
                    when,
                    label: self.words(line, "label"),
                    span: line.span,
                });
            }
        }
        bands.into()
    }

    pub(super) fn test(&mut self, written: Passage<'_>) -> Option<Test> {
        match Test::read(written.text) {
            Ok(test) => Some(test),
            Err(bad) => {
                let span = written.part(bad.range);
                self.lowering.found.push(
                    Diagnostic::error("bad-test", span, bad.message)
                        .hint("write `3`, `a, b`, `>=60`, `[35..60)` or `-`"),
                );
                None
            }
        }
    }
}
