//! The parts of the program that a phone fetches when they are asked for: made small, named by what is in them, and put beside the program.
//!
//! `src/xtask/bindgen` takes the program apart before wasm-bindgen sees it, while Trunk packs the rest; what it leaves is put in its place here.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;
use sha2::{Digest, Sha256};

use crate::app::Mode;
use crate::command::run;
use crate::workspace::Workspace;
use crate::{fingerprint, two_cores};

/// The script that fetches them: the program asks for it by this name.
pub const SCRIPT: &str = "doorstep-parts.js";
/// What the names of those begin with that a form is filled in and finished by, and of the rest.
const NEEDED: &str = "doorstep-part-needed-";
pub const REST: &str = "doorstep-part-rest-";
/// The parts that a form is filled in and finished by (`src/app/src/taken_apart.rs`).
const NEEDED_PARTS: [&str; 2] = ["finish", "sync"];
/// Which files each part consists of, as `src/xtask/bindgen` writes it.
const LIST: &str = "parts.json";
/// The program whose parts they are.
const PROGRAM: &str = "doorstep-app";

/// Where they lie between taking apart and packing, for an app that is packed into that folder.
pub fn folder(app: &Path) -> PathBuf {
    app.with_extension("parts")
}

/// What rustc's programs use of wasm, all of it in the oldest browsers that the README names; a part does not say it itself.
const FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// Puts script and parts into the packed app.
pub fn pack(workspace: &Workspace, mode: Mode, app: &Path) -> anyhow::Result<()> {
    let taken_apart = folder(app);
    let script = fs::read_to_string(taken_apart.join(SCRIPT)).context("the app was not taken apart")?;
    let list = fs::read(taken_apart.join(LIST))?;
    let files: BTreeMap<String, Vec<String>> = serde_json::from_slice(&list).context(LIST)?;
    let needed: Vec<&String> = NEEDED_PARTS.iter().filter_map(|part| files.get(*part)).flatten().collect();
    let mut script = script.replace(&format!("./{PROGRAM}.js"), &format!("./{}", program(app)?));
    let stem_of = |path: &Path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        name.strip_suffix(".wasm").filter(|stem| *stem != PROGRAM).map(str::to_owned)
    };
    let mut paths = fingerprint::files_below(&taken_apart)?;
    paths.retain(|path| stem_of(path).is_some());
    if mode == Mode::Release {
        two_cores::at_once(&paths, |path| {
            let wasm_opt = workspace.tools().join("npm/node_modules/.bin/wasm-opt");
            run(Command::new(wasm_opt).arg("-Oz").args(FEATURES).arg("-o").arg(path).arg(path))
                .with_context(|| format!("{} could not be made smaller", path.display()))
        })?;
    }
    for path in paths {
        let Some(stem) = stem_of(&path) else { continue };
        let bytes = fs::read(&path)?;
        let hash = format!("{:x}", Sha256::digest(&bytes));
        let prefix = if needed.iter().any(|name| **name == stem) { NEEDED } else { REST };
        let named = format!("{prefix}{}-{}.wasm", stem.replace('_', "-"), &hash[..16]);
        script = script.replace(&format!("\"./{stem}.wasm\""), &format!("\"./{named}\""));
        fs::write(app.join(&named), bytes)?;
    }
    fs::write(app.join(SCRIPT), script)?;
    Ok(())
}

/// The name that Trunk gave the program's script.
fn program(app: &Path) -> anyhow::Result<String> {
    for entry in fs::read_dir(app)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.starts_with(&format!("{PROGRAM}-")) && name.ends_with(".js") {
            return Ok(name);
        }
    }
    anyhow::bail!("{} has no {PROGRAM}-….js", app.display())
}
