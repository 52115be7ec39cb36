//! Two stores that speak S3, and the server that signs for them, as Doorstep's would: AWS Signature Version 4 in the query.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html>

use std::cell::Cell;

use doorstep_delivery::backend::any::AnyBackend;
use doorstep_delivery::backend::{Backend, SendErrorKind};
use doorstep_delivery::credentials::Credential;
use doorstep_delivery::memory_store::ready;
use doorstep_delivery::submission::content_hash;
use doorstep_delivery::transport::{MemoryTransport, Method, Request, Response};
use hmac::{Hmac, Mac};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

use crate::parcel::Sent;
use crate::suite::{Held, Peer, keeps_its_word};
use crate::{configured, http, server};

thread_local! {
    static PORT: Cell<u16> = const { Cell::new(0) };
    static RUNS: Cell<u32> = const { Cell::new(0) };
}

/// The keys of one run of ours in the bucket, and those that were signed for.
struct Run {
    prefix: String,
    keys: Vec<String>,
    seconds: i64,
}

/// S3rver's own pair.
const KEY: &str = "S3RVER";
const SECRET: &str = "S3RVER";

fn hmac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

/// Path and query for so many seconds from now on; less than none is one that has run out.
fn signed(method: &str, key: &str, seconds: i64) -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs() as i64;
    let start = jiff::Timestamp::from_second(now + seconds.min(0) * 2).unwrap();
    let time = start.strftime("%Y%m%dT%H%M%SZ").to_string();
    let scope = format!("{}/us-east-1/s3/aws4_request", &time[..8]);
    let query = format!(
        "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={KEY}%2F{}&X-Amz-Date={time}&X-Amz-Expires={}&X-Amz-SignedHeaders=host",
        scope.replace('/', "%2F"),
        seconds.abs(),
    );
    let path = format!("/bucket/{key}");
    let canonical =
        format!("{method}\n{path}\n{query}\nhost:127.0.0.1:{}\n\nhost\nUNSIGNED-PAYLOAD", PORT.get());
    let hash = format!("{:x}", Sha256::digest(canonical.as_bytes()));
    let to_sign = format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{hash}");
    let mut signing = format!("AWS4{SECRET}").into_bytes();
    for part in scope.split('/') {
        signing = hmac(&signing, part);
    }
    let signature: String = hmac(&signing, &to_sign).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{path}?{query}&X-Amz-Signature={signature}")
}

impl Run {
    fn get(&self, key: &str) -> Option<Vec<u8>> {
        let response = http::send(PORT.get(), &signed("GET", key, 60), &http::bare(Method::Get, None));
        assert!(matches!(response.status, 200 | 404), "{}", response.status);
        (response.status == 200).then_some(response.body)
    }
}

impl Peer for Run {
    fn empty() -> Run {
        RUNS.set(RUNS.get() + 1);
        Run { prefix: format!("run{}/", RUNS.get()), keys: Vec::new(), seconds: 60 }
    }

