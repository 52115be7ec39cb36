//! The forms on the device: read once, named, and remembered by when they were begun. How they come down stands in `pulling`.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use doorstep_delivery::FormVersion;
use doorstep_delivery::store::Store;
use doorstep_delivery::transport::{Method, Request, Transport};
use doorstep_engine::{Bundle, Form};

use super::device::Device;
use crate::platform::{clock, preferences};

const TIMEOUT_MS: u32 = 20_000;

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

/// The forms of the chain, in the order of the work. A form that is not among them stands after them.
const CHAIN: [&str; 14] = [
    "lead",
    "consent",
    "household-needs",
    "visit-attempt",
    "minors",
    "assessment-report",
    "service-plan",
    "referral",
    "acceptance",
    "service-record",
    "acceptance-check",
    "follow-up",
    "closure",
    "complaint",
];

/// Where a form stands among those that can be begun: what was begun last on this device comes next, mostly; then the chain.
pub fn place(id: &str, recent: &[String]) -> (usize, usize) {
    let of_recent = recent.iter().position(|known| known == id).unwrap_or(usize::MAX);
    let of_chain = CHAIN.iter().position(|known| *known == id).unwrap_or(usize::MAX);
    (of_recent, of_chain)
}

/// Has one of a form's titles every word typed, or is its id begun so?
pub fn matches(version: &FormVersion, wanted: &str) -> bool {
    let wanted = wanted.trim().to_lowercase();
    let in_title = |title: &str| {
        let title = title.to_lowercase();
        wanted.split_whitespace().all(|word| title.contains(word))
    };
    version.form.id.starts_with(&wanted) || version.titles.iter().any(|(_, title)| in_title(title))
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

/// Forgets what is remembered of forms beside the store.
pub fn forget() {
    READ.with_borrow_mut(Vec::clear);
    preferences::set(STARTED, "");
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
    let transport: Rc<_> = device.transport();
    let request = Request {
        method: Method::Get,
        url: url.to_owned(),
        headers: vec![("accept".into(), "application/json".into())],
        body: None,
        timeout_ms: TIMEOUT_MS,
    };
    let answer = transport.send(request).await.ok().filter(|answer| answer.status == 200)?;
    String::from_utf8(answer.body).ok()
}

/// A form's title in a language, or in the first it has.
pub fn title(version: &FormVersion, language: &str) -> String {
    let in_language = version.titles.iter().find(|(tag, _)| tag == language);
    in_language.or(version.titles.first()).map_or_else(|| version.form.id.clone(), |(_, title)| title.clone())
}

#[cfg(test)]
mod tests {
    use doorstep_delivery::{FormRef, Residents};

    use super::*;

    #[test]
    fn what_was_begun_last_stands_first_then_the_chain_then_the_rest() {
        let recent = ["phq-9".to_owned(), "closure".to_owned()];
        let mut ids = ["acceptance", "closure", "gad-7", "household-needs", "lead", "phq-9"];
        ids.sort_by_key(|id| place(id, &recent));
        assert_eq!(ids, ["phq-9", "closure", "lead", "household-needs", "acceptance", "gad-7"]);
    }

    #[test]
    fn a_form_is_found_by_words_of_any_title_in_any_order_and_by_its_id() {
        let form = FormRef { id: "household-needs".into(), version: "1".into(), hash: "h".into() };
        let titles = [("zh", "入户需求调查表"), ("en", "Household needs survey")];
        let titles = titles.map(|(tag, title)| (tag.to_owned(), title.to_owned())).into();
        let version = FormVersion { form, titles, current: true, residents: Residents::No };
        for wanted in ["", "调查", "survey HOUSE", "house", " 需求 入户 "] {
            assert!(matches(&version, wanted), "{wanted}");
        }
        assert!(!matches(&version, "评估"));
    }
}
