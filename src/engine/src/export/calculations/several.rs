//! Items over several nodes: all instances of a repeat, or one question or the other.
//!
//! No XPath of ODK's maps a node-set to points: instead it is counted how many nodes get each number of points that there is.

use super::Writer;
use super::inputs::Flaw;
use super::items::{Counted, merged, of_blank, points_of_names, turned, worded};
use super::places::{Leaf, Sort, Unsayable, all_of};
use super::whole::{Fraction, Whole, choose, common_denominator, scaled};
use crate::assess::Exact;
use crate::assess::measure::{Aggregate, Item, Points};

/// How many different sums of points several choices may come to.
const MOST_SUMS: usize = 200;

impl Writer<'_> {
    /// Several nodes: all instances of a repeat, or one or the other.
    pub fn several(
        &mut self,
        item: &Item,
        leaves: &[Leaf],
        mut flaws: Vec<(String, Flaw)>,
    ) -> Result<Counted, Unsayable> {
        if leaves.iter().any(|leaf| self.places.measure(leaf.node).is_some()) {
            return Err("a measure is one of several values of an item".into());
        }
        let blank = of_blank(&item.points);
        let there = Whole::sum(leaves.iter().map(|leaf| leaf.count("")));
        flaws.extend(self.leaves_doubt(leaves)?.map(|doubt| (doubt, Flaw::Wrong)));
        if there.constant.is_none() {
            flaws.push((format!("{} = 0", there.operand()), Flaw::NotApplicable));
        }
        let rejected: Vec<Whole> = leaves.iter().filter_map(Leaf::rejected).collect();
        if !rejected.is_empty() {
            flaws.push((format!("{} > 0", Whole::sum(rejected.into_iter()).operand()), Flaw::Wrong));
        }
        if blank.is_none() {
            let blanks = Whole::sum(leaves.iter().map(|leaf| leaf.count("{} = ''")));
            flaws.push((format!("{} > 0", blanks.operand()), Flaw::Unanswered));
        }
        // Every way to get points, with how many answers go it.
        let mut ways: Vec<(Exact, Vec<Whole>)> = Vec::new();
        let mut number: Option<Fraction> = None;
        let mut wrong: Vec<String> = Vec::new();
        let add = |points: Exact, count: Whole, ways: &mut Vec<(Exact, Vec<Whole>)>| match ways
            .iter_mut()
            .find(|(known, _)| *known == points)
        {
            Some((_, counts)) => counts.push(count),
            None => ways.push((points, vec![count])),
        };
        for leaf in leaves {
            if let Some(points) = blank {
                add(turned(item, points)?, leaf.count("{} = ''"), &mut ways);
            }
            let value = if leaf.many { "." } else { &leaf.path };
            if leaf.sort == Sort::Names {
                for (condition, points) in self.sums(item, leaf, value, &mut wrong)? {
                    add(points, leaf.count(&format!("{{}} != '' and {condition}")), &mut ways);
                }
                continue;
            }
            if matches!(item.points, Points::Itself) {
                let [_] = leaves else { return Err("numbers of several questions are one item".into()) };
                number = Some(self.number_over(item, leaf, &there)?);
                continue;
            }
            let cases = self.cases(item, &super::inputs::worth(value, &leaf.sort, leaf.names.clone()))?;
            let mut before: Vec<String> = Vec::new();
            for (condition, points) in merged(cases.cases, cases.exclusive) {
                let mut whole = vec!["{} != ''".to_owned(), condition.clone()];
                whole.extend(before.iter().map(|earlier| format!("not({earlier})")));
                if !cases.exclusive {
                    before.push(condition);
                }
                let condition = all_of(&whole).unwrap_or_default();
                add(turned(item, points)?, leaf.count(&condition), &mut ways);
            }
            if cases.open {
                wrong.push(String::new());
            }
        }
        let counts: Vec<(Exact, Whole)> =
            ways.into_iter().map(|(points, counts)| (points, Whole::sum(counts))).collect();
        if number.is_none() && !wrong.is_empty() {
            let counted = Whole::sum(counts.iter().map(|(_, count)| count.clone()));
            flaws.push((format!("{} < {}", counted.operand(), there.operand()), Flaw::Wrong));
        }
        let mut number = match number {
            Some(number) => number,
            None => self.put_together(item, counts, &there),
        };
        if let Some(cap) = item.cap {
            number = self.at_most(&number, cap, ">");
        }
        let under = self.keep_whole("under", number.under);
        let kinds = flaws.iter().map(|(_, flaw)| *flaw).collect();
        let text = choose(&worded(&mut flaws), &number.over.text, false);
        Ok(self.counted(text, number.over.most, under, kinds))
    }

    /// Max, min, sum, mean or count over answers, of which so many get so many points.
    fn put_together(&mut self, item: &Item, mut counts: Vec<(Exact, Whole)>, there: &Whole) -> Fraction {
        let under = common_denominator(counts.iter().map(|(points, _)| *points));
        let sum = |counts: &[(Exact, Whole)]| {
            Whole::sum(counts.iter().map(|(points, count)| count.times_number(scaled(*points, under))))
        };
        match item.over {
            Aggregate::Max | Aggregate::Min => {
                counts.sort_by_key(|(points, _)| *points);
                if item.over == Aggregate::Max {
                    counts.reverse();
                }
                let most = counts.iter().map(|(points, _)| (scaled(*points, under) as f64).abs());
                let most = most.fold(0.0, f64::max);
                let last = counts.pop().map_or("0".into(), |(points, _)| scaled(points, under).to_string());
                let case = |(points, count): (Exact, Whole)| {
                    (format!("{} > 0", count.operand()), scaled(points, under).to_string())
                };
                let cases: Vec<(String, String)> = counts.into_iter().map(case).collect();
                let text = choose(&cases, &last, false);
                Fraction { over: Whole::atom(text, most), under: Whole::constant(under) }
            }
            Aggregate::Sum => Fraction { over: sum(&counts), under: Whole::constant(under) },
            Aggregate::Mean => Fraction { over: sum(&counts), under: there.times_number(under) },
            Aggregate::Count => {
                let above = counts.into_iter().filter(|(points, _)| *points > Exact::ZERO);
                Fraction::whole(Whole::sum(above.map(|(_, count)| count)))
            }
        }
    }

    /// Numbers of all instances.
    fn number_over(&mut self, item: &Item, leaf: &Leaf, there: &Whole) -> Result<Fraction, Unsayable> {
        let numeric = match &leaf.sort {
            Sort::Whole => true,
            Sort::Decimal => false,
            _ => return Err("the answers of a repeat are no numbers".into()),
        };
        let answered = format!("{}[. != '']", leaf.path);
        let both = match item.reverse {
            Some((low, high)) => Some(low.plus(high).map_err(|error| error.to_string())?),
            None => None,
        };
        let call = |name: &str| match numeric {
            true => Fraction::whole(Whole::atom(format!("{name}({answered})"), 1e7)),
            false => Fraction {
                over: Whole::atom(format!("round({name}({answered}) * 10000)"), 1e11),
                under: Whole::constant(10_000),
            },
        };
        self.rounds |= !numeric;
        let less = |number: Fraction| match both {
            Some(both) => Fraction::constant(both).minus(&number),
            None => number,
        };
        let sum = || match both {
            Some(both) => {
                let all = Fraction::constant(both).times(&Fraction::whole(there.clone()));
                all.minus(&call("sum"))
            }
            None => call("sum"),
        };
        Ok(match (item.over, item.reverse) {
            (Aggregate::Max, None) | (Aggregate::Min, Some(_)) => less(call("max")),
            (Aggregate::Min, None) | (Aggregate::Max, Some(_)) => less(call("min")),
            (Aggregate::Sum, _) => sum(),
            (Aggregate::Mean, _) => {
                let sum = sum();
                Fraction { under: sum.under.times(there), over: sum.over }
            }
            (Aggregate::Count, _) => {
                let (sign, end) = both.map_or((">", Exact::ZERO), |both| ("<", both));
                let condition = super::inputs::compared_with_number(". ", sign, end);
                Fraction::whole(leaf.count(&format!("{{}} != '' and {condition}")))
            }
        })
    }

    /// Every sum that several choices can come to, with when they do.
    fn sums(
        &self,
        item: &Item,
        leaf: &Leaf,
        value: &str,
        wrong: &mut Vec<String>,
    ) -> Result<Vec<(String, Exact)>, Unsayable> {
        if matches!(item.points, Points::Itself) && leaf.names.is_none() {
            return Err("it is not known how many can be chosen".into());
        }
        let (number, wrongly) = self.sum_of_names(item, value, leaf.names.as_deref())?;
        let under = number.under.constant.unwrap_or(1);
        let points: Vec<Exact> = match (&item.points, &leaf.names) {
            (Points::Itself, Some(names)) => vec![Exact::ONE; names.len()],
            (points, names) => {
                let known = points_of_names(points, names.as_deref(), value)?.0;
                known.into_iter().map(|(_, points)| points).collect()
            }
        };
        let mut sums: Vec<Exact> = vec![Exact::ZERO];
        for one in points {
            for at in 0..sums.len() {
                let sum = sums[at].plus(one).map_err(|error| error.to_string())?;
                if !sums.contains(&sum) {
                    sums.push(sum);
                }
            }
            if sums.len() > MOST_SUMS {
                return Err(format!("several choices come to more than {MOST_SUMS} sums"));
            }
        }
        let fine = wrongly.as_ref().map(|wrongly| format!(" and not({wrongly})")).unwrap_or_default();
        if wrongly.is_some() {
            wrong.push(String::new());
        }
        let mut found = Vec::new();
        for sum in sums {
            let points = turned(item, sum)?;
            let condition = format!("{} = {}{fine}", number.over.operand(), scaled(points, under));
            found.push((condition, points));
        }
        Ok(found)
    }
}
