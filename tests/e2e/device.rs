//! How long a phone that holds one street's 2,000 households takes to its first useful row, without a network: home, the day, the households, a household.
//!
//! The households come as they do in life: a made-up town (`doorstep seed`) in a server, a phone that is enrolled for it, and its own pull; then the server stops.
//! `cargo xtask bench device` runs it: it measures and fails nothing but that all of them are there. The budget is a second.

use std::process::{Command, Stdio};

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::browser::{Browser, Screen};
use crate::people::{self, Enrolment};
use crate::processes::{Profile, Server, given, pictures};

/// What the issue allows, in milliseconds.
const BUDGET: f64 = 1000.0;
/// The processor as it is, and as slow as a cheap phone's.
const THROTTLES: [u32; 2] = [1, 4];
/// How often it is waited for the next part of the pull, each time as long as for anything else.
const PULLS: usize = 20;

/// A page: what it is called, the row that makes it useful, whether that has to have a figure in it, and what leads there from the page before.
struct Page {
    name: &'static str,
    row: &'static str,
    figure: bool,
    way: &'static str,
}

const PAGES: [Page; 4] = [
    Page { name: "home", row: "[data-action=households]", figure: true, way: "[data-action=home]" },
    Page { name: "day", row: "[data-page=day] [data-visit]", figure: false, way: "[data-action=day]" },
    Page {
        name: "households",
        row: "[data-page=households] [data-household]",
        figure: false,
        way: "[data-action=households]",
    },
    Page {
        name: "household",
        row: "[data-page=household] [data-group] .fact",
        figure: false,
        way: "[data-household]",
    },
];

/// Given to each document before its own scripts: when an element is first painted, in milliseconds since the page was asked for.
const WATCH: &str = "window.whenSeen = (row, figure) => new Promise((done) => {
    const look = () => {
        const element = document.querySelector(row);
        const there = element && element.getClientRects().length > 0 && (!figure || /\\d/.test(element.innerText));
        requestAnimationFrame(there ? () => done(performance.now()) : look);
    };
    look();
});";

/// What was measured: how one came to the page, and how long each time took.
struct Figure {
    what: String,
    times: Vec<f64>,
}

impl Figure {
    /// Milliseconds of which that part is not slower.
    fn at(&self, part: f64) -> f64 {
        let mut times = self.times.clone();
        times.sort_by(f64::total_cmp);
        let place = ((times.len() as f64 * part).ceil() as usize).clamp(1, times.len().max(1)) - 1;
        times.get(place).copied().unwrap_or_default()
    }

    fn line(&self) -> String {
        let (median, late) = (self.at(0.5), self.at(0.95));
        let over = if late > BUDGET { "  over" } else { "" };
        format!("{:<40} {median:>10.0} {late:>9.0} {BUDGET:>9.0}{over}", self.what)
    }
}

#[tokio::test]
#[ignore = "minutes; `cargo xtask bench device` runs it"]
async fn a_phone_with_a_street_of_households_opens_its_pages() {
    let number =
        |name: &str, usual: u64| std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual);
    let (households, times) = (number("DOORSTEP_HOUSEHOLDS", 2_000), number("DOORSTEP_TIMES", 15) as usize);
    let profile = Profile::new("device");
    let (mut server, browser) = phone_of_a_town(&profile, households).await;
    browser.kept_for_offline().await;
    server.stop();
    browser.command("Page.addScriptToEvaluateOnNewDocument", json!({"source": WATCH})).await;

    browser.open(&server.url("/households")).await;
    browser.seen(PAGES[2].row).await;
    let ids = browser
        .run(
            "return [...document.querySelectorAll('[data-household]')].map((e) => e.dataset.household)",
            vec![],
        )
        .await;
    let ids: Vec<String> = serde_json::from_value(ids).expect("ids are texts");
    assert!(!ids.is_empty(), "the list shows households");
    let mut figures = Vec::new();
    for throttle in THROTTLES {
        browser.command("Emulation.setCPUThrottlingRate", json!({"rate": throttle})).await;
        figures.extend(started(&browser, &server, &ids, times, throttle).await);
        figures.extend(turned(&browser, &server, times, throttle).await);
    }
    browser.quit().await;
    println!("{:<40} {:>10} {:>9} {:>9}", "page", "median ms", "p95 ms", "limit ms");
    figures.iter().for_each(|figure| println!("{}", figure.line()));
    write(households, &figures);
}

/// A phone, enrolled for a made-up town of so many households, that holds them all; with its server.
pub async fn phone_of_a_town(profile: &Profile, households: u64) -> (Server, Browser) {
    let mut server = Server::to_be(profile);
    seed(profile, households);
    server.start_again();
    let browser = Browser::start(profile, Screen::Phone).await;
    let database = Connection::open(profile.data().join("doorstep.sqlite3")).expect("the town is there");
    let device = Enrolment { code: "abcde-fghjk-mnpqr-st234", area: "3710", user: None };
    people::enrol(&browser, &server, &database, &device).await;
    browser.open(&server.url("/")).await;
    has_all(&browser, households).await;
    (server, browser)
}

