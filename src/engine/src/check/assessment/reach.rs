//! Which points an item can get, and which totals a scale can come to: exactly where they can be counted, else between two ends.

use std::collections::BTreeSet;

use super::domain::{Domain, Domains, MAX_VALUES};
use crate::assess::measure::{Aggregate, Amount, Item, Points, Scale, WhenMissing};
use crate::assess::{Exact, Given, Test};
use crate::expr::program::Expr;

/// So many ways to stand in the middle of a scale are told apart.
const MAX_STATES: usize = 10_000;

/// How far a total has come.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Tally {
    sum: Exact,
    /// Where they matter: the weights that were counted, and how many items were and were not.
    weights: Exact,
    counted: i64,
    missing: i64,
}

impl Domains<'_> {
    /// The totals of a scale.
    pub(super) fn reached_by(&self, scale: &Scale) -> Domain {
        let items: Vec<Domain> = scale.items.iter().map(|item| self.weighted(item)).collect();
        self.totals(scale, &items).unwrap_or_else(|| self.ends(scale, &items))
    }

    /// The points of an item with its weight.
    fn weighted(&self, item: &Item) -> Domain {
        let points = self.points_of(item);
        match points.numbers() {
            _ if item.weight == Exact::ONE => points,
            Some(numbers) => {
                let weighted: Option<Vec<Exact>> =
                    numbers.iter().map(|points| points.times(item.weight).ok()).collect();
                weighted.map_or(Domain::Unknown, Domain::of_numbers)
            }
            None => Domain::Unknown,
        }
    }

    /// The points that an item can get, before its weight.
    pub(super) fn points_of(&self, item: &Item) -> Domain {
        let turned = |points: Exact| match item.reverse {
            Some((low, high)) => low.plus(high).ok()?.minus(points).ok(),
            None => Some(points),
        };
        let single = match self.plain_points(item) {
            Domain::Values(values) => {
                let numbers = values.iter().map(|value| turned(value.as_number()?));
                match numbers.collect::<Option<Vec<Exact>>>() {
                    Some(numbers) => Domain::of_numbers(numbers),
                    None => return Domain::Unknown,
                }
            }
            other if item.reverse.is_none() => other,
            _ => return Domain::Unknown,
        };
        let domain = match self.is_several(item) {
            true => over_instances(single, item.over),
            false if item.over == Aggregate::Count => Domain::of_numbers([Exact::ZERO, Exact::ONE]),
            false => single,
        };
        match (item.cap, domain) {
            (Some(cap), Domain::Values(values)) => {
                Domain::of_numbers(values.iter().filter_map(|value| Some(value.as_number()?.min(cap))))
            }
            (Some(cap), Domain::Numbers { least, most, whole }) => Domain::Numbers {
                least: least.map(|least| least.min(cap)),
                most: Some(most.map_or(cap, |most| most.min(cap))),
                whole: whole && cap.is_whole(),
            },
            (_, domain) => domain,
        }
    }

    /// Is it of all instances of a repeat, or of several nodes?
    pub(super) fn is_several(&self, item: &Item) -> bool {
        match &item.value {
            Amount::Expr(id) => {
                matches!(self.program.expr(*id), Expr::Nodes(_) | Expr::Path(_) | Expr::Union(..))
            }
            _ => false,
        }
    }

    /// The points of one answer as its table or column says.
    pub(super) fn plain_points(&self, item: &Item) -> Domain {
        let choices = self.choices_of(&item.value);
        match (&item.points, choices) {
            (Points::Itself, Some(choices)) if item.many => {
                Domain::of_numbers((1..=choices.len() as i64).map(Exact::whole))
            }
            (Points::Itself, _) if item.many => Domain::Unknown,
            (Points::Itself, _) => {
                let domain = match item.question {
                    Some(node) => self.of_node(node),
                    None => self.of_amount(&item.value, 20),
                };
                match domain {
                    Domain::Values(values) => {
                        Domain::of_numbers(values.iter().filter_map(super::domain::Value::as_number))
                    }
                    other => other,
                }
            }
            (Points::ByChoice(by_name), _) if item.many => self.subsets(by_name.values().copied()),
            (Points::ByChoice(by_name), _) => Domain::of_numbers(by_name.values().copied()),
            (Points::Tests(tests), Some(choices)) => {
                let of = |given: &Given<'_>| {
                    tests.iter().find(|(test, _)| test.holds(given)).map(|(_, points)| *points)
                };
                let each: Vec<Exact> =
                    choices.iter().filter_map(|choice| of(&Given::of_text(choice))).collect();
                let blank = tests.iter().find(|(test, _)| *test != Test::Any && test.holds(&Given::Nothing));
                let blank = blank.map(|(_, points)| *points);
                match item.many {
                    true => self.subsets(each.into_iter().chain(blank)),
                    false => Domain::of_numbers(each.into_iter().chain(blank)),
                }
            }
            (Points::Tests(_), None) if item.many => Domain::Unknown,
            (Points::Tests(tests), None) => Domain::of_numbers(tests.iter().map(|(_, points)| *points)),
        }
    }

    /// The sums of some of these, one at least.
    fn subsets(&self, all: impl Iterator<Item = Exact>) -> Domain {
        let mut sums: BTreeSet<Exact> = BTreeSet::new();
        for one in all {
            let more: Vec<Exact> = sums.iter().filter_map(|sum| sum.plus(one).ok()).collect();
            sums.extend(more);
            sums.insert(one);
            if sums.len() > MAX_VALUES || !self.afford(sums.len() as u64) {
                return Domain::Unknown;
            }
        }
        Domain::of_numbers(sums)
    }

    /// May an item be left out of the total, because it does not concern the household?
    fn may_be_left_out(&self, item: &Item) -> bool {
        item.relevant.is_some()
            || self.is_several(item)
            || match self.questions(&item.value) {
                Some(nodes) => nodes.iter().any(|node| self.may_be_irrelevant(*node)),
                None => true,
            }
    }

    /// Every total, if they are few enough.
    fn totals(&self, scale: &Scale, items: &[Domain]) -> Option<Domain> {
        let prorates = matches!(scale.when_missing, WhenMissing::Prorate { .. });
        let nothing = Tally { sum: Exact::ZERO, weights: Exact::ZERO, counted: 0, missing: 0 };
        let mut states: BTreeSet<Tally> = [nothing].into();
        for (item, domain) in scale.items.iter().zip(items) {
            let points: BTreeSet<Exact> = domain.numbers()?.into_iter().collect();
            let points: BTreeSet<Exact> = match scale.how {
                Aggregate::Count => points.into_iter().map(above_zero).collect(),
                _ => points,
            };
            if !self.afford(4 * (states.len() * (points.len() + 2)) as u64) {
                return None;
            }
            let left_out = self.may_be_left_out(item);
            let mut next = BTreeSet::new();
            for state in &states {
                if left_out {
                    next.insert(*state);
                }
                match scale.when_missing {
                    WhenMissing::NoScore => {}
                    WhenMissing::Zero => drop(next.insert(with(state, scale, Exact::ZERO, Exact::ONE)?)),
                    WhenMissing::Prorate { .. } => {
                        next.insert(Tally { missing: state.missing + 1, ..*state });
                    }
                }
                for points in &points {
                    let mut more = with(state, scale, *points, item.weight)?;
                    // That anything was counted has to be known, how much only where it is used.
                    more.counted = if prorates { state.counted + 1 } else { 1 };
                    next.insert(more);
                }
            }
            if next.len() > MAX_STATES {
                return None;
            }
            states = next;
        }
        let mut totals = Vec::new();
        for state in states.iter().filter(|state| state.counted > 0 || state.missing > 0) {
            totals.extend(total(state, scale));
        }
        match totals.is_empty() {
            true => None,
            false => Some(Domain::of_numbers(totals)),
        }
    }

    /// The least and the most that a total can be.
    fn ends(&self, scale: &Scale, items: &[Domain]) -> Domain {
        let zero = scale.when_missing == WhenMissing::Zero;
        let (mut least, mut most): (Option<Exact>, Option<Exact>) = (None, None);
        let mut all_whole = true;
        if scale.how != Aggregate::Sum || matches!(scale.when_missing, WhenMissing::Prorate { .. }) {
            return Domain::Unknown;
        }
        for (index, (item, domain)) in scale.items.iter().zip(items).enumerate() {
            let Some((low, high, whole)) = domain.hull() else { return Domain::Unknown };
            all_whole &= whole;
            let out = zero || self.may_be_left_out(item);
            let low = low.map(|low| if out { low.min(Exact::ZERO) } else { low });
            let high = high.map(|high| if out { high.max(Exact::ZERO) } else { high });
            let add = |sum: Option<Exact>, one: Option<Exact>| sum.zip(one).and_then(|(a, b)| a.plus(b).ok());
            (least, most) = match index {
                0 => (low, high),
                _ => (add(least, low), add(most, high)),
            };
        }
        Domain::Numbers { least, most, whole: all_whole }
    }
}

