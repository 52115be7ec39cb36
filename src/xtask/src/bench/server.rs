//! `cargo xtask bench server`: how many submissions one server process takes, and whether it still counts each once.
//!
//! The work is `doorstep-load`'s (`tests/bench/server`); here both programs are built as an office would run them.

use crate::command::run as run_command;
use crate::debian;
use crate::workspace::Workspace;
use std::process::Command;

/// Builds, runs, and leaves the figures in `target/bench/server.json`.
pub fn run(workspace: &Workspace, options: &[String]) -> anyhow::Result<()> {
    debian::postgres()?;
    let build = ["build", "--locked", "--release", "--package", "doorstep", "--package", "doorstep-load"];
    run_command(Command::new("cargo").current_dir(workspace.root()).args(build))?;
    let built = workspace.target().join("release");
    run_command(
        Command::new(built.join("doorstep-load"))
            .arg("--server")
            .arg(built.join("doorstep"))
            .arg("--out")
            .arg(workspace.target().join("bench/server.json"))
            .args(options),
    )
}
