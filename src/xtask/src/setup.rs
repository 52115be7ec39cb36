//! What a fresh machine lacks, put there once: everything lands in the git-ignored `.tools/`, in the version named here.
//!
//! A step first looks whether its tool is there in that version, in milliseconds, says what it is going to do and how long
//! that takes, and if it fails says what to do.

use crate::command::{ask, on_path, run};
use crate::fingerprint;
use crate::workspace::Workspace;
use anyhow::{Context, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const WASM: &str = "wasm32-unknown-unknown";
/// Later Trunks want a later Rust.
const TRUNK: &str = "0.21.14";
/// The number in `bindgen/Cargo.toml`, and in the workspace's `wasm-bindgen`.
const WASM_BINDGEN: &str = "0.2.130";
const CARGO_DENY: &str = "0.20.2";
const CRATES_TO_DO: &str = "it takes the network (crates.io) and a C compiler (`apt-get install gcc`); the same command goes on from here";

/// All that building the app takes.
pub fn for_building(workspace: &Workspace) -> anyhow::Result<()> {
    wasm_target()?;
    trunk(workspace)?;
    wasm_bindgen(workspace)?;
    wasm_opt(workspace)
}

/// The standard library for WebAssembly.
pub fn wasm_target() -> anyhow::Result<()> {
    let libraries = ask(Command::new("rustc").args(["--print", "target-libdir", "--target", WASM]));
    if libraries.is_some_and(|folder| Path::new(&folder).is_dir()) {
        return Ok(());
    }
    announce("Rust's WebAssembly target", "seconds");
    if !on_path("rustup") {
        bail!(
            "Rust's target {WASM} is missing, and so is rustup that would fetch it: install Rust by rustup (https://rustup.rs)"
        );
    }
    run(Command::new("rustup").args(["target", "add", WASM]))
        .context("rustup could not fetch the target; it takes the network (static.rust-lang.org)")
}

/// rustfmt and clippy.
pub fn lints() -> anyhow::Result<()> {
    for (component, command) in [("rustfmt", "fmt"), ("clippy", "clippy")] {
        if ask(Command::new("cargo").args([command, "--version"])).is_none() {
            announce(component, "seconds");
            run(Command::new("rustup").args(["component", "add", component]))
                .with_context(|| format!("{component} is missing and rustup could not fetch it"))?;
        }
    }
    Ok(())
}

/// Trunk, which turns the app's crate, its styles and its page into files for a browser.
pub fn trunk(workspace: &Workspace) -> anyhow::Result<()> {
    install(workspace, "trunk", TRUNK, "about 4 minutes on two cores")
}

/// cargo-deny, which checks the dependencies' licences and sources.
pub fn cargo_deny(workspace: &Workspace) -> anyhow::Result<()> {
    install(workspace, "cargo-deny", CARGO_DENY, "about 2 minutes on two cores")
}

/// A program from crates.io, compiled fast rather than compiled to be fast.
fn install(workspace: &Workspace, name: &str, version: &str, time: &str) -> anyhow::Result<()> {
    let found = ask(Command::new(workspace.tool(name)).arg("--version"));
    if found.is_some_and(|found| is_version(&found, version)) {
        return Ok(());
    }
    announce(&format!("{name} {version}"), time);
    let build = workspace.tools().join("build");
    run(Command::new("cargo")
        .args([
            "install",
            "--debug",
            "--locked",
            "--no-default-features",
            "--force",
            name,
            "--version",
            version,
        ])
        .arg("--root")
        .arg(workspace.tools())
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        // Kept until it has succeeded, so that an interrupted set-up goes on where it was.
        .env("CARGO_TARGET_DIR", &build))
    .with_context(|| format!("{name} could not be installed; {CRATES_TO_DO}"))?;
    clear(&build)
}

/// wasm-bindgen and its test runner, built from this workspace's own lock file so that they match the library.
pub fn wasm_bindgen(workspace: &Workspace) -> anyhow::Result<()> {
    let found = ask(Command::new(workspace.tool("wasm-bindgen")).arg("--version"));
    let runner = workspace.tool("wasm-bindgen-test-runner");
    // What it does before wasm-bindgen is ours, and may have changed.
    let stamp = workspace.tools().join("bindgen.fingerprint");
    let source = fingerprint::of(&[workspace.path("src/xtask/bindgen")])?;
    let is_ours = fs::read_to_string(&stamp).is_ok_and(|built_from| built_from == source);
    if is_ours && found.is_some_and(|found| is_version(&found, WASM_BINDGEN)) && runner.is_file() {
        return Ok(());
    }
    announce(&format!("wasm-bindgen {WASM_BINDGEN}"), "about 2 minutes on two cores");
    let build = workspace.tools().join("build");
    run(Command::new("cargo")
        .current_dir(workspace.root())
        .args(["build", "--locked", "--package", "bindgen-tools"])
        .env("CARGO_TARGET_DIR", &build))
    .with_context(|| format!("wasm-bindgen could not be built; {CRATES_TO_DO}"))?;
    fs::create_dir_all(workspace.tools().join("bin"))?;
    for program in ["wasm-bindgen", "wasm-bindgen-test-runner"] {
        fs::copy(build.join("debug").join(program), workspace.tool(program))
            .with_context(|| format!("can't put {program} into .tools/bin"))?;
    }
    fs::write(stamp, source)?;
    clear(&build)
}

/// Binaryen's wasm-opt from npm, a program for node: Debian's is too old and breaks the app without saying so.
pub fn wasm_opt(workspace: &Workspace) -> anyhow::Result<()> {
    let folder = workspace.tools().join("npm");
    npm(workspace, "src/xtask/npm", &folder, "wasm-opt (npm's binaryen)", "seconds; 100 MB on the disk")
}

/// The field's other engines, from npm: what ours is measured against. Gives the folder.
pub fn peers(workspace: &Workspace) -> anyhow::Result<PathBuf> {
    let folder = workspace.tools().join("peers");
    npm(workspace, "tests/bench/peers", &folder, "the engines that ours is measured against", "seconds")?;
    Ok(folder)
}

/// The field's other apps in a browser, from npm, and what bundles them. Gives the folder.
pub fn peer_apps(workspace: &Workspace) -> anyhow::Result<PathBuf> {
    let folder = workspace.tools().join("app-peers");
    npm(
        workspace,
        "tests/bench/app",
        &folder,
        "the apps that ours is measured against",
        "seconds; 180 MB on the disk",
    )?;
    Ok(folder)
}

/// The packages that the lock file in `from` names, put into `folder`.
pub fn npm(workspace: &Workspace, from: &str, folder: &Path, what: &str, time: &str) -> anyhow::Result<()> {
    let from = workspace.path(from);
    let lock = fs::read(from.join("package-lock.json"))?;
    // Written last, when all that the lock file names is there.
    let stamp = folder.join("installed.json");
    if fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    announce(what, time);
    if !on_path("npm") {
        bail!("npm is missing: install Node.js 20 or later with npm (`apt-get install nodejs npm`)");
    }
    fs::create_dir_all(folder)?;
    for name in ["package.json", "package-lock.json"] {
        fs::copy(from.join(name), folder.join(name))?;
    }
    let quiet = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
    run(Command::new("npm").current_dir(folder).args(quiet))
        .with_context(|| format!("npm could not install {what}; it takes the network (the npm registry)"))?;
    Ok(fs::write(stamp, lock)?)
}

/// pyxform, and ODK Validate in it, from PyPI: what `requirements.txt` names, by hash.
pub fn odk(workspace: &Workspace) -> anyhow::Result<()> {
    let (folder, from) = (workspace.tools().join("odk"), workspace.path("src/xtask/pip/requirements.txt"));
    let wanted = fs::read(&from)?;
    // Written last, when all is there.
    let stamp = folder.join("installed.txt");
    if fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    announce("pyxform with ODK Validate", "seconds; 20 MB on the disk");
    if ask(Command::new("python3").args(["-m", "pip", "--version"])).is_none() {
        bail!("Python's pip is missing: `apt-get install python3-pip`");
    }
    let _ = fs::remove_dir_all(&folder);
    let quiet = [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--root-user-action=ignore",
        "--disable-pip-version-check",
        "--no-deps",
        "--require-hashes",
    ];
    run(Command::new("python3").args(quiet).arg("--target").arg(&folder).arg("--requirement").arg(&from))
        .context("pip could not install pyxform; it takes the network (PyPI)")?;
    Ok(fs::write(stamp, wanted)?)
}

fn announce(what: &str, time: &str) {
    eprintln!("set-up: {what} isn't there yet; getting it, once ({time})");
}

/// `trunk 0.21.14` says so of itself, and so do the others.
fn is_version(found: &str, version: &str) -> bool {
    found.split_whitespace().nth(1) == Some(version)
}

fn clear(folder: &Path) -> anyhow::Result<()> {
    fs::remove_dir_all(folder).with_context(|| format!("can't remove {}", folder.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_version_is_not_taken_for_the_wanted_one() {
        assert!(is_version("trunk 0.21.14", "0.21.14"));
        assert!(is_version("wasm-bindgen 0.2.130 (abc)", "0.2.130"));
        assert!(!is_version("trunk 0.21.140", "0.21.14"));
        assert!(!is_version("", "0.21.14"));
    }

    #[test]
    fn wasm_bindgen_is_the_one_in_the_lock_file() {
        let lock = fs::read_to_string(Workspace::find().path("Cargo.lock")).unwrap();
        for package in ["wasm-bindgen", "wasm-bindgen-cli", "bindgen-tools"] {
            let entry = format!("name = \"{package}\"\nversion = \"{WASM_BINDGEN}\"\n");
            assert!(lock.contains(&entry), "{package} in Cargo.lock isn't {WASM_BINDGEN}");
        }
    }
}
