//! Bands, tables, shifts, agreements and decisions: which rule holds, and what follows.

use super::inputs::{Flaw, Said, Worth};
use super::places::{Unsayable, all_of, any_of, is_own};
use super::whole::{Fraction, Whole, choose, common_denominator, quoted, scaled};
use super::{Came, Writer};
use crate::assess::measure::{Hit, Input, Measure, Shift, ShiftBy, Table};
use crate::assess::{Exact, Test};
use crate::xml::Element;

impl Writer<'_> {
    pub fn band(&mut self, measure: &Measure, input: &Input, element: &Element) -> Result<Came, Unsayable> {
        self.few(measure.bands.len(), "bands")?;
        let Said { mut flaws, worth, .. } = self.input(input, &text(element, "of"))?;
        let lines: Vec<&Element> = element.elements().filter(|line| is_own(line, "band")).collect();
        let mut cases = Vec::new();
        let mut open = true;
        for (band, line) in measure.bands.iter().zip(lines) {
            let mut conditions: Vec<String> = self.test(&band.test, &worth)?.into_iter().collect();
            if let Some(when) = line.attribute("when").filter(|_| band.when.is_some()) {
                conditions.push(self.moved(&when.text)?);
            }
            let condition = all_of(&conditions);
            open &= condition.is_some();
            cases.push((condition.unwrap_or_else(|| "true()".into()), quoted(&band.code)));
        }
        let code = self.keep("code", &choose(&cases, "''", false));
        if open {
            flaws.push((format!("{code} = ''"), Flaw::Wrong));
        }
        let codes = measure.bands.iter().map(|band| band.code.to_string()).collect();
        Ok(Came { flaws, worth: Worth::Text(code, Some(codes)) })
    }

    /// A value as it is, or whether a test holds of it: of a repeat's instances of any.
    pub fn fact(&mut self, of: &Input, test: Option<&Test>, element: &Element) -> Result<Came, Unsayable> {
        let written = text(element, "value");
        let Some(test) = test else {
            let said = self.input(of, &written)?;
            return Ok(Came { flaws: said.flaws, worth: said.worth });
        };
        let truth = |holds: Option<String>| {
            let up =
                holds.map_or_else(|| Whole::constant(1), |holds| Whole::constant(1).only_if(Some(&holds)));
            Worth::Exact(Fraction::whole(up))
        };
        if let Some(leaves) = self.several_leaves(of, &written)? {
            let (mut held, mut there, mut blank) = (Vec::new(), Vec::new(), Vec::new());
            for leaf in &leaves {
                let value = if leaf.many { "." } else { &leaf.path };
                let holds = self.test(test, &super::inputs::worth(value, &leaf.sort, leaf.names.clone()))?;
                let conditions: Vec<String> =
                    [format!("{value} != ''")].into_iter().chain(holds).chain(leaf.lawful.clone()).collect();
                held.push(leaf.count(&all_of(&conditions).unwrap_or_default()));
                there.push(leaf.count(""));
                blank.push(leaf.count("{} = ''"));
                blank.extend(leaf.rejected());
            }
            let held = self.keep_whole("by", Whole::sum(held));
            let flaws = vec![
                (format!("{} = 0", Whole::sum(there).operand()), Flaw::NotApplicable),
                (format!("{} = 0 and {} > 0", held.operand(), Whole::sum(blank).operand()), Flaw::Wrong),
            ];
            return Ok(Came { flaws, worth: truth(Some(format!("{} > 0", held.operand()))) });
        }
        let said = self.input(of, &written)?;
        let holds = self.test(test, &said.worth)?;
        Ok(Came { flaws: said.flaws, worth: truth(holds) })
    }

    /// A letter for each rule: `y` holds, `n` does not, `a` and `m` ask for what is not applicable or missing.
    fn held(&mut self, table: &Table, element: &Element) -> Result<String, Unsayable> {
        let mut inputs = Vec::new();
        for (name, input) in &table.inputs {
            let said = match input {
                Input::Measure(id) => self.measured(*id)?,
                Input::Amount(_) => self.value(&self.place_named(name)?)?,
            };
            let state = match (said.state, said.flaws.is_empty()) {
                (_, true) => None,
                (Some(state), _) => Some(state),
                (None, _) => {
                    let word = |(condition, flaw): (String, Flaw)| (condition, flaw.word().to_owned());
                    let cases: Vec<(String, String)> = said.flaws.into_iter().map(word).collect();
                    Some(self.keep("input", &choose(&cases, "'ok'", false)))
                }
            };
            inputs.push((state, said.worth));
        }
        let lines: Vec<&Element> = element.elements().filter(|line| is_own(line, "rule")).collect();
        let mut letters = Vec::new();
        for (rule, line) in table.rules.iter().zip(lines) {
            let mut conditions = Vec::new();
            let mut unknown = Vec::new();
            for (test, (state, worth)) in rule.tests.iter().zip(&inputs) {
                if *test == Test::Any {
                    continue;
                }
                let condition = self.test(test, worth)?.unwrap_or_else(|| "true()".into());
                conditions.push(match state {
                    Some(state) => {
                        unknown.push((format!("{state} = 'na'"), "'a'".to_owned()));
                        unknown.push((format!("{state} != 'ok'"), "'m'".to_owned()));
                        format!("{state} != 'ok' or {condition}")
                    }
                    None => condition,
                });
            }
            if let Some(when) = line.attribute("when").filter(|_| rule.when.is_some()) {
                conditions.push(self.moved(&when.text)?);
            }
            let letter = choose(&unknown, "'y'", false);
            letters.push(match all_of(&conditions) {
                Some(all) => format!("if({all}, {letter}, 'n')"),
                None => letter,
            });
        }
        // One letter alone would be no `concat`.
        letters.push("''".into());
        Ok(self.keep("held", &format!("concat({})", letters.join(", "))))
    }

    pub fn table(&mut self, table: &Table, element: &Element) -> Result<Came, Unsayable> {
        self.few(table.rules.len(), "rules")?;
        let held = self.held(table, element)?;
        let letter = |at: usize| format!("substr({held}, {at}, {})", at + 1);
        let all = table.rules.len();
        let outcomes = outcomes(table);
        let codes: Vec<String> = outcomes.iter().map(|(code, _)| code.clone()).collect();
        let unknown = format!("translate({held}, 'ny', '')");
        let depends = vec![
            (format!("starts-with({unknown}, 'a')"), Flaw::NotApplicable),
            (format!("starts-with({unknown}, 'm')"), Flaw::Wrong),
        ];
        // By the place of the rule that counts, from 1.
        let by_place = |place: &str, order: &[usize]| {
            let one = |(code, rules): &(String, Vec<usize>)| {
                let places = order.iter().enumerate().filter(|(_, rule)| rules.contains(rule));
                let any: Vec<String> = places.map(|(at, _)| format!("{place} = {}", at + 1)).collect();
                format!("if({}, {}, '')", any.join(" or "), quoted(code))
            };
            let parts: Vec<String> = outcomes.iter().map(one).collect();
            format!("concat({}, '')", parts.join(", "))
        };
        let in_order: Vec<usize> = (0..all).collect();
        match table.hit {
            Hit::First => {
                let text = format!(
                    "string-length(substring-before(concat(translate({held}, 'am', 'yy'), 'y'), 'y')) + 1"
                );
                let place = self.keep("rule", &text);
                let found = self.keep("found", &format!("substr({held}, {place} - 1, {place})"));
                let flaws = vec![
                    (format!("{found} = 'a'"), Flaw::NotApplicable),
                    (format!("{found} != 'y'"), Flaw::Wrong),
                ];
                Ok(Came { flaws, worth: Worth::Text(by_place(&place, &in_order), Some(codes)) })
            }
            Hit::Priority => {
                let mut order = in_order;
                order.sort_by_key(|rule| (table.rules[*rule].priority, *rule));
                let ordered: Vec<String> = order.iter().map(|rule| letter(*rule)).collect();
                let ordered = self.keep("order", &format!("concat({}, '')", ordered.join(", ")));
                let text = format!("string-length(substring-before(concat({ordered}, 'y'), 'y')) + 1");
                let place = self.keep("rule", &text);
                let mut flaws = depends;
                flaws.push((format!("{place} > {all}"), Flaw::Wrong));
                Ok(Came { flaws, worth: Worth::Text(by_place(&place, &order), Some(codes)) })
            }
            Hit::Unique => {
                let mut count = Whole::constant(0);
                let mut parts = Vec::new();
                for (code, rules) in &outcomes {
                    let any: Vec<String> =
                        rules.iter().map(|rule| format!("{} = 'y'", letter(*rule))).collect();
                    let any = any.join(" or ");
                    count = count.plus(&Whole::constant(1).only_if(Some(&any)));
                    parts.push(format!("if({any}, {}, '')", quoted(code)));
                }
                let count = self.keep_whole("outcomes", count);
                let mut flaws = depends;
                flaws.push((format!("{} != 1", count.operand()), Flaw::Wrong));
                let text = format!("concat({}, '')", parts.join(", "));
                Ok(Came { flaws, worth: Worth::Text(text, Some(codes)) })
            }
            Hit::Collect => {
                let mut parts = Vec::new();
                for (at, rule) in table.rules.iter().enumerate() {
                    let same = (0..at).filter(|earlier| table.rules[*earlier].outcome == rule.outcome);
                    let mut conditions = vec![format!("{} = 'y'", letter(at))];
                    conditions.extend(same.map(|earlier| format!("{} != 'y'", letter(earlier))));
                    let condition = conditions.join(" and ");
                    parts.push(format!("if({condition}, {}, '')", quoted(&format!("{} ", rule.outcome))));
                }
                let text = format!("normalize-space(concat({}, ''))", parts.join(", "));
                Ok(Came { flaws: depends, worth: Worth::Names(text, Some(codes)) })
            }
        }
    }

    pub fn shift(&mut self, shift: &Shift, element: &Element) -> Result<Came, Unsayable> {
        self.few(shift.rules.len(), "rules")?;
        let mut levels: Vec<(String, Exact)> = Vec::new();
        let mut by: Vec<(String, Exact)> = Vec::new();
        let lines: Vec<&Element> = element.elements().filter(|line| is_own(line, "rule")).collect();
        for (rule, line) in shift.rules.iter().zip(lines) {
            let when = self.moved(&text(line, "when"))?;
            match rule.does {
                ShiftBy::To(level) => levels.push((when, level)),
                ShiftBy::By(number) => by.push((when, number)),
            }
        }
        let said = self.input(&shift.of, &text(element, "of"))?;
        let (flaws, level) = self.number(said)?;
        let common = common_denominator(by.iter().map(|(_, number)| *number));
        let number = |number: Exact| Whole::constant(scaled(number, common));
        let moved = match shift.stack {
            true => Whole::sum(by.iter().map(|(when, by)| number(*by).only_if(Some(when)))),
            false => {
                let strongest = |mut rules: Vec<&(String, Exact)>, up: bool| {
                    rules.sort_by_key(|(_, by)| *by);
                    if up {
                        rules.reverse();
                    }
                    let cases: Vec<(String, String)> = rules
                        .iter()
                        .map(|(when, by)| (when.clone(), scaled(*by, common).to_string()))
                        .collect();
                    let most =
                        rules.iter().map(|(_, by)| (scaled(*by, common) as f64).abs()).fold(0.0, f64::max);
                    match cases.is_empty() {
                        true => Whole::constant(0),
                        false => Whole::atom(choose(&cases, "0", false), most),
                    }
                };
                let up = strongest(by.iter().filter(|(_, by)| *by > Exact::ZERO).collect(), true);
                let down = strongest(by.iter().filter(|(_, by)| *by < Exact::ZERO).collect(), false);
                up.plus(&down)
            }
        };
        let moved = self.keep_whole("by", moved);
        let mut level = level.plus(&Fraction { over: moved, under: Whole::constant(common) });
        for (end, beyond) in [(shift.max, ">"), (shift.min, "<")] {
            if let Some(end) = end {
                let over = self.keep_whole("level", level.over);
                level = self.at_most(&Fraction { over, under: level.under }, end, beyond);
            }
        }
        let any = any_of(&levels.iter().map(|(when, _)| when.clone()).collect::<Vec<_>>());
        let flaws = flaws.into_iter().map(|(condition, flaw)| match &any {
            Some(any) => (format!("not({any}) and ({condition})"), flaw),
            None => (condition, flaw),
        });
        let flaws = flaws.collect();
        // Where the level is said, what it would have been without does not matter, nor its denominator.
        if let Some(any) = any {
            if level.under.constant.is_none() {
                let under = format!("if({any}, 1, {})", level.under.text);
                level.under = self.keep_whole("under", Whole::atom(under, level.under.most));
            }
            for (when, to) in levels.iter().rev() {
                let (a, b, under) = level.alike(&Fraction::constant(*to));
                let text = choose(&[(when.clone(), b.text)], &a.text, false);
                level = Fraction { over: Whole::atom(text, a.most.max(b.most)), under };
            }
        }
        Ok(Came { flaws, worth: Worth::Exact(level) })
    }

    pub fn agreed(
        &mut self,
        first: &Input,
        second: &Input,
        decided: Option<&Input>,
        element: &Element,
    ) -> Result<Came, Unsayable> {
        let first = self.input(first, &text(element, "of"))?;
        let second = self.input(second, &text(element, "second"))?;
        let same = self.same(&first.worth, &second.worth)?;
        let mut flaws = first.flaws;
        flaws.extend(second.flaws);
        let Some(decided) = decided else {
            flaws.push((format!("not({same})"), Flaw::Wrong));
            return Ok(Came { flaws, worth: first.worth });
        };
        let decided = self.input(decided, &text(element, "value"))?;
        let undecided: Vec<String> = decided.flaws.iter().map(|(condition, _)| condition.clone()).collect();
        if let Some(undecided) = any_of(&undecided) {
            flaws.push((format!("not({same}) and ({undecided})"), Flaw::Wrong));
        }
        let same = self.keep("same", &format!("if({same}, 1, 0)"));
        let worth = self.either(&format!("{same} = 1"), first.worth, decided.worth)?;
        Ok(Came { flaws, worth })
    }

    pub fn decided(&mut self, inputs: [&Input; 3], element: &Element) -> Result<Came, Unsayable> {
        let [of, instead, reason] = inputs;
        let of = self.input(of, &text(element, "of"))?;
        let instead = self.input(instead, &text(element, "value"))?;
        let reason = self.input(reason, &text(element, "reason"))?;
        let not_put: Vec<String> =
            instead.flaws.iter().chain(&reason.flaws).map(|(condition, _)| condition.clone()).collect();
        let Some(not_put) = any_of(&not_put) else {
            return Ok(Came { flaws: Vec::new(), worth: instead.worth });
        };
        let put = self.keep("put", &format!("if({not_put}, 0, 1)"));
        let flaws =
            of.flaws.into_iter().map(|(condition, flaw)| (format!("{put} = 0 and ({condition})"), flaw));
        let flaws = flaws.collect();
        let worth = self.either(&format!("{put} = 1"), instead.worth, of.worth)?;
        Ok(Came { flaws, worth })
    }

    /// When two values are the same.
    fn same(&mut self, a: &Worth, b: &Worth) -> Result<String, Unsayable> {
        Ok(match (a, b) {
            (Worth::Exact(a), Worth::Exact(b)) => a.compared_with("=", b),
            (Worth::Names(a, _), Worth::Names(b, _)) => format!("string({a}) = string({b})"),
            (Worth::Names(..), _) | (_, Worth::Names(..)) => "false()".into(),
            (Worth::Text(a, _), Worth::Text(b, _)) => {
                format!("string({a}) = string({b}) or number({a}) = number({b})")
            }
            (a, b) => format!("number({}) = number({})", a.text(), b.text()),
        })
    }

    /// One value or another.
    fn either(&mut self, condition: &str, a: Worth, b: Worth) -> Result<Worth, Unsayable> {
        Ok(match (a, b) {
            (Worth::Exact(a), Worth::Exact(b)) => Worth::Exact(match (a.under.constant, b.under.constant) {
                (Some(_), Some(_)) => {
                    let (a, b, under) = a.alike(&b);
                    let text = format!("if({condition}, {}, {})", a.text, b.text);
                    Fraction { over: Whole::atom(text, a.most.max(b.most)), under }
                }
                _ => {
                    let pick = |a: Whole, b: Whole| {
                        let text = format!("if({condition}, {}, {})", a.text, b.text);
                        Whole::atom(text, a.most.max(b.most))
                    };
                    Fraction { over: pick(a.over, b.over), under: pick(a.under, b.under) }
                }
            }),
            (Worth::Float(a), Worth::Float(b)) => Worth::Float(format!("if({condition}, {a}, {b})")),
            (Worth::Names(a, known), Worth::Names(b, more)) => {
                Worth::Names(format!("if({condition}, {a}, {b})"), both(known, more))
            }
            (Worth::Text(a, known), Worth::Text(b, more)) => {
                Worth::Text(format!("if({condition}, {a}, {b})"), both(known, more))
            }
            (a @ (Worth::Exact(_) | Worth::Float(_)), b) | (a, b @ (Worth::Exact(_) | Worth::Float(_))) => {
                // A score that is put in another's place is a number, if both can be.
                let (flaws_of_a, a) = self.number(Said::new(Vec::new(), a))?;
                let (flaws_of_b, b) = self.number(Said::new(Vec::new(), b))?;
                if !flaws_of_a.is_empty() || !flaws_of_b.is_empty() {
                    return Err("one value is a number and the other need not be".into());
                }
                return self.either(condition, Worth::Exact(a), Worth::Exact(b));
            }
            _ => return Err("one value is a text and the other several names".into()),
        })
    }
}

/// An attribute's text.
pub(super) fn text(element: &Element, name: &str) -> String {
    element.attribute(name).map(|written| written.text.to_string()).unwrap_or_default()
}

/// What a table can say, each with its rules.
fn outcomes(table: &Table) -> Vec<(String, Vec<usize>)> {
    let mut outcomes: Vec<(String, Vec<usize>)> = Vec::new();
    for (at, rule) in table.rules.iter().enumerate() {
        match outcomes.iter_mut().find(|(code, _)| **code == *rule.outcome) {
            Some((_, rules)) => rules.push(at),
            None => outcomes.push((rule.outcome.to_string(), vec![at])),
        }
    }
    outcomes
}

fn both(a: Option<Vec<String>>, b: Option<Vec<String>>) -> Option<Vec<String>> {
    Some([a?, b?].concat())
}
