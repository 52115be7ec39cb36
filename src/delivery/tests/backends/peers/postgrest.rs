//! PostgREST over a table with a unique key: ignored duplicates come back as an empty array, policies as PostgreSQL says them.

use std::collections::BTreeMap;

use doorstep_delivery::backend::any::AnyBackend;
use doorstep_delivery::backend::{Backend, SendErrorKind};
use doorstep_delivery::credentials::{Credential, Login, Secret};
use doorstep_delivery::memory_store::ready;
use doorstep_delivery::transport::{MemoryTransport, Method, Request, Response};
use serde_json::{Value as Json, json};

use super::{answered, header, inline_files};
use crate::configured;
use crate::parcel::Sent;
use crate::suite::{Held, Peer, keeps_its_word};

#[derive(Default)]
struct PostgRest {
    rows: Vec<Json>,
    uploads: BTreeMap<String, Vec<u8>>,
    hides_rows: bool,
}

const TABLE: &str = "https://db.example/submission?";

impl PostgRest {
    fn selected(&self, rows: &[&Json]) -> Json {
        let shown = |row: &&&Json| !self.hides_rows || row.is_null();
        let columns =
            |row: &&Json| json!({"submission_id": row["submission_id"], "content_hash": row["content_hash"]});
        rows.iter().filter(shown).map(columns).collect()
    }
}

impl Peer for PostgRest {
    fn empty() -> PostgRest {
        PostgRest::default()
    }

    fn backend() -> AnyBackend {
        let fields = r#""kind": "postgrest", "url": "https://db.example/submission", "api_key": true,
            "map": [{"to": "head", "path": "household/name"}, {"to": "content_hash", "constant": "no column of ours"}],
            "files": {"upload": "https://db.example/storage/{hash}"}"#;
        configured(fields, Credential { login: Login::Bearer(Secret::new("jwt")), signing: None })
    }

    fn answer(&mut self, request: &Request) -> Response {
        assert_eq!(header(request, "authorization"), Some("Bearer jwt"));
        if let Some(hash) = request.url.strip_prefix("https://db.example/storage/") {
            self.uploads.insert(hash.to_owned(), request.body.clone().unwrap());
            return answered(200, "application/json", r#"{"Key":"x"}"#);
        }
        assert_eq!(header(request, "apikey"), Some("jwt"));
        let query = request.url.strip_prefix(TABLE).unwrap();
        let parameters: BTreeMap<&str, &str> =
            query.split('&').filter_map(|pair| pair.split_once('=')).collect();
        assert_eq!(parameters["select"], "submission_id,content_hash");
        let json = |status, body: Json| answered(status, "application/json; charset=utf-8", body.to_string());
        if request.method == Method::Get {
            let id = parameters["submission_id"].strip_prefix("eq.").unwrap();
            let found: Vec<&Json> = self.rows.iter().filter(|row| row["submission_id"] == id).collect();
            return json(200, self.selected(&found));
        }
        assert_eq!((request.method, parameters["on_conflict"]), (Method::Post, "submission_id"));
        assert_eq!(header(request, "prefer"), Some("resolution=ignore-duplicates,return=representation"));
        let row: Json = serde_json::from_slice(request.body.as_deref().unwrap()).unwrap();
        if self.rows.iter().any(|other| other["submission_id"] == row["submission_id"]) {
            return json(200, json!([]));
        }
        assert_eq!(row["head"], row["payload"]["data"]["visit"]["household"]["name"]);
        self.rows.push(row);
        json(201, self.selected(&[self.rows.last().unwrap()]))
    }

    fn held(&self, id: &str) -> Vec<Held> {
        let rows = self.rows.iter().filter(|row| row["submission_id"] == id);
        rows.map(|row| Held {
            mark: row["content_hash"].as_str().unwrap().to_owned(),
            files: inline_files(&row["payload"]["files"], &self.uploads),
        })
        .collect()
    }
}

#[test]
fn postgrest_keeps_its_word() {
    keeps_its_word::<PostgRest>();
}

#[test]
fn a_row_that_can_not_be_read_back_has_no_receipt() {
    let (sent, mut table) = (Sent::new(false), PostgRest { hides_rows: true, ..PostgRest::default() });
    let transport = MemoryTransport::new(|request: Request| Ok(table.answer(&request)));
    for _ in 0..2 {
        let error = ready(PostgRest::backend().send(&sent, &transport)).unwrap_err();
        assert_eq!((error.kind, error.kind.retry()), (SendErrorKind::Busy, doorstep_delivery::Retry::Later));
        assert!(error.words.contains("cannot be read back"));
    }
    assert_eq!(table.rows.len(), 1);
}

#[test]
fn another_constraint_in_the_way_is_looked_into() {
    let (sent, mut table) = (Sent::new(false), PostgRest::default());
    let mut first = true;
    let transport = MemoryTransport::new(|request: Request| {
        let response = table.answer(&request);
        Ok(match std::mem::take(&mut first) {
            true => answered(409, "application/json", r#"{"code":"23505","message":"duplicate key value"}"#),
            false => response,
        })
    });
    assert!(ready(PostgRest::backend().send(&sent, &transport)).is_ok());
}
