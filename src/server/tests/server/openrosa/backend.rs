//! Delivery's own OpenRosa backend before a real Doorstep: the behaviour that every backend keeps, and over a real connection.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::thread::LocalKey;

use crate::browser::Browser;
use crate::client::{self, House};
use crate::encrypted::{Encrypted, Holds};
use crate::parcel::{ID, PUBLIC, Sent};
use crate::suite::{Held, Peer, keeps_its_word};
use doorstep_delivery::backend::any::AnyBackend;
use doorstep_delivery::backend::{Backend, SendErrorKind};
use doorstep_delivery::credentials::{Credential, Login, Secret};
use doorstep_delivery::memory_store::ready;
use doorstep_delivery::moment::Moment;
use doorstep_delivery::sealed::Sealed;
use doorstep_delivery::submission::content_hash;
use doorstep_delivery::target::Configuration;
use doorstep_delivery::transport::{Method, Request, Response};
use doorstep_delivery::{Attachment, EncryptedFor, Submission};
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
const LIMIT: usize = 8_000;

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

/// The same form, whose submissions are to be encrypted.
fn with_key() -> String {
    let key = format!("\"form_id\": \"visit\", \"public_key\": \"{PUBLIC}\"");
    FORM.replace("\"form_id\": \"visit\"", &key)
}

fn held(house: &House, id: &str) -> Vec<Held> {
    let all = as_it_came(house, id).into_iter();
    all.map(|(xml, files)| Held { mark: content_hash(xml.as_bytes()), files }).collect()
}

/// The texts with their files.
fn as_it_came(house: &House, id: &str) -> Vec<(String, BTreeMap<String, Vec<u8>>)> {
    let rows = house.rows().into_iter().filter(|(known, _)| known == id);
    let held = |(_, body): (String, String)| {
        let sealed = Sealed::read(body.as_bytes()).unwrap();
        let file = |file: &Attachment| (file.name.clone(), house.file(&file.hash));
        let files = sealed.attachments.iter().map(file).collect();
        (sealed.xml.unwrap(), files)
    };
    rows.map(held).collect()
}

/// A Doorstep behind a proxy that takes little at once.
struct Second {
    house: Option<House>,
    /// Has it said how much it takes at once?
    told: bool,
    /// Where the house goes when this is done with it.
    kept: &'static LocalKey<RefCell<Option<House>>>,
}

thread_local! {
    /// One after the other in the same house, which is emptied between: starting takes longer than trying.
    static HOUSE: RefCell<Option<House>> = const { RefCell::new(None) };
    /// The same with the form that has a key.
    static STRICT: RefCell<Option<House>> = const { RefCell::new(None) };
}

impl Drop for Second {
    fn drop(&mut self) {
        self.kept.replace(self.house.take());
    }
}

impl Second {
    fn open(kept: &'static LocalKey<RefCell<Option<House>>>, build: impl FnOnce() -> House) -> Second {
        let house = kept.take().unwrap_or_else(build);
        house
            .sqlite()
            .execute_batch("DELETE FROM openrosa_file; DELETE FROM openrosa_instance; DELETE FROM submission; DELETE FROM attachment")
            .unwrap();
        Second { house: Some(house), told: false, kept }
    }

    fn house(&self) -> &House {
        self.house.as_ref().expect("it is let go of when it is dropped")
    }
}

impl Peer for Second {
    fn empty() -> Second {
        Second::open(&HOUSE, || serving(Access::default()))
    }

    fn backend() -> AnyBackend {
        backend("https://second.example/openrosa/submission", Credential::default())
    }

    fn answer(&mut self, request: &Request) -> Response {
        let path = request.url.strip_prefix("https://second.example").unwrap();
        let body = request.body.as_deref().unwrap_or_default();
        assert!(body.len() <= LIMIT || !self.told, "{} bytes", body.len());
        self.told |= request.method == Method::Head;
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

/// The same with the form that has a key.
struct Strict(Second);

impl Peer for Strict {
    fn empty() -> Strict {
        Strict(Second::open(&STRICT, || House::new().serving(&[("visit/form.json", &*with_key())])))
    }

    fn backend() -> AnyBackend {
        Second::backend()
    }

    fn answer(&mut self, request: &Request) -> Response {
        self.0.answer(request)
    }

    fn held(&self, id: &str) -> Vec<Held> {
        self.0.held(id)
    }

    fn mark(sent: &Sent) -> String {
        Second::mark(sent)
    }
}

impl Holds for Strict {
    fn as_it_came(&self, id: &str) -> Vec<(String, BTreeMap<String, Vec<u8>>)> {
        as_it_came(self.0.house(), id)
    }
}

#[test]
fn a_second_doorstep_keeps_its_word() {
    keeps_its_word::<Second>();
}

#[test]
fn a_second_doorstep_keeps_what_is_encrypted_as_it_came() {
    keeps_its_word::<Encrypted<Strict>>();
}

#[test]
fn what_is_to_be_encrypted_is_taken_in_no_other_way() {
    let bare = FORM.replace("\"form_id\": \"visit\"", "\"form_id\": \"bare\"");
    let house = House::new().serving(&[("visit/form.json", &*with_key()), ("bare/form.json", &*bare)]);
    let known = house.get("/api/v1/forms").json();
    let known = known["forms"].as_array().unwrap().iter().find(|form| form["id"] == "visit").unwrap();
    let hash = known["hash"].as_str().unwrap();
    let put = |sent: &Sent| {
        let body = sent.submission.body().replace(&"ab".repeat(32), hash);
        let answer = house.put(&client::Sent { id: ID.into(), body });
        (answer.status, answer.text())
    };
    // A build that knows nothing of keys sends it in plain, and is told why not, whichever way.
    let (status, words) = put(&Sent::new(false));
    assert!(status == 422 && words.contains("encrypted for its public key"), "{status} {words}");
    let by_openrosa =
        backend(&format!("http://{}/openrosa/submission", house.listens_at()), Credential::default());
    let refusal = ready(by_openrosa.send(&Sent::new(false), &Outgoing::new(""))).unwrap_err();
    assert_eq!(refusal.kind, SendErrorKind::NotASubmission);
    assert!(refusal.words.contains("encrypted for its public key"), "{refusal:?}");
    // Nor may answers stand beside the manifest.
    let (status, words) = put(&Sent::manifest());
    assert!(status == 422 && words.contains("in plain beside that"), "{status} {words}");
    // And no form that asks for no encryption gets what nobody could check.
    let mut other = Sent::encrypted("张三", false);
    let body = other.submission.body().replace("visit", "bare");
    other.submission = Submission::read(body, Some(EncryptedFor::new(PUBLIC, [1; 32]))).unwrap();
    let refusal = ready(by_openrosa.send(&other, &Outgoing::new(""))).unwrap_err();
    assert!(refusal.words.contains("does not ask for"), "{refusal:?}");
    for table in ["submission", "openrosa_instance", "openrosa_file"] {
        assert_eq!(house.count(table), 0, "{table}");
    }
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
