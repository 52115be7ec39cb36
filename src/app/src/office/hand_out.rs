//! Handing out a device: a code as QR code and link, shown once, until it is used or over.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::use_query_map;
use serde_json::json;

use super::desk::{Desk, use_desk};
use super::devices;
use super::field::{Field, Kind, Once, Outcome, Submit, Told};
use super::frame::Frame;
use super::qr::Qr;
use super::refusal::Refusal;
use super::tell;
use super::user::goes_out;
use super::users;
use super::wire::{Device, Enrolment, User};
use crate::components::entry::{EntryErrors, Wrong};
use crate::components::live::{live, shown_when};
use crate::platform::{clock, page as screen, timer};
use crate::state::keeping::now;
use crate::state::reader::use_reader;
use crate::words::office::words;
use crate::words::when::until;

const NAME: &str = "device-name";
const HOLDER: &str = "device-holder";
const HOLDERS: &str = "device-holders";
const AREA: &str = "device-area";
/// How long a code is good, if this machine's clock and the server's don't agree.
const LIFETIME_MS: i64 = 15 * 60_000;
/// How often it is looked whether the phone is there.
const LOOK_MS: u32 = 4_000;
/// Where there are more devices than these, it is not looked.
const WATCHED: usize = 400;

/// Who and where a device is for, as it is typed.
#[derive(Clone, Copy)]
pub struct Wanted {
    pub name: RwSignal<String>,
    pub holder: RwSignal<String>,
    pub area: RwSignal<String>,
    /// Who may be chosen; nothing for those who may not see users.
    pub users: RwSignal<Vec<User>>,
}

impl Wanted {
    /// Nothing yet, or for the user whose id the address names.
    pub fn new(desk: Desk) -> Wanted {
        let new = || RwSignal::new(String::new());
        let wanted = Wanted { name: new(), holder: new(), area: new(), users: RwSignal::default() };
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
        let mut body = json!({"name": name, "area": area});
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

/// A code that was made.
#[derive(Clone, PartialEq)]
struct Code {
    name: String,
    code: String,
    text: String,
    /// By this machine's clock.
    until_ms: i64,
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
                <p><A href="/office/devices">{tell(|w| w.back_to_devices)}</A></p>
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
                let Enrolment { code, text, expires_at } = enrolment;
                made.try_set(Some(Code {
                    name,
                    code,
                    text,
                    until_ms: until_ms(expires_at, clock::now_ms()),
                }));
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

/// Until when a code is good by this machine's clock: the server's word, unless the two clocks are far apart.
fn until_ms(expires_at: i64, now: i64) -> i64 {
    if (1..=LIFETIME_MS).contains(&(expires_at - now)) { expires_at } else { now + LIFETIME_MS }
}

/// What becomes of a code that is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Became {
    Waiting,
    Used,
    Over,
}

#[component]
fn Shown(desk: Desk, code: Code, made: RwSignal<Option<Code>>) -> impl IntoView {
    let reader = use_reader();
    screen::scroll_to_top();
    let became = RwSignal::new(Became::Waiting);
    let watching = watch(desk, code.clone(), became);
    on_cleanup(move || drop(watching.try_update_value(Option::take)));
    let Code { name, code: letters, text, until_ms } = code;
    let used = name.clone();
    let (link, picture) = (text.clone(), text);
    view! {
        <h1>{tell(move |w| (w.code_ready)(&name))}</h1>
        {live(move || match became.get() {
            Became::Waiting => {
                let (link, picture, letters) = (link.clone(), picture.clone(), letters.clone());
                view! {
                    <div class="card split" data-code="waiting">
                        <div class="section">
                            <p>{tell(|w| w.code_scan)}</p>
                            <Qr text=picture />
                        </div>
                        <div class="section">
                            <p class="state wait" role="status">
                                {live(move || {
                                    let language = reader.language();
                                    (words(language).code_until)(&until(until_ms, now(), language.words()))
                                })}
                            </p>
                            <p>{tell(|w| w.code_link)}</p>
                            <Once text=link name="link" />
                            <p>{tell(|w| w.code_typed)}</p>
                            <Once text=letters name="code" />
                            <p class="notice warn">{tell(|w| w.code_once)}</p>
                        </div>
                    </div>
                }
                .into_any()
            }
            Became::Used => {
                let used = used.clone();
                view! { <p class="notice" role="status" data-code="used">{tell(move |w| (w.code_used)(&used))}</p> }.into_any()
            }
            Became::Over => view! { <p class="notice warn" role="status" data-code="over">{tell(|w| w.code_over)}</p> }.into_any(),
        })}
        <div class="actions">
            <button type="button" class="button main" data-action="hand-out-next" on:click=move |_| made.set(None)>
                {tell(|w| w.hand_out_next)}
            </button>
            <A href="/office/devices" attr:class="button">{tell(|w| w.back_to_devices)}</A>
        </div>
    }
}

/// Looks whether a device of that name has come since, and whether the time is over. Dropped, it looks no more.
fn watch(
    desk: Desk,
    code: Code,
    became: RwSignal<Became>,
) -> StoredValue<Option<timer::Timer>, LocalStorage> {
    // Those that were there when it was first looked: the code was shown a moment ago.
    let before: Rc<RefCell<Option<BTreeSet<String>>>> = Rc::default();
    let look = move || {
        let (before, name) = (before.clone(), code.name.clone());
        if became.try_get_untracked() != Some(Became::Waiting) {
            return;
        }
        if clock::now_ms() >= code.until_ms {
            became.set(Became::Over);
            return;
        }
        timer::spawn(async move {
            let Ok((all, _)) = devices::all(desk).await else { return };
            let mut before = before.borrow_mut();
            match &*before {
                None => *before = Some(all.into_iter().map(|device| device.id).collect()),
                Some(known) if known.len() <= WATCHED => {
                    let has_come = |device: &Device| device.name == name && !known.contains(&device.id);
                    if all.iter().any(has_come) {
                        became.try_set(Became::Used);
                    }
                }
                Some(_) => {}
            }
        });
    };
    look();
    StoredValue::new_local(Some(timer::every(LOOK_MS, look)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_wrong_shows_no_code_as_over() {
        assert_eq!(until_ms(1_000_000, 900_000), 1_000_000);
        for wrong in [0, 900_000, 99_000_000] {
            assert_eq!(until_ms(wrong, 900_000), 900_000 + LIFETIME_MS, "{wrong}");
        }
    }
}
