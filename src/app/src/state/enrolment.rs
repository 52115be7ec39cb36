//! Who this phone is for its server: enrolled by a code, known by a token, and told when it is shut out.
//!
//! Kept here: the token is the phone's, not a user's, lies sealed on it, and is said to no server but the app's own;
//! a code is taken from an address's fragment and out of the address at once, and used only when the reader says so.

use doorstep_delivery::backend::SendErrorKind;
use doorstep_delivery::outbox::HOME;
use doorstep_delivery::store::{StoreError, StoreErrorKind};
use doorstep_delivery::transport::{Method, Request, Response, Transport};
use doorstep_delivery::{OutboxItem, State, Wake, hand_over};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::device::Device;
use super::{pulling, sending};
use crate::platform::fetch::Fetch;
use crate::platform::phone::Phone;
use crate::platform::{clock, page, preferences, timer};
use crate::words::Language;

/// The phone's record of it.
const RECORD: &str = "enrolment";
/// The preference that changes whenever the enrolment does, so that other tabs read it anew.
const CHANGED: &str = "enrolment-changed";
/// The preference that holds of how many digits a PIN has to be; nothing: as its user likes.
const PIN_LEAST: &str = "pin-least";
/// Before the code in an address's fragment.
const FRAGMENT: &str = "enrol=";
const TIMEOUT_MS: u32 = 30_000;

/// What the server calls this phone.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Enrolment {
    /// The device's id there.
    pub id: String,
    /// Its name: `手机 1`.
    pub name: String,
    /// The area's code; empty: everywhere.
    pub area: String,
    /// Its user's name, if it is somebody's.
    pub user: Option<String>,
    /// What it is there: `worker`, `provider`; nothing if it was enrolled before it asked for that.
    pub role: Option<String>,
    /// Of how many digits a PIN has to be at least, where the office asks for one.
    pub pin_least: Option<usize>,
    /// When it was enrolled, in milliseconds since 1970.
    pub at_ms: i64,
    /// When the server said that this very phone was revoked.
    pub revoked_at_ms: Option<i64>,
}

/// Why the server lets this phone send nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ShutOut {
    /// It does not know the phone, and wants to.
    Unknown,
    /// It knew the phone, and has revoked it.
    Revoked,
}

/// Why a text leads to no enrolment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NotEnrolled {
    /// It is no code.
    NotACode,
    /// It is for another server, where another app is.
    OtherServer,
    /// The server says that the code is used, over, or none of its.
    Refused,
    /// Too many tries; after a while.
    TooOften,
    /// No server answered.
    NoServer,
    /// The code was taken, but this phone could not keep the token.
    NotKept,
}

/// The kept record: version 1, and with `revoked_at_ms` version 2, which the build before takes for no enrolment at all.
#[derive(Clone, Serialize, Deserialize)]
struct Kept {
    version: u32,
    id: String,
    name: String,
    area: String,
    user: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    role: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pin_least: Option<usize>,
    token: String,
    at_ms: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    revoked_at_ms: Option<i64>,
}

#[derive(Deserialize)]
struct Answered {
    device: AnsweredDevice,
    token: String,
}

#[derive(Deserialize)]
struct AnsweredDevice {
    id: String,
    name: String,
    area: String,
    language: Option<String>,
    pin_least: Option<usize>,
}

#[derive(Deserialize)]
struct Me {
    user: Option<NamedUser>,
    role: Option<String>,
}

#[derive(Deserialize)]
struct NamedUser {
    name: String,
}

#[derive(Deserialize)]
struct Failed {
    error: Code,
}

#[derive(Deserialize)]
struct Code {
    code: String,
}

/// Reads who this phone is, and again whenever another tab changes it.
pub fn start(device: Device) {
    take_up_link(device);
    preferences::on_change(move |name| {
        if name == CHANGED {
            timer::spawn(async move {
                read(device).await;
                if untrack(|| device.is_revoked()) {
                    // The tab that was told has seen to the rest.
                    device.read().await;
                } else if device.enrolment.with_untracked(Option::is_some) {
                    pulling::wake(device);
                    sending::wake(device, Wake::Login);
                }
            });
        }
    })
    .forget();
}

/// Reads who this phone is. What can't be made out is as good as not there: the phone can be enrolled anew. What can't be got at just now is
/// not known, and read again before the server is asked for anything: false.
pub async fn read(device: Device) -> bool {
    let kept = async { Phone::open().await?.read(RECORD).await };
    match kept.await {
        Ok(kept) => take(device, kept.as_deref().and_then(read_record)),
        Err(error) => {
            leptos::logging::error!("{error}");
            if error.kind != StoreErrorKind::Unreadable {
                return false;
            }
            take(device, None);
        }
    }
    true
}

