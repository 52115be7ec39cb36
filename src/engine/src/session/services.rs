//! Services for the household of this session: what its answers say, put before the catalogue that its form names.

use std::sync::Arc;

use crate::services::{
    Catalogue, Circumstances, FactKind, FactValue, Matched, Unsuitable, of_text, together,
};
use crate::session::{LeftOut, Session};
use crate::view::{Key, NodeId};

/// The fact that says where the household is: the code of its town or village.
pub(super) const AREA: &str = "area";

impl Session {
    /// The fact that the questions of a name say, in all instances together.
    pub(crate) fn answered(&self, name: &str, kind: FactKind) -> Option<FactValue> {
        let named = |key: &&Key| *self.form.node(key.node).name == *name;
        let keys = self.nodes();
        let mut keys =
            keys.iter().filter(named).filter(|key| self.form.node(key.node).data_type().is_some()).peekable();
        keys.peek()?;
        let mut all: Option<FactValue> = None;
        let mut open = false;
        for key in keys {
            if !self.instance.relevant(key.scope, key.node) {
                // Who may still come to be asked is not left out.
                open |= self.may_be_asked(*key);
                continue;
            }
            let value = self.instance.value(key.scope, key.node);
            if value.is_blank() || self.is_open(*key) {
                open = true;
                continue;
            }
            let value = of_text(&value.text(), kind)?;
            all = Some(match all {
                None => value,
                Some(before) => together(before, value),
            });
        }
        match (open, all) {
            (false, all) => Some(all.unwrap_or(FactValue::NotApplicable)),
            // One yes is enough, whatever the others say.
            (true, Some(yes @ FactValue::Boolean(true))) => Some(yes),
            (true, _) => None,
        }
    }

    /// The catalogue that the form names, and what it has for this household today. `None` if the form names none, or a broken one.
    pub fn services(&self) -> Option<(Arc<Catalogue>, Matched)> {
        let catalogue = self.form.catalogue()?.clone();
        let facts = catalogue.facts_of(self);
        let area = self.outcome(AREA).map(|outcome| outcome.to_string()).unwrap_or_default();
        let today = self.world.zone().civil(self.world.now_ms)?.date();
        let mut matched = catalogue.match_household(&area, &facts, &Circumstances::on(today));
        let backwards = self.backwards();
        for undecided in &mut matched.undecided {
            let unasked = undecided.missing.iter().copied().filter(|fact| !catalogue.is_asked(*fact, self));
            undecided.unasked = unasked.collect();
            let asked = undecided.missing.iter().filter(|fact| !undecided.unasked.contains(fact));
            let nodes: Vec<NodeId> = asked.flat_map(|fact| catalogue.said_by(*fact, self)).collect();
            undecided.awaits = self.awaits_behind(&nodes, &backwards);
        }
        Some((catalogue, matched))
    }

    /// What the catalogue has that is not for this household today, each with the facts that decided it, and the answer for which they were not asked.
    /// `None` as for [`Session::services`].
    pub fn unfit_services(&self) -> Option<Vec<Unfit>> {
        let catalogue = self.form.catalogue()?.clone();
        let facts = catalogue.facts_of(self);
        let area = self.outcome(AREA).map(|outcome| outcome.to_string()).unwrap_or_default();
        let today = self.world.zone().civil(self.world.now_ms)?.date();
        let found = catalogue.unsuitable(&area, &facts, &Circumstances::on(today));
        let told = |unsuitable: Unsuitable| {
            // What was asked speaks for itself; what was not must not read as if it had been looked at.
            let facts = unsuitable.because.iter().filter(|(_, value)| *value == FactValue::NotApplicable);
            let nodes: Vec<NodeId> = facts.flat_map(|(fact, _)| catalogue.said_by(*fact, self)).collect();
            Unfit { left_out: self.nodes_left_out(&nodes), unsuitable }
        };
        Some(found.into_iter().map(told).collect())
    }
}

/// A service that is not for this household.
#[derive(Clone, PartialEq, Debug)]
pub struct Unfit {
    /// Which, and why.
    pub unsuitable: Unsuitable,
    /// The answer for which what it asks for was not asked, if one alone is the reason.
    pub left_out: Option<LeftOut>,
}