    fn backend() -> AnyBackend {
        configured(r#""kind": "s3", "sign_url": "https://home.example/api/v1/sign""#, Credential::default())
    }

    fn answer(&mut self, request: &Request) -> Response {
        if request.url != "https://home.example/api/v1/sign" {
            let path = request.url.strip_prefix(&format!("http://127.0.0.1:{}", PORT.get())).unwrap();
            return http::send(PORT.get(), path, request);
        }
        let wanted: Json = serde_json::from_slice(request.body.as_deref().unwrap()).unwrap();
        let key = format!("{}{}", self.prefix, wanted["key"].as_str().unwrap());
        let path = signed(wanted["method"].as_str().unwrap(), &key, self.seconds);
        if !self.keys.contains(&key) {
            self.keys.push(key);
        }
        let body = json!({"url": format!("http://127.0.0.1:{}{path}", PORT.get())}).to_string();
        Response { status: 200, headers: Vec::new(), body: body.into_bytes() }
    }

    fn held(&self, id: &str) -> Vec<Held> {
        let envelopes = self.keys.iter().filter(|key| key.contains(&format!("/sub/{id}/")));
        let held = |key: &String| {
            let bytes = self.get(key)?;
            let sealed: Json = serde_json::from_slice(&bytes).unwrap();
            let file = |file: &Json| {
                let hash = file["sha256"].as_str().unwrap();
                Some((
                    file["name"].as_str().unwrap().to_owned(),
                    self.get(&format!("{}files/{hash}", self.prefix))?,
                ))
            };
            let files = sealed["attachments"].as_array().unwrap().iter().filter_map(file).collect();
            Some(Held { mark: content_hash(&bytes), files })
        };
        envelopes.filter_map(held).collect()
    }

    fn lasting(request: Request) -> Request {
        let key =
            |url: &str| url.split('?').next().unwrap().split_once("/run").map(|(_, key)| key.to_owned());
        let url =
            key(&request.url).map_or(request.url.clone(), |key| key.split_once('/').unwrap().1.to_owned());
        Request { url, ..request }
    }
}

/// An address that ran out is refused by the store itself, and nothing is lost by it.
fn an_old_address_is_waited_for() {
    let (sent, mut run) = (Sent::new(true), Run { seconds: -60, ..Run::empty() });
    let error = {
        let transport = MemoryTransport::new(|request: Request| Ok(run.answer(&request)));
        ready(Run::backend().send(&sent, &transport)).unwrap_err()
    };
    assert_eq!((error.kind, error.status), (SendErrorKind::Busy, Some(403)), "{error:?}");
    assert!(!error.words.is_empty());
    run.seconds = 60;
    let transport = MemoryTransport::new(|request: Request| Ok(run.answer(&request)));
    assert!(ready(Run::backend().send(&sent, &transport)).is_ok());
}

/// The second of two that write the same key is told that it is there.
fn nothing_is_overwritten() {
    let run = Run::empty();
    let key = format!("{}sub/x", run.prefix);
    let put = |bytes: &[u8]| {
        let mut request = http::bare(Method::Put, Some(bytes.to_vec()));
        request.headers.push(("if-none-match".into(), "*".into()));
        http::send(PORT.get(), &signed("PUT", &key, 60), &request).status
    };
    assert_eq!((put(b"first"), put(b"second")), (200, 412));
    assert_eq!(run.get(&key).unwrap(), b"first");
}

/// Signed anew by another implementation, each part of what is signed counts.
fn what_is_signed_otherwise_is_refused() {
    let run = Run::empty();
    let key = format!("{}sub/y", run.prefix);
    let put =
        |path: &str| http::send(PORT.get(), path, &http::bare(Method::Put, Some(b"bytes".to_vec()))).status;
    let right = signed("PUT", &key, 60);
    let (address, signature) = right.split_once("X-Amz-Signature=").unwrap();
    let other = if signature.starts_with('0') { "1" } else { "0" };
    for forged in [
        format!("{address}X-Amz-Signature={other}{}", &signature[1..]),
        right.replace("sub/y", "sub/z"),
        right.replace("X-Amz-Expires=60", "X-Amz-Expires=600"),
        signed("GET", &key, 60),
        signed("PUT", &key, -60),
        address.trim_end_matches('&').to_owned(),
    ] {
        assert_eq!(put(&forged), 403, "{forged}");
    }
    assert_eq!(run.get(&key), None);
    assert_eq!((put(&right), run.get(&key).as_deref()), (200, Some(&b"bytes"[..])));
}

#[test]
fn s3rver_which_lets_addresses_run_out_keeps_its_word() {
    if server::skipped() {
        return;
    }
    let folder = server::folder("s3rver");
    let running = server::node("s3rver.cjs", &folder);
    PORT.set(running.port);
    keeps_its_word::<Run>();
    an_old_address_is_waited_for();
    drop(running);
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn moto_which_keeps_conditions_behind_botocore_which_proves_signatures_keeps_its_word() {
    if server::skipped() {
        return;
    }
    let folder = server::folder("moto");
    let running = server::python("moto_server.py", &folder);
    PORT.set(running.port);
    keeps_its_word::<Run>();
    an_old_address_is_waited_for();
    nothing_is_overwritten();
    what_is_signed_otherwise_is_refused();
    drop(running);
    std::fs::remove_dir_all(folder).unwrap();
}
