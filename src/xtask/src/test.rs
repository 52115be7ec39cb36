//! `cargo xtask test`: everything that CI tests, in the order in which a mistake shows soonest.
//!
//! It stops at the first part that fails and says which. The times are printed either way.

use crate::app::{self, Mode};
use crate::command::{ask, on_path, run as run_command};
use crate::serve::Built;
use crate::workspace::Workspace;
use crate::{conformance, debian, fuzz, serve, setup, simulate, size};
use anyhow::{Context, bail};
use std::process::Command;
use std::time::{Duration, Instant};

/// One part: its name on the command line, what it does in a line, and the doing.
type Part = (&'static str, &'static str, fn(&Workspace) -> anyhow::Result<()>);

const PARTS: [Part; 9] = [
    ("fmt", "rustfmt", formatting),
    ("deny", "licences and sources of the dependencies", dependencies),
    ("lint", "clippy, for the machine and for the browser", lints),
    ("unit", "tests that need no browser", unit),
    ("simulate", "ten thousand worlds in which everything goes wrong", simulate::as_in_ci),
    ("corpora", "what the reference engines answer, where DOORSTEP_CORPUS says that it lies", corpora),
    ("fuzz", "made-up forms, files and answers, for a minute", fuzzing),
    ("web", "the app's own tests, in Chromium", web),
    ("e2e", "the whole, in Chromium", end_to_end),
];

/// The parts that keep one core busy: what the last part wants is compiled beside them.
const ON_ONE_CORE: [&str; 3] = ["simulate", "corpora", "fuzz"];
/// The part that wants the app as phones get it.
const WANTS_THE_APP: &str = "e2e";
/// The parts that set up tools themselves.
const WANTS_TOOLS: [&str; 2] = ["web", WANTS_THE_APP];
/// The part beside which a fresh machine gets the tools that build the app: compiling leaves cores idle at its ends, and two at once fill them.
const BESIDE_THE_TOOLS: &str = "lint";

/// Runs the parts that are named, or all.
pub fn run(workspace: &Workspace, names: &[String]) -> anyhow::Result<()> {
    let mut times = Vec::new();
    let parts = chosen(names)?;
    let wants_app = parts.iter().any(|part| part.0 == WANTS_THE_APP);
    let result = std::thread::scope(|scope| {
        let (mut tools, mut app) = (None, None);
        parts.into_iter().try_for_each(|(name, about, part)| {
            eprintln!("\n── {name}: {about}");
            let start = Instant::now();
            if wants_app && name == BESIDE_THE_TOOLS {
                // rustup is asked by one at a time.
                setup::wasm_target()?;
                tools = Some(scope.spawn(|| setup::for_building(workspace)));
            }
            let is_built_beside = wants_app && ON_ONE_CORE.contains(&name) && app.is_none();
            // Nobody looks for a tool that another is still putting there.
            let found = match (is_built_beside || WANTS_TOOLS.contains(&name)).then(|| tools.take()).flatten()
            {
                Some(tools) => tools.join().expect("the thread that sets up the tools does not panic"),
                None => Ok(()),
            };
            if is_built_beside && found.is_ok() {
                eprintln!("the app is built beside it, for {WANTS_THE_APP}");
                app = Some(scope.spawn(|| app::build(workspace, Mode::Release).map(drop)));
            }
            // The next ones set up the same tools, and compile on all cores themselves.
            let built = match (!ON_ONE_CORE.contains(&name)).then(|| app.take()).flatten() {
                Some(app) => app.join().expect("the thread that builds the app does not panic"),
                None => Ok(()),
            };
            let result = found.and(built).and_then(|()| part(workspace));
            times.push((name, start.elapsed(), result.is_ok()));
            result.with_context(|| format!("the part `{name}` failed (alone: cargo xtask test {name})"))
        })
    });
    eprint!("\n{}", table(&times));
    result
}

