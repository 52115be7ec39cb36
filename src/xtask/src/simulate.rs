//! `cargo xtask simulate`: the delivery code in worlds where everything goes wrong (tests/simulation), by seed, in a profile of its own.
//!
//! Unoptimised, a world takes ten times as long; the profile `simulation` costs a build of engine and delivery, and leaves checks of overflow on.

use crate::command::run as run_command;
use crate::workspace::Workspace;
use anyhow::Context;
use std::process::Command;

/// The package, whose tests are left out of the others because of its profile.
pub const PACKAGE: &str = "doorstep-simulation";

/// So many seeds as are asked for: `--seeds N`, `--from S`, `--plant BUG`.
pub fn run(workspace: &Workspace, arguments: &[String]) -> anyhow::Result<()> {
    run_command(cargo(workspace, "run").args(["--bin", "simulate", "--"]).args(arguments))
        .context("the last steps of the first seed that failed stand above")
}

/// What CI runs: every seed that ever failed, each planted bug, then ten thousand seeds.
pub fn as_in_ci(workspace: &Workspace) -> anyhow::Result<()> {
    run_command(cargo(workspace, "test").args([
        "--test",
        "simulation",
        "--",
        "--nocapture",
        "--test-threads",
        "1",
    ]))?;
    run(workspace, &[])
}

fn cargo(workspace: &Workspace, command: &str) -> Command {
    let mut cargo = Command::new("cargo");
    cargo.current_dir(workspace.root());
    cargo.args([command, "--locked", "--quiet", "--profile", "simulation", "--package", PACKAGE]);
    cargo
}
