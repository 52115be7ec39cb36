//! `cargo xtask serve`: from a fresh clone to the app in a browser, in one command.

use crate::app::{self, Mode};
use crate::command::run as run_command;
use crate::workspace::Workspace;
use anyhow::{Context, bail};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;

/// What `serve` and `build` are called with.
#[derive(Debug, PartialEq)]
pub struct Options {
    port: u16,
    data: PathBuf,
    dev: bool,
}

impl Options {
    /// Reads `--port N`, `--data DIR` and `--dev`.
    pub fn read(arguments: &[String]) -> anyhow::Result<Self> {
        let mut options = Self { port: 8080, data: PathBuf::from("doorstep-data"), dev: false };
        let mut rest = arguments.iter().map(String::as_str);
        while let Some(argument) = rest.next() {
            let (name, attached) =
                argument.split_once('=').map_or((argument, None), |(name, value)| (name, Some(value)));
            let mut value =
                || attached.or_else(|| rest.next()).with_context(|| format!("{name} wants a value after it"));
            match name {
                "--port" => {
                    let given = value()?;
                    options.port =
                        given.parse().with_context(|| format!("--port {given} is not a port number"))?;
                }
                "--data" => options.data = PathBuf::from(value()?),
                "--dev" => options.dev = true,
                other => bail!("`{other}` isn't understood; there are --port N, --data DIR and --dev"),
            }
        }
        Ok(options)
    }

    /// How the app and the server are to be built.
    pub fn mode(&self) -> Mode {
        if self.dev { Mode::Dev } else { Mode::Release }
    }
}

/// The two halves, built.
pub struct Built {
    /// The folder with the app's files.
    pub app: PathBuf,
    /// The program `doorstep`.
    pub doorstep: PathBuf,
}

/// Builds the app and the server, each only as far as something has changed.
pub fn build(workspace: &Workspace, mode: Mode) -> anyhow::Result<Built> {
    build_both(workspace, mode, mode)
}

/// The app as phones get it, and the server as the other tests have compiled it: a release of that would take a clean machine minutes more, and
/// nothing that a browser sees of it would be another.
pub fn build_for_tests(workspace: &Workspace) -> anyhow::Result<Built> {
    build_both(workspace, Mode::Release, Mode::Dev)
}

fn build_both(workspace: &Workspace, app: Mode, server: Mode) -> anyhow::Result<Built> {
    let app = app::build(workspace, app)?;
    Ok(Built { app, doorstep: build_server(workspace, server)? })
}

/// Builds the server alone; the program.
pub fn build_server(workspace: &Workspace, mode: Mode) -> anyhow::Result<PathBuf> {
    let mut cargo = Command::new("cargo");
    cargo.current_dir(workspace.root()).args(["build", "--locked", "--package", "doorstep"]);
    let profile = match mode {
        Mode::Dev => "debug",
        Mode::Release => {
            cargo.arg("--release");
            "release"
        }
    };
    let doorstep = workspace.target().join(profile).join("doorstep");
    if !doorstep.exists() {
        eprintln!("building the server ({profile}; the first time takes minutes)");
    }
    run_command(&mut cargo).context("the server could not be built")?;
    Ok(doorstep)
}

/// Builds, says where everything is, and becomes the server, so that Ctrl-C and signals reach it.
pub fn run(workspace: &Workspace, options: &Options) -> anyhow::Result<()> {
    let built = build(workspace, options.mode())?;
    let data = workspace.root().join(&options.data);
    let mut server = Command::new(&built.doorstep);
    server.current_dir(workspace.root());
    server.args(["serve", "--port", &options.port.to_string(), "--forms", "forms", "--data"]).arg(&data);
    server.arg("--app").arg(&built.app);
    eprintln!("open http://127.0.0.1:{} in a browser; Ctrl-C stops the server", options.port);
    let error = server.exec();
    Err(error).with_context(|| format!("can't start {}", built.doorstep.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(arguments: &[&str]) -> anyhow::Result<Options> {
        Options::read(&arguments.iter().map(|&argument| argument.to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn nothing_given_is_the_address_and_folder_of_the_readme() {
        assert_eq!(read(&[]).unwrap(), Options { port: 8080, data: "doorstep-data".into(), dev: false });
    }

    #[test]
    fn options_come_in_any_order_and_in_both_spellings() {
        let wanted = Options { port: 9000, data: "/tmp/d".into(), dev: true };
        assert_eq!(read(&["--port", "9000", "--dev", "--data=/tmp/d"]).unwrap(), wanted);
        assert_eq!(read(&["--data", "/tmp/d", "--port=9000", "--dev"]).unwrap(), wanted);
    }

    #[test]
    fn a_mistake_is_named() {
        for (given, named) in
            [(["--port", "x"], "x"), (["--dev", "--prot"], "--prot"), (["--dev", "--data"], "--data")]
        {
            let message = format!("{:#}", read(&given).unwrap_err());
            assert!(message.contains(named), "{message}");
        }
    }
}
