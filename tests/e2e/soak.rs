//! The real thing, killed again and again: Chromium by SIGKILL at random moments of filling and sending, the server with it
//! or in its stead, just as it answers a phone or passes on to another server, that other server too, and the device's space running out.
//! The roads between them are cut now and then, in the middle of a request or of its answer; some surveys carry a file or a photo, and some are sealed for the office.
//! What was shown as kept is there at the next start; what was finished arrives, each once, with its files byte for byte, at both servers,
//! whether they keep it in SQLite or in PostgreSQL.
//!
//! `cargo xtask soak --kills N` runs it (`--database postgres`: with Debian's PostgreSQL); no test of every day, since it takes minutes.

mod counting;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::browser::{Browser, Screen};
use crate::database::Database;
use crate::filling;
use crate::mending::photo;
use crate::papers::Papers;
use crate::processes::{Profile, Server};
use crate::random::Random;
use crate::road::Road;
use crate::sealed::office_key;

const FORM: &str = r#"{"settings": {"form_id": "soak", "version": "1", "title": "走访", "default_language": "zh", "instance_name": "${mark}"},
  "survey": [{"type": "text", "name": "mark", "label": "记号", "required": true},
             {"type": "text", "name": "note", "label": "情况"},
             {"type": "file", "name": "paper", "label": "文件"},
             {"type": "image", "name": "photo", "label": "照片"}]}"#;
/// The longest that is waited before a kill: an answer is kept after two seconds at the latest.
const MOST_MS: u64 = 3_500;
/// How long passing on may take once everything is whole again: a killed process's claim holds for a minute, and a silent target is left alone for as long.
const PASSING_ON: Duration = Duration::from_secs(300);

/// The names of the drafts on the home page.
const DRAFTS: &str = "return [...document.querySelectorAll('[data-draft]')].map((e) => e.querySelector('.card-title').innerText)";

/// What is known of a survey from what the screen said before a kill.
#[derive(Default, Debug)]
struct Known {
    /// The last text that was shown as kept.
    kept: Option<String>,
    /// The number of the last file that was.
    paper: Option<u64>,
    /// Was a photo?
    photo: bool,
    /// Was it shown as finished?
    finished: bool,
}

/// What is picked for a survey.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Picked {
    Nothing,
    Paper,
    Photo,
}

/// What was done to it so far.
#[derive(Default, Debug)]
struct Counts {
    /// Kills of the browser.
    kills: u64,
    /// Kills of the server.
    server: u64,
    /// Of these: while its answer to a phone was on the way.
    answering: u64,
    /// Of these: while the answer of the server that it passes on to was on the way.
    passing_on: u64,
    /// Kills of the server that is passed on to.
    city: u64,
    /// Looks at what had been shown as kept.
    checked: usize,
    /// Surveys filled in without space, and how often that was said.
    full: (usize, usize),
    /// Files and photos picked.
    picked: (usize, usize),
}

/// In what a server is to be killed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Aim {
    Nothing,
    Answering,
    PassingOn,
}

struct Soak {
    random: Random,
    surveys: BTreeMap<String, Known>,
    counts: Counts,
    /// From the phone to the server.
    road: Road,
    server: Server,
    kept: Database,
    /// From the server to the one that it passes on to.
    on: Road,
    city: Server,
    kept_on: Database,
    papers: Papers,
    photo: PathBuf,
    /// What the server is always started with.
    options: Vec<String>,
    profile: Profile,
}

#[tokio::test]
#[ignore = "minutes; `cargo xtask soak` runs it"]
async fn nothing_is_lost_and_nothing_arrives_twice() {
    let number =
        |name: &str, usual: u64| std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual);
    let (kills, seed) = (number("DOORSTEP_KILLS", 50), number("DOORSTEP_SEED", 1));
    let begun = Instant::now();
    let mut soak = Soak::start(seed);
    let browser = Browser::start(&soak.profile, Screen::Phone).await;
    browser.open(&soak.road.url("/")).await;
    browser.seen("[data-action=start]").await;
    browser.kept_for_offline().await;
    std::fs::write(&soak.photo, photo(&browser).await).expect("the target folder can be written");
    browser.kill();
    for kill in 0..kills {
        soak.round(kill).await;
        eprintln!("{} of {kills} after {:.1} min", kill + 1, begun.elapsed().as_secs_f64() / 60.0);
    }
    let browser = soak.send_all().await;
    let counted = soak.count(&browser).await;
    soak.tell(&counted, seed, begun.elapsed());
    browser.quit().await;
}

