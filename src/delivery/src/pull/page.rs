//! A page of `GET /api/v1/changes`, as the server writes it (`server/README.md`, *What comes down to phones*).
//!
//! Kept here: what is no page of ours is none at all, be it ever so much like one; a kind that is not known is passed over.

use std::collections::BTreeMap;

use doorstep_engine::is_entity_name;
use serde::Deserialize;
use serde_json::{Map, Value as Json};

use super::pulled::{ENTITY, FORM};
use crate::draft::FormRef;
use crate::entities::KnownEntity;
use crate::form_version::{FormVersion, Residents};

/// So many changes has a page at most.
const MOST: usize = 200;
/// So long is a cursor, an id or a version at most, in bytes.
const LONGEST: usize = 256;

/// A page.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Page {
    /// What it tells, in order.
    pub(super) told: Vec<Told>,
    /// Ask from here next time.
    pub(super) next: String,
    /// Is there more?
    pub(super) more: bool,
    /// Does the server begin anew?
    pub(super) anew: bool,
}

/// One thing that it tells.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Told {
    /// There is this version of a form.
    Form(FormVersion),
    /// The form of that id is there no more.
    FormGone(String),
    /// There is this version of an entity.
    Entity(KnownEntity),
    /// The entity of that list and id is there no more.
    EntityGone(String, String),
}

#[derive(Deserialize)]
struct PageWire {
    changes: Vec<Map<String, Json>>,
    next: String,
    more: bool,
    anew: bool,
}

#[derive(Deserialize)]
struct FormWire {
    id: String,
    version: String,
    hash: String,
    title: Map<String, Json>,
    #[serde(default)]
    residents: Residents,
}

#[derive(Deserialize)]
struct EntityWire {
    area: String,
    label: String,
    version: u64,
    properties: BTreeMap<String, String>,
    conflict: bool,
    by: Vec<String>,
}

#[derive(Deserialize)]
struct Failed {
    error: About,
}

#[derive(Deserialize)]
struct About {
    device: Option<String>,
}

impl Page {
    /// Nothing if it is none.
    pub(super) fn read(body: &[u8]) -> Option<Page> {
        let wire: PageWire = serde_json::from_slice(body).ok()?;
        // The cursor goes into an address as it is.
        let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_.~".contains(letter);
        if wire.changes.len() > MOST || !is_short(&wire.next) || !wire.next.chars().all(plain) {
            return None;
        }
        let mut told = Vec::new();
        for change in wire.changes {
            match change.get("kind")?.as_str()? {
                FORM => told.push(read_form(change)?),
                ENTITY => told.push(read_entity(change)?),
                _ => {}
            }
        }
        Some(Page { told, next: wire.next, more: wire.more, anew: wire.anew })
    }
}

fn read_form(change: Map<String, Json>) -> Option<Told> {
    if change.get("gone").is_some_and(|gone| *gone == true) {
        let id = change.get("id")?.as_str()?.to_owned();
        return is_short(&id).then_some(Told::FormGone(id));
    }
    let form: FormWire = serde_json::from_value(Json::Object(change)).ok()?;
    let is_hash = form.hash.len() == 64 && form.hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_hash || !is_short(&form.id) || form.version.len() > LONGEST {
        return None;
    }
    let titles = form.title.into_iter().filter_map(|(tag, title)| Some((tag, title.as_str()?.to_owned())));
    Some(Told::Form(FormVersion {
        titles: titles.collect(),
        form: FormRef { id: form.id, version: form.version, hash: form.hash },
        current: true,
        residents: form.residents,
    }))
}

