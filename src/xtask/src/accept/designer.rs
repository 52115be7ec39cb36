//! `cargo xtask accept designer [DIR …]`: forms taken through the designer, held before ODK's own tools.
//!
//! Each workbook of the folders, and each form here, is opened as the designer opens it, changed, given out as our own Excel and as XLSForm, and read back the
//! same (`src/designer/tests/sheets/round.rs`). pyxform is to make an XForm of each XLSForm, and ODK Web Forms' engine is to load that. What is refused as it
//! came is not ours.

use super::{Verdicts, files, pyxform, stem};
use crate::bench::{Browser, Page};
use crate::command::run as run_command;
use crate::workspace::Workspace;
use crate::{debian, setup};
use anyhow::{Context, bail};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where the real forms lie, beside the clone; they are never copied into it.
const REAL: &str = "../shared/forms";

const ASK: &str = "const [spec, done] = arguments;
    const ask = () => window.ready
        ? window.take(spec).then(done, (error) => done({refused: String(error?.stack ?? error)}))
        : setTimeout(ask, 20);
    ask();";

/// Goes through all of them and prints a line for each; fails if one is refused that was accepted as it came, or comes back another form.
pub fn run(workspace: &Workspace, arguments: &[String]) -> anyhow::Result<()> {
    let mut folders = super::given(arguments)?;
    if folders.is_empty() {
        folders.extend([workspace.path(REAL)].into_iter().filter(|folder| folder.is_dir()));
        folders.push(workspace.path("forms"));
    }
    setup::odk(workspace)?;
    let peers = setup::peers(workspace)?;
    debian::browser()?;
    let out = workspace.target().join("accept/designer");
    // What is written depends on nothing that was written before.
    let _ = fs::remove_dir_all(&out);
    fs::create_dir_all(&out)?;
    through_the_designer(workspace, &folders, &out)?;
    let rounds: BTreeMap<String, Value> = serde_json::from_slice(&fs::read(out.join("rounds.json"))?)?;

    let driver = workspace.path("src/xtask/pip/xls2xform.py");
    let packages = workspace.tools().join("odk");
    let make = |from: &str, to: &str| pyxform(&packages, &driver, &out.join(from), &out.join(to));
    let (came, out_again) = (make("came", "came-xform")?, make("xlsform", "xform")?);
    let engine = Engine::start(workspace, &peers, &out)?;
    let (loaded_before, loaded) = (engine.load("came-xform")?, engine.load("xform")?);
    drop(engine);

    let mut wrong = 0;
    for (name, round) in &rounds {
        let refused = |verdicts: &Verdicts| verdicts.get(name).cloned().flatten();
        let told = Told {
            round,
            pyxform: refused(&out_again),
            pyxform_before: refused(&came),
            engine: refused(&loaded),
            engine_before: refused(&loaded_before),
        };
        let (is_wrong, line) = told.line();
        wrong += usize::from(is_wrong);
        println!("{name}: {line}");
    }
    match (rounds.len(), wrong) {
        (0, _) => bail!("there is no form in {}", shown(&folders)),
        (_, 0) => Ok(()),
        (all, wrong) => bail!("{wrong} of {all} forms are refused or come back another form"),
    }
}

fn through_the_designer(workspace: &Workspace, folders: &[PathBuf], out: &Path) -> anyhow::Result<()> {
    let mut cargo = Command::new("cargo");
    cargo.args(["run", "--locked", "--quiet", "--manifest-path"]).arg(workspace.path("Cargo.toml"));
    cargo.args(["--package", "doorstep-designer", "--example", "accept", "--"]).arg(out).args(folders);
    run_command(&mut cargo)
}

/// All that is known of a form.
struct Told<'a> {
    /// What the designer's program says.
    round: &'a Value,
    pyxform: Option<String>,
    pyxform_before: Option<String>,
    engine: Option<String>,
    engine_before: Option<String>,
}

