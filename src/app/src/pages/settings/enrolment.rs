//! Who this phone is for its server: shown, entered by a code, and given up after being asked.

use leptos::prelude::*;

use crate::components::confirm::Confirm;
use crate::components::entry::{EntryForm, Kind, Wrong, complain};
use crate::components::live::{live, shown_when};
use crate::pages::safety::fact;
use crate::platform::{page as screen, timer};
use crate::state::device::Device;
use crate::state::enrolment::{self, Enrolment, NotEnrolled, ShutOut, shut_out};
use crate::state::keeping::now;
use crate::state::reader::{say, use_reader};
use crate::words::Words;
use crate::words::when::when;

const FIELD: &str = "enrol-code";
/// The id that gets the focus once the device is enrolled.
const DONE: &str = "enrolled";

/// This phone's part of the page.
#[component]
pub fn EnrolmentSection(device: Device) -> impl IntoView {
    // The same tab may be given a link while the page is open.
    enrolment::take_up_link(device);
    let listening =
        StoredValue::new_local(Some(screen::on_fragment(move || enrolment::take_up_link(device))));
    on_cleanup(move || drop(listening.try_update_value(Option::take)));
    let is_enrolled = Memo::new(move |_| device.enrolment.with(Option::is_some));
    let is_revoked = Memo::new(move |_| shut_out(device) == Some(ShutOut::Revoked));
    let offered = Memo::new(move |_| device.offered.with(Option::is_some));
    let done = RwSignal::new(false);
    let said = move || {
        (done.get() && is_enrolled.get()).then(|| {
            view! {
                <p class="notice" role="status" id=DONE tabindex="-1" data-enrolled-now="true">
                    {say(move |w| (w.settings.enrolled)(&name_of(device)))}
                </p>
            }
        })
    };
    view! {
        <section class="section" data-section="enrolment" data-enrolled=live(move || is_enrolled.get().to_string())
            data-revoked=live(move || is_revoked.get().to_string())>
            <h2>{say(|w| w.settings.enrolment)}</h2>
            // Whoever opened the link is to find what to press without looking for it.
            {live(move || offered.get().then(|| view! { <CodeForm device done /> }))}
            <div class="card">
                <dl class="facts">
                    {fact("server", say(|w| w.settings.server), screen::origin().into_any())}
                    {live(move || facts(device.enrolment.get(), is_revoked.get()))}
                </dl>
            </div>
            <p class="soft small">{say(|w| w.settings.enrolment_explained)}</p>
            {live(said)}
            // A revoked one needs another code as much as one that never had any.
            {live(move || match (offered.get(), is_enrolled.get() && !is_revoked.get()) {
                (true, _) => None,
                (false, false) => Some(view! { <CodeForm device done /> }.into_any()),
                (false, true) => Some(
                    view! {
                        <details class="fold" data-action="other-code">
                            <summary>{say(|w| w.settings.code_other)}</summary>
                            <CodeForm device done />
                        </details>
                    }
                    .into_any(),
                ),
            })}
            {shown_when(move || is_enrolled.get(), move || view! { <Leave device /> }.into_any())}
        </section>
    }
}

fn name_of(device: Device) -> String {
    device.enrolment.with(|now| now.as_ref().map(|now| now.name.clone())).unwrap_or_default()
}

fn facts(enrolment: Option<Enrolment>, is_revoked: bool) -> AnyView {
    let Some(enrolment) = enrolment else {
        return fact("device", say(|w| w.settings.device), say(|w| w.settings.not_enrolled).into_any());
    };
    let Enrolment { name, area, user, pin_least, at_ms, revoked_at_ms, .. } = enrolment;
    let state = is_revoked.then(|| {
        let since = revoked_at_ms;
        let said = say(move |w| match since {
            Some(at) => (w.settings.revoked_since)(&when(at, now(), w)),
            None => w.settings.revoked.to_owned(),
        });
        let said = view! { <strong class="bad-words" data-state="revoked">{said}</strong> };
        fact("state", say(|w| w.settings.state), said.into_any())
    });
    let area = say(move |w| if area.is_empty() { w.settings.everywhere.to_owned() } else { area.clone() });
    let user = say(move |w| user.clone().unwrap_or_else(|| w.settings.nobody.to_owned()));
    let pin = pin_least
        .map(|least| fact("pin", say(|_| "PIN"), say(move |w| (w.settings.pin_required)(least)).into_any()));
    let since = say(move |w| when(at_ms, now(), w));
    view! {
        {state}
        {fact("device", say(|w| w.settings.device), name.into_any())}
        {fact("area", say(|w| w.settings.area), area.into_any())}
        {fact("user", say(|w| w.settings.user), user.into_any())}
        {pin}
        {fact("since", say(|w| w.settings.since), since.into_any())}
    }
    .into_any()
}

