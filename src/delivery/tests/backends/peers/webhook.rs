//! A receiver by Standard Webhooks and the idempotency draft: checks signature and digest, keeps key and hash, answers a replay alike.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use doorstep_delivery::backend::any::AnyBackend;
use doorstep_delivery::credentials::{Credential, Login, Secret};
use doorstep_delivery::submission::content_hash;
use doorstep_delivery::transport::{Method, Request, Response};
use hmac::{Hmac, Mac};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

use super::{answered, header, inline_files};
use crate::suite::{Held, Peer, keeps_its_word};
use crate::{NOW, configured};

/// What the receiver has of one submission: its hash, its fields and its files.
type Row = (String, Json, BTreeMap<String, Vec<u8>>);

#[derive(Default)]
struct Receiver {
    /// By idempotency key: the hash, the body and its files.
    rows: BTreeMap<String, Row>,
    /// By hash.
    uploads: BTreeMap<String, Vec<u8>>,
}

fn credential() -> Credential {
    Credential { login: Login::Bearer(Secret::new("t0ken")), signing: Some(Secret::new("whsec_aGFsbG8=")) }
}

impl Receiver {
    fn check(request: &Request) -> Json {
        assert_eq!((request.method, &*request.url), (Method::Post, "https://hook.example/in"));
        assert_eq!(header(request, "authorization"), Some("Bearer t0ken"));
        let body = request.body.as_deref().unwrap();
        let (id, time) =
            (header(request, "webhook-id").unwrap(), header(request, "webhook-timestamp").unwrap());
        assert_eq!(time.parse::<i64>().unwrap() * 1_000, NOW.ms);
        assert_eq!(header(request, "idempotency-key"), Some(&*format!("\"{id}\"")));
        let digest = STANDARD.encode(Sha256::digest(body));
        assert_eq!(header(request, "content-digest"), Some(&*format!("sha-256=:{digest}:")));
        let mut mac = Hmac::<Sha256>::new_from_slice(b"hallo").unwrap();
        mac.update(&[format!("{id}.{time}.").as_bytes(), body].concat());
        let signature = header(request, "webhook-signature").unwrap().strip_prefix("v1,").unwrap();
        mac.verify_slice(&STANDARD.decode(signature).unwrap()).unwrap();
        serde_json::from_slice(body).unwrap()
    }

    fn take(&mut self, request: &Request) -> Response {
        if let Some(hash) = request.url.strip_prefix("https://files.example/") {
            assert_eq!(header(request, "authorization"), None, "another server is not told who sends");
            let bytes = request.body.clone().unwrap();
            assert_eq!(content_hash(&bytes), hash);
            self.uploads.insert(hash.to_owned(), bytes);
            return answered(201, "text/plain", "");
        }
        let body = Receiver::check(request);
        let key = header(request, "webhook-id").unwrap().to_owned();
        let hash = header(request, "doorstep-hash").unwrap().to_owned();
        if let Some((known, ..)) = self.rows.get(&key) {
            if *known != hash {
                let problem = json!({"title": "this key came with another body"}).to_string();
                return answered(422, "application/problem+json", problem);
            }
        } else {
            let files = inline_files(&body["files"], &self.uploads);
            self.rows.insert(key.clone(), (hash.clone(), body, files));
        }
        answered(200, "application/json", json!({"id": key, "hash": hash}).to_string())
    }

    fn held(&self, id: &str) -> Vec<Held> {
        let rows = self.rows.get(id).into_iter();
        rows.map(|(hash, _, files)| Held { mark: hash.clone(), files: files.clone() }).collect()
    }
}

/// Echoes id and hash; files go to a server of their own first.
struct Echoing(Receiver);

impl Peer for Echoing {
    fn empty() -> Echoing {
        Echoing(Receiver::default())
    }

    fn backend() -> AnyBackend {
        let fields = r#""kind": "webhook", "url": "https://hook.example/in", "echoes": true, "files": {"upload": "https://files.example/{hash}"}"#;
        configured(fields, credential())
    }

    fn answer(&mut self, request: &Request) -> Response {
        self.0.take(request)
    }

    fn held(&self, id: &str) -> Vec<Held> {
        self.0.held(id)
    }
}

/// Says 204, compares nothing, gets its own names only, with the files within.
struct Bare(Receiver);

impl Peer for Bare {
    fn empty() -> Bare {
        Bare(Receiver::default())
    }

    fn backend() -> AnyBackend {
        let fields = r#""kind": "webhook", "url": "https://hook.example/in", "map": [
            {"to": "applicant.name", "path": "household/name"}, {"to": "files", "meta": "files"}, {"to": "ages", "path": "members/age"}]"#;
        configured(fields, credential())
    }

    fn answer(&mut self, request: &Request) -> Response {
        self.0.take(request);
        answered(204, "text/plain", "")
    }

    fn held(&self, id: &str) -> Vec<Held> {
        for (_, body, _) in self.0.rows.values() {
            let names: Vec<&String> = body.as_object().unwrap().keys().collect();
            assert_eq!(names, ["applicant", "files", "ages"]);
            assert_eq!(body["ages"], json!([70, 8]));
        }
        self.0.held(id)
    }

    fn files_go_alone() -> bool {
        false
    }
}

#[test]
fn an_echoing_receiver_keeps_its_word() {
    keeps_its_word::<Echoing>();
}

#[test]
fn a_receiver_that_only_says_2xx_keeps_its_word() {
    keeps_its_word::<Bare>();
}
