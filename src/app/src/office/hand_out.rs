//! Handing out a device: who and where it is for, and then a code for it.

use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::use_query_map;
use serde_json::json;

use super::code::{Code, Shown};
use super::desk::{Desk, use_desk};
use super::field::{Field, Kind, Menu, Outcome, Submit, Told};
use super::frame::Frame;
use super::refusal::Refusal;
use super::tell;
use super::user::goes_out;
use super::users;
use super::wire::{Enrolment, User};
use crate::components::entry::{EntryErrors, Wrong};
use crate::components::live::{live, shown_when};
use crate::platform::{page as screen, timer};
use crate::words::Language;
use crate::words::office::Office;

const NAME: &str = "device-name";
const HOLDER: &str = "device-holder";
const HOLDERS: &str = "device-holders";
const AREA: &str = "device-area";
const LANGUAGE: &str = "device-language";
const PIN: &str = "device-pin";
/// Of how many digits at least a PIN may have to be; the first: as the user likes.
const PINS: [&str; 4] = ["", "6", "8", "10"];

/// Who and where a device is for, as it is typed.
#[derive(Clone, Copy)]
pub struct Wanted {
    pub name: RwSignal<String>,
    pub holder: RwSignal<String>,
    pub area: RwSignal<String>,
    /// Is it to stand in a station, for whoever comes?
    pub kiosk: RwSignal<bool>,
    /// The tag of the language that it reads in; empty: as the phone has it.
    pub language: RwSignal<String>,
    /// One of [`PINS`].
    pub pin: RwSignal<String>,
    /// Who may be chosen; nothing for those who may not see users.
    pub users: RwSignal<Vec<User>>,
}

impl Wanted {
    /// Nothing yet, or for the user whose id the address names.
    pub fn new(desk: Desk) -> Wanted {
        let new = || RwSignal::new(String::new());
        let wanted = Wanted {
            name: new(),
            holder: new(),
            area: new(),
            kiosk: RwSignal::new(false),
            language: new(),
            pin: new(),
            users: RwSignal::default(),
        };
        if desk.user.with_untracked(|user| user.role != "administrator") {
            // A station hands out what is its own area's.
            wanted.area.set(desk.user.with_untracked(|user| user.area.clone()));
            return wanted;
        }
        let asked = use_query_map().with_untracked(|query| query.get("user"));
        timer::spawn(async move {
            // Without them there is no choice, and the form says so when a name is typed all the same.
            let Ok((users, _)) = users::all(desk).await else { return };
            let users: Vec<User> = users.into_iter().filter(goes_out).collect();
            if let Some(user) = asked.and_then(|id| users.iter().find(|user| user.id == id)) {
                wanted.holder.try_set(user.name.clone());
                wanted.area.try_set(user.area.clone());
            }
            wanted.users.try_set(users);
        });
        wanted
    }

    /// For the server; nothing, with what is wrong said, if it is not worth asking.
    fn json(self, outcome: Outcome) -> Option<(String, serde_json::Value)> {
        let [name, holder, area] = [self.name, self.holder, self.area]
            .map(|text| text.with_untracked(|text| text.trim().to_owned()));
        if name.is_empty() {
            outcome.complain(NAME, |w| w.empty);
            return None;
        }
        let mut body = json!({"name": name, "area": area, "kiosk": self.kiosk.get_untracked()});
        let language = self.language.get_untracked();
        if !language.is_empty() {
            body["language"] = json!(language);
        }
        // A kiosk is open to whoever comes: what is chosen there stays for the next device.
        if let Ok(least) = self.pin.get_untracked().parse::<u32>()
            && !self.kiosk.get_untracked()
        {
            body["pin_least"] = json!(least);
        }
        if !holder.is_empty() {
            let found = self.users.with_untracked(|users| {
                users.iter().find(|user| user.name == holder.to_lowercase()).cloned()
            });
            let Some(user) = found else {
                outcome.complain(HOLDER, |w| w.holder_unknown);
                return None;
            };
            body["user"] = json!(user.id);
            if area.is_empty() {
                body["area"] = json!(user.area);
            }
        }
        Some((name, body))
    }

    /// Asks the server for a code: the device's name, and the code.
    pub async fn ask(self, desk: Desk, outcome: Outcome) -> Option<(String, Enrolment)> {
        let (name, body) = self.json(outcome)?;
        match desk.ask::<Enrolment>("POST", "/api/v1/enrolments", Some(&body)).await {
            Ok(enrolment) => Some((name, enrolment)),
            Err(refusal) => {
                outcome.refused(refusal, field);
                None
            }
        }
    }
}

