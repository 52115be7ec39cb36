//! `cargo xtask size [FORM]`: all bytes that a phone fetches to open, fill in and finish a form, file by file, as the server sends them.
//!
//! The app is built as phones get it; what is asked of the server is what the service worker's list of files names, the list of forms, and the form's own
//! bundle (`household-needs` where none is named). What is fetched later, when the page has been up for a while, is summed up apart: no form needs it. Files that
//! only some devices ask for are not counted.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, bail};
use serde_json::Value;

use crate::serve::{self, Built};
use crate::workspace::Workspace;

/// So many bytes it may be (issue 7).
const MOST: usize = 350_000;
const USUAL: &str = "household-needs";

/// Builds, asks, and prints the table.
pub fn run(workspace: &Workspace, rest: &[String]) -> anyhow::Result<()> {
    let form = match rest {
        [] => USUAL,
        [form] if !form.starts_with('-') => form,
        _ => bail!("`size` is called with the id of a form, or with nothing"),
    };
    let built = serve::build_for_tests(workspace)?;
    let data = workspace.target().join("size");
    let mut command = Command::new(&built.doorstep);
    command
        .current_dir(workspace.root())
        .args(["serve", "--port", "0", "--forms", "forms", "--log", "stderr"]);
    command.arg("--data").arg(&data).arg("--app").arg(&built.app);
    let server = Running::start(&mut command)?;

    let list = String::from_utf8(server.get("/sw.js", false)?.body)?;
    let files = files_of(&list, "files")?;
    let mut rows = Vec::new();
    for address in std::iter::once("/sw.js").chain(files.iter().map(String::as_str)) {
        rows.push((address.to_owned(), server.get(address, true)?.body.len()));
    }
    let forms: Value = serde_json::from_slice(&server.get("/api/v1/forms", false)?.body)?;
    rows.push(("/api/v1/forms".to_owned(), server.get("/api/v1/forms", true)?.body.len()));
    let listed = forms["forms"].as_array().into_iter().flatten();
    let hash = listed.filter(|known| known["id"] == form).find_map(|known| known["hash"].as_str());
    let hash = hash.with_context(|| format!("the server has no form `{form}`"))?;
    let bundle = server.get(&format!("/api/v1/forms/{hash}"), true)?.body.len();
    rows.push((format!("{form} (the form with its lists)"), bundle));
    rows.sort_by_key(|(_, bytes)| std::cmp::Reverse(*bytes));
    for (name, bytes) in &rows {
        println!("{:>10}  {name}", grouped(*bytes));
    }
    let all: usize = rows.iter().map(|(_, bytes)| bytes).sum();
    let over = if all > MOST { "  over" } else { "" };
    println!("{:>10}  in all, of {} that it may be{over}", grouped(all), grouped(MOST));
    let mut rest = 0;
    for address in files_of(&list, "rest")? {
        rest += server.get(&address, true)?.body.len();
    }
    println!("{:>10}  more, later: pages beside the form", grouped(rest));
    Ok(())
}

/// What the designer weighs beside the app, as the server sends it.
pub fn designer(workspace: &Workspace, built: &Built) -> anyhow::Result<()> {
    let mut command = Command::new(&built.doorstep);
    command
        .current_dir(workspace.root())
        .args(["serve", "--port", "0", "--forms", "forms", "--log", "stderr"]);
    command.arg("--data").arg(workspace.target().join("size")).arg("--app").arg(&built.app);
    let server = Running::start(&mut command)?;
    let list = String::from_utf8(server.get("/sw.js", false)?.body)?;
    let mut all = 0;
    for address in files_of(&list, "design")? {
        let bytes = server.get(&address, true)?.body.len();
        println!("{:>10}  {address}", grouped(bytes));
        all += bytes;
    }
    println!("{:>10}  the designer, beside the app", grouped(all));
    Ok(())
}

/// A server that ends with this.
pub struct Running {
    child: Child,
    address: String,
}

/// What the server answered.
struct Answer {
    body: Vec<u8>,
}

impl Running {
    /// Starts it, and waits until it listens.
    pub fn start(command: &mut Command) -> anyhow::Result<Running> {
        let mut child =
            command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().context("can't start the server")?;
        let said = child.stdout.take().context("the server says nothing")?;
        for line in BufReader::new(said).lines() {
            if let Some(address) = line?.strip_prefix("listening on http://") {
                return Ok(Running { child, address: address.trim_end_matches('/').to_owned() });
            }
        }
        bail!("the server ended before it listened")
    }

    /// The port that it listens on.
    pub fn port(&self) -> anyhow::Result<u16> {
        let port = self.address.rsplit(':').next().unwrap_or_default();
        port.parse().with_context(|| format!("{} has no port", self.address))
    }

    fn get(&self, path: &str, compressed: bool) -> anyhow::Result<Answer> {
        let mut stream = TcpStream::connect(&self.address)?;
        let encoding = if compressed { "br" } else { "identity" };
        let host = &self.address;
        // HTTP/1.0: the body ends where the connection does.
        write!(stream, "GET {path} HTTP/1.0\r\nhost: {host}\r\naccept-encoding: {encoding}\r\n\r\n")?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        let end = answer.windows(4).position(|four| four == b"\r\n\r\n").context("no HTTP answer")?;
        let head = String::from_utf8_lossy(&answer[..end]).into_owned();
        if !head.lines().next().is_some_and(|line| line.contains(" 200")) {
            bail!("{path} is not there: {}", head.lines().next().unwrap_or_default());
        }
        Ok(Answer { body: answer.split_off(end + 4) })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has nothing to keep.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The files of one list of the built service worker: `files`, that every phone fetches at once, or `rest`.
fn files_of(script: &str, kind: &str) -> anyhow::Result<Vec<String>> {
    let line =
        script.lines().find_map(|line| line.strip_prefix("const BUILD = ")).context("no list of files")?;
    let list: Value = serde_json::from_str(line.trim_end_matches(';'))?;
    let files = list[kind].as_array().context("a list without files")?;
    Ok(files.iter().filter_map(|file| file.as_str().map(str::to_owned)).collect())
}

fn grouped(bytes: usize) -> String {
    let digits = bytes.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_are_those_that_every_phone_fetches() {
        let script = "// words\nconst BUILD = {\"id\":\"1\",\"files\":[\"/a.js\",\"/b.css\"],\"rest\":[\"/c.wasm\"],\"later\":[\"/codes.js\"]};\nself.x = 1;";
        assert_eq!(files_of(script, "files").unwrap(), ["/a.js", "/b.css"]);
        assert_eq!(files_of(script, "rest").unwrap(), ["/c.wasm"]);
        assert!(files_of("const BUILD = /*BUILD*/null;", "files").is_err());
    }

    #[test]
    fn bytes_are_read_in_threes() {
        assert_eq!([7, 999, 1000, 1_571_684].map(grouped), ["7", "999", "1,000", "1,571,684"]);
    }
}