fn above_zero(points: Exact) -> Exact {
    if points > Exact::ZERO { Exact::ONE } else { Exact::ZERO }
}

fn with(state: &Tally, scale: &Scale, points: Exact, weight: Exact) -> Option<Tally> {
    let weights = match scale.how {
        Aggregate::Mean => state.weights.plus(weight).ok()?,
        _ => Exact::ZERO,
    };
    let sum = match scale.how {
        Aggregate::Max if state.counted > 0 => state.sum.max(points),
        Aggregate::Min if state.counted > 0 => state.sum.min(points),
        Aggregate::Max | Aggregate::Min => points,
        Aggregate::Sum | Aggregate::Mean | Aggregate::Count => state.sum.plus(points).ok()?,
    };
    Some(Tally { sum, weights, counted: 1, ..*state })
}

/// What a way through all items comes to; nothing where there is no score.
fn total(state: &Tally, scale: &Scale) -> Option<Exact> {
    if let WhenMissing::Prorate { at_least } = scale.when_missing
        && state.counted < i64::from(at_least.max(1))
    {
        return None;
    }
    match scale.how {
        Aggregate::Mean => state.sum.over(state.weights).ok(),
        Aggregate::Max | Aggregate::Min => Some(state.sum),
        _ if state.missing > 0 => state
            .sum
            .times(Exact::new((state.counted + state.missing).into(), state.counted.into()).ok()?)
            .ok(),
        _ => Some(state.sum),
    }
}

/// What several instances come to.
fn over_instances(single: Domain, over: Aggregate) -> Domain {
    let Some((least, most, whole)) = single.hull() else { return Domain::Unknown };
    match over {
        Aggregate::Max | Aggregate::Min => single,
        Aggregate::Mean => Domain::Numbers { least, most, whole: false },
        Aggregate::Count => Domain::Numbers { least: Some(Exact::ZERO), most: None, whole: true },
        Aggregate::Sum => Domain::Numbers {
            least: least.filter(|least| *least >= Exact::ZERO),
            most: most.filter(|most| *most <= Exact::ZERO),
            whole,
        },
    }
}
