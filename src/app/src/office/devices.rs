//! The devices of one's area: whose, where, when last heard of; revoked after being asked.

use leptos::prelude::*;
use leptos_router::components::A;
use serde_json::Value as Json;

use super::desk::{Desk, use_desk};
use super::field::{Field, Kind, Outcome, Told};
use super::frame::{Awaited, Frame, Remote};
use super::refusal::Refusal;
use super::users::{Counted, More, STEP};
use super::wire::Device;
use super::{tell, words_now};
use crate::components::confirm::Confirm;
use crate::components::icon::{Icon, Shape};
use crate::components::live::{live, shown_when};
use crate::platform::timer;
use crate::state::keeping::now;
use crate::state::reader::use_reader;
use crate::words::office::words;
use crate::words::when::when;

/// The most devices that are read into the page.
const MOST: usize = 5_000;

/// All devices that one may see, and whether there are more than these.
pub async fn all(desk: Desk) -> Result<(Vec<Device>, bool), Refusal> {
    desk.list("/api/v1/devices", "devices", |device: &Device| device.id.clone(), MOST).await
}

/// The page at `/office/devices`.
#[component]
pub fn DevicesPage() -> impl IntoView {
    let desk = use_desk();
    let reader = use_reader();
    let devices = Remote::new();
    let load = move || devices.load(all(desk));
    load();
    let (sought, revoked_too) = (RwSignal::new(String::new()), RwSignal::new(false));
    let most = RwSignal::new(STEP);
    let asking = RwSignal::new(None::<(String, String)>);
    let done = RwSignal::new(None::<String>);
    let outcome = Outcome::new();
    let found = Memo::new(move |_| {
        let (sought, revoked_too) = (sought.get().trim().to_lowercase(), revoked_too.get());
        devices.value.with(|devices: &Option<(Vec<Device>, bool)>| {
            devices.as_ref().map(|(all, _)| sorted(all, &sought, revoked_too)).unwrap_or_default()
        })
    });
    let may_change = move || desk.user.with(|user| matches!(user.role.as_str(), "administrator" | "station"));
    let revoke = move |(id, name): (String, String)| {
        done.set(None);
        if !outcome.begin() {
            return;
        }
        timer::spawn(async move {
            match desk.ask::<Json>("DELETE", &format!("/api/v1/devices/{id}"), None).await {
                Ok(_) => {
                    outcome.done();
                    done.try_set(Some(name));
                    load();
                }
                Err(refusal) => outcome.refused(refusal, |_| None),
            }
        });
    };
    let rows = move || {
        let may = may_change();
        let shown = found.with(|found| found.iter().take(most.get()).cloned().collect::<Vec<_>>());
        shown.into_iter().map(|device| row(device, may, asking)).collect::<Vec<_>>()
    };
    let is_empty = move || devices.value.with(|all| all.as_ref().is_some_and(|(all, _)| all.is_empty()));
    view! {
        <Frame title=|w| w.devices screen="devices">
            <div class="head">
                <h1>{tell(|w| w.devices)}</h1>
                {shown_when(may_change, || view! {
                    <A href="/office/devices/new" attr:class="button main" attr:data-action="hand-out">
                        <Icon shape=Shape::Plus />
                        {tell(|w| w.hand_out)}
                    </A> }.into_any())}
            </div>
            <Awaited remote=devices again=move |()| load() />
            <Told outcome />
            {live(move || done.get().map(|name| view! {
                <p class="notice" role="status" data-revoked-now="true">{tell(move |w| (w.was_revoked)(&name))}</p> }))}
            {shown_when(is_empty, move || view! {
                <p class="empty">
                    {tell(move |w| if desk.user.with(|user| user.area.is_empty()) { w.devices_none } else { w.devices_none_here })}
                </p> }.into_any())}
            {shown_when(move || devices.is_here() && !is_empty(), move || view! {
                <Field id="devices-search" kind=Kind::Search label=|w| w.devices_search text=sought wrong=RwSignal::new(None) />
                <label class="choice slim">
                    <input type="checkbox" id="revoked-too" on:change:target=move |event| revoked_too.set(event.target().checked()) />
                    <span>{tell(|w| w.revoked_too)}</span>
                </label>
                <Counted found=move || found.with(Vec::len) most more=move || devices.value.with(|all| all.as_ref().filter(|all| all.1).map(|all| all.0.len())) />
                <ul class="records">{live(rows)}</ul>
                <More found=move || found.with(Vec::len) most /> }.into_any())}
            <Confirm
                asking
                title=move |(_, name): (String, String)| (words_now(reader).revoke_title)(&name)
                explained=Signal::derive(move || words(reader.language()).revoke_explained)
                yes=Signal::derive(move || words(reader.language()).revoke)
                act=revoke
            />
        </Frame>
    }
}

