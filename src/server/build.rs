//! With the feature `embed`: lists the app's and the forms' files, so that the program carries them.

use std::fs;
use std::path::{Path, PathBuf};

fn main() {
    println!("cargo::rerun-if-env-changed=DOORSTEP_APP_DIST");
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var_os("CARGO_FEATURE_EMBED").is_none() {
        return;
    }
    let root = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("../..");
    let app = std::env::var_os("DOORSTEP_APP_DIST").map_or_else(|| root.join("target/app"), PathBuf::from);
    let code = format!(
        "pub(crate) static APP: &[(&str, &[u8])] = &[{}];\npub(crate) static FORMS: &[(&str, &[u8])] = &[{}];\n",
        listed(&app),
        listed(&root.join("forms"))
    );
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets it"));
    fs::write(out.join("embedded.rs"), code).expect("OUT_DIR can be written");
}

/// `("name", include_bytes!("path")),` for each file below a folder, in the order of their names.
fn listed(folder: &Path) -> String {
    println!("cargo::rerun-if-changed={}", folder.display());
    let folder = folder
        .canonicalize()
        .unwrap_or_else(|error| panic!("{} is to be embedded: {error}", folder.display()));
    let mut files = Vec::new();
    collect(&folder, &mut files);
    files.sort();
    let line = |path: &PathBuf| {
        let name = path.strip_prefix(&folder).expect("it lies below").to_str().expect("file names are UTF-8");
        format!("({name:?}, include_bytes!({path:?})),")
    };
    files.iter().map(line).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("the folder can be read").path();
        if path.is_dir() { collect(&path, files) } else { files.push(path) }
    }
}
