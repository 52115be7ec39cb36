//! The Debian package: the program, its systemd unit and its settings, packed by dpkg-deb.
//!
//! The package asks for the C library that the program was linked with, so that it refuses to install where it couldn't start.

use super::{VERSION, fresh, put};
use crate::command::{on_path, run};
use crate::workspace::Workspace;
use anyhow::bail;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Packs `doorstep_<version>_<arch>.deb` into the folder; `None` where there is no dpkg-deb.
pub fn pack(workspace: &Workspace, program: &Path, folder: &Path) -> anyhow::Result<Option<PathBuf>> {
    if !on_path("dpkg-deb") {
        return Ok(None);
    }
    let architecture = architecture()?;
    let root = fresh(&folder.join("deb"))?;
    let packaging = workspace.path("src/xtask/packaging");
    put(program, &root.join("usr/bin/doorstep"), 0o755)?;
    put(&packaging.join("doorstep.service"), &root.join("usr/lib/systemd/system/doorstep.service"), 0o644)?;
    put(&packaging.join("doorstep.default"), &root.join("etc/default/doorstep"), 0o644)?;
    put(&packaging.join("README.md"), &root.join("usr/share/doc/doorstep/README.md"), 0o644)?;
    let guide = workspace.path("src/server/administration.md");
    put(&guide, &root.join("usr/share/doc/doorstep/administration.md"), 0o644)?;
    put(&workspace.path("LICENSE"), &root.join("usr/share/doc/doorstep/copyright"), 0o644)?;
    let kilobytes = fs::metadata(program)?.len() / 1024;
    let control = control(architecture, kilobytes, &glibc(&fs::read(program)?));
    fs::create_dir_all(root.join("DEBIAN"))?;
    fs::write(root.join("DEBIAN/control"), control)?;
    fs::write(root.join("DEBIAN/conffiles"), "/etc/default/doorstep\n")?;
    for script in ["postinst", "prerm", "postrm"] {
        put(&packaging.join(script), &root.join("DEBIAN").join(script), 0o755)?;
    }
    let package = folder.join(format!("doorstep_{VERSION}_{architecture}.deb"));
    run(Command::new("dpkg-deb")
        .args(["--root-owner-group", "--build"])
        .arg(&root)
        .arg(&package)
        .stdout(std::io::stderr()))?;
    fs::remove_dir_all(root)?;
    Ok(Some(package))
}

/// Debian's name for this machine's kind.
fn architecture() -> anyhow::Result<&'static str> {
    Ok(match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "riscv64" => "riscv64",
        "loongarch64" => "loong64",
        other => bail!("what Debian calls {other} isn't known here"),
    })
}

fn control(architecture: &str, kilobytes: u64, glibc: &str) -> String {
    format!(
        "Package: doorstep\n\
         Version: {VERSION}\n\
         Architecture: {architecture}\n\
         Maintainer: Doorstep <doorstep@localhost>\n\
         Depends: libc6 (>= {glibc}), libgcc-s1\n\
         Installed-Size: {kilobytes}\n\
         Section: web\n\
         Priority: optional\n\
         Homepage: https://github.com/doorstep-forms/doorstep\n\
         Description: field surveys that work offline and arrive\n \
         A server for household visits and other surveys on phones: it serves the app with\n \
         its forms, and keeps what is submitted in SQLite or PostgreSQL.\n"
    )
}

/// The newest version of the C library that the program names, as `2.34`.
fn glibc(program: &[u8]) -> String {
    const MARK: &[u8] = b"GLIBC_2.";
    let minor = |rest: &[u8]| {
        let digits: String =
            rest.iter().take_while(|byte| byte.is_ascii_digit()).map(|&byte| char::from(byte)).collect();
        digits.parse::<u32>().ok()
    };
    let named = program.windows(MARK.len()).enumerate().filter(|(_, bytes)| *bytes == MARK);
    let newest = named.filter_map(|(at, _)| minor(&program[at + MARK.len()..])).max().unwrap_or(0);
    format!("2.{newest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_c_library_named_is_asked_for() {
        assert_eq!(glibc(b"..GLIBC_2.4\0GLIBC_2.34\0GLIBC_2.2.5\0GLIBC_"), "2.34");
    }

    #[test]
    fn the_control_file_has_one_field_a_line_and_ends_its_description_indented() {
        let control = control("amd64", 12_000, "2.34");
        assert!(control.contains("\nDepends: libc6 (>= 2.34), libgcc-s1\n"));
        let (fields, description) = control.split_once("Description: ").unwrap();
        assert!(
            fields.lines().all(|line| line.split_once(": ").is_some_and(|(name, _)| !name.contains(' ')))
        );
        assert!(description.lines().skip(1).all(|line| line.starts_with(' ')));
    }
}
