//! Why something was not asked, or not looked at: because of which one answer.
//!
//! Said only where the condition that hides it hangs on a single answer, refused consent above all. Where several answers have a part in it nothing is
//! said: any of them alone would be a guess.

use crate::assess::Outcome;
use crate::assess::measure::{Amount, Input, Item, Kind, MeasureId};
use crate::expr::program::{Expr, ExprId, PlanStep};
use crate::form::NodeKind;
use crate::graph::Task;
use crate::session::Session;
use crate::session::instance::flag;
use crate::view::{Control, Key, NodeId, ScopeId};

/// So many calculations are looked through, one behind the other.
const FURTHEST: usize = 8;

/// The one answer for which something is left out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LeftOut {
    /// The question that it was given to.
    pub key: Key,
    /// The question, in words.
    pub question: String,
    /// The answer, in words.
    pub answer: String,
}

impl Session {
    /// For which answer a measure does not apply. `None` if it applies, if the form has none of that name, or if no one answer is the reason.
    pub fn left_out(&self, measure: &str) -> Option<LeftOut> {
        let id = self.form.assessment.named(measure)?;
        let key = self.measure_left_out(id)?;
        self.told_left_out(key)
    }

    /// For which answer those of the nodes that nobody was asked were left out, if it is the same for all of them.
    pub(super) fn nodes_left_out(&self, nodes: &[NodeId]) -> Option<LeftOut> {
        self.told_left_out(self.agreed_on(nodes.iter().copied())?)
    }

    fn agreed_on(&self, nodes: impl Iterator<Item = NodeId>) -> Option<Key> {
        let reasons = nodes.filter_map(|node| match self.form.assessment.by_node.get(&node) {
            Some(id) if self.outcome_of(*id) != Outcome::NotApplicable => None,
            Some(id) => Some(self.measure_left_out(*id)),
            None => self.held_back(node).map(|held_back| self.node_left_out(held_back)),
        });
        agreed(reasons)
    }

    pub(super) fn told_left_out(&self, key: Key) -> Option<LeftOut> {
        let answer = self.answer_words(key.node, self.instance.given(key.scope, key.node));
        Some(LeftOut { key, question: self.question_words(key), answer })
    }

    pub(super) fn measure_left_out(&self, id: MeasureId) -> Option<Key> {
        if self.outcome_of(id) != Outcome::NotApplicable {
            return None;
        }
        let node = self.measure(id).node;
        if let Some(held_back) = self.held_back(node) {
            return self.node_left_out(held_back);
        }
        match &self.measure(id).kind {
            Kind::Scale(scale) => {
                let of =
                    |item: &Item| self.nodes_of(&item.value).chain(item.questions.iter().copied()).collect();
                self.agreed_on(scale.items.iter().flat_map(|item| -> Vec<NodeId> { of(item) }))
            }
            Kind::Index(parts) | Kind::Ranking(parts) => {
                agreed(parts.iter().map(|part| self.measure_left_out(part.measure)))
            }
            Kind::Fact { of: Input::Amount(amount), .. } => self.agreed_on(self.nodes_of(amount)),
            Kind::Band(Input::Measure(of)) | Kind::Fact { of: Input::Measure(of), .. } => {
                self.measure_left_out(*of)
            }
            _ => None,
        }
    }

    /// The node that an amount is the value of, in one instance or in several; none if it is worked out.
    fn nodes_of(&self, amount: &Amount) -> impl Iterator<Item = NodeId> {
        let node = match amount {
            Amount::Expr(expr) => match self.form.program.expr(*expr) {
                Expr::Cell { node, .. } => Some(*node),
                Expr::Nodes(plan) => {
                    let steps = &self.form.program.plan(*plan).steps;
                    steps.iter().rev().find_map(|step| match step {
                        PlanStep::Cell(node) => Some(*node),
                        _ => None,
                    })
                }
                _ => None,
            },
            _ => None,
        };
        node.into_iter()
    }

    /// The outermost node that hides another in all its instances, and one of the scopes where it does.
    fn held_back(&self, node: NodeId) -> Option<(ScopeId, NodeId)> {
        let form = &self.form;
        let mut chain = vec![node];
        while let Some(last) = chain.last().copied().filter(|last| *last != NodeId(0)) {
            chain.push(form.node(last).parent);
        }
        chain.into_iter().rev().find_map(|node| {
            let mut scopes = Vec::new();
            match self.instance.holds(form, ScopeId(0), node) {
                true => scopes.push(ScopeId(0)),
                false => self
                    .instance
                    .each_under(form, ScopeId(0), form.node(node).scope, &mut |scope| scopes.push(scope)),
            }
            let hides =
                |scope: &ScopeId| !self.instance.has(self.instance.cell(*scope, node), flag::RELEVANT_ITSELF);
            let first = scopes.first().copied()?;
            scopes.iter().all(hides).then_some((first, node))
        })
    }

    pub(super) fn node_left_out(&self, (scope, holder): (ScopeId, NodeId)) -> Option<Key> {
        let condition = self.form.graph.computations.iter().find_map(|each| match each.task {
            Task::Relevant(expr) if each.node == holder => Some(expr),
            _ => None,
        })?;
        let mut parts = Vec::new();
        self.false_parts(scope, holder, condition, &mut parts);
        // Each of them hides it by itself: the first that one answer explains is a reason.
        parts.into_iter().find_map(|part| {
            let mut questions = Vec::new();
            self.questions_in(scope, part, FURTHEST, &mut questions)?;
            let [only] = questions[..] else { return None };
            let given = self.instance.value(only.scope, only.node);
            let cell = self.instance.cell(only.scope, only.node);
            (!given.is_blank() && !self.instance.has(cell, flag::VIOLATED)).then_some(only)
        })
    }

