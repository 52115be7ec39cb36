//! Which answers a result waits for: the questions that it hangs on, through measures and calculations, and that are missing.

use crate::assess::evaluate::{Assessor, Awaited, Awaiting};
use crate::assess::measure::MeasureId;
use crate::assess::trace::Trace;
use crate::assess::{Awaits, Outcome};
use crate::graph::Task;
use crate::session::Session;
use crate::session::instance::flag;
use crate::session::turns::Backwards;
use crate::view::{Key, NodeId, ScopeId};

impl Session {
    /// The questions that a measure waits for while it can't be said, in the form's order; none if it can, or if no answer would help.
    pub fn awaited(&self, measure: &str) -> Vec<Awaits> {
        self.form.assessment.named(measure).map(|id| self.awaits(id)).unwrap_or_default()
    }

    /// The questions that a calculated one waits for while it gives nothing, in the form's order; none if it gives something, or if no answer would help.
    pub fn awaited_by(&self, key: Key) -> Vec<Awaits> {
        let Key { scope, node } = key;
        if !self.instance.holds(&self.form, scope, node) || !self.form.is_computed(node) {
            return Vec::new();
        }
        if let Some(id) = self.form.assessment.by_node.get(&node) {
            return self.awaits(*id);
        }
        if !self.instance.value(scope, node).is_blank() {
            return Vec::new();
        }
        let mut found: Vec<Awaits> = Vec::new();
        let mut keys: Vec<Key> = Vec::new();
        for missing in self.assessor(node).holes_behind(key) {
            match missing {
                Awaited::Measure(id) => found.extend(self.awaits(id)),
                Awaited::Answer(key) => keys.push(key),
            }
        }
        found.extend(self.named(keys));
        // What no measure reads is looked for in the graph, where there is one of it.
        if found.is_empty() && scope == ScopeId(0) {
            return self.awaits_behind(&[node], &self.backwards());
        }
        crate::order::sort_by_key(&mut found, |each| (each.key.node, each.key.scope));
        found.dedup();
        found
    }

    pub(super) fn awaits(&self, id: MeasureId) -> Vec<Awaits> {
        let mut keys: Vec<Key> = Vec::new();
        let mut measures = vec![id];
        let mut at = 0;
        while let Some(id) = measures.get(at).copied() {
            at += 1;
            if !matches!(self.outcome_of(id), Outcome::Missing(_)) {
                continue;
            }
            for awaited in self.missing_of(id) {
                match awaited {
                    Awaited::Measure(id) if measures.contains(&id) => {}
                    Awaited::Measure(id) => measures.push(id),
                    Awaited::Answer(key) => keys.push(key),
                }
            }
        }
        self.named(keys)
    }

    /// The questions that would say some nodes: unanswered themselves, or required behind their calculations and, where nobody is asked yet,
    /// behind what asks.
    pub(super) fn awaits_behind(&self, nodes: &[NodeId], backwards: &Backwards) -> Vec<Awaits> {
        let form = &self.form;
        let mut found: Vec<Awaits> = Vec::new();
        let mut keys: Vec<Key> = Vec::new();
        let mut next: Vec<NodeId> = nodes.to_vec();
        let mut at = 0;
        while let Some(node) = next.get(at).copied() {
            let direct = at < nodes.len();
            at += 1;
            if let Some(id) = form.assessment.by_node.get(&node) {
                found.extend(self.awaits(*id));
                continue;
            }
            let mut asked = false;
            self.instance.each_under(form, ScopeId(0), form.node(node).scope, &mut |scope| {
                let cell = self.instance.cell(scope, node);
                let relevant = self.instance.has(cell, flag::RELEVANT);
                asked |= relevant;
                let question = form.node(node).body.control.is_some() && !form.is_computed(node);
                let blank = self.instance.value(scope, node).is_blank();
                let missing = blank && (direct || self.instance.has(cell, flag::REQUIRED));
                if relevant && question && (missing || (!blank && self.instance.has(cell, flag::VIOLATED))) {
                    keys.push(Key { scope, node });
                }
            });
            // What is calculated comes from others; and what nobody is asked may be asked once others are answered.
            let mut held = node;
            loop {
                for rank in backwards.providers.get(&held).into_iter().flatten() {
                    let follow = match form.graph.computations[*rank as usize].task {
                        Task::Calculate(_) => held == node,
                        Task::Relevant(_) | Task::RepeatCount(_) => !asked,
                        _ => false,
                    };
                    let reads = if follow { &backwards.read_by[*rank as usize][..] } else { &[] };
                    next.extend(
                        reads.iter().filter(|read| !next.contains(read)).copied().collect::<Vec<_>>(),
                    );
                }
                if held == NodeId(0) {
                    break;
                }
                held = form.node(held).parent;
            }
        }
        found.extend(self.named(keys));
        crate::order::sort_by_key(&mut found, |each| (each.key.node, each.key.scope));
        found.dedup();
        found
    }

