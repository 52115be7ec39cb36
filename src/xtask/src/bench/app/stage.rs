//! All that is measured, set up: our app behind its own server, the peers as pages of a web server, and the forms as each of them wants them.
//!
//! Kept here: nobody is given what its users would not have. The peers are bundled and minified for production, everything is sent compressed, and
//! what Enketo's server does to a form beforehand is done beforehand.

use super::forms::{self, Form};
use super::road::Road;
use crate::app::Mode;
use crate::bench::driver::Browser;
use crate::bench::page::Page;
use crate::command::run as run_command;
use crate::size::Running;
use crate::workspace::Workspace;
use crate::{fingerprint, precompress, serve, setup};
use anyhow::{Context, bail};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The form of the memory budget, where it lies beside the clone, or beside the folder that a worktree is in.
const VERBAL_AUTOPSY: [&str; 2] =
    ["../shared/forms/who-verbal-autopsy-2016.xml", "../../shared/forms/who-verbal-autopsy-2016.xml"];
/// What of `tests/bench/app` is no part of a bundle.
const WATCH: &str = "watch.js";
/// What its files are called here, and what it calls itself.
pub const AUTOPSY: &str = "autopsy";
pub const AUTOPSY_ID: &str = "va_who_v1_5_2";

/// Everything that a browser can be sent to.
pub struct Stage {
    /// The road to our server.
    pub here: Road,
    /// The road to the peers' pages.
    pub peers: Road,
    /// The folder that all of it lies in.
    pub folder: PathBuf,
    /// Where npm put the peers.
    pub packages: PathBuf,
    /// Is the form of the memory budget there?
    pub has_autopsy: bool,
    _server: Running,
    _page: Page,
}

impl Stage {
    /// Builds what is missing and starts both servers.
    pub fn set(workspace: &Workspace) -> anyhow::Result<Stage> {
        let folder = workspace.target().join("bench/app");
        let (app, doorstep) = match std::env::var_os("DOORSTEP_APP_DIST") {
            Some(app) => (PathBuf::from(app), serve::build_server(workspace, Mode::Dev)?),
            None => {
                let built = serve::build_for_tests(workspace)?;
                (built.app, built.doorstep)
            }
        };
        let packages = setup::peer_apps(workspace)?;
        bundle(workspace, &packages, &folder.join("site"))?;
        let has_autopsy = write_forms(workspace, &folder, &doorstep)?;
        let page = Page::deploy(vec![
            ("/".into(), folder.join("site")),
            ("/forms/".into(), folder.join("forms-of-peers")),
        ])?;
        transform(&page, &folder)?;
        precompress::brotli(&folder.join("forms-of-peers"), 11)?;
        let data = folder.join("data");
        // Of the run before.
        let _ = fs::remove_dir_all(&data);
        let mut command = Command::new(&doorstep);
        command.args(["serve", "--port", "0", "--log", "stderr"]).arg("--forms").arg(folder.join("forms"));
        command.arg("--data").arg(&data).arg("--app").arg(&app).env_remove("DATABASE_URL");
        let server = Running::start(&mut command)?;
        let (here, peers) = (Road::to(server.port()?)?, Road::to(page.port())?);
        Ok(Stage { here, peers, folder, packages, has_autopsy, _server: server, _page: page })
    }
}

/// The peers' pages, with a compressed copy beside each file; anew when something of them has changed.
fn bundle(workspace: &Workspace, packages: &Path, site: &Path) -> anyhow::Result<()> {
    let sources = workspace.path("tests/bench/app");
    let stamp = site.with_extension("fingerprint");
    let mut files = fingerprint::files_below(&sources)?;
    files.retain(|file| !file.ends_with(WATCH));
    let inputs = fingerprint::of(&files)?;
    if site.is_dir() && fs::read_to_string(&stamp).is_ok_and(|bundled| bundled == inputs) {
        return Ok(());
    }
    eprintln!("bundling the peers");
    let _ = fs::remove_dir_all(site);
    fs::create_dir_all(site)?;
    run_command(Command::new("node").current_dir(packages).arg(sources.join("bundle.mjs")).arg(site))?;
    precompress::brotli(site, 11)?;
    Ok(fs::write(stamp, inputs)?)
}

/// The forms in every syntax that is wanted but Enketo's. Is the large one of others among them?
fn write_forms(workspace: &Workspace, folder: &Path, doorstep: &Path) -> anyhow::Result<bool> {
    let (ours, theirs) = (folder.join("forms"), folder.join("forms-of-peers"));
    for folder in [&ours, &theirs] {
        let _ = fs::remove_dir_all(folder);
        fs::create_dir_all(folder)?;
    }
    for Form { id, xform, survey_js } in [forms::large(), forms::repeat()] {
        fs::write(theirs.join(format!("{id}.xml")), xform)?;
        fs::write(theirs.join(format!("{id}.survey.json")), survey_js.to_string())?;
    }
    let autopsy = VERBAL_AUTOPSY.iter().map(|path| workspace.path(path)).find(|path| path.is_file());
    let has_autopsy = autopsy.is_some();
    if let Some(autopsy) = autopsy {
        fs::write(theirs.join(format!("{AUTOPSY}.xml")), fs::read(autopsy)?)?;
    }
    for entry in fs::read_dir(&theirs)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "xml") {
            let id = path.file_stem().context("a form has a name")?;
            convert(doorstep, &path, &ours.join(id))?;
        }
    }
    Ok(has_autopsy)
}

/// A form as our server takes it.
fn convert(doorstep: &Path, xform: &Path, folder: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(folder)?;
    let mut convert = Command::new(doorstep);
    convert.arg("convert").arg(xform).arg(folder.join("form.json"));
    let output = convert.stdin(Stdio::null()).output().context("doorstep convert does not start")?;
    if !output.status.success() {
        bail!("{} can't be converted: {}", xform.display(), String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}

/// What Enketo's server does to a form before a browser gets it.
fn transform(page: &Page, folder: &Path) -> anyhow::Result<()> {
    let profile = folder.join("profile-transform");
    let _ = fs::remove_dir_all(&profile);
    let browser = Browser::start(&profile)?;
    browser.open(&format!("{}enketo-transform/", page.url()))?;
    for id in ["large", "repeat"] {
        let script = "const [form, done] = arguments;
            const ask = async () => {
                if (!window.transformed) return setTimeout(ask, 20);
                const xform = await (await fetch(`/forms/${form}.xml`)).text();
                window.transformed(xform).then(done, (error) => done({ error: String(error) }));
            };
            ask();";
        let transformed = browser.run(script, &json!(id))?;
        let Value::String(text) = transformed else {
            bail!("enketo-transformer fails on {id}: {transformed}")
        };
        fs::write(folder.join(format!("forms-of-peers/{id}.enketo.json")), text)?;
    }
    drop(browser);
    let _ = fs::remove_dir_all(&profile);
    Ok(())
}
