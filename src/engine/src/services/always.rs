//! Rules that come to the same for every household: one that always holds asks for nothing, one that can't hold gives nobody anything.
//!
//! Said only where it is sure: a rule is tried with every value of its facts that it tells apart; what can't be counted is left open.

use super::facts::{Fact, FactId, FactKind, FactValue, Resolved, Vocabulary};
use super::rule::{Rule, Term};
use crate::assess::Exact;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::expr::program::Program;
use crate::source::Span;

/// So many households are tried.
const MAX_TRIED: usize = 20_000;

/// `always-holds` and `never-holds`, of a rule or of what makes a service urgent.
pub(super) fn check(
    rule: &Rule,
    place: Span,
    is_urgent: bool,
    vocabulary: &Vocabulary,
    program: &Program,
    found: &mut Diagnostics,
) {
    let Some(always) = comes_to(rule, vocabulary, program) else { return };
    let (code, message, hint) = match (always, is_urgent) {
        (true, false) => (
            "always-holds",
            "this rule always holds: every household gets it",
            "say who gets it: `lives_alone and age >= 60`",
        ),
        (true, true) => (
            "always-holds",
            "this always holds: it is urgent for every household",
            "say when it can't wait: `violence or coma`",
        ),
        (false, _) => (
            "never-holds",
            match is_urgent {
                true => "this can't hold: it is never urgent",
                false => "this rule can't hold: no household ever gets it",
            },
            "ask for what there can be; which numbers there are stands in `facts.csv`, `least` and `most`",
        ),
    };
    found.push(Diagnostic::warning(code, place, message).hint(hint));
}

/// What a rule comes to whatever is known of a household; none: it differs, or that can't be said.
fn comes_to(rule: &Rule, vocabulary: &Vocabulary, program: &Program) -> Option<bool> {
    let mut looked = Looked::default();
    looked.at(&rule.root, vocabulary)?;
    let mut tried: Vec<(FactId, Vec<FactValue>)> = Vec::new();
    let mut households = 1usize;
    for id in &rule.reads {
        if looked.open.contains(id) {
            continue;
        }
        let values = values(vocabulary.fact(*id), *id, &looked);
        households = households.checked_mul(values.len()).filter(|count| *count <= MAX_TRIED)?;
        tried.push((*id, values));
    }
    let mut came = None;
    for household in 0..households {
        let mut rest = household;
        let mut known = Resolved::nothing(vocabulary);
        for (id, values) in &tried {
            known.set(*id, values[rest % values.len()].clone());
            rest /= values.len();
        }
        let holds = rule.decide(&known, program).holds?;
        if *came.get_or_insert(holds) != holds {
            return None;
        }
    }
    came
}

/// What a rule looks at.
#[derive(Default)]
struct Looked {
    /// Facts of which not every value can be tried: they are left unknown.
    open: Vec<FactId>,
    /// The numbers that facts are held against.
    cuts: Vec<(FactId, Exact)>,
}

impl Looked {
    /// None: an expression has something in the place of an unknown fact, so that nothing is sure.
    fn at(&mut self, term: &Term, vocabulary: &Vocabulary) -> Option<()> {
        match term {
            Term::All(parts) | Term::Any(parts) => {
                parts.iter().try_for_each(|part| self.at(part, vocabulary))
            }
            Term::Not(inner) => self.at(inner, vocabulary),
            Term::Truth(_) => Some(()),
            Term::CutOff { fact, at, .. } => {
                self.cuts.push((*fact, *at));
                Some(())
            }
            Term::Expression { waits_for, reads, .. } => {
                for id in reads {
                    let fact = vocabulary.fact(*id);
                    let counted = match fact.kind {
                        FactKind::YesNo => true,
                        FactKind::Choice => !fact.values.is_empty(),
                        FactKind::Number | FactKind::Choices => false,
                    };
                    if !counted {
                        self.open.push(*id);
                        waits_for.contains(id).then_some(())?;
                    }
                }
                Some(())
            }
        }
    }
}