fn read_record(bytes: &[u8]) -> Option<Kept> {
    let kept = serde_json::from_slice::<Kept>(bytes).ok()?;
    let known = match kept.revoked_at_ms {
        None => 1,
        Some(_) => 2,
    };
    (kept.version == known).then_some(kept)
}

/// The record of the device of that id with the mark; nothing if it is another's, or marked already.
fn marked(bytes: &[u8], id: &str, at_ms: i64) -> Option<Vec<u8>> {
    let kept = read_record(bytes).filter(|kept| kept.id == id && kept.revoked_at_ms.is_none())?;
    serde_json::to_vec(&Kept { version: 2, revoked_at_ms: Some(at_ms), ..kept }).ok()
}

/// Keeps that the server has revoked the device of that id. False if that is not this phone, or it can't be kept: then it is told again.
pub async fn mark_revoked(device: Device, id: &str) -> bool {
    let at_ms = clock::now_ms();
    let changed = async { Phone::open().await?.change(RECORD, |bytes| marked(bytes, id, at_ms)).await };
    match changed.await {
        Ok(true) => preferences::set(CHANGED, &at_ms.to_string()),
        // Another tab may have been faster.
        Ok(false) => {}
        Err(error) => {
            leptos::logging::error!("{error}");
            return false;
        }
    }
    read(device).await;
    device
        .enrolment
        .with_untracked(|now| now.as_ref().is_some_and(|now| now.id == id && now.revoked_at_ms.is_some()))
}

fn take(device: Device, kept: Option<Kept>) {
    device.transport().set_token(kept.as_ref().map(|kept| kept.token.as_str()));
    device.knows_itself.set_value(true);
    let revoked = kept.as_ref().is_some_and(|kept| kept.revoked_at_ms.is_some());
    device.shut_out.set(revoked.then_some(ShutOut::Revoked));
    let least = kept.as_ref().and_then(|kept| kept.pin_least);
    preferences::set(PIN_LEAST, &least.map(|least| least.to_string()).unwrap_or_default());
    device.pin_least.set(least);
    device.enrolment.set(kept.map(|kept| Enrolment {
        id: kept.id,
        name: kept.name,
        area: kept.area,
        user: kept.user,
        role: kept.role,
        pin_least: kept.pin_least,
        at_ms: kept.at_ms,
        revoked_at_ms: kept.revoked_at_ms,
    }));
}

/// Takes the code of an enrolment link out of the page's address, to be shown on the settings page.
pub fn take_up_link(device: Device) {
    if let Some(code) = page::take_fragment(FRAGMENT) {
        device.offered.set(Some(code));
    }
}

/// The code in what somebody typed, pasted or scanned: the code itself or the link with it, however it was typed.
///
/// # Errors
/// [`NotEnrolled::NotACode`], and [`NotEnrolled::OtherServer`] for a link to somewhere else than `origin`.
pub fn read_code(text: &str, origin: &str) -> Result<String, NotEnrolled> {
    let text = text.trim();
    let code = match text.split_once('#') {
        None => text,
        Some((address, fragment)) => {
            let code = fragment.strip_prefix(FRAGMENT).ok_or(NotEnrolled::NotACode)?;
            match address.strip_prefix(origin) {
                Some(path) if path.is_empty() || path.starts_with('/') => code,
                Some(_) | None => return Err(NotEnrolled::OtherServer),
            }
        }
    };
    hand_over::read_code(code).ok_or(NotEnrolled::NotACode)
}

/// The office's rule for PINs as it was read last: known before anything is shown, when the record is not read yet.
pub fn pin_least() -> Option<usize> {
    preferences::get(PIN_LEAST)?.parse().ok()
}

/// Enrols this phone, and sends what waited for it. An enrolment of before is given up for the new one. Gives the language that the office
/// wants it to be read in, if it does and the app speaks it.
///
/// # Errors
/// [`NotEnrolled`]; then who this phone is stays as it was.
pub async fn enrol(device: Device, text: &str) -> Result<Option<Language>, NotEnrolled> {
    let code = read_code(text, &page::origin())?;
    // Without the token of before: one that is revoked would be refused, whatever the code.
    let stranger = Fetch::default();
    let body = serde_json::json!({ "code": code }).to_string();
    let answer = stranger.send(request(Method::Post, "/api/v1/devices", Some(body))).await;
    let answer = answer.map_err(|_| NotEnrolled::NoServer)?;
    let answered = read_answer(&answer)?;
    stranger.set_token(Some(&answered.token));
    let (user, role) = who_is(&stranger).await;
    let language = answered.device.language.as_deref().and_then(Language::of_tag);
    let kept = Kept {
        version: 1,
        id: answered.device.id,
        name: answered.device.name,
        area: answered.device.area,
        user,
        role,
        pin_least: answered.device.pin_least,
        token: answered.token,
        at_ms: clock::now_ms(),
        revoked_at_ms: None,
    };
    keep(&kept).await.map_err(|error| {
        leptos::logging::error!("{error}");
        NotEnrolled::NotKept
    })?;
    take(device, Some(kept));
    preferences::set(CHANGED, &clock::now_ms().to_string());
    pulling::wake(device);
    sending::wake(device, Wake::Login);
    Ok(language)
}

