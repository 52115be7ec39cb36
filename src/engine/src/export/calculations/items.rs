//! The items of a scale: each is a node that holds its points as a whole number over a denominator that is known, or why it has none.

use std::sync::Arc;

use super::Writer;
use super::inputs::{Flaw, Said, Worth, is_arithmetic};
use super::places::{Unsayable, any_of};
use super::whole::{Fraction, Whole, choose, common_denominator, quoted, scaled};
use crate::assess::measure::{Aggregate, Item, Points};
use crate::assess::{Exact, Given, Test};
use crate::expr::parser::parse;

/// An item as it was written down.
pub(super) struct Counted {
    /// The node: points over `under`, or `na`, `missing`, `wrong`.
    pub points: Whole,
    pub under: Whole,
    pub flaws: Vec<Flaw>,
}

impl Counted {
    /// When it has points; `None`: always.
    pub fn ok(&self) -> Option<String> {
        let kinds = [Flaw::NotApplicable, Flaw::Unanswered, Flaw::Wrong];
        let not = |flaw: &Flaw| format!("{} != {}", self.points.text, flaw.word());
        let all: Vec<String> = kinds.iter().filter(|flaw| self.flaws.contains(flaw)).map(not).collect();
        (!all.is_empty()).then(|| all.join(" and "))
    }

    /// When it has that flaw; `None`: never.
    pub fn has(&self, flaw: Flaw) -> Option<String> {
        self.flaws.contains(&flaw).then(|| format!("{} = {}", self.points.text, flaw.word()))
    }
}

/// What an answer gets: the first case that holds. A blank is none of them.
pub(super) struct Cases {
    /// Conditions, and what follows.
    pub cases: Vec<(String, Exact)>,
    /// At most one of them holds.
    pub exclusive: bool,
    /// Is there an answer that none is for?
    pub open: bool,
}

/// A choice or a condition, and its points.
pub(super) type Scored = (String, Exact);