fn chosen(names: &[String]) -> anyhow::Result<Vec<Part>> {
    if let Some(unknown) = names.iter().find(|name| PARTS.iter().all(|part| part.0 != **name)) {
        bail!("there is no part `{unknown}`; there are {}", PARTS.map(|part| part.0).join(", "));
    }
    Ok(PARTS.into_iter().filter(|part| names.is_empty() || names.iter().any(|name| name == part.0)).collect())
}

fn table(times: &[(&str, Duration, bool)]) -> String {
    let line =
        |name: &str, time: Duration, note: &str| format!("{name:>6} {:>6.1} s{note}\n", time.as_secs_f64());
    let mut table: String = times
        .iter()
        .map(|&(name, time, passed)| line(name, time, if passed { "" } else { "  failed" }))
        .collect();
    table += &line("all", times.iter().map(|&(_, time, _)| time).sum(), "");
    table
}

fn formatting(workspace: &Workspace) -> anyhow::Result<()> {
    setup::lints()?;
    run_command(cargo(workspace).args(["fmt", "--all", "--check"]))
        .context("`cargo fmt --all` puts that right")
}

fn dependencies(workspace: &Workspace) -> anyhow::Result<()> {
    setup::cargo_deny(workspace)?;
    // Not the advisories: their database comes from the network at every run, and yesterday's green commit would turn red.
    let checks = ["check", "--hide-inclusion-graph", "bans", "licenses", "sources"];
    run_command(
        Command::new(workspace.tool("cargo-deny")).current_dir(workspace.root()).arg("--locked").args(checks),
    )
    .context("deny.toml says what is allowed")
}

fn lints(workspace: &Workspace) -> anyhow::Result<()> {
    setup::lints()?;
    setup::wasm_target()?;
    let warnings = ["--", "-D", "warnings"];
    run_command(
        cargo(workspace)
            .args(["clippy", "--locked", "--all-targets", "--all-features"])
            .args(NATIVE)
            // App and designer are looked at as what they are, programs for browsers.
            .args(["--exclude", "doorstep-app", "--exclude", "doorstep-designer"])
            .args(warnings)
            // With all features the app is embedded: any folder will do, where only the code is looked at.
            .env("DOORSTEP_APP_DIST", workspace.path("public")),
    )?;
    run_command(
        cargo(workspace)
            .args(["clippy", "--locked", "--all-targets"])
            .args(APP)
            .args(DESIGNER)
            .args(warnings),
    )
}

/// Every package but the one whose only content is other people's tools.
const NATIVE: [&str; 3] = ["--workspace", "--exclude", "bindgen-tools"];
const APP: [&str; 4] = ["--package", "doorstep-app", "--target", "wasm32-unknown-unknown"];
const DESIGNER: [&str; 4] = ["--package", "doorstep-designer", "--target", "wasm32-unknown-unknown"];
/// The package whose tests see the crates from outside, the end-to-end tests among them.
const TESTS: &str = "doorstep-tests";
/// The tests that want a browser and a server that runs, by the name of their test program.
const END_TO_END: &str = "binary(e2e)";

fn unit(workspace: &Workspace) -> anyhow::Result<()> {
    debian::postgres()?;
    if has_nextest(workspace) {
        let skip = format!("not ({END_TO_END} or package({}))", simulate::PACKAGE);
        run_command(
            cargo(workspace).args(["nextest", "run", "--locked", "--no-fail-fast", "-E", &skip]).args(NATIVE),
        )?;
    } else {
        eprintln!("cargo-nextest isn't there; `cargo test` does the same, a little slower");
        let test = ["test", "--locked", "--no-fail-fast"];
        run_command(cargo(workspace).args(test).args(NATIVE).args([
            "--lib",
            "--bins",
            "--tests",
            "--exclude",
            TESTS,
            "--exclude",
            simulate::PACKAGE,
        ]))?;
        let programs = test_programs(workspace)?;
        let named = programs.iter().flat_map(|name| ["--test", name]);
        run_command(cargo(workspace).args(test).args(["--package", TESTS, "--lib"]).args(named))?;
    }
    // The examples in the documentation, which nextest leaves out.
    run_command(cargo(workspace).args(["test", "--locked", "--doc", "--package", "doorstep-engine"]))
}

