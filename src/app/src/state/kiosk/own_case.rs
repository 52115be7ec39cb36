//! A resident's own case, as the server tells it to a kiosk that has shown an ID number and a query code.
//!
//! Kept here: asked in a body, kept nowhere; it is gone with the page.

use std::collections::BTreeMap;

use doorstep_delivery::transport::{Method, Request, Transport};
use serde::Deserialize;
use serde_json::json;

use crate::state::device::Device;
use crate::state::dictionary::Label;
use crate::words::kiosk::KioskWords;

const ADDRESS: &str = "/api/v1/own-case";
const TIMEOUT_MS: u32 = 15_000;

/// What the server tells.
#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(default)]
pub struct OwnCase {
    pub case: String,
    pub person: String,
    pub state: String,
    pub dates: BTreeMap<String, String>,
    /// Was somebody met at the last visit?
    pub met: bool,
    pub services: Vec<Service>,
    /// The copy of one's own record.
    pub record: Vec<Fact>,
}

/// A service that was arranged.
#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Service {
    pub service: Label,
    pub state: String,
    /// Who does it.
    pub by: String,
    pub dates: BTreeMap<String, String>,
    /// Whom to ask, and their phone.
    pub ask: String,
    pub phone: String,
}

/// A line of the record.
#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Fact {
    pub name: String,
    pub label: Label,
    pub value: Label,
}

/// Why there is nothing to show.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NotShown {
    /// Number and code do not go together.
    NotProved,
    /// Too many wrong tries.
    Locked,
    /// No server answered, or none of ours.
    NoServer,
    /// This device is no kiosk to the server.
    NotAKiosk,
}

impl NotShown {
    /// What is said, with the way out.
    pub fn words(self, words: &KioskWords) -> &'static str {
        match self {
            NotShown::NotProved => words.not_proved,
            NotShown::Locked => words.locked,
            NotShown::NoServer => words.no_server,
            NotShown::NotAKiosk => words.not_a_kiosk,
        }
    }
}

/// Asks for it.
///
/// # Errors
/// [`NotShown`].
pub async fn own_case(device: Device, id_number: &str, code: &str) -> Result<OwnCase, NotShown> {
    let header = |name: &str| (name.to_owned(), "application/json".to_owned());
    let request = Request {
        method: Method::Post,
        url: ADDRESS.into(),
        headers: vec![header("accept"), header("content-type")],
        body: Some(json!({"id_number": id_number, "code": code}).to_string().into_bytes()),
        timeout_ms: TIMEOUT_MS,
    };
    let answer = device.transport().send(request).await.map_err(|_| NotShown::NoServer)?;
    read(answer.status, &answer.body)
}

fn read(status: u16, body: &[u8]) -> Result<OwnCase, NotShown> {
    #[derive(Deserialize)]
    struct Refused {
        error: Code,
    }
    #[derive(Deserialize)]
    struct Code {
        code: String,
    }
    if status == 200 {
        return serde_json::from_slice(body).map_err(|_| NotShown::NoServer);
    }
    let code = serde_json::from_slice(body).map(|refused: Refused| refused.error.code).unwrap_or_default();
    Err(match (status, &*code) {
        (403, "not_proved") => NotShown::NotProved,
        (429, "locked") => NotShown::Locked,
        (401 | 403, _) => NotShown::NotAKiosk,
        _ => NotShown::NoServer,
    })
}

/// A name as others may read it over one's shoulder: the first letter, and a star for each of the rest. Someone proved who they are; the screen need not say it.
pub fn masked(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().into_iter().chain(letters.map(|_| '*')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_told_apart() {
        let refused = |code: &str| format!(r#"{{"error":{{"code":"{code}","reason":"x"}}}}"#);
        for (status, code, is) in [
            (403, "not_proved", NotShown::NotProved),
            (429, "locked", NotShown::Locked),
            (429, "too_often", NotShown::NoServer),
            (403, "forbidden", NotShown::NotAKiosk),
            (401, "login", NotShown::NotAKiosk),
            (500, "fault", NotShown::NoServer),
        ] {
            assert_eq!(read(status, refused(code).as_bytes()), Err(is), "{code}");
        }
        // Whatever answers in a café.
        assert_eq!(read(200, b"<html>"), Err(NotShown::NoServer));
        let told =
            read(200, r#"{"case":"c","person":"王秀兰","state":"lead","met":true,"later":1}"#.as_bytes());
        assert_eq!(told.map(|told| told.person), Ok("王秀兰".to_owned()));
    }

    #[test]
    fn a_name_is_masked_but_for_its_first_letter() {
        for (name, is) in [("王秀兰", "王**"), ("李", "李"), ("", "")] {
            assert_eq!(masked(name), is);
        }
    }
}