#[component]
fn CodeForm(device: Device, done: RwSignal<bool>) -> impl IntoView {
    let reader = use_reader();
    let text = RwSignal::new(String::new());
    let wrong: Wrong = RwSignal::new(None);
    let busy = RwSignal::new(false);
    Effect::new(move || {
        if let Some(code) = device.offered.get() {
            // What a link brought that can't be a code is told at once, not after it was called filled in.
            match enrolment::read_code(&code, &screen::origin()) {
                Ok(_) => wrong.set(None),
                Err(why) => complain(wrong, FIELD, words_of(why, reader.words_now()).to_owned()),
            }
            text.set(code);
        }
    });
    let enrol = move || {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        wrong.set(None);
        done.set(false);
        timer::spawn(async move {
            let outcome = enrolment::enrol(device, &text.get_untracked()).await;
            if let Ok(Some(language)) = outcome {
                reader.read_in(language);
            }
            if outcome.is_ok() && !done.is_disposed() {
                device.offered.set(None);
                done.set(true);
                timer::spawn(async {
                    timer::sleep(30).await;
                    screen::focus(DONE);
                });
            }
            if busy.is_disposed() {
                return;
            }
            busy.set(false);
            match outcome {
                Ok(_) => text.set(String::new()),
                Err(why) => complain(wrong, FIELD, words_of(why, reader.words_now()).to_owned()),
            }
        });
    };
    let offered = Memo::new(move |_| {
        device.offered.with(|code| {
            code.as_ref().is_some_and(|code| enrolment::read_code(code, &screen::origin()).is_ok())
        })
    });
    // What the server refused is filled in no more: what it said stands at the field.
    let is_good = move || offered.get() && wrong.with(Option::is_none);
    view! {
        {shown_when(is_good, move || view! {
            <p class="notice" role="status" data-offered="true">{say(|w| w.settings.code_offered)}</p> }.into_any())}
        <EntryForm id=FIELD kind=Kind::Plain label=|w| w.settings.code hint=|w| w.settings.code_hint text wrong submit=enrol>
            <button type="submit" class="button main" data-action="enrol" disabled=move || busy.get()>
                {live(move || {
                    let words = &reader.language().words().settings;
                    if busy.get() { words.enrolling } else { words.enrol }
                })}
            </button>
        </EntryForm>
    }
}

fn words_of(why: NotEnrolled, words: &'static Words) -> &'static str {
    let words = &words.settings;
    match why {
        NotEnrolled::NotACode => words.no_code,
        NotEnrolled::OtherServer => words.other_server,
        NotEnrolled::Refused => words.code_refused,
        NotEnrolled::TooOften => words.code_too_often,
        NotEnrolled::NoServer => words.code_no_server,
        NotEnrolled::NotKept => words.code_not_kept,
    }
}

#[component]
fn Leave(device: Device) -> impl IntoView {
    let asking = RwSignal::new(None::<()>);
    let failed = RwSignal::new(false);
    let leave = move |()| {
        failed.set(false);
        timer::spawn(async move {
            let left = enrolment::leave(device).await;
            if !left && !failed.is_disposed() {
                failed.set(true);
            }
        });
    };
    let reader = use_reader();
    view! {
        <div class="actions">
            <button type="button" class="button" data-action="leave-server" on:click=move |_| asking.set(Some(()))>
                {say(|w| w.settings.leave)}
            </button>
        </div>
        {shown_when(move || failed.get(), || view! {
            <p class="wrong-words" role="alert">{say(|w| w.settings.leave_failed)}</p> }.into_any())}
        <Confirm
            asking
            title=move |()| reader.words_now().settings.leave_title.to_owned()
            explained=Signal::derive(say(|w| w.settings.leave_explained))
            yes=Signal::derive(say(|w| w.settings.leave_yes))
            act=leave
        />
    }
}