impl Writer<'_> {
    /// Writes an item down.
    pub fn item(&mut self, item: &Item, written: &str, relevant: Option<&str>) -> Result<Counted, Unsayable> {
        let moved = self.moved(written)?;
        let ast = parse(&moved).map_err(|_| format!("`{moved}` is no expression"))?;
        let mut flaws = Vec::new();
        if let Some(relevant) = relevant {
            let holds = self.condition(relevant)?;
            flaws.push((holds.never(), Flaw::NotApplicable));
            flaws.extend(holds.open().map(|open| (open, Flaw::Wrong)));
        }
        let leaves = match is_arithmetic(&ast) {
            true => None,
            false => self.leaves(&ast, &moved)?,
        };
        if let Some(leaves) = &leaves
            && (leaves.len() > 1 || leaves.iter().any(|leaf| leaf.many))
        {
            return self.several(item, leaves, flaws);
        }
        let said = self.value_of(&ast, &moved)?;
        flaws.extend(said.flaws.iter().cloned());
        self.one(item, Said::new(flaws, said.worth))
    }

    fn one(&mut self, item: &Item, mut said: Said) -> Result<Counted, Unsayable> {
        let mut blank = None;
        if let Some(points) = of_blank(&item.points) {
            // A blank is an answer like others.
            if let Some(at) = said.flaws.iter().position(|(_, flaw)| *flaw == Flaw::Unanswered) {
                let (condition, _) = said.flaws.remove(at);
                blank = Some((condition, self.finished(item, points)?));
            }
        }
        if let (Points::Itself, false) = (&item.points, matches!(said.worth, Worth::Names(..))) {
            return self.number_itself(item, said);
        }
        if let Worth::Names(text, names) = &said.worth {
            let (text, names) = (text.clone(), names.clone());
            return self.names(item, said.flaws, blank, &text, names);
        }
        let cases = self.cases(item, &said.worth)?;
        let mut finished = Vec::new();
        for (condition, points) in &cases.cases {
            finished.push((condition.clone(), self.finished(item, *points)?));
        }
        let all = finished.iter().map(|(_, points)| *points).chain(blank.iter().map(|(_, points)| *points));
        let under = common_denominator(all.clone());
        let most = all.map(|points| (scaled(points, under) as f64).abs()).fold(0.0, f64::max);
        let of = |(condition, points): (String, Exact)| (condition, scaled(points, under).to_string());
        let merged: Vec<(String, String)> = merged(finished, cases.exclusive).into_iter().map(of).collect();
        let mut flaws = said.flaws;
        // What is blank has to be asked for before what it is.
        let mut inner = choose(&merged, Flaw::Wrong.word(), cases.exclusive);
        if let Some(blank) = blank {
            inner = choose(&[of(blank)], &inner, false);
        }
        let mut kinds: Vec<Flaw> = flaws.iter().map(|(_, flaw)| *flaw).collect();
        if cases.open {
            kinds.push(Flaw::Wrong);
        }
        let text = choose(&worded(&mut flaws), &inner, false);
        Ok(self.counted(text, most, Whole::constant(under), kinds))
    }

    pub fn counted(&mut self, text: String, most: f64, under: Whole, flaws: Vec<Flaw>) -> Counted {
        let at = self.keep_whole("item", Whole::atom(text, most));
        Counted { points: at, under, flaws }
    }

    /// The number itself.
    fn number_itself(&mut self, item: &Item, said: Said) -> Result<Counted, Unsayable> {
        let (mut flaws, mut number) = self.number(said)?;
        if let Some((low, high)) = item.reverse {
            let both = low.plus(high).map_err(|error| error.to_string())?;
            number = Fraction::constant(both).minus(&number);
        }
        if item.over == Aggregate::Count {
            let above = number.compared(">", Exact::ZERO);
            number = Fraction::whole(Whole::atom(format!("if({above}, 1, 0)"), 1.0));
        }
        if let Some(cap) = item.cap {
            number = self.at_most(&number, cap, ">");
        }
        let under = self.keep_whole("under", number.under);
        let kinds = flaws.iter().map(|(_, flaw)| *flaw).collect();
        let text = choose(&worded(&mut flaws), &number.over.text, false);
        Ok(self.counted(text, number.over.most, under, kinds))
    }

    /// Of several choices the sum.
    fn names(
        &mut self,
        item: &Item,
        mut flaws: Vec<(String, Flaw)>,
        blank: Option<(String, Exact)>,
        text: &str,
        names: Option<Vec<String>>,
    ) -> Result<Counted, Unsayable> {
        let (mut number, wrong) = self.sum_of_names(item, text, names.as_deref())?;
        if item.over == Aggregate::Count {
            let above = number.compared(">", Exact::ZERO);
            number = Fraction::whole(Whole::atom(format!("if({above}, 1, 0)"), 1.0));
        }
        if let Some(cap) = item.cap {
            number = self.at_most(&number, cap, ">");
        }
        if let Some((condition, points)) = blank {
            let (a, b, under) = number.alike(&Fraction::constant(points));
            let text = choose(&[(condition, b.text)], &a.text, true);
            number = Fraction { over: Whole::atom(text, a.most.max(b.most)), under };
        }
        flaws.extend(wrong.map(|wrong| (wrong, Flaw::Wrong)));
        let kinds = flaws.iter().map(|(_, flaw)| *flaw).collect();
        let text = choose(&worded(&mut flaws), &number.over.text, false);
        Ok(self.counted(text, number.over.most, number.under, kinds))
    }

    /// The sum of what the chosen names get, and when one of them gets nothing.
    pub fn sum_of_names(
        &self,
        item: &Item,
        text: &str,
        names: Option<&[String]>,
    ) -> Result<(Fraction, Option<String>), Unsayable> {
        let (points, wrong) = match &item.points {
            Points::Itself => {
                let number = Fraction::whole(Whole::atom(format!("count-selected({text})"), 1000.0));
                (number, None)
            }
            points => {
                let (known, wrong) = points_of_names(points, names, text)?;
                let under = common_denominator(known.iter().map(|(_, points)| *points));
                let one = |(name, points): &(String, Exact)| {
                    let points = Whole::constant(scaled(*points, under));
                    points.only_if(Some(&format!("selected({text}, {})", quoted(name))))
                };
                (Fraction { over: Whole::sum(known.iter().map(one)), under: Whole::constant(under) }, wrong)
            }
        };
        match item.reverse {
            Some((low, high)) => {
                let both = low.plus(high).map_err(|error| error.to_string())?;
                Ok((Fraction::constant(both).minus(&points), wrong))
            }
            None => Ok((points, wrong)),
        }
    }

    /// Not more than that, or not less.
    pub fn at_most(&mut self, number: &Fraction, end: Exact, beyond: &str) -> Fraction {
        let (a, b, under) = number.alike(&Fraction::constant(end));
        let over = format!("if({} {beyond} {}, {}, {})", a.operand(), b.operand(), b.text, a.text);
        Fraction { over: Whole::atom(over, a.most.max(b.most)), under }
    }

    /// Points as they count for one answer alone: turned round, counted, capped.
    fn finished(&self, item: &Item, points: Exact) -> Result<Exact, Unsayable> {
        let points = turned(item, points)?;
        let points = match item.over {
            Aggregate::Count => Exact::whole((points > Exact::ZERO).into()),
            _ => points,
        };
        Ok(item.cap.map_or(points, |cap| points.min(cap)))
    }

    /// What one answer gets, by what it is.
    pub fn cases(&self, item: &Item, worth: &Worth) -> Result<Cases, Unsayable> {
        if let Worth::Text(text, Some(names)) = worth {
            let of_name = |name: &String| Some((name.clone(), points_of_name(&item.points, name)?));
            let known: Vec<(String, Exact)> = names.iter().filter_map(of_name).collect();
            let open = known.len() < names.len();
            let case = |(name, points): (String, Exact)| (format!("{text} = {}", quoted(&name)), points);
            return Ok(Cases { cases: known.into_iter().map(case).collect(), exclusive: true, open });
        }
        let mut cases = Vec::new();
        match &item.points {
            Points::Tests(tests) => {
                self.few(tests.len(), "tests in an item")?;
                let mut open = true;
                for (test, points) in tests {
                    let condition = self.test(test, worth)?;
                    open &= condition.is_some();
                    cases.push((condition.unwrap_or_else(|| "true()".into()), *points));
                }
                Ok(Cases { exclusive: cases.len() < 2, cases, open })
            }
            Points::ByChoice(by_name) => {
                for (name, points) in sorted(by_name) {
                    let test = Test::read(&format!("\"{name}\"")).map_err(|bad| bad.message)?;
                    let test = match (name.parse::<Exact>(), worth) {
                        (Ok(_), Worth::Exact(_) | Worth::Float(_)) => {
                            Test::read(&name).map_err(|bad| bad.message)?
                        }
                        _ => test,
                    };
                    cases.extend(self.test(&test, worth)?.map(|condition| (condition, points)));
                }
                Ok(Cases { cases, exclusive: true, open: true })
            }
            Points::Itself => Err("a number is no case".into()),
        }
    }
}