/// What the server made of a code.
fn read_answer(answer: &Response) -> Result<Answered, NotEnrolled> {
    let said = serde_json::from_slice::<Failed>(&answer.body).ok().map(|failed| failed.error.code);
    match (answer.status, said.as_deref()) {
        (201, _) => serde_json::from_slice(&answer.body).map_err(|_| NotEnrolled::NoServer),
        (403, Some("bad_enrolment")) => Err(NotEnrolled::Refused),
        (429, _) => Err(NotEnrolled::TooOften),
        _ => Err(NotEnrolled::NoServer),
    }
}

/// The name of the user whose device it is, and its role; to be shown, and not worth failing for.
async fn who_is(device: &Fetch) -> (Option<String>, Option<String>) {
    let answer = device.send(request(Method::Get, "/api/v1/me", None)).await.ok();
    let me = answer.and_then(|answer| serde_json::from_slice::<Me>(&answer.body).ok());
    me.map(|me| (me.user.map(|user| user.name), me.role)).unwrap_or_default()
}

async fn keep(kept: &Kept) -> Result<(), StoreError> {
    let bytes = serde_json::to_vec(kept).unwrap_or_default();
    Phone::open().await?.write(RECORD, &bytes).await
}

fn request(method: Method, url: &str, body: Option<String>) -> Request {
    let mut headers = vec![("accept".into(), "application/json".into())];
    if body.is_some() {
        headers.push(("content-type".into(), "application/json".into()));
    }
    Request { method, url: url.into(), headers, body: body.map(String::into_bytes), timeout_ms: TIMEOUT_MS }
}

/// Forgets the token, because the reader said so. What waits stays. False: the phone could not.
pub async fn leave(device: Device) -> bool {
    let removed = async { Phone::open().await?.remove(RECORD).await };
    match removed.await {
        Ok(()) => {
            take(device, None);
            preferences::set(CHANGED, &clock::now_ms().to_string());
            true
        }
        Err(error) => {
            leptos::logging::error!("{error}");
            false
        }
    }
}

/// What the server said last, by an answer or by what waits in the outbox for being let in, or has said of all phones.
pub fn shut_out(device: Device) -> Option<ShutOut> {
    // What is kept stands, whatever was or was not answered since.
    let kept = device.is_revoked().then_some(ShutOut::Revoked);
    kept.or(device.shut_out.get())
        .or_else(|| device.outbox.with(|items| shut_out_by(items)))
        .or_else(|| is_wanted(device).then_some(ShutOut::Unknown))
}

/// Is this phone to be enrolled first? Said by the server before anything is sent, as long as nobody knows better.
fn is_wanted(device: Device) -> bool {
    device.office.devices_only.get()
        && device.enrolment.with(Option::is_none)
        && device.knows_itself.get_value()
}

