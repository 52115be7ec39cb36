//! Chromium on a phone's screen or on a desk, over WebDriver.
//!
//! Everything waits for what it needs and nothing sleeps; what never comes fails with a picture of what came instead.

use std::cell::RefCell;
use std::mem::ManuallyDrop;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use thirtyfour::cdp::Cdp;
use thirtyfour::prelude::*;

use crate::processes::{Profile, Program, free_port, pictures};

/// How long the app may take for one thing, on a machine that does much else.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often it is looked at meanwhile.
const LOOK_EVERY: Duration = Duration::from_millis(25);

/// What the browser is shown on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Screen {
    /// 360 × 740, touched.
    Phone,
    /// 1280 × 800.
    Desktop,
}

/// A running browser.
pub struct Browser {
    /// What it is shown on.
    pub screen: Screen,
    // Dropping these would say goodbye and wait two minutes for an answer; ending the program is enough.
    driver: ManuallyDrop<WebDriver>,
    cdp: ManuallyDrop<Cdp>,
    program: RefCell<Program>,
    /// What was touched and is smaller than a thumb.
    pub(crate) small: RefCell<Vec<String>>,
    pictures: PathBuf,
}

impl Browser {
    /// Starts one on a profile that may have been used before.
    pub async fn start(profile: &Profile, screen: Screen) -> Browser {
        Browser::start_with(profile, screen, &[]).await
    }

    /// The same, on a device with a made-up camera and microphone, whose reader lets the page use them.
    pub async fn start_with_devices(profile: &Profile, screen: Screen) -> Browser {
        let devices = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"];
        Browser::start_with(profile, screen, &devices).await
    }

    async fn start_with(profile: &Profile, screen: Screen, flags: &[&str]) -> Browser {
        let port = free_port();
        let mut chromedriver = Command::new("chromedriver");
        chromedriver.arg(format!("--port={port}")).env("TZ", "Asia/Shanghai");
        let program = Program::start(&mut chromedriver);
        let capabilities = json!({
            "browserName": "chrome",
            "goog:chromeOptions": options(profile, screen, flags),
        });
        let capabilities: Capabilities = serde_json::from_value(capabilities).expect("it is an object");
        let begun = Instant::now();
        let driver = loop {
            match WebDriver::new(format!("http://127.0.0.1:{port}"), capabilities.clone()).await {
                Ok(driver) => break driver,
                // It takes a moment until chromedriver listens.
                Err(_) if begun.elapsed() < PATIENCE => tokio::time::sleep(LOOK_EVERY).await,
                Err(error) => panic!("the browser does not start: {error}"),
            }
        };
        driver.set_script_timeout(PATIENCE).await.expect("the browser takes a time limit");
        let cdp = ManuallyDrop::new(Cdp::new(driver.handle().clone()));
        let browser = Browser {
            screen,
            driver: ManuallyDrop::new(driver),
            cdp,
            program: RefCell::new(program),
            small: RefCell::default(),
            pictures: pictures(),
        };
        if screen == Screen::Desktop {
            // A window's size has the browser's own bars in it.
            let metrics = json!({"width": 1280, "height": 800, "deviceScaleFactor": 1, "mobile": false});
            browser.command("Emulation.setDeviceMetricsOverride", metrics).await;
        }
        crate::axe::watch(&browser).await;
        browser
    }

    /// Goes to an address.
    pub async fn open(&self, url: &str) {
        self.driver.goto(url).await.unwrap_or_else(|error| panic!("{url} does not open: {error}"));
    }

    /// Ends it as its user would.
    pub async fn quit(self) {
        WebDriver::clone(&self.driver).quit().await.expect("the browser ends when told");
    }

    /// Kills it with all its processes, as a phone that runs out of power does.
    pub fn kill(self) {
        self.program.borrow_mut().end("-KILL");
    }

    /// The tab that is looked at.
    pub async fn tab(&self) -> WindowHandle {
        self.driver.window().await.expect("there is a tab")
    }

    /// Opens a tab beside the others, and looks at it.
    pub async fn new_tab(&self) -> WindowHandle {
        let tab = self.driver.new_tab().await.expect("the browser opens tabs");
        self.look_at(&tab).await;
        tab
    }

    /// Looks at another tab.
    pub async fn look_at(&self, tab: &WindowHandle) {
        self.driver.switch_to_window(tab.clone()).await.expect("the tab is there");
    }

    /// Loads the page anew.
    pub async fn reload(&self) {
        self.driver.refresh().await.expect("the page loads anew");
    }

