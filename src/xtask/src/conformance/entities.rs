//! `cargo xtask conformance entities`: a list of entities that submissions made here, read as a form's attachment by ODK Web Forms' engine: each with its
//! label and properties as they were sent, or the command fails.

use crate::bench::{Browser, Page};
use crate::command::run as run_command;
use crate::workspace::Workspace;
use crate::{debian, setup};
use anyhow::bail;
use serde_json::{Value, json};
use std::fs;
use std::process::Command;

const ASK: &str = "const [, done] = arguments;
    const ask = () => window.ready
        ? window.readList().then(done, (error) => done({failed: String(error?.stack ?? error)}))
        : setTimeout(ask, 20);
    ask();";

/// Has a server make the list, gives it to the engine, and compares.
pub fn run(workspace: &Workspace) -> anyhow::Result<()> {
    let peers = setup::peers(workspace)?;
    debian::browser()?;
    let folder = workspace.target().join("conformance/entities");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder)?;
    let mut cargo = Command::new("cargo");
    cargo.current_dir(workspace.root()).env("DOORSTEP_OUT", &folder);
    cargo.args(["test", "--locked", "--quiet", "--package", "doorstep-server", "--test", "server", "--"]);
    run_command(cargo.args([
        "--ignored",
        "--exact",
        "openrosa::another_engine::what_another_engine_is_given",
    ]))?;
    let expected: Vec<Value> = serde_json::from_slice(&fs::read(folder.join("expected.json"))?)?;
    let page = Page::serve(vec![
        ("/".to_owned(), workspace.path("tests/entities")),
        ("/peers/".to_owned(), peers.join("node_modules")),
        ("/data/".to_owned(), folder.clone()),
    ])?;
    let profile = folder.join("profile");
    let browser = Browser::start(&profile)?;
    browser.open(&page.url())?;
    let found = browser.run(ASK, &json!({}))?;
    drop(browser);
    let _ = fs::remove_dir_all(&profile);
    if let Some(why) = found["failed"].as_str() {
        bail!("ODK's engine fails: {why}");
    }
    let read = found["read"].as_array().cloned().unwrap_or_default();
    let mut differences = 0;
    for wanted in &expected {
        let there = read.iter().find(|read| read["name"] == wanted["name"]);
        if there != Some(wanted) {
            differences += 1;
            println!("  {wanted} is {} there", there.unwrap_or(&Value::Null));
        }
    }
    println!(
        "entities: {} of the list of households, {} read by ODK's engine out of {}, {differences} differences",
        expected.len(),
        read.len(),
        found["fetched"]
    );
    if differences > 0 || read.len() != expected.len() {
        bail!("ODK's engine reads another list");
    }
    Ok(())
}
