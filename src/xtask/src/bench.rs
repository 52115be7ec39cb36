//! `cargo xtask bench [FORM.xml …]`: our engine beside the field's others, in one browser, on the same forms and answers.
//!
//! It measures and fails nothing: what a figure has to be is for whoever reads the table. Each measurement has a page of its own, so
//! that no engine pays for another's garbage. The peers come from npm, in the versions of `tests/bench/peers/package-lock.json`.
//! `cargo xtask bench assessment` is our engine alone, on many households and many needs: [`assessment`].
//! `cargo xtask bench app` is our app beside the field's others, in a form of 500 questions: [`app`].
//! `cargo xtask bench server` is the server under many clients: [`server`]; `cargo xtask bench office` the office's pages over a made-up town: [`office`];
//! `cargo xtask bench device` a phone's pages over a street's households ([`crate::test::device`]); `cargo xtask bench designer` the designer with a large form
//! ([`crate::test::designer`]).

mod app;
mod assessment;
mod driver;
mod office;
mod page;
mod server;
mod table;
mod works;

use crate::command::run as run_command;
use crate::workspace::Workspace;
use crate::{debian, setup};
use anyhow::Context;
pub use driver::Browser;
use page::Mount;
pub use page::Page;
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use table::{Figure, Row};
use works::Work;

/// The peers, by the name that the page knows them by and by their package.
const PEERS: [(&str, &str); 2] = [("odk", "@getodk/xforms-engine"), ("surveyjs", "survey-core")];
/// How much slower the processor is made to be, as a cheap phone's is.
const THROTTLE: u32 = 4;
/// The form of the budget, where it lies beside the clone.
const VERBAL_AUTOPSY: &str = "../shared/forms/who-verbal-autopsy-2016.xml";

/// Measures, prints the table and writes `target/bench/peers.json`.
pub fn run(workspace: &Workspace, arguments: &[String]) -> anyhow::Result<()> {
    if let [app, options @ ..] = arguments
        && app == "app"
    {
        return app::run(workspace, options);
    }
    if arguments == ["assessment"] {
        return assessment::run(workspace);
    }
    if let [server, options @ ..] = arguments
        && server == "server"
    {
        return server::run(workspace, options);
    }
    if let [device, options @ ..] = arguments
        && device == "device"
    {
        return crate::test::device(workspace, options);
    }
    if let [designer, options @ ..] = arguments
        && designer == "designer"
    {
        return crate::test::designer(workspace, options);
    }
    if let [office, options @ ..] = arguments
        && office == "office"
    {
        return office::run(workspace, options);
    }
    let (only, paths) = match arguments {
        [option, word, paths @ ..] if option == "--only" => (word.as_str(), paths),
        paths => ("", paths),
    };
    let forms = forms(workspace, paths)?;
    let peers = setup::peers(workspace)?;
    let mut mounts = vec![("/peers/".to_owned(), peers.join("node_modules"))];
    mounts.extend(forms.iter().enumerate().map(|(i, path)| (format!("/forms/{i}"), path.clone())));
    let bench = Bench::start(workspace, mounts)?;
    let names = PEERS.map(|(_, package)| format!("{package} {}", version(&peers, package)));
    let (rows, growths) = bench.all(&forms, only)?;
    let mut json = table::json_rows(&rows, &names);
    json.extend(growths.iter().map(Growth::json));
    table::write(workspace, json, |work| !work.starts_with(assessment::PREFIX))?;
    print!("{}", report(&rows, &growths, &names));
    Ok(())
}

/// The forms that were named, or the one that the budgets are about if it is there.
fn forms(workspace: &Workspace, arguments: &[String]) -> anyhow::Result<Vec<PathBuf>> {
    let given = arguments.iter().map(|path| {
        let path = PathBuf::from(path);
        path.is_file().then(|| path.clone()).with_context(|| format!("there is no form {}", path.display()))
    });
    let mut forms = given.collect::<anyhow::Result<Vec<_>>>()?;
    let usual = workspace.path(VERBAL_AUTOPSY);
    if forms.is_empty() && usual.is_file() {
        forms.push(usual);
    }
    Ok(forms)
}

