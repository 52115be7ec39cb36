//! Many needs against limited capacity: the best assignment, exactly.
//!
//! Each need is served by at most one provider, each provider serves at most as many as it has capacity for, and a household never gets the
//! same service twice. Of all such assignments the best is, in this order, the one that
//!
//! 1. serves the most needs of the most urgent priority, then of the next, and so on;
//! 2. costs least, summed over the needs served;
//! 3. spreads them most evenly: the least sum of squares of the providers' loads;
//! 4. serves the earliest: the least sum of places in the needs' order (priority, household, service).
//!
//! What is equal in all four is decided by a search in that order, providers in theirs. Invariant: the result depends on what was asked
//! for and never on the order in which it was given.
//!
//! It is a minimum-cost flow, found by successive shortest paths with prices (Ahuja, Magnanti and Orlin, *Network Flows*, §9.7), over the
//! providers alone: a need is an arc between them. The prices that are left at the end prove the optimum.

mod cost;
mod flow;

use cost::Scale;

/// A household's need of a service.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Need {
    /// 0 is the most urgent.
    pub priority: u16,
    /// The household, by a number that its caller gives in the order of its ids.
    pub household: u32,
    /// The service, by a number that its caller gives in the catalogue's order.
    pub service: u32,
}

/// A provider that could serve a need.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Offer {
    /// The provider, by its place among the capacities.
    pub provider: u32,
    /// What it costs to choose it, in units that its caller chooses: distance, money, or both in one number.
    pub cost: u32,
}

/// Needs with the offers for each.
#[derive(Clone, Debug, Default)]
pub struct Demand {
    needs: Vec<Need>,
    offers: Vec<Offer>,
    /// Where each need's offers end.
    ends: Vec<usize>,
}

/// What became of a need.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// That provider serves it.
    Served(u32),
    /// Nobody has room for it, or nobody offers it.
    Unserved,
    /// The same household needs the same service already, at that index: this one is not asked again.
    Repeats(u32),
}

/// Who serves what.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Allocation {
    /// For each need, in the order in which they were added.
    pub outcomes: Vec<Outcome>,
    /// How many each provider serves.
    pub loads: Vec<u32>,
}

/// Why there is no allocation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AllocateError {
    /// An offer names a provider that there is not.
    UnknownProvider(u32),
    /// So many needs, priorities and costs don't fit into the numbers that they are compared by.
    TooLarge,
}

impl std::fmt::Display for AllocateError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            AllocateError::UnknownProvider(provider) => write!(f, "there is no provider {provider}"),
            AllocateError::TooLarge => f.write_str("more needs, priorities or costs than can be compared"),
        }
    }
}

impl std::error::Error for AllocateError {}

impl Demand {
    /// Adds a need with all offers for it, in any order. An offer by the same provider counts once, at its least cost. A need that is
    /// added again is the same need, at its most urgent, and may be served by whoever was offered for either.
    pub fn add(&mut self, need: Need, offers: &[Offer]) {
        self.needs.push(need);
        self.offers.extend_from_slice(offers);
        self.ends.push(self.offers.len());
    }

    /// How many needs.
    pub fn len(&self) -> usize {
        self.needs.len()
    }

    /// Is there none?
    pub fn is_empty(&self) -> bool {
        self.needs.is_empty()
    }

    /// A need, by when it was added.
    pub fn need(&self, index: usize) -> Need {
        self.needs[index]
    }

    /// The offers for it, as they were given.
    pub fn offers(&self, index: usize) -> &[Offer] {
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.offers[start..self.ends[index]]
    }
}

/// The best assignment: see the module. `capacities` holds how many each provider can serve.
pub fn allocate(demand: &Demand, capacities: &[u32]) -> Result<Allocation, AllocateError> {
    if let Some(offer) = demand.offers.iter().find(|offer| offer.provider as usize >= capacities.len()) {
        return Err(AllocateError::UnknownProvider(offer.provider));
    }
    let ordered = Ordered::of(demand, capacities);
    let scale = Scale::of(&ordered, capacities).ok_or(AllocateError::TooLarge)?;
    let (served, loads) = flow::solve(&ordered, capacities, &scale);
    let mut outcomes = vec![Outcome::Unserved; demand.len()];
    for (place, provider) in served.into_iter().enumerate() {
        if let Some(provider) = provider {
            outcomes[ordered.indexes[place] as usize] = Outcome::Served(provider);
        }
    }
    for (index, first) in &ordered.repeats {
        outcomes[*index as usize] = Outcome::Repeats(*first);
    }
    Ok(Allocation { outcomes, loads })
}

/// The needs in their order, each household's service once, each provider once for a need and only where it has capacity.
struct Ordered {
    /// Where each stands in the demand.
    indexes: Vec<u32>,
    /// Its priority, as a number without gaps: 0 is the most urgent that there is.
    classes: Vec<u32>,
    class_count: u32,
    offers: Vec<Offer>,
    /// Where each need's offers begin, and the end of the last.
    starts: Vec<u32>,
    /// Needs that repeat another, and which.
    repeats: Vec<(u32, u32)>,
}

impl Ordered {
    fn of(demand: &Demand, capacities: &[u32]) -> Ordered {
        let of = |index: &u32| demand.needs[*index as usize];
        let mut all: Vec<u32> = (0..demand.len() as u32).collect();
        // Of the same service for the same household the most urgent counts.
        all.sort_unstable_by_key(|index| {
            (of(index).household, of(index).service, of(index).priority, *index)
        });
        let same = |a: &u32, b: &u32| (of(a).household, of(a).service) == (of(b).household, of(b).service);
        let mut groups: Vec<&[u32]> = all.chunk_by(same).collect();
        groups.sort_unstable_by_key(|group| of(&group[0]));
        let mut ordered = Ordered {
            indexes: Vec::with_capacity(groups.len()),
            classes: Vec::with_capacity(groups.len()),
            class_count: 0,
            offers: Vec::with_capacity(demand.offers.len()),
            starts: vec![0],
            repeats: Vec::new(),
        };
        let mut own: Vec<Offer> = Vec::new();
        let mut before = None;
        for group in groups {
            let priority = of(&group[0]).priority;
            if before != Some(priority) {
                ordered.class_count += 1;
                before = Some(priority);
            }
            ordered.indexes.push(group[0]);
            ordered.classes.push(ordered.class_count - 1);
            ordered.repeats.extend(group[1..].iter().map(|later| (*later, group[0])));
            // Whoever could serve one of them could serve the need.
            own.clear();
            let can = |offer: &&Offer| capacities[offer.provider as usize] > 0;
            own.extend(group.iter().flat_map(|index| demand.offers(*index as usize)).filter(can));
            own.sort_unstable();
            own.dedup_by_key(|offer| offer.provider);
            ordered.offers.extend_from_slice(&own);
            ordered.starts.push(ordered.offers.len() as u32);
        }
        ordered
    }

    fn len(&self) -> usize {
        self.indexes.len()
    }

    fn offers(&self, need: u32) -> &[Offer] {
        &self.offers[self.starts[need as usize] as usize..self.starts[need as usize + 1] as usize]
    }
}

#[cfg(test)]
mod tests;
