//! The assessment over the session's answers: each measure as it becomes due, and what it came to, explained.

use std::cell::Cell;

use crate::assess::Outcome;
use crate::assess::evaluate::{Assessor, Awaiting};
use crate::assess::measure::{Kind, MeasureId};
use crate::assess::trace::{Told, Trace};
use crate::session::Session;
use crate::value::Value;
use crate::view::{Key, NodeId, ScopeId};

impl Session {
    /// What a measure of the assessment came to, by its name; `None` if the form has no such measure.
    pub fn outcome(&self, measure: &str) -> Option<Outcome> {
        Some(self.outcome_of(self.form.assessment.named(measure)?))
    }

    pub(crate) fn outcome_of(&self, id: MeasureId) -> Outcome {
        self.outcomes[usize::from(id.0)].clone()
    }

    /// Which bands, rules and reasons of a measure have a part in what it came to, told by the same computation. Of a measure that has none of them: nothing.
    pub(crate) fn counted(&self, id: MeasureId) -> Vec<Told> {
        let measure = self.form.assessment.measure(id);
        let has_any = matches!(measure.kind, Kind::Band(_) | Kind::Table(_) | Kind::Shift(_));
        if !has_any || !self.instance.relevant(ScopeId(0), measure.node) {
            return Vec::new();
        }
        let mut trace = Trace::wanted();
        self.assessor(measure.node).outcome(id, &mut trace);
        trace.lines.iter().filter(|line| line.counts).map(|line| line.told).collect()
    }

    /// The names of the form's measures, in the order of their declaration.
    pub fn measures(&self) -> impl Iterator<Item = &str> {
        self.form.assessment.measures.iter().map(|measure| &*measure.name)
    }

    /// How many dangers are up, of those that its reader is told of.
    pub fn flags_up(&self) -> usize {
        let measures = self.form.assessment.measures.iter().zip(&self.outcomes);
        measures.filter(|(measure, outcome)| measure.is_danger() && **outcome == Outcome::Flag(true)).count()
    }

    /// The exact fraction that a submission carries beside the nearest number, where that is none.
    pub(super) fn exact_text(&self, node: NodeId) -> Option<String> {
        let id = self.form.assessment.by_node.get(&node)?;
        match &self.outcomes[usize::from(id.0)] {
            Outcome::Score(score) if !score.is_whole() && self.instance.relevant(ScopeId(0), node) => {
                Some(score.to_string())
            }
            _ => None,
        }
    }

    /// Is something calculated from answers that are missing and could change it, though it gives a value? False of all that is answered.
    pub(crate) fn is_open(&self, key: Key) -> bool {
        self.form.is_computed(key.node) && self.assessor(key.node).is_open(key.scope, key.node)
    }

    /// May a question that is not asked still come to be, as far as the assessment looks?
    pub(crate) fn may_be_asked(&self, key: Key) -> bool {
        self.assessor(key.node).may_be_asked(key.scope, key.node)
    }

    /// Computes a measure. A result whose nearest number is the same may still be another.
    pub(super) fn assess(&mut self, id: MeasureId) {
        let node = self.form.assessment.measure(id).node;
        let assessor = Assessor {
            assessment: &self.form.assessment,
            eval: self.eval(ScopeId(0), node),
            outcomes: &self.outcomes,
            awaited: Awaiting::default(),
            sure: Cell::default(),
            there: Cell::default(),
            whose: Cell::new(ScopeId(0)),
        };
        let outcome = assessor.outcome(id, &mut Trace::none());
        let known = &mut self.outcomes[usize::from(id.0)];
        let value = value_of(&outcome);
        // Answers taken up again may have brought an old result along.
        let same = self.instance.kept(ScopeId(0), node) == &value;
        if *known == outcome && same {
            return;
        }
        *known = outcome;
        self.put(ScopeId(0), node, value);
        // What is not relevant has no readers to `put`; those of a measure see whether it is open.
        if same || !self.instance.relevant(ScopeId(0), node) {
            self.changed.push(Key { scope: ScopeId(0), node });
            self.touch_readers(ScopeId(0), node);
        }
    }
}

/// What expressions see of an outcome: of a score the nearest number.
fn value_of(outcome: &Outcome) -> Value {
    match outcome {
        Outcome::Score(score) => Value::Decimal(score.nearest()),
        Outcome::Flag(up) => Value::Decimal(f64::from(u8::from(*up))),
        Outcome::Code(code) => Value::Text(code.clone()),
        Outcome::Order(names) if names.is_empty() => Value::Blank,
        Outcome::Order(names) => Value::Text(names.join(" ").into()),
        Outcome::NotApplicable | Outcome::Missing(_) => Value::Blank,
    }
}
