//! Against every possible assignment of small seeded demands, and invariants on larger ones.
//!
//! Each solution also proves itself: the search ends with prices that no change could beat (`flow::Flow::check`).

use super::*;

/// Numerical Recipes' generator: enough to vary cases, the same on every machine.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit.max(1)
    }

    fn demand(&mut self, needs: u64, providers: u64, priorities: u64, costs: u64) -> (Demand, Vec<u32>) {
        let mut demand = Demand::default();
        for _ in 0..needs {
            let need = Need {
                priority: self.below(priorities) as u16 * 3,
                household: self.below(needs) as u32,
                service: self.below(4) as u32,
            };
            let count = self.below(4.min(providers + 1));
            let offers: Vec<Offer> = (0..count)
                .map(|_| Offer { provider: self.below(providers) as u32, cost: self.below(costs) as u32 })
                .collect();
            demand.add(need, &offers);
        }
        let capacities = (0..providers).map(|_| self.below(3) as u32).collect();
        (demand, capacities)
    }

    fn shuffled(&mut self, demand: &Demand) -> (Demand, Vec<usize>) {
        let mut order: Vec<usize> = (0..demand.len()).collect();
        for at in (1..order.len()).rev() {
            order.swap(at, self.below(at as u64 + 1) as usize);
        }
        let mut other = Demand::default();
        for index in &order {
            let mut offers = demand.offers(*index).to_vec();
            let turn = self.below(offers.len() as u64) as usize;
            offers.rotate_left(turn);
            other.add(demand.need(*index), &offers);
        }
        (other, order)
    }
}

/// What an assignment is worth, to be least: the unserved by priority, cost, squares of loads, places in the order.
type Worth = (Vec<u32>, u64, u64, u64);

/// Each household's service once, the most urgent of equals with the offers of all, in their order.
fn distinct(demand: &Demand) -> (Demand, Vec<usize>) {
    let mut order: Vec<usize> = (0..demand.len()).collect();
    order.sort_by_key(|index| (demand.need(*index), *index));
    let key = |index: usize| (demand.need(index).household, demand.need(index).service);
    let mut seen = std::collections::BTreeSet::new();
    order.retain(|index| seen.insert(key(*index)));
    let mut merged = Demand::default();
    for index in &order {
        let alike = (0..demand.len()).filter(|other| key(*other) == key(*index));
        let offers: Vec<Offer> = alike.flat_map(|other| demand.offers(other).to_vec()).collect();
        merged.add(demand.need(*index), &offers);
    }
    (merged, order)
}

fn worth(demand: &Demand, served: &[Option<u32>], providers: usize) -> Worth {
    let mut unserved = vec![0; 16];
    let (mut cost, mut places, mut loads) = (0, 0, vec![0_u64; providers]);
    for (place, provider) in served.iter().enumerate() {
        match *provider {
            None => unserved[demand.need(place).priority as usize] += 1,
            Some(provider) => {
                let offers = demand.offers(place).iter().filter(|offer| offer.provider == provider);
                cost += u64::from(offers.map(|offer| offer.cost).min().expect("an offer of its own"));
                places += place as u64;
                loads[provider as usize] += 1;
            }
        }
    }
    (unserved, cost, loads.iter().map(|load| load * load).sum(), places)
}

/// The least worth of all assignments, one after the other.
fn best(demand: &Demand, capacities: &[u32]) -> Worth {
    fn go(demand: &Demand, left: &mut Vec<u32>, served: &mut Vec<Option<u32>>, best: &mut Option<Worth>) {
        let place = served.len();
        if place == demand.len() {
            let worth = worth(demand, served, left.len());
            if best.as_ref().is_none_or(|best| worth < *best) {
                *best = Some(worth);
            }
            return;
        }
        served.push(None);
        go(demand, left, served, best);
        served.pop();
        for offer in demand.offers(place) {
            if left[offer.provider as usize] > 0 {
                left[offer.provider as usize] -= 1;
                served.push(Some(offer.provider));
                go(demand, left, served, best);
                served.pop();
                left[offer.provider as usize] += 1;
            }
        }
    }
    let mut found = None;
    go(demand, &mut capacities.to_vec(), &mut Vec::new(), &mut found);
    found.expect("nobody served is an assignment")
}

fn served(order: &[usize], allocation: &Allocation) -> Vec<Option<u32>> {
    let provider = |index: &usize| match allocation.outcomes[*index] {
        Outcome::Served(provider) => Some(provider),
        Outcome::Unserved | Outcome::Repeats(_) => None,
    };
    order.iter().map(provider).collect()
}