/// `{"id": "households/0190…", "area", "label", "version", "properties": {…}, "conflict", "by": […]}`.
fn read_entity(change: Map<String, Json>) -> Option<Told> {
    let (list, id) = change.get("id")?.as_str()?.split_once('/')?;
    let is_uuid = id.len() == 36 && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f' | b'-'));
    if !is_uuid || !is_entity_name(list) {
        return None;
    }
    let (list, id) = (list.to_owned(), id.to_owned());
    if change.get("gone").is_some_and(|gone| *gone == true) {
        return Some(Told::EntityGone(list, id));
    }
    let EntityWire { area, label, version, properties, conflict, by } =
        serde_json::from_value(Json::Object(change)).ok()?;
    if area.len() > LONGEST || by.len() > MOST || !by.iter().all(|by| is_short(by)) {
        return None;
    }
    Some(Told::Entity(KnownEntity { list, id, area, label, version, properties, conflict, by }))
}

fn is_short(text: &str) -> bool {
    (1..=LONGEST).contains(&text.len())
}

/// The device that a refusal is about.
pub(super) fn device_of(body: &[u8]) -> Option<String> {
    serde_json::from_slice::<Failed>(body).ok()?.error.device
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_page_of_ours_is_none() {
        let form = format!(
            r#"{{"kind":"form","id":"a","version":"1","hash":"{}","title":{{"zh":"表"}}}}"#,
            "ab".repeat(32)
        );
        let page = |changes: &str, next: &str| {
            let text = format!(r#"{{"changes":[{changes}],"next":"{next}","more":false,"anew":true}}"#);
            Page::read(text.as_bytes())
        };
        let read = page(&form, "e-1-s").expect("it is one");
        assert_eq!((read.told.len(), read.next.as_str(), read.anew), (1, "e-1-s", true));
        let gone = page(r#"{"kind":"form","id":"a","gone":true}"#, "e-1-s").expect("it is one");
        assert_eq!(gone.told, [Told::FormGone("a".into())]);
        // A kind of a newer server.
        let other = page(r#"{"kind":"case","id":"c","area":"37"}"#, "e-1-s").expect("it is one");
        assert_eq!(other.told, []);

        for wrong in [
            page(&form, ""),
            page(&form, "a&b"),
            page(&form, &"a".repeat(257)),
            page(&form.replace("abab", "../."), "e"),
            page(&form.replace("\"version\":\"1\",", ""), "e"),
            page(r#"{"id":"a"}"#, "e"),
            page(r#"{"kind":"form","id":"","gone":true}"#, "e"),
            page(&vec![&*form; 201].join(","), "e"),
            Page::read(b"<!doctype html><title>Free Wi-Fi</title>"),
            Page::read(b"{}"),
        ] {
            assert_eq!(wrong, None);
        }
    }

    #[test]
    fn an_entity_is_told_in_its_list() {
        let page = |change: &str| {
            let text = format!(r#"{{"changes":[{change}],"next":"e","more":false,"anew":false}}"#);
            Page::read(text.as_bytes()).map(|page| page.told)
        };
        let id = "households/0190a0c6-3f7e-7bb2-9c3e-0a3d9f6a1b2c";
        let whole = format!(
            r#"{{"kind":"entity","id":"{id}","revision":9,"area":"371002","label":"北门 3","version":2,"properties":{{"phone":"1"}},"conflict":true,"by":["a","b"]}}"#
        );
        let told = page(&whole).expect("it is one");
        assert!(
            matches!(&told[..], [Told::Entity(entity)] if entity.list == "households" && entity.conflict)
        );
        let gone = page(&format!(r#"{{"kind":"entity","id":"{id}","gone":true}}"#)).expect("it is one");
        assert!(matches!(&gone[..], [Told::EntityGone(list, _)] if list == "households"));
        for wrong in [
            whole.replace("households/", "households"),
            whole.replace("households/", "__proto__/"),
            whole.replace("-0a3d9f6a1b2c", "-0A3D9F6A1B2C"),
            whole.replace("\"version\":2,", ""),
            whole.replace("\"1\"", "1"),
        ] {
            assert_eq!(page(&wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_device_that_is_meant_is_named() {
        assert_eq!(device_of(br#"{"error":{"code":"revoked","device":"d1"}}"#).as_deref(), Some("d1"));
        assert_eq!(device_of(br#"{"error":{"code":"revoked"}}"#), None);
        assert_eq!(device_of(b"<html>"), None);
    }
}
