//! PouchDB's server, with a database of its own for each try.

use std::cell::Cell;
use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use doorstep_delivery::backend::any::AnyBackend;
use doorstep_delivery::credentials::Credential;
use doorstep_delivery::submission::content_hash;
use doorstep_delivery::transport::{Method, Request, Response};
use serde_json::Value as Json;

use crate::suite::{Held, Peer, keeps_its_word};
use crate::{configured, http, server};

thread_local! {
    static PORT: Cell<u16> = const { Cell::new(0) };
    static DATABASES: Cell<u32> = const { Cell::new(0) };
}

struct Database(u32);

impl Peer for Database {
    fn empty() -> Database {
        let database = DATABASES.get() + 1;
        DATABASES.set(database);
        let created = http::send(PORT.get(), &format!("/db{database}"), &http::bare(Method::Put, None));
        assert_eq!(created.status, 201, "{}", String::from_utf8_lossy(&created.body));
        Database(database)
    }

    fn backend() -> AnyBackend {
        configured(r#""kind": "couchdb", "url": "https://couch.example/db""#, Credential::default())
    }

    fn answer(&mut self, request: &Request) -> Response {
        let path = request.url.strip_prefix("https://couch.example/db").unwrap();
        http::send(PORT.get(), &format!("/db{}{path}", self.0), request)
    }

    fn held(&self, id: &str) -> Vec<Held> {
        let path = format!("/db{}/_all_docs?include_docs=true&attachments=true", self.0);
        let mut request = http::bare(Method::Get, None);
        request.headers.push(("accept".into(), "application/json".into()));
        let all: Json = serde_json::from_slice(&http::send(PORT.get(), &path, &request).body).unwrap();
        let documents = all["rows"].as_array().unwrap().iter().map(|row| &row["doc"]);
        documents.filter(|document| document["_id"] == id).map(held).collect()
    }

    fn files_go_alone() -> bool {
        false
    }
}

fn held(document: &Json) -> Held {
    let attachments = document["_attachments"].as_object().into_iter().flatten();
    let file = |(name, attachment): (&String, &Json)| {
        let bytes = STANDARD.decode(attachment["data"].as_str().unwrap()).unwrap();
        (name.strip_prefix("files/").unwrap().to_owned(), bytes)
    };
    let files: BTreeMap<String, Vec<u8>> = attachments.map(file).collect();
    Held { mark: content_hash(document["sealed"].as_str().unwrap().as_bytes()), files }
}

#[test]
fn pouchdbs_server_keeps_its_word() {
    if server::skipped() {
        return;
    }
    let folder = server::folder("couchdb");
    let running = server::node("couchdb.cjs", &folder);
    PORT.set(running.port);
    keeps_its_word::<Database>();
    drop(running);
    std::fs::remove_dir_all(folder).unwrap();
}
