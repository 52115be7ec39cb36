//! Bands, decision tables, facts and shifts: which rule holds, and what follows.
//!
//! A rule may be open: it asks for what is missing. Invariant: what is decided stays so whatever the answers to come are; a result
//! hangs on an open rule only if the rule could change it.

use std::sync::Arc;

use super::conditions::Truth;
use super::inputs::Owned;
use super::{Assessor, Said, Unsaid};
use crate::assess::measure::{Amount, Band, Hit, Input, Measure, Rule, Shift, ShiftBy, Table};
use crate::assess::trace::{Line, Told, Trace};
use crate::assess::{Exact, Given, Missing, Outcome, Test};
use crate::expr::program::Expr;
use crate::value::Value;

/// Does a rule hold? Open for that reason if it asks for what can't be said.
type Holds = Result<bool, Unsaid>;

impl Assessor<'_> {
    pub fn band<'m>(&self, measure: &'m Measure, given: &Given<'_>, trace: &mut Trace) -> Said<&'m Band> {
        let mut open: Option<(Unsaid, &Band)> = None;
        for (index, band) in measure.bands.iter().enumerate() {
            if !band.test.holds(given) {
                continue;
            }
            let holds = band.when.as_ref().map_or(Truth::Yes, |when| self.holds(when));
            match (holds, &open) {
                (Truth::No, _) => {}
                (Truth::Open(why), None) => open = Some((Unsaid::Missing(why), band)),
                (Truth::Open(_), Some((_, first))) if first.code == band.code => {}
                (Truth::Yes, Some((_, first))) if first.code == band.code => {
                    trace.line(|| Line { told: Told::Band(index), counts: true, ..Line::default() });
                    return Ok(band);
                }
                (Truth::Yes, None) => {
                    trace.line(|| Line { told: Told::Band(index), counts: true, ..Line::default() });
                    return Ok(band);
                }
                (Truth::Yes | Truth::Open(_), Some(_)) => break,
            }
        }
        Err(open.map_or(Unsaid::Missing(Missing::NoRule), |(why, _)| why))
    }

    pub(super) fn table(&self, table: &Table, trace: &mut Trace) -> Said<Outcome> {
        let mut inputs: Vec<Said<Owned>> = Vec::with_capacity(table.inputs.len());
        for (_, input) in &table.inputs {
            inputs.push(self.input(input));
        }
        match table.hit {
            Hit::First | Hit::Priority => self.first(table, &inputs, trace),
            Hit::Unique => self.only(table, &inputs, trace),
            Hit::Collect => self.collected(table, &inputs, trace),
        }
    }

    fn rule(&self, rule: &Rule, inputs: &[Said<Owned>]) -> Holds {
        // A rule that asks for what is missing can't be said to fail.
        let mut unknown = None;
        for (test, input) in rule.tests.iter().zip(inputs) {
            match (test, input) {
                (Test::Any, _) => {}
                (_, Err(unsaid)) => unknown = unknown.or(Some(*unsaid)),
                (test, Ok(owned)) if test.holds(&owned.as_given()) => {}
                _ => return Ok(false),
            }
        }
        match rule.when.as_ref().map_or(Truth::Yes, |when| self.holds(when)) {
            Truth::No => return Ok(false),
            Truth::Open(why) => unknown = unknown.or(Some(Unsaid::Missing(why))),
            Truth::Yes => {}
        }
        unknown.map_or(Ok(true), Err)
    }

    /// The first rule in the order of their priorities that holds; an open one before it does no harm if it says the same.
    fn first(&self, table: &Table, inputs: &[Said<Owned>], trace: &mut Trace) -> Said<Outcome> {
        let mut open: Option<(Unsaid, &Arc<str>)> = None;
        for index in table.order.iter().copied() {
            let rule = &table.rules[index];
            match (self.rule(rule, inputs), &open) {
                (Ok(false), _) => {}
                (Err(unsaid), None) => open = Some((unsaid, &rule.outcome)),
                (Err(_), Some((_, outcome))) if **outcome == rule.outcome => {}
                (Ok(true), Some((_, outcome))) if **outcome != rule.outcome => break,
                (Ok(true), _) => {
                    trace.line(|| Line { told: Told::Rule(index), counts: true, ..Line::default() });
                    return Ok(Outcome::Code(rule.outcome.clone()));
                }
                // Two that are open say different things: no rule behind them settles it.
                (Err(_), Some(_)) => break,
            }
        }
        Err(open.map_or(Unsaid::Missing(Missing::NoRule), |(unsaid, _)| unsaid))
    }

    /// The one outcome that rules hold for.
    fn only(&self, table: &Table, inputs: &[Said<Owned>], trace: &mut Trace) -> Said<Outcome> {
        let mut held: Option<&Arc<str>> = None;
        let mut conflict = false;
        let mut open: Vec<(Unsaid, &Arc<str>)> = Vec::new();
        for (index, rule) in table.rules.iter().enumerate() {
            match self.rule(rule, inputs) {
                Ok(false) => {}
                Ok(true) => {
                    trace.line(|| Line { told: Told::Rule(index), counts: true, ..Line::default() });
                    conflict |= held.is_some_and(|held| *held != rule.outcome);
                    held = held.or(Some(&rule.outcome));
                }
                Err(unsaid) => open.push((unsaid, &rule.outcome)),
            }
        }
        if conflict {
            return Err(Unsaid::Missing(Missing::Conflict));
        }
        match (held, open.iter().find(|(_, outcome)| held != Some(*outcome))) {
            (_, Some((unsaid, _))) => Err(*unsaid),
            (Some(held), None) => Ok(Outcome::Code(held.clone())),
            (None, None) => Err(Unsaid::Missing(Missing::NoRule)),
        }
    }

    /// All outcomes that rules hold for, in order; an open one is no matter if its outcome is there already.
    fn collected(&self, table: &Table, inputs: &[Said<Owned>], trace: &mut Trace) -> Said<Outcome> {
        let mut outcomes: Vec<Arc<str>> = Vec::new();
        let mut open = None;
        for (index, rule) in table.rules.iter().enumerate() {
            let known = outcomes.contains(&rule.outcome);
            match self.rule(rule, inputs) {
                Ok(false) => {}
                Ok(true) => {
                    trace.line(|| Line { told: Told::Rule(index), counts: true, ..Line::default() });
                    if !known {
                        outcomes.push(rule.outcome.clone());
                    }
                }
                Err(unsaid) if !known => open = open.or(Some(unsaid)),
                Err(_) => {}
            }
        }
        match open {
            Some(unsaid) => Err(unsaid),
            None => Ok(Outcome::Order(outcomes.into())),
        }
    }

    /// One instance for which a test holds is enough; for none to hold, all must be known.
    pub(super) fn fact(&self, of: &Input, test: Option<&Test>) -> Said<Outcome> {
        let Some(test) = test else {
            let outcome = self.input(of).map(Owned::into_outcome)?;
            // A code stays as it is written: `01` is a place's, and no number.
            return Ok(self.code(of).map_or(outcome, Outcome::Code));
        };
        let (mut holds, mut said, mut missing) = (false, false, None);
        let mut take = |answer: Said<Given<'_>>| match answer {
            Ok(given) => {
                said = true;
                holds |= test.holds(&given);
            }
            Err(Unsaid::NotApplicable) => {}
            Err(Unsaid::Missing(why)) => missing = missing.or(Some(why)),
        };
        match of {
            Input::Measure(_) => take(self.input(of).as_ref().map(Owned::as_given).map_err(|unsaid| *unsaid)),
            Input::Amount(amount) => self.answers(amount, &mut take),
        }
        match (holds, missing, said) {
            (true, ..) => Ok(Outcome::Flag(true)),
            (false, Some(why), _) => Err(Unsaid::Missing(why)),
            (false, None, true) => Ok(Outcome::Flag(false)),
            (false, None, false) => Err(Unsaid::NotApplicable),
        }
    }

    /// The text or the choice that an input is, if it is one of a cell.
    fn code(&self, of: &Input) -> Option<Arc<str>> {
        let Input::Amount(Amount::Expr(expr)) = of else { return None };
        let Expr::Cell { base, up, node } = self.eval.program.expr(*expr) else { return None };
        match self.eval.primary().instance.value(self.eval.scope_up(*base, *up), *node) {
            Value::Text(text) | Value::Choice(text) => Some(text.clone()),
            _ => None,
        }
    }

    pub(super) fn shift(&self, shift: &Shift, trace: &mut Trace) -> Said<Exact> {
        let level = self.shifted(shift, trace);
        if level.is_ok() {
            // Open reasons that could not change it are no news.
            trace.lines.retain(|line| line.unsaid.is_none());
        }
        level
    }

    fn shifted(&self, shift: &Shift, trace: &mut Trace) -> Said<Exact> {
        let mut reasons = Reasons::default();
        for (index, rule) in shift.rules.iter().enumerate() {
            let holds = self.holds(&rule.when);
            if holds != Truth::No {
                trace.line(|| Line {
                    told: Told::Reason(index),
                    counts: holds == Truth::Yes,
                    unsaid: match holds {
                        Truth::Open(why) => Some(Outcome::Missing(why)),
                        _ => None,
                    },
                    ..Line::default()
                });
            }
            reasons.take(rule.does, holds)?;
        }
        if let Some(level) = reasons.to {
            // An open reason before it may set another level.
            return match reasons.before {
                Some((why, other)) if other != Some(level) => Err(Unsaid::Missing(why)),
                _ => Ok(level),
            };
        }
        let held = |level: Exact| {
            let level = shift.max.map_or(level, |max| level.min(max));
            shift.min.map_or(level, |min| level.max(min))
        };
        let level = match (self.number(&shift.of), reasons.before) {
            (Err(Unsaid::NotApplicable), Some((why, _))) => return Err(Unsaid::Missing(why)),
            (level, _) => level?,
        };
        let (low, high) = reasons.between(shift.stack)?;
        let (low, high) = (held(level.plus(low)?), held(level.plus(high)?));
        match (reasons.open, reasons.before) {
            (Some(why), _) if low != high => Err(Unsaid::Missing(why)),
            (_, Some((why, other))) if other != Some(low) => Err(Unsaid::Missing(why)),
            _ => Ok(low),
        }
    }
}