impl Told<'_> {
    /// Is something wrong that is ours? And what there is to say.
    fn line(&self) -> (bool, String) {
        let text = |key: &str| self.round[key].as_str().map(str::to_owned);
        if let Some(why) = text("as_it_came") {
            return (false, format!("no form as it came — {why}"));
        }
        if let Some(why) = text("ours") {
            return (true, format!("WRONG — {why}"));
        }
        let tools = [
            ("pyxform", &self.pyxform, &self.pyxform_before),
            ("ODK's engine", &self.engine, &self.engine_before),
        ];
        let list = |key: &str| -> Vec<String> {
            let all = self.round[key].as_array().into_iter().flatten();
            all.filter_map(Value::as_str).map(str::to_owned).collect()
        };
        let (mut is_wrong, mut said) = (false, Vec::new());
        for (tool, after, before) in tools {
            match (after, before) {
                (None, _) => said.push(format!("{tool} takes it")),
                (Some(_), Some(before)) => said.push(format!("{tool} refuses it as it came too: {before}")),
                (Some(after), None) => {
                    is_wrong = true;
                    said.push(format!("{tool} REFUSES it: {after}"));
                }
            }
            if after.is_some() {
                break;
            }
        }
        let changes = format!("changed ({}) and the same again", list("changes").join(", "));
        said.insert(0, changes);
        said.extend(list("losses").into_iter().map(|loss| format!("lost, as was said: {loss}")));
        (is_wrong, said.join("\n    "))
    }
}

/// ODK Web Forms' engine in a browser.
struct Engine {
    browser: Option<Browser>,
    page: Page,
    profile: PathBuf,
    out: PathBuf,
}

impl Drop for Engine {
    fn drop(&mut self) {
        // The browser first: it writes into its profile until it ends.
        self.browser = None;
        let _ = fs::remove_dir_all(&self.profile);
    }
}

impl Engine {
    fn start(workspace: &Workspace, peers: &Path, out: &Path) -> anyhow::Result<Engine> {
        let page = Page::serve(vec![
            ("/".to_owned(), workspace.path("tests/accept")),
            ("/peers/".to_owned(), peers.join("node_modules")),
            ("/data/".to_owned(), out.to_owned()),
        ])?;
        let profile = out.join("profile");
        Ok(Engine { browser: Some(Browser::start(&profile)?), page, profile, out: out.to_owned() })
    }

    /// What it says of each XForm in a folder of `out`.
    fn load(&self, folder: &str) -> anyhow::Result<Verdicts> {
        let browser = self.browser.as_ref().context("the browser has ended")?;
        let mut verdicts = Verdicts::new();
        for file in files(&self.out.join(folder), "xml")? {
            // A new page: nobody pays for another's garbage.
            browser.open(&self.page.url())?;
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            let found = browser.run(ASK, &json!({"address": format!("/data/{folder}/{name}")}))?;
            let refused = match (found["refused"].as_str(), found["nodes"].as_u64()) {
                (Some(why), _) => Some(why.lines().next().unwrap_or("no word why").to_owned()),
                (None, Some(nodes)) if nodes > 1 => None,
                _ => Some("it has no questions there".to_owned()),
            };
            verdicts.insert(stem(&file), refused);
        }
        Ok(verdicts)
    }
}

fn shown(folders: &[PathBuf]) -> String {
    folders.iter().map(|folder| folder.display().to_string()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_refused_as_it_came_is_not_ours() {
        let round = json!({"changes": ["label"], "losses": [], "differs": []});
        let told = |pyxform: Option<&str>, before: Option<&str>| {
            let own = |text: Option<&str>| text.map(str::to_owned);
            let told = Told {
                round: &round,
                pyxform: own(pyxform),
                pyxform_before: own(before),
                engine: None,
                engine_before: None,
            };
            told.line().0
        };
        assert!(!told(None, None) && !told(None, Some("x")) && !told(Some("x"), Some("y")));
        assert!(told(Some("x"), None));
        let ours = json!({"ours": "another form"});
        let told =
            Told { round: &ours, pyxform: None, pyxform_before: None, engine: None, engine_before: None };
        assert!(told.line().0);
    }
}
