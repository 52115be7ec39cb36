//! `cargo xtask simulate --seeds N --from S`: as many worlds as one likes, the faults counted, the first that fails told in words.

use std::process::ExitCode;
use std::time::Instant;

use doorstep_simulation::planted::Bug;
use doorstep_simulation::{Tally, form, simulate, simulate_many};

/// As many as CI lives through.
const SEEDS: u64 = 10_000;

fn main() -> ExitCode {
    match options(std::env::args().skip(1)) {
        Ok(options) => run(&options),
        Err(wrong) => {
            eprintln!("{wrong}\nsimulate [--seeds N] [--from S] [--plant BUG]");
            ExitCode::FAILURE
        }
    }
}

struct Options {
    seeds: u64,
    from: u64,
    bug: Option<Bug>,
}

fn options(mut words: impl Iterator<Item = String>) -> Result<Options, String> {
    let mut options = Options { seeds: SEEDS, from: 0, bug: None };
    while let Some(word) = words.next() {
        let value = words.next().ok_or_else(|| format!("`{word}` wants a value"))?;
        let number = || value.parse().map_err(|_| format!("`{value}` is no number"));
        match word.as_str() {
            "--seeds" => options.seeds = number()?,
            "--from" => options.from = number()?,
            "--plant" => {
                let known = Bug::ALL.iter().find(|bug| bug.name() == value);
                let names: Vec<&str> = Bug::ALL.iter().map(|bug| bug.name()).collect();
                let unknown = || format!("there is no bug `{value}`; there are {}", names.join(", "));
                options.bug = Some(*known.ok_or_else(unknown)?);
            }
            _ => return Err(format!("`{word}` isn't understood here")),
        }
    }
    Ok(options)
}

fn run(options: &Options) -> ExitCode {
    let start = Instant::now();
    let tally = simulate_many(options.from, options.seeds, options.bug, false);
    print!("{}", told(&tally));
    if let Some(seed) = tally.failures.keys().next() {
        let outcome = simulate(*seed, options.bug, &form(), true);
        println!("\nthe last steps of seed {seed}:");
        outcome.trace.iter().for_each(|line| println!("  {line}"));
    }
    let failed = tally.failures.len() as u64;
    println!("\n{:.1} s", start.elapsed().as_secs_f64());
    println!("{} passed, {failed} failed", tally.seeds - failed);
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn told(tally: &Tally) -> String {
    let mut told =
        format!("{} seeds, {} steps, {} processes killed\n", tally.seeds, tally.steps, tally.crashes);
    for (fault, times) in &tally.faults {
        told += &format!("{times:>9} {fault}\n");
    }
    for (seed, failure) in tally.failures.iter().take(20) {
        told += &format!("seed {seed}: {failure}\n");
    }
    told
}
