//! A CouchDB of one document's worth: revisions, conflicts, inline attachments given back as stubs, 202 below the quorum.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
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
struct CouchDb {
    documents: BTreeMap<String, (Json, BTreeMap<String, Vec<u8>>)>,
}

impl Peer for CouchDb {
    fn empty() -> CouchDb {
        CouchDb::default()
    }

    fn backend() -> AnyBackend {
        let login = Login::Basic { user: "office".into(), password: Secret::new("p:w") };
        configured(
            r#""kind": "couchdb", "url": "https://couch.example/surveys/""#,
            Credential { login, signing: None },
        )
    }

    fn answer(&mut self, request: &Request) -> Response {
        let basic = format!("Basic {}", STANDARD.encode("office:p:w"));
        assert_eq!(header(request, "authorization"), Some(&*basic));
        let id = request.url.strip_prefix("https://couch.example/surveys/").unwrap().to_owned();
        let json = |status, body: Json| answered(status, "application/json", body.to_string());
        if request.method == Method::Get {
            let Some((document, files)) = self.documents.get(&id) else {
                return json(404, json!({"error": "not_found", "reason": "missing"}));
            };
            let mut document = document.clone();
            document["_id"] = json!(id);
            document["_rev"] = json!("1-0");
            let stub = |(name, bytes): (&String, &Vec<u8>)| {
                let stub = json!({"content_type": "image/jpeg", "revpos": 1, "digest": "md5-", "length": bytes.len(), "stub": true});
                (name.clone(), stub)
            };
            document["_attachments"] = Json::Object(files.iter().map(stub).collect());
            return json(200, document);
        }
        assert_eq!(request.method, Method::Put);
        if self.documents.contains_key(&id) {
            return json(409, json!({"error": "conflict", "reason": "Document update conflict."}));
        }
        let mut document: Json = serde_json::from_slice(request.body.as_deref().unwrap()).unwrap();
        let attachments = document.as_object_mut().unwrap().remove("_attachments").unwrap_or(json!({}));
        assert!(document.as_object().unwrap().keys().all(|name| !name.starts_with('_')));
        let mut files = BTreeMap::new();
        for (name, attachment) in attachments.as_object().unwrap() {
            assert!(!name.starts_with('_'));
            files.insert(name.clone(), STANDARD.decode(attachment["data"].as_str().unwrap()).unwrap());
        }
        self.documents.insert(id.clone(), (document, files));
        json(201, json!({"ok": true, "id": id, "rev": "1-0"}))
    }

    fn held(&self, id: &str) -> Vec<Held> {
        let found = self.documents.get(id).into_iter();
        let plain = |name: &String| name.strip_prefix("files/").unwrap().to_owned();
        found
            .map(|(document, files)| Held {
                mark: content_hash(document["sealed"].as_str().unwrap().as_bytes()),
                files: files.iter().map(|(name, bytes)| (plain(name), bytes.clone())).collect(),
            })
            .collect()
    }

    fn files_go_alone() -> bool {
        false
    }
}

#[test]
fn couchdb_keeps_its_word() {
    keeps_its_word::<CouchDb>();
}

#[test]
fn below_the_quorum_nothing_counts_until_it_is_read_back() {
    let (sent, mut couch) = (Sent::new(true), CouchDb::default());
    // The node that took it dies with it; the next one keeps it, and it takes a moment until it is seen.
    let mut tries = 0;
    let transport = MemoryTransport::new(|request: Request| {
        tries += 1;
        Ok(match (tries, request.method) {
            (1, _) => answered(202, "application/json", r#"{"ok":true,"id":"x","rev":"1-0"}"#),
            (4, Method::Get) => {
                answered(404, "application/json", r#"{"error":"not_found","reason":"missing"}"#)
            }
            _ => couch.answer(&request),
        })
    });
    let send = || ready(CouchDb::backend().send(&sent, &transport)).map_err(|error| error.kind);
    assert_eq!(send(), Err(SendErrorKind::Busy));
    assert_eq!(send(), Err(SendErrorKind::Busy));
    assert!(send().is_ok());
}

#[test]
fn a_file_that_is_not_as_it_was_sent_is_no_acceptance() {
    let (sent, mut couch) = (Sent::new(true), CouchDb::default());
    let transport = MemoryTransport::new(|request: Request| {
        let response = couch.answer(&request);
        if let Some((_, files)) = couch.documents.values_mut().next() {
            files.values_mut().for_each(|bytes| bytes.truncate(2));
        }
        Ok(response)
    });
    let error = ready(CouchDb::backend().send(&sent, &transport)).unwrap_err();
    assert_eq!(error.kind, SendErrorKind::NotItsReceipt);
}
