//! The service worker's list of the app's files, written when Trunk has given them their final names.
//!
//! The list's id follows from the content of all files in it: a new build is a new service worker for the browser, and the
//! same build is the same one.

use crate::fingerprint::{add, files_below};
use crate::parts;
use anyhow::{Context, bail};
use sha2::{Digest, Sha256};
use std::fs;
use std::path::Path;

/// The line in `public/sw.js` that the list takes the place of.
const PLACEHOLDER: &str = "const BUILD = /*BUILD*/null;";

/// Writes into `sw.js` of a built app which files the app consists of, and the designer in the folder beside it.
pub fn write_file_list(app: &Path, design: &Path) -> anyhow::Result<()> {
    let script = app.join("sw.js");
    let source = fs::read_to_string(&script)
        .with_context(|| format!("the app has no {} (it comes from public/sw.js)", script.display()))?;
    let (mut files, mut rest, mut later) = (Vec::new(), Vec::new(), Vec::new());
    for path in files_below(app)? {
        match place(path.strip_prefix(app)?) {
            Place::Always(address) => files.push((address, fs::read(&path)?)),
            Place::Rest(address) => rest.push((address, fs::read(&path)?)),
            Place::Later(address) => later.push((address, fs::read(&path)?)),
            Place::Never => {}
        }
    }
    let mut designer = Vec::new();
    for path in files_below(design)? {
        let name = path.strip_prefix(design)?;
        // Style sheets that the app has are there for both.
        if !app.join(name).exists() && !name.to_string_lossy().ends_with(".br") {
            designer.push((format!("/{}", name.to_string_lossy()), fs::read(&path)?));
        }
    }
    fs::write(&script, with_list(&source, [files, rest, later, designer])?)?;
    Ok(())
}

/// When the service worker is to have a file, and where the server has it.
#[derive(Debug, PartialEq)]
enum Place {
    /// The app doesn't run without it.
    Always(String),
    /// Nothing of it is needed to fill in and finish a form: fetched once a page has been up for a while.
    Rest(String),
    /// Only some phones need it, and those from when they ask for it.
    Later(String),
    Never,
}

fn place(file: &Path) -> Place {
    let name = file.to_string_lossy();
    match name.as_ref() {
        // A browser keeps the service worker itself, and shows the screenshots only before the app is installed.
        "sw.js" => Place::Never,
        name if name.ends_with(".br") || name.starts_with("screenshots/") => Place::Never,
        // The administrator's pages need their server anyhow.
        name if name.starts_with("office") || name.starts_with("doorstep-office") => Place::Never,
        name if name.starts_with(parts::REST) => Place::Rest(format!("/{name}")),
        // What reads codes where the browser can't.
        name if name == "codes.js" || name.starts_with("doorstep-codes") => Place::Later(format!("/{name}")),
        name => Place::Always(format!("/{name}")),
    }
}

/// Addresses with their content.
type Files = Vec<(String, Vec<u8>)>;

/// The script with `{"id": …, "files": […], "rest": […], "later": […], "design": […]}` in the placeholder's place.
fn with_list(source: &str, mut lists: [Files; 4]) -> anyhow::Result<String> {
    if source.matches(PLACEHOLDER).count() != 1 {
        bail!(
            "public/sw.js must have the line `{PLACEHOLDER}` exactly once, for the list of the app's files"
        );
    }
    lists.iter_mut().for_each(|list| list.sort());
    let mut sum = Sha256::new();
    for (address, content) in lists.iter().flatten() {
        add(&mut sum, address.as_bytes());
        add(&mut sum, content);
    }
    let id = format!("{:x}", sum.finalize());
    let [files, rest, later, design] =
        lists.map(|list| list.into_iter().map(|(address, _)| address).collect::<Vec<_>>());
    let list = serde_json::json!({ "id": &id[..32], "files": files, "rest": rest, "later": later, "design": design });
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
        let files = vec![file("/x.js", "x"), file("/index.html", "page")];
        let script = with_list(
            &source,
            [
                files,
                vec![file("/part.wasm", "part")],
                vec![file("/codes.js", "read")],
                vec![file("/design.html", "d")],
            ],
        )
        .unwrap();
        let id = id(&script);
        assert_eq!(
            script,
            format!(
                "// before\nconst BUILD = {{\"id\":\"{id}\",\"files\":[\"/index.html\",\"/x.js\"],\"rest\":[\"/part.wasm\"],\"later\":[\"/codes.js\"],\"design\":[\"/design.html\"]}};\n// after\n"
            )
        );
        assert_eq!(id.len(), 32);
    }

    #[test]
    fn the_id_follows_the_content_and_not_the_order() {
        let script = |files| with_list(PLACEHOLDER, [files, vec![], vec![], vec![]]).unwrap();
        let one = script(vec![file("/a", "1"), file("/b", "2")]);
        assert_eq!(one, script(vec![file("/b", "2"), file("/a", "1")]));
        assert_ne!(id(&one), id(&script(vec![file("/a", "1"), file("/b", "3")])));
        assert_ne!(id(&one), id(&script(vec![file("/a", "12"), file("/b", "")])));
        let later = |content| {
            with_list(PLACEHOLDER, [vec![file("/a", "1")], vec![], vec![file("/b", content)], vec![]])
                .unwrap()
        };
        assert_ne!(id(&later("2")), id(&later("3")));
    }

    #[test]
    fn a_script_without_its_placeholder_is_refused() {
        assert!(with_list("const BUILD = null;", [vec![], vec![], vec![], vec![]]).is_err());
        assert!(
            with_list(&format!("{PLACEHOLDER}\n{PLACEHOLDER}"), [vec![], vec![], vec![], vec![]]).is_err()
        );
    }

    #[test]
    fn only_what_the_app_runs_on_is_listed() {
        let place = |name: &str| place(Path::new(name));
        for always in ["index.html", "icons/doorstep.svg", "doorstep-app-1a_bg.wasm"] {
            assert_eq!(place(always), Place::Always(format!("/{always}")));
        }
        assert_eq!(
            place("doorstep-part-needed-a-1.wasm"),
            Place::Always("/doorstep-part-needed-a-1.wasm".into())
        );
        assert_eq!(place("doorstep-part-rest-a-1.wasm"), Place::Rest("/doorstep-part-rest-a-1.wasm".into()));
        for later in ["codes.js", "doorstep-codes.js", "doorstep-codes_bg.wasm"] {
            assert_eq!(place(later), Place::Later(format!("/{later}")));
        }
        for left_out in [
            "sw.js",
            "app.wasm.br",
            "doorstep-codes.js.br",
            "screenshots/home.png",
            "office.html",
            "doorstep-office-1a_bg.wasm",
        ] {
            assert_eq!(place(left_out), Place::Never, "{left_out}");
        }
    }
}