/// The engine in the build profile of the app, and optimised as Trunk does it.
fn wasm(workspace: &Workspace, out: &Path) -> anyhow::Result<()> {
    let build = ["build", "--locked", "--profile", "wasm-release", "--target", "wasm32-unknown-unknown"];
    run_command(
        Command::new("cargo").current_dir(workspace.root()).args(build).args(["--package", "doorstep-bench"]),
    )?;
    let built = workspace.target().join("wasm32-unknown-unknown/wasm-release/doorstep_bench.wasm");
    run_command(
        Command::new(workspace.tool("wasm-bindgen"))
            .args(["--target", "web", "--out-dir"])
            .arg(out)
            .arg(built),
    )?;
    let bound = out.join("doorstep_bench_bg.wasm");
    let wasm_opt = workspace.tools().join("npm/node_modules/.bin/wasm-opt");
    run_command(Command::new(wasm_opt).arg("-Oz").arg("-o").arg(&bound).arg(&bound))
}

fn version(folder: &Path, package: &str) -> String {
    let file = folder.join("node_modules").join(package).join("package.json");
    let text = fs::read_to_string(file).unwrap_or_default();
    let read: Value = serde_json::from_str(&text).unwrap_or_default();
    read["version"].as_str().unwrap_or("of no known version").to_owned()
}

/// A browser with the page before it.
struct Bench {
    browser: Option<Browser>,
    page: Page,
    profile: PathBuf,
}

impl Drop for Bench {
    fn drop(&mut self) {
        // The browser first: it writes into its profile until it ends.
        self.browser = None;
        let _ = fs::remove_dir_all(&self.profile);
    }
}

impl Bench {
    /// Builds the engine for the page, and serves it beside `mounts`.
    fn start(workspace: &Workspace, mounts: Vec<Mount>) -> anyhow::Result<Bench> {
        setup::wasm_target()?;
        setup::wasm_bindgen(workspace)?;
        setup::wasm_opt(workspace)?;
        debian::browser()?;
        let folder = workspace.target().join("bench");
        wasm(workspace, &folder.join("wasm"))?;
        let mut all = vec![
            ("/".to_owned(), workspace.path("tests/bench/page")),
            ("/wasm/".to_owned(), folder.join("wasm")),
        ];
        all.extend(mounts);
        let page = Page::serve(all)?;
        let profile = folder.join("profile");
        // Left by a run that was cut short.
        let _ = fs::remove_dir_all(&profile);
        Ok(Bench { browser: Some(Browser::start(&profile)?), page, profile })
    }

    fn browser(&self) -> anyhow::Result<&Browser> {
        self.browser.as_ref().context("the browser has ended")
    }

    fn all(&self, forms: &[PathBuf], only: &str) -> anyhow::Result<(Vec<Row>, Vec<Growth>)> {
        let mut works: Vec<Work> = Vec::new();
        for (i, path) in forms.iter().enumerate() {
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            works.extend(works::of_file(&name, &format!("/forms/{i}")));
        }
        works.extend(works::works());
        works.retain(|work| work.name.contains(only));
        let mut rows = Vec::new();
        for throttle in [1, THROTTLE] {
            for work in works.iter().filter(|work| throttle == 1 || work.throttled) {
                rows.push(self.row(work, throttle)?);
            }
        }
        let growths = works::growths()
            .iter()
            .filter(|work| work.name.contains(only))
            .map(|work| self.growth(work))
            .collect::<anyhow::Result<_>>()?;
        Ok((rows, growths))
    }

    fn row(&self, work: &Work, throttle: u32) -> anyhow::Result<Row> {
        eprintln!("{} ({}){}", work.name, work.n, slowed(throttle));
        let figure = |engine: &str| -> anyhow::Result<Figure> {
            let budget = match (engine, throttle) {
                // Adding one by one is one measurement, not many.
                _ if work.spec["measure"] == "addAll" => 60_000,
                ("here", _) => 10_000,
                (_, 1) => 5_000,
                _ => 3_000,
            };
            let mut spec = work.spec.clone();
            spec["engine"] = engine.into();
            spec["budget"] = budget.into();
            spec["throttle"] = throttle.into();
            if spec["measure"] == "memory" {
                self.memory(&spec)
            } else {
                self.measure(&spec, throttle).map(|found| Figure::read(&found))
            }
        };
        let here = figure("here")?;
        let peers = PEERS.iter().map(|(engine, _)| figure(engine)).collect::<anyhow::Result<Vec<_>>>()?;
        eprintln!("    {here:?} {peers:?}");
        Ok(Row { work: format!("{}{}", work.name, slowed(throttle)), n: work.n, here, peers })
    }

    /// One measurement on a page loaded anew.
    fn measure(&self, spec: &Value, throttle: u32) -> anyhow::Result<Value> {
        // Loading the page is nothing that is measured.
        self.browser()?.devtools("Emulation.setCPUThrottlingRate", json!({"rate": 1}))?;
        self.browser()?.open(&self.page.url())?;
        self.browser()?.devtools("Emulation.setCPUThrottlingRate", json!({"rate": throttle}))?;
        self.ask(spec)
    }

