//! Successive shortest paths over the providers.
//!
//! One need after the other is served on the cheapest way that there is: a provider with room takes it, or one without room takes it and
//! hands one of its needs on, and so on; at the latest somebody is left unserved.
//!
//! Invariant: with the prices, no handing-on and no room costs less than nothing ("reduced costs"), so that Dijkstra's search finds the cheapest way.
//! Prices only ever fall.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::Ordered;
use super::cost::{Cost, Scale};

/// Who serves each need, in their order, and how many each provider serves.
pub(super) fn solve(ordered: &Ordered, capacities: &[u32], scale: &Scale) -> (Vec<Option<u32>>, Vec<u32>) {
    let mut flow = Flow {
        ordered,
        capacities,
        scale,
        served: vec![None; ordered.len()],
        paid: vec![Cost::ZERO; ordered.len()],
        seats: vec![0; ordered.len()],
        members: vec![Vec::new(); capacities.len()],
        prices: vec![Cost::ZERO; capacities.len()],
        reached: vec![None; capacities.len()],
        touched: Vec::new(),
        heap: BinaryHeap::new(),
    };
    for need in 0..ordered.len() as u32 {
        flow.serve(need);
    }
    #[cfg(test)]
    flow.check();
    let loads = flow.members.iter().map(|members| members.len() as u32).collect();
    (flow.served, loads)
}

struct Flow<'a> {
    ordered: &'a Ordered,
    capacities: &'a [u32],
    scale: &'a Scale,
    served: Vec<Option<u32>>,
    /// What each served need costs.
    paid: Vec<Cost>,
    /// Where each served need stands among its provider's members.
    seats: Vec<u32>,
    members: Vec<Vec<u32>>,
    prices: Vec<Cost>,
    /// How a search came to each provider; none outside of it.
    reached: Vec<Option<Reached>>,
    touched: Vec<u32>,
    heap: BinaryHeap<Reverse<(Cost, u32)>>,
}

/// The cheapest way to a provider so far.
#[derive(Clone, Copy)]
struct Reached {
    /// By reduced costs.
    distance: Cost,
    /// The need that would come to it, from the provider that serves it now, if any.
    need: u32,
    /// What it would cost there.
    cost: Cost,
    /// Nothing cheaper can be found.
    settled: bool,
}

/// Where a way ends.
#[derive(Clone, Copy)]
enum End {
    /// A provider with room.
    Room(u32),
    /// A need that stays, or becomes, unserved.
    Unserved(u32),
}

impl Flow<'_> {
    fn serve(&mut self, need: u32) {
        let (end, distance) = self.search(need);
        for provider in self.touched.drain(..) {
            let Some(reached) = self.reached[provider as usize] else { continue };
            if reached.settled && reached.distance < distance {
                let price = &mut self.prices[provider as usize];
                *price = *price + reached.distance - distance;
            }
        }
        self.hand_on(need, end);
        self.heap.clear();
    }

    /// The cheapest way for a need: where it ends, and its length by reduced costs.
    fn search(&mut self, need: u32) -> (End, Cost) {
        self.reached.fill(None);
        let mut best = (End::Unserved(need), self.unserved(need));
        self.try_offers(need, Cost::ZERO, None, &mut best);
        while let Some(Reverse((distance, provider))) = self.heap.pop() {
            if distance >= best.1 {
                break;
            }
            let Some(reached) = &mut self.reached[provider as usize] else { continue };
            if reached.settled || reached.distance != distance {
                continue;
            }
            reached.settled = true;
            let here = distance + self.prices[provider as usize];
            for seat in 0..self.members[provider as usize].len() {
                let member = self.members[provider as usize][seat];
                let left = here - self.paid[member as usize];
                let gone = left + self.unserved(member);
                if gone < best.1 {
                    best = (End::Unserved(member), gone);
                }
                self.try_offers(member, left, Some(provider), &mut best);
            }
        }
        best
    }

    /// Tries every provider for a need that has come at that cost.
    fn try_offers(&mut self, need: u32, left: Cost, from: Option<u32>, best: &mut (End, Cost)) {
        for offer in self.ordered.offers(need) {
            let provider = offer.provider as usize;
            let cost = Cost::of_offer(offer.cost);
            let distance = left + cost - self.prices[provider];
            if distance >= best.1 || from == Some(offer.provider) {
                continue;
            }
            let known = self.reached[provider].as_ref();
            if known.is_some_and(|known| known.distance <= distance) {
                continue;
            }
            if known.is_none() {
                self.touched.push(offer.provider);
            }
            self.reached[provider] = Some(Reached { distance, need, cost, settled: false });
            self.heap.push(Reverse((distance, offer.provider)));
            let load = self.members[provider].len() as u32;
            if load < self.capacities[provider] {
                let room = distance + self.prices[provider] + self.scale.one_more(load);
                if room < best.1 {
                    *best = (End::Room(offer.provider), room);
                }
            }
        }
    }

    /// Moves the needs along the way that was found, from its end.
    fn hand_on(&mut self, need: u32, end: End) {
        let mut to = match end {
            End::Room(provider) => provider,
            End::Unserved(last) => {
                let Some(provider) = self.served[last as usize] else { return };
                self.leave(last, provider);
                provider
            }
        };
        while let Some(Reached { need: coming, cost, .. }) = self.reached[to as usize] {
            let from = self.served[coming as usize];
            if let Some(from) = from {
                self.leave(coming, from);
            }
            self.served[coming as usize] = Some(to);
            self.paid[coming as usize] = cost;
            self.seats[coming as usize] = self.members[to as usize].len() as u32;
            self.members[to as usize].push(coming);
            match from {
                Some(from) => to = from,
                None => {
                    debug_assert_eq!(coming, need);
                    return;
                }
            }
        }
    }

    fn leave(&mut self, need: u32, provider: u32) {
        let seat = self.seats[need as usize] as usize;
        let members = &mut self.members[provider as usize];
        members.swap_remove(seat);
        if let Some(moved) = members.get(seat) {
            self.seats[*moved as usize] = seat as u32;
        }
        self.served[need as usize] = None;
    }

    fn unserved(&self, need: u32) -> Cost {
        self.scale.unserved(self.ordered.classes[need as usize], need)
    }

    /// The prices prove the optimum: nothing that could be changed would cost less than nothing.
    #[cfg(test)]
    fn check(&self) {
        for provider in 0..self.capacities.len() {
            let load = self.members[provider].len() as u32;
            assert!(load <= self.capacities[provider]);
            if load < self.capacities[provider] {
                assert!(self.scale.one_more(load) + self.prices[provider] >= Cost::ZERO);
            }
            if load > 0 {
                assert!(self.scale.one_more(load - 1) + self.prices[provider] <= Cost::ZERO);
            }
        }
        for need in 0..self.ordered.len() as u32 {
            let own = match self.served[need as usize] {
                Some(provider) => self.paid[need as usize] - self.prices[provider as usize],
                None => self.unserved(need),
            };
            assert!(own <= self.unserved(need), "{need} had better go unserved");
            for offer in self.ordered.offers(need) {
                let other = Cost::of_offer(offer.cost) - self.prices[offer.provider as usize];
                assert!(own <= other, "{need} had better go to {}", offer.provider);
            }
        }
    }
}
