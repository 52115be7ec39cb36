//! What would change a result: which one answer would tip it.
//!
//! Tried by the same function that computed the result, with an item's points put in the place of those that it has.

use std::sync::Arc;

use crate::assess::evaluate::{Assessor, Owned};
use crate::assess::measure::{Assessment, Input, Item, Kind, MeasureId, Points};
use crate::assess::sentences::Tongue;
use crate::assess::trace::{Told, Trace};
use crate::assess::{Alternative, Exact, Outcome, Test, Turn};
use crate::graph::Task;
use crate::session::Session;

/// How many tipping answers are told at most.
const MAX_TURNS: usize = 6;
/// How many answers are tried for them.
const MAX_TRIED: usize = 4_000;

impl Session {
    /// Which one answer would give a measure another code: nearest first, by points, each other outcome once or twice.
    ///
    /// Scores and rankings have no turns: any answer changes them. Items of scales are tried whose points go into the measure through scales, indices, bands, tables and shifts; what goes through
    /// expressions is as it is. Blank outcomes are no change that anybody asks for.
    pub fn turns(&self, measure: &str) -> Vec<Turn> {
        let Some(target) = self.form.assessment.named(measure) else { return Vec::new() };
        if matches!(
            self.measure(target).kind,
            Kind::Scale(_) | Kind::Index(_) | Kind::Ranking(_) | Kind::Flag(_) | Kind::Fact { .. }
        ) {
            return Vec::new();
        }
        let now = self.outcome_of(target);
        if now.is_blank() {
            return Vec::new();
        }
        let mut turns: Vec<(Exact, usize, Turn)> = Vec::new();
        let mut tried = 0;
        for id in self.upstream(target) {
            let Kind::Scale(scale) = &self.measure(id).kind else { continue };
            for (index, item) in scale.items.iter().enumerate() {
                let Some((points, answer)) = self.points_now(id, index) else { continue };
                for (other, said) in alternatives(item, points, answer.as_ref(), self.tongue()) {
                    tried += 1;
                    if tried > MAX_TRIED {
                        break;
                    }
                    let outcome = self.what_if(target, (id, index, other));
                    if outcome == now || outcome.is_blank() {
                        continue;
                    }
                    let by = other.minus(points).unwrap_or(Exact::ZERO);
                    let distance = if by < Exact::ZERO { by.negated().unwrap_or(by) } else { by };
                    let turn = self.turn(target, item, answer.as_ref(), &said, by, outcome);
                    turns.push((distance, turns.len(), turn));
                }
            }
        }
        crate::order::sort_by_key(&mut turns, |(distance, order, _)| (*distance, *order));
        turns.into_iter().map(|(_, _, turn)| turn).take(MAX_TURNS).collect()
    }

    /// What goes into a measure through others, itself included, in the order in which they are computed.
    fn upstream(&self, target: MeasureId) -> Vec<MeasureId> {
        let mut wanted = vec![target];
        let mut at = 0;
        while at < wanted.len() {
            for id in parts_of(&self.form.assessment, wanted[at]) {
                if !wanted.contains(&id) {
                    wanted.push(id);
                }
            }
            at += 1;
        }
        let computed = self.form.graph.computations.iter().filter_map(|computation| match computation.task {
            Task::Assess(id) if wanted.contains(&id) => Some(id),
            _ => None,
        });
        computed.collect()
    }

    /// The points of an item as it was answered, and its one answer.
    fn points_now(&self, id: MeasureId, index: usize) -> Option<(Exact, Option<Owned>)> {
        let mut trace = Trace::wanted();
        self.assessor(self.measure(id).node, None).outcome(id, &mut trace);
        let line = trace.lines.into_iter().find(|line| line.told == Told::Item(index))?;
        let points = line.points?;
        let single = line.answers.len() == 1;
        // Of several instances there is no one answer to change.
        single.then(|| (points, line.answers.into_iter().next()))
    }

    /// What a measure would come to if an item had other points.
    fn what_if(&self, target: MeasureId, instead: (MeasureId, usize, Exact)) -> Outcome {
        let mut outcomes: Vec<Outcome> = self.outcomes.clone();
        let mut changed = vec![instead.0];
        for id in self.upstream(target) {
            let concerned = id == instead.0
                || parts_of(&self.form.assessment, id).iter().any(|part| changed.contains(part));
            if !concerned || self.outcome_of(id) == Outcome::NotApplicable {
                continue;
            }
            let assessor =
                Assessor { outcomes: &outcomes, ..self.assessor(self.measure(id).node, Some(instead)) };
            let outcome = assessor.outcome(id, &mut Trace::none());
            outcomes[usize::from(id.0)] = outcome;
            changed.push(id);
        }
        outcomes.swap_remove(usize::from(target.0))
    }

