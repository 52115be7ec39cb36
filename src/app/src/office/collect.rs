//! The settings for ODK Collect: as the QR code that it scans (`base64(zlib(JSON))`), and as what is typed by hand.
//!
//! As a device, the token is made here and stands in the address; it is shown this once and kept nowhere.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use leptos::prelude::*;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::desk::{Desk, use_desk};
use super::field::{Field, Kind, Once, Outcome, Submit, Told};
use super::frame::Frame;
use super::hand_out::{Wanted, WantedFields, is_secure};
use super::qr::Qr;
use super::tell;
use crate::components::entry::EntryErrors;
use crate::components::live::{live, shown_when};
use crate::platform::{page as screen, timer};

const USER: &str = "collect-user";
const USERS: &str = "collect-users";

/// What Collect is told.
#[derive(Clone, PartialEq, Debug)]
struct Settings {
    /// The project's name there.
    name: String,
    url: String,
    /// Who logs in, where nobody's token is in the address.
    user: Option<String>,
}

impl Settings {
    /// The JSON of it: what is not named stays at Collect's defaults. Forms are kept as the server has them, and what is
    /// finished is sent at once.
    fn json(&self) -> Json {
        let mut general = json!({"server_url": self.url, "form_update_mode": "match_exactly", "autosend": "wifi_and_cellular"});
        if let Some(user) = &self.user {
            general["username"] = json!(user);
        }
        json!({"general": general, "admin": {}, "project": {"name": self.name}})
    }

    /// The QR code's text.
    fn code(&self) -> String {
        STANDARD.encode(zlib(self.json().to_string().as_bytes()))
    }
}

/// Zlib's container (RFC 1950) around one stored block (RFC 1951 §3.2.4): a text this short, and mostly random, hardly gets
/// shorter. 65,535 bytes at most, which no QR code holds.
fn zlib(bytes: &[u8]) -> Vec<u8> {
    let bytes = &bytes[..bytes.len().min(usize::from(u16::MAX))];
    let length = u16::try_from(bytes.len()).unwrap_or(u16::MAX);
    let (mut a, mut b) = (1_u32, 0_u32);
    for byte in bytes {
        a = (a + u32::from(*byte)) % 65_521;
        b = (b + a) % 65_521;
    }
    let mut all = vec![0x78, 0x01, 0x01];
    all.extend(length.to_le_bytes());
    all.extend((!length).to_le_bytes());
    all.extend(bytes);
    all.extend(((b << 16) | a).to_be_bytes());
    all
}

/// The page at `/office/collect`.
#[component]
pub fn CollectPage() -> impl IntoView {
    let desk = use_desk();
    let made = RwSignal::new(None::<Settings>);
    view! {
        <Frame title=|w| w.collect screen="collect">
            <div class="section">
                <h1>{tell(|w| w.collect)}</h1>
                <p class="soft">{tell(|w| w.collect_explained)}</p>
                {(!is_secure()).then(|| view! { <p class="notice warn" data-plain="true">{tell(|w| w.collect_plain)}</p> })}
                {live(move || match made.get() {
                    Some(settings) => view! { <Shown settings made /> }.into_any(),
                    None => view! { <CollectForm desk made /> }.into_any(),
                })}
            </div>
        </Frame>
    }
}

#[component]
fn CollectForm(desk: Desk, made: RwSignal<Option<Settings>>) -> impl IntoView {
    let as_user = RwSignal::new(false);
    let wanted = Wanted::new(desk);
    let user = RwSignal::new(String::new());
    let outcome = Outcome::new();
    let make = move || {
        if !outcome.begin() {
            return;
        }
        if as_user.get_untracked() {
            if let Some(settings) = for_user(wanted, user, outcome) {
                outcome.done();
                made.set(Some(settings));
            }
            return;
        }
        timer::spawn(async move {
            if let Some(settings) = for_device(desk, wanted, outcome).await {
                outcome.done();
                made.try_set(Some(settings));
            }
        });
    };
    let sees_users = move || desk.user.with(|user| user.role == "administrator");
    let names = move || {
        let fits = |user: &&super::wire::User| !user.second_factor && user.role == "worker";
        wanted.users.with(|users| {
            users
                .iter()
                .filter(fits)
                .map(|user| view! { <option value=user.name.clone()></option> })
                .collect::<Vec<_>>()
        })
    };
    view! {
        <EntryErrors wrong=outcome.wrong />
        <Told outcome />
        <form class="entry-form card narrow" novalidate on:submit=move |event| {
            event.prevent_default();
            make();
        }>
            {shown_when(sees_users, move || view! { <As as_user /> }.into_any())}
            {live(move || match as_user.get() {
                true => view! {
                    <Field id=USER kind=Kind::Plain label=|w| w.collect_which_user hint=|w| w.collect_worker list=USERS text=user wrong=outcome.wrong />
                    <datalist id=USERS>{live(names)}</datalist>
                }
                .into_any(),
                false => view! { <WantedFields desk wanted wrong=outcome.wrong /> }.into_any(),
            })}
            <div class="actions">
                <Submit outcome action="make-settings" word=|w| w.collect_make busy=|w| w.loading />
            </div>
        </form>
    }
}

