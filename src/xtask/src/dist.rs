//! `cargo xtask dist`: one program with app and forms inside, as a tar and as a Debian package, for an office without a compiler.

mod deb;

use crate::app::{self, Mode};
use crate::command::run as run_command;
use crate::workspace::Workspace;
use anyhow::Context;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Builds the program and packs it; prints where the packages are.
pub fn run(workspace: &Workspace) -> anyhow::Result<()> {
    let program = program(workspace)?;
    let folder = workspace.target().join("dist");
    fs::create_dir_all(&folder)?;
    let tar = tar(workspace, &program, &folder)?;
    println!("{} ({} MB)", tar.display(), megabytes(&tar)?);
    match deb::pack(workspace, &program, &folder)? {
        Some(package) => println!("{} ({} MB)", package.display(), megabytes(&package)?),
        None => eprintln!("no Debian package: dpkg-deb isn't on this machine"),
    }
    Ok(())
}

/// The release binary that carries the app and the forms.
fn program(workspace: &Workspace) -> anyhow::Result<PathBuf> {
    let app = app::build(workspace, Mode::Release)?;
    // In a folder of its own, so that it and the server of `cargo xtask serve` don't take turns in being built again.
    let target = workspace.target().join("embed");
    eprintln!("building the program with the app inside (the first time takes minutes)");
    run_command(
        Command::new("cargo")
            .current_dir(workspace.root())
            .args([
                "build",
                "--locked",
                "--release",
                "--package",
                "doorstep",
                "--features",
                "embed",
                "--target-dir",
            ])
            .arg(&target)
            .env("DOORSTEP_APP_DIST", app),
    )
    .context("the program could not be built")?;
    Ok(target.join("release/doorstep"))
}

/// `doorstep-<version>-<arch>.tar.gz`, with one folder in it.
fn tar(workspace: &Workspace, program: &Path, folder: &Path) -> anyhow::Result<PathBuf> {
    let name = format!("doorstep-{VERSION}-{}", std::env::consts::ARCH);
    let stage = fresh(&folder.join("stage").join(&name))?;
    put(program, &stage.join("doorstep"), 0o755)?;
    put(&workspace.path("LICENSE"), &stage.join("LICENSE"), 0o644)?;
    for file in ["README.md", "doorstep.service", "doorstep.default"] {
        put(&workspace.path("src/xtask/packaging").join(file), &stage.join(file), 0o644)?;
    }
    put(&workspace.path("src/server/administration.md"), &stage.join("administration.md"), 0o644)?;
    let tar = folder.join(format!("{name}.tar.gz"));
    run_command(
        Command::new("tar")
            .args([
                "--create",
                "--gzip",
                "--owner=0",
                "--group=0",
                "--numeric-owner",
                "--sort=name",
                "--file",
            ])
            .arg(&tar)
            .arg("--directory")
            .arg(folder.join("stage"))
            .arg(&name),
    )?;
    fs::remove_dir_all(folder.join("stage"))?;
    Ok(tar)
}

/// An empty folder of that name.
fn fresh(folder: &Path) -> anyhow::Result<PathBuf> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("can't empty {}", folder.display()))?;
    }
    fs::create_dir_all(folder)?;
    Ok(folder.to_path_buf())
}

/// Copies a file to where its folder may not be yet, with permissions that don't follow the builder's umask.
fn put(from: &Path, to: &Path, mode: u32) -> anyhow::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    if let Some(parent) = to.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::copy(from, to).with_context(|| format!("can't copy {} to {}", from.display(), to.display()))?;
    Ok(fs::set_permissions(to, fs::Permissions::from_mode(mode))?)
}

fn megabytes(file: &Path) -> anyhow::Result<u64> {
    Ok(fs::metadata(file)?.len().div_ceil(1_000_000))
}
