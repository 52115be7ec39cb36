//! A FHIR R4 server: conditional create, search by identifier, OperationOutcomes. A second one whose index lags a request behind.

use std::collections::BTreeMap;

use doorstep_delivery::backend::any::AnyBackend;
use doorstep_delivery::credentials::{Credential, Login, Secret};
use doorstep_delivery::transport::{Method, Request, Response};
use serde_json::{Value as Json, json};

use super::{answered, header};
use crate::configured;
use crate::parcel::photos;
use crate::suite::{Held, Peer, keeps_its_word};

#[derive(Default)]
struct Server {
    resources: Vec<Json>,
}

const BASE: &str = "https://fhir.example/r4/QuestionnaireResponse";
const MEDIA_TYPE: &str = "application/fhir+json";

impl Server {
    fn matching(&self, query: &str) -> Vec<&Json> {
        let query = query.strip_prefix("identifier=").unwrap().replace("%7C", "|");
        let (system, value) = query.split_once('|').unwrap();
        let matches = |resource: &&Json| {
            resource["identifier"]["system"] == system && resource["identifier"]["value"] == value
        };
        self.resources.iter().filter(matches).collect()
    }

    fn answer(&mut self, request: &Request) -> Response {
        assert_eq!(header(request, "authorization"), Some("Bearer t0ken"));
        if request.method == Method::Get {
            let found = self.matching(request.url.strip_prefix(&format!("{BASE}?")).unwrap());
            let entries: Vec<Json> = found
                .iter()
                .map(|resource| json!({"resource": resource, "search": {"mode": "match"}}))
                .collect();
            let bundle = json!({"resourceType": "Bundle", "type": "searchset", "total": entries.len(), "entry": entries});
            return answered(200, MEDIA_TYPE, bundle.to_string());
        }
        assert_eq!((request.method, &*request.url), (Method::Post, BASE));
        assert_eq!(header(request, "content-type"), Some(MEDIA_TYPE));
        let mut resource: Json = serde_json::from_slice(request.body.as_deref().unwrap()).unwrap();
        check(&resource);
        match self.matching(header(request, "if-none-exist").unwrap()).len() {
            0 => {
                resource["id"] = json!("17");
                resource["meta"] = json!({"versionId": "1", "lastUpdated": "2026-11-23T02:00:01.000+00:00"});
                self.resources.push(resource);
                answered(201, MEDIA_TYPE, "")
            }
            1 => answered(200, MEDIA_TYPE, ""),
            _ => {
                let outcome = json!({"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "multiple-matches"}]});
                answered(412, MEDIA_TYPE, outcome.to_string())
            }
        }
    }

    fn held(&self, id: &str) -> Vec<Held> {
        let named = |resource: &&Json| resource["identifier"]["value"].as_str().unwrap().ends_with(id);
        let held = |resource: &Json| {
            let mut files = BTreeMap::new();
            gather_files(&resource["item"], &mut files);
            Held { mark: resource["extension"][0]["valueString"].as_str().unwrap().to_owned(), files }
        };
        self.resources.iter().filter(named).map(held).collect()
    }
}

/// What R4 asks of a QuestionnaireResponse: status, a linkId in each item, no item with both answers and items.
fn check(resource: &Json) {
    assert_eq!(resource["resourceType"], "QuestionnaireResponse");
    assert_eq!(resource["status"], "completed");
    fn items(items: &Json) {
        for item in items.as_array().into_iter().flatten() {
            assert!(item["linkId"].as_str().unwrap().starts_with("/visit/"));
            assert!(item.get("answer").is_none() || item.get("item").is_none());
            for answer in item["answer"].as_array().into_iter().flatten() {
                assert_eq!(answer.as_object().unwrap().len(), 1);
            }
            items_of(item);
        }
    }
    fn items_of(item: &Json) {
        items(&item["item"]);
    }
    items(&resource["item"]);
}

fn gather_files(items: &Json, into: &mut BTreeMap<String, Vec<u8>>) {
    use base64::Engine;
    for item in items.as_array().into_iter().flatten() {
        gather_files(&item["item"], into);
        for answer in item["answer"].as_array().into_iter().flatten() {
            if let Some(file) = answer.get("valueAttachment") {
                let data = file["data"].as_str().unwrap();
                let bytes = base64::engine::general_purpose::STANDARD.decode(data).unwrap();
                into.insert(file["title"].as_str().unwrap().to_owned(), bytes);
            }
        }
    }
}

fn backend(limit: &str) -> AnyBackend {
    let fields = format!(
        r#""kind": "fhir", "url": "https://fhir.example/r4", "types": {{"/visit/day": "date"}}, "files": {{"inline_limit": {limit}}}"#
    );
    configured(&fields, Credential { login: Login::Bearer(Secret::new("t0ken")), signing: None })
}

struct Prompt(Server);

impl Peer for Prompt {
    fn empty() -> Prompt {
        Prompt(Server::default())
    }

    fn backend() -> AnyBackend {
        backend("100000")
    }

    fn answer(&mut self, request: &Request) -> Response {
        self.0.answer(request)
    }

    fn held(&self, id: &str) -> Vec<Held> {
        self.0.held(id)
    }

    fn files_go_alone() -> bool {
        false
    }
}

#[test]
fn a_fhir_server_keeps_its_word() {
    keeps_its_word::<Prompt>();
}

#[test]
fn what_is_taken_but_not_found_yet_has_no_receipt() {
    use doorstep_delivery::backend::{Backend, SendErrorKind};
    use doorstep_delivery::memory_store::ready;
    use doorstep_delivery::transport::MemoryTransport;
    let sent = crate::parcel::Sent::new(false);
    let mut server = Server::default();
    let mut lagging = true;
    let transport = MemoryTransport::new(|request: Request| {
        if request.method == Method::Get && std::mem::take(&mut lagging) {
            return Ok(answered(
                200,
                MEDIA_TYPE,
                r#"{"resourceType":"Bundle","type":"searchset","total":0}"#,
            ));
        }
        Ok(server.answer(&request))
    });
    let first = ready(backend("0").send(&sent, &transport));
    assert_eq!(first.unwrap_err().kind, SendErrorKind::Busy);
    assert!(ready(backend("0").send(&sent, &transport)).unwrap().server_time.starts_with("2026-11-23T02"));
    assert_eq!(server.resources.len(), 1);
}

#[test]
fn files_beyond_the_limit_are_refused_before_anything_is_sent() {
    use doorstep_delivery::backend::{Backend, SendErrorKind};
    use doorstep_delivery::memory_store::ready;
    use doorstep_delivery::transport::MemoryTransport;
    let total: usize = photos().iter().map(|(_, bytes)| bytes.len()).sum();
    let transport = MemoryTransport::new(|_| panic!("nothing may be sent"));
    let sent = crate::parcel::Sent::new(true);
    let error = ready(backend(&(total - 1).to_string()).send(&sent, &transport)).unwrap_err();
    assert_eq!(error.kind, SendErrorKind::CannotBeSent);
    assert!(error.words.contains(&total.to_string()), "{}", error.words);
}
