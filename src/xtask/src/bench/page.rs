//! The measured page's files on a loopback port, for as long as the benchmark runs.
//!
//! The page is isolated from other origins, which makes its clock step by 5 µs instead of 100.

use anyhow::Context;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

/// Where the page is served, with the folder behind each first step of a path.
pub struct Page {
    port: u16,
}

/// A first step of the path, and the folder or file that it stands for.
pub type Mount = (String, PathBuf);

impl Page {
    /// Serves `mounts` from a thread of its own; the last one that fits is taken.
    pub fn serve(mounts: Vec<Mount>) -> anyhow::Result<Page> {
        Page::serve_as(mounts, false)
    }

    /// The same as a web server in use would: compressed where there is a `.br` beside a file, and what pages are made of kept by the browser.
    pub fn deploy(mounts: Vec<Mount>) -> anyhow::Result<Page> {
        Page::serve_as(mounts, true)
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }

    fn serve_as(mounts: Vec<Mount>, deployed: bool) -> anyhow::Result<Page> {
        let listener = TcpListener::bind("127.0.0.1:0").context("no port is free")?;
        let port = listener.local_addr()?.port();
        let mounts: Arc<[Mount]> = mounts.into();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let mounts = mounts.clone();
                // One each: a browser opens some before it knows what it will ask for.
                std::thread::spawn(move || {
                    // A browser that hangs up in between asks again.
                    let _ = answer(stream, &mounts, deployed);
                });
            }
        });
        Ok(Page { port })
    }

    /// The page's address.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/", self.port)
    }
}

fn answer(mut stream: TcpStream, mounts: &[Mount], deployed: bool) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut first = String::new();
    reader.read_line(&mut first)?;
    let mut line = String::new();
    while reader.read_line(&mut line)? > 2 {
        line.clear();
    }
    let asked = first.split(' ').nth(1).and_then(|path| path.split('?').next()).unwrap_or("/");
    let found = file(asked, mounts).and_then(|path| {
        let path = if path.is_dir() { path.join("index.html") } else { path };
        let compressed = deployed.then(|| std::fs::read(format!("{}.br", path.display())).ok()).flatten();
        let mut more =
            if compressed.is_some() { "content-encoding: br\r\n".to_owned() } else { String::new() };
        if deployed {
            let lasts = matches!(
                path.extension().and_then(|extension| extension.to_str()),
                Some("js" | "css" | "woff" | "woff2")
            );
            let how = if lasts { "public, max-age=31536000, immutable" } else { "no-cache" };
            more += &format!("cache-control: {how}\r\n");
        }
        Some((compressed.or_else(|| std::fs::read(&path).ok())?, format!("{}\r\n{more}", kind(&path))))
    });
    let (status, body, kind) = match found {
        Some((body, kind)) => ("200 OK", body, kind),
        None => ("404 Not Found", Vec::new(), "text/plain\r\n".to_owned()),
    };
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: {kind}content-length: {}\r\nconnection: close\r\n\
         cross-origin-opener-policy: same-origin\r\ncross-origin-embedder-policy: require-corp\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes())?;
    stream.write_all(&body)
}

/// The file behind a path, which may not climb out of its folder.
fn file(asked: &str, mounts: &[Mount]) -> Option<PathBuf> {
    let asked = if asked == "/" { "/index.html" } else { asked };
    let (rest, folder) = mounts
        .iter()
        .rev()
        .find_map(|(prefix, folder)| Some((asked.strip_prefix(prefix.as_str())?, folder)))?;
    let rest = Path::new(rest);
    let down = rest.components().all(|step| matches!(step, Component::Normal(_)));
    down.then(|| if rest.as_os_str().is_empty() { folder.clone() } else { folder.join(rest) })
}

fn kind(path: &Path) -> &'static str {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json") => "application/json; charset=utf-8",
        Some("wasm") => "application/wasm",
        _ => "text/plain; charset=utf-8",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_into_their_folders_and_not_out_of_them() {
        let mounts = vec![
            ("/".into(), "/page".into()),
            ("/peers/".into(), "/npm".into()),
            ("/forms/0".into(), "/a.xml".into()),
        ];
        let file = |asked: &str| file(asked, &mounts);
        assert_eq!(file("/"), Some("/page/index.html".into()));
        assert_eq!(file("/peers/a/b.js"), Some("/npm/a/b.js".into()));
        assert_eq!(file("/forms/0"), Some("/a.xml".into()));
        assert_eq!(file("/peers/../secret"), None);
        assert_eq!(file("//etc/passwd"), None);
    }
}