fn field(refusal: &Refusal) -> Option<&'static str> {
    match refusal.field()? {
        "name" => Some(NAME),
        "area" => Some(AREA),
        "user" => Some(HOLDER),
        "language" => Some(LANGUAGE),
        "pin_least" => Some(PIN),
        _ => None,
    }
}

/// The fields of it.
#[component]
pub fn WantedFields(desk: Desk, wanted: Wanted, wrong: Wrong) -> impl IntoView {
    let names = move || {
        let option = |user: &User| view! { <option value=user.name.clone()></option> };
        wanted.users.with(|users| users.iter().map(option).collect::<Vec<_>>())
    };
    let sees_users = move || desk.user.with(|user| user.role == "administrator");
    view! {
        <Field id=NAME kind=Kind::Plain label=|w| w.device_name hint=|w| w.device_name_hint text=wanted.name wrong />
        {shown_when(sees_users, move || view! {
            <Field id=HOLDER kind=Kind::Plain label=|w| w.holder hint=|w| w.holder_hint list=HOLDERS text=wanted.holder wrong />
            <datalist id=HOLDERS>{live(names)}</datalist> }.into_any())}
        <Field id=AREA kind=Kind::Plain label=|w| w.area_field hint=|w| w.device_area_hint text=wanted.area wrong />
    }
}

/// What the phone is set to as it comes.
#[component]
fn PresetFields(wanted: Wanted) -> impl IntoView {
    let languages: Vec<String> =
        [""].into_iter().chain(Language::ALL.map(Language::tag)).map(str::to_owned).collect();
    let language = |(tag, words): (String, &'static Office)| {
        let known = Language::of_tag(&tag).filter(|_| !tag.is_empty());
        known.map_or(words.preset.language_own, |language| language.words().language_long).to_owned()
    };
    let pin = |(least, words): (String, &'static Office)| match least.parse() {
        Ok(least) => (words.preset.pin_least)(least),
        Err(_) => words.preset.pin_free.to_owned(),
    };
    view! {
        <Menu id=LANGUAGE label=|w| w.preset.language values=Signal::stored(languages) called=language chosen=wanted.language />
        {shown_when(move || !wanted.kiosk.get(), move || view! {
            <Menu id=PIN label=|w| w.preset.pin values=Signal::stored(PINS.map(str::to_owned).to_vec()) called=pin chosen=wanted.pin /> }.into_any())}
        <p class="soft small">{tell(|w| w.preset.explained)}</p>
    }
}

/// The page at `/office/devices/new`.
#[component]
pub fn HandOutPage() -> impl IntoView {
    let desk = use_desk();
    let made = RwSignal::new(None::<Code>);
    let wanted = Wanted::new(desk);
    view! {
        <Frame title=|w| w.hand_out screen="hand-out">
            <div class="section">
                <p class="lone"><A href="/office/devices">{tell(|w| w.back_to_devices)}</A></p>
                {live(move || match made.get() {
                    Some(code) => view! { <Shown desk code made /> }.into_any(),
                    None => view! { <HandOutForm desk wanted made /> }.into_any(),
                })}
            </div>
        </Frame>
    }
}

#[component]
fn HandOutForm(desk: Desk, wanted: Wanted, made: RwSignal<Option<Code>>) -> impl IntoView {
    let outcome = Outcome::new();
    let make = move || {
        if !outcome.begin() {
            return;
        }
        timer::spawn(async move {
            if let Some((name, enrolment)) = wanted.ask(desk, outcome).await {
                outcome.done();
                wanted.name.try_set(String::new());
                made.try_set(Some(Code::new(name, enrolment)));
            }
        });
    };
    view! {
        <div class="narrow section">
            <h1>{tell(|w| w.hand_out)}</h1>
            <p class="soft">{tell(|w| w.hand_out_explained)}</p>
            {(!is_secure()).then(|| view! { <p class="notice warn">{tell(|w| w.code_plain)}</p> })}
            <EntryErrors wrong=outcome.wrong />
            <Told outcome />
            <form class="entry-form card" novalidate on:submit=move |event| {
                event.prevent_default();
                make();
            }>
                <WantedFields desk wanted wrong=outcome.wrong />
                <PresetFields wanted />
                <label class="choice">
                    <input type="checkbox" data-field="kiosk" prop:checked=live(move || wanted.kiosk.get()) on:change:target=move |event| wanted.kiosk.set(event.target().checked()) />
                    <span>{tell(|w| w.resident.is_kiosk)} <span class="soft small">{tell(|w| w.resident.is_kiosk_hint)}</span></span>
                </label>
                <div class="actions">
                    <Submit outcome action="make-code" word=|w| w.make_code busy=|w| w.loading />
                </div>
            </form>
        </div>
    }
}

/// Would a phone get here safely?
pub fn is_secure() -> bool {
    screen::origin().starts_with("https://")
}
