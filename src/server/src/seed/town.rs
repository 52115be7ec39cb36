//! A made-up town of so many households and members, spread unevenly over the towns of the list.
//!
//! Kept here: the same seed, counts and day make the same town.

use jiff::civil::Date;

use super::catalogue::{Catalogue, Town};
use super::dice::{Dice, shared_out};
use super::household::{DIFFICULTIES, Dealt, FLAGS, Household, LEVELS, SOURCES, STATES, is_assessed};
use super::office::{Record, projects};
use super::people::{Registry, villages};
use super::truth::Truth;

/// So many members has a household at most.
pub(super) const MOST_MEMBERS: usize = 9;

/// What a town is to be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Wanted {
    /// Households.
    pub households: usize,
    /// Members of all of them.
    pub members: usize,
    /// Decides everything else.
    pub seed: u64,
    /// All is within the half year before it.
    pub today: Date,
}

/// The households, and what they truly come to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Made {
    pub(crate) households: Vec<Household>,
    pub(crate) projects: Vec<Record>,
    /// What they come to.
    pub truth: Truth,
}

/// Makes it.
pub fn make(wanted: &Wanted, catalogue: &Catalogue) -> Made {
    let mut dice = Dice::new(wanted.seed);
    let mut dealt = places(wanted, catalogue, &mut dice);
    let count = wanted.households;
    let (states, sources) = (dice.deal(&STATES, count), dice.deal(&SOURCES, count));
    let (difficulties, flags) = (dice.deal(&DIFFICULTIES, count), dice.deal(&FLAGS, count));
    let assessed = states.iter().filter(|state| is_assessed(state)).count();
    let mut levels = dice.deal(&LEVELS, assessed);
    for (at, dealt) in dealt.iter_mut().enumerate() {
        dealt.state = states[at];
        dealt.source = sources[at];
        dealt.difficulty = difficulties[at];
        dealt.flag = flags[at];
        if is_assessed(dealt.state) {
            dealt.level = levels.pop().unwrap_or("none");
        }
    }
    let (mut registry, mut truth) = (Registry::default(), Truth::default());
    let make = |(number, dealt): (usize, &Dealt)| {
        let tools = (&mut dice, &mut registry, &mut truth);
        Household::make(number, dealt, catalogue, tools, wanted.today)
    };
    let households: Vec<Household> = dealt.iter().enumerate().map(make).collect();
    let count = 3 + wanted.households / 2_000;
    let projects = projects(count, catalogue, wanted.today, (&mut dice, &mut truth));
    Made { households, projects, truth }
}

/// Where the households are, and how many live in each.
fn places(wanted: &Wanted, catalogue: &Catalogue, dice: &mut Dice) -> Vec<Dealt> {
    let mut towns: Vec<&Town> = catalogue.towns.iter().collect();
    dice.shuffle(&mut towns);
    // The first has fifty times as many as the last.
    let weights: Vec<usize> =
        (0..towns.len()).map(|rank| 10_000 / (10 + 490 * rank / towns.len().max(1))).collect();
    let mut dealt = Vec::with_capacity(wanted.households);
    for (town, count) in towns.into_iter().zip(shared_out(wanted.households, &weights)) {
        let villages = villages(dice, (count / 40).clamp(3, 30));
        for number in 0..count {
            let village = villages[number % villages.len()].clone();
            dealt.push(Dealt {
                town: town.clone(),
                village,
                house: number / villages.len() + 1,
                people: 1,
                state: "lead",
                level: "none",
                source: "found",
                difficulty: "illness",
                flag: "none",
            });
        }
    }
    let mut left = wanted.members.saturating_sub(dealt.len());
    while left > 0 && !dealt.is_empty() {
        let at = dice.below(dealt.len());
        if dealt[at].people < MOST_MEMBERS {
            dealt[at].people += 1;
            left -= 1;
        }
    }
    dealt
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::catalogue_of_the_forms;
    use super::*;

    #[test]
    fn a_seed_makes_one_town_and_another_seed_another() {
        let wanted =
            Wanted { households: 300, members: 1_000, seed: 1, today: "2026-11-27".parse().unwrap() };
        let catalogue = catalogue_of_the_forms();
        let made = make(&wanted, &catalogue);
        assert_eq!(made, make(&wanted, &catalogue));
        assert_ne!(made, make(&Wanted { seed: 2, ..wanted }, &catalogue));
        assert_eq!(made.households.iter().map(|household| household.people.len()).sum::<usize>(), 1_000);
        let phones: BTreeSet<&str> = made.households.iter().map(|household| &*household.phone).collect();
        assert_eq!(phones.len(), 300);
        // Everything is within half a year, and each version comes after the one before.
        let first = super::super::dice::ago(wanted.today, 180);
        for household in &made.households {
            let referrals = household.referrals.iter().map(|referral| &referral.versions);
            let complaints = household.complaints.iter().map(|complaint| &complaint.versions);
            for versions in referrals.chain(complaints).chain([&household.versions]) {
                assert!(versions.windows(2).all(|two| two[0].day <= two[1].day));
                assert!(versions.iter().all(|said| said.day >= first && said.day <= wanted.today));
            }
        }
        let truth = made.truth.json();
        for (_, groups) in truth["totals"]["cases"]
            .as_object()
            .unwrap()
            .iter()
            .filter(|(by, _)| !by.ends_with(":each") || *by == "red_flags:each")
        {
            assert_eq!(
                groups.as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum::<u64>(),
                300
            );
        }
        let states = truth["totals"]["referrals"]["state"].as_object().unwrap();
        assert!(states.len() >= 9, "{states:?}");
    }
}
