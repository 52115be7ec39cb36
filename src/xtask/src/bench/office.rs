//! `cargo xtask bench office`: how long the office's pages wait for a server that knows 20,000 households, against the 500 ms they may.
//!
//! The work is `doorstep-office`'s (`tests/bench/server`); here both programs are built as an office would run them, or with `--debug` as they are tested.

use crate::command::run as run_command;
use crate::workspace::Workspace;
use std::process::Command;

/// Builds, runs, and leaves the figures in `target/bench/office.json`.
pub fn run(workspace: &Workspace, options: &[String]) -> anyhow::Result<()> {
    let (profile, options) = match options {
        [debug, options @ ..] if debug == "--debug" => ("debug", options),
        options => ("release", options),
    };
    let build = ["build", "--locked", "--package", "doorstep", "--package", "doorstep-load"];
    let mut cargo = Command::new("cargo");
    cargo.current_dir(workspace.root()).args(build);
    if profile == "release" {
        cargo.arg("--release");
    }
    run_command(&mut cargo)?;
    let built = workspace.target().join(profile);
    run_command(
        Command::new(built.join("doorstep-office"))
            .arg("--server")
            .arg(built.join("doorstep"))
            .arg("--forms")
            .arg(workspace.path("forms"))
            .arg("--out")
            .arg(workspace.target().join("bench/office.json"))
            .args(options),
    )
}