/// The names of the test programs in tests/, but for the one that wants a browser.
fn test_programs(workspace: &Workspace) -> anyhow::Result<Vec<String>> {
    let metadata = ask(cargo(workspace).args(["metadata", "--no-deps", "--format-version", "1"]));
    let metadata: serde_json::Value =
        serde_json::from_str(&metadata.context("cargo can't read the workspace")?)?;
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let targets =
        packages.filter(|package| package["name"] == TESTS).flat_map(|package| package["targets"].as_array());
    let names = targets
        .flatten()
        .filter(|target| target["kind"][0] == "test")
        .filter_map(|target| target["name"].as_str());
    Ok(names.filter(|name| *name != "e2e").map(str::to_owned).collect())
}

/// The counts reached so far must not fall. A clone alone has no corpora, and nothing to hold.
fn corpora(workspace: &Workspace) -> anyhow::Result<()> {
    match std::env::var_os("DOORSTEP_CORPUS") {
        Some(_) => conformance::run(workspace, &["--hold".to_owned()]),
        None => {
            eprintln!("DOORSTEP_CORPUS is not set: nothing to compare with");
            Ok(())
        }
    }
}

/// The same made-up inputs on every machine, as many as a minute allows.
fn fuzzing(workspace: &Workspace) -> anyhow::Result<()> {
    fuzz::same_everywhere(workspace)
}

fn web(workspace: &Workspace) -> anyhow::Result<()> {
    setup::wasm_target()?;
    setup::wasm_bindgen(workspace)?;
    debian::browser()?;
    let driver = ask(Command::new("which").arg("chromedriver")).context("chromedriver isn't on the PATH")?;
    run_command(
        cargo(workspace)
            .args(["test", "--locked"])
            .args(APP)
            .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", workspace.tool("wasm-bindgen-test-runner"))
            .env("CHROMEDRIVER", driver)
            .env("WASM_BINDGEN_USE_BROWSER", "1")
            .env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", workspace.path("src/xtask/webdriver.json"))
            // In seconds; a loaded machine takes its time over starting a browser.
            .env("WASM_BINDGEN_TEST_DRIVER_TIMEOUT", "60")
            .env("WASM_BINDGEN_TEST_TIMEOUT", "300"),
    )
}

fn end_to_end(workspace: &Workspace) -> anyhow::Result<()> {
    debian::browser()?;
    let built = serve::build_for_tests(workspace)?;
    let mut tests = cargo(workspace);
    tests.env("DOORSTEP_BIN", built.doorstep).env("DOORSTEP_APP_DIST", built.app);
    if has_nextest(workspace) {
        tests.args(["nextest", "run", "--locked", "--package", TESTS, "-E", END_TO_END]);
    } else {
        tests.args(["test", "--locked", "--package", TESTS, "--test", "e2e", "--", "--nocapture"]);
    }
    run_command(&mut tests).context("pictures of each step are in target/screenshots/")
}

/// Chromium and the server killed again and again, by `arguments`: `--kills N`, `--seed N`, `--database postgres`.
pub fn soak(workspace: &Workspace, arguments: &[String]) -> anyhow::Result<()> {
    debian::browser()?;
    let built = serve::build(workspace, Mode::Release)?;
    let mut soak = cargo(workspace);
    soak.env("DOORSTEP_BIN", built.doorstep).env("DOORSTEP_APP_DIST", built.app);
    for pair in arguments.chunks(2) {
        match pair {
            [name, number] if name == "--kills" => soak.env("DOORSTEP_KILLS", number),
            [name, number] if name == "--seed" => soak.env("DOORSTEP_SEED", number),
            [name, kind] if name == "--database" && ["sqlite", "postgres"].contains(&&**kind) => {
                soak.env("DOORSTEP_SOAK_DATABASE", kind)
            }
            _ => bail!("soak takes --kills N, --seed N and --database sqlite or postgres"),
        };
    }
    soak.args([
        "test",
        "--locked",
        "--package",
        TESTS,
        "--test",
        "e2e",
        "--",
        "--ignored",
        "--nocapture",
        "nothing_is_lost",
    ]);
    run_command(&mut soak)
}

