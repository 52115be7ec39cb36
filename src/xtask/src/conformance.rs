//! `cargo xtask conformance`: the program of that name in tests/, built first.

mod assessment;
mod entities;

use crate::command::run as run_command;
use crate::workspace::Workspace;
use std::process::Command;

/// Runs it with the arguments that are its own; paths are meant from where the command was given.
pub fn run(workspace: &Workspace, arguments: &[String]) -> anyhow::Result<()> {
    if let [first, rest @ ..] = arguments
        && first == "assessment"
    {
        return assessment::run(workspace, rest);
    }
    if arguments == ["entities"] {
        return entities::run(workspace);
    }
    let mut cargo = Command::new("cargo");
    cargo.args(["run", "--locked", "--quiet", "--manifest-path"]).arg(workspace.path("Cargo.toml"));
    cargo.args(["--package", "doorstep-tests", "--bin", "conformance", "--"]).args(arguments);
    run_command(&mut cargo)
}
