//! The app's files, all in memory since the start, so that no request can name a file of the machine.
//!
//! Files with a hash in their name never change and are kept by browsers for good; all others are asked for again each time.
//! A path that names no file and looks like a page (no dot in its last part) is the app's, which has its own routes; at and below
//! `/office` and `/design` it is the administrator's pages' and the designer's, which are programs of their own.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use bytes::Bytes;
use doorstep_delivery::submission::content_hash;

use crate::headers::content_security_policy;

/// Where files come from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Files {
    /// None at all.
    Nothing,
    /// A folder.
    Folder(PathBuf),
    /// The program itself, by name from the folder's top.
    Embedded(&'static [(&'static str, &'static [u8])]),
}

impl Files {
    /// The app inside this program; `None` unless it was built with the feature `embed`.
    pub fn embedded_app() -> Option<Files> {
        #[cfg(feature = "embed")]
        return Some(Files::Embedded(crate::embedded::APP));
        #[cfg(not(feature = "embed"))]
        None
    }

    /// The forms inside this program; `None` unless it was built with the feature `embed`.
    pub fn embedded_forms() -> Option<Files> {
        #[cfg(feature = "embed")]
        return Some(Files::Embedded(crate::embedded::FORMS));
        #[cfg(not(feature = "embed"))]
        None
    }

    /// All files by their name from the top, with `/` between the parts.
    pub(crate) fn read(&self) -> io::Result<BTreeMap<String, Bytes>> {
        match self {
            Files::Nothing => Ok(BTreeMap::new()),
            Files::Folder(folder) => {
                let mut files = BTreeMap::new();
                collect(folder, "", &mut files)?;
                Ok(files)
            }
            Files::Embedded(files) => Ok(files
                .iter()
                .map(|(name, bytes)| ((*name).to_owned(), Bytes::from_static(bytes)))
                .collect()),
        }
    }
}

fn collect(folder: &Path, prefix: &str, files: &mut BTreeMap<String, Bytes>) -> io::Result<()> {
    let named = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", folder.display()));
    for entry in std::fs::read_dir(folder).map_err(named)? {
        let entry = entry.map_err(named)?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            collect(&entry.path(), &format!("{name}/"), files)?;
        } else {
            files.insert(name, std::fs::read(entry.path()).map_err(named)?.into());
        }
    }
    Ok(())
}

/// One thing that is sent as it is, perhaps compressed.
#[derive(Debug)]
pub(crate) struct Asset {
    pub(crate) plain: Bytes,
    pub(crate) brotli: Option<Bytes>,
    pub(crate) content_type: HeaderValue,
    pub(crate) immutable: bool,
    /// In quotes, as the header has it.
    pub(crate) etag: HeaderValue,
}

impl Asset {
    /// A thing of a content type.
    pub(crate) fn new(
        plain: Bytes,
        brotli: Option<Bytes>,
        content_type: &'static str,
        immutable: bool,
    ) -> Asset {
        let etag = format!("\"{}\"", &content_hash(&plain)[..32]);
        Asset {
            plain,
            brotli,
            content_type: HeaderValue::from_static(content_type),
            immutable,
            etag: HeaderValue::from_str(&etag).expect("hex is a header"),
        }
    }

    /// Its answer to a GET with those headers.
    pub(crate) fn answer(&self, asked: &HeaderMap) -> Response<Body> {
        let known = asked.get(header::IF_NONE_MATCH).is_some_and(|tags| {
            tags.as_bytes().split(|byte| *byte == b',').any(|tag| tag.trim_ascii() == self.etag.as_bytes())
        });
        let compressed = self.brotli.as_ref().filter(|_| accepts_brotli(asked));
        let mut response = Response::new(match (known, compressed) {
            (true, _) => Body::empty(),
            (false, Some(brotli)) => Body::from(brotli.clone()),
            (false, None) => Body::from(self.plain.clone()),
        });
        if known {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
        }
        let cache = if self.immutable { "public, max-age=31536000, immutable" } else { "no-cache" };
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, self.content_type.clone());
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
        headers.insert(header::ETAG, self.etag.clone());
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        if compressed.is_some() && !known {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
        }
        response
    }
}

