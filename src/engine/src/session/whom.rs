//! Whom of a household a service is for: the people whose own answers alone say what decided it. What nobody says alone is the household's.

use crate::assess::measure::Kind;
use crate::form::{NodeKind, ScopeDefId};
use crate::services::{Catalogue, FactId, FactValue, Matched};
use crate::session::Session;
use crate::session::explain::each_once;
use crate::view::{Key, NodeId, ScopeId};

impl Session {
    /// For each service that fits, in the order of the match: who they are, as their repeat instances are called. Nobody is where there are not
    /// several, or where what decided it is not about anybody in particular.
    pub fn whom_services_are_for(&self, catalogue: &Catalogue, matched: &Matched) -> Vec<Vec<String>> {
        let people = self.people();
        let facts = |without: &[ScopeId]| Some(catalogue.facts_of(&self.without(without)?));
        let alone = |person: &ScopeId| {
            let others: Vec<ScopeId> = people.iter().filter(|other| *other != person).copied().collect();
            Some((*person, facts(&others)?))
        };
        let told = match people.len() < 2 {
            true => None,
            false => facts(&people).zip(people.iter().map(alone).collect::<Option<Vec<_>>>()),
        };
        let Some((without_all, alone)) = told else { return vec![Vec::new(); matched.needs.len()] };
        let names = |because: &[(FactId, FactValue)]| {
            let told = because.iter().filter(|(id, value)| {
                self.is_said_of_people(catalogue, *id, value)
                    && without_all.get(&catalogue.facts().fact(*id).name) != Some(value)
            });
            let whom = told.flat_map(|(id, value)| {
                let name = &catalogue.facts().fact(*id).name;
                alone
                    .iter()
                    .filter(move |(_, facts)| facts.get(name) == Some(value))
                    .map(|(person, _)| *person)
            });
            let mut whom: Vec<ScopeId> = whom.collect();
            crate::order::sort_by_key(&mut whom, |scope| self.instance.position(*scope));
            whom.dedup();
            each_once(whom.into_iter().map(|scope| self.instance_words(scope)).collect())
        };
        matched.needs.iter().map(|found| names(&found.because)).collect()
    }

    /// Is it a yes, or a number, that is asked of people? What is worked out of a household as a whole is about nobody in it.
    fn is_said_of_people(&self, catalogue: &Catalogue, id: FactId, value: &FactValue) -> bool {
        let is_one = matches!(value, FactValue::Boolean(true) | FactValue::Number(_));
        let nodes = catalogue.said_by(id, self);
        is_one && nodes.iter().any(|node| self.is_of_people(*node))
    }

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
