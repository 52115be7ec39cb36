//! A server that signs and a store that checks: each address is good for its method and key, once; `If-None-Match: *` never overwrites.

use std::collections::{BTreeMap, BTreeSet};

use doorstep_delivery::backend::any::AnyBackend;
use doorstep_delivery::backend::{Backend, SendErrorKind};
use doorstep_delivery::credentials::{Credential, Login, Secret};
use doorstep_delivery::memory_store::ready;
use doorstep_delivery::submission::content_hash;
use doorstep_delivery::transport::{MemoryTransport, Method, Request, Response};
use serde_json::{Value as Json, json};

use super::{answered, header};
use crate::configured;
use crate::parcel::Sent;
use crate::suite::{Held, Peer, keeps_its_word};

#[derive(Default)]
struct Store {
    objects: BTreeMap<String, Vec<u8>>,
    signed: BTreeSet<String>,
    count: u32,
    /// Every address is too old when it comes.
    slow: bool,
}

const BUCKET: &str = "https://s3.example/bucket/";

impl Store {
    fn sign(&mut self, request: &Request) -> Response {
        assert_eq!(header(request, "authorization"), Some("Bearer device"));
        let wanted: Json = serde_json::from_slice(request.body.as_deref().unwrap()).unwrap();
        self.count += 1;
        let (method, key) = (wanted["method"].as_str().unwrap(), wanted["key"].as_str().unwrap());
        assert!(key.ends_with(wanted["sha256"].as_str().unwrap()));
        let url = format!("{BUCKET}{key}?X-Amz-Signature={}", self.count);
        if !self.slow {
            self.signed.insert(format!("{method} {url}"));
        }
        let signed = json!({"url": url, "headers": {"x-amz-content-sha256": "UNSIGNED-PAYLOAD", "Host": "s3.example"}});
        answered(200, "application/json", signed.to_string())
    }
}

fn failed(status: u16, code: &str) -> Response {
    let body = format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>because</Message></Error>");
    answered(status, "application/xml", body)
}

impl Peer for Store {
    fn empty() -> Store {
        Store::default()
    }

    fn backend() -> AnyBackend {
        let fields = r#""kind": "s3", "sign_url": "https://home.example/api/v1/sign", "prefix": "surveys/""#;
        configured(fields, Credential { login: Login::Bearer(Secret::new("device")), signing: None })
    }

    fn answer(&mut self, request: &Request) -> Response {
        if request.method == Method::Post {
            return self.sign(request);
        }
        assert_eq!(header(request, "authorization"), None, "the store is not told who sends");
        assert_eq!(header(request, "x-amz-content-sha256"), Some("UNSIGNED-PAYLOAD"));
        assert_eq!(header(request, "host"), None);
        if !self.signed.remove(&format!("{} {}", request.method.name(), request.url)) {
            return failed(403, "AccessDenied");
        }
        let key = request.url.strip_prefix(BUCKET).unwrap().split('?').next().unwrap().to_owned();
        if request.method == Method::Get {
            return match self.objects.get(&key) {
                Some(bytes) => answered(200, "application/json", bytes.clone()),
                None => failed(404, "NoSuchKey"),
            };
        }
        assert_eq!((request.method, header(request, "if-none-match")), (Method::Put, Some("*")));
        if self.objects.contains_key(&key) {
            return failed(412, "PreconditionFailed");
        }
        self.objects.insert(key, request.body.clone().unwrap());
        answered(200, "application/xml", "")
    }

    fn held(&self, id: &str) -> Vec<Held> {
        let prefix = format!("surveys/sub/{id}/");
        let envelopes = self.objects.iter().filter(|(key, _)| key.starts_with(&prefix));
        envelopes
            .map(|(key, bytes)| {
                let hash = key.strip_prefix(&prefix).unwrap();
                assert_eq!(content_hash(bytes), hash);
                let sealed: Json = serde_json::from_slice(bytes).unwrap();
                let named = sealed["attachments"].as_array().unwrap().iter();
                let file = |file: &Json| {
                    let bytes =
                        self.objects.get(&format!("surveys/files/{}", file["sha256"].as_str().unwrap()));
                    Some((file["name"].as_str().unwrap().to_owned(), bytes?.clone()))
                };
                Held { mark: hash.to_owned(), files: named.filter_map(file).collect() }
            })
            .collect()
    }
}

#[test]
fn a_store_behind_signatures_keeps_its_word() {
    keeps_its_word::<Store>();
}

#[test]
fn an_address_that_ran_out_is_asked_for_again_and_then_waited_for() {
    let (sent, mut store) = (Sent::new(true), Store { slow: true, ..Store::default() });
    let transport = MemoryTransport::new(|request: Request| Ok(store.answer(&request)));
    let error = ready(Store::backend().send(&sent, &transport)).unwrap_err();
    assert_eq!((error.kind, &*error.words), (SendErrorKind::Busy, "because"));
    assert_eq!((store.count, store.objects.len()), (2, 0));

    store.slow = false;
    let mut late = true;
    let transport = MemoryTransport::new(|request: Request| {
        if request.method == Method::Put && std::mem::take(&mut late) {
            return Ok(failed(403, "AccessDenied"));
        }
        Ok(store.answer(&request))
    });
    assert!(ready(Store::backend().send(&sent, &transport)).is_ok());
}

#[test]
fn an_address_that_leads_elsewhere_is_not_followed() {
    for url in ["http://s3.example/x", "file:///etc/passwd", "//other.example/x", ""] {
        let transport = MemoryTransport::new(|request: Request| {
            assert_eq!(request.method, Method::Post, "nothing goes to {}", request.url);
            Ok(answered(200, "application/json", json!({"url": url}).to_string()))
        });
        let error = ready(Store::backend().send(&Sent::new(false), &transport)).unwrap_err();
        assert_eq!(error.kind, SendErrorKind::NotTheServer);
    }
}
