//! Each measurement, of one app: a browser of its own with an empty profile, a phone's screen and a slow processor.

use super::figures::Figures;
use super::stage::{AUTOPSY, Stage};
use super::subject::Subject;
use super::trace::{CATEGORIES, Trace};
use crate::bench::THROTTLE;
use crate::bench::driver::{Browser, Wish};
use anyhow::{Context, bail};
use serde_json::{Value, json};
use std::fs;
use std::time::Duration;

/// Pages that are filled in, of sixteen answers each (the first has been given when the page is).
const PAGES: u32 = 13;
/// What nothing is fetched in after a start means that all has been fetched.
const QUIET: Duration = Duration::from_secs(2);
/// How far a page is scrolled at once, in pixels, and how fast, in pixels a second.
const SCROLLED: (i32, i32) = (-3_000, 2_400);

/// One start.
#[derive(Default)]
pub struct Start {
    /// Milliseconds from the navigation on: the way to the form is there, where there is a home; the first question; its answer was taken.
    pub home: Option<f64>,
    pub seen: Option<f64>,
    pub usable: Option<f64>,
    /// What came down until then, and until nothing more did, in bytes.
    pub bytes: f64,
    pub all_bytes: f64,
}

/// What filling in came to.
#[derive(Default)]
pub struct Filled {
    /// Scripting and layout for each answer until it is painted, and with all that it sets going, in milliseconds.
    pub answers: Figures,
    pub after: Figures,
    /// The longest task of each answer, of each page that was scrolled, and of each that was turned to.
    pub tasks: Figures,
    pub scrolling: Figures,
    pub turning: Figures,
    /// From each press of *next* until the page is there.
    pub pages: Figures,
}

/// A page of a repeat's instances: how long they took to be made, and then their page to open; milliseconds. All on one page, there is no second.
#[derive(Default)]
pub struct Repeated {
    pub made: Option<f64>,
    pub opened: Option<f64>,
}

/// A browser before an app's form.
struct Opened<'a> {
    browser: Browser,
    profile: std::path::PathBuf,
    stage: &'a Stage,
    subject: &'a Subject,
    form: &'a str,
}

impl<'a> Opened<'a> {
    fn new(
        stage: &'a Stage,
        subject: &'a Subject,
        form: &'a str,
        traced: &str,
        throttle: u32,
    ) -> anyhow::Result<Opened<'a>> {
        let profile = stage.folder.join("profile");
        let _ = fs::remove_dir_all(&profile);
        let browser = Browser::start_as(&profile, Wish { phone: true, traced })?;
        browser.open("about:blank")?;
        browser.devtools("Emulation.setFocusEmulationEnabled", json!({"enabled": true}))?;
        let source = subject.script(form);
        browser.devtools("Page.addScriptToEvaluateOnNewDocument", json!({"source": source}))?;
        browser.devtools("Emulation.setCPUThrottlingRate", json!({"rate": throttle}))?;
        Ok(Opened { browser, profile, stage, subject, form })
    }

    fn road(&self) -> &super::road::Road {
        if self.subject.is_ours() { &self.stage.here } else { &self.stage.peers }
    }

    /// Goes to the form, and waits until its first answer is taken.
    fn start(&self) -> anyhow::Result<Start> {
        let before = self.road().bytes();
        self.browser.open(&self.subject.url(self.stage, self.form))?;
        let times = self.call("bench.started")?;
        let bytes = self.road().bytes() - before;
        let time = |name: &str| times[name].as_f64();
        Ok(Start {
            home: time("home"),
            seen: time("seen"),
            usable: time("usable"),
            bytes: bytes as f64,
            all_bytes: bytes as f64,
        })
    }

    /// Waits until all is there that is fetched for later; how much came down since `before`.
    fn rest(&self, before: u64) -> anyhow::Result<f64> {
        if self.subject.is_ours() {
            self.call("navigator.serviceWorker.ready.then(() => true)")?;
        }
        let mut last = self.road().bytes();
        loop {
            std::thread::sleep(QUIET);
            let now = self.road().bytes();
            if now == last {
                return Ok((now - before) as f64);
            }
            last = now;
        }
    }

    /// What a promise in the page comes to; its failure is one here.
    fn call(&self, promise: &str) -> anyhow::Result<Value> {
        let script = format!(
            "const done = arguments[arguments.length - 1];
             Promise.resolve().then(() => {promise}).then((found) => done({{ found }}), (error) => done({{ failed: String(error.stack ?? error) }}));"
        );
        let mut said = self.browser.run(&script, &Value::Null)?;
        match said["failed"].as_str() {
            Some(failed) => bail!("{}: {failed}", self.subject.name),
            None => Ok(said["found"].take()),
        }
    }

    fn mark(&self, name: &str) -> anyhow::Result<()> {
        self.call(&format!("performance.mark('{name}') && true")).map(drop)
    }
}