/// A phone that holds a street's households, and how long each of its pages takes, by `arguments`: `--households N`, `--times N`, and `--dev` for an app that
/// was built fast instead of small.
pub fn device(workspace: &Workspace, arguments: &[String]) -> anyhow::Result<()> {
    let numbers = [("--households", "DOORSTEP_HOUSEHOLDS"), ("--times", "DOORSTEP_TIMES")];
    measured(workspace, "device", arguments, &numbers, "a_phone_with_a_street").map(drop)
}

/// The designer with a large form, and what it weighs: `--times N`, and `--dev`.
pub fn designer(workspace: &Workspace, arguments: &[String]) -> anyhow::Result<()> {
    let numbers = [("--times", "DOORSTEP_TIMES")];
    let built = measured(workspace, "designer", arguments, &numbers, "how_long_the_designer_takes")?;
    size::designer(workspace, &built)
}

/// Builds, and runs a test that measures: its own build of the app, and numbers for it by their names.
fn measured(
    workspace: &Workspace,
    what: &str,
    arguments: &[String],
    numbers: &[(&str, &str)],
    test: &str,
) -> anyhow::Result<Built> {
    debian::browser()?;
    let (built, arguments) = match arguments {
        [dev, arguments @ ..] if dev == "--dev" => (serve::build(workspace, Mode::Dev)?, arguments),
        arguments => (serve::build(workspace, Mode::Release)?, arguments),
    };
    let mut command = cargo(workspace);
    command.env("DOORSTEP_BIN", &built.doorstep).env("DOORSTEP_APP_DIST", &built.app);
    for pair in arguments.chunks(2) {
        let known = |name: &str| numbers.iter().find(|(option, _)| *option == name);
        match pair {
            [name, number] if let Some((_, variable)) = known(name) => command.env(variable, number),
            _ => {
                let options: Vec<String> = numbers.iter().map(|(option, _)| format!("{option} N")).collect();
                bail!("bench {what} takes --dev, {}", options.join(" and "))
            }
        };
    }
    command.args(["test", "--locked", "--package", TESTS, "--test", "e2e", "--", "--ignored", "--nocapture"]);
    run_command(command.arg(test))?;
    Ok(built)
}

pub fn cargo(workspace: &Workspace) -> Command {
    let mut cargo = Command::new("cargo");
    cargo.current_dir(workspace.root());
    cargo
}

fn has_nextest(workspace: &Workspace) -> bool {
    on_path("cargo-nextest") && ask(cargo(workspace).args(["nextest", "--version"])).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(chosen: &[&str]) -> anyhow::Result<Vec<&'static str>> {
        let given: Vec<String> = chosen.iter().map(|&name| name.to_owned()).collect();
        Ok(super::chosen(&given)?.into_iter().map(|part| part.0).collect())
    }

    #[test]
    fn parts_run_in_their_own_order_and_all_if_none_is_named() {
        assert_eq!(names(&[]).unwrap().len(), PARTS.len());
        assert_eq!(names(&["e2e", "fmt"]).unwrap(), ["fmt", "e2e"]);
        assert!(names(&["fmt", "unti"]).unwrap_err().to_string().contains("`unti`"));
    }

    #[test]
    fn the_failed_part_is_marked_and_the_times_add_up() {
        let table =
            table(&[("fmt", Duration::from_millis(1500), true), ("unit", Duration::from_secs(60), false)]);
        assert_eq!(table, "   fmt    1.5 s\n  unit   60.0 s  failed\n   all   61.5 s\n");
    }
}
