//! The settings page: who this phone is for its server, how it looks, and where else it sends.

mod enrolment;
mod login;
mod maps;
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
use crate::state::device::use_device;
use crate::state::paging::{self, Paging};
use crate::state::reader::{say, title};
use crate::state::{aloud, awake};
use crate::state::{enrolment as state, targets as known};
use crate::words::Words;

/// The page at `/settings`.
#[component]
pub fn SettingsPage() -> impl IntoView {
    let device = use_device();
    title(|words| words.settings.settings.to_owned());
    timer::spawn(known::refresh(device));
    // What the phone knows of itself comes a moment later: then all of it at once, so that nothing is pushed away.
    let knows_itself = RwSignal::new(false);
    timer::spawn(async move {
        state::read(device).await;
        knows_itself.try_set(true);
    });
    view! {
        <TopBar title=Signal::derive(say(|w| w.settings.settings.to_owned())) />
        <main id="main" tabindex="-1" data-screen="settings">
            <h1>{say(|w| w.settings.settings)}</h1>
            {shown_when(move || device.offered.with(Option::is_none), move || view! {
                <ShutOutNotice device here=true /> }.into_any())}
            {shown_when(move || knows_itself.get(), move || view! {
                <enrolment::EnrolmentSection device />
                <Appearance>
                    {keep_awake()}
                    {read_aloud()}
                    {paging()}
                </Appearance>
                <maps::MapsSection device />
                <targets::TargetsSection device />
                <own::OwnSection device /> }.into_any())}
        </main>
    }
}

/// Does the screen stay on while a form is open? Nothing where the browser can't have it so.
fn keep_awake() -> Option<AnyView> {
    let words: [Choice; 2] = [|w| w.appearance.awake, |w| w.appearance.awake_hint];
    screen::is_possible().then(|| switch("keep-awake", words, awake::is_wanted(), awake::want))
}

/// Has each question a button that reads it aloud?
fn read_aloud() -> AnyView {
    let words: [Choice; 2] = [|w| w.appearance.aloud, |w| w.appearance.aloud_hint];
    switch("read-aloud", words, aloud::is_wanted(), aloud::want)
}

/// Page by page, or all in one.
fn paging() -> AnyView {
    let chosen = RwSignal::new(paging::wanted());
    let choose = move |paging: Paging| {
        paging::want(paging);
        chosen.set(paging);
    };
    let row = |paging: Paging| {
        view! {
            <label class="choice">
                <input
                    type="radio" name="paging" value=paging.name() prop:checked=live(move || chosen.get() == paging)
                    on:change=move |_| choose(paging)
                />
                <span>
                    {say(move |w| (w.appearance.pagings)(paging).0)} " "
                    <span class="soft small">{say(move |w| (w.appearance.pagings)(paging).1)}</span>
                </span>
            </label>
        }
    };
    view! {
        <div class="question">
            <fieldset>
                <legend class="question-label">{say(|w| w.appearance.paging)}</legend>
                <div class="choices">{Paging::ALL.map(row).into_iter().collect_view()}</div>
            </fieldset>
        </div>
    }
    .into_any()
}

type Choice = fn(&'static Words) -> &'static str;

/// Something that is so or not, with what it means.
fn switch(id: &'static str, [what, meaning]: [Choice; 2], is_so: bool, choose: fn(bool)) -> AnyView {
    let chosen = RwSignal::new(is_so);
    let change = move |yes: bool| {
        choose(yes);
        chosen.set(yes);
    };
    view! {
        <label class="choice">
            <input
                type="checkbox" id=id prop:checked=live(move || chosen.get())
                on:change:target=move |event| change(event.target().checked())
            />
            <span>{say(what)} " " <span class="soft small">{say(meaning)}</span></span>
        </label>
    }
    .into_any()
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
