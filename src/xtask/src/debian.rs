//! What the browser tests take from the system: a browser, its driver, and a font with Chinese glyphs.

use crate::command::{ask, on_path, run};
use anyhow::{Context, bail};
use std::process::Command;

/// Debian's packages that are missing, as `apt-get install` wants them named.
fn missing() -> Vec<&'static str> {
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
    let packages = missing();
    if packages.is_empty() {
        return Ok(());
    }
    let root = ask(Command::new("id").arg("-u")).as_deref() == Some("0");
    if !root || !on_path("apt-get") {
        bail!("the browser tests need this first: sudo apt-get install {}", packages.join(" "));
    }
    eprintln!("set-up: installing Debian's {} (about a minute)", packages.join(", "));
    apt(&["update", "-qq"])?;
    apt(&[&["install", "-qq", "--yes", "--no-install-recommends"], packages.as_slice()].concat())
}

fn apt(arguments: &[&str]) -> anyhow::Result<()> {
    run(Command::new("apt-get").args(arguments).env("DEBIAN_FRONTEND", "noninteractive"))
        .context("Debian's packages could not be installed; the browser tests need chromium, chromium-driver, fonts-wqy-microhei")
}
