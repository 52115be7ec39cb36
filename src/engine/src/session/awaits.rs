//! Which answers a result waits for: the questions that it hangs on, through measures and calculations, and that are missing.

use crate::assess::evaluate::{Assessor, Awaited, Awaiting};
use crate::assess::measure::MeasureId;
use crate::assess::trace::Trace;
use crate::assess::{Awaits, Outcome};
use crate::session::Session;
use crate::session::instance::flag;
use crate::view::Key;

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
                    missing.extend(assessor.holes_behind(key.node));
                }
                other => missing.push(other),
            }
        }
        missing
    }
}
