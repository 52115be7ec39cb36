//! The real thing, killed again and again: Chromium by SIGKILL at random moments of filling and sending, the server with it
//! or in its stead, and the device's space running out. What was shown as kept is there at the next start; what was finished arrives, each once,
//! whether the server keeps it in SQLite or in PostgreSQL.
//!
//! `cargo xtask soak --kills N` runs it (`--database postgres`: with Debian's PostgreSQL); no test of every day, since it takes minutes.

use std::collections::BTreeMap;
use std::time::Duration;

use doorstep_postgres::{Cluster, Disk};
use serde_json::Value;

use crate::arrived;
use crate::browser::{Browser, Screen};
use crate::filling;
use crate::processes::{Profile, Server};

const FORM: &str = r#"{"settings": {"form_id": "soak", "version": "1", "title": "走访", "default_language": "zh", "instance_name": "${mark}"},
  "survey": [{"type": "text", "name": "mark", "label": "记号", "required": true},
             {"type": "text", "name": "note", "label": "情况"}]}"#;
/// The longest that is waited before a kill: an answer is kept after two seconds at the latest.
const MOST_MS: u64 = 3_500;

/// The names of the drafts on the home page.
const DRAFTS: &str = "return [...document.querySelectorAll('[data-draft]')].map((e) => e.querySelector('.card-title').innerText)";

/// What is known of a survey from what the screen said before a kill.
#[derive(Default, Debug)]
struct Known {
    /// The last text that was shown as kept.
    kept: Option<String>,
    /// Was it shown as finished?
    finished: bool,
}

/// SplitMix64.
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % n
    }
}

#[tokio::test]
#[ignore = "minutes; `cargo xtask soak` runs it"]
async fn nothing_is_lost_and_nothing_arrives_twice() {
    let number =
        |name: &str, usual: u64| std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual);
    let (kills, seed) = (number("DOORSTEP_KILLS", 50), number("DOORSTEP_SEED", 1));
    let mut random = Random(seed);
    let profile = Profile::new("soak");
    let mut server = Server::start(&profile);
    server.stop();
    let cluster = (std::env::var("DOORSTEP_SOAK_DATABASE").as_deref() == Ok("postgres"))
        .then(|| Cluster::start(Disk::Synced).expect("Debian's PostgreSQL starts"));
    let database = cluster.as_ref().map(Cluster::new_database);
    if let Some(address) = &database {
        server.keep_in(address.clone());
    }
    server.start_with_form(&profile, "soak", Some(("soak", FORM)));
    let mut running = true;
    let mut surveys: BTreeMap<String, Known> = BTreeMap::new();
    let (mut checked, mut server_kills, mut full, mut told) = (0, 0, 0, 0);

    let browser = Browser::start(&profile, Screen::Phone).await;
    browser.open(&server.url("/")).await;
    browser.seen("[data-action=start]").await;
    browser.kept_for_offline().await;
    browser.kill();
    for kill in 0..kills {
        if !running && random.below(2) == 0 {
            server.start_again();
            running = true;
        }
        let browser = Browser::start(&profile, Screen::Phone).await;
        // The device's space has run out, for good or until its user has made some. What is begun before is answered then.
        let runs_full = random.below(4) == 0 && surveys.values().any(|known| !known.finished);
        if runs_full {
            browser.leave_space(&server.url(""), Some(0)).await;
        }
        browser.open(&server.url("/")).await;
        browser.seen("[data-form=soak]").await;
        let open: Vec<String> = texts(&browser.run(DRAFTS, vec![]).await);
        // Everything that was shown as kept and not as finished is a draft still, unless its finishing went through unseen.
        checked += check(&browser, &surveys, &open).await;

        let mark = match open.iter().find(|name| surveys.contains_key(*name)).cloned() {
            Some(mark) if runs_full || random.below(3) > 0 => {
                browser.tap("[data-draft] [data-action=continue]").await;
                browser.seen("[data-name=note] input, [data-page=review]:not(a)").await;
                let here = "return document.querySelector('[data-name=mark] input')?.value ?? ''";
                let here = browser.run(here, vec![]).await;
                if here == mark.as_str() { mark } else { here.as_str().unwrap_or_default().to_owned() }
            }
            // Nothing new is begun without space.
            _ if runs_full => {
                browser.kill();
                continue;
            }
            _ => {
                browser.tap("[data-form=soak]").await;
                browser.seen("[data-name=mark] input").await;
                let mark = format!("m{kill}");
                browser.tap("[data-name=mark] input").await;
                browser.type_text(&mark).await;
                mark
            }
        };
        let known = surveys.entry(mark.clone()).or_default();
        if browser.run("return !!document.querySelector('[data-name=note] input')", vec![]).await == true {
            let text = format!("t{kill}");
            browser.tap("[data-name=note] input").await;
            browser.run("document.activeElement.select()", vec![]).await;
            browser.type_text(&text).await;
            if runs_full {
                full += 1;
                told += usize::from(says_that_it_failed(&browser).await);
                if random.below(2) == 0 {
                    browser.leave_space(&server.url(""), None).await;
                    pause(&mut random).await;
                }
            }
            if random.below(3) == 0 {
                // On to the end: finished, and on its way if the server is there.
                filling::finish(&browser).await;
            }
            pause(&mut random).await;
            // One look: what the screen says at this very moment.
            let look = "return {
                kept: !!document.querySelector('.kept[data-state=kept]'),
                text: document.querySelector('[data-name=note] input')?.value ?? null,
                finished: !!document.querySelector('[data-finished]'),
            }";
            let said = browser.run(look, vec![]).await;
            if said["kept"] == true && said["text"] == text.as_str() {
                known.kept = Some(text);
            }
            known.finished |= said["finished"] == true;
        }
        if running && random.below(4) == 0 {
            server.kill();
            (running, server_kills) = (false, server_kills + 1);
        }
        if random.below(2) == 0 {
            pause(&mut random).await;
        }
        browser.kill();
    }

    // Everything is whole again: what was finished arrives.
    if !running {
        server.start_again();
    }
    let browser = Browser::start(&profile, Screen::Phone).await;
    browser.open(&server.url("/outbox")).await;
    browser.seen("[data-section=delivered]").await;
    let waiting = "return document.querySelectorAll('[data-section=waiting] [data-item]').length";
    browser
        .until("everything is sent", async || {
            let send = "document.querySelector('[data-action=send]')?.click()";
            browser.run(send, vec![]).await;
            browser.run(waiting, vec![]).await == 0
        })
        .await;
    let rows = match (&cluster, &database) {
        (Some(cluster), Some(address)) => {
            let printed = cluster.ask(address, "SELECT convert_from(body, 'UTF8') FROM submission");
            printed.lines().map(|line| serde_json::from_str(line).expect("the body is JSON")).collect()
        }
        _ => arrived::bodies(&profile.folder("soak")),
    };
    let mut arrived: BTreeMap<String, usize> = BTreeMap::new();
    for row in &rows {
        *arrived.entry(row["data"]["soak"]["mark"].as_str().unwrap_or_default().to_owned()).or_default() += 1;
    }
    browser.open(&server.url("/")).await;
    browser.seen("[data-form=soak]").await;
    let open = texts(&browser.run(DRAFTS, vec![]).await);
    let finished = surveys.iter().filter(|(_, known)| known.finished).count();
    for (mark, known) in &surveys {
        let times = arrived.get(mark).copied().unwrap_or(0);
        assert!(times <= 1, "{mark} is there {times} times");
        assert!(!known.finished || times == 1, "{mark} was finished and is not there");
        // What was kept and not seen finished is a draft, or went through unseen.
        let there = open.contains(mark) || times == 1;
        assert!(known.kept.is_none() || there, "{mark} was shown as kept and is neither a draft nor there");
    }
    let kept_in = if cluster.is_some() { "PostgreSQL" } else { "SQLite" };
    println!(
        "{kept_in}: {kills} kills of the browser and {server_kills} of the server, {full} times without space (told {told} times), seed {seed}: {} surveys, {checked} looks at what had been \
         shown as kept, {finished} shown as finished, {} arrived, none lost, none twice",
        surveys.len(),
        rows.len()
    );
    browser.quit().await;
}