fn accepts_brotli(asked: &HeaderMap) -> bool {
    asked.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok()).any(|value| {
        value.split(',').any(|coding| {
            let (name, quality) = coding.split_once(';').unwrap_or((coding, ""));
            let refused = quality.trim().trim_start_matches("q=").parse() == Ok(0.0);
            name.trim().eq_ignore_ascii_case("br") && !refused
        })
    })
}

/// The service worker's script.
const WORKER: &str = "sw.js";

/// Names the origins in the service worker. It keeps the page with the policy that the page came with: told apart by these
/// names, browsers fetch both anew once the policy has changed.
fn sign_worker(files: &mut BTreeMap<String, Bytes>, origins: &BTreeSet<&str>) {
    let Some(worker) = files.get(WORKER).filter(|_| !origins.is_empty()) else { return };
    let named: String = origins.iter().map(|origin| format!(" {origin}")).collect();
    let signed = [&worker[..], format!("\n// connect-src:{named}\n").as_bytes()].concat();
    files.insert(WORKER.to_owned(), signed.into());
    // The compressed twin has them not.
    files.remove(&format!("{WORKER}.br"));
}

/// The app's page.
const PAGE: &str = "index.html";
/// The administrator's.
const OFFICE: &str = "office.html";
/// The form designer's.
const DESIGN: &str = "design.html";

/// The app, ready to be served.
#[derive(Debug)]
pub(crate) struct App {
    assets: BTreeMap<String, Arc<Asset>>,
    /// The content security policy that fits its pages.
    pub(crate) policy: HeaderValue,
}

impl App {
    /// Reads all files. A file `x.br` is the compressed `x`. Pages may send to these origins besides their own server.
    ///
    /// # Errors
    /// If a file can't be read, or there are files but no `index.html`: then it is the wrong folder.
    pub(crate) fn read(source: &Files, origins: &BTreeSet<&str>) -> io::Result<App> {
        let mut files = source.read()?;
        sign_worker(&mut files, origins);
        if *source != Files::Nothing && !files.contains_key(PAGE) {
            return Err(io::Error::new(io::ErrorKind::NotFound, "there is no index.html among them"));
        }
        let pages = [PAGE, OFFICE, DESIGN].map(|name| files.get(name).cloned().unwrap_or_default());
        let pages = String::from_utf8_lossy(&pages.concat()).into_owned();
        let names: Vec<String> = files.keys().cloned().collect();
        let mut assets = BTreeMap::new();
        for name in names {
            if name
                .strip_suffix(".br")
                .is_some_and(|plain| files.contains_key(plain) || assets.contains_key(plain))
            {
                continue;
            }
            let Some(plain) = files.remove(&name) else { continue };
            let brotli = files.get(&format!("{name}.br")).cloned();
            let asset = Asset::new(plain, brotli, content_type(&name), is_hashed(&name));
            assets.insert(name, Arc::new(asset));
        }
        Ok(App { assets, policy: content_security_policy(&pages, origins) })
    }

    /// The file at a path of the address (`/app.css`), or the app's page where the path looks like one.
    pub(crate) fn find(&self, path: &str) -> Option<&Arc<Asset>> {
        let name = path.trim_start_matches('/');
        let last = name.rsplit('/').next().unwrap_or_default();
        match self.assets.get(name) {
            Some(asset) => Some(asset),
            None if last.contains('.') => None,
            None => match name.split('/').next() {
                Some("office") => self.assets.get(OFFICE),
                Some("design") => self.assets.get(DESIGN),
                Some(_) | None => self.assets.get(PAGE),
            },
        }
    }
}

