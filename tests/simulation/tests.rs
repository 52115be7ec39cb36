//! What runs with every test run: each seed that ever failed, some that never did, and the proof that each planted bug is caught.
//!
//! The ten thousand seeds of CI are `cargo xtask test simulate`.

use doorstep_simulation::planted::Bug;
use doorstep_simulation::{CRASHES, EVENTS, form, simulate, simulate_many};

/// Within so many seeds a planted bug has to be caught.
const ENOUGH: u64 = 1_000;
/// So many seeds meet every fault.
const SOME: u64 = 150;

/// Seeds that failed once, with a word why.
fn cases() -> Vec<(u64, &'static str)> {
    let lines = include_str!("cases.txt").lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    let read = |line: &'static str| {
        let (seed, why) = line.split_once(' ').expect("a case is a seed and why it failed");
        (seed.parse().expect("a seed is a number"), why)
    };
    lines.map(read).collect()
}

#[test]
fn every_seed_that_ever_failed_passes() {
    let (form, cases) = (form(), cases());
    assert!(!cases.is_empty());
    for (seed, why) in cases {
        let outcome = simulate(seed, None, &form, false);
        assert_eq!(outcome.failure, None, "seed {seed}, which once failed: {why}");
    }
}

#[test]
fn nothing_is_lost_and_nothing_is_there_twice_whatever_goes_wrong() {
    let tally = simulate_many(0, SOME, None, false);
    assert!(tally.failures.is_empty(), "{:#?}", tally.failures);
    let (steps, crashes) = tally.fewest.expect("some passed");
    assert!(steps >= EVENTS as u64 && crashes >= CRASHES as u64, "{steps} steps, {crashes} crashes");
    for fault in doorstep_simulation::FAULTS {
        assert!(tally.faults.contains_key(fault), "never in {SOME} seeds: {fault}");
    }
    let told: Vec<&&str> =
        tally.faults.keys().filter(|fault| !doorstep_simulation::FAULTS.contains(fault)).collect();
    assert!(told.is_empty(), "not among the faults that are to happen: {told:?}");
}

#[test]
fn the_same_seed_lives_the_same_life() {
    let form = form();
    let (first, second) = (simulate(7, None, &form, true), simulate(7, None, &form, true));
    assert!(!first.trace.is_empty());
    assert_eq!((first.steps, first.trace, first.faults), (second.steps, second.trace, second.faults));
}

#[test]
fn each_planted_bug_is_caught() {
    for bug in Bug::ALL {
        let tally = simulate_many(0, ENOUGH, Some(*bug), true);
        let caught = tally.failures.iter().next();
        let (seed, failure) =
            caught.unwrap_or_else(|| panic!("{} was not caught in {ENOUGH} seeds", bug.name()));
        println!(
            "{} was caught after {} seeds: {}",
            bug.name(),
            seed + 1,
            failure.lines().next().unwrap_or_default()
        );
    }
}
