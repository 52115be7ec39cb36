//! The service worker's list of the app's files, written when Trunk has given them their final names.
//!
//! The list's id follows from the content of all files in it: a new build is a new service worker for the browser, and the
//! same build is the same one.

use crate::fingerprint::{add, files_below};
use anyhow::{Context, bail};
use sha2::{Digest, Sha256};
use std::fs;
use std::path::Path;

/// The line in `public/sw.js` that the list takes the place of.
const PLACEHOLDER: &str = "const BUILD = /*BUILD*/null;";

/// Writes into `sw.js` of a built app which files the app consists of.
pub fn write_file_list(app: &Path) -> anyhow::Result<()> {
    let script = app.join("sw.js");
    let source = fs::read_to_string(&script)
        .with_context(|| format!("the app has no {} (it comes from public/sw.js)", script.display()))?;
    let mut files = Vec::new();
    for path in files_below(app)? {
        if let Some(address) = address(path.strip_prefix(app)?) {
            files.push((address, fs::read(&path)?));
        }
    }
    fs::write(&script, with_list(&source, files)?)?;
    Ok(())
}

/// Where the server has the file; `None` for what the app runs without.
fn address(file: &Path) -> Option<String> {
    let name = file.to_string_lossy();
    match name.as_ref() {
        // A browser keeps the service worker itself, and shows the screenshots only before the app is installed.
        "sw.js" => None,
        name if name.ends_with(".br") || name.starts_with("screenshots/") => None,
        // The administrator's pages need their server anyhow.
        name if name.starts_with("office") || name.starts_with("doorstep-office") => None,
        name => Some(format!("/{name}")),
    }
}

/// The script with `{"id": …, "files": […]}` in the placeholder's place; files are addresses with their content.
fn with_list(source: &str, mut files: Vec<(String, Vec<u8>)>) -> anyhow::Result<String> {
    if source.matches(PLACEHOLDER).count() != 1 {
        bail!(
            "public/sw.js must have the line `{PLACEHOLDER}` exactly once, for the list of the app's files"
        );
    }
    files.sort();
    let mut sum = Sha256::new();
    for (address, content) in &files {
        add(&mut sum, address.as_bytes());
        add(&mut sum, content);
    }
    let id = format!("{:x}", sum.finalize());
    let addresses: Vec<_> = files.into_iter().map(|(address, _)| address).collect();
    let list = serde_json::json!({ "id": &id[..32], "files": addresses });
    Ok(source.replace(PLACEHOLDER, &format!("const BUILD = {list};")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(address: &str, content: &str) -> (String, Vec<u8>) {
        (address.to_owned(), content.as_bytes().to_vec())
    }

    fn id(script: &str) -> &str {
        script.split("\"id\":\"").nth(1).unwrap().split('"').next().unwrap()
    }

    #[test]
    fn the_list_takes_the_placeholders_place() {
        let source = format!("// before\n{PLACEHOLDER}\n// after\n");
        let script = with_list(&source, vec![file("/x.js", "x"), file("/index.html", "page")]).unwrap();
        let id = id(&script);
        assert_eq!(
            script,
            format!(
                "// before\nconst BUILD = {{\"id\":\"{id}\",\"files\":[\"/index.html\",\"/x.js\"]}};\n// after\n"
            )
        );
        assert_eq!(id.len(), 32);
    }

    #[test]
    fn the_id_follows_the_content_and_not_the_order() {
        let script = |files| with_list(PLACEHOLDER, files).unwrap();
        let one = script(vec![file("/a", "1"), file("/b", "2")]);
        assert_eq!(one, script(vec![file("/b", "2"), file("/a", "1")]));
        assert_ne!(id(&one), id(&script(vec![file("/a", "1"), file("/b", "3")])));
        assert_ne!(id(&one), id(&script(vec![file("/a", "12"), file("/b", "")])));
    }

    #[test]
    fn a_script_without_its_placeholder_is_refused() {
        assert!(with_list("const BUILD = null;", vec![]).is_err());
        assert!(with_list(&format!("{PLACEHOLDER}\n{PLACEHOLDER}"), vec![]).is_err());
    }

    #[test]
    fn only_what_the_app_runs_on_is_listed() {
        let address = |name: &str| address(Path::new(name));
        assert_eq!(address("index.html").as_deref(), Some("/index.html"));
        assert_eq!(address("icons/doorstep.svg").as_deref(), Some("/icons/doorstep.svg"));
        for left_out in
            ["sw.js", "app.wasm.br", "screenshots/home.png", "office.html", "doorstep-office-1a_bg.wasm"]
        {
            assert_eq!(address(left_out), None, "{left_out}");
        }
    }
}
