//! `cargo xtask fuzz`: the targets in tests/fuzz over bolero's inputs, each its share of the time.
//!
//! As tests they run over the same few inputs everywhere; here they look for new ones. Checks of overflow are on: it is the dev profile.

use crate::command::{ask, run as run_command};
use crate::workspace::Workspace;
use anyhow::{Context, bail};
use std::process::Command;

/// How long all targets run together, in seconds, if nothing else is said.
const SECONDS: f64 = 60.0;

/// Runs for as many seconds as are given, over inputs that nobody has seen.
pub fn run(workspace: &Workspace, arguments: &[String]) -> anyhow::Result<()> {
    let seconds = match arguments {
        [] => SECONDS,
        [said] => said.parse().with_context(|| format!("`{said}` is no number of seconds"))?,
        [_, extra, ..] => bail!("`{extra}` isn't understood here"),
    };
    targets(workspace, seconds, "bolero")
}

/// Runs for a minute over the same row of inputs on every machine: what passed yesterday does not fail by chance today.
pub fn same_everywhere(workspace: &Workspace) -> anyhow::Result<()> {
    targets(workspace, SECONDS, "counted")
}

fn targets(workspace: &Workspace, seconds: f64, inputs: &str) -> anyhow::Result<()> {
    let listed = ask(test(workspace).args(["--", "--list", "--format", "terse"]))
        .context("the targets don't build")?;
    let targets: Vec<&str> = listed.lines().filter_map(|line| line.strip_suffix(": test")).collect();
    if targets.is_empty() {
        bail!("there are no targets in tests/fuzz");
    }
    let each = (seconds / targets.len() as f64).to_string();
    // One after another: each has the machine, and what it prints, to itself.
    let one_by_one = ["--", "--test-threads", "1"];
    run_command(
        test(workspace)
            .args(one_by_one)
            .env("DOORSTEP_FUZZ_SECONDS", each)
            .env("DOORSTEP_FUZZ_INPUTS", inputs),
    )
    .context("the input stands above, after `with the input`")
}

fn test(workspace: &Workspace) -> Command {
    let mut cargo = Command::new("cargo");
    cargo.current_dir(workspace.root());
    cargo.args(["test", "--locked", "--quiet", "--package", "doorstep-fuzz", "--test", "fuzz"]);
    cargo
}