    /// Runs a script in the page that calls its last argument when it is done.
    pub async fn run_until_done(&self, script: &str) -> Value {
        match self.driver.execute_async(script, vec![]).await {
            Ok(returned) => returned.json().clone(),
            Err(error) => panic!("the page's script fails: {error}\n{script}"),
        }
    }

    /// Runs a script in the page.
    pub async fn run(&self, script: &str, arguments: Vec<Value>) -> Value {
        match self.driver.execute(script, arguments).await {
            Ok(returned) => returned.json().clone(),
            Err(error) => panic!("the page's script fails: {error}\n{script}"),
        }
    }

    /// Sends a command of the DevTools protocol.
    pub async fn command(&self, method: &str, parameters: Value) {
        self.ask(method, parameters).await;
    }

    /// Sends a command of the DevTools protocol, for its answer.
    pub async fn ask(&self, method: &str, parameters: Value) -> Value {
        let sent = self.cdp.send_raw(method, parameters).await;
        sent.unwrap_or_else(|error| panic!("{method} fails: {error}"))
    }

    /// Leaves an origin so many bytes on the device beyond what it has, or as many as there are. Heeded at once only before
    /// its first page is open: Chromium goes by what it knew of the space for half a minute.
    pub async fn leave_space(&self, origin: &str, bytes: Option<u64>) {
        let asked = match bytes {
            Some(bytes) => {
                let known = self.cdp.send_raw("Storage.getUsageAndQuota", json!({"origin": origin})).await;
                let used = known.expect("Chromium knows")["usage"].as_f64().unwrap_or_default() as u64;
                json!({"origin": origin, "quotaSize": used + bytes})
            }
            None => json!({"origin": origin}),
        };
        self.command("Storage.overrideQuotaForOrigin", asked).await;
    }