impl Soak {
    fn start(seed: u64) -> Soak {
        let profile = Profile::new("soak");
        let in_postgres = std::env::var("DOORSTEP_SOAK_DATABASE").as_deref() == Ok("postgres");
        let [kept, kept_on] = Database::new(in_postgres, ["soak", "city"].map(|name| profile.folder(name)));
        let (mut server, mut city) = (Server::to_be(&profile), Server::to_be(&profile));
        let key = office_key(&profile);
        let (road, on) = (Road::to(server.port()), Road::to(city.port()));
        on.hold(true);
        city.keep_in(&kept_on);
        city.start_with_form(&profile, "city", Some(("soak", FORM)));
        let target =
            serde_json::json!({"name": "city", "kind": "doorstep", "url": on.url(""), "forms": ["*"]});
        let told = serde_json::json!({"version": 1, "targets": [target]}).to_string();
        let told = profile.file("relay.json", told.as_bytes());
        let told = told.to_str().expect("the target folder's name is text");
        let options = ["--relay", told, "--office-key", &key].map(str::to_owned).to_vec();
        server.keep_in(&kept);
        server.set_options(&options.iter().map(String::as_str).collect::<Vec<_>>());
        server.start_with_form(&profile, "soak", Some(("soak", FORM)));
        let (random, surveys, counts) = (Random(seed), BTreeMap::new(), Counts::default());
        let (papers, photo) = (Papers::new(seed), profile.folder("photo.png"));
        Soak {
            random,
            surveys,
            counts,
            road,
            server,
            kept,
            on,
            city,
            kept_on,
            papers,
            photo,
            options,
            profile,
        }
    }

    /// Starts what does not run. Each time the office wants surveys sealed, or only opens what still comes so.
    fn start_servers(&mut self, sometimes: bool) {
        let [server_too, city_too] = [(); 2].map(|()| !sometimes || self.random.below(2) == 0);
        if !self.server.is_running() && server_too {
            let mut options: Vec<&str> = self.options.iter().map(String::as_str).collect();
            if self.random.below(2) == 0 {
                options.push("--office-key-only-opens");
            }
            self.server.set_options(&options);
            self.server.start_again();
        }
        if !self.city.is_running() && city_too {
            self.city.start_again();
        }
    }

    /// Cuts what is on the roads from now on, or not.
    fn make_roads(&mut self) {
        for road in [&self.road, &self.on] {
            match self.random.below(3) {
                0 => road.mend(),
                _ => road.make_bad(self.random.next()),
            }
        }
    }

    /// From a start of the browser to its death.
    async fn round(&mut self, kill: u64) {
        self.start_servers(true);
        self.make_roads();
        let browser = Browser::start(&self.profile, Screen::Phone).await;
        // The device's space has run out, for good or until its user has made some. What is begun before is answered then.
        let runs_full = self.random.below(4) == 0 && self.surveys.values().any(|known| !known.finished);
        if runs_full {
            browser.leave_space(&self.road.url(""), Some(0)).await;
        }
        browser.open(&self.road.url("/")).await;
        browser.seen("[data-form=soak]").await;
        let open = texts(&browser.run(DRAFTS, vec![]).await);
        // Everything that was shown as kept and not as finished is a draft still, unless its finishing went through unseen.
        self.counts.checked += check(&browser, &self.surveys, &open).await;

        if let Some(mark) = self.take_up(&browser, &open, kill, runs_full).await {
            let aim = self.fill(&browser, mark, kill, runs_full).await;
            self.kill_servers(aim).await;
            if self.random.below(2) == 0 {
                self.pause().await;
            }
        }
        browser.kill();
        self.counts.kills += 1;
        self.road.hold(false);
    }

