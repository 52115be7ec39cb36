//! Computes one measure from answers and other measures: a pure function, exact all the way.

use std::sync::Arc;

use super::measure::{
    Aggregate, Amount, Assessment, Band, Hit, Input, Item, Kind, Measure, MeasureId, Part, Points, Scale,
    Shift, ShiftBy, Table, WhenMissing,
};
use super::trace::{Line, Told, Trace};
use super::{Exact, ExactError, Given, Missing, Outcome};
use crate::expr::eval::Eval;
use crate::expr::operand::{NodeRef, Operand};
use crate::expr::program::{Expr, ExprId};
use crate::session::flag;
use crate::value::Value;
use crate::view::ScopeId;

/// What measures are computed over.
pub(crate) struct Assessor<'a> {
    pub assessment: &'a Assessment,
    /// At the form's root.
    pub eval: Eval<'a>,
    /// By measure: what it comes to where its node is relevant.
    pub outcomes: &'a [Outcome],
}

/// A result, or why there is none.
type Said<T> = Result<T, Unsaid>;

/// Why there is no result.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Unsaid {
    NotApplicable,
    Missing(Missing),
}

impl From<ExactError> for Unsaid {
    fn from(_: ExactError) -> Unsaid {
        Unsaid::Missing(Missing::NoNumber)
    }
}

impl From<Unsaid> for Outcome {
    fn from(unsaid: Unsaid) -> Outcome {
        match unsaid {
            Unsaid::NotApplicable => Outcome::NotApplicable,
            Unsaid::Missing(why) => Outcome::Missing(why),
        }
    }
}

