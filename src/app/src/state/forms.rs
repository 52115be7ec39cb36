//! Forms: fetched from the server when there is one, kept on the device, checked before use.
//!
//! A form that does not check is never kept or begun; its diagnostics are shown instead (invariant 1).

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use doorstep_delivery::store::Store;
use doorstep_delivery::transport::{Method, Request, Response, Transport};
use doorstep_delivery::{FormRef, FormVersion};
use doorstep_engine::{Bundle, Diagnostic, Form};
use leptos::prelude::*;
use serde::Deserialize;

use super::device::Device;
use super::enrolment::read_shut_out;
use super::targets;
use crate::platform::store::IndexedDb;
use crate::platform::{clock, preferences, timer};

const TIMEOUT_MS: u32 = 20_000;

/// A form with mistakes in it.
#[derive(Clone)]
pub struct BrokenForm {
    /// Its name, as the server lists it.
    pub id: String,
    /// Its files, for the positions.
    pub bundle: Arc<Bundle>,
    /// Everything that is wrong, errors and warnings.
    pub diagnostics: Arc<Vec<Diagnostic>>,
}

#[derive(Deserialize)]
struct Listing {
    forms: Vec<Listed>,
}

#[derive(Deserialize)]
struct Listed {
    id: String,
    version: String,
    hash: String,
    title: serde_json::Map<String, serde_json::Value>,
}

/// Why a form can't be had.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FormError {
    /// It is not on the device.
    NotHere,
    /// What is there is no form that checks.
    Broken,
}

thread_local! {
    /// Forms read once: reading is the dear part.
    static READ: RefCell<Vec<Arc<Form>>> = const { RefCell::new(Vec::new()) };
}

/// A form of the device, by its hash.
pub async fn open(device: Device, hash: &str) -> Result<Arc<Form>, FormError> {
    if let Some(form) = READ.with_borrow(|read| read.iter().find(|form| form.hash() == hash).cloned()) {
        return Ok(form);
    }
    let kept = device.store().load_form(hash).await.ok().flatten();
    let wire = match kept {
        Some(wire) => wire,
        // A draft from before a form was dropped; the server keeps every version that it ever had.
        None => fetch(device, &format!("/api/v1/forms/{hash}")).await.ok_or(FormError::NotHere)?,
    };
    let bundle = Bundle::from_json(&wire).map_err(|_| FormError::Broken)?;
    let form = Form::read(&bundle).form.ok_or(FormError::Broken)?;
    READ.with_borrow_mut(|read| read.push(form.clone()));
    Ok(form)
}

/// The preference that holds them.
const STARTED: &str = "started";
/// So many are remembered.
const MAX_STARTED: usize = 8;

/// The ids of the forms that were begun last on this device, the latest first.
pub fn started() -> Vec<String> {
    preferences::get(STARTED).unwrap_or_default().split_whitespace().map(str::to_owned).collect()
}

/// Notes that a form was begun.
pub fn note_started(id: &str) {
    let mut ids = started();
    ids.retain(|known| known != id);
    ids.insert(0, id.to_owned());
    ids.truncate(MAX_STARTED);
    preferences::set(STARTED, &ids.join(" "));
}

/// Looks on the server for forms, and keeps what is new. Without a server, what is here stays as it is.
pub fn refresh(device: Device) {
    if device.fetching.get_untracked() {
        return;
    }
    device.fetching.set(true);
    let store = device.store();
    timer::spawn(async move {
        let answer = ask(device, "/api/v1/forms").await;
        let shut_out = answer.as_ref().and_then(read_shut_out);
        device.shut_out.set(shut_out);
        // Only our server's own words count: a login page of the Wi-Fi is an answer, too.
        let listing = answer.filter(|answer| answer.status == 200);
        let listing = listing.and_then(|listing| serde_json::from_slice::<Listing>(&listing.body).ok());
        device.reached.set(Some(listing.is_some() || shut_out.is_some()));
        if let Some(listing) = listing {
            note_contact();
            take(device, &store, listing).await;
            targets::refresh(device).await;
        }
        // Whoever came meanwhile fetches for themselves.
        if device.is_at_work(&store) {
            device.fetching.set(false);
        }
    });
}

async fn take(device: Device, store: &Rc<IndexedDb>, listing: Listing) {
    let mut broken = Vec::new();
    let mut came = false;
    let here = device.forms.get_untracked();
    for listed in listing.forms {
        if here.iter().any(|version| version.current && version.form.hash == listed.hash) {
            continue;
        }
        let Some(wire) = fetch(device, &format!("/api/v1/forms/{}", listed.hash)).await else { continue };
        if !device.is_at_work(store) {
            return;
        }
        let Ok(bundle) = Bundle::from_json(&wire) else { continue };
        let checked = Form::read(&bundle);
        if checked.form.is_none() {
            broken.push(BrokenForm {
                id: listed.id,
                bundle: Arc::new(bundle),
                diagnostics: Arc::new(checked.diagnostics),
            });
            continue;
        }
        let titles =
            listed.title.into_iter().filter_map(|(tag, title)| Some((tag, title.as_str()?.to_owned())));
        let version = FormVersion {
            form: FormRef { id: listed.id, version: listed.version, hash: listed.hash },
            titles: titles.collect(),
            current: true,
        };
        match store.save_form(&version, &wire).await {
            Ok(()) => came = true,
            Err(error) => leptos::logging::error!("{error}"),
        }
    }
    device.broken.set(broken);
    if came {
        if let Err(error) = store.drop_unused_forms().await {
            leptos::logging::warn!("{error}");
        }
        device.read().await;
    }
}

/// The preference that holds when the server last answered.
const CONTACT: &str = "last-contact";

/// The server has just answered.
pub fn note_contact() {
    preferences::set(CONTACT, &clock::now_ms().to_string());
}

/// When the server last answered this device, in milliseconds since 1970.
pub fn last_contact() -> Option<i64> {
    preferences::get(CONTACT)?.parse().ok()
}

/// The text at an address of the server; nothing if there is no server, or it says no.
pub async fn fetch(device: Device, url: &str) -> Option<String> {
    let answer = ask(device, url).await.filter(|answer| answer.status == 200)?;
    String::from_utf8(answer.body).ok()
}

async fn ask(device: Device, url: &str) -> Option<Response> {
    let transport: Rc<_> = device.transport();
    let request = Request {
        method: Method::Get,
        url: url.to_owned(),
        headers: vec![("accept".into(), "application/json".into())],
        body: None,
        timeout_ms: TIMEOUT_MS,
    };
    transport.send(request).await.ok()
}

/// A form's title in a language, or in the first it has.
pub fn title(version: &FormVersion, language: &str) -> String {
    let in_language = version.titles.iter().find(|(tag, _)| tag == language);
    in_language.or(version.titles.first()).map_or_else(|| version.form.id.clone(), |(_, title)| title.clone())
}
