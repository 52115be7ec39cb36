//! Shifts of levels: by how many at least and at most, while reasons are open, and whether that makes a difference.

use super::conditions::Holds;
use super::inputs::Flaw;
use super::places::{Unsayable, any_of, is_own};
use super::rules::text;
use super::whole::{Fraction, Whole, choose, common_denominator, scaled};
use super::{Came, Worth, Writer};
use crate::assess::Exact;
use crate::assess::measure::{Shift, ShiftBy};
use crate::xml::Element;

/// A reason: when it surely counts, when it may, and what it does.
struct Reason {
    surely: String,
    perhaps: Option<String>,
    number: Exact,
}

impl Reason {
    /// When it may count; itself if it is always decided.
    fn perhaps(&self) -> &str {
        self.perhaps.as_deref().unwrap_or(&self.surely)
    }
}

impl Writer<'_> {
    pub fn shift(&mut self, shift: &Shift, element: &Element) -> Result<Came, Unsayable> {
        self.few(shift.rules.len(), "rules")?;
        let mut levels: Vec<Reason> = Vec::new();
        let mut by: Vec<Reason> = Vec::new();
        let lines: Vec<&Element> = element.elements().filter(|line| is_own(line, "rule")).collect();
        for (rule, line) in shift.rules.iter().zip(lines) {
            let when = self.condition(&text(line, "when"))?;
            let (Holds { surely, perhaps, .. }, number) = match rule.does {
                ShiftBy::To(number) | ShiftBy::By(number) => (when, number),
            };
            // What may be open is long: it stands in a node of its own.
            let reason = match perhaps {
                None => Reason { surely, perhaps: None, number },
                Some(perhaps) => {
                    let letter = Holds { surely, perhaps: Some(perhaps), undecided: None }.letter();
                    let at = self.keep("when", &letter);
                    Reason { surely: format!("{at} = 'y'"), perhaps: Some(format!("{at} != 'n'")), number }
                }
            };
            match rule.does {
                ShiftBy::To(_) => levels.push(reason),
                ShiftBy::By(_) => by.push(reason),
            }
        }
        let said = self.input(&shift.of, &text(element, "of"))?;
        let (own, base) = self.number(said)?;
        let set = any_of(&levels.iter().map(|level| level.surely.clone()).collect::<Vec<_>>());
        let mut level = self.moved_by(shift, &base, &by, false)?;
        let unset = |condition: &str| match &set {
            Some(set) => format!("not({set}) and ({condition})"),
            None => condition.to_owned(),
        };
        let mut flaws: Vec<(String, Flaw)> = Vec::new();
        let may_set = any_of(&levels.iter().filter_map(|level| level.perhaps.clone()).collect::<Vec<_>>());
        if let Some(may_set) = &may_set {
            let flawed: Vec<String> = own.iter().map(|(condition, _)| condition.clone()).collect();
            if let Some(flawed) = any_of(&flawed) {
                flaws.push((unset(&format!("({flawed}) and ({may_set})")), Flaw::Wrong));
            }
        }
        flaws.extend(own.into_iter().map(|(condition, flaw)| (unset(&condition), flaw)));
        if by.iter().any(|reason| reason.perhaps.is_some()) {
            let most = self.moved_by(shift, &base, &by, true)?;
            let differ = format!("not({})", level.compared_with("=", &most));
            flaws.push((unset(&differ), Flaw::Wrong));
        }
        // What may set another level than the one that counts.
        let mut earlier: Vec<String> = Vec::new();
        for (at, reason) in levels.iter().enumerate() {
            if let Some(perhaps) = &reason.perhaps {
                let mut others: Vec<String> = Vec::new();
                let mut before: Vec<String> = Vec::new();
                for later in &levels[at + 1..] {
                    if later.number != reason.number {
                        let first = before.iter().map(|before| format!("not({before})"));
                        let all: Vec<String> = first.chain([format!("({})", later.surely)]).collect();
                        others.push(all.join(" and "));
                    }
                    before.push(format!("({})", later.surely));
                }
                // None that surely sets it: the level as it is moved.
                let moved = format!("not({})", level.compared("=", reason.number));
                let none = before.iter().map(|before| format!("not({before})"));
                others.push(none.chain([moved]).collect::<Vec<_>>().join(" and "));
                let mut whole = earlier.clone();
                whole.push(format!("({perhaps}) and not({})", reason.surely));
                whole.extend(any_of(&others).map(|others| format!("({others})")));
                flaws.push((whole.join(" and "), Flaw::Wrong));
            }
            earlier.push(format!("not({})", reason.surely));
        }
        // Where the level is said, what it would have been without does not matter, nor its denominator.
        if let Some(set) = set {
            if level.under.constant.is_none() {
                let under = format!("if({set}, 1, {})", level.under.text);
                level.under = self.keep_whole("under", Whole::atom(under, level.under.most));
            }
            for reason in levels.iter().rev() {
                let (a, b, under) = level.alike(&Fraction::constant(reason.number));
                let text = choose(&[(reason.surely.clone(), b.text)], &a.text, false);
                level = Fraction { over: Whole::atom(text, a.most.max(b.most)), under };
            }
        }
        Ok(Came { flaws, worth: Worth::Exact(level) })
    }

    /// The level as the reasons move it that do not set it: with open ones that lower it, or with open ones that raise it.
    fn moved_by(
        &mut self,
        shift: &Shift,
        base: &Fraction,
        by: &[Reason],
        most: bool,
    ) -> Result<Fraction, Unsayable> {
        let common = common_denominator(by.iter().map(|reason| reason.number));
        let when = |reason: &Reason| match (reason.number > Exact::ZERO) == most {
            true => reason.perhaps().to_owned(),
            false => reason.surely.clone(),
        };
        let moved =
            match shift.stack {
                true => Whole::sum(by.iter().map(|reason| {
                    Whole::constant(scaled(reason.number, common)).only_if(Some(&when(reason)))
                })),
                false => {
                    let strongest = |up: bool| {
                        let mut rules: Vec<&Reason> = by
                            .iter()
                            .filter(|reason| match up {
                                true => reason.number > Exact::ZERO,
                                false => reason.number < Exact::ZERO,
                            })
                            .collect();
                        rules.sort_by_key(|reason| reason.number);
                        if up {
                            rules.reverse();
                        }
                        let size = |reason: &&Reason| (scaled(reason.number, common) as f64).abs();
                        let most = rules.iter().map(size).fold(0.0, f64::max);
                        let cases: Vec<(String, String)> = rules
                            .iter()
                            .map(|reason| (when(reason), scaled(reason.number, common).to_string()))
                            .collect();
                        match cases.is_empty() {
                            true => Whole::constant(0),
                            false => Whole::atom(choose(&cases, "0", false), most),
                        }
                    };
                    strongest(true).plus(&strongest(false))
                }
            };
        let moved = self.keep_whole("by", moved);
        let mut level = base.plus(&Fraction { over: moved, under: Whole::constant(common) });
        for (end, beyond) in [(shift.max, ">"), (shift.min, "<")] {
            if let Some(end) = end {
                let over = self.keep_whole("level", level.over);
                level = self.at_most(&Fraction { over, under: level.under }, end, beyond);
            }
        }
        // It is compared, and stands in several places.
        if by.iter().any(|reason| reason.perhaps.is_some()) {
            level.over = self.keep_whole("level", level.over);
        }
        Ok(level)
    }
}
