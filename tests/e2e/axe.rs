//! A look at a page where `DOORSTEP_AXE` names axe-core's script: by its rules of WCAG 2.2 AA and below, in both languages, both themes and at three
//! widths; and beside them how large what is touched is, whether the page is wider than its screen, and what moved by itself on the way there.
//!
//! What is found is written down, one line each, and fails nothing here, so that one run finds all: `cargo xtask a11y` reads it. Nothing of it changes what
//! the test goes on with: what was typed, opened and focused is compared before and after, and what would differ is a finding too.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::browser::Browser;

/// Width and height of a phone, a tablet and a desk.
const SIZES: [(u32, u32); 3] = [(360, 740), (768, 1024), (1280, 800)];
/// The narrowest screen on which nothing may stand out (WCAG 1.4.10), and a phone's with its text twice as large (1.4.4).
const NARROW: [(u32, &str, Option<&str>); 2] =
    [(320, "wider-than-320", None), (360, "wider-at-200-percent", Some("200"))];

const LOOK: &str = "const done = arguments[0];
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    doorstepReach.bars(true);
    axe.run(document.querySelector('dialog:modal') ?? document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']}).finally(() => doorstepReach.bars(false)).then((found) => done(
        found.violations.flatMap((rule) => rule.nodes.map((node) =>
            [rule.impact, rule.id, node.target.join(' '), (node.any.concat(node.all, node.none)[0]?.message ?? ''), node.html.slice(0, 160)].join(' | ')))),
        (error) => done(['failed | ' + error]));";

/// From when the language is another until all that hangs on it is drawn.
const DRAWN: &str =
    "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done(true)));";

/// axe-core's script, and where what is found is written: if a look is asked for at all.
fn asked() -> Option<(PathBuf, PathBuf)> {
    let path = |name: &str| std::env::var(name).ok().map(PathBuf::from);
    path("DOORSTEP_AXE").zip(path("DOORSTEP_AXE_FOUND"))
}

/// Has the browser's pages watched from their first paint on, if a look is asked for.
pub async fn watch(browser: &Browser) {
    if asked().is_some() {
        let script = json!({"source": include_str!("reach/shifts.js")});
        browser.command("Page.addScriptToEvaluateOnNewDocument", script).await;
    }
}

/// Looks at what the browser shows, if it is asked to.
pub async fn look(browser: &Browser, name: &str) {
    let Some((script, file)) = asked() else { return };
    let mut found = shifts(browser, name).await;
    browser.run(include_str!("reach/look.js"), vec![]).await;
    let signature = browser.run("return doorstepReach.signature()", vec![]).await;
    let signature = signature.as_str().unwrap_or_default().to_owned();
    if is_known(&file.with_file_name("known.txt"), &signature) {
        found.push_str(&format!("{name} | like another\n"));
    } else {
        let axe = std::fs::read_to_string(script).expect("axe-core's script is there");
        browser.run(&format!("if (!window.axe) {{ {axe}\nwindow.axe = axe; }}"), vec![]).await;
        found.push_str(&in_each_language(browser, name).await);
    }
    // What the look itself has moved is nobody's.
    browser.run("if (window.doorstepShifts) doorstepShifts.length = 0", vec![]).await;
    append(&file, &found);
}

/// Was a page with this signature looked at before, in whichever test? From now on it was.
fn is_known(file: &Path, signature: &str) -> bool {
    let known = std::fs::read_to_string(file).unwrap_or_default();
    let is_known = known.lines().any(|line| line == signature);
    if !is_known {
        append(file, &format!("{signature}\n"));
    }
    is_known
}

fn append(file: &Path, text: &str) {
    let file = OpenOptions::new().create(true).append(true).open(file);
    file.and_then(|mut file| file.write_all(text.as_bytes())).expect("findings are written down");
}

/// What moved by itself since the last look, one line for each address: by how much (CLS), and the largest move's elements.
async fn shifts(browser: &Browser, name: &str) -> String {
    let shifts = browser.run("return window.doorstepShifts ?? []", vec![]).await;
    let mut told = String::new();
    let mut pages: Vec<(String, Vec<&Value>)> = Vec::new();
    for shift in shifts.as_array().into_iter().flatten() {
        let page = shift["page"].as_str().unwrap_or_default().to_owned();
        match pages.iter_mut().find(|(known, _)| *known == page) {
            Some((_, all)) => all.push(shift),
            None => pages.push((page, vec![shift])),
        }
    }
    for (page, shifts) in pages {
        let by = worst_window(&shifts);
        let largest = shifts.iter().max_by(|a, b| number(&a["by"]).total_cmp(&number(&b["by"])));
        let said = largest.and_then(|shift| shift["said"].as_str()).unwrap_or_default();
        // Where an answer of the server's is what the reader waits for, it takes its place the moment it comes.
        let is_awaited = ["/outbox", "/office/devices/new"].contains(&&*page);
        if by > if is_awaited { 0.25 } else { 0.02 } {
            told.push_str(&format!(
                "{name} | - | - | moderate | moves-by-itself | {page} | {by:.3} | {said}\n"
            ));
        }
    }
    told
}

