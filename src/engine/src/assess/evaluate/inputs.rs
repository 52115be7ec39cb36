//! What measures read: answers, arithmetic over them, and other measures.

use std::sync::Arc;

use super::conditions::{Awaited, Truth};
use super::looking::{Looking, in_tree};
use super::{Assessor, Said, Unsaid};
use crate::assess::measure::{Amount, Input, MeasureId};
use crate::assess::{Exact, Given, Missing, Outcome};
use crate::expr::operand::{NodeRef, Operand};
use crate::expr::program::{Expr, ExprId};
use crate::session::flag;
use crate::value::Value;
use crate::view::{Key, NodeId, ScopeId};

impl Assessor<'_> {
    /// What a measure came to, as a number.
    pub(super) fn score_of(&self, id: MeasureId) -> Said<Exact> {
        match self.came(id) {
            Outcome::NotApplicable => Err(Unsaid::NotApplicable),
            Outcome::Missing(_) => self.depends(id),
            outcome => outcome.score().ok_or(Unsaid::Missing(Missing::NoNumber)),
        }
    }

    fn depends<T>(&self, id: MeasureId) -> Said<T> {
        self.awaited.note(Awaited::Measure(id));
        Err(Unsaid::Missing(Missing::Depends))
    }

    pub(super) fn number(&self, input: &Input) -> Said<Exact> {
        match input {
            Input::Measure(id) => self.score_of(*id),
            Input::Amount(amount) => self.amount(amount),
        }
    }

    /// What an input is, if there is anything to say.
    pub fn said(&self, input: &Input) -> Option<Owned> {
        self.input(input).ok()
    }

    pub(super) fn input(&self, input: &Input) -> Said<Owned> {
        match input {
            Input::Measure(id) => match self.came(*id) {
                Outcome::NotApplicable => Err(Unsaid::NotApplicable),
                Outcome::Missing(_) => self.depends(*id),
                Outcome::Score(score) => Ok(Owned::Number(*score)),
                Outcome::Flag(up) => Ok(Owned::Number(Exact::whole((*up).into()))),
                Outcome::Code(code) => Ok(Given::of_text(code).to_owned()),
                Outcome::Order(names) => Ok(Owned::Names(names.clone())),
            },
            Input::Amount(Amount::Expr(expr)) => {
                let mut said = Err(Unsaid::NotApplicable);
                self.answers_of(*expr, &mut |answer| {
                    if said == Err(Unsaid::NotApplicable) {
                        said = answer.map(|given| given.to_owned());
                    }
                });
                said
            }
            Input::Amount(amount) => self.amount(amount).map(Owned::Number),
        }
    }

    /// A number, exactly.
    pub(super) fn amount(&self, amount: &Amount) -> Said<Exact> {
        Ok(match amount {
            Amount::Constant(number) => *number,
            Amount::Expr(expr) => {
                let mut said = Err(Unsaid::NotApplicable);
                self.answers_of(*expr, &mut |answer| {
                    if said == Err(Unsaid::NotApplicable) {
                        said = answer.and_then(number_of);
                    }
                });
                said?
            }
            Amount::Sum(nodes) => {
                let mut sum = Ok(Exact::ZERO);
                self.answers_of(*nodes, &mut |answer| match (answer, sum) {
                    (Err(Unsaid::NotApplicable), _) => {}
                    // What can't be counted is told before what is not there yet.
                    (Err(why), Err(Unsaid::Missing(Missing::Unanswered))) => sum = Err(why),
                    (_, Err(_)) => {}
                    (answer, Ok(so_far)) => {
                        sum = answer.and_then(number_of).and_then(|number| Ok(so_far.plus(number)?));
                    }
                });
                sum?
            }
            Amount::Plus(a, b) => self.amount(a)?.plus(self.amount(b)?)?,
            Amount::Minus(a, b) => self.amount(a)?.minus(self.amount(b)?)?,
            Amount::Times(a, b) => self.amount(a)?.times(self.amount(b)?)?,
            Amount::Over(a, b) => self.amount(a)?.over(self.amount(b)?)?,
            Amount::Negated(inner) => self.amount(inner)?.negated()?,
        })
    }

    pub(super) fn answers(&self, amount: &Amount, take: &mut dyn FnMut(Said<Given<'_>>)) {
        match amount {
            Amount::Expr(expr) => self.answers_of(*expr, take),
            amount => take(self.amount(amount).map(Given::Number)),
        }
    }

    /// Each value of an expression. A node that is not relevant does not concern the household; a blank one is missing.
    pub(super) fn answers_of(&self, id: ExprId, take: &mut dyn FnMut(Said<Given<'_>>)) {
        match self.eval.program.expr(id) {
            Expr::Cell { base, up, node } => {
                let scope = self.eval.scope_up(*base, *up);
                self.cell(NodeRef::Cell(scope, *node), take);
            }
            Expr::Path(path) if in_tree(&self.eval, self.eval.program.path(*path)) => {
                let mut found = false;
                let mut each = |node| {
                    found = true;
                    self.cell(node, take);
                };
                match self.is_value_open(id) {
                    true => take(Err(Unsaid::Missing(Missing::Depends))),
                    false => {
                        self.eval.each(id, &mut each);
                        // A table that has no such row says nothing.
                        if !found {
                            take(Err(Unsaid::Missing(Missing::Unanswered)));
                        }
                    }
                }
            }
            Expr::Nodes(_) | Expr::Path(_) | Expr::Union(..) => {
                self.eval.each(id, &mut |node| self.cell(node, take));
                if self.instances_open(id).is_some() {
                    take(Err(Unsaid::Missing(Missing::Depends)));
                }
            }
            // What is made of answers that are missing says nothing yet, though it gives something.
            _ if self.is_value_open(id) => take(Err(Unsaid::Missing(Missing::Depends))),
            _ => match self.eval.operand(id) {
                Operand::Nodes(nodes) => nodes.into_iter().for_each(|node| self.node(node, false, take)),
                Operand::Number(number) if number.is_nan() => take(Err(Unsaid::Missing(Missing::Unanswered))),
                Operand::Number(number) => {
                    take(Exact::from_nearest(number).map(Given::Number).map_err(Unsaid::from))
                }
                Operand::Boolean(truth) => take(Ok(Given::Number(Exact::whole(truth.into())))),
                other => take(answered(Given::of_text(&self.eval.text_of_operand(&other)))),
            },
        }
    }

    pub(super) fn cell(&self, node: NodeRef, take: &mut dyn FnMut(Said<Given<'_>>)) {
        self.node(node, true, take);
    }

    /// `wary`: it was not looked yet whether what calculates it is there.
    fn node(&self, node: NodeRef, wary: bool, take: &mut dyn FnMut(Said<Given<'_>>)) {
        self.whose.set(ScopeId(0));
        let NodeRef::Cell(scope, id) = node else {
            take(answered(Given::of_text(&self.eval.node_text(node))));
            return;
        };
        // A measure is read as it is, not as it is shown.
        if let Some(measure) = self.assessment.by_node.get(&id) {
            match self.input(&Input::Measure(*measure)) {
                Ok(owned) => take(Ok(owned.as_given())),
                Err(unsaid) => take(Err(unsaid)),
            }
            return;
        }
        match self.asked(scope, id) {
            Truth::Yes => {}
            Truth::No => return take(Err(Unsaid::NotApplicable)),
            // Nobody knows whether it is asked: that can't be made up for from the rest.
            Truth::Open(_) => return take(Err(Unsaid::Missing(Missing::Depends))),
        }
        self.whose.set(scope);
        let instance = self.eval.primary().instance;
        let rejected = instance.has(instance.cell(scope, id), flag::VIOLATED);
        match instance.value(scope, id) {
            Value::Blank | Value::Unread(_) => {
                self.awaited.note(Awaited::Answer(Key { scope, node: id }));
                take(Err(Unsaid::Missing(Missing::Unanswered)));
            }
            _ if rejected => {
                self.awaited.note(Awaited::Answer(Key { scope, node: id }));
                take(Err(Unsaid::Missing(Missing::Rejected)));
            }
            // It gives something, but is made of answers that are missing.
            _ if wary && self.is_calculation_open(scope, id) => take(Err(Unsaid::Missing(Missing::Depends))),
            Value::Integer(number) => take(Ok(Given::Number(Exact::whole(*number)))),
            Value::Decimal(number) => {
                take(Exact::from_nearest(*number).map(Given::Number).map_err(Unsaid::from))
            }
            Value::Boolean(truth) => take(Ok(Given::Number(Exact::whole((*truth).into())))),
            Value::Text(text) | Value::Choice(text) => take(answered(Given::of_text(text))),
            Value::Choices(names) => take(Ok(Given::Names(names))),
            other => take(answered(Given::of_text(&other.text()))),
        }
    }
}

impl Assessor<'_> {
    /// Is something missing that a node is calculated from? It says nothing yet then, though it gives a value: no children so far is not no children.
    fn is_calculation_open(&self, scope: ScopeId, node: NodeId) -> bool {
        let Some(made) = self.assessment.behind.get(&node) else { return false };
        let there = match self.there.get() {
            Some((last, there)) if last == node => there,
            _ => made.iter().all(|made| self.is_there(made.of)),
        };
        self.there.set(Some((node, there)));
        let mut open = false;
        if !there {
            self.each_missing(scope, node, &mut |missing| {
                self.awaited.note(missing);
                open = true;
            });
        }
        open
    }

    /// The same, of any node of the form, read by a measure or not, as a condition would ask it.
    pub fn is_open(&self, scope: ScopeId, node: NodeId) -> bool {
        Looking::new(self, false).node(&self.eval, NodeRef::Cell(scope, node)).is_some()
    }

    /// The same of a value that is more than nodes. One that comes to nothing is a blank, as a calculation's is.
    fn is_value_open(&self, id: ExprId) -> bool {
        let Some(sources) = self.assessment.behind_values.get(&id) else { return false };
        !self.are_there(sources)
            && Looking::new(self, false).open(&self.eval, id).is_some()
            && !matches!(&*self.eval.text(id), "" | "NaN")
    }
}

fn answered(given: Given<'_>) -> Said<Given<'_>> {
    match given {
        Given::Nothing => Err(Unsaid::Missing(Missing::Unanswered)),
        given => Ok(given),
    }
}

pub(super) fn number_of(given: Given<'_>) -> Said<Exact> {
    match given {
        Given::Number(number) => Ok(number),
        Given::Nothing => Err(Unsaid::Missing(Missing::Unanswered)),
        Given::Text(_) | Given::Names(_) => Err(Unsaid::Missing(Missing::NoNumber)),
    }
}

/// A value that lives by itself.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Owned {
    Number(Exact),
    Text(Arc<str>),
    Names(Arc<[Arc<str>]>),
}

impl Owned {
    pub fn as_given(&self) -> Given<'_> {
        match self {
            Owned::Number(number) => Given::Number(*number),
            Owned::Text(text) => Given::Text(text),
            Owned::Names(names) => Given::Names(names),
        }
    }

    pub(super) fn into_outcome(self) -> Outcome {
        match self {
            Owned::Number(number) => Outcome::Score(number),
            Owned::Text(code) => Outcome::Code(code),
            Owned::Names(names) => Outcome::Order(names),
        }
    }
}

impl Given<'_> {
    /// Kept for longer than the answers are looked at.
    pub(crate) fn to_owned(self) -> Owned {
        match self {
            Given::Number(number) => Owned::Number(number),
            Given::Text(text) => Owned::Text(text.into()),
            Given::Names(names) => Owned::Names(names.into()),
            Given::Nothing => Owned::Text("".into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::{Bundle, Form, Source, case};

    /// What a measure comes to after these answers.
    fn check(measure: &serde_json::Value, answers: &serde_json::Value, expected: &str) {
        let mut measure = measure.clone();
        measure["name"] = "m".into();
        measure["label"] = "M".into();
        let form = json!({
            "settings": {"form_id": "f", "version": "1"},
            "survey": [
                {"type": "integer", "name": "standard", "label": "Standard", "required": true, "constraint": ". < 1000"},
                {"type": "integer", "name": "wage", "label": "Wage", "required": true},
                {"type": "integer", "name": "free", "label": "Free"},
                {"type": "calculate", "name": "level", "calculation": "if(${wage} <= ${standard}, 'poor', 'fine')"},
                {"type": "calculate", "name": "noted", "calculation": "if(${free} > 3, 1, 0)"},
                {"type": "repeat", "name": "person", "label": "Person", "starts_with": 2, "children": [
                    {"type": "integer", "name": "age", "label": "Age", "required": true},
                    {"type": "integer", "name": "shoe", "label": "Shoe", "required": true},
                    {"type": "calculate", "name": "older", "calculation": "if(${age} >= 60, 1, 0)"},
                    {"type": "calculate", "name": "above", "calculation": "if(${age} > sum(/f/person/age) div 2, 1, 0)"}]},
                {"type": "calculate", "name": "persons", "calculation": "count(${person})"},
                {"type": "calculate", "name": "older_count", "calculation": "sum(${older})"}],
            "assessment": [measure]
        });
        let form = Bundle::single(Source::new("form.json", form.to_string()));
        let form = Form::read(&form).form.expect("a form");
        let case = json!({"steps": [{"answer": answers}, {"expect": {"outcomes": {"m": expected}}}]});
        let failures = case::run(&form, &case);
        assert!(failures.is_empty(), "{measure} after {answers}: {failures:?}");
    }

    #[test]
    fn what_is_calculated_from_missing_answers_says_nothing_yet() {
        let fact = |value: &str| json!({"type": "fact", "value": value});
        let (none, one) = (json!({}), json!({"/f/person[1]/age": 70}));
        let both = json!({"/f/person[1]/age": 70, "/f/person[2]/age": 5});
        let open = "missing: depends";
        for (value, answers, expected) in [
            ("${older_count}", &none, open),
            ("${older_count}", &one, open),
            // What the calculation does not read is no matter.
            ("${older_count}", &both, "1"),
            ("sum(${older})", &one, open),
            ("sum(${older})", &both, "1"),
            ("if(${older_count} > 0, 1, 0)", &one, open),
            ("if(${older_count} > 0, 1, 0)", &both, "1"),
            // Which instances there are is known, whatever they hold.
            ("${persons}", &none, "2"),
            ("${level}", &none, open),
            ("${level}", &json!({"/f/standard": 800, "/f/wage": 900}), "fine"),
            // An answer that breaks its rule is none.
            ("${level}", &json!({"/f/standard": 8000, "/f/wage": 900}), open),
            // What may be left out and was is deliberately blank.
            ("${noted}", &none, "0"),
        ] {
            check(&fact(value), answers, expected);
        }
    }

    #[test]
    fn in_a_repeat_each_instance_has_answers_of_its_own() {
        let any = |value: &str| json!({"type": "fact", "value": value, "test": "1"});
        let one = json!({"/f/person[1]/age": 70});
        check(&any("${older}"), &one, "1");
        check(&any("${older}"), &json!({"/f/person[1]/age": 7}), "missing: depends");
        check(&any("${older}"), &json!({"/f/person[1]/age": 7, "/f/person[2]/age": 8}), "0");
        // Of all of them where a calculation reads all.
        check(&any("${above}"), &one, "missing: depends");
    }

    #[test]
    fn an_item_that_is_calculated_is_not_made_up_for() {
        let scale = |missing: &str| {
            json!({"type": "scale", "max": 9, "missing": missing, "items": [
                {"value": "${older_count}"}, {"value": "${level}", "points": "poor: 2; fine: 0"}]})
        };
        let answers = json!({"/f/person[1]/age": 70, "/f/standard": 800, "/f/wage": 700});
        check(&scale("prorate"), &answers, "missing: depends");
        check(&scale("zero"), &answers, "missing: depends");
        let mut whole = answers;
        whole["/f/person[2]/age"] = 9.into();
        check(&scale("prorate"), &whole, "3");
    }
}