fn shut_out_by(items: &[OutboxItem]) -> Option<ShutOut> {
    let mut by = items.iter().filter(|item| item.target == HOME).filter_map(|item| match &item.state {
        State::Waiting { reason, .. } if reason.kind == SendErrorKind::DeviceRevoked => {
            Some(ShutOut::Revoked)
        }
        State::Waiting { reason, .. } if reason.kind == SendErrorKind::LoginNeeded => Some(ShutOut::Unknown),
        State::Waiting { .. }
        | State::Queued
        | State::Sending { .. }
        | State::Refused { .. }
        | State::Delivered { .. } => None,
    });
    let first = by.next()?;
    let revoked = first == ShutOut::Revoked || by.any(|other| other == ShutOut::Revoked);
    Some(if revoked { ShutOut::Revoked } else { ShutOut::Unknown })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORIGIN: &str = "https://survey.example.cn";
    const CODE: &str = "abcdefghjkmnpqrst234";

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        for typed in [
            "abcde-fghjk-mnpqr-st234",
            "  ABCDE FGHJK\tMNPQR ST234 ",
            "ａｂｃｄｅ－ＦＧＨＪＫ－mnpqr—st２３４",
            "abcdefghjkmnpqrst234",
            "https://survey.example.cn/settings#enrol=abcde-fghjk-mnpqr-st234",
            "https://survey.example.cn#enrol=abcde-fghjk-mnpqr-st234\n",
        ] {
            assert_eq!(read_code(typed, ORIGIN).as_deref(), Ok(CODE), "{typed}");
        }
    }

    #[test]
    fn what_is_no_code_or_anothers_is_told_apart() {
        use NotEnrolled::*;
        for (typed, why) in [
            ("", NotACode),
            ("abcde-fghjk-mnpqr-st23", NotACode),
            ("abcde-fghjk-mnpqr-st2345", NotACode),
            ("abcde-fghjk-mnpqr-sto10", NotACode),
            ("https://survey.example.cn/settings#code=abcde", NotACode),
            ("https://survey.example.cn.evil.example/settings#enrol=abcde-fghjk-mnpqr-st234", OtherServer),
            ("https://other.example/settings#enrol=abcde-fghjk-mnpqr-st234", OtherServer),
        ] {
            assert_eq!(read_code(typed, ORIGIN), Err(why), "{typed}");
        }
    }

    fn answer(status: u16, body: &str) -> Response {
        Response { status, headers: Vec::new(), body: body.into() }
    }

    #[test]
    fn only_the_servers_own_words_refuse_a_code() {
        let said = |code: &str| format!(r#"{{"error":{{"code":"{code}","reason":"x"}}}}"#);
        assert_eq!(read_answer(&answer(403, &said("bad_enrolment"))).err(), Some(NotEnrolled::Refused));
        assert_eq!(read_answer(&answer(403, "<html>")).err(), Some(NotEnrolled::NoServer));
        assert_eq!(read_answer(&answer(201, "<html>")).err(), Some(NotEnrolled::NoServer));
        assert_eq!(read_answer(&answer(429, "")).err(), Some(NotEnrolled::TooOften));
    }

    #[test]
    fn a_server_may_say_what_the_phone_is_to_be_set_to_or_be_older_than_that() {
        let said =
            |more: &str| format!(r#"{{"device":{{"id":"d1","name":"a","area":"37"{more}}},"token":"t"}}"#);
        let device = |more: &str| read_answer(&answer(201, &said(more))).expect("it is enrolled").device;
        let told = device(r#","language":"en","pin_least":8"#);
        assert_eq!((told.language.as_deref(), told.pin_least), (Some("en"), Some(8)));
        for nothing in ["", r#","language":null,"pin_least":null,"later":true"#] {
            let told = device(nothing);
            assert_eq!((told.language, told.pin_least), (None, None));
        }
    }

    #[test]
    fn the_records_of_both_versions_read_and_are_written_as_they_were() {
        let first = r#"{"version":1,"id":"d1","name":"手机 1","area":"371002","user":"li.si","token":"t","at_ms":1795397400000}"#;
        let kept = read_record(first.as_bytes()).expect("it reads");
        assert_eq!((kept.name.as_str(), kept.token.as_str()), ("手机 1", "t"));
        assert_eq!(serde_json::to_string(&kept).expect("it is written"), first);
        assert_eq!(kept.role, None, "it was enrolled before it asked");
        let with_role = first.replace("\"token\"", "\"role\":\"provider\",\"token\"");
        let kept = read_record(with_role.as_bytes()).expect("it reads");
        assert_eq!(kept.role.as_deref(), Some("provider"));
        assert_eq!(serde_json::to_string(&kept).expect("it is written"), with_role);
        let with_rule = first.replace("\"token\"", "\"pin_least\":8,\"token\"");
        let kept = read_record(with_rule.as_bytes()).expect("it reads");
        assert_eq!(kept.pin_least, Some(8));
        assert_eq!(serde_json::to_string(&kept).expect("it is written"), with_rule);
        let second = r#"{"version":2,"id":"d1","name":"手机 1","area":"371002","user":"li.si","token":"t","at_ms":1795397400000,"revoked_at_ms":1795397500000}"#;
        let written = marked(first.as_bytes(), "d1", 1_795_397_500_000).expect("it is this phone");
        assert_eq!(String::from_utf8_lossy(&written), second);
        assert_eq!(read_record(second.as_bytes()).expect("it reads").revoked_at_ms, Some(1_795_397_500_000));
        assert!(read_record(first.replace("n\":1", "n\":2").as_bytes()).is_none());
        assert!(read_record(second.replace("n\":2", "n\":3").as_bytes()).is_none());
    }

    #[test]
    fn only_this_very_phone_is_marked_and_only_once() {
        let kept = r#"{"version":1,"id":"d1","name":"a","area":"","user":null,"token":"t","at_ms":1}"#;
        assert!(marked(kept.as_bytes(), "d2", 5).is_none(), "another phone is meant");
        let once = marked(kept.as_bytes(), "d1", 5).expect("it is this phone");
        assert!(marked(&once, "d1", 6).is_none(), "the first time counts");
    }
}
