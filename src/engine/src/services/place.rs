//! Many households against the providers' capacity: who gets which service from whom, and who gets none, and why.
//!
//! The best assignment by [`allocate`](super::allocate): the most urgent needs first, then the nearest providers, then the most even loads. Invariant: the
//! same households in any order give the same placement; each need of each household is in exactly one of its lists.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::allocate::{AllocateError, Demand, Need, Offer, Outcome, allocate};
use super::catalogue::{Catalogue, ProviderId};
use super::household::{Circumstances, Match, Matched, Nobody};

/// A household that was matched.
#[derive(Clone, Copy, Debug)]
pub struct Applicant<'a> {
    /// Its id, by whose bytes equals are ordered.
    pub id: &'a str,
    /// What it needs.
    pub matched: &'a Matched,
}

/// A need of a household: which of the applicants, and which of its needs, both from 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct NeedOf {
    /// The applicant.
    pub applicant: usize,
    /// The need among [`Matched::needs`].
    pub need: usize,
}

/// Who gets what. All lists are in the order of priority, household id, and the catalogue.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Placement {
    /// Needs with the providers that serve them.
    pub placed: Vec<(NeedOf, ProviderId)>,
    /// Needs without a place.
    pub without: Vec<(NeedOf, WithoutPlace)>,
    /// Needs that the same household brings up a second time, with the first: the service is given once.
    pub repeated: Vec<(NeedOf, NeedOf)>,
}

/// Why a need has no place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum WithoutPlace {
    /// Nobody could serve it at all.
    Nobody(Nobody),
    /// Those who could are full.
    Full {
        /// They.
        providers: Vec<ProviderId>,
        /// The needs that have their places: each is more urgent; or as urgent and nearer, or earlier in the order.
        ahead: Vec<NeedOf>,
    },
}

impl Catalogue {
    /// Places the needs of many households. Of each provider as many places are given as are left under the circumstances.
    pub fn place(
        &self,
        applicants: &[Applicant<'_>],
        circumstances: &Circumstances,
    ) -> Result<Placement, AllocateError> {
        let mut ids: Vec<&str> = applicants.iter().map(|applicant| applicant.id).collect();
        crate::order::sort(&mut ids);
        ids.dedup();
        let household: FxHashMap<&str, u32> = ids.into_iter().zip(0..).collect();
        let (mut demand, mut asked, mut offers) = (Demand::default(), Vec::new(), Vec::new());
        for (applicant, of) in applicants.iter().enumerate() {
            for (need, wanted) in of.matched.needs.iter().enumerate() {
                offers.clear();
                offers.extend(wanted.candidates.iter().map(|candidate| Offer {
                    provider: candidate.provider.0,
                    cost: candidate.distance as u32,
                }));
                let key = Need {
                    priority: u16::from(wanted.priority),
                    household: household[of.id],
                    service: self.place_of(&self.item(wanted.item).code),
                };
                demand.add(key, &offers);
                asked.push(NeedOf { applicant, need });
            }
        }
        let capacities: Vec<u32> =
            self.providers().map(|(_, provider)| circumstances.left(provider)).collect();
        let outcomes = allocate(&demand, &capacities)?.outcomes;
        let mut order: Vec<usize> = (0..asked.len()).collect();
        crate::order::sort_by_key(&mut order, |index| (demand.need(*index), *index));
        let mut served: BTreeMap<ProviderId, Vec<NeedOf>> = BTreeMap::new();
        let mut placement = Placement { placed: Vec::new(), without: Vec::new(), repeated: Vec::new() };
        for index in &order {
            match outcomes[*index] {
                Outcome::Served(provider) => {
                    let provider = ProviderId(provider);
                    served.entry(provider).or_default().push(asked[*index]);
                    placement.placed.push((asked[*index], provider));
                }
                Outcome::Repeats(first) => placement.repeated.push((asked[*index], asked[first as usize])),
                Outcome::Unserved => {}
            }
        }
        for index in order.into_iter().filter(|index| outcomes[*index] == Outcome::Unserved) {
            let of = asked[index];
            let wanted = &applicants[of.applicant].matched.needs[of.need];
            placement.without.push((of, without_place(wanted, &served)));
        }
        Ok(placement)
    }
}

fn without_place(wanted: &Match, served: &BTreeMap<ProviderId, Vec<NeedOf>>) -> WithoutPlace {
    if let Some(nobody) = &wanted.nobody {
        return WithoutPlace::Nobody(nobody.clone());
    }
    let providers: Vec<ProviderId> = wanted.candidates.iter().map(|candidate| candidate.provider).collect();
    let ahead = providers.iter().filter_map(|provider| served.get(provider)).flatten().copied().collect();
    WithoutPlace::Full { providers, ahead }
}