/// The largest sum of moves no more than a second apart, within five seconds (web.dev/cls).
fn worst_window(shifts: &[&Value]) -> f64 {
    let (mut worst, mut sum, mut began, mut last) = (0.0f64, 0.0, f64::NEG_INFINITY, f64::NEG_INFINITY);
    for shift in shifts {
        let (at, by) = (number(&shift["at"]), number(&shift["by"]));
        if at - last > 1_000.0 || at - began > 5_000.0 {
            (sum, began) = (0.0, at);
        }
        sum += by;
        last = at;
        worst = worst.max(sum);
    }
    worst
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_default()
}

/// The page as it is, then in each other language that the app speaks, and as it was again.
async fn in_each_language(browser: &Browser, name: &str) -> String {
    let asked = "return [document.documentElement.lang, doorstepReach.state(), innerWidth, innerHeight, scrollY, document.activeElement?.id ?? '', document.body.innerText]";
    let own = browser.run(asked, vec![]).await;
    let first = own[0].as_str().unwrap_or_default();
    let other = if first.starts_with("zh") { "en" } else { "zh" };
    let mut found = in_both_themes(browser, name, first).await;
    let mut languages = 1;
    if read_in(browser, json!(other), &own[0]).await {
        languages = 2;
        found.push_str(&in_both_themes(browser, name, other).await);
        let back = async || browser.run("return document.documentElement.lang", vec![]).await == own[0];
        browser.run("doorstepReach.readIn(null)", vec![]).await;
        browser.until("the page is in its language again", back).await;
        says_again(browser, &own[6]).await;
    } else {
        browser.run("doorstepReach.readIn(null)", vec![]).await;
    }
    let (width, height) = (own[2].as_u64().unwrap_or(360), own[3].as_u64().unwrap_or(740));
    let size = json!({"width": width, "height": height, "deviceScaleFactor": 2, "mobile": width < 600});
    browser.command("Emulation.setDeviceMetricsOverride", size).await;
    browser
        .run(
            "scrollTo({top: arguments[0], behavior: 'instant'}); doorstepReach.focusOn(arguments[1])",
            vec![own[4].clone(), own[5].clone()],
        )
        .await;
    let after = browser.run("return doorstepReach.state()", vec![]).await;
    if after != own[1] {
        let line =
            format!("{name} | - | - | serious | lost-in-the-other-language | {} | {after} |\n", own[1]);
        found.push_str(&line);
    }
    found.push_str(&format!("{name} | looked at | {languages}\n"));
    found
}

/// Waits until the page says what it said; not for ever, since it may have more to say by now.
async fn says_again(browser: &Browser, said: &Value) {
    for _ in 0..80 {
        browser.run_until_done(DRAWN).await;
        if browser.run("return document.body.innerText", vec![]).await == *said {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
}

/// Reads in another language; `false` where the page has no other: it speaks both at once, or the app has stopped.
async fn read_in(browser: &Browser, language: Value, from: &Value) -> bool {
    browser.run("doorstepReach.readIn(arguments[0])", vec![language]).await;
    for _ in 0..40 {
        if browser.run("return document.documentElement.lang", vec![]).await != *from {
            browser.run_until_done(DRAWN).await;
            return true;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    false
}

async fn in_both_themes(browser: &Browser, name: &str, language: &str) -> String {
    let mut found = String::new();
    let mut write = |theme: &str, width: u32, lines: &Value| {
        for line in lines.as_array().into_iter().flatten().filter_map(Value::as_str) {
            found.push_str(&format!("{name} | {theme} {language} | {width} | {line}\n"));
        }
    };
    for theme in ["light", "dark"] {
        let media = json!({"media": "", "features": [{"name": "prefers-color-scheme", "value": theme}]});
        browser.command("Emulation.setEmulatedMedia", media).await;
        for (width, height) in SIZES {
            resize(browser, width, height, width < 600).await;
            // What fades from one theme to the other has no colour of its own meanwhile.
            tokio::time::sleep(std::time::Duration::from_millis(250)).await;
            write(theme, width, &browser.run_until_done(LOOK).await);
            if (theme, width) == ("light", 360) {
                write(theme, width, &browser.run("return doorstepReach.small()", vec![]).await);
            }
        }
    }
    browser.command("Emulation.setEmulatedMedia", json!({"media": "", "features": []})).await;
    for (width, named, percent) in NARROW {
        resize(browser, width, 740, false).await;
        if let Some(percent) = percent {
            browser.run("doorstepReach.textSize(arguments[0])", vec![percent.into()]).await;
        }
        browser.run_until_done(DRAWN).await;
        let wide =
            browser.run("return doorstepReach.wide(...arguments)", vec![width.into(), named.into()]).await;
        write("light", width, &wide);
        if percent.is_some() {
            browser.run("doorstepReach.textSize(null)", vec![]).await;
        }
    }
    found
}

async fn resize(browser: &Browser, width: u32, height: u32, is_phone: bool) {
    browser.run("doorstepReach.stay()", vec![]).await;
    let size = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": is_phone});
    browser.command("Emulation.setDeviceMetricsOverride", size).await;
}

#[test]
fn moves_add_up_until_a_second_passes_without_one() {
    let shift = |at: f64, by: f64| json!({"at": at, "by": by});
    let shifts = [shift(0.0, 0.1), shift(900.0, 0.2), shift(2_000.0, 0.25), shift(9_000.0, 0.05)];
    assert!((worst_window(&shifts.iter().collect::<Vec<_>>()) - 0.3).abs() < 1e-9);
}