/// Makes the town.
pub fn seed(profile: &Profile, households: u64) {
    let mut seed = Command::new(given("DOORSTEP_BIN"));
    seed.arg("seed").arg("--data").arg(profile.data());
    seed.arg("--forms").arg(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../forms"));
    seed.args(["--households", &households.to_string(), "--members", &(households * 3).to_string()]);
    let made = seed.env_remove("DATABASE_URL").stdout(Stdio::null()).status().expect("the program starts");
    assert!(made.success(), "the town could not be made");
}

/// Waits until the phone says that it holds so many.
async fn has_all(browser: &Browser, households: u64) {
    let script = "return document.querySelector('[data-action=households]')?.innerText ?? ''";
    let mut said = String::new();
    for _ in 0..PULLS {
        let holds = async || {
            let text = browser.run(script, vec![]).await;
            text.as_str().is_some_and(|text| text.contains(&format!("{households} ")))
        };
        if browser.comes(holds).await {
            return;
        }
        said = browser.text("[data-action=households]").await;
    }
    panic!("the phone is to hold {households} households and says {said}");
}

/// Each page by its address, as an app that was closed is opened there.
async fn started(
    browser: &Browser,
    server: &Server,
    ids: &[String],
    times: usize,
    throttle: u32,
) -> Vec<Figure> {
    let mut figures = Vec::new();
    for page in &PAGES {
        let mut figure =
            Figure { what: named(page.name, "the app started there", throttle), times: Vec::new() };
        for time in 0..times {
            let path = match page.name {
                "home" => "/".to_owned(),
                "household" => format!("/households/{}", ids[time % ids.len()]),
                name => format!("/{name}"),
            };
            browser.open(&server.url(&path)).await;
            figure.times.push(milliseconds(browser, &format!("{}.then(arguments[0])", watched(page))).await);
        }
        figures.push(figure);
    }
    figures
}

/// From page to page, as one goes through them; home is come back to.
async fn turned(browser: &Browser, server: &Server, times: usize, throttle: u32) -> Vec<Figure> {
    let how = "turned to in the app";
    let figure = |page: &Page| Figure { what: named(page.name, how, throttle), times: Vec::new() };
    let mut figures: Vec<Figure> = PAGES.iter().map(figure).collect();
    browser.open(&server.url("/")).await;
    browser.seen(PAGES[0].row).await;
    for time in 0..times {
        for step in [1, 0, 2, 3, 0] {
            let page = &PAGES[step];
            // Another household each time.
            let place = if page.name == "household" { time } else { 0 };
            let script = format!(
                "const ways = document.querySelectorAll('{}'); const begun = performance.now();
                 ways[{place} % ways.length].click(); {}.then((at) => arguments[0](at - begun))",
                page.way,
                watched(page)
            );
            browser.seen(page.way).await;
            figures[step].times.push(milliseconds(browser, &script).await);
        }
    }
    figures
}

fn named(page: &str, how: &str, throttle: u32) -> String {
    let slowed = if throttle == 1 { String::new() } else { format!(", {throttle}× throttle") };
    format!("{page}: {how}{slowed}")
}

fn watched(page: &Page) -> String {
    format!("whenSeen('{}', {})", page.row, page.figure)
}

async fn milliseconds(browser: &Browser, script: &str) -> f64 {
    browser.run_until_done(script).await.as_f64().expect("the page's clock is a number")
}

/// Leaves the figures beside those of the other benchmarks.
fn write(households: u64, figures: &[Figure]) {
    let rows: Vec<Value> = figures
        .iter()
        .map(|figure| {
            json!({"what": figure.what, "p50_ms": figure.at(0.5), "p95_ms": figure.at(0.95), "limit_ms": BUDGET, "times": figure.times.len()})
        })
        .collect();
    let folder = pictures().with_file_name("bench");
    std::fs::create_dir_all(&folder).expect("the target folder can be written");
    let told = json!({"households": households, "figures": rows});
    std::fs::write(folder.join("device.json"), format!("{told:#}\n")).expect("the figures can be written");
}

#[test]
fn the_slow_ones_count() {
    let figure = Figure { what: "x".into(), times: (1..=20).rev().map(f64::from).collect() };
    assert_eq!((figure.at(0.5), figure.at(0.95), figure.at(1.0)), (10.0, 19.0, 20.0));
    let slow = Figure { what: "x".into(), times: vec![10.0, 2_000.0] };
    assert!(slow.line().ends_with("over") && !figure.line().ends_with("over"));
}
