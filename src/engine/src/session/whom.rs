//! Whom of a household a service is for: the people whose own answers alone say what decided it. What nobody says alone is the household's.

use std::sync::Arc;

use crate::assess::measure::Kind;
use crate::form::{NodeKind, ScopeDefId};
use crate::services::{Catalogue, Circumstances, FactId, FactValue, ItemId, Matched};
use crate::session::Session;
use crate::session::explain::each_once;
use crate::session::services::AREA;
use crate::view::{Key, NodeId, ScopeId};

impl Session {
    /// For each service that fits, in the order of the match: who they are, as their repeat instances are called: those for whom it would be found were
    /// nobody else asked, all else of the household being as it is. Nobody is where there are not several, or where nobody in particular decided it.
    pub fn whom_services_are_for(&self, catalogue: &Catalogue, matched: &Matched) -> Vec<Vec<String>> {
        let nobody = || vec![Vec::new(); matched.needs.len()];
        let people = self.people();
        let Some(day) = self.world.zone().civil(self.world.now_ms).filter(|_| people.len() >= 2) else {
            return nobody();
        };
        let of_people: Vec<Arc<str>> = catalogue
            .facts()
            .iter()
            .filter(|(id, _)| catalogue.said_by(*id, self).iter().any(|node| self.is_of_people(*node)))
            .map(|(_, fact)| fact.name.clone())
            .collect();
        let all = catalogue.facts_of(self);
        let area = self.outcome(AREA).map(|outcome| outcome.to_string()).unwrap_or_default();
        // What would be found, were these people not there.
        let found_without = |absent: &[ScopeId]| -> Option<Vec<ItemId>> {
            let others = catalogue.facts_of(&self.without(absent)?);
            let facts = all.with(&others, &of_people);
            let matched = catalogue.match_household(&area, &facts, &Circumstances::on(day.date()));
            Some(matched.needs.into_iter().map(|found| found.item).collect())
        };
        let alone = |person: &ScopeId| {
            let others: Vec<ScopeId> = people.iter().filter(|other| *other != person).copied().collect();
            Some((*person, found_without(&others)?))
        };
        let Some(without_all) = found_without(&people) else { return nobody() };
        let Some(alone) = people.iter().map(alone).collect::<Option<Vec<_>>>() else { return nobody() };
        let names = |item: ItemId| {
            let whom = alone.iter().filter(|(_, found)| found.contains(&item)).map(|(person, _)| *person);
            let whom = if without_all.contains(&item) { Vec::new() } else { whom.collect() };
            each_once(whom.into_iter().map(|scope| self.instance_words(scope)).collect())
        };
        matched.needs.iter().map(|found| names(found.item)).collect()
    }

    /// For each service that fits: is it confidential, or does it rest on a danger that is up, or on what is asked together with one, be it up or not? Whoever reads that
    /// it was found could read from it the danger, or what somebody answered in confidence: the points of a questionnaire about low spirits.
    pub fn services_beside_dangers(&self, catalogue: &Catalogue, matched: &Matched) -> Vec<bool> {
        let beside = self.beside_any_danger();
        let rests = |id: &FactId| {
            catalogue.said_by(*id, self).into_iter().any(|node| {
                match self.form.assessment.by_node.get(&node) {
                    Some(id) => {
                        matches!(self.measure(*id).kind, Kind::Flag(_))
                            || self.sources(*id).questions.iter().any(|question| beside.contains(question))
                    }
                    None => beside.contains(&node),
                }
            })
        };
        // That a danger is not there says nothing of one.
        let says = |(_, value): &&(FactId, FactValue)| {
            !matches!(value, FactValue::Boolean(false) | FactValue::NotApplicable)
        };
        let told = matched.needs.iter().map(|found| {
            found.urgent
                || catalogue.item(found.item).confidential
                || found.because.iter().filter(says).any(|(id, _)| rests(id))
        });
        told.collect()
    }

    /// Is it asked of people? What is worked out of a household as a whole is about nobody in it.
    fn is_of_people(&self, node: NodeId) -> bool {
        let in_repeat = |node: &NodeId| self.form.node(*node).scope != ScopeDefId::ROOT;
        let Some(id) = self.form.assessment.by_node.get(&node) else { return in_repeat(&node) };
        matches!(self.measure(*id).kind, Kind::Fact { .. } | Kind::Flag(_) | Kind::Scale(_))
            && self.sources(*id).questions.iter().any(in_repeat)
    }

    /// The instances of the repeats that stand outermost.
    fn people(&self) -> Vec<ScopeId> {
        let mut people = Vec::new();
        for index in 0..self.form.nodes.len() {
            let node = NodeId(index as u32);
            let of = self.form.node(node);
            if matches!(of.kind, NodeKind::Repeat { .. }) && of.scope == ScopeDefId::ROOT {
                people.extend(self.instance.instances(ScopeId(0), node));
            }
        }
        people
    }

    /// The same session without some of them. `None` if nobody can be taken away.
    fn without(&self, people: &[ScopeId]) -> Option<Session> {
        let mut copy = self.copied();
        for scope in people {
            let node = self.instance.own_node(*scope);
            copy.remove_repeat(Key { scope: *scope, node }).ok()?;
        }
        Some(copy)
    }
}
