//! Bands, tables, agreements and decisions: which rule holds, and what follows.

use super::conditions::Holds;
use super::inputs::{Flaw, Said, Worth};
use super::places::{Unsayable, all_of, any_of, is_own};
use super::whole::{Fraction, Whole, choose, quoted};
use super::{Came, Writer};
use crate::assess::Test;
use crate::assess::measure::{Hit, Input, Measure, Table};
use crate::xml::Element;

impl Writer<'_> {
    pub fn band(&mut self, measure: &Measure, input: &Input, element: &Element) -> Result<Came, Unsayable> {
        self.few(measure.bands.len(), "bands")?;
        let Said { mut flaws, worth, .. } = self.input(input, &text(element, "of"))?;
        let lines: Vec<&Element> = element.elements().filter(|line| is_own(line, "band")).collect();
        let mut rules = Vec::new();
        for (band, line) in measure.bands.iter().zip(lines) {
            let test = self.test(&band.test, &worth)?;
            let when = match line.attribute("when").filter(|_| band.when.is_some()) {
                Some(when) => Some(self.condition(&when.text)?),
                None => None,
            };
            rules.push((test, when));
        }
        let codes: Vec<String> = measure.bands.iter().map(|band| band.code.to_string()).collect();
        if rules.iter().any(|(_, when)| when.as_ref().is_some_and(|when| when.open().is_some())) {
            let letter = |(test, when): &(Option<String>, Option<Holds>)| {
                let letter = when.as_ref().map_or_else(|| "'y'".to_owned(), Holds::letter);
                match test {
                    Some(test) => format!("if({test}, {letter}, 'n')"),
                    None => letter,
                }
            };
            let letters: Vec<String> = rules.iter().map(letter).chain(["''".to_owned()]).collect();
            let held = self.keep("held", &format!("concat({})", letters.join(", ")));
            let open: Vec<bool> = rules
                .iter()
                .map(|(_, when)| when.as_ref().is_some_and(|when| when.open().is_some()))
                .collect();
            let order: Vec<usize> = (0..codes.len()).collect();
            let (code, first_flaws) = self.first(&held, &order, &open, &codes);
            flaws.extend(first_flaws);
            return Ok(Came { flaws, worth: Worth::Text(code, Some(codes)) });
        }
        let mut cases = Vec::new();
        let mut open = true;
        for ((test, when), code) in rules.into_iter().zip(&codes) {
            let conditions: Vec<String> = test.into_iter().chain(when.map(|when| when.surely)).collect();
            let condition = all_of(&conditions);
            open &= condition.is_some();
            cases.push((condition.unwrap_or_else(|| "true()".into()), quoted(code)));
        }
        let code = self.keep("code", &choose(&cases, "''", false));
        if open {
            flaws.push((format!("{code} = ''"), Flaw::Wrong));
        }
        Ok(Came { flaws, worth: Worth::Text(code, Some(codes)) })
    }

    /// The outcome of the first rule in an order that holds, and what may be wrong with it. `held` has a letter for each rule, `open` says whose may be `a` or `m`:
    /// one before it that says something else leaves it undecided.
    fn first(
        &mut self,
        held: &str,
        order: &[usize],
        open: &[bool],
        outcomes: &[String],
    ) -> (String, Vec<(String, Flaw)>) {
        let in_order = order.iter().enumerate().all(|(at, rule)| at == *rule);
        let ordered = match in_order {
            true => held.to_owned(),
            false => {
                let letters: Vec<String> =
                    order.iter().map(|rule| format!("substr({held}, {rule}, {})", rule + 1)).collect();
                self.keep("order", &format!("concat({}, '')", letters.join(", ")))
            }
        };
        let place = format!("string-length(substring-before(concat({ordered}, 'y'), 'y')) + 1");
        let place = self.keep("rule", &place);
        let mut by_outcome: Vec<(&String, Vec<String>)> = Vec::new();
        for (at, rule) in order.iter().enumerate() {
            let condition = format!("{place} = {}", at + 1);
            match by_outcome.iter_mut().find(|(known, _)| **known == outcomes[*rule]) {
                Some((_, conditions)) => conditions.push(condition),
                None => by_outcome.push((&outcomes[*rule], vec![condition])),
            }
        }
        let one =
            |(code, any): &(&String, Vec<String>)| format!("if({}, {}, '')", any.join(" or "), quoted(code));
        let parts: Vec<String> = by_outcome.iter().map(one).collect();
        let code = self.keep("code", &format!("concat({}, '')", parts.join(", ")));
        let mut flaws = Vec::new();
        let unsettled: Vec<String> = order
            .iter()
            .enumerate()
            .filter(|(_, rule)| open[**rule])
            .map(|(at, rule)| {
                let letter = format!("substr({ordered}, {at}, {})", at + 1);
                format!("{} < {place} and {letter} != 'n' and {code} != {}", at + 1, quoted(&outcomes[*rule]))
            })
            .collect();
        if let Some(unsettled) = any_of(&unsettled) {
            let before = format!("translate(substr({ordered}, 0, {place} - 1), 'n', '')");
            let why = self.keep("why", &format!("if({unsettled}, {before}, '')"));
            flaws.push((format!("starts-with({why}, 'a')"), Flaw::NotApplicable));
            flaws.push((format!("{why} != ''"), Flaw::Wrong));
        }
        flaws.push((format!("{place} > {}", order.len()), Flaw::Wrong));
        (code, flaws)
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
                // What may come to be out of place decides nothing.
                let doubt = self.doubt(leaf.node, leaf.many.then_some(&*leaf.plain))?;
                let open = self.leaf_open(leaf)?;
                let conditions: Vec<String> = [format!("{value} != ''")]
                    .into_iter()
                    .chain(holds)
                    .chain(leaf.lawful.clone())
                    .chain(doubt.into_iter().chain(open).map(|open| format!("not({open})")))
                    .collect();
                held.push(leaf.count(&all_of(&conditions).unwrap_or_default()));
                there.push(leaf.count(""));
                blank.push(leaf.count("{} = ''"));
                blank.extend(leaf.rejected());
            }
            let held = self.keep_whole("by", Whole::sum(held));
            let doubt = self.leaves_doubt(&leaves)?;
            let doubt = doubt.map(|doubt| (format!("{} = 0 and ({doubt})", held.operand()), Flaw::Wrong));
            let flaws = doubt
                .into_iter()
                .chain([
                    (format!("{} = 0", Whole::sum(there).operand()), Flaw::NotApplicable),
                    (format!("{} = 0 and {} > 0", held.operand(), Whole::sum(blank).operand()), Flaw::Wrong),
                ])
                .collect();
            return Ok(Came { flaws, worth: truth(Some(format!("{} > 0", held.operand()))) });
        }
        let said = self.input(of, &written)?;
        let holds = self.test(test, &said.worth)?;
        Ok(Came { flaws: said.flaws, worth: truth(holds) })
    }

    /// A letter for each rule: `y` holds, `n` does not, `a` and `m` ask for what is not applicable or missing.
    fn held(&mut self, table: &Table, element: &Element) -> Result<(String, Vec<bool>), Unsayable> {
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
        let mut open = Vec::new();
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
                let holds = self.condition(&when.text)?;
                if let Some(undecided) = holds.open() {
                    unknown.push((undecided, "'m'".to_owned()));
                }
                conditions.push(format!("not({})", holds.never()));
            }
            open.push(!unknown.is_empty());
            let letter = choose(&unknown, "'y'", false);
            letters.push(match all_of(&conditions) {
                Some(all) => format!("if({all}, {letter}, 'n')"),
                None => letter,
            });
        }
        // One letter alone would be no `concat`.
        letters.push("''".into());
        Ok((self.keep("held", &format!("concat({})", letters.join(", "))), open))
    }

    pub fn table(&mut self, table: &Table, element: &Element) -> Result<Came, Unsayable> {
        self.few(table.rules.len(), "rules")?;
        let (held, open) = self.held(table, element)?;
        let letter = |at: usize| format!("substr({held}, {at}, {})", at + 1);
        let outcomes = outcomes(table);
        let codes: Vec<String> = outcomes.iter().map(|(code, _)| code.clone()).collect();
        if matches!(table.hit, Hit::First | Hit::Priority) {
            let by_rule: Vec<String> = table.rules.iter().map(|rule| rule.outcome.to_string()).collect();
            let (code, flaws) = self.first(&held, &table.order, &open, &by_rule);
            return Ok(Came { flaws, worth: Worth::Text(code, Some(codes)) });
        }
        let mut flaws = Vec::new();
        let (worth, settled) = match table.hit {
            Hit::Collect => {
                let before = |at: usize| {
                    let same =
                        (0..at).filter(|earlier| table.rules[*earlier].outcome == table.rules[at].outcome);
                    same.map(|earlier| format!("{} != 'y'", letter(earlier))).collect::<Vec<_>>()
                };
                let mut parts = Vec::new();
                for (at, rule) in table.rules.iter().enumerate() {
                    let mut conditions = vec![format!("{} = 'y'", letter(at))];
                    conditions.extend(before(at));
                    let condition = conditions.join(" and ");
                    parts.push(format!("if({condition}, {}, '')", quoted(&format!("{} ", rule.outcome))));
                }
                let text = format!("normalize-space(concat({}, ''))", parts.join(", "));
                let new: Vec<Vec<String>> = (0..table.rules.len()).map(before).collect();
                (Worth::Names(text, Some(codes)), new)
            }
            _ => {
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
                flaws.push((format!("{} > 1", count.operand()), Flaw::Wrong));
                let code = self.keep("code", &format!("concat({}, '')", parts.join(", ")));
                let other = |rule: &crate::assess::measure::Rule| {
                    vec![format!("{code} != {}", quoted(&rule.outcome))]
                };
                let others = table.rules.iter().map(other).collect();
                (Worth::Text(code, Some(codes)), others)
            }
        };
        // An open rule matters if it says what no other does.
        let unsettled: Vec<String> = (0..table.rules.len())
            .filter(|at| open[*at])
            .map(|at| {
                let conditions =
                    [format!("{0} != 'y' and {0} != 'n'", letter(at))].into_iter().chain(settled[at].clone());
                format!("if({}, {}, '')", conditions.collect::<Vec<_>>().join(" and "), letter(at))
            })
            .collect();
        if !unsettled.is_empty() {
            let why = self.keep("why", &format!("concat({}, '')", unsettled.join(", ")));
            flaws.push((format!("starts-with({why}, 'a')"), Flaw::NotApplicable));
            flaws.push((format!("{why} != ''"), Flaw::Wrong));
        }
        if let (Hit::Unique, Worth::Text(code, _)) = (table.hit, &worth) {
            flaws.push((format!("{code} = ''"), Flaw::Wrong));
        }
        Ok(Came { flaws, worth })
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
