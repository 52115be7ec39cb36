//! Scales, indices and rankings: what is summed up, weighed and put in order, over whole numbers.

use super::inputs::{Flaw, Worth};
use super::items::Counted;
use super::places::{Unsayable, all_of, any_of, is_own};
use super::whole::{Fraction, Whole, common_denominator, least_common_multiple, quoted, scaled};
use super::{Came, Writer};
use crate::assess::Exact;
use crate::assess::measure::{Aggregate, Part, Scale, WhenMissing};
use crate::xml::Element;

/// The largest denominator that is made so that all possible counts divide it.
const LARGEST_COMMON: i128 = 1_000_000;

/// How many a ranking may have: their places are looked up one by one.
const MOST_RANKED: usize = 50;

impl Writer<'_> {
    pub fn scale(&mut self, scale: &Scale, element: &Element) -> Result<Came, Unsayable> {
        self.few(scale.items.len(), "items")?;
        let mut items = Vec::new();
        let lines = element.elements().filter(|line| is_own(line, "item"));
        for (item, line) in scale.items.iter().zip(lines) {
            let text = |name: &str| line.attribute(name).map(|written| written.text.to_string());
            let (value, relevant) = (text("value").unwrap_or_default(), text("relevant"));
            items.push(self.item(item, &value, relevant.as_deref())?);
        }
        let weights: Vec<Exact> = scale.items.iter().map(|item| item.weight).collect();
        let points = self.weighted(&items, &weights)?;
        let tally = self.tally(&items);
        let mut flaws = self.scale_flaws(scale, &items, &tally);
        let worth = self.combined(scale, &items, &weights, points, &tally, &mut flaws)?;
        Ok(Came { flaws, worth: Worth::Exact(worth) })
    }

    /// The items' points by weight, all over one denominator.
    fn weighted(&mut self, items: &[Counted], weights: &[Exact]) -> Result<(Vec<Whole>, Whole), Unsayable> {
        let too_large = |_| "a weight is too large".to_owned();
        let mut by = Vec::new();
        for (item, weight) in items.iter().zip(weights) {
            let under = item.under.constant.unwrap_or(1);
            by.push(weight.over(Exact::new(under, 1).map_err(too_large)?).map_err(too_large)?);
        }
        let common = common_denominator(by.iter().copied());
        // What is over a number of answers brings that number with it.
        let counted: Vec<Whole> = items
            .iter()
            .filter(|item| item.under.constant.is_none())
            .map(|item| match item.ok() {
                Some(ok) => Whole::atom(format!("if({ok}, {}, 1)", item.under.text), item.under.most),
                None => item.under.clone(),
            })
            .collect();
        let counted: Vec<Whole> = counted.into_iter().map(|under| self.keep_whole("times", under)).collect();
        let mut points = Vec::new();
        let mut own = 0;
        for (item, by) in items.iter().zip(by) {
            let mut times = item.points.times_number(scaled(by, common));
            for (at, under) in counted.iter().enumerate() {
                if item.under.constant.is_some() || at != own {
                    times = times.times(under);
                }
            }
            own += usize::from(item.under.constant.is_none());
            points.push(times);
        }
        let under = counted.iter().fold(Whole::constant(common), |all, one| all.times(one));
        Ok((points, under))
    }

    fn tally(&mut self, items: &[Counted]) -> Tally {
        let answered = Whole::sum(items.iter().map(|item| Whole::constant(1).only_if(item.ok().as_deref())));
        let asked = Whole::sum(items.iter().map(|item| {
            let asked = item.has(Flaw::NotApplicable).map(|na| format!("not({na})"));
            Whole::constant(1).only_if(asked.as_deref())
        }));
        let any = |flaw: Flaw| any_of(&items.iter().filter_map(|item| item.has(flaw)).collect::<Vec<_>>());
        Tally {
            answered: self.keep_whole("answered", answered),
            asked: self.keep_whole("asked", asked),
            unanswered: any(Flaw::Unanswered),
            wrong: any(Flaw::Wrong),
        }
    }

    fn scale_flaws(&mut self, scale: &Scale, items: &[Counted], tally: &Tally) -> Vec<(String, Flaw)> {
        let mut flaws = Vec::new();
        if items.iter().all(|item| item.has(Flaw::NotApplicable).is_some()) {
            flaws.push((format!("{} = 0", tally.asked.operand()), Flaw::NotApplicable));
        }
        if scale.when_missing == WhenMissing::NoScore {
            flaws.extend(tally.missing().map(|missing| (missing, Flaw::Wrong)));
            return flaws;
        }
        if let Some(wrong) = &tally.wrong {
            // What can't be counted is made up for by nothing.
            flaws.push((wrong.clone(), Flaw::Wrong));
        }
        if let (WhenMissing::Prorate { at_least }, Some(_)) = (scale.when_missing, tally.missing()) {
            let few = format!("{} < {}", tally.answered.operand(), at_least.max(1));
            let condition = format!("{} < {} and {few}", tally.answered.operand(), tally.asked.operand());
            flaws.push((condition, Flaw::Wrong));
        }
        flaws
    }

    fn combined(
        &mut self,
        scale: &Scale,
        items: &[Counted],
        weights: &[Exact],
        (points, under): (Vec<Whole>, Whole),
        tally: &Tally,
        flaws: &mut Vec<(String, Flaw)>,
    ) -> Result<Fraction, Unsayable> {
        let there = |item: &Counted, points: &Whole| points.only_if(item.ok().as_deref());
        let terms = || items.iter().zip(&points).map(|(item, points)| there(item, points));
        match scale.how {
            Aggregate::Sum => {
                let sum = Whole::sum(terms());
                Ok(self.prorated(scale, Fraction { over: sum, under }, tally))
            }
            Aggregate::Count => {
                let above = items.iter().zip(&points).map(|(item, points)| {
                    let above = format!("{} > 0", points.operand());
                    let condition: Vec<String> = item.ok().into_iter().chain([above]).collect();
                    Whole::constant(1).only_if(all_of(&condition).as_deref())
                });
                let count = Fraction::whole(Whole::sum(above));
                Ok(self.prorated(scale, count, tally))
            }
            Aggregate::Mean => {
                let common = common_denominator(weights.iter().copied());
                let weight = |(item, weight): (&Counted, &Exact)| {
                    Whole::constant(scaled(*weight, common)).only_if(item.ok().as_deref())
                };
                let mut all = Whole::sum(items.iter().zip(weights).map(weight));
                if let (WhenMissing::Zero, Some(_)) = (scale.when_missing, tally.missing()) {
                    let missing = tally.asked.minus(&tally.answered);
                    all = all.plus(&missing.times_number(common));
                }
                let all = self.keep_whole("weights", all);
                if all.constant.is_none_or(|all| all == 0) {
                    flaws.push((format!("{} = 0", all.operand()), Flaw::Wrong));
                }
                let sum = Whole::sum(terms()).times_number(common);
                let counts = weights.iter().all(|weight| *weight == Exact::ONE);
                if counts
                    && all.constant.is_none()
                    && let Some(most) = common_of_counts(1, items.len() as i128)
                {
                    let raised = Whole::atom(format!("({most} div {})", all.operand()), most as f64);
                    return Ok(Fraction { over: sum.times(&raised), under: under.times_number(most) });
                }
                Ok(Fraction { over: sum, under: under.times(&all) })
            }
            Aggregate::Max | Aggregate::Min => {
                let (call, beyond) = match scale.how {
                    Aggregate::Max => ("max", "-1000000000000"),
                    _ => ("min", "1000000000000"),
                };
                let mut parts: Vec<String> = items
                    .iter()
                    .zip(&points)
                    .map(|(item, points)| match item.ok() {
                        Some(ok) => format!("if({ok}, {}, {beyond})", points.text),
                        None => points.text.clone(),
                    })
                    .collect();
                if let (WhenMissing::Zero, Some(missing)) = (scale.when_missing, tally.missing()) {
                    parts.push(format!("if({missing}, 0, {beyond})"));
                }
                let most = points.iter().map(|points| points.most).fold(0.0, f64::max);
                let text = match &parts[..] {
                    [one] => one.clone(),
                    parts => format!("{call}({})", parts.join(", ")),
                };
                Ok(Fraction { over: Whole::atom(text, most), under })
            }
        }
    }

    /// Raised to all items, where some are missing.
    fn prorated(&mut self, scale: &Scale, sum: Fraction, tally: &Tally) -> Fraction {
        let (WhenMissing::Prorate { at_least }, Some(_)) = (scale.when_missing, tally.missing()) else {
            return sum;
        };
        let all = scale.items.len() as i128;
        let most = common_of_counts(i128::from(at_least.max(1)), all);
        match most.filter(|_| tally.asked.constant.is_some()) {
            Some(most) => {
                let raised = Whole::atom(format!("({most} div {})", tally.answered.operand()), most as f64);
                let times = tally.asked.times(&raised);
                Fraction { over: sum.over.times(&times), under: sum.under.times_number(most) }
            }
            None => Fraction { over: sum.over.times(&tally.asked), under: sum.under.times(&tally.answered) },
        }
    }

    /// The weighted mean of percentages.
    pub fn index(&mut self, parts: &[Part]) -> Result<Came, Unsayable> {
        let too_large = |error: crate::assess::ExactError| error.to_string();
        self.few(parts.len(), "parts")?;
        let mut missing = Vec::new();
        let mut terms: Vec<(Option<String>, Fraction)> = Vec::new();
        let common = common_denominator(parts.iter().map(|part| part.weight));
        let mut weights = Whole::constant(0);
        for part in parts {
            let (ok, wrong, number) = self.part(part)?;
            missing.extend(wrong);
            let range = part.max.minus(part.min).map_err(too_large)?;
            let percent =
                part.weight.times(Exact::whole(100)).and_then(|hundredfold| hundredfold.over(range));
            let percent = percent.map_err(too_large)?;
            let term = match number.under.constant {
                Some(under) => {
                    let each = percent.over(Exact::new(under, 1).map_err(too_large)?).map_err(too_large)?;
                    let less = percent.times(part.min).map_err(too_large)?;
                    let both = common_denominator([each, less]);
                    let over = number.over.times_number(scaled(each, both));
                    let over = over.minus(&Whole::constant(scaled(less, both)));
                    Fraction { over, under: Whole::constant(both) }
                }
                None => Fraction::constant(percent).times(&number.minus(&Fraction::constant(part.min))),
            };
            let under = match (&ok, term.under.constant) {
                (Some(ok), None) => {
                    let under = format!("if({ok}, {}, 1)", term.under.text);
                    self.keep_whole("times", Whole::atom(under, term.under.most))
                }
                _ => term.under.clone(),
            };
            weights = weights.plus(&Whole::constant(scaled(part.weight, common)).only_if(ok.as_deref()));
            terms.push((ok.clone(), Fraction { over: term.over, under }));
        }
        let sum = sum_of(&terms);
        let weights = self.keep_whole("weights", weights);
        let mut flaws: Vec<(String, Flaw)> =
            any_of(&missing).into_iter().map(|missing| (missing, Flaw::Wrong)).collect();
        if weights.constant.is_none() {
            flaws.push((format!("{} = 0", weights.operand()), Flaw::NotApplicable));
        }
        let (mut times, mut under) = (common, sum.under);
        if let Some(number) = under.constant {
            let both = number * times / least_common_multiple(number, times);
            (times, under) = (times / both, Whole::constant(number / both));
        }
        let worth = Fraction { over: sum.over.times_number(times), under: under.times(&weights) };
        Ok(Came { flaws, worth: Worth::Exact(worth) })
    }

    /// When a part counts (`None`: always), when it is missing, and what it comes to.
    fn part(&mut self, part: &Part) -> Result<(Option<String>, Option<String>, Fraction), Unsayable> {
        let said = self.measured(part.measure)?;
        let state = said.state.clone();
        let (flaws, number) = self.number(said)?;
        let wrong: Vec<String> = flaws
            .iter()
            .filter(|(_, flaw)| *flaw != Flaw::NotApplicable)
            .map(|(condition, _)| condition.clone())
            .collect();
        let all: Vec<String> = flaws.into_iter().map(|(condition, _)| condition).collect();
        let ok = match state {
            Some(state) if all.len() == 2 => Some(format!("{state} = 'ok'")),
            _ => any_of(&all).map(|any| format!("not({any})")),
        };
        Ok((ok, any_of(&wrong), number))
    }

    /// Names by percentages, highest first; ties by weight, then as they are declared.
    pub fn ranking(&mut self, parts: &[Part]) -> Result<Came, Unsayable> {
        let too_large = |error: crate::assess::ExactError| error.to_string();
        // Each is compared with each.
        if parts.len() > MOST_RANKED {
            return Err(format!("it ranks more than {MOST_RANKED}"));
        }
        let mut missing = Vec::new();
        let mut ranked = Vec::new();
        for part in parts {
            let (ok, wrong, number) = self.part(part)?;
            missing.extend(wrong);
            let range = part.max.minus(part.min).map_err(too_large)?;
            let each = Exact::ONE.over(range).map_err(too_large)?;
            let above = number.minus(&Fraction::constant(part.min)).times(&Fraction::constant(each));
            let name = self.form().assessment.measure(part.measure).name.to_string();
            ranked.push((ok, above, part.weight, name));
        }
        let mut ranks = Vec::new();
        for (at, (ok, own, weight, _)) in ranked.iter().enumerate() {
            let mut before = Whole::constant(1);
            for (other_at, (other_ok, other, other_weight, _)) in ranked.iter().enumerate() {
                if other_at == at {
                    continue;
                }
                let wins_ties = other_weight > weight || (other_weight == weight && other_at < at);
                let sign = if wins_ties { ">=" } else { ">" };
                let condition: Vec<String> =
                    other_ok.iter().cloned().chain([other.compared_with(sign, own)]).collect();
                before = before.plus(&Whole::constant(1).only_if(all_of(&condition).as_deref()));
                self.check(own.over.most * other.under.most);
            }
            ranks.push(self.keep_whole("rank", before.only_if(ok.as_deref())));
        }
        let names: Vec<String> = ranked.into_iter().map(|(_, _, _, name)| name).collect();
        let mut pieces = Vec::new();
        for place in 1..=names.len() {
            for (rank, name) in ranks.iter().zip(&names) {
                pieces.push(format!("if({} = {place}, {}, '')", rank.operand(), quoted(&format!("{name} "))));
            }
        }
        let text = match pieces.is_empty() {
            true => "''".to_owned(),
            false => format!("normalize-space(concat({}))", pieces.join(", ")),
        };
        let flaws = any_of(&missing).into_iter().map(|missing| (missing, Flaw::Wrong)).collect();
        Ok(Came { flaws, worth: Worth::Names(text, Some(names)) })
    }
}