    /// Waits until the service worker has every file, also those that it fetches when the page has been up for a while.
    pub async fn kept_for_offline(&self) {
        let script = "navigator.serviceWorker.ready.then(async () => {
            const script = await (await fetch('/sw.js', { cache: 'no-store' })).text();
            const { rest } = JSON.parse(script.match(/^const BUILD = (.*);$/m)[1]);
            const isKept = async (path) => Boolean(await caches.match(path, { ignoreVary: true }));
            while (!(await Promise.all(rest.map(isKept))).every(Boolean)) await new Promise((again) => setTimeout(again, 100));
            arguments[0](true);
        })";
        self.run_until_done(script).await;
    }

    /// Waits until an element can be seen.
    pub async fn seen(&self, selector: &str) {
        let script =
            "const e = document.querySelector(arguments[0]); return !!e && e.getClientRects().length > 0";
        self.until(&format!("{selector} is seen"), async || {
            self.run(script, vec![selector.into()]).await == Value::Bool(true)
        })
        .await;
    }

    /// Waits until an element is there, be it seen or not.
    pub async fn there(&self, selector: &str) {
        let script = "return !!document.querySelector(arguments[0])";
        self.until(&format!("{selector} is there"), async || {
            self.run(script, vec![selector.into()]).await == Value::Bool(true)
        })
        .await;
    }

    /// Waits until no such element is there.
    pub async fn gone(&self, selector: &str) {
        let script = "return !document.querySelector(arguments[0])";
        self.until(&format!("{selector} is gone"), async || {
            self.run(script, vec![selector.into()]).await == Value::Bool(true)
        })
        .await;
    }

    /// The text of an element.
    pub async fn text(&self, selector: &str) -> String {
        self.seen(selector).await;
        let text =
            self.run("return document.querySelector(arguments[0]).innerText", vec![selector.into()]).await;
        text.as_str().unwrap_or_default().to_owned()
    }

    /// Waits until a page of the form, or its review, is shown.
    pub async fn on_page(&self, page: &str) {
        self.seen(&format!("[data-page={page}]:not(a)")).await;
    }

    /// Picks a file in a file field, as its user does in the system's dialog.
    pub async fn pick(&self, selector: &str, file: &std::path::Path) {
        self.there(selector).await;
        let field = self.driver.find(By::Css(selector)).await.expect("the field is there");
        field.send_keys(file.to_str().expect("a path of letters")).await.expect("the field takes a file");
    }

    /// Where the reader is: page and open card.
    pub async fn place(&self) -> Value {
        let script = "return {
            page: document.querySelector('[data-page]:not(a)')?.dataset.page,
            card: document.querySelector('.instance.open')?.dataset.instance,
        }";
        self.run(script, vec![]).await
    }

    /// Waits until something is as it should be.
    pub async fn until_eq(&self, what: &str, wanted: &Value, look: impl AsyncFn(&Browser) -> Value) {
        let found = RefCell::new(Value::Null);
        let done = self
            .comes(async || {
                found.replace(look(self).await);
                *found.borrow() == *wanted
            })
            .await;
        if !done {
            self.fail(&format!("{what}: wanted {wanted}, found {}", found.borrow())).await;
        }
    }

    /// Waits until something holds.
    pub async fn until(&self, what: &str, holds: impl AsyncFn() -> bool) {
        if !self.comes(holds).await {
            self.fail(&format!("waited too long until {what}")).await;
        }
    }

    /// Waits whether something comes to hold.
    pub async fn comes(&self, holds: impl AsyncFn() -> bool) -> bool {
        let begun = Instant::now();
        while !holds().await {
            if begun.elapsed() > PATIENCE {
                return false;
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        true
    }

    /// Takes a picture.
    pub async fn picture(&self, name: &str) {
        // Fonts, what moves or fades and comes to an end, and the last frame.
        let script = "const done = arguments[0];
            const moving = document.getAnimations().filter((a) => a.effect.getComputedTiming().endTime !== Infinity);
            Promise.allSettled([document.fonts.ready, ...moving.map((a) => a.finished)])
                .then(() => requestAnimationFrame(() => requestAnimationFrame(() => done(true))));";
        self.run_until_done(script).await;
        let path = self.pictures.join(format!("{name}.png"));
        self.driver.screenshot(&path).await.unwrap_or_else(|error| panic!("no picture {name}: {error}"));
        crate::axe::look(self, name).await;
    }

    /// Prints the page, as its reader would, on A4; into a PDF beside the pictures. How much is drawn on each of its pages, in bytes.
    pub async fn paper(&self, name: &str) -> Vec<usize> {
        let asked = json!({"printBackground": true, "preferCSSPageSize": true});
        let printed = self.cdp.send_raw("Page.printToPDF", asked).await.expect("Chromium prints");
        let data = printed["data"].as_str().unwrap_or_default();
        let bytes = BASE64_STANDARD.decode(data).expect("a PDF comes as base64");
        assert!(bytes.starts_with(b"%PDF"), "what was printed is no PDF");
        std::fs::write(self.pictures.join(format!("{name}.pdf")), &bytes).expect("the PDF is written");
        drawn(&String::from_utf8_lossy(&bytes))
    }

    /// From the next page on the browser asks for these languages, the most wanted first: `en-GB,zh`.
    pub async fn prefer(&self, languages: &str) {
        let agent = self.run("return navigator.userAgent", vec![]).await;
        let asked = json!({"userAgent": agent, "acceptLanguage": languages});
        self.command("Emulation.setUserAgentOverride", asked).await;
    }

    /// Fails the test, with a picture and the page's text.
    pub async fn fail(&self, why: &str) -> ! {
        let path = self.pictures.join("failed.png");
        let _ = self.driver.screenshot(&path).await;
        let text = self.run("return location.href + '\\n' + document.body.innerText", vec![]).await;
        let log = self.driver.browser_log().await.unwrap_or_default();
        panic!(
            "{why}\n{}\n--- the page\n{}\n--- its log\n{log:#?}",
            path.display(),
            text.as_str().unwrap_or_default()
        );
    }
}

/// Of each page of a PDF as Chromium writes it: the length of what is drawn on it (ISO 32000-1 §7.7.3.3, `Contents`).
fn drawn(pdf: &str) -> Vec<usize> {
    let number = |text: &str| text.chars().take_while(char::is_ascii_digit).collect::<String>();
    let pages = pdf.split("/Type /Page\n").skip(1);
    let contents = pages.filter_map(|page| Some(number(page.split_once("/Contents ")?.1)));
    let length = |object: String| {
        let (_, object) = pdf.split_once(&format!("\n{object} 0 obj\n"))?;
        number(object.split_once("/Length ")?.1).parse().ok()
    };
    contents.map(|object| length(object).expect("a page has contents")).collect()
}

fn options(profile: &Profile, screen: Screen, flags: &[&str]) -> Value {
    let mut arguments: Vec<String> = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--disable-background-networking",
        "--accept-lang=zh-CN,zh",
        "--hide-scrollbars",
    ]
    .map(String::from)
    .into();
    arguments.extend(flags.iter().map(|flag| (*flag).to_owned()));
    arguments.push(format!("--user-data-dir={}", profile.browser().display()));
    match screen {
        Screen::Phone => json!({
            "args": arguments,
            "mobileEmulation": {
                "deviceMetrics": {"width": 360, "height": 740, "pixelRatio": 2.0, "touch": true, "mobile": true},
            },
        }),
        Screen::Desktop => json!({ "args": arguments }),
    }
}