impl Drop for Opened<'_> {
    fn drop(&mut self) {
        // The browser still writes into it; what is left is removed before the next.
        let _ = fs::remove_dir_all(&self.profile);
    }
}

/// A start with nothing kept, and one right after it with all that the first has kept: ours without a network.
pub fn starts(stage: &Stage, subject: &Subject) -> anyhow::Result<(Start, Start)> {
    let opened = Opened::new(stage, subject, "large", "", THROTTLE)?;
    let before = opened.road().bytes();
    let mut cold = opened.start()?;
    cold.all_bytes = opened.rest(before)?;
    opened.browser.open("about:blank")?;
    if subject.is_ours() {
        opened.road().close();
    }
    let warm = opened.start();
    opened.road().open();
    Ok((cold, warm?))
}

/// Fills in pages, scrolls them and turns to the next, under a trace.
pub fn filled(stage: &Stage, subject: &Subject) -> anyhow::Result<Filled> {
    let opened = Opened::new(stage, subject, "large", CATEGORIES, THROTTLE)?;
    opened.start()?;
    opened.rest(0)?;
    let mut pages = Figures::default();
    let mut events = Vec::new();
    for page in 1..=PAGES {
        opened.call(&format!("bench.fill({page})"))?;
        opened.mark("scroll-begins")?;
        // From wherever the last answer was, to the top and down again.
        for distance in [-SCROLLED.0, SCROLLED.0] {
            let gesture = json!({"x": 180, "y": 400, "yDistance": distance, "speed": SCROLLED.1, "gestureSourceType": "touch"});
            opened.browser.devtools("Input.synthesizeScrollGesture", gesture)?;
        }
        opened.mark("scroll-ends")?;
        pages.add(opened.call(&format!("bench.next({})", page + 1))?.as_f64());
        // No more than the driver keeps.
        events.extend(opened.browser.trace()?);
    }
    if let Some(path) = std::env::var_os("DOORSTEP_TRACE") {
        let path = std::path::Path::new(&path).join(format!("{}.json", subject.id));
        fs::write(&path, json!({"traceEvents": events}).to_string())
            .with_context(|| format!("can't write {}", path.display()))?;
    }
    let trace = Trace::read(&events);
    let answers = trace.work("answer-begins", "answer-painted");
    if answers.median().is_none() {
        bail!("{}: the trace holds no answer", subject.name);
    }
    Ok(Filled {
        answers,
        after: trace.work("answer-begins", "answer-ends"),
        tasks: trace.longest("answer-begins", "answer-ends"),
        scrolling: trace.longest("scroll-begins", "scroll-ends"),
        turning: trace.longest("page-begins", "page-ends"),
        pages,
    })
}

/// So many instances, asked for on the page before.
pub fn repeated(stage: &Stage, subject: &Subject) -> anyhow::Result<Repeated> {
    let opened = Opened::new(stage, subject, "repeat", "", THROTTLE)?;
    opened.start()?;
    let times = opened.call(&format!("bench.repeat({})", super::forms::INSTANCES))?;
    Ok(Repeated { made: times["made"].as_f64(), opened: times["opened"].as_f64() })
}

/// JavaScript's heap, the page's elements and wasm's memory, in megabytes, with that form open and its garbage collected.
pub fn memory(stage: &Stage, subject: &Subject, form: &str) -> anyhow::Result<Option<f64>> {
    if !subject.has(stage, form) {
        return Ok(None);
    }
    // As fast as it goes: what is kept does not hang on it.
    let opened = Opened::new(stage, subject, form, "", 1)?;
    opened.start()?;
    opened.rest(0)?;
    for _ in 0..3 {
        opened.browser.devtools("HeapProfiler.collectGarbage", json!({}))?;
    }
    let heap = opened.browser.devtools("Runtime.getHeapUsage", json!({}))?;
    let parts = ["usedSize", "embedderHeapUsedSize", "backingStorageSize"]
        .map(|part| heap[part].as_f64().unwrap_or_default());
    let linear = opened.call("bench.linear()")?.as_f64().unwrap_or_default();
    Ok(Some((parts.iter().sum::<f64>() + linear) / 1e6))
}

/// The forms whose memory is looked at.
pub const HELD: [&str; 2] = ["large", AUTOPSY];
