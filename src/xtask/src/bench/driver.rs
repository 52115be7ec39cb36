//! A headless Chromium over WebDriver, as little of it as measuring takes: a page, a script that ends, and DevTools commands.
//!
//! Plain HTTP over a loopback socket, so that the benchmark needs no crate that the other commands don't.

use anyhow::{Context, bail};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long the driver and the browser may take to start.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long one measurement may take, in milliseconds.
const LONGEST_MS: u64 = 300_000;

/// What a browser is wanted to be beyond headless.
#[derive(Clone, Copy, Default)]
pub struct Wish<'a> {
    /// A phone's screen, touched: 360 × 740.
    pub phone: bool,
    /// The categories of a trace that is kept from its start on; nothing for none.
    pub traced: &'a str,
}

/// A running browser. Dropped, it is killed with all its processes.
pub struct Browser {
    port: u16,
    session: String,
    driver: Child,
}

impl Browser {
    /// Starts one with an empty profile in `profile`.
    pub fn start(profile: &Path) -> anyhow::Result<Browser> {
        Browser::start_as(profile, Wish::default())
    }

    /// Starts one with the profile in `profile`, as it is wanted.
    pub fn start_as(profile: &Path, wish: Wish<'_>) -> anyhow::Result<Browser> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let driver = Command::new("chromedriver")
            .arg(format!("--port={port}"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .context("chromedriver does not start")?;
        let mut browser = Browser { port, session: String::new(), driver };
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            if begun.elapsed() > PATIENCE {
                bail!("chromedriver does not listen");
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        let mut options = json!({"args": [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--disable-background-timer-throttling", "--disable-renderer-backgrounding",
            format!("--user-data-dir={}", profile.display()),
        ]});
        if wish.phone {
            let metrics =
                json!({"width": 360, "height": 740, "pixelRatio": 2.0, "touch": true, "mobile": true});
            options["mobileEmulation"] = json!({"deviceMetrics": metrics});
        }
        if !wish.traced.is_empty() {
            options["perfLoggingPrefs"] =
                json!({"enableNetwork": false, "enablePage": false, "traceCategories": wish.traced});
        }
        let mut wanted = json!({"browserName": "chrome", "goog:chromeOptions": options,
            "timeouts": {"script": LONGEST_MS, "pageLoad": LONGEST_MS}});
        if !wish.traced.is_empty() {
            wanted["goog:loggingPrefs"] = json!({"performance": "ALL"});
        }
        let session = browser.call("/session", &json!({"capabilities": {"alwaysMatch": wanted}}))?;
        let id = session["sessionId"].as_str().context("the browser does not start")?;
        browser.session = format!("/session/{id}");
        Ok(browser)
    }

    /// Goes to an address.
    pub fn open(&self, url: &str) -> anyhow::Result<()> {
        self.within("/url", &json!({"url": url})).map(drop)
    }

    /// Runs a script that calls its last argument when it is done.
    pub fn run(&self, script: &str, argument: &Value) -> anyhow::Result<Value> {
        self.within("/execute/async", &json!({"script": script, "args": [argument]}))
    }

    /// Sends a command of the DevTools protocol.
    pub fn devtools(&self, command: &str, parameters: Value) -> anyhow::Result<Value> {
        self.within("/goog/cdp/execute", &json!({"cmd": command, "params": parameters}))
    }

    /// What of the trace was not taken yet: its events, as Chromium has them.
    pub fn trace(&self) -> anyhow::Result<Vec<Value>> {
        let entries = self.within("/se/log", &json!({"type": "performance"}))?;
        let entries = entries.as_array().into_iter().flatten();
        let messages =
            entries.filter_map(|entry| serde_json::from_str::<Value>(entry["message"].as_str()?).ok());
        Ok(messages
            .filter(|said| said["message"]["method"] == "Tracing.dataCollected")
            .map(|mut said| said["message"]["params"].take())
            .collect())
    }

    fn within(&self, what: &str, body: &Value) -> anyhow::Result<Value> {
        self.call(&format!("{}{what}", self.session), body)
    }

    /// What the driver answers, without its wrapping.
    fn call(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        let body = body.to_string();
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).context("chromedriver is gone")?;
        stream.set_read_timeout(Some(Duration::from_millis(2 * LONGEST_MS)))?;
        let length = body.len();
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: 127.0.0.1:{}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n",
            self.port
        );
        stream.write_all(head.as_bytes())?;
        stream.write_all(body.as_bytes())?;
        let mut answer = answered(&mut BufReader::new(stream))?;
        let value = answer["value"].take();
        match value["error"].as_str().filter(|_| value["stacktrace"].is_string()) {
            Some(error) => bail!("{error}: {}", value["message"].as_str().unwrap_or_default()),
            None => Ok(value),
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let group = format!("-{}", self.driver.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
        let _ = self.driver.wait();
    }
}

fn answered(reader: &mut impl BufRead) -> anyhow::Result<Value> {
    let mut length = None;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            bail!("chromedriver hung up");
        }
        if line.trim().is_empty() {
            break;
        }
        if let Some((name, value)) =
            line.split_once(':').filter(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        {
            length = Some(value.trim().parse().with_context(|| format!("{name} is no number"))?);
        }
    }
    let mut body = vec![0; length.context("chromedriver does not say how long its answer is")?];
    reader.read_exact(&mut body)?;
    Ok(serde_json::from_slice(&body)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_ends_where_it_says() {
        let mut wire: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{\"value\":1}more";
        assert_eq!(answered(&mut wire).unwrap(), json!({"value": 1}));
        let mut cut: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Le";
        assert!(answered(&mut cut).is_err());
    }
}