    /// The questions, in the form's order, each with whose it is.
    pub(super) fn named(&self, mut keys: Vec<Key>) -> Vec<Awaits> {
        crate::order::sort_by_key(&mut keys, |key| (key.node, key.scope));
        keys.dedup();
        let named = |key: Key| Awaits {
            key,
            question: self.question_words(key),
            rejected: !self.instance.value(key.scope, key.node).is_blank()
                && self.instance.has(self.instance.cell(key.scope, key.node), flag::VIOLATED),
        };
        keys.into_iter().map(named).collect()
    }

    /// What was found missing while a measure was computed. Of what is calculated, what it is calculated from.
    fn missing_of(&self, id: MeasureId) -> Vec<Awaited> {
        let assessor = Assessor { awaited: Awaiting::wanted(), ..self.assessor(self.measure(id).node) };
        assessor.outcome(id, &mut Trace::none());
        let Assessor { awaited, .. } = assessor;
        let assessor = self.assessor(self.measure(id).node);
        let mut missing = Vec::new();
        for awaited in awaited.into_list() {
            match awaited {
                Awaited::Answer(key) if self.form.is_computed(key.node) => {
                    missing.extend(assessor.holes_behind(key));
                }
                other => missing.push(other),
            }
        }
        missing
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::session::{Session, World};
    use crate::value::Value;
    use crate::{Bundle, Form, Source};

    #[test]
    fn what_is_calculated_names_what_it_waits_for_in_its_own_instance() {
        let form = json!({
            "settings": {"form_id": "f", "version": "1", "default_language": "en"},
            "survey": [
                {"type": "integer", "name": "standard", "label": "Standard", "required": true},
                {"type": "repeat", "name": "people", "label": "People", "children": [
                    {"type": "integer", "name": "income", "label": "Income", "required": true},
                    {"type": "integer", "name": "twice", "label": "Twice", "read_only": true, "calculation": "if(${income} = '', '', ${income} * 2)"}]},
                {"type": "integer", "name": "ratio", "label": "Ratio", "read_only": true, "calculation": "if(${standard} = '', '', sum(${income}) div ${standard})"},
                {"type": "integer", "name": "double", "label": "Double", "read_only": true, "calculation": "if(${ratio} = '', '', ${ratio} * 2)"}],
            "assessment": [{"type": "scale", "name": "s", "items": [{"value": "${ratio}"}, {"value": "${twice}"}]}]});
        let form = Form::read(&Bundle::single(Source::new("form.json", form.to_string()))).form;
        let mut session = Session::new(form.expect("a form"), World::default());
        let people = session.at("/f/people").expect("a repeat");
        while session.repeat(people).is_some_and(|repeat| repeat.instances.len() < 2) {
            session.add_repeat(people).expect("one more");
        }
        let awaits = |session: &Session, path: &str| -> Vec<String> {
            let key = session.at(path).expect("it is there");
            session.awaited_by(key).into_iter().map(|each| each.question).collect()
        };
        assert_eq!(awaits(&session, "/f/people[2]/twice"), ["People 2: Income"]);
        assert_eq!(awaits(&session, "/f/double"), ["Standard", "People 1: Income", "People 2: Income"]);
        let standard = session.at("/f/standard").expect("it is there");
        session.answer(standard, Value::Integer(800)).expect("it takes the answer");
        assert_eq!(awaits(&session, "/f/standard"), [""; 0], "it is no calculation");
        assert_eq!(awaits(&session, "/f/ratio"), [""; 0], "it gives something");
    }
}
