//! Conditions with three ends: they hold, they don't, or they are open, because an answer is missing that could turn them.
//!
//! An answer is missing where its question is relevant and required and blank, or where it breaks its question's rule. A question that may be
//! left out and was is deliberately blank; one that is not relevant does not concern the household. Both read as blank. Where it is not
//! known yet whether a question is asked ([`super::asked`]), its answer is open.
//!
//! What is not decided yet goes through an expression as in Kleene's logic: `a and b` does not hold if one of them does not, whatever
//! the other is; `not(…)` of what is open is open; a comparison or a function of what is open is open. Calculations are looked through,
//! and a measure that can't be said is open. What *asks about blankness* ([`crate::expr::functions::Function::asks_blankness`]; a comparison with `''`) reads what is in it as it stands.
//!
//! Invariant: what is decided stays so whatever is answered to the questions that are missing, as long as no blankness is asked for. Where nothing is missing a condition is evaluated as any other expression.

use std::cell::RefCell;

use super::Assessor;
use super::looking::Looking;
use crate::assess::measure::{Condition, MeasureId, Source};
use crate::assess::{Missing, Outcome};
use crate::session::flag;
use crate::value::Value;
use crate::view::{Key, NodeId, ScopeId};

/// Does a condition hold?
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Truth {
    Yes,
    No,
    /// It is not decided yet.
    Open(Missing),
}

impl Truth {
    pub(super) fn negated(self) -> Truth {
        match self {
            Truth::Yes => Truth::No,
            Truth::No => Truth::Yes,
            open @ Truth::Open(_) => open,
        }
    }
}

impl From<bool> for Truth {
    fn from(truth: bool) -> Truth {
        if truth { Truth::Yes } else { Truth::No }
    }
}

/// Something that is missing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Awaited {
    /// The answer of a question, or of what is calculated.
    Answer(Key),
    Measure(MeasureId),
}

/// What was found missing, in order, if that is wanted.
#[derive(Debug, Default)]
pub(crate) struct Awaiting(Option<RefCell<Vec<Awaited>>>);

impl Awaiting {
    /// Notes what is missing.
    pub fn wanted() -> Awaiting {
        Awaiting(Some(RefCell::default()))
    }

    pub fn note(&self, awaited: Awaited) {
        if let Some(list) = &self.0 {
            list.borrow_mut().push(awaited);
        }
    }

    pub(super) fn len(&self) -> usize {
        self.0.as_ref().map_or(0, |list| list.borrow().len())
    }

    /// Forgets what was noted since.
    pub(super) fn forget(&self, len: usize) {
        if let Some(list) = &self.0 {
            list.borrow_mut().truncate(len);
        }
    }

    pub(super) fn since(&self, len: usize) -> Vec<Awaited> {
        self.0.as_ref().map_or_else(Vec::new, |list| list.borrow()[len..].to_vec())
    }

    pub fn into_list(self) -> Vec<Awaited> {
        self.0.map(RefCell::into_inner).unwrap_or_default()
    }
}

