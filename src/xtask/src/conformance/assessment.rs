//! `cargo xtask conformance assessment`: every form's measures, exported as calculations, in ODK Web Forms' engine on answer sets
//! that are made up: they come to what they come to here, or the command fails.
//!
//! The engine is the benchmark's, from npm under its lock file, and runs in the same kind of browser.

use crate::bench::{Browser, Page};
use crate::command::run as run_command;
use crate::workspace::Workspace;
use crate::{debian, setup};
use anyhow::{Context, bail};
use serde_json::{Value, json};
use std::fs;
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

/// How long one page is worked with, in milliseconds: what an instance takes is never given back to it.
const BUDGET_MS: u64 = 15_000;

const USAGE: &str = "cargo xtask conformance assessment [--sets N] [--seed N] [WORD…]
    the measures of every form (or of those whose name has a WORD in it) in ODK Web Forms' engine, on N answer sets (1000)
";

struct Options {
    sets: u64,
    seed: u64,
    words: Vec<String>,
}

impl Options {
    fn read(arguments: &[String]) -> anyhow::Result<Options> {
        let mut options = Options { sets: 1000, seed: 1, words: Vec::new() };
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            let mut number = || {
                let number = rest.next().and_then(|number| number.parse().ok());
                number.with_context(|| format!("`{argument}` wants a number\n\n{USAGE}"))
            };
            match argument.as_str() {
                "--sets" => options.sets = number()?,
                "--seed" => options.seed = number()?,
                word if !word.starts_with('-') => options.words.push(word.to_owned()),
                other => bail!("`{other}` isn't understood here\n\n{USAGE}"),
            }
        }
        Ok(options)
    }
}

/// Makes up the sets, runs them, and prints a line for each form.
pub fn run(workspace: &Workspace, arguments: &[String]) -> anyhow::Result<()> {
    let options = Options::read(arguments)?;
    let peers = setup::peers(workspace)?;
    debian::browser()?;
    let folder = workspace.target().join("conformance/assessment");
    // Left by an earlier run: forms come and go.
    let _ = fs::remove_dir_all(&folder);
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis();
    let mut cargo = Command::new("cargo");
    cargo.args(["run", "--locked", "--quiet", "--manifest-path"]).arg(workspace.path("Cargo.toml"));
    cargo.args(["--package", "doorstep-tests", "--bin", "assessment", "--"]).arg(&folder);
    cargo.args([options.sets.to_string(), options.seed.to_string(), now.to_string()]).args(&options.words);
    run_command(&mut cargo)?;
    let names: Vec<String> = serde_json::from_slice(&fs::read(folder.join("forms.json"))?)?;
    if names.is_empty() {
        bail!("no form has an assessment{}", options.words.join(" "));
    }
    let page = Page::serve(vec![
        ("/".to_owned(), workspace.path("tests/assessment")),
        ("/peers/".to_owned(), peers.join("node_modules")),
        ("/data/".to_owned(), folder.clone()),
    ])?;
    let profile = folder.join("profile");
    let browser = Browser::start(&profile)?;
    let mut differences = 0;
    for name in &names {
        differences += form(&browser, &page, name, options.sets)?;
    }
    drop(browser);
    let _ = fs::remove_dir_all(&profile);
    if differences > 0 {
        bail!("{differences} measures come to something else in ODK's engine");
    }
    Ok(())
}

/// One form; gives how many differences there are.
fn form(browser: &Browser, page: &Page, name: &str, sets: u64) -> anyhow::Result<u64> {
    let script = "const [spec, done] = arguments;
        const ask = () => window.ready
            ? window.compare(spec).then(done, (error) => done({failed: String(error?.stack ?? error)}))
            : setTimeout(ask, 20);
        ask();";
    let (mut from, mut done, mut differences, mut answers) = (0, 0, 0, 0);
    let mut measures;
    let mut told: Vec<Value> = Vec::new();
    let mut refused: Vec<String> = Vec::new();
    loop {
        // A new page: nobody pays for another's garbage.
        browser.open(&page.url())?;
        let spec = json!({"name": name, "from": from, "to": sets, "budget": BUDGET_MS});
        let found = browser.run(script, &spec)?;
        if let Some(why) = found["failed"].as_str() {
            bail!("assessment/{name}: ODK's engine fails: {why}");
        }
        let number = |key: &str| found[key].as_u64().unwrap_or_default();
        (from, measures) = (number("next"), number("measures"));
        done += number("sets");
        differences += number("differences");
        answers += number("answers");
        told.extend(found["told"].as_array().cloned().unwrap_or_default());
        let whys = found["refused"].as_object().into_iter().flatten();
        refused.extend(whys.map(|(why, times)| format!("{why} ({times}×)")));
        if found["done"].as_bool() != Some(false) {
            break;
        }
    }
    println!("assessment/{name}: {done} sets, {measures} measures, {differences} differences");
    if done < sets {
        bail!("assessment/{name}: only {done} of {sets} sets were run, with {answers} answers");
    }
    for difference in told.iter().take(5) {
        let text = |key: &str| difference[key].as_str().unwrap_or("nothing").to_owned();
        println!(
            "  set {}: `{}` is `{}` ({}) here and `{}` there, by {} after {}",
            difference["set"],
            text("measure"),
            text("expected"),
            text("state"),
            text("given"),
            difference["steps"],
            difference["acts"]
        );
    }
    refused.sort();
    refused.dedup();
    for why in refused.iter().take(5) {
        println!("  not answered there: {why}");
    }
    Ok(differences)
}