    fn ask(&self, spec: &Value) -> anyhow::Result<Value> {
        let script = "const [spec, done] = arguments;
            const ask = () => window.ready ? window.measure(spec).then(done) : setTimeout(ask, 20);
            ask();";
        self.browser()?.run(script, spec)
    }

    /// What opening a form adds to JavaScript's heap and to wasm's memory together, in MB.
    fn memory(&self, spec: &Value) -> anyhow::Result<Figure> {
        self.browser()?.devtools("Emulation.setCPUThrottlingRate", json!({"rate": 1}))?;
        self.browser()?.open(&self.page.url())?;
        let look = |step: &str| -> anyhow::Result<Result<f64, Figure>> {
            let mut spec = spec.clone();
            spec["step"] = step.into();
            let found = self.ask(&spec)?;
            if found["linear"].is_null() {
                return Ok(Err(Figure::read(&found)));
            }
            for _ in 0..3 {
                self.browser()?.devtools("HeapProfiler.collectGarbage", json!({}))?;
            }
            let heap = self.browser()?.devtools("Runtime.getHeapUsage", json!({}))?;
            let bytes =
                heap["usedSize"].as_f64().unwrap_or_default() + found["linear"].as_f64().unwrap_or_default();
            Ok(Ok(bytes / 1e6))
        };
        let (before, after) = (look("before")?, look("after")?);
        Ok(match (before, after) {
            (Ok(before), Ok(after)) => Figure::Found { value: after - before, short: None },
            (Err(figure), _) | (_, Err(figure)) => figure,
        })
    }

    fn growth(&self, work: &Work) -> anyhow::Result<Growth> {
        eprintln!("growth: {}", work.name);
        let mut spec = work.spec.clone();
        spec["engine"] = "here".into();
        spec["budget"] = 2_000.into();
        let found = self.measure(&spec, 1)?;
        eprintln!("    {found}");
        Ok(Growth { name: work.name.clone(), n: work.n, found })
    }
}

fn slowed(throttle: u32) -> String {
    if throttle == 1 { String::new() } else { format!(", at {throttle}× throttle") }
}

/// How one operation grows with N.
struct Growth {
    name: String,
    n: usize,
    found: Value,
}

impl Growth {
    fn json(&self) -> Value {
        json!({"work": format!("growth: {}", self.name), "n": self.n, "here_ms": self.found["ms"], "peer": null, "peer_ms": null,
            "ratio": null, "exponent": self.found["exponent"], "points": self.found["points"]})
    }

    fn line(&self) -> Vec<String> {
        let points = self.found["points"].as_array();
        let at = |point: Option<&Value>| {
            point
                .and_then(|point| point[1].as_f64())
                .map_or_else(|| "–".to_owned(), |ms| format!("{:.2}", ms * 1000.0))
        };
        let each = self.found["ms"]
            .as_f64()
            .map_or_else(|| "–".to_owned(), |ms| format!("{:.1}", ms * 1e6 / self.n as f64));
        let exponent = self.found["exponent"].as_f64().map_or_else(
            || match Figure::read(&self.found) {
                Figure::Failed(why) => format!("failed: {why}"),
                Figure::Absent | Figure::Found { .. } => "–".to_owned(),
            },
            |exponent| format!("{exponent:.2}"),
        );
        vec![
            self.name.clone(),
            at(points.and_then(|points| points.first())),
            at(points.and_then(|points| points.last())),
            each,
            exponent,
        ]
    }
}

fn report(rows: &[Row], growths: &[Growth], peers: &[String]) -> String {
    let mut lines = vec![
        ["growth of ours from N = 100 to 5,000", "µs at 100", "µs at 5,000", "ns each", "exponent"]
            .map(String::from)
            .to_vec(),
    ];
    lines.extend(growths.iter().map(Growth::line));
    format!(
        "\n{}\nMilliseconds, or MB where the work says so; × is the peer over ours. An answer is the median of 200, every changed value read back
as its string: ours within wasm, as the app does. \"n of m\" is how far a peer came within its budget of seconds. At {THROTTLE}× throttle are left
out: 5,000 in a chain, repeats, memory. SurveyJS has no words for some of the forms (–), and gets an XForm converted, without the
expressions that it can't say.\n\n{}",
        table::table(rows, peers),
        table::aligned(&lines)
    )
}
