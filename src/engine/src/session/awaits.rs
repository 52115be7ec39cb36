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