/// Every value that a rule may tell from another: of numbers those that are written, and one on each side of them.
fn values(fact: &Fact, id: FactId, looked: &Looked) -> Vec<FactValue> {
    let mut values = match fact.kind {
        FactKind::YesNo => vec![FactValue::Boolean(true), FactValue::Boolean(false)],
        FactKind::Choice | FactKind::Choices => {
            fact.values.iter().map(|(name, _)| FactValue::Text(name.clone())).collect()
        }
        FactKind::Number => {
            let own = looked.cuts.iter().filter(|(fact, _)| *fact == id).map(|(_, at)| *at);
            let mut marks: Vec<Exact> = own.chain(fact.least).chain(fact.most).collect();
            crate::order::sort(&mut marks);
            marks.dedup();
            numbers(&marks)
                .into_iter()
                .filter(|number| {
                    fact.least.is_none_or(|least| least <= *number)
                        && fact.most.is_none_or(|most| *number <= most)
                })
                .map(FactValue::Number)
                .collect()
        }
    };
    values.push(FactValue::NotApplicable);
    values
}

/// Sorted marks, what lies between two of them, and beyond the first and the last.
fn numbers(marks: &[Exact]) -> Vec<Exact> {
    let between = marks.windows(2).filter_map(|two| two[0].plus(two[1]).ok()?.over(Exact::whole(2)).ok());
    let below = marks.first().and_then(|first| first.minus(Exact::ONE).ok());
    let above = marks.last().and_then(|last| last.plus(Exact::ONE).ok());
    marks.iter().copied().chain(between).chain(below).chain(above).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::facts::read;
    use crate::services::rule::compile;
    use crate::source::{Bundle, Source, Written};

    const FACTS: &str = "name,kind,least,most\nalone,yes_no,,\nage,number,0,120\nshare,number,,\nneeds,choices,,\nhome,choice,,\n";
    const VALUES: &str = "fact,name\nhome,own\nhome,rented\nneeds,meals\n";

    fn said(rule: &str) -> Option<bool> {
        let (mut program, mut found) = (Program::default(), Diagnostics::default());
        let mut bundle = Bundle::single(Source::new("facts.csv", FACTS));
        bundle.files.push(Source::new("fact-values.csv", VALUES));
        let vocabulary = read(&bundle, 0, Some(1), &mut program, &mut found);
        let written = Written::plain(rule, Span::in_main(0, rule.len()));
        let compiled = compile(&written, &vocabulary, &mut program, &mut found);
        let compiled = compiled.unwrap_or_else(|| panic!("{rule}: {:?}", found.into_sorted()));
        comes_to(&compiled, &vocabulary, &program)
    }

    #[test]
    fn a_rule_for_all_or_for_nobody_is_known() {
        for rule in ["true()", "alone or not(alone)", "not(age < 0)", "age < 60 or not(age < 60)", "1 < 2"] {
            assert_eq!(said(rule), Some(true), "{rule}");
        }
        for rule in [
            "false()",
            "alone and not(alone)",
            "age < 0",
            "age > 120",
            "age > 60 and age < 50",
            "age > 130 and share * 2 > 1",
            "home = 'own' and home = 'rented'",
        ] {
            assert_eq!(said(rule), Some(false), "{rule}");
        }
    }

    #[test]
    fn of_what_is_not_sure_nothing_is_said() {
        for rule in [
            "alone",
            "age >= 0",
            "age > 119.5",
            "share < 0",
            "share * 2 > 1 and share < 0",
            "coalesce(share, 1) > 0",
            "selected(needs, 'meals')",
            "home != 'own'",
            "age > 60 and age < 61",
            "alone and age >= 60 or not(alone) and age < 60",
        ] {
            assert_eq!(said(rule), None, "{rule}");
        }
    }
}