/// As a device, or as a user.
#[component]
fn As(as_user: RwSignal<bool>) -> impl IntoView {
    let choice = move |value: bool, id: &'static str, word: super::field::Word, line: super::field::Word| {
        view! {
            <label class="choice" for=id>
                <input
                    type="radio" name="collect-as" id=id
                    prop:checked=live(move || as_user.get() == value)
                    on:change=move |_| as_user.set(value)
                />
                <span>
                    <strong>{tell(word)}</strong>
                    <span class="soft small lines">{tell(line)}</span>
                </span>
            </label>
        }
        .into_any()
    };
    view! {
        <fieldset>
            <legend class="question-label">{tell(|w| w.collect_as)}</legend>
            <div class="choices">
                {choice(false, "collect-device", |w| w.collect_device, |w| w.collect_device_line)}
                {choice(true, "collect-by-user", |w| w.collect_user, |w| w.collect_user_line)}
            </div>
        </fieldset>
    }
}

/// With the name of one who can log in with no more than a password.
fn for_user(wanted: Wanted, typed: RwSignal<String>, outcome: Outcome) -> Option<Settings> {
    let name = typed.with_untracked(|name| name.trim().to_lowercase());
    let found = wanted.users.with_untracked(|users| users.iter().find(|user| user.name == name).cloned());
    let wrong: super::field::Word = match &found {
        _ if name.is_empty() => |w| w.empty,
        None => |w| w.holder_unknown,
        Some(user) if user.second_factor || user.role == "station" => |w| w.collect_no_factor,
        Some(user) if user.role != "worker" => |w| w.collect_worker,
        Some(_) => return Some(Settings { name: project(), url: openrosa(), user: Some(name) }),
    };
    outcome.complain(USER, wrong);
    None
}

#[derive(Deserialize)]
struct Enrolled {
    token: String,
}

/// Makes a device whose token is in the address.
async fn for_device(desk: Desk, wanted: Wanted, outcome: Outcome) -> Option<Settings> {
    let (name, enrolment) = wanted.ask(desk, outcome).await?;
    let body = json!({"code": enrolment.code});
    match desk.ask::<Enrolled>("POST", "/api/v1/devices", Some(&body)).await {
        Ok(Enrolled { token }) => {
            Some(Settings { name, url: format!("{}/key/{token}", openrosa()), user: None })
        }
        Err(refusal) => {
            outcome.refused(refusal, |_| None);
            None
        }
    }
}

fn openrosa() -> String {
    format!("{}/openrosa", screen::origin())
}

/// What a project is called that is no device's in particular.
fn project() -> String {
    "Doorstep".to_owned()
}

#[component]
fn Shown(settings: Settings, made: RwSignal<Option<Settings>>) -> impl IntoView {
    let Settings { name, url, user } = settings.clone();
    let called = user.clone().unwrap_or(name);
    let has_token = user.is_none();
    screen::scroll_to_top();
    view! {
        <h2>{tell(move |w| (w.collect_ready)(&called))}</h2>
        <div class="card split" data-settings="true">
            <div class="section">
                <p>{tell(|w| w.collect_scan)}</p>
                <Qr text=settings.code() />
            </div>
            <div class="section">
                <p>{tell(|w| w.collect_or_type)}</p>
                <h3>{tell(|w| w.collect_url)}</h3>
                <Once text=url name="url" />
                {match user {
                    None => view! { <p>{tell(|w| w.collect_no_login)}</p> }.into_any(),
                    Some(user) => view! {
                        <h3>{tell(|w| w.collect_user_name)}</h3>
                        <Once text=user name="user" />
                        <h3>{tell(|w| w.collect_password)}</h3>
                        <p>{tell(|w| w.collect_password_own)}</p>
                    }
                    .into_any(),
                }}
                {has_token.then(|| view! { <p class="notice warn">{tell(|w| w.collect_once)}</p> })}
                <details class="fold">
                    <summary>{tell(|w| w.collect_settings)}</summary>
                    <p class="once mono" translate="no">{serde_json::to_string_pretty(&settings.json()).unwrap_or_default()}</p>
                </details>
            </div>
        </div>
        <div class="actions">
            <button type="button" class="button main" data-action="hand-out-next" on:click=move |_| made.set(None)>
                {tell(|w| w.hand_out_next)}
            </button>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made by Python's `zlib.compress(b"abc", 0)`.
    #[test]
    fn a_stored_block_is_as_zlib_writes_it() {
        let made = [0x78, 0x01, 0x01, 3, 0, 0xfc, 0xff, b'a', b'b', b'c', 0x02, 0x4d, 0x01, 0x27];
        assert_eq!(zlib(b"abc"), made);
        assert_eq!(zlib(b"")[7..], [0, 0, 0, 1]);
    }

    #[test]
    fn a_device_has_its_token_in_the_address_and_a_user_their_name_beside_it() {
        let url = "https://survey.example.cn/openrosa";
        let device = Settings { name: "手机 1".into(), url: format!("{url}/key/t0ken"), user: None };
        assert_eq!(device.json()["general"]["server_url"], format!("{url}/key/t0ken"));
        assert_eq!(device.json()["general"].get("username"), None);
        assert_eq!(device.json()["project"]["name"], "手机 1");
        let user = Settings { name: "Doorstep".into(), url: url.into(), user: Some("li.si".into()) };
        assert_eq!(user.json()["general"]["username"], "li.si");
        assert!(user.json()["general"].get("password").is_none());
        assert!(user.code().starts_with("eAEB"));
    }
}