/// Points that are turned round, where the item says so.
pub(super) fn turned(item: &Item, points: Exact) -> Result<Exact, Unsayable> {
    let turned = match item.reverse {
        Some((low, high)) => low.plus(high).and_then(|both| both.minus(points)),
        None => Ok(points),
    };
    turned.map_err(|error| error.to_string())
}

/// What no answer gets, where a table says so.
pub(super) fn of_blank(points: &Points) -> Option<Exact> {
    let Points::Tests(tests) = points else { return None };
    let names_it = tests.iter().any(|(test, _)| *test != Test::Any && test.holds(&Given::Nothing));
    let first = tests.iter().find(|(test, _)| test.holds(&Given::Nothing));
    first.filter(|_| names_it).map(|(_, points)| *points)
}

/// What a choice gets.
fn points_of_name(points: &Points, name: &str) -> Option<Exact> {
    match points {
        Points::Itself => name.parse().ok(),
        Points::ByChoice(by_name) => {
            let exactly = by_name.get(name).copied();
            let number = || name.parse::<Exact>().ok();
            let same = || {
                let number = number()?;
                sorted(by_name)
                    .into_iter()
                    .find(|(name, _)| name.parse() == Ok(number))
                    .map(|(_, points)| points)
            };
            exactly.or_else(same)
        }
        Points::Tests(tests) => {
            let given = Given::of_text(name);
            tests.iter().find(|(test, _)| test.holds(&given)).map(|(_, points)| *points)
        }
    }
}

/// What each of several choices gets, and when one is chosen that gets nothing.
pub(super) fn points_of_names(
    points: &Points,
    names: Option<&[String]>,
    text: &str,
) -> Result<(Vec<Scored>, Option<String>), Unsayable> {
    let only = |name: &str| match points {
        Points::ByChoice(by_name) => by_name.get(name).copied(),
        _ => points_of_name(points, name),
    };
    if let Some(names) = names {
        let (mut known, mut unknown) = (Vec::new(), Vec::new());
        for name in names {
            match only(name) {
                Some(points) => known.push((name.clone(), points)),
                None => unknown.push(format!("selected({text}, {})", quoted(name))),
            }
        }
        return Ok((known, any_of(&unknown)));
    }
    let Points::ByChoice(by_name) = points else {
        return Err("tests are asked of several choices that are not known".into());
    };
    let known: Vec<(String, Exact)> =
        sorted(by_name).into_iter().map(|(name, points)| (name.to_string(), points)).collect();
    let chosen =
        Whole::sum(known.iter().map(|(name, _)| {
            Whole::constant(1).only_if(Some(&format!("selected({text}, {})", quoted(name))))
        }));
    Ok((known, Some(format!("{} < count-selected({text})", chosen.operand()))))
}

fn sorted(by_name: &rustc_hash::FxHashMap<Arc<str>, Exact>) -> Vec<(Arc<str>, Exact)> {
    let mut all: Vec<(Arc<str>, Exact)> =
        by_name.iter().map(|(name, points)| (name.clone(), *points)).collect();
    all.sort();
    all
}

/// Cases that exclude each other and get the same are one case.
pub(super) fn merged(cases: Vec<(String, Exact)>, exclusive: bool) -> Vec<(String, Exact)> {
    if !exclusive {
        return cases;
    }
    let mut merged: Vec<(Vec<String>, Exact)> = Vec::new();
    for (condition, points) in cases {
        match merged.iter_mut().find(|(_, known)| *known == points) {
            Some((conditions, _)) => conditions.push(condition),
            None => merged.push((vec![condition], points)),
        }
    }
    let joined = |(conditions, points): (Vec<String>, Exact)| (conditions.join(" or "), points);
    merged.into_iter().map(joined).collect()
}

/// Flaws as the words that stand in a node.
pub(super) fn worded(flaws: &mut Vec<(String, Flaw)>) -> Vec<(String, String)> {
    flaws.drain(..).map(|(condition, flaw)| (condition, flaw.word().to_owned())).collect()
}