/// Trunk's names, of up to sixteen digits, none of them a leading zero: `app-1a2b3c4d5e6f7a8b.js`, `app-1a2b3c4d5e6f7a8b_bg.wasm`.
fn is_hashed(name: &str) -> bool {
    name.split(['-', '_', '.', '/'])
        .any(|part| part.len() >= 14 && part.bytes().all(|b| b.is_ascii_hexdigit()))
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_with_a_hash_never_change() {
        for name in
            ["app-1a2b3c4d5e6f7a8b.js", "app-1a2b3c4d5e6f7a8b_bg.wasm", "snippets/x-1a2b3c4d5e6f7a8b/in.js"]
        {
            assert!(is_hashed(name), "{name}");
        }
        for name in ["index.html", "sw.js", "icons/icon-512.png", "facade.css", "deadbeef.js"] {
            assert!(!is_hashed(name), "{name}");
        }
    }

    #[test]
    fn brotli_is_sent_to_those_who_take_it() {
        let accepts = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, value.parse().unwrap());
            accepts_brotli(&headers)
        };
        assert!(accepts("gzip, deflate, br"));
        assert!(accepts("br;q=0.5"));
        assert!(!accepts("br;q=0, gzip"));
        assert!(!accepts("brotli"));
        assert!(!accepts_brotli(&HeaderMap::new()));
    }

    #[test]
    fn a_folder_without_a_page_is_the_wrong_one() {
        assert!(App::read(&Files::Embedded(&[("a.css", b"")]), &BTreeSet::new()).is_err());
        assert!(App::read(&Files::Nothing, &BTreeSet::new()).unwrap().find("/").is_none());
    }

    #[test]
    fn a_policy_for_other_origins_makes_another_service_worker() {
        static FILES: &[(&str, &[u8])] = &[("index.html", b""), ("sw.js", b"work()"), ("sw.js.br", b"x")];
        let worker = |origins: &[&'static str]| {
            let app = App::read(&Files::Embedded(FILES), &origins.iter().copied().collect()).unwrap();
            let worker = app.find("/sw.js").unwrap();
            (worker.plain.clone(), worker.brotli.is_some())
        };
        assert_eq!(worker(&[]), (Bytes::from_static(b"work()"), true));
        let named = "work()\n// connect-src: https://a.example https://b.example\n";
        assert_eq!(worker(&["https://b.example", "https://a.example"]), (named.into(), false));
    }

    #[test]
    fn office_and_designer_have_pages_of_their_own_whose_scripts_the_policy_allows() {
        static FILES: &[(&str, &[u8])] = &[
            ("index.html", b"<script>a()</script>"),
            ("office.html", b"<script>b()</script>"),
            ("design.html", b"<script>c()</script>"),
        ];
        let app = App::read(&Files::Embedded(FILES), &BTreeSet::new()).unwrap();
        let found = |path| app.find(path).map(|asset| asset.plain.clone());
        for path in ["/office", "/office/", "/office/users/1", "/office.html"] {
            assert_eq!(found(path).as_deref(), Some(&b"<script>b()</script>"[..]), "{path}");
        }
        for path in ["/design", "/design/0123", "/design.html"] {
            assert_eq!(found(path).as_deref(), Some(&b"<script>c()</script>"[..]), "{path}");
        }
        for path in ["/", "/officer", "/draft/office", "/designer"] {
            assert_eq!(found(path).as_deref(), Some(&b"<script>a()</script>"[..]), "{path}");
        }
        assert_eq!(found("/office/x.js"), None);
        assert_eq!(app.policy.to_str().unwrap().matches("'sha256-").count(), 3);
    }

    #[test]
    fn a_path_without_a_dot_is_the_apps_page_and_no_path_leaves_the_app() {
        static FILES: &[(&str, &[u8])] =
            &[("index.html", b"<p>"), ("index.html.br", b"x"), ("a/b.css", b"b{}"), ("lonely.br", b"l")];
        let app = App::read(&Files::Embedded(FILES), &BTreeSet::new()).unwrap();
        let found = |path| app.find(path).map(|asset| asset.plain.clone());
        for path in ["/", "/index.html", "/forms/household-needs", "/draft/1"] {
            assert_eq!(found(path).as_deref(), Some(&b"<p>"[..]), "{path}");
        }
        assert_eq!(found("/a/b.css").as_deref(), Some(&b"b{}"[..]));
        assert_eq!(app.find("/").unwrap().brotli.as_deref(), Some(&b"x"[..]));
        assert_eq!(found("/lonely.br").as_deref(), Some(&b"l"[..]));
        for path in ["/index.html.br", "/../Cargo.toml", "/a/../../x.txt", "/a/b.js"] {
            assert_eq!(found(path), None, "{path}");
        }
    }
}