    /// Goes on with a survey or begins one: its mark. Nothing new is begun without space.
    async fn take_up(
        &mut self,
        browser: &Browser,
        open: &[String],
        kill: u64,
        runs_full: bool,
    ) -> Option<String> {
        let goes_on = !open.is_empty() && (runs_full || self.random.below(3) > 0);
        if !goes_on && runs_full {
            return None;
        }
        let way = if goes_on { "[data-draft] [data-action=continue]" } else { "[data-form=soak]" };
        browser.tap(way).await;
        to_questions(browser).await;
        let here = "return document.querySelector('[data-name=mark] input').value";
        let here = browser.run(here, vec![]).await.as_str().unwrap_or_default().to_owned();
        if !here.is_empty() {
            return Some(here);
        }
        // Just begun, or killed before its mark was kept.
        let mark = format!("m{kill}");
        browser.tap("[data-name=mark] input").await;
        browser.type_text(&mark).await;
        Some(mark)
    }

    /// Answers, perhaps to the end, and notes what the screen says of it. What a server is to be killed in.
    async fn fill(&mut self, browser: &Browser, mark: String, kill: u64, runs_full: bool) -> Aim {
        let text = format!("t{kill}");
        browser.tap("[data-name=note] input").await;
        browser.run("document.activeElement.select()", vec![]).await;
        browser.type_text(&text).await;
        let picked = if runs_full { Picked::Nothing } else { self.pick(browser, kill).await };
        if runs_full {
            self.go_on_without_space(browser, &mark, &text).await;
        }
        let mut aim = Aim::Nothing;
        if self.random.below(2) == 0 {
            aim = [Aim::Nothing, Aim::Answering, Aim::PassingOn][self.random.below(3) as usize];
            self.road.hold(aim == Aim::Answering);
            // What was picked is answered once it is shown.
            shown(browser, picked, kill).await;
            // On to the end: finished, and on its way if the server is there.
            filling::finish(browser).await;
        }
        self.wait_for(aim).await;
        // One look: what the screen says at this very moment.
        let look = "return {
            kept: !!document.querySelector('.kept[data-state=kept]'),
            text: document.querySelector('[data-name=note] input')?.value ?? null,
            paper: document.querySelector('[data-name=paper] [data-file]')?.innerText ?? '',
            photo: !!document.querySelector('[data-name=photo] img.photo'),
            finished: !!document.querySelector('[data-finished]'),
        }";
        let said = browser.run(look, vec![]).await;
        let known = self.surveys.entry(mark).or_default();
        if said["kept"] == true && said["text"] == text.as_str() {
            known.kept = Some(text);
            known.paper = Papers::shown(said["paper"].as_str().unwrap_or_default()).max(known.paper);
            known.photo |= said["photo"] == true;
        }
        if said["finished"] == true {
            known.finished = true;
            known.paper = (picked == Picked::Paper).then_some(kill).max(known.paper);
            known.photo |= picked == Picked::Photo;
        }
        aim
    }

    /// Picks a file, a photo, or neither, and perhaps goes on before it is kept.
    async fn pick(&mut self, browser: &Browser, kill: u64) -> Picked {
        match self.random.below(5) {
            0 => Picked::Nothing,
            1 | 2 => {
                self.counts.picked.1 += 1;
                browser.pick("[data-name=photo] input[type=file]", &self.photo).await;
                Picked::Photo
            }
            _ => {
                self.counts.picked.0 += 1;
                let paper = self.papers.make(&self.profile, kill);
                browser.pick("[data-name=paper] input[type=file]", &paper).await;
                Picked::Paper
            }
        }
    }

    /// It is said that what was typed is not kept, and nothing of it is lost by going home and back; its user may make space then.
    async fn go_on_without_space(&mut self, browser: &Browser, mark: &str, text: &str) {
        self.counts.full.0 += 1;
        self.counts.full.1 += usize::from(says_that_it_failed(browser).await);
        if self.random.below(2) == 0 {
            browser.tap("[data-action=home]").await;
            browser.seen("[data-form=soak]").await;
            browser.tap("[data-draft] [data-action=continue]").await;
            to_questions(browser).await;
            assert_eq!(noted(browser).await, text, "{mark} was left and taken up again in the same tab");
        }
        if self.random.below(2) == 0 {
            browser.leave_space(&self.road.url(""), None).await;
            self.pause().await;
        }
    }

    /// Until an answer is on the way that is to be lost, or any moment.
    async fn wait_for(&mut self, aim: Aim) {
        let road = match aim {
            Aim::Answering if self.server.is_running() => &self.road,
            Aim::PassingOn if self.server.is_running() => &self.on,
            _ => return self.pause().await,
        };
        let begun = Instant::now();
        while !road.is_held() && begun.elapsed() < Duration::from_millis(MOST_MS) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    async fn kill_servers(&mut self, aim: Aim) {
        if self.city.is_running() && self.random.below(6) == 0 {
            self.city.kill();
            self.counts.city += 1;
        }
        if self.server.is_running() && (aim != Aim::Nothing || self.random.below(4) == 0) {
            let (answering, passing_on) = (self.road.is_held(), self.on.is_held());
            self.server.kill();
            self.counts.server += 1;
            self.counts.answering += u64::from(answering);
            self.counts.passing_on += u64::from(passing_on);
        }
    }

    async fn pause(&mut self) {
        tokio::time::sleep(Duration::from_millis(self.random.below(MOST_MS))).await;
    }

    /// Everything is whole again: what was finished arrives, and is passed on.
    async fn send_all(&mut self) -> Browser {
        self.start_servers(false);
        self.on.hold(false);
        for road in [&self.road, &self.on] {
            road.mend();
        }
        let browser = Browser::start(&self.profile, Screen::Phone).await;
        browser.open(&self.road.url("/outbox")).await;
        browser.seen("[data-section=delivered]").await;
        let waiting = "return document.querySelectorAll('[data-section=waiting] [data-item]').length";
        browser
            .until("everything is sent", async || {
                let send = "document.querySelector('[data-action=send]')?.click()";
                browser.run(send, vec![]).await;
                browser.run(waiting, vec![]).await == 0
            })
            .await;
        let begun = Instant::now();
        while self.kept.to_pass_on() > 0 {
            assert!(
                begun.elapsed() < PASSING_ON,
                "{} surveys are not passed on after {} s",
                self.kept.to_pass_on(),
                PASSING_ON.as_secs()
            );
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        browser
    }
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
        to_questions(browser).await;
        let text = noted(browser).await;
        // A later text may have been kept without the screen having said so yet.
        assert!(number(&text) >= number(kept), "{mark} has {text}, and {kept} was shown as kept");
        if known.paper.is_some() {
            // Its size comes once the file was read.
            let there = async || paper(browser).await.is_some();
            browser.until(&format!("the file of {mark} is shown"), there).await;
            let number = paper(browser).await;
            assert!(number >= known.paper, "{mark} has the file {number:?}, and {known:?} was shown as kept");
        }
        if known.photo {
            browser.seen("[data-name=photo] img.photo").await;
        }
        checked += 1;
        browser.tap("[data-action=home]").await;
        browser.seen("[data-form=soak]").await;
    }
    checked
}

