//! What a form finds out by itself while it is filled in, said to whoever fills it in; and what it asks of them for that: who they are, and why they change what
//! was handed in.

use leptos::prelude::*;

use super::entry::{EntryForm, Kind, Wrong, complain};
use super::live::{live, shown_when};
use super::top_bar::TopBar;
use crate::state::answering::Answering;
use crate::state::device::use_device;
use crate::state::reader::{say, title, use_reader};
use crate::state::whereabouts::Whereabouts;

const USER: &str = "audit-user";
const REASON: &str = "change-reason";

/// What is logged, and what became of asking where the device is; nothing where it is neither.
#[component]
pub fn Audited(answering: Answering) -> impl IntoView {
    let reader = use_reader();
    let wants = answering.keeping().audit().map(|audit| audit.wants());
    let logged = wants.map(|wants| {
        let lines = move || {
            let words = &reader.language().words().audit;
            let lines = [
                Some(words.logged),
                wants.changes.then_some(words.logged_changes),
                wants.places.map(|_| words.logged_places),
            ];
            lines.into_iter().flatten().map(|line| view! { <span>{line} " "</span> }).collect_view()
        };
        view! { <p class="soft small" data-audited="true">{live(lines)}</p> }
    });
    let place = move || {
        let words = &reader.language().words().audit;
        answering.whereabouts.get().map(|whereabouts| {
            let (state, said) = match whereabouts {
                Whereabouts::Looking => ("looking", words.place_looking),
                Whereabouts::Found => ("found", words.place_found),
                Whereabouts::Denied => ("denied", words.place_denied),
                Whereabouts::Unknown => ("unknown", words.place_unknown),
            };
            view! { <p class="soft small" role="status" data-whereabouts=state>{said}</p> }
        })
    };
    view! { {logged} {live(place)} }
}

/// Asks who fills the form in, where it wants to know; `done` once they have said so.
#[component]
pub fn Identify(answering: Answering, #[prop(into)] done: Callback<()>) -> impl IntoView {
    let (device, reader) = (use_device(), use_reader());
    title(|words| words.audit.who.to_owned());
    let known = device.enrolment.with_untracked(|now| now.as_ref().and_then(|now| now.user.clone()));
    let text = RwSignal::new(known.unwrap_or_default());
    let wrong: Wrong = RwSignal::new(None);
    let submit = move || {
        let said = text.get_untracked();
        if said.trim().is_empty() {
            return complain(wrong, USER, reader.words_now().audit.who_missing.to_owned());
        }
        answering.identify(&said);
        done.run(());
    };
    view! {
        <TopBar title=Signal::derive(move || answering.with(|session| session.form().title(reader.language().tag()))) />
        <main id="main" tabindex="-1" data-page="identify">
            <h1>{say(|w| w.audit.who)}</h1>
            <EntryForm id=USER kind=Kind::Plain label=|w| w.audit.who_field hint=|w| w.audit.who_hint text wrong submit>
                <button type="submit" class="button main" data-action="identify">{say(|w| w.audit.who_go)}</button>
            </EntryForm>
        </main>
    }
}

/// Asks why a survey that was handed in is changed, where its form wants to know.
#[component]
pub fn ChangeReason(answering: Answering) -> impl IntoView {
    let reason =
        answering.keeping().audit().filter(|audit| audit.wants_reason()).map(|audit| audit.reason.clone());
    reason.map(|reason| {
        let reason = RwSignal::from(reason);
        let lacks = move || reason.with(|reason| reason.trim().is_empty());
        view! {
            <div class="question" data-change-reason="true">
                <label class="question-label" for=REASON>{say(|w| w.audit.reason)}</label>
                <p class="hint" id="change-reason-hint">{say(|w| w.audit.reason_hint)}</p>
                <textarea
                    class="field" id=REASON rows="2" autocomplete="off" aria-describedby="change-reason-hint"
                    prop:value=live(move || reason.get())
                    on:input:target=move |event| reason.set(event.target().value())
                ></textarea>
                {shown_when(lacks, || view! { <p class="soft small" role="status">{say(|w| w.audit.reason_missing)}</p> }.into_any())}
            </div>
        }
    })
}
