//! `cargo xtask bench app`: our app beside the field's others, on one phone's screen with a slow processor, on the same form of 500 questions.
//!
//! It measures and fails nothing: what a figure has to be stands beside it in the table. The peers come from npm, in the versions of
//! `tests/bench/app/package-lock.json`.

mod figures;
mod forms;
mod measure;
mod question;
mod report;
mod road;
mod stage;
mod subject;
mod trace;

use crate::workspace::Workspace;
use crate::{command, debian};
use anyhow::{Context, bail};
use report::Found;
use serde_json::json;
use stage::Stage;
use std::fs;
use std::process::Command;
use subject::Subject;

/// How often a start is measured, and a page of repeats opened.
const TIMES: usize = 7;

/// What the command is called with.
struct Options {
    times: usize,
    /// Only those with this word in their names, ours besides.
    only: String,
}

/// Measures, prints the table and writes `target/bench/app.json`.
pub fn run(workspace: &Workspace, options: &[String]) -> anyhow::Result<()> {
    let options = Options::read(options)?;
    debian::browser()?;
    let stage = Stage::set(workspace)?;
    let machine = machine();
    let mut all = Vec::new();
    for subject in subject::all(&stage) {
        if subject.is_ours() || subject.name.contains(&options.only) {
            all.push(measured(&stage, &subject, options.times));
            // After each, so that a run which is cut short has told something.
            let apps = report::json(&all);
            let told = json!({"machine": machine, "throttle": super::THROTTLE, "times": options.times, "apps": apps});
            fs::write(workspace.target().join("bench/app.json"), format!("{told:#}\n"))?;
        }
    }
    print!("\n{}{}", report::table(&all), words(&machine, options.times));
    Ok(())
}

impl Options {
    fn read(arguments: &[String]) -> anyhow::Result<Options> {
        let mut options = Options { times: TIMES, only: String::new() };
        for pair in arguments.chunks(2) {
            match pair {
                [name, number] if name == "--times" => {
                    options.times =
                        number.parse().with_context(|| format!("--times {number} is not a number"))?;
                }
                [name, word] if name == "--only" => options.only.clone_from(word),
                _ => bail!("bench app takes --times N and --only WORD"),
            }
        }
        Ok(options)
    }
}

/// All of one app; what fails is told, and the rest measured all the same.
fn measured(stage: &Stage, subject: &Subject, times: usize) -> Found {
    let mut found = Found { name: subject.name.clone(), ..Found::default() };
    let mut failures = Vec::new();
    let mut tell = |what: &str, error: anyhow::Error| {
        eprintln!("  {what}: {error:#}");
        failures.push(format!("{} ({what}): {error:#}", subject.name));
    };
    for time in 1..=times {
        eprintln!("{}: start {time} of {times}", subject.name);
        match measure::starts(stage, subject) {
            Ok((cold, warm)) => {
                eprintln!("  cold {:?}, warm {:?}", cold.usable, warm.usable);
                found.cold.push(cold);
                found.warm.push(warm);
            }
            Err(error) => tell("start", error),
        }
    }
    eprintln!("{}: filling in", subject.name);
    match measure::filled(stage, subject) {
        Ok(filled) => {
            eprintln!(
                "  an answer {:?}, 99th percentile {:?}",
                filled.answers.median(),
                filled.answers.p99()
            );
            found.filled = filled;
        }
        Err(error) => tell("filling in", error),
    }
    for time in 1..=times * usize::from(subject.repeats()) {
        eprintln!("{}: repeats {time} of {times}", subject.name);
        match measure::repeated(stage, subject) {
            Ok(repeats) => found.repeats.push(repeats),
            Err(error) => tell("repeats", error),
        }
    }
    eprintln!("{}: memory", subject.name);
    for form in measure::HELD {
        let held = measure::memory(stage, subject, form);
        found.memory.push(held.unwrap_or_else(|error| {
            tell(&format!("memory, {form}"), error);
            None
        }));
    }
    found.failures = failures;
    found
}

/// Processor, memory, system and browser.
fn machine() -> String {
    let read = |path: &str, key: &str| {
        let text = fs::read_to_string(path).unwrap_or_default();
        let line = text.lines().find(|line| line.starts_with(key));
        line.and_then(|line| line.split_once(':'))
            .map_or_else(|| "?".to_owned(), |(_, value)| value.trim().to_owned())
    };
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let browser =
        command::ask(Command::new("chromium").arg("--version")).unwrap_or_else(|| "Chromium".into());
    let (processor, memory) = (read("/proc/cpuinfo", "model name"), read("/proc/meminfo", "MemTotal"));
    format!("{processor}, {cores} cores, {memory}; {browser}")
}

fn words(machine: &str, times: usize) -> String {
    format!(
        "\n{machine}. The processor slowed down {}×, a screen of 360 × 740; medians of {times}, of answers what their line says. × is the peer over ours.
Cold: nothing kept; warm: the start after it, ours without a network. An answer is typed key by key into a field that gets and loses the focus, or a tap on a choice; its milliseconds are the
processor's, so that other programs don't count. Memory is JavaScript's heap, elements and wasm's memory, without compiled code. What an app fetches counts with its heads.\n",
        super::THROTTLE
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read_and_mistakes_told() {
        let read =
            |text: &str| Options::read(&text.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
        assert_eq!(read("--times 3 --only enketo").unwrap().times, 3);
        assert!(read("--times").is_err() && read("--times x").is_err() && read("--what 3").is_err());
    }
}