/// From wherever the draft was left to its one page of questions.
async fn to_questions(browser: &Browser) {
    browser.seen("[data-page]:not(a)").await;
    if browser.run("return !!document.querySelector('[data-page=review]:not(a)')", vec![]).await == true {
        browser.tap("[data-action=back]").await;
    }
    browser.seen("[data-name=note] input").await;
}

/// Waits until what was picked is shown.
async fn shown(browser: &Browser, picked: Picked, kill: u64) {
    match picked {
        Picked::Nothing => {}
        Picked::Photo => browser.seen("[data-name=photo] img.photo").await,
        Picked::Paper => {
            let is_shown = async || paper(browser).await == Some(kill);
            browser.until("the file is shown", is_shown).await;
        }
    }
}

/// The number of the file that is shown.
async fn paper(browser: &Browser) -> Option<u64> {
    let size = "return document.querySelector('[data-name=paper] [data-file]')?.innerText ?? ''";
    Papers::shown(browser.run(size, vec![]).await.as_str().unwrap_or_default())
}

/// The text in the second field.
async fn noted(browser: &Browser) -> String {
    let text = browser.run("return document.querySelector('[data-name=note] input').value", vec![]).await;
    text.as_str().unwrap_or_default().to_owned()
}

fn number(text: &str) -> i64 {
    text.trim_start_matches('t').parse().unwrap_or(-1)
}

fn texts(found: &Value) -> Vec<String> {
    let all = found.as_array().into_iter().flatten();
    all.filter_map(|text| text.as_str().map(|text| text.trim().to_owned())).collect()
}
