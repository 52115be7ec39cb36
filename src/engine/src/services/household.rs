//! What one household qualifies for, why, how urgently, and who could serve it.
//!
//! Order: red flags first; then needs by priority (0 is the most urgent), the class's place in the catalogue, the item's number and its code.
//! Providers by distance, then by their ids. Invariant: what can't be decided is told with the facts that are missing, never left out.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::catalogue::{Catalogue, ItemId, ProviderId};
use super::facts::{FactId, FactValue, Facts, Resolved};
use super::item::Item;
use super::provider::{Distance, Provider};
use crate::assess::Awaits;

/// When, and what was promised already.
#[derive(Clone, Debug)]
pub struct Circumstances {
    /// The day on which services and providers must be valid.
    pub on: Date,
    /// Places that are taken in this period, by the provider's id.
    pub taken: BTreeMap<String, u32>,
}

impl Circumstances {
    /// On that day, with nothing taken.
    pub fn on(on: Date) -> Circumstances {
        Circumstances { on, taken: BTreeMap::new() }
    }

    /// How many places a provider has left.
    pub fn left(&self, provider: &Provider) -> u32 {
        provider.capacity.saturating_sub(self.taken.get(&*provider.id).copied().unwrap_or(0))
    }
}

/// What the catalogue has for a household.
#[derive(Clone, PartialEq, Debug)]
pub struct Matched {
    /// The code of its area, which decides whose catalogue holds.
    pub area: String,
    /// Red flags, in the order of the facts: to be referred today, whatever else is found.
    pub flags: Vec<FactId>,
    /// Red flags of which nothing is known.
    pub open_flags: Vec<FactId>,
    /// What it qualifies for.
    pub needs: Vec<Match>,
    /// What can't be decided, with the facts that are missing; in the catalogue's order.
    pub undecided: Vec<Undecided>,
}

/// A service that a household qualifies for.
#[derive(Clone, PartialEq, Debug)]
pub struct Match {
    /// Which.
    pub item: ItemId,
    /// 0 is the most urgent: the item's, or 0 where its rule for urgency holds.
    pub priority: u8,
    /// The rule for urgency holds, and is the reason.
    pub urgent: bool,
    /// The facts that decided it, with their values.
    pub because: Vec<(FactId, FactValue)>,
    /// Facts that are missing to say whether it is urgent.
    pub open: Vec<FactId>,
    /// Who could serve, the nearest first.
    pub candidates: Vec<Candidate>,
    /// Why nobody could, if nobody could.
    pub nobody: Option<Nobody>,
}

/// A service that a household does not qualify for.
#[derive(Clone, PartialEq, Debug)]
pub struct Unsuitable {
    /// Which.
    pub item: ItemId,
    /// The facts that decided it, with their values.
    pub because: Vec<(FactId, FactValue)>,
}

/// A service for which it can't be said yet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Undecided {
    /// Which.
    pub item: ItemId,
    /// What must be known first.
    pub missing: Vec<FactId>,
    /// Those among them that the household's form does not ask for at all; none where no form is known.
    pub unasked: Vec<FactId>,
    /// The questions of the household's form whose answers would say it; none where no form is known.
    pub awaits: Vec<Awaits>,
}

/// A provider who could serve.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Candidate {
    /// Who.
    pub provider: ProviderId,
    /// How near.
    pub distance: Distance,
    /// How many places are left; above 0.
    pub left: u32,
}

/// Why nobody could serve: the first thing that left nobody over, with those whom it ruled out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Nobody {
    /// No provider has it among its services.
    Offers,
    /// Those who offer it are of other kinds than the item asks for, or lack its qualification.
    IsQualified(Vec<ProviderId>),
    /// It is not known where the household is.
    WhereIs,
    /// Those serve other areas.
    IsNear(Vec<ProviderId>),
    /// Those are not registered on the day: not yet, or no more.
    IsValid(Vec<ProviderId>),
    /// Those have no place left in this period.
    HasPlace(Vec<ProviderId>),
}

impl Catalogue {
    /// Matches a household of an area (the code of its town or village; empty if not known: then nobody is near).
    pub fn match_household(&self, area: &str, facts: &Facts, circumstances: &Circumstances) -> Matched {
        let known = Resolved::of(facts, &self.vocabulary);
        let flags = self.vocabulary.iter().filter(|(_, fact)| fact.flag);
        let (mut raised, mut open_flags) = (Vec::new(), Vec::new());
        for (id, _) in flags {
            match known.value(id) {
                Some(FactValue::Boolean(true)) => raised.push(id),
                Some(_) => {}
                None => open_flags.push(id),
            }
        }
        let (mut needs, mut undecided) = (Vec::new(), Vec::new());
        for id in self.offered(area) {
            let item = self.item(*id);
            if !item.is_valid(circumstances.on) {
                continue;
            }
            match self.qualifies(item, &known) {
                Qualifies::Yes { priority, urgent, because, open } => {
                    let (candidates, nobody) = self.candidates(item, area, circumstances);
                    let value = |id: FactId| Some((id, known.value(id)?.clone()));
                    let because = because.into_iter().filter_map(value).collect();
                    needs.push(Match { item: *id, priority, urgent, because, open, candidates, nobody });
                }
                Qualifies::No => {}
                Qualifies::Open(missing) => {
                    undecided.push(Undecided { item: *id, missing, unasked: Vec::new(), awaits: Vec::new() })
                }
            }
        }
        // Stable: the catalogue's order holds within a priority.
        crate::order::sort_by_key(&mut needs, |need| need.priority);
        Matched { area: area.to_owned(), flags: raised, open_flags, needs, undecided }
    }