impl Assessor<'_> {
    /// What a measure comes to; how goes to `trace`.
    pub fn outcome(&self, id: MeasureId, trace: &mut Trace) -> Outcome {
        let measure = self.assessment.measure(id);
        self.kind(measure, trace).unwrap_or_else(Outcome::from)
    }

    fn kind(&self, measure: &Measure, trace: &mut Trace) -> Said<Outcome> {
        match &measure.kind {
            Kind::Scale(scale) => self.scale(scale, trace).map(Outcome::Score),
            Kind::Index(parts) => self.index(parts, trace).map(Outcome::Score),
            Kind::Band(input) => {
                let given = self.input(input)?;
                let band = self.band(measure, &given.as_given(), trace);
                let band = band.ok_or(Unsaid::Missing(Missing::NoRule))?;
                Ok(Outcome::Code(band.code.clone()))
            }
            Kind::Table(table) => self.table(table, trace),
            Kind::Flag(when) => {
                let up = self.eval.boolean(*when);
                trace.line(|| Line { told: Told::Condition, counts: up, ..Line::default() });
                Ok(Outcome::Flag(up))
            }
            Kind::Fact { of, test } => self.fact(of, test.as_ref()),
            Kind::Shift(shift) => self.shift(shift, trace).map(Outcome::Score),
            Kind::Ranking(parts) => self.ranking(parts, trace),
            Kind::Agreed { first, second, decided } => self.agreed(first, second, decided.as_ref(), trace),
            Kind::Decided { of, instead, reason } => {
                // A decision without a reason is none yet.
                let put = self.input(instead).and_then(|put| self.input(reason).map(|_| put));
                trace.line(|| Line { told: Told::Decision, counts: put.is_ok(), ..Line::default() });
                put.or_else(|_| self.input(of)).map(Owned::into_outcome)
            }
        }
    }

    fn scale(&self, scale: &Scale, trace: &mut Trace) -> Said<Exact> {
        let mut tally = Tally::default();
        for (index, item) in scale.items.iter().enumerate() {
            match self.item(index, item, trace) {
                Ok(points) => {
                    let points =
                        if item.weight == Exact::ONE { points } else { points.times(item.weight)? };
                    tally.add(points, item.weight)?;
                }
                Err(Unsaid::NotApplicable) => {}
                Err(Unsaid::Missing(why)) => {
                    tally.missing += 1;
                    tally.why = graver(tally.why, why);
                }
            }
        }
        if tally.answered + tally.missing == 0 {
            return Err(Unsaid::NotApplicable);
        }
        let (counted, asked) = (tally.answered, tally.answered + tally.missing);
        let mut factor = Exact::ONE;
        let mut weights = tally.weights;
        match (scale.when_missing, tally.why) {
            (_, None) => {}
            // What can't be counted is no answer that is missing.
            (_, Some(why)) if why != Missing::Unanswered => return Err(Unsaid::Missing(why)),
            (WhenMissing::NoScore, Some(why)) => return Err(Unsaid::Missing(why)),
            (WhenMissing::Zero, Some(_)) => {
                let zero = Exact::ZERO;
                tally.most = Some(tally.most.map_or(zero, |most| most.max(zero)));
                tally.least = Some(tally.least.map_or(zero, |least| least.min(zero)));
                weights = weights.plus(Exact::whole(tally.missing.into()))?;
            }
            (WhenMissing::Prorate { at_least }, Some(why)) => {
                if counted < at_least.max(1) {
                    return Err(Unsaid::Missing(why));
                }
                if matches!(scale.how, Aggregate::Sum | Aggregate::Count) {
                    factor = Exact::new(asked.into(), counted.into())?;
                }
            }
        }
        let score = match scale.how {
            Aggregate::Sum => tally.sum.times(factor)?,
            Aggregate::Count => Exact::whole(tally.above_zero.into()).times(factor)?,
            Aggregate::Mean => tally.sum.over(weights)?,
            Aggregate::Max => tally.most.unwrap_or(Exact::ZERO),
            Aggregate::Min => tally.least.unwrap_or(Exact::ZERO),
        };
        trace.prorated = (factor != Exact::ONE).then_some((counted, asked));
        Ok(score)
    }

    fn item(&self, index: usize, item: &Item, trace: &mut Trace) -> Said<Exact> {
        let mut line = Line { told: Told::Item(index), ..Line::default() };
        let points = self.item_points(item, trace.wanted, &mut line);
        if trace.wanted {
            line.points = points.ok();
            line.counts = points.is_ok();
            line.unsaid = points.err().map(Outcome::from);
            trace.lines.push(line);
        }
        points
    }

    fn item_points(&self, item: &Item, wanted: bool, line: &mut Line) -> Said<Exact> {
        if item.relevant.is_some_and(|when| !self.eval.boolean(when)) {
            return Err(Unsaid::NotApplicable);
        }
        let mut tally = Tally::default();
        let mut why = None;
        self.answers(&item.value, &mut |answer| {
            let answer = match (answer, &item.points) {
                // Where a table says what no answer counts, it is no hole.
                (Err(Unsaid::Missing(Missing::Unanswered)), Points::Tests(tests))
                    if tests
                        .iter()
                        .any(|(test, _)| *test != super::Test::Any && test.holds(&Given::Nothing)) =>
                {
                    Ok(Given::Nothing)
                }
                (answer, _) => answer,
            };
            let points = answer.and_then(|given| {
                let points = points_of(item, &given)?;
                if wanted {
                    line.answers.push(given.to_owned());
                }
                Ok(points)
            });
            let added = points.and_then(|points| tally.add(points, Exact::ONE).map_err(Unsaid::from));
            if let Err(Unsaid::Missing(missing)) = added {
                why = graver(why, missing);
            }
        });
        if let Some(missing) = why {
            return Err(Unsaid::Missing(missing));
        }
        if tally.answered == 0 {
            return Err(Unsaid::NotApplicable);
        }
        let points = match item.over {
            Aggregate::Max => tally.most.unwrap_or(Exact::ZERO),
            Aggregate::Min => tally.least.unwrap_or(Exact::ZERO),
            Aggregate::Sum => tally.sum,
            Aggregate::Mean => tally.sum.over(Exact::whole(tally.answered.into()))?,
            Aggregate::Count => Exact::whole(tally.above_zero.into()),
        };
        Ok(item.cap.map_or(points, |cap| points.min(cap)))
    }

    fn index(&self, parts: &[Part], trace: &mut Trace) -> Said<Exact> {
        let (mut sum, mut weights) = (Exact::ZERO, Exact::ZERO);
        let mut missing = false;
        for part in parts {
            let percent = self.percent(part);
            trace.line(|| part_line(part, percent));
            match percent {
                Ok(percent) => {
                    sum = sum.plus(percent.times(part.weight)?)?;
                    weights = weights.plus(part.weight)?;
                }
                Err(Unsaid::NotApplicable) => {}
                Err(Unsaid::Missing(_)) => missing = true,
            }
        }
        if missing {
            return Err(Unsaid::Missing(Missing::Depends));
        }
        if weights.is_zero() {
            return Err(Unsaid::NotApplicable);
        }
        Ok(sum.over(weights)?)
    }

    /// A part's score between its least and its most, in percent.
    fn percent(&self, part: &Part) -> Said<Exact> {
        let score = self.score_of(part.measure)?;
        let above = score.minus(part.min)?;
        Ok(above.times(Exact::whole(100))?.over(part.max.minus(part.min)?)?)
    }

    fn ranking(&self, parts: &[Part], trace: &mut Trace) -> Said<Outcome> {
        let mut said: Vec<(Exact, &Part)> = Vec::with_capacity(parts.len());
        let mut missing = false;
        for part in parts {
            let percent = self.percent(part);
            trace.line(|| part_line(part, percent));
            match percent {
                Ok(percent) => said.push((percent, part)),
                Err(unsaid) => missing |= unsaid != Unsaid::NotApplicable,
            }
        }
        if missing {
            return Err(Unsaid::Missing(Missing::Depends));
        }
        // Stable: what ties in both stays in the order of declaration.
        crate::order::sort_by(&mut said, |(a, one), (b, other)| b.cmp(a).then(other.weight.cmp(&one.weight)));
        let name = |part: &Part| self.assessment.measure(part.measure).name.clone();
        Ok(Outcome::Order(said.iter().map(|(_, part)| name(part)).collect()))
    }

    fn band<'m>(&self, measure: &'m Measure, given: &Given<'_>, trace: &mut Trace) -> Option<&'m Band> {
        let found = measure.bands.iter().position(|band| {
            band.test.holds(given) && band.when.is_none_or(|when| self.eval.boolean(when))
        })?;
        trace.line(|| Line { told: Told::Band(found), counts: true, ..Line::default() });
        measure.bands.get(found)
    }

    fn table(&self, table: &Table, trace: &mut Trace) -> Said<Outcome> {
        let mut inputs: Vec<Said<Owned>> = Vec::with_capacity(table.inputs.len());
        for (_, input) in &table.inputs {
            inputs.push(self.input(input));
        }
        let given = |at: usize| inputs[at].as_ref().map_or(Given::Nothing, |owned| owned.as_given());
        let mut held: Vec<usize> = Vec::new();
        let mut depends = None;
        for (index, rule) in table.rules.iter().enumerate() {
            // A rule that asks for what is missing can't be said to fail.
            let mut unknown = None;
            let holds = rule.tests.iter().enumerate().all(|(at, test)| match (test, &inputs[at]) {
                (super::Test::Any, _) => true,
                (_, Err(unsaid)) => {
                    unknown = unknown.or(Some(*unsaid));
                    true
                }
                _ => test.holds(&given(at)),
            });
            let holds = holds && rule.when.is_none_or(|when| self.eval.boolean(when));
            match (holds, unknown) {
                (true, None) => {
                    trace.line(|| Line { told: Told::Rule(index), counts: true, ..Line::default() });
                    held.push(index);
                    if table.hit == Hit::First {
                        break;
                    }
                }
                (true, Some(unsaid)) => {
                    depends = depends.or(Some(unsaid));
                    if table.hit == Hit::First {
                        break;
                    }
                }
                (false, _) => {}
            }
        }
        if let Some(unsaid) = depends {
            return Err(unsaid);
        }
        let outcome = |index: usize| table.rules[index].outcome.clone();
        match table.hit {
            Hit::Collect => {
                let mut outcomes: Vec<Arc<str>> = Vec::new();
                for index in held {
                    if !outcomes.contains(&table.rules[index].outcome) {
                        outcomes.push(outcome(index));
                    }
                }
                Ok(Outcome::Order(outcomes.into()))
            }
            Hit::First | Hit::Priority => {
                let best = held.iter().min_by_key(|index| match table.hit {
                    Hit::Priority => (table.rules[**index].priority, **index),
                    _ => (Exact::ZERO, **index),
                });
                let best = best.ok_or(Unsaid::Missing(Missing::NoRule))?;
                trace.keep_rule(*best);
                Ok(Outcome::Code(outcome(*best)))
            }
            Hit::Unique => {
                let first = *held.first().ok_or(Unsaid::Missing(Missing::NoRule))?;
                let differs = |index: &usize| table.rules[*index].outcome != table.rules[first].outcome;
                match held.iter().any(differs) {
                    true => Err(Unsaid::Missing(Missing::Conflict)),
                    false => Ok(Outcome::Code(outcome(first))),
                }
            }
        }
    }

    /// One instance for which a test holds is enough; for none to hold, all must be known.
    fn fact(&self, of: &Input, test: Option<&super::Test>) -> Said<Outcome> {
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

    fn shift(&self, shift: &Shift, trace: &mut Trace) -> Said<Exact> {
        let mut to = None;
        let (mut up, mut down, mut sum) = (Exact::ZERO, Exact::ZERO, Exact::ZERO);
        for (index, rule) in shift.rules.iter().enumerate() {
            let holds = self.eval.boolean(rule.when);
            if !holds {
                continue;
            }
            trace.line(|| Line { told: Told::Reason(index), counts: true, ..Line::default() });
            match rule.does {
                ShiftBy::To(level) => to = to.or(Some(level)),
                ShiftBy::By(levels) => {
                    (up, down) = (up.max(levels), down.min(levels));
                    sum = sum.plus(levels)?;
                }
            }
        }
        if let Some(level) = to {
            return Ok(level);
        }
        let level = self.number(&shift.of)?;
        let by = if shift.stack { sum } else { up.plus(down)? };
        let level = level.plus(by)?;
        let level = shift.max.map_or(level, |max| level.min(max));
        Ok(shift.min.map_or(level, |min| level.max(min)))
    }

    fn agreed(
        &self,
        first: &Input,
        second: &Input,
        decided: Option<&Input>,
        trace: &mut Trace,
    ) -> Said<Outcome> {
        let (first, second) = (self.input(first)?, self.input(second)?);
        let same = first.as_given() == second.as_given();
        trace.line(|| Line { told: Told::Agreement, counts: same, ..Line::default() });
        if same {
            return Ok(first.into_outcome());
        }
        match decided.map(|decided| self.input(decided)) {
            Some(Ok(decided)) => Ok(decided.into_outcome()),
            _ => Err(Unsaid::Missing(Missing::Conflict)),
        }
    }

    /// What a measure came to: not applicable while its node is not relevant, whatever it would come to.
    fn came(&self, id: MeasureId) -> &Outcome {
        let node = self.assessment.measure(id).node;
        match self.eval.primary().instance.relevant(ScopeId(0), node) {
            true => &self.outcomes[usize::from(id.0)],
            false => &Outcome::NotApplicable,
        }
    }

    /// What a measure came to, as a number.
    fn score_of(&self, id: MeasureId) -> Said<Exact> {
        match self.came(id) {
            Outcome::NotApplicable => Err(Unsaid::NotApplicable),
            Outcome::Missing(_) => Err(Unsaid::Missing(Missing::Depends)),
            outcome => outcome.score().ok_or(Unsaid::Missing(Missing::NoNumber)),
        }
    }

    fn number(&self, input: &Input) -> Said<Exact> {
        match input {
            Input::Measure(id) => self.score_of(*id),
            Input::Amount(amount) => self.amount(amount),
        }
    }

    /// What an input is, if there is anything to say.
    pub fn said(&self, input: &Input) -> Option<Owned> {
        self.input(input).ok()
    }

    fn input(&self, input: &Input) -> Said<Owned> {
        match input {
            Input::Measure(id) => match self.came(*id) {
                Outcome::NotApplicable => Err(Unsaid::NotApplicable),
                Outcome::Missing(_) => Err(Unsaid::Missing(Missing::Depends)),
                Outcome::Score(score) => Ok(Owned::Number(*score)),
                Outcome::Flag(up) => Ok(Owned::Number(Exact::whole((*up).into()))),
                Outcome::Code(code) => Ok(Given::of_text(code).to_owned()),
                Outcome::Order(names) => Ok(Owned::Names(names.clone())),
            },
            Input::Amount(Amount::Expr(expr)) => {
                let mut said = Err(Unsaid::NotApplicable);
                self.answers_of(*expr, &mut |answer| {
                    if said == Err(Unsaid::NotApplicable) {
                        said = answer.map(|given| given.to_owned());
                    }
                });
                said
            }
            Input::Amount(amount) => self.amount(amount).map(Owned::Number),
        }
    }

    /// A number, exactly.
    fn amount(&self, amount: &Amount) -> Said<Exact> {
        Ok(match amount {
            Amount::Constant(number) => *number,
            Amount::Expr(expr) => {
                let mut said = Err(Unsaid::NotApplicable);
                self.answers_of(*expr, &mut |answer| {
                    if said == Err(Unsaid::NotApplicable) {
                        said = answer.and_then(number_of);
                    }
                });
                said?
            }
            Amount::Sum(nodes) => {
                let mut sum = Ok(Exact::ZERO);
                self.answers_of(*nodes, &mut |answer| match (answer, sum) {
                    (Err(Unsaid::NotApplicable), _) | (_, Err(_)) => {}
                    (answer, Ok(so_far)) => {
                        sum = answer.and_then(number_of).and_then(|number| Ok(so_far.plus(number)?));
                    }
                });
                sum?
            }
            Amount::Plus(a, b) => self.amount(a)?.plus(self.amount(b)?)?,
            Amount::Minus(a, b) => self.amount(a)?.minus(self.amount(b)?)?,
            Amount::Times(a, b) => self.amount(a)?.times(self.amount(b)?)?,
            Amount::Over(a, b) => self.amount(a)?.over(self.amount(b)?)?,
            Amount::Negated(inner) => self.amount(inner)?.negated()?,
        })
    }

    fn answers(&self, amount: &Amount, take: &mut dyn FnMut(Said<Given<'_>>)) {
        match amount {
            Amount::Expr(expr) => self.answers_of(*expr, take),
            amount => take(self.amount(amount).map(Given::Number)),
        }
    }

    /// Each value of an expression. A node that is not relevant does not concern the household; a blank one is missing.
    fn answers_of(&self, id: ExprId, take: &mut dyn FnMut(Said<Given<'_>>)) {
        match self.eval.program.expr(id) {
            Expr::Cell { base, up, node } => {
                let scope = self.eval.scope_up(*base, *up);
                self.cell(NodeRef::Cell(scope, *node), take);
            }
            Expr::Nodes(_) | Expr::Path(_) | Expr::Union(..) => {
                self.eval.each(id, &mut |node| self.cell(node, take));
            }
            _ => match self.eval.operand(id) {
                Operand::Nodes(nodes) => nodes.into_iter().for_each(|node| self.cell(node, take)),
                Operand::Number(number) if number.is_nan() => take(Err(Unsaid::Missing(Missing::Unanswered))),
                Operand::Number(number) => {
                    take(Exact::from_nearest(number).map(Given::Number).map_err(Unsaid::from))
                }
                Operand::Boolean(truth) => take(Ok(Given::Number(Exact::whole(truth.into())))),
                other => take(answered(Given::of_text(&self.eval.text_of_operand(&other)))),
            },
        }
    }

    fn cell(&self, node: NodeRef, take: &mut dyn FnMut(Said<Given<'_>>)) {
        let NodeRef::Cell(scope, id) = node else {
            take(answered(Given::of_text(&self.eval.node_text(node))));
            return;
        };
        let instance = self.eval.primary().instance;
        if !instance.relevant(scope, id) {
            take(Err(Unsaid::NotApplicable));
            return;
        }
        // A measure is read as it is, not as it is shown.
        if let Some(measure) = self.assessment.by_node.get(&id) {
            match self.input(&Input::Measure(*measure)) {
                Ok(owned) => take(Ok(owned.as_given())),
                Err(unsaid) => take(Err(unsaid)),
            }
            return;
        }
        let rejected = instance.has(instance.cell(scope, id), flag::VIOLATED);
        match instance.value(scope, id) {
            Value::Blank | Value::Unread(_) => take(Err(Unsaid::Missing(Missing::Unanswered))),
            _ if rejected => take(Err(Unsaid::Missing(Missing::Rejected))),
            Value::Integer(number) => take(Ok(Given::Number(Exact::whole(*number)))),
            Value::Decimal(number) => {
                take(Exact::from_nearest(*number).map(Given::Number).map_err(Unsaid::from))
            }
            Value::Boolean(truth) => take(Ok(Given::Number(Exact::whole((*truth).into())))),
            Value::Text(text) | Value::Choice(text) => take(answered(Given::of_text(text))),
            Value::Choices(names) => take(Ok(Given::Names(names))),
            other => take(answered(Given::of_text(&other.text()))),
        }
    }
}

fn answered(given: Given<'_>) -> Said<Given<'_>> {
    match given {
        Given::Nothing => Err(Unsaid::Missing(Missing::Unanswered)),
        given => Ok(given),
    }
}

fn number_of(given: Given<'_>) -> Said<Exact> {
    match given {
        Given::Number(number) => Ok(number),
        Given::Nothing => Err(Unsaid::Missing(Missing::Unanswered)),
        Given::Text(_) | Given::Names(_) => Err(Unsaid::Missing(Missing::NoNumber)),
    }
}

fn part_line(part: &Part, percent: Said<Exact>) -> Line {
    Line {
        told: Told::Part(part.measure),
        points: percent.ok(),
        counts: percent.is_ok(),
        unsaid: percent.err().map(Outcome::from),
        weight: Some(part.weight),
        ..Line::default()
    }
}

/// The first reason, but for one that no answer to come can mend.
fn graver(before: Option<Missing>, why: Missing) -> Option<Missing> {
    before.filter(|before| *before != Missing::Unanswered || why == Missing::Unanswered).or(Some(why))
}

/// The points of one answer.
fn points_of(item: &Item, given: &Given<'_>) -> Said<Exact> {
    let turned = |points: Exact| match item.reverse {
        Some((low, high)) => low.plus(high)?.minus(points),
        None => Ok(points),
    };
    let no_rule = Unsaid::Missing(Missing::NoRule);
    let points = match (&item.points, given) {
        // Of several choices, the sum.
        (Points::Itself, Given::Names(names)) => Exact::whole(names.len() as i64),
        (points, Given::Names(names)) => {
            let mut sum = Exact::ZERO;
            for name in *names {
                let one = match points {
                    Points::ByChoice(by_name) => by_name.get(name).copied(),
                    Points::Tests(tests) => first_holding(tests, &Given::of_text(name)),
                    Points::Itself => None,
                };
                sum = sum.plus(one.ok_or(no_rule)?)?;
            }
            sum
        }
        (Points::Itself, given) => number_of(*given)?,
        (Points::ByChoice(by_name), Given::Text(name)) => *by_name.get(*name).ok_or(no_rule)?,
        (Points::ByChoice(by_name), Given::Number(number)) => by_number(by_name, *number).ok_or(no_rule)?,
        (Points::Tests(tests), given) => first_holding(tests, given).ok_or(no_rule)?,
        (Points::ByChoice(_), Given::Nothing) => return Err(Unsaid::Missing(Missing::Unanswered)),
    };
    Ok(turned(points)?)
}

fn first_holding(tests: &[(super::Test, Exact)], given: &Given<'_>) -> Option<Exact> {
    tests.iter().find(|(test, _)| test.holds(given)).map(|(_, points)| *points)
}

/// A choice that is named by a number: `1`, `01`.
fn by_number(by_name: &rustc_hash::FxHashMap<Arc<str>, Exact>, number: Exact) -> Option<Exact> {
    let written = by_name.get(&*number.to_string());
    let same = || by_name.iter().filter(|(name, _)| name.parse() == Ok(number)).min_by_key(|(name, _)| *name);
    written.copied().or_else(|| same().map(|(_, points)| *points))
}

/// Points so far.
#[derive(Default)]
struct Tally {
    sum: Exact,
    weights: Exact,
    most: Option<Exact>,
    least: Option<Exact>,
    above_zero: u32,
    answered: u32,
    missing: u32,
    why: Option<Missing>,
}

impl Tally {
    fn add(&mut self, points: Exact, weight: Exact) -> Result<(), ExactError> {
        self.sum = self.sum.plus(points)?;
        self.weights = self.weights.plus(weight)?;
        self.most = Some(self.most.map_or(points, |most| most.max(points)));
        self.least = Some(self.least.map_or(points, |least| least.min(points)));
        self.above_zero += u32::from(points > Exact::ZERO);
        self.answered += 1;
        Ok(())
    }
}

/// A value that lives by itself.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Owned {
    Number(Exact),
    Text(Arc<str>),
    Names(Arc<[Arc<str>]>),
}

impl Owned {
    pub fn as_given(&self) -> Given<'_> {
        match self {
            Owned::Number(number) => Given::Number(*number),
            Owned::Text(text) => Given::Text(text),
            Owned::Names(names) => Given::Names(names),
        }
    }

    fn into_outcome(self) -> Outcome {
        match self {
            Owned::Number(number) => Outcome::Score(number),
            Owned::Text(code) => Outcome::Code(code),
            Owned::Names(names) => Outcome::Order(names),
        }
    }
}

impl Given<'_> {
    /// Kept for longer than the answers are looked at.
    pub(crate) fn to_owned(self) -> Owned {
        match self {
            Given::Number(number) => Owned::Number(number),
            Given::Text(text) => Owned::Text(text.into()),
            Given::Names(names) => Owned::Names(names.into()),
            Given::Nothing => Owned::Text("".into()),
        }
    }
}