#[test]
fn it_is_the_best_of_all_assignments() {
    for seed in 0..1_500 {
        let mut dice = Dice(seed);
        let (needs, providers) = (dice.below(8), 1 + dice.below(4));
        let (priorities, costs) = (1 + dice.below(3), 1 + dice.below(5));
        let (demand, capacities) = dice.demand(needs, providers, priorities, costs);
        let (merged, order) = distinct(&demand);
        let allocation = allocate(&demand, &capacities).unwrap();
        let own = worth(&merged, &served(&order, &allocation), capacities.len());
        assert_eq!(own, best(&merged, &capacities), "seed {seed}: {demand:?} {capacities:?}");
    }
}

#[test]
fn the_order_of_what_is_asked_changes_nothing() {
    for seed in 0..300 {
        let mut dice = Dice(seed);
        let (demand, capacities) = dice.demand(40, 12, 3, 3);
        let allocation = allocate(&demand, &capacities).unwrap();
        let (other, order) = dice.shuffled(&demand);
        let again = allocate(&other, &capacities).unwrap();
        assert_eq!(allocation.loads, again.loads, "seed {seed}");
        let by_need = |demand: &Demand, allocation: &Allocation| {
            let mut all: Vec<(Need, Option<u32>)> = (0..demand.len())
                .filter_map(|index| match allocation.outcomes[index] {
                    Outcome::Served(provider) => Some((demand.need(index), Some(provider))),
                    Outcome::Unserved => Some((demand.need(index), None)),
                    Outcome::Repeats(_) => None,
                })
                .collect();
            all.sort_unstable();
            all
        };
        assert_eq!(by_need(&demand, &allocation), by_need(&other, &again), "seed {seed}: {order:?}");
    }
}

#[test]
fn no_capacity_is_exceeded_and_no_service_given_twice() {
    for seed in 0..60 {
        let mut dice = Dice(seed);
        let (demand, mut capacities) = dice.demand(400, 30, 4, 9);
        capacities.iter_mut().for_each(|capacity| *capacity *= 1 + seed as u32 % 9);
        let allocation = allocate(&demand, &capacities).unwrap();
        let (merged, order) = distinct(&demand);
        let mut loads = vec![0; capacities.len()];
        let mut given = std::collections::BTreeSet::new();
        for (index, outcome) in allocation.outcomes.iter().enumerate() {
            let need = demand.need(index);
            match *outcome {
                Outcome::Served(provider) => {
                    let place =
                        order.iter().position(|first| *first == index).expect("the first of its like");
                    assert!(merged.offers(place).iter().any(|offer| offer.provider == provider));
                    assert!(given.insert((need.household, need.service)), "twice");
                    loads[provider as usize] += 1;
                }
                Outcome::Unserved => {}
                Outcome::Repeats(first) => {
                    let other = demand.need(first as usize);
                    assert_eq!((other.household, other.service), (need.household, need.service));
                    assert!(other.priority <= need.priority);
                    assert!(!matches!(allocation.outcomes[first as usize], Outcome::Repeats(_)));
                }
            }
        }
        assert_eq!(loads, allocation.loads);
        assert!(loads.iter().zip(&capacities).all(|(load, capacity)| load <= capacity));
        for (place, index) in order.iter().enumerate() {
            let room = |offer: &Offer| loads[offer.provider as usize] < capacities[offer.provider as usize];
            let served_already = allocation.outcomes[*index] != Outcome::Unserved;
            assert!(served_already || !merged.offers(place).iter().any(room), "a place was left empty");
        }
    }
}

fn need(priority: u16, household: u32) -> Need {
    Need { priority, household, service: 0 }
}

#[test]
fn the_most_urgent_is_served_first_though_it_costs_more() {
    let mut demand = Demand::default();
    demand.add(need(1, 0), &[Offer { provider: 0, cost: 0 }]);
    demand.add(need(0, 1), &[Offer { provider: 0, cost: u32::MAX >> 8 }]);
    let allocation = allocate(&demand, &[1]).unwrap();
    assert_eq!(allocation.outcomes, [Outcome::Unserved, Outcome::Served(0)]);
}

#[test]
fn what_is_equal_is_spread_evenly_and_then_in_order() {
    let mut demand = Demand::default();
    for household in 0..5 {
        demand.add(need(0, household), &[Offer { provider: 1, cost: 0 }, Offer { provider: 0, cost: 0 }]);
    }
    let allocation = allocate(&demand, &[2, 2]).unwrap();
    assert_eq!(allocation.loads, [2, 2]);
    assert_eq!(allocation.outcomes[4], Outcome::Unserved);
}

#[test]
fn what_does_not_fit_is_said() {
    let mut demand = Demand::default();
    demand.add(need(0, 0), &[Offer { provider: 3, cost: 0 }]);
    assert_eq!(allocate(&demand, &[1]), Err(AllocateError::UnknownProvider(3)));
    let none = allocate(&Demand::default(), &[]).unwrap();
    assert!(none.outcomes.is_empty() && none.loads.is_empty());
    let mut unwanted = Demand::default();
    unwanted.add(need(0, 0), &[]);
    assert_eq!(allocate(&unwanted, &[]).unwrap().outcomes, [Outcome::Unserved]);
}