impl Assessor<'_> {
    /// Does a condition hold?
    pub(super) fn holds(&self, condition: &Condition) -> Truth {
        match self.is_settled(condition) {
            true => self.eval.boolean(condition.expr).into(),
            false => Looking::new(self, false).truth(&self.eval, condition.expr),
        }
    }

    /// Does the condition of a flag hold? A danger that was named is not taken back because the answer that names it breaks a rule.
    pub(super) fn raised(&self, condition: &Condition) -> Truth {
        let len = self.awaited.len();
        match self.holds(condition) {
            Truth::Open(why) => match Looking::new(self, true).truth(&self.eval, condition.expr) {
                Truth::Yes => {
                    self.awaited.forget(len);
                    Truth::Yes
                }
                _ => Truth::Open(why),
            },
            decided => decided,
        }
    }

    /// Is nothing missing that it hangs on? The most conditions are so, and looked at no further.
    pub(super) fn is_settled(&self, condition: &Condition) -> bool {
        self.are_there(&condition.sources)
    }

    pub(super) fn are_there(&self, sources: &[Source]) -> bool {
        sources.iter().all(|source| self.is_there(*source))
    }

    pub(super) fn is_there(&self, source: Source) -> bool {
        match source {
            Source::Measure(id) => !matches!(self.came(id), Outcome::Missing(_)),
            Source::Question(node) => self.is_answered(node),
        }
    }

    /// Is a question answered in every instance, as far as it has to be?
    fn is_answered(&self, node: NodeId) -> bool {
        let primary = self.eval.primary();
        let scope = primary.form.node(node).scope;
        if scope == crate::form::ScopeDefId::ROOT {
            return self.hole(ScopeId(0), node).is_none();
        }
        let mut answered = true;
        primary.instance.each_under(primary.form, ScopeId(0), scope, &mut |scope| {
            answered &= self.hole(scope, node).is_none();
        });
        answered
    }

    /// Why a question's answer is missing.
    pub(super) fn hole(&self, scope: ScopeId, node: NodeId) -> Option<Missing> {
        let instance = self.eval.primary().instance;
        let cell = instance.cell(scope, node);
        match instance.value(scope, node) {
            _ if !instance.has(cell, flag::RELEVANT) => None,
            Value::Blank | Value::Unread(_) => {
                instance.has(cell, flag::REQUIRED).then_some(Missing::Unanswered)
            }
            _ => instance.has(cell, flag::VIOLATED).then_some(Missing::Rejected),
        }
    }

    /// The answers and measures that a calculation in a scope is made of and that are missing.
    pub(super) fn each_missing(&self, scope: ScopeId, node: NodeId, take: &mut dyn FnMut(Awaited)) {
        let primary = self.eval.primary();
        for made in self.assessment.behind.get(&node).into_iter().flatten() {
            match made.of {
                Source::Measure(id) if matches!(self.came(id), Outcome::Missing(_)) => {
                    take(Awaited::Measure(id));
                }
                Source::Measure(_) => {}
                Source::Question(node) => {
                    let def = primary.form.node(node).scope;
                    let own = if made.own { primary.instance.around(scope, def) } else { None };
                    primary.instance.each_under(primary.form, own.unwrap_or(ScopeId(0)), def, &mut |scope| {
                        if self.hole(scope, node).is_some() {
                            take(Awaited::Answer(Key { scope, node }));
                        }
                    });
                }
            }
        }
    }

    /// The questions behind a calculated node that are missing.
    pub fn holes_behind(&self, key: Key) -> Vec<Awaited> {
        let mut awaited = Vec::new();
        self.each_missing(key.scope, key.node, &mut |missing| awaited.push(missing));
        awaited
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::{Bundle, Form, Source, case};

    /// What a flag with that condition comes to after these answers.
    fn check(condition: &str, answers: &serde_json::Value, expected: &str) {
        let form = json!({
            "settings": {"form_id": "f", "version": "1"},
            "choices": {"yn": [{"name": "yes", "label": "Yes"}, {"name": "no", "label": "No"}]},
            "survey": [
                {"type": "select_one yn", "name": "a", "label": "A", "required": true},
                {"type": "integer", "name": "b", "label": "B", "required": true, "constraint": ". < 100"},
                {"type": "integer", "name": "free", "label": "Free"},
                {"type": "integer", "name": "only_then", "label": "Then", "required": true, "relevant": "${a} = 'yes'"},
                {"type": "integer", "name": "unless", "label": "Unless", "relevant": "not(${a} = 'no')"},
                {"type": "group", "name": "g", "label": "G", "relevant": "${a} = 'yes'", "children": [
                    {"type": "integer", "name": "held", "label": "Held"}]},
                {"type": "integer", "name": "behind", "label": "Behind", "relevant": "${only_then} > 1"},
                {"type": "integer", "name": "next", "label": "Next", "relevant": "${a} != ''"},
                {"type": "integer", "name": "by_answer", "label": "By answer", "required": "${a} = 'yes'"},
                {"type": "repeat", "name": "child", "label": "Child", "repeat_count": "${b}", "children": [
                    {"type": "integer", "name": "years", "label": "Years"}]},
                {"type": "repeat", "name": "guest", "label": "Guest", "relevant": "${a} = 'yes'", "starts_with": 2, "children": [
                    {"type": "integer", "name": "nights", "label": "Nights"}]},
                {"type": "repeat", "name": "adult", "label": "Adult", "starts_with": 2, "relevant": "position(.) <= ${b}", "children": [
                    {"type": "integer", "name": "wage", "label": "Wage"}]},
                {"type": "integer", "name": "perhaps", "label": "Perhaps", "required": "${free} = 1"},
                {"type": "calculate", "name": "twice", "calculation": "${b} * 2"},
                {"type": "calculate", "name": "either_way", "calculation": "if(${b} > 3, 'x', 'x')"},
                {"type": "repeat", "name": "m", "label": "M", "starts_with": 2, "children": [
                    {"type": "integer", "name": "age", "label": "Age", "required": true},
                    {"type": "calculate", "name": "above", "calculation": "if(${age} > sum(/f/m/age) div 2, 1, 0)"},
                    {"type": "integer", "name": "own", "label": "Own", "relevant": "${age} > 17"},
                    {"type": "integer", "name": "all", "label": "All", "relevant": "${above} = 1"}]},
                {"type": "calculate", "name": "persons", "calculation": "count(${m})"},
                {"type": "integer", "name": "of_some", "label": "Of some", "relevant": "${persons} > 0"}],
            "assessment": [{"type": "flag", "name": "flag", "label": "Flag", "value": condition}]
        });
        let form = Bundle::single(Source::new("form.json", form.to_string()));
        let form = Form::read(&form).form.expect("a form");
        let case = json!({"steps": [{"answer": answers}, {"expect": {"outcomes": {"flag": expected}}}]});
        let failures = case::run(&form, &case);
        assert!(failures.is_empty(), "{condition} after {answers}: {failures:?}");
    }

    #[test]
    fn a_condition_is_open_while_an_answer_could_turn_it() {
        let open = "missing: unanswered";
        let none = json!({});
        for (condition, answers, expected) in [
            ("${a} = 'yes'", none.clone(), open),
            ("${a} != 'yes'", none.clone(), open),
            ("not(${a} = 'yes')", none.clone(), open),
            ("${a} = 'yes' and ${b} > 3", json!({"/f/a": "no"}), "0"),
            ("${a} = 'yes' and ${b} > 3", json!({"/f/a": "yes"}), open),
            ("${b} > 3 or ${a} = 'yes'", json!({"/f/a": "yes"}), "1"),
            ("${b} > 3 or ${a} = 'yes'", json!({"/f/a": "no"}), open),
            ("selected(${a}, 'no')", none.clone(), open),
            ("${b} * 0 = 0", none.clone(), open),
            ("if(${a} = 'yes', ${b} = 1, ${b} > 0)", json!({"/f/b": 1}), "1"),
            ("if(${a} = 'yes', ${b} = 1, ${b} > 1)", json!({"/f/b": 1}), open),
            // Calculations are looked through.
            ("${twice} > 4", none.clone(), open),
            ("${twice} > 4", json!({"/f/b": 3}), "1"),
            ("${either_way} = 'x'", none.clone(), "1"),
        ] {
            check(condition, &answers, expected);
        }
    }

    #[test]
    fn what_may_be_left_out_does_not_apply_or_is_asked_for_reads_as_it_stands() {
        let none = json!({});
        for (condition, answers, expected) in [
            ("${free} > 3", none.clone(), "0"),
            ("not(${free} > 3)", none.clone(), "1"),
            ("${perhaps} = 1", none.clone(), "0"),
            ("${perhaps} = 1", json!({"/f/free": 1}), "missing: unanswered"),
            ("${only_then} > 1", json!({"/f/a": "no"}), "0"),
            ("${only_then} > 1", json!({"/f/a": "yes"}), "missing: unanswered"),
            ("${a} = ''", none.clone(), "1"),
            ("'' != ${a}", none.clone(), "0"),
            ("string-length(${a}) > 0", none.clone(), "0"),
            ("coalesce(${b}, 7) = 7", none.clone(), "1"),
            ("count-selected(${a}) = 0", none.clone(), "1"),
            ("count-non-empty(${age}) = 0", none.clone(), "1"),
            ("count(${m}) = 2", none.clone(), "1"),
        ] {
            check(condition, &answers, expected);
        }
    }

    #[test]
    fn among_instances_those_that_are_there_may_settle_it() {
        let one = json!({"/f/m[1]/age": 70});
        for (condition, expected) in [
            ("count(${age}[. >= 60]) > 0", "1"),
            ("count(${age}[. >= 60]) > 1", "missing: unanswered"),
            ("count(${age}[. >= 60]) > 2", "0"),
            ("0 < count(${age}[. >= 60])", "1"),
            ("count(${age}[. >= 60]) = 3", "0"),
            ("count(${age}[. >= 60]) != 3", "1"),
            ("count(${age}[. >= 60]) = 1", "missing: unanswered"),
            ("${age} >= 60", "1"),
            ("${age} >= 80", "missing: unanswered"),
            ("${age} != 70", "missing: unanswered"),
            ("sum(${age}) > 60", "missing: unanswered"),
            ("not(${age} >= 60)", "0"),
        ] {
            check(condition, &one, expected);
        }
    }

    #[test]
    fn what_may_still_come_to_be_asked_is_open() {
        let (open, none) = ("missing: unanswered", json!({}));
        for (condition, answers, expected) in [
            ("${only_then} > 1", none.clone(), open),
            ("${only_then} > 1 and ${b} > 3", json!({"/f/b": 2}), "0"),
            // It is asked until `a` says that it is not.
            ("${unless} > 1", json!({"/f/unless": 5}), open),
            ("${unless} > 1", json!({"/f/a": "yes", "/f/unless": 5}), "1"),
            ("${unless} > 1", json!({"/f/a": "no"}), "0"),
            // By what holds it, and by what its relevance hangs on.
            ("${held} = 1", none.clone(), open),
            ("${held} = 1", json!({"/f/a": "no"}), "0"),
            ("${held} = 1", json!({"/f/a": "yes"}), "0"),
            ("${behind} = 1", none.clone(), open),
            ("${behind} = 1", json!({"/f/a": "yes"}), open),
            ("${behind} = 1", json!({"/f/a": "yes", "/f/only_then": 2}), "0"),
            ("${behind} = 1", json!({"/f/a": "no"}), "0"),
            ("${next} = 1", none.clone(), open),
            ("${next} = 1", json!({"/f/a": "yes"}), "0"),
            // Nobody knows yet whether it has to be answered.
            ("${by_answer} = 1", none.clone(), open),
            ("${by_answer} = 1", json!({"/f/a": "no"}), "0"),
            ("${by_answer} = 1", json!({"/f/a": "yes"}), open),
            // Nor how many there are.
            ("count(${child}) = 0", none.clone(), open),
            ("count(${child}) = 0", json!({"/f/b": 1}), "0"),
            ("${years} > 3", none.clone(), open),
            ("${years} > 3", json!({"/f/b": 0}), "0"),
            ("sum(${years}) = 0", none.clone(), open),
            ("count(${guest}) = 2", none.clone(), open),
            ("count(${guest}) = 2", json!({"/f/a": "yes"}), "1"),
            ("${nights} > 2", none.clone(), open),
            ("${nights} > 2", json!({"/f/a": "no"}), "0"),
            // An instance that may be none.
            ("count(${adult}) > 0", none.clone(), open),
            ("count(${adult}) > 2", none.clone(), "0"),
            ("count(${adult}) > 0", json!({"/f/b": 1}), "1"),
            ("count(${adult}) > 1", json!({"/f/b": 1}), "0"),
            // How many there are does not wait for what they hold.
            ("${of_some} = 1", none.clone(), "0"),
            // Of its own instance, and of all.
            ("/f/m[1]/own = 1", none.clone(), open),
            ("/f/m[1]/own = 1", json!({"/f/m[1]/age": 20}), "0"),
            ("/f/m[1]/all = 1", json!({"/f/m[1]/age": 20}), open),
            ("/f/m[1]/all = 1", json!({"/f/m[1]/age": 20, "/f/m[2]/age": 30}), "0"),
        ] {
            check(condition, &answers, expected);
        }
    }

    #[test]
    fn an_answer_against_its_rule_is_none_but_where_it_names_a_danger() {
        let wrong = json!({"/f/b": 100});
        check("${b} < 50", &wrong, "missing: rejected");
        check("${b} > 50", &wrong, "1");
        check("${b} > 50 and ${a} = 'yes'", &wrong, "missing: rejected");
    }
}