/// What the reasons of a shift come to so far: by how many levels at least and at most, while some are open.
#[derive(Default)]
struct Reasons {
    /// The first that sets a level.
    to: Option<Exact>,
    /// Open ones before it: why, and the level that they all set, if it is one.
    before: Option<(Missing, Option<Exact>)>,
    /// Some that move the level are open.
    open: Option<Missing>,
    low: Moves,
    high: Moves,
}

/// Levels up and down.
#[derive(Default)]
struct Moves {
    up: Exact,
    down: Exact,
    sum: Exact,
}

impl Moves {
    fn take(&mut self, levels: Exact) -> Said<()> {
        (self.up, self.down) = (self.up.max(levels), self.down.min(levels));
        self.sum = self.sum.plus(levels)?;
        Ok(())
    }

    /// Together, or the strongest of each direction.
    fn by(&self, stack: bool) -> Said<Exact> {
        Ok(if stack { self.sum } else { self.up.plus(self.down)? })
    }
}

impl Reasons {
    fn take(&mut self, does: ShiftBy, holds: Truth) -> Said<()> {
        match (does, holds) {
            (_, Truth::No) => {}
            (ShiftBy::To(level), Truth::Yes) => self.to = self.to.or(Some(level)),
            (ShiftBy::To(_), Truth::Open(_)) if self.to.is_some() => {}
            (ShiftBy::To(level), Truth::Open(why)) => {
                self.before = Some(match self.before {
                    None => (why, Some(level)),
                    Some((why, known)) => (why, known.filter(|known| *known == level)),
                });
            }
            (ShiftBy::By(levels), Truth::Yes) => {
                self.low.take(levels)?;
                self.high.take(levels)?;
            }
            (ShiftBy::By(levels), Truth::Open(why)) => {
                self.open = self.open.or(Some(why));
                let end = if levels > Exact::ZERO { &mut self.high } else { &mut self.low };
                end.take(levels)?;
            }
        }
        Ok(())
    }

    /// By how many levels at least and at most.
    fn between(&self, stack: bool) -> Said<(Exact, Exact)> {
        Ok((self.low.by(stack)?, self.high.by(stack)?))
    }
}
