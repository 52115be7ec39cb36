//! The settings page: who this phone is for its server, how it looks, and where else it sends.

mod enrolment;
mod login;
mod own;
mod targets;

use leptos::prelude::*;
use leptos_router::components::A;

use crate::components::appearance::Appearance;
use crate::components::icon::{Icon, Shape};
use crate::components::live::{live, shown_when};
use crate::components::shut_out::ShutOutNotice;
use crate::components::top_bar::TopBar;
use crate::platform::{awake as screen, timer};
use crate::state::awake;
use crate::state::device::use_device;
use crate::state::reader::{say, title};
use crate::state::targets as known;

/// The page at `/settings`.
#[component]
pub fn SettingsPage() -> impl IntoView {
    let device = use_device();
    title(|words| words.settings.settings.to_owned());
    timer::spawn(known::refresh(device));
    view! {
        <TopBar title=Signal::derive(say(|w| w.settings.settings.to_owned())) />
        <main id="main" tabindex="-1" data-screen="settings">
            <h1>{say(|w| w.settings.settings)}</h1>
            {shown_when(move || device.offered.with(Option::is_none), move || view! {
                <ShutOutNotice device here=true /> }.into_any())}
            <enrolment::EnrolmentSection device />
            <Appearance>
                <KeepAwake />
            </Appearance>
            <targets::TargetsSection device />
            <own::OwnSection device />
        </main>
    }
}

/// Does the screen stay on while a form is open? Nothing where the browser can't have it so.
#[component]
fn KeepAwake() -> impl IntoView {
    let wanted = RwSignal::new(awake::is_wanted());
    let choose = move |yes: bool| {
        awake::want(yes);
        wanted.set(yes);
    };
    screen::is_possible().then(|| view! {
        <label class="choice">
            <input
                type="checkbox" id="keep-awake" prop:checked=live(move || wanted.get())
                on:change:target=move |event| choose(event.target().checked())
            />
            <span>{say(|w| w.appearance.awake)} <span class="soft small">{say(|w| w.appearance.awake_hint)}</span></span>
        </label>
    })
}

/// The way to it, from other pages.
#[component]
pub fn SettingsLine() -> impl IntoView {
    view! {
        <A href="/settings" attr:class="card card-link" attr:data-action="settings">
            <div class="card-row">
                <Icon shape=Shape::List />
                <span class="grow">
                    <strong>{say(|w| w.settings.settings)}</strong>
                    <span class="soft">" · " {say(|w| w.settings.settings_line)}</span>
                </span>
                <Icon shape=Shape::Next />
            </div>
        </A>
    }
}