/// How many items have points, and what else there is.
struct Tally {
    answered: Whole,
    /// Those that concern the household.
    asked: Whole,
    unanswered: Option<String>,
    wrong: Option<String>,
}

impl Tally {
    fn missing(&self) -> Option<String> {
        let both: Vec<String> = self.unanswered.iter().chain(&self.wrong).cloned().collect();
        any_of(&both)
    }
}

/// A number that all counts in a range divide, if it is no large one.
fn common_of_counts(from: i128, to: i128) -> Option<i128> {
    let mut common = 1;
    for count in from..=to.min(100) {
        common = least_common_multiple(common, count);
        if common > LARGEST_COMMON {
            return None;
        }
    }
    (to <= 100).then_some(common)
}

/// The sum of those that count.
fn sum_of(terms: &[(Option<String>, Fraction)]) -> Fraction {
    let constants = terms.iter().filter_map(|(_, term)| term.under.constant);
    let common = constants.fold(1, least_common_multiple);
    let dynamic: Vec<&Whole> =
        terms.iter().filter(|(_, term)| term.under.constant.is_none()).map(|(_, term)| &term.under).collect();
    let mut own = 0;
    let mut overs = Vec::new();
    for (ok, term) in terms {
        let mut over = term.over.times_number(term.under.constant.map_or(common, |under| common / under));
        for (at, under) in dynamic.iter().enumerate() {
            if term.under.constant.is_some() || at != own {
                over = over.times(under);
            }
        }
        own += usize::from(term.under.constant.is_none());
        overs.push(over.only_if(ok.as_deref()));
    }
    let under = dynamic.into_iter().fold(Whole::constant(common), |all, one| all.times(one));
    Fraction { over: Whole::sum(overs), under }
}
