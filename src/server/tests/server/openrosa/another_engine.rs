//! What a phone of another maker is given to go on with a household that was found: the form and the list, written into a folder for
//! `cargo xtask conformance entities`, where ODK Web Forms' engine reads both.

use serde_json::json;

use crate::browser::Office;

use super::collect::texts;
use super::entities::{made, send, with};

/// Takes a household from the list and shows what the list says of it.
const FORM: &str = r#"{
  "settings": {"form_id": "visit", "version": "5", "title": "Visit"},
  "entities": [{"list_name": "households", "label": "${called}", "entity_id": "${known}", "create_if": "${known} = ''", "update_if": "${known} != ''"}],
  "survey": [
    {"type": "select_one_from_file households.csv", "name": "known", "label": "Known"},
    {"type": "calculate", "name": "known_called", "calculation": "instance('households')/root/item[name=${known}]/called"},
    {"type": "calculate", "name": "known_phone", "calculation": "instance('households')/root/item[name=${known}]/phone"},
    {"type": "text", "name": "called", "label": "Called", "save_to": "called"},
    {"type": "text", "name": "phone", "label": "Phone", "save_to": "phone"}
  ]
}"#;
/// As people are called, and as files break.
const FOUND: [(&str, &str); 7] = [
    ("孙德厚", "13812345678"),
    ("王强, \"北门\"", "'; DROP TABLE entity --"),
    ("O'Neil; Kim", "0631-5200000"),
    ("<b>丛 & 丛</b>", "=1+1"),
    ("ａ，ｂ", "\u{20bb7}野家"),
    ("a\tb", "007"),
    ("true", ""),
];

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[test]
#[ignore = "writes into DOORSTEP_OUT what `cargo xtask conformance entities` gives to another engine"]
fn what_another_engine_is_given() {
    let out = std::path::PathBuf::from(std::env::var_os("DOORSTEP_OUT").expect("the folder to write into"));
    let Office { house, administrator } = Office::open();
    let house = house.serving(&[("visit/form.json", FORM), ("visit/households.csv", "name,label\n")]);
    let office = Office { house, administrator };
    let (_, token) = office.device("371002001", None);
    let collect = with(&office, &token);
    let mut expected = Vec::new();
    for (number, (called, phone)) in (1_u32..).zip(FOUND) {
        let id = format!("0190a0c6-3f7e-7bb2-9c3e-{number:012x}");
        send(&collect, &made(number, &id, &escaped(called), &escaped(phone)));
        expected.push(json!({"name": id, "label": called, "called": called, "phone": phone}));
    }
    let listed = collect.list().text();
    let manifest = collect.fetch(&texts(&listed, "manifestUrl")[0]).text();
    let list = collect.fetch(&texts(&manifest, "downloadUrl")[0]);
    let form = collect.fetch(&texts(&listed, "downloadUrl")[0]);
    assert_eq!((form.status, list.status), (200, 200));
    let files = [
        ("visit.xml", form.text()),
        ("households.csv", list.text()),
        ("expected.json", json!(expected).to_string()),
    ];
    for (name, text) in files {
        std::fs::write(out.join(name), text).expect("the folder takes it");
    }
}
