//! Servers in memory, each written from what its kind's specification and sources say, none from our own code.

mod couchdb;
mod doorstep;
mod fhir;
mod file_drop;
mod openrosa;
mod postgrest;
mod s3;
mod webhook;

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use doorstep_delivery::submission::content_hash;
use doorstep_delivery::transport::{Request, Response};
use serde_json::Value as Json;

/// An answer with a type.
fn answered(status: u16, media_type: &str, body: impl Into<Vec<u8>>) -> Response {
    let headers = vec![
        ("content-type".to_owned(), media_type.to_owned()),
        ("date".to_owned(), "Mon, 23 Nov 2026 02:00:01 GMT".to_owned()),
    ];
    Response { status, headers, body: body.into() }
}

/// A request's header.
fn header<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    request.headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.as_str())
}

/// The files that a body of JSON names: within it, or uploaded before. Each is what its hash says.
fn inline_files(named: &Json, uploads: &BTreeMap<String, Vec<u8>>) -> BTreeMap<String, Vec<u8>> {
    let file = |file: &Json| {
        let hash = file["sha256"].as_str().unwrap();
        let bytes = match file.get("data") {
            Some(data) => STANDARD.decode(data.as_str().unwrap()).unwrap(),
            None => uploads[hash].clone(),
        };
        assert_eq!(content_hash(&bytes), hash);
        assert!(file.get("data").is_some() || file["url"].as_str().unwrap().ends_with(hash));
        (file["name"].as_str().unwrap().to_owned(), bytes)
    };
    named.as_array().into_iter().flatten().map(file).collect()
}
