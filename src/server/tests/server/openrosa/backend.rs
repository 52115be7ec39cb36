//! Delivery's own OpenRosa backend before a real Doorstep: the behaviour that every backend keeps, and over a real connection.

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::browser::Browser;
use crate::client::House;
use crate::parcel::{ID, Sent};
use crate::suite::{Held, Peer, keeps_its_word};
use doorstep_delivery::backend::Backend;
use doorstep_delivery::backend::any::AnyBackend;
use doorstep_delivery::credentials::{Credential, Login, Secret};
use doorstep_delivery::memory_store::ready;
use doorstep_delivery::moment::Moment;
use doorstep_delivery::sealed::Sealed;
use doorstep_delivery::submission::content_hash;
use doorstep_delivery::target::Configuration;
use doorstep_delivery::transport::{Method, Request, Response};
use doorstep_server::{Access, Outgoing};
use serde_json::json;

/// The form that the parcel answers.
const FORM: &str = r#"{
  "settings": {"form_id": "visit", "version": "2026.11.1", "title": {"zh": "走访"}, "default_language": "zh"},
  "survey": [
    {"type": "group", "name": "household", "label": {"zh": "户"}, "children": [
      {"type": "text", "name": "name", "label": {"zh": "姓名"}}
    ]},
    {"type": "repeat", "name": "members", "label": {"zh": "成员"}, "children": [
      {"type": "integer", "name": "age", "label": {"zh": "年龄"}},
      {"type": "image", "name": "photo", "label": {"zh": "照片"}}
    ]}
  ]
}
"#;
/// What a proxy before the server takes: room for the XML and either photo, not for both.
const LIMIT: usize = 6_500;

fn backend(url: &str, credential: Credential) -> AnyBackend {
    let json = format!(
        r#"{{"targets": [{{"name": "second", "forms": ["*"], "kind": "openrosa", "url": "{url}"}}]}}"#
    );
    let mut configuration = Configuration::read(json.as_bytes()).unwrap();
    configuration.targets.remove(0).backend.given(credential, Moment::default())
}

fn serving(access: Access) -> House {
    House::with(access).serving(&[("visit/form.json", FORM)])
}

fn held(house: &House, id: &str) -> Vec<Held> {
    let rows = house.rows().into_iter().filter(|(known, _)| known == id);
    let held = |(_, body): (String, String)| {
        let sealed = Sealed::read(body.as_bytes()).unwrap();
        let files: BTreeMap<String, Vec<u8>> =
            sealed.attachments.iter().map(|file| (file.name.clone(), house.file(&file.hash))).collect();
        Held { mark: content_hash(sealed.xml.unwrap().as_bytes()), files }
    };
    rows.map(held).collect()
}

/// A Doorstep behind a proxy that takes little at once.
struct Second(Option<House>);

thread_local! {
    /// One after the other in the same house, which is emptied between: starting takes longer than trying.
    static HOUSE: RefCell<Option<House>> = const { RefCell::new(None) };
}

impl Drop for Second {
    fn drop(&mut self) {
        HOUSE.with(|kept| kept.replace(self.0.take()));
    }
}

impl Second {
    fn house(&self) -> &House {
        self.0.as_ref().expect("it is let go of when it is dropped")
    }
}

impl Peer for Second {
    fn empty() -> Second {
        let kept = HOUSE.with(|kept| kept.borrow_mut().take());
        let house = kept.unwrap_or_else(|| serving(Access::default()));
        house
            .sqlite()
            .execute_batch("DELETE FROM openrosa_file; DELETE FROM openrosa_instance; DELETE FROM submission; DELETE FROM attachment")
            .unwrap();
        Second(Some(house))
    }

    fn backend() -> AnyBackend {
        backend("https://second.example/openrosa/submission", Credential::default())
    }

    fn answer(&mut self, request: &Request) -> Response {
        let path = request.url.strip_prefix("https://second.example").unwrap();
        let body = request.body.as_deref().unwrap_or_default();
        assert!(body.len() <= LIMIT, "{} bytes", body.len());
        let headers: Vec<(&str, &str)> =
            request.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let answer = self.house().send(request.method.name(), path, &headers, body);
        let lower = |(name, value): (String, String)| match &*name {
            "x-openrosa-accept-content-length" => (name, LIMIT.to_string()),
            _ => (name, value),
        };
        let headers = answer.headers.into_iter().map(lower).collect();
        let body = if request.method == Method::Head { Vec::new() } else { answer.body };
        Response { status: answer.status, headers, body }
    }

    fn held(&self, id: &str) -> Vec<Held> {
        held(self.house(), id)
    }

    fn mark(sent: &Sent) -> String {
        content_hash(sent.submission.xml().unwrap().as_bytes())
    }
}

#[test]
fn a_second_doorstep_keeps_its_word() {
    keeps_its_word::<Second>();
}

#[test]
fn a_device_of_another_doorstep_sends_over_a_real_connection() {
    let house = serving(Access { devices_only: true, ..Access::default() });
    let administrator = Browser::settle(&house, "admin", &house.first_password);
    let wanted = json!({"name": "另一处", "area": "371002", "user": null});
    let code = administrator.post(&house, "/api/v1/enrolments", wanted).json()["code"].clone();
    let device = Browser::default().post(&house, "/api/v1/devices", json!({ "code": code })).json();
    let token = device["token"].as_str().unwrap();
    let url = format!("http://{}/openrosa/key/{{token}}/submission", house.listens_at());
    let login = Login::Address(Secret::new(token));
    let (transport, sent) = (Outgoing::new(""), Sent::new(true));
    let backend = backend(&url, Credential { login, signing: None });
    for _ in 0..2 {
        let receipt = ready(backend.send(&sent, &transport)).unwrap();
        assert!(receipt.proves(sent.submission.id(), sent.submission.hash()));
        sent.arrived.borrow_mut().clear();
    }
    assert_eq!(held(&house, ID), [Held { mark: Second::mark(&sent), files: sent.files.clone() }]);
    let device = device["device"]["id"].as_str().unwrap();
    let (known, area): (String, String) = house
        .sqlite()
        .query_row("SELECT device_id, area FROM submission", [], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap();
    assert_eq!((&*known, &*area), (device, "371002"));
    assert!(!house.get("/metrics").text().contains(token));
}
