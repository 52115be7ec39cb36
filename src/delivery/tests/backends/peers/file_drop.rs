//! Somebody with a USB stick: the app's share sheet, and a reader of ZIP files by their central directory.

use std::collections::BTreeMap;

use doorstep_delivery::backend::any::AnyBackend;
use doorstep_delivery::backend::{Backend, SendErrorKind};
use doorstep_delivery::credentials::Credential;
use doorstep_delivery::memory_store::ready;
use doorstep_delivery::submission::content_hash;
use doorstep_delivery::transport::{MemoryTransport, Method, Request, Response};
use serde_json::{Value as Json, json};

use super::answered;
use crate::configured;
use crate::parcel::Sent;
use crate::suite::{Held, Peer, keeps_its_word};

/// The files on the stick, by name.
#[derive(Default)]
struct Stick(BTreeMap<String, Vec<u8>>);

fn number(bytes: &[u8], at: usize, length: usize) -> usize {
    bytes[at..at + length].iter().rev().fold(0, |number, byte| number << 8 | usize::from(*byte))
}

/// APPNOTE.TXT §4.3: the end of the central directory, its entries, and each entry's local header.
fn unzip(bytes: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let end = bytes.windows(4).rposition(|window| window == b"PK\x05\x06").unwrap();
    assert_eq!(end + 22, bytes.len());
    let (count, size, mut at) =
        (number(bytes, end + 10, 2), number(bytes, end + 12, 4), number(bytes, end + 16, 4));
    assert_eq!(at + size, end);
    let mut entries = BTreeMap::new();
    for _ in 0..count {
        assert_eq!(&bytes[at..at + 4], b"PK\x01\x02");
        assert_eq!(number(bytes, at + 10, 2), 0, "stored");
        let (length, name_length, local) =
            (number(bytes, at + 20, 4), number(bytes, at + 28, 2), number(bytes, at + 42, 4));
        assert_eq!(number(bytes, at + 24, 4), length);
        let name = &bytes[at + 46..at + 46 + name_length];
        assert_eq!(&bytes[local..local + 4], b"PK\x03\x04");
        assert_eq!(bytes[local + 4..local + 30], bytes[at + 6..at + 32], "both headers say the same");
        let start = local + 30 + name_length;
        assert_eq!(&bytes[local + 30..start], name);
        entries.insert(String::from_utf8(name.to_vec()).unwrap(), bytes[start..start + length].to_vec());
        at += 46 + name_length;
    }
    assert_eq!(at, end);
    entries
}

impl Peer for Stick {
    fn empty() -> Stick {
        Stick::default()
    }

    fn backend() -> AnyBackend {
        configured(r#""kind": "file-drop""#, Credential::default())
    }

    fn answer(&mut self, request: &Request) -> Response {
        assert_eq!(request.method, Method::Put);
        let name = request.url.strip_prefix("file-drop:").unwrap().to_owned();
        let id = name.strip_suffix(".zip").unwrap().to_owned();
        let bytes = request.body.clone().unwrap();
        let hash = content_hash(&unzip(&bytes)["submission.json"]);
        // Like a browser's downloads: another of that name lies beside the first.
        if self.0.get(&name).is_some_and(|first| *first != bytes) {
            self.0.insert(format!("{id} (1).zip"), bytes);
        } else {
            self.0.insert(name, bytes);
        }
        answered(201, "application/json", json!({"id": id, "hash": hash}).to_string())
    }

    fn held(&self, id: &str) -> Vec<Held> {
        let bundles = self.0.iter().filter(|(name, _)| name.starts_with(id));
        let held = |(_, bytes): (&String, &Vec<u8>)| {
            let mut entries = unzip(bytes);
            let sealed = entries.remove("submission.json").unwrap();
            let named: Json = serde_json::from_slice(&sealed).unwrap();
            assert_eq!(named["attachments"].as_array().unwrap().len(), entries.len());
            let plain = |name: String| name.strip_prefix("files/").unwrap().to_owned();
            let files = entries.into_iter().map(|(name, bytes)| (plain(name), bytes)).collect();
            Held { mark: content_hash(&sealed), files }
        };
        bundles.map(held).collect()
    }

    fn files_go_alone() -> bool {
        false
    }
}

#[test]
fn a_file_carried_by_hand_keeps_its_word() {
    keeps_its_word::<Stick>();
}

#[test]
fn a_network_that_accepts_everything_accepts_no_file() {
    for body in ["", "{}", "ok", "[]", "null"] {
        let transport = MemoryTransport::new(|_| Ok(answered(200, "application/json", body)));
        let error = ready(Stick::backend().send(&Sent::new(false), &transport)).unwrap_err();
        assert_eq!(error.kind, SendErrorKind::NotTheServer);
    }
}
