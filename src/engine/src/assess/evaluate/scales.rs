//! Scales: the points of each item, and what they come to together.

use std::sync::Arc;

use super::conditions::Truth;
use super::inputs::number_of;
use super::{Assessor, Said, Unsaid};
use crate::assess::measure::{Aggregate, Item, Points, Scale, WhenMissing};
use crate::assess::trace::{Line, Told, Trace};
use crate::assess::{Exact, ExactError, Given, Missing, Outcome, Test};
use crate::view::ScopeId;

impl Assessor<'_> {
    pub fn scale(&self, scale: &Scale, trace: &mut Trace) -> Said<Exact> {
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
        let points = self.item_points(item, trace, &mut line);
        if trace.wanted {
            line.points = points.ok();
            line.counts = points.is_ok();
            line.unsaid = points.err().map(Outcome::from);
            trace.lines.push(line);
        }
        points
    }

    fn item_points(&self, item: &Item, trace: &Trace, line: &mut Line) -> Said<Exact> {
        if let Some(relevant) = &item.relevant {
            match self.holds(relevant) {
                Truth::Yes => {}
                Truth::No => return Err(Unsaid::NotApplicable),
                // Nobody knows whether it is asked: that can't be made up for from the rest.
                Truth::Open(_) => return Err(Unsaid::Missing(Missing::Depends)),
            }
        }
        let mut tally = Tally::default();
        let mut why = None;
        self.whose.set(ScopeId(0));
        self.answers(&item.value, &mut |answer| {
            let answer = match (answer, &item.points) {
                // Where a table says what no answer counts, it is no hole.
                (Err(Unsaid::Missing(Missing::Unanswered)), Points::Tests(tests))
                    if tests.iter().any(|(test, _)| *test != Test::Any && test.holds(&Given::Nothing)) =>
                {
                    Ok(Given::Nothing)
                }
                (answer, _) => answer,
            };
            let points = answer.and_then(|given| {
                let points = points_of(item, &given)?;
                if trace.wanted {
                    line.answers.push(given.to_owned());
                    line.each.push((self.whose.get(), points));
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

fn first_holding(tests: &[(Test, Exact)], given: &Given<'_>) -> Option<Exact> {
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