    /// What a household does not qualify for, each with the facts that decided it; in the catalogue's order. Told apart from what it does qualify for,
    /// since matching many households has no use for it.
    pub fn unsuitable(&self, area: &str, facts: &Facts, circumstances: &Circumstances) -> Vec<Unsuitable> {
        let known = Resolved::of(facts, &self.vocabulary);
        let items = self.offered(area).iter().filter(|id| self.item(**id).is_valid(circumstances.on));
        let unsuitable = |id: &ItemId| {
            let item = self.item(*id);
            if !matches!(self.qualifies(item, &known), Qualifies::No) {
                return None;
            }
            let decided = item.rule.decide(&known, &self.program).facts;
            let value = |id: FactId| Some((id, known.value(id)?.clone()));
            Some(Unsuitable { item: *id, because: decided.into_iter().filter_map(value).collect() })
        };
        items.filter_map(unsuitable).collect()
    }

    fn qualifies(&self, item: &Item, known: &Resolved) -> Qualifies {
        let rule = item.rule.decide(known, &self.program);
        let urgent = item.urgent.as_ref().map(|urgent| urgent.decide(known, &self.program));
        if let Some(urgent) = urgent.as_ref().filter(|urgent| urgent.holds == Some(true)) {
            let because = urgent.facts.clone();
            return Qualifies::Yes { priority: 0, urgent: true, because, open: Vec::new() };
        }
        let open: Vec<FactId> = urgent
            .into_iter()
            .filter(|urgent| urgent.holds.is_none())
            .flat_map(|urgent| urgent.facts)
            .collect();
        match rule.holds {
            Some(true) => {
                // What is the most urgent already can't become more so.
                let open = if item.priority == 0 { Vec::new() } else { open };
                Qualifies::Yes { priority: item.priority, urgent: false, because: rule.facts, open }
            }
            Some(false) if open.is_empty() => Qualifies::No,
            Some(false) => Qualifies::Open(open),
            None => {
                let mut missing = rule.facts;
                missing.extend(open);
                crate::order::sort(&mut missing);
                missing.dedup();
                Qualifies::Open(missing)
            }
        }
    }

    /// Who could serve an item in an area; if nobody could, why.
    pub fn candidates(
        &self,
        item: &Item,
        area: &str,
        circumstances: &Circumstances,
    ) -> (Vec<Candidate>, Option<Nobody>) {
        let offering = self.offering(&item.code);
        if offering.is_empty() {
            return (Vec::new(), Some(Nobody::Offers));
        }
        let fits = |provider: &Provider| {
            let kind = item.provider_kinds.is_empty() || item.provider_kinds.contains(&provider.kind);
            kind && provider.is_qualified(&item.qualifications)
        };
        let near = |provider: &Provider| provider.serves(area).is_some();
        let valid = |provider: &Provider| provider.is_valid(circumstances.on);
        let place = |provider: &Provider| circumstances.left(provider) > 0;
        let tests: [(Test<'_>, Reason); 4] = [
            (&fits, Nobody::IsQualified),
            (&near, Nobody::IsNear),
            (&valid, Nobody::IsValid),
            (&place, Nobody::HasPlace),
        ];
        let mut left = offering.to_vec();
        for (test, reason) in tests {
            let passed: Vec<ProviderId> =
                left.iter().copied().filter(|id| test(self.provider(*id))).collect();
            if passed.is_empty() && area.is_empty() && matches!(reason(Vec::new()), Nobody::IsNear(_)) {
                return (Vec::new(), Some(Nobody::WhereIs));
            }
            if passed.is_empty() {
                return (Vec::new(), Some(reason(left)));
            }
            left = passed;
        }
        let candidate = |id: ProviderId| {
            let provider = self.provider(id);
            let distance = provider.serves(area)?;
            Some(Candidate { provider: id, distance, left: circumstances.left(provider) })
        };
        let mut candidates: Vec<Candidate> = left.into_iter().filter_map(candidate).collect();
        let id = |candidate: &Candidate| &self.provider(candidate.provider).id;
        crate::order::sort_by(&mut candidates, |a, b| {
            a.distance.cmp(&b.distance).then_with(|| id(a).cmp(id(b)))
        });
        (candidates, None)
    }
}

/// What a provider must pass, and why nobody does.
type Test<'a> = &'a dyn Fn(&Provider) -> bool;
type Reason = fn(Vec<ProviderId>) -> Nobody;

enum Qualifies {
    Yes { priority: u8, urgent: bool, because: Vec<FactId>, open: Vec<FactId> },
    No,
    Open(Vec<FactId>),
}
