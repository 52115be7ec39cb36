//! The app, built: Trunk's output with the service worker's list of files and a brotli copy beside each file.
//!
//! Trunk runs only when something that goes into the app has changed, which keeps the second start at seconds.

use crate::command::{path_with, run};
use crate::workspace::Workspace;
use crate::{fingerprint, parts, precompress, service_worker, setup};
use anyhow::Context;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What a build is for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Mode {
    /// Built fast, for whoever is changing it.
    Dev,
    /// Built small, for phones.
    Release,
}

/// Builds the app if need be; returns the folder that holds it.
pub fn build(workspace: &Workspace, mode: Mode) -> anyhow::Result<PathBuf> {
    let name = match mode {
        Mode::Dev => "app-dev",
        Mode::Release => "app",
    };
    let folder = workspace.target().join(name);
    let stamp = workspace.target().join(format!("{name}.fingerprint"));
    let inputs = fingerprint::of(&inputs(workspace)?)?;
    if folder.is_dir() && fs::read_to_string(&stamp).is_ok_and(|built_from| built_from == inputs) {
        return Ok(folder);
    }
    setup::for_building(workspace)?;
    // Trunk is told to stay off the network, so that it can't fetch tools of its own: everything has to be here by now.
    run(Command::new("cargo").current_dir(workspace.root()).args(["fetch", "--locked", "--quiet"])).context(
        "the app's dependencies could not be fetched; it takes the network (crates.io) the first time",
    )?;
    eprintln!(
        "building the app ({})",
        if mode == Mode::Dev { "dev" } else { "release; the first time takes minutes" }
    );
    compile(workspace, mode)?;
    // The office's pages and the designer: bundles of their own in the same folder, so that no phone loads them.
    let office = workspace.target().join(format!("{name}-office"));
    let design = workspace.target().join(format!("{name}-design"));
    std::thread::scope(|scope| {
        let others = scope.spawn(|| {
            trunk(workspace, mode, &office, "src/app/office.html")?;
            trunk(workspace, mode, &design, "src/designer/design.html")
        });
        let app = trunk(workspace, mode, &folder, "src/app/index.html")
            .and_then(|()| parts::pack(workspace, mode, &folder));
        app.and(others.join().expect("the thread that packs the other pages does not panic"))
    })?;
    service_worker::write_file_list(&folder, &design)?;
    copy_into(&office, &folder)?;
    copy_into(&design, &folder)?;
    let sizes = precompress::brotli(&folder, if mode == Mode::Dev { 1 } else { 11 })?;
    // Last, so that a build which was cut short is done again.
    fs::write(stamp, inputs)?;
    eprintln!("the app: {} kB, {} kB as sent", sizes.plain / 1000, sizes.sent / 1000);
    Ok(folder)
}

/// Copies what is not there yet: both bundles have the style sheets, each by its hash.
fn copy_into(from: &Path, to: &Path) -> anyhow::Result<()> {
    for path in fingerprint::files_below(from)? {
        let target = to.join(path.strip_prefix(from)?);
        if let Some(parent) = target.parent() {
            fs::create_dir_all(parent)?;
        }
        if !target.exists() {
            fs::copy(&path, &target).with_context(|| format!("can't copy {}", path.display()))?;
        }
    }
    Ok(())
}

/// Compiles app and office at once, as Trunk would one after the other: the last step of each takes one core for minutes. Then the designer, by itself: its engine
/// checks what is written, and one that is compiled together with a phone's would check there, too.
fn compile(workspace: &Workspace, mode: Mode) -> anyhow::Result<()> {
    for packages in [["--package", "doorstep-app", "--bins"], ["--package", "doorstep-designer", "--bins"]] {
        compile_package(workspace, mode, packages)?;
    }
    Ok(())
}

fn compile_package(workspace: &Workspace, mode: Mode, package: [&str; 3]) -> anyhow::Result<()> {
    let mut cargo = Command::new("cargo");
    cargo.current_dir(workspace.root()).args(["build", "--locked", "--target", "wasm32-unknown-unknown"]);
    cargo.args(package);
    if mode == Mode::Release {
        cargo.args(["--profile", "wasm-release"]);
    }
    run(&mut cargo).context("the app could not be compiled")
}

fn trunk(workspace: &Workspace, mode: Mode, folder: &Path, page: &str) -> anyhow::Result<()> {
    let tools = workspace.tools();
    let path = path_with(&[tools.join("bin"), tools.join("npm/node_modules/.bin")])?;
    let mut trunk = Command::new(workspace.tool("trunk"));
    trunk.current_dir(workspace.root()).args([
        "build",
        "--offline",
        "--locked",
        "--html-output",
        page.rsplit('/').next().unwrap_or(page),
        "--dist",
    ]);
    trunk.arg(folder).arg(page);
    if mode == Mode::Release {
        trunk.args(["--release", "--cargo-profile", "wasm-release"]);
    }
    // Trunk reads NO_COLOR as a yes-or-no of its own and stops at the usual NO_COLOR=1; a traceback of Trunk would bury the
    // compiler's message.
    trunk.env("DOORSTEP_PARTS", parts::folder(folder));
    trunk.env("PATH", path).env("TRUNK_OFFLINE", "true").env_remove("NO_COLOR").env("RUST_BACKTRACE", "0");
    run(&mut trunk).context("the app could not be built")
}

/// All that goes into the app: every crate but those that only run on the server or here.
fn inputs(workspace: &Workspace) -> anyhow::Result<Vec<PathBuf>> {
    let mut inputs: Vec<PathBuf> = ["Cargo.toml", "Cargo.lock", "Trunk.toml", ".cargo/config.toml", "public"]
        .map(|name| workspace.path(name))
        .into();
    let crates = fs::read_dir(workspace.path("src"))?
        .map(|entry| Ok(entry?.path()))
        .collect::<anyhow::Result<Vec<_>>>()?;
    inputs.extend(
        crates
            .into_iter()
            .filter(|path| path.is_dir() && !path.ends_with("server") && !path.ends_with("cli")),
    );
    inputs.sort();
    Ok(inputs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_server_may_change_without_building_the_app_again() {
        let workspace = Workspace::find();
        let inputs = inputs(&workspace).unwrap();
        for within in ["src/app", "src/engine", "src/delivery", "public", "Cargo.lock"] {
            assert!(inputs.contains(&workspace.path(within)), "{within}");
        }
        assert!(!inputs.contains(&workspace.path("src/server")));
        assert!(!inputs.contains(&workspace.path("src/README.md")));
    }
}
