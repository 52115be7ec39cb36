//! Answers that break their rule, and what is made of them all the same.
//!
//! A calculation reads what was answered, as XForms has it, be it right or not (XForms 1.1 §4.3.5 only marks it). What is shown of it has to say so.

use crate::assess::Awaits;
use crate::graph::Task;
use crate::session::Session;
use crate::session::instance::flag;
use crate::value::Value;
use crate::view::{Control, Key, NodeId, ScopeId};

impl Session {
    /// The answers that break their rule and that a question's words, or what is calculated for it, are made of; through calculations, in the form's
    /// order. None while nothing on the form is wrong.
    pub fn rejected_behind(&self, key: Key) -> Vec<Awaits> {
        if !self.instance.holds(&self.form, key.scope, key.node) || !self.any_rejected() {
            return Vec::new();
        }
        let backwards = self.backwards();
        let mut next: Vec<NodeId> = Vec::new();
        for (rank, each) in self.form.graph.computations.iter().enumerate() {
            if each.node == key.node && matches!(each.task, Task::Shown | Task::Calculate(_)) {
                next.extend(&backwards.read_by[rank]);
            }
        }
        let mut keys: Vec<Key> = Vec::new();
        let mut seen = vec![false; self.form.nodes.len()];
        seen[key.node.0 as usize] = true;
        while let Some(node) = next.pop() {
            if std::mem::replace(&mut seen[node.0 as usize], true) {
                continue;
            }
            keys.extend(self.rejected_of(node, key.scope));
            for rank in backwards.providers.get(&node).into_iter().flatten() {
                if let Task::Calculate(_) = self.form.graph.computations[*rank as usize].task {
                    next.extend(&backwards.read_by[*rank as usize]);
                }
            }
        }
        self.named(keys)
    }

    /// Every answer that breaks its rule, in the form's order.
    pub fn rejected(&self) -> Vec<Awaits> {
        self.named(self.nodes().into_iter().filter(|key| self.rejects(*key)).collect())
    }

    /// Where a question's answer breaks its rule: in the instance at hand, or in all where that has none of it.
    fn rejected_of(&self, node: NodeId, scope: ScopeId) -> Vec<Key> {
        let mut keys = Vec::new();
        if self.instance.holds(&self.form, scope, node) {
            keys.push(Key { scope, node });
        } else {
            let within = self.form.node(node).scope;
            self.instance
                .each_under(&self.form, ScopeId(0), within, &mut |scope| keys.push(Key { scope, node }));
        }
        keys.retain(|key| self.is_rejected(*key));
        keys
    }

    /// Is it asked and answered, against its rule?
    fn is_rejected(&self, key: Key) -> bool {
        let node = self.form.node(key.node);
        let asked = node.body.control.is_some_and(|control| control != Control::Note);
        let cell = self.instance.cell(key.scope, key.node);
        asked
            && self.instance.has(cell, flag::RELEVANT)
            && match self.instance.kept(key.scope, key.node) {
                Value::Unread(_) => true,
                Value::Blank => false,
                _ => self.instance.has(cell, flag::VIOLATED),
            }
    }

    /// The same of any node, be it a question or not.
    pub(super) fn rejects(&self, key: Key) -> bool {
        let here = self.instance.holds(&self.form, key.scope, key.node);
        here && self.form.node(key.node).data_type().is_some() && self.is_rejected(key)
    }

    /// Is there any?
    pub fn any_rejected(&self) -> bool {
        // Mostly there is none, and it is asked after each answer.
        self.instance.may_reject() && self.nodes().into_iter().any(|key| self.rejects(key))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::session::{Session, World};
    use crate::value::Value;
    use crate::{Bundle, Form, Source};

    #[test]
    fn what_is_made_of_an_answer_that_breaks_its_rule_names_it() {
        let form = json!({
            "settings": {"form_id": "f", "version": "1", "default_language": "en"},
            "survey": [
                {"type": "integer", "name": "standard", "label": "Standard", "constraint": ". < 5000"},
                {"type": "integer", "name": "income", "label": "Income"},
                {"type": "calculate", "name": "ratio", "calculation": "${income} div ${standard}"},
                {"type": "note", "name": "told", "label": "That is ${ratio} times."},
                {"type": "note", "name": "other", "label": "You said ${income}."}]});
        let form = Form::read(&Bundle::single(Source::new("form.json", form.to_string()))).form;
        let mut session = Session::new(form.expect("a form"), World::default());
        let give = |session: &mut Session, path: &str, answer: i64| {
            let key = session.at(path).expect("it is there");
            session.answer(key, Value::Integer(answer)).expect("it takes the answer");
        };
        let behind = |session: &Session, path: &str| -> Vec<String> {
            let key = session.at(path).expect("it is there");
            session.rejected_behind(key).into_iter().map(|each| each.question).collect()
        };
        give(&mut session, "/f/income", 400);
        give(&mut session, "/f/standard", 828);
        assert_eq!(behind(&session, "/f/told"), [""; 0]);
        assert_eq!(session.rejected(), []);
        give(&mut session, "/f/standard", 828_828);
        assert_eq!(behind(&session, "/f/told"), ["Standard"]);
        assert_eq!(session.rejected().len(), 1);
        assert_eq!(behind(&session, "/f/other"), [""; 0]);
    }
}
