//! What tests take from the system: a browser, its driver and a font with Chinese glyphs; PostgreSQL.

use crate::command::{ask, on_path, run};
use anyhow::{Context, bail};
use std::path::Path;
use std::process::Command;

/// Set to 1, tests that need PostgreSQL do without (`doorstep_postgres::WITHOUT`).
const WITHOUT_POSTGRES: &str = "DOORSTEP_WITHOUT_POSTGRES";

/// Debian's packages that are missing, as `apt-get install` wants them named.
fn missing_browser() -> Vec<&'static str> {
    let mut packages = Vec::new();
    if !on_path("chromium") && !on_path("google-chrome") {
        packages.push("chromium");
    }
    if !on_path("chromedriver") {
        packages.push("chromium-driver");
    }
    if ask(Command::new("fc-list").arg(":lang=zh")).is_none_or(|fonts| fonts.is_empty()) {
        packages.push("fontconfig");
        packages.push("fonts-wqy-microhei");
    }
    packages
}

/// Installs what is missing where that is allowed, and otherwise says what to install.
pub fn browser() -> anyhow::Result<()> {
    install(&missing_browser(), "the browser tests need this first")
}

/// Installs PostgreSQL, whose programs the tests start themselves, unless they are to do without it.
pub fn postgres() -> anyhow::Result<()> {
    let without = std::env::var(WITHOUT_POSTGRES).is_ok_and(|value| value == "1");
    if without || on_path("initdb") || has_postgres(Path::new("/usr/lib/postgresql")) {
        return Ok(());
    }
    let need = format!(
        "the server's tests need this first, or {WITHOUT_POSTGRES}=1 to go without the part that does"
    );
    install(&["postgresql"], &need)
}

/// Debian has each version in a folder of its own.
fn has_postgres(folder: &Path) -> bool {
    let versions = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    versions.into_iter().any(|version| version.path().join("bin/initdb").is_file())
}

fn install(packages: &[&str], need: &str) -> anyhow::Result<()> {
    if packages.is_empty() {
        return Ok(());
    }
    let root = ask(Command::new("id").arg("-u")).as_deref() == Some("0");
    if !root || !on_path("apt-get") {
        bail!("{need}: sudo apt-get install {}", packages.join(" "));
    }
    eprintln!("set-up: installing Debian's {} (about a minute)", packages.join(", "));
    apt(&["update", "-qq"])?;
    apt(&[&["install", "-qq", "--yes", "--no-install-recommends"], packages].concat())
        .with_context(|| format!("Debian's packages could not be installed: {}", packages.join(", ")))
}

fn apt(arguments: &[&str]) -> anyhow::Result<()> {
    run(Command::new("apt-get").args(arguments).env("DEBIAN_FRONTEND", "noninteractive"))
}