/// Does the screen say, within the time that a commit may wait, that what was typed is not kept?
async fn says_that_it_failed(browser: &Browser) -> bool {
    for _ in 0..MOST_MS / 100 {
        if browser.run("return !!document.querySelector('.kept[data-state=failed]')", vec![]).await == true {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    false
}

/// Opens each draft that something is known of, and looks whether what was shown as kept is there. Says how many.
async fn check(browser: &Browser, surveys: &BTreeMap<String, Known>, open: &[String]) -> usize {
    let mut checked = 0;
    for (mark, known) in surveys {
        let Some(kept) = &known.kept else { continue };
        if known.finished {
            assert!(!open.contains(mark), "{mark} was finished and is a draft again");
            continue;
        }
        if !open.contains(mark) {
            continue;
        }
        let open = "const card = [...document.querySelectorAll('[data-draft]')].find((e) => e.querySelector('.card-title').innerText === arguments[0]);
            card.querySelector('[data-action=continue]').click()";
        browser.run(open, vec![mark.as_str().into()]).await;
        browser.seen("[data-page]:not(a)").await;
        if browser.run("return !!document.querySelector('[data-page=review]:not(a)')", vec![]).await == true {
            browser.tap("[data-action=back]").await;
        }
        browser.seen("[data-name=note] input").await;
        let text = browser.run("return document.querySelector('[data-name=note] input').value", vec![]).await;
        // A later text may have been kept without the screen having said so yet.
        let later = |text: &str| number(text) >= number(kept);
        assert!(text.as_str().is_some_and(later), "{mark} has {text}, and {kept} was shown as kept");
        checked += 1;
        browser.tap("[data-action=home]").await;
        browser.seen("[data-form=soak]").await;
    }
    checked
}

fn number(text: &str) -> i64 {
    text.trim_start_matches('t').parse().unwrap_or(-1)
}

fn texts(found: &Value) -> Vec<String> {
    let all = found.as_array().into_iter().flatten();
    all.filter_map(|text| text.as_str().map(|text| text.trim().to_owned())).collect()
}

async fn pause(random: &mut Random) {
    tokio::time::sleep(Duration::from_millis(random.below(MOST_MS))).await;
}