    fn turn(
        &self,
        target: MeasureId,
        item: &Item,
        answer: Option<&Owned>,
        said: &Owned,
        points: Exact,
        outcome: Outcome,
    ) -> Turn {
        let question = self.item_label(item);
        let to = self.said(&item.questions, said);
        let shown = self.shown(target, &outcome);
        let sentence = self.tongue().turn(&question, &to, &self.label_of(target), &shown);
        let from = answer.map(|answer| self.said(&item.questions, answer)).unwrap_or_default();
        Turn { question, from, to, points, outcome, shown, sentence }
    }
}

/// The measures that one is made of.
fn parts_of(assessment: &Assessment, id: MeasureId) -> Vec<MeasureId> {
    let of = |input: &Input| match input {
        Input::Measure(id) => Some(*id),
        Input::Amount(_) => None,
    };
    match &assessment.measure(id).kind {
        Kind::Scale(_) | Kind::Flag(_) => Vec::new(),
        Kind::Fact { of: input, .. } => of(input).into_iter().collect(),
        Kind::Index(parts) | Kind::Ranking(parts) => parts.iter().map(|part| part.measure).collect(),
        Kind::Band(input) => of(input).into_iter().collect(),
        Kind::Table(table) => table.inputs.iter().filter_map(|(_, input)| of(input)).collect(),
        Kind::Shift(shift) => of(&shift.of).into_iter().collect(),
        Kind::Agreed { first, second, .. } => [first, second].into_iter().filter_map(of).collect(),
        Kind::Decided { of: system, .. } => of(system).into_iter().collect(),
    }
}

/// Other answers that an item knows, with their points: of several choices one more or one less.
fn alternatives(item: &Item, points: Exact, answer: Option<&Owned>, tongue: Tongue) -> Vec<(Exact, Owned)> {
    let mut others: Vec<(Exact, Owned)> = Vec::new();
    let turned = |points: Exact| match item.reverse {
        Some((low, high)) => low.plus(high).and_then(|sum| sum.minus(points)).ok(),
        None => Some(points),
    };
    let capped = |points: Exact| item.cap.map_or(points, |cap| points.min(cap));
    match (&item.points, answer) {
        (Points::ByChoice(by_name), Some(Owned::Names(chosen))) => {
            let mut names: Vec<_> = by_name.iter().collect();
            crate::order::sort(&mut names);
            let sum = chosen.iter().try_fold(Exact::ZERO, |sum, name| sum.plus(*by_name.get(name)?).ok());
            for (name, own) in names {
                let (Some(sum), false) = (sum, own.is_zero()) else { continue };
                let (others_points, said): (_, Vec<_>) = match chosen.contains(name) {
                    true => (sum.minus(*own), chosen.iter().filter(|one| *one != name).cloned().collect()),
                    // Whoever adds one no longer says that there are none.
                    false => {
                        let kept =
                            chosen.iter().filter(|one| by_name.get(*one).is_some_and(|own| !own.is_zero()));
                        (sum.plus(*own), kept.chain([name]).cloned().collect())
                    }
                };
                if let (Ok(other), false) = (others_points, said.is_empty()) {
                    others.push((capped(other), Owned::Names(said.into())));
                }
            }
        }
        (Points::ByChoice(by_name), _) => {
            let mut names: Vec<_> = by_name.iter().collect();
            crate::order::sort(&mut names);
            for (name, own) in names {
                if let Some(other) = turned(*own) {
                    others.push((capped(other), Owned::Text(name.clone())));
                }
            }
        }
        (Points::Tests(tests), Some(Owned::Text(_) | Owned::Number(_))) => {
            for (test, own) in tests {
                let named: Option<Vec<Arc<str>>> = test.alternatives().iter().map(name_of).collect();
                let said = match (test, named) {
                    (Test::OneOf(_), Some(names)) => Owned::Names(names.into()),
                    _ => Owned::Text(tongue.test(test).into()),
                };
                if let Some(other) = turned(*own) {
                    others.push((capped(other), said));
                }
            }
        }
        (Points::Tests(_) | Points::Itself, _) => {}
    }
    others.retain(|(other, _)| *other != points);
    others
}

/// The choice that a test's alternative names.
fn name_of(alternative: &Alternative) -> Option<Arc<str>> {
    match alternative {
        Alternative::Text(name) => Some((&**name).into()),
        Alternative::Between(interval) => match (interval.from, interval.to) {
            (Some(from), Some(to)) if from == to => Some(from.at.to_string().into()),
            _ => None,
        },
        Alternative::Blank => None,
    }
}