    /// What of a condition that is joined by `and` does not hold.
    fn false_parts(&self, scope: ScopeId, node: NodeId, expr: ExprId, into: &mut Vec<ExprId>) {
        match self.form.program.expr(expr) {
            Expr::And(a, b) => {
                [*a, *b].into_iter().for_each(|side| self.false_parts(scope, node, side, into))
            }
            _ if !self.look(scope, node).boolean(expr) => into.push(expr),
            _ => {}
        }
    }

    /// The questions that an expression reads, through calculations too, each once. `None`: it reads what can't be followed.
    fn questions_in(&self, scope: ScopeId, expr: ExprId, depth: usize, into: &mut Vec<Key>) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        match self.form.program.expr(expr) {
            Expr::Number(_) | Expr::Text(_) => Some(()),
            Expr::Or(a, b) | Expr::And(a, b) | Expr::Compare(_, a, b) | Expr::Arithmetic(_, a, b) => {
                self.questions_in(scope, *a, depth, into)?;
                self.questions_in(scope, *b, depth, into)
            }
            Expr::Negate(inner) => self.questions_in(scope, *inner, depth, into),
            Expr::Call(_, arguments) => {
                arguments.iter().try_for_each(|inner| self.questions_in(scope, *inner, depth, into))
            }
            Expr::Cell { up, node, .. } => {
                let scope = self.instance.up(scope, *up);
                let body = &self.form.node(*node).body;
                let asked = body.control.is_some_and(|control| control != Control::Note);
                if asked && !self.form.is_computed(*node) {
                    let key = Key { scope, node: *node };
                    if !into.contains(&key) {
                        into.push(key);
                    }
                    return matches!(self.form.node(*node).kind, NodeKind::Leaf(_)).then_some(());
                }
                let calculation = self.form.graph.computations.iter().find_map(|each| match each.task {
                    Task::Calculate(expr) if each.node == *node => Some(expr),
                    _ => None,
                });
                self.questions_in(scope, calculation?, depth, into)
            }
            _ => None,
        }
    }
}

/// What all say, if there is anything and it is the same.
fn agreed(mut reasons: impl Iterator<Item = Option<Key>>) -> Option<Key> {
    let first = reasons.next()??;
    reasons.all(|reason| reason == Some(first)).then_some(first)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::session::{Session, World};
    use crate::value::Value;
    use crate::{Bundle, Form, Source};

    /// A scale behind a consent that a calculation sums up, one behind two answers, and one behind how many there are.
    fn session() -> Session {
        let form = json!({
            "settings": {"form_id": "f", "version": "1", "default_language": "en"},
            "choices": {"yn": [{"name": "yes", "label": "Yes", "score": 1}, {"name": "no", "label": "No", "score": 0}]},
            "survey": [
                {"type": "select_one yn", "name": "consent", "label": "May we ask?"},
                {"type": "select_one yn", "name": "child", "label": "A child?"},
                {"type": "calculate", "name": "open", "calculation": "if(${consent} = 'yes', 1, 0)"},
                {"type": "group", "name": "health", "label": "Health", "relevant": "${open} = 1", "children": [
                    {"type": "select_one yn", "name": "ill", "label": "Ill?"}]},
                {"type": "select_one yn", "name": "school", "label": "School?", "relevant": "${consent} = 'yes' and ${child} = 'yes'"},
                {"type": "select_one yn", "name": "both", "label": "Both?", "relevant": "${consent} = 'yes' or ${child} = 'yes'"}],
            "assessment": [
                {"type": "scale", "name": "h", "label": "H", "items": [{"value": "${ill}"}]},
                {"type": "scale", "name": "s", "label": "S", "items": [{"value": "${school}"}]},
                {"type": "scale", "name": "b", "label": "B", "items": [{"value": "${both}"}]}]});
        let form = Form::read(&Bundle::single(Source::new("form.json", form.to_string()))).form;
        Session::new(form.expect("a form"), World::default())
    }

    #[test]
    fn what_one_answer_hides_names_it_and_what_several_hide_names_none() {
        let mut session = session();
        let give = |session: &mut Session, path: &str, answer: &str| {
            let key = session.at(path).expect("it is there");
            session.answer(key, Value::Choice(answer.into())).expect("it takes the answer");
        };
        let said = |session: &Session, name: &str| {
            session.left_out(name).map(|left| format!("{} {}", left.question, left.answer))
        };
        assert_eq!(said(&session, "h"), None, "nobody refused anything yet");
        give(&mut session, "/f/consent", "no");
        give(&mut session, "/f/child", "no");
        assert_eq!(said(&session, "h").as_deref(), Some("May we ask? No"));
        assert_eq!(said(&session, "s").as_deref(), Some("May we ask? No"), "either alone hides it");
        assert_eq!(said(&session, "b"), None, "it takes both");
        give(&mut session, "/f/consent", "yes");
        assert_eq!(said(&session, "h"), None);
        assert_eq!(said(&session, "s").as_deref(), Some("A child? No"));
        assert_eq!(said(&session, "b"), None);
    }
}