/// What was sought: in use before revoked, the latest heard of first.
fn sorted(all: &[Device], sought: &str, revoked_too: bool) -> Vec<Device> {
    let fits = |device: &&Device| {
        (revoked_too || device.revoked_at.is_none())
            && [device.name.as_str(), &device.area, device.user_name.as_deref().unwrap_or_default()]
                .iter()
                .any(|text| text.to_lowercase().contains(sought))
    };
    let mut found: Vec<Device> = all.iter().filter(fits).cloned().collect();
    found.sort_by_key(|device| (device.revoked_at.is_some(), std::cmp::Reverse(device.seen_at)));
    found
}

fn row(device: Device, may: bool, asking: RwSignal<Option<(String, String)>>) -> AnyView {
    let Device { id, name, area, user, user_name, seen_at, revoked_at } = device;
    let reader = use_reader();
    let holder = tell(move |w| match (&user_name, &user) {
        (Some(name), _) => name.clone(),
        (None, Some(id)) => (w.unknown_user)(id.get(..8).unwrap_or(id)),
        (None, None) => w.shared.to_owned(),
    });
    let seen = live(move || {
        let (language, at) = (reader.language(), revoked_at.unwrap_or(seen_at));
        let at = when(at, now(), language.words());
        let words = words(language);
        if revoked_at.is_some() { (words.revoked_at)(&at) } else { (words.last_seen)(&at) }
    });
    let is_revoked = revoked_at.is_some();
    let asked = (id.clone(), name.clone());
    view! {
        <li class="record" data-device=id data-revoked=is_revoked.to_string()>
            <strong>{name}</strong>
            <span translate="no">{holder}</span>
            <span class="figures">{tell(move |w| if area.is_empty() { w.everywhere.to_owned() } else { area.clone() })}</span>
            <span class=if is_revoked { "small bad-words" } else { "small soft" }>{seen}</span>
            {(may && !is_revoked).then(|| view! {
                <button type="button" class="button danger" data-action="revoke" on:click=move |_| asking.set(Some(asked.clone()))>
                    {tell(|w| w.revoke)}
                </button> })}
        </li>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn device(name: &str, seen_at: i64, revoked_at: Option<i64>) -> Device {
        Device {
            id: name.into(),
            name: name.into(),
            area: "371002".into(),
            seen_at,
            revoked_at,
            ..Device::default()
        }
    }

    #[test]
    fn the_latest_heard_of_comes_first_and_revoked_ones_last_if_at_all() {
        let all = [device("old", 1, None), device("gone", 9, Some(9)), device("New", 5, None)];
        let names =
            |sought, too| sorted(&all, sought, too).into_iter().map(|device| device.name).collect::<Vec<_>>();
        assert_eq!(names("", true), ["New", "old", "gone"]);
        assert_eq!(names("", false), ["New", "old"]);
        assert_eq!(names("new", false), ["New"]);
        assert_eq!(names("3710", false).len(), 2);
        assert!(names("<script>", true).is_empty());
    }
}
