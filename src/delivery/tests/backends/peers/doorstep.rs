//! Doorstep's own server, as its wire contract has it.

use std::collections::BTreeMap;

use doorstep_delivery::backend::any::AnyBackend;
use doorstep_delivery::credentials::Credential;
use doorstep_delivery::submission::content_hash;
use doorstep_delivery::transport::{Request, Response};
use serde_json::{Value as Json, json};

use super::answered;
use crate::configured;
use crate::suite::{Held, Peer, keeps_its_word};

#[derive(Default)]
struct Doorstep {
    rows: BTreeMap<String, Held>,
    files: BTreeMap<String, Vec<u8>>,
}

impl Peer for Doorstep {
    fn empty() -> Doorstep {
        Doorstep::default()
    }

    fn backend() -> AnyBackend {
        configured(r#""kind": "doorstep", "url": "https://home.example""#, Credential::default())
    }

    fn answer(&mut self, request: &Request) -> Response {
        let body = request.body.clone().unwrap();
        let hash = content_hash(&body);
        let name = request.url.rsplit('/').next().unwrap().to_owned();
        let failed = |code: &str| json!({"error": {"code": code, "reason": "because"}}).to_string();
        if request.url.contains("/attachments/") {
            assert_eq!(hash, name);
            self.files.insert(hash.clone(), body);
            return answered(201, "application/json", json!({"attachment": {"hash": hash}}).to_string());
        }
        let sealed: Json = serde_json::from_slice(&body).unwrap();
        let mut files = BTreeMap::new();
        for file in sealed["attachments"].as_array().unwrap() {
            let Some(bytes) = self.files.get(file["sha256"].as_str().unwrap()) else {
                return answered(409, "application/json", failed("attachment_missing"));
            };
            files.insert(file["name"].as_str().unwrap().to_owned(), bytes.clone());
        }
        let first = self.rows.entry(name.clone()).or_insert(Held { mark: hash.clone(), files });
        if first.mark != hash {
            return answered(409, "application/json", failed("id_taken"));
        }
        let receipt =
            json!({"receipt": {"id": name, "hash": hash, "server_time": "2026-11-23T02:00:01.000Z"}});
        answered(201, "application/json", receipt.to_string())
    }

    fn held(&self, id: &str) -> Vec<Held> {
        self.rows.get(id).cloned().into_iter().collect()
    }
}

#[test]
fn doorsteps_own_server_keeps_its_word() {
    keeps_its_word::<Doorstep>();
}
