//! The deterministic simulator: the real delivery code in a world where everything goes wrong, by seed, beside a model that is obviously right.
//!
//! These hold after every step. I1: what was shown as kept is there at the next start, with its files and the place.
//! I2: what is sealed is on the device, with bytes and files, or receipted. I3: each server accepts an id once, with one hash.
//! What else comes under an id is kept aside, and accepted under one of its own once the server's office says so.
//! I4: nothing leaves the outbox without a receipt that its server gave. I5: nothing personal stands outside the vault.
//! I6: once nothing goes wrong any more, everything arrives that is not refused, and nothing is sent for ever.
//! I7: what may be begun is what the server offers; a revoked device forgets what is receipted, and nothing else.
//! I8: of what is sealed for the office nothing can be read on the device, files included; its servers have what was in it, once.

// A program for tests: its types are its own.
#![allow(missing_docs)]

mod check;
mod device;
mod dice;
mod disk;
mod feed;
mod life;
mod model;
mod network;
mod office;
pub mod planted;
mod server;
mod tab;
mod world;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use doorstep_engine::{Bundle, Form, Source};

pub use life::{CRASHES, EVENTS};
pub use world::FAULTS;

use life::Life;
use planted::Bug;
use world::World;

/// What became of one seed.
#[derive(Debug, Default)]
pub struct Outcome {
    pub seed: u64,
    pub steps: u64,
    pub crashes: u64,
    pub faults: BTreeMap<&'static str, u64>,
    /// What did not hold.
    pub failure: Option<String>,
    /// The last steps, if it was traced.
    pub trace: Vec<String>,
}

/// What became of many.
#[derive(Debug, Default)]
pub struct Tally {
    pub seeds: u64,
    pub steps: u64,
    pub crashes: u64,
    pub faults: BTreeMap<&'static str, u64>,
    /// By seed.
    pub failures: BTreeMap<u64, String>,
    /// The fewest steps, and the fewest crashes, of a seed that did not fail.
    pub fewest: Option<(u64, u64)>,
}

/// Lives the world of one seed. `traced`: with its last steps in words.
///
/// # Panics
/// If the form is none.
pub fn simulate(seed: u64, bug: Option<Bug>, form: &Arc<Form>, traced: bool) -> Outcome {
    let world = World::new(seed, bug, form.clone(), traced);
    let mut life = Life::new(&world);
    let lived = catch_unwind(AssertUnwindSafe(|| life.run()));
    drop(world.spawned());
    let panicked = lived.is_err().then(|| "a panic, told above".to_owned());
    Outcome {
        seed,
        steps: life.steps,
        crashes: life.crashes,
        faults: world.faults(),
        failure: world.failure().or(panicked),
        trace: world.trace(),
    }
}

/// The form that is filled in.
///
/// # Panics
/// If it has errors.
pub fn form() -> Arc<Form> {
    let checked = Form::read(&Bundle::single(Source::new("visit.xml", include_str!("form.xml"))));
    checked.form.unwrap_or_else(|| panic!("the form has errors: {:?}", checked.diagnostics))
}

/// Lives so many worlds, on every core. `first_failure`: no more once one fails.
///
/// # Panics
/// If a thread did.
pub fn simulate_many(from: u64, seeds: u64, bug: Option<Bug>, first_failure: bool) -> Tally {
    let form = form();
    let (next, tally) = (AtomicU64::new(0), Mutex::new(Tally::default()));
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= seeds {
                        break;
                    }
                    let outcome = simulate(from + number, bug, &form, false);
                    if first_failure && outcome.failure.is_some() {
                        next.store(seeds, Ordering::Relaxed);
                    }
                    tally.lock().expect("no thread panics with it").add(outcome);
                }
            });
        }
    });
    tally.into_inner().expect("no thread panics with it")
}

impl Tally {
    fn add(&mut self, outcome: Outcome) {
        self.seeds += 1;
        self.steps += outcome.steps;
        self.crashes += outcome.crashes;
        for (fault, times) in outcome.faults {
            *self.faults.entry(fault).or_insert(0) += times;
        }
        match outcome.failure {
            Some(failure) => drop(self.failures.insert(outcome.seed, failure)),
            None => {
                let (steps, crashes) = self.fewest.unwrap_or((u64::MAX, u64::MAX));
                self.fewest = Some((steps.min(outcome.steps), crashes.min(outcome.crashes)));
            }
        }
    }
}
