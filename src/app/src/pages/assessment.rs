//! What a survey comes to: while it is being filled in, right after it was finished, and as long as it waits in the outbox.

use doorstep_delivery::{OutboxItem, Uuid};
use leptos::prelude::*;

use super::outbox::Finished;
use super::turning::{Turning, start_at};
use crate::components::assessment::{Copies, Papers, PrintButton, Report, Seek, Told, papers, told};
use crate::components::begin_forms::Practising;
use crate::components::live::{live, shown_when};
use crate::components::practice::Practice;
use crate::components::top_bar::TopBar;
use crate::state::answering::Answering;
use crate::state::device::{Device, use_device};
use crate::state::drafts::Looked;
use crate::state::reader::{say, title, use_reader};

/// The page at `/draft/:id/assessment`.
#[component]
pub fn AssessmentPage(answering: Answering, turning: Turning) -> impl IntoView {
    let reader = use_reader();
    let device = use_device();
    let finished = turning.finished;
    answering.shows(None);
    if answering.is_practice() {
        provide_context(Practising);
    }
    title(|words| words.assessment.to_owned());
    start_at("assessment-heading");
    let id = Memo::new(move |_| finished.get().then(|| turning.id()));
    // What is finished is not answered any more.
    let seek = move || Callback::new(move |key| answering.sought.set(Some(key)));
    provide_context(Seek((!finished.get_untracked()).then(seek)));
    let told = Memo::new(move |_| {
        let language = reader.language();
        answering.revision.track();
        answering.with(|session| told(session, language.tag()))
    });
    let copies = copies_of(told.into());
    provide_context(copies);
    let report = live(move || report(told.get(), !finished.get()));
    let leave = move |_| match finished.get_untracked() {
        true => turning.to_outbox(),
        false => turning.back_from_assessment(),
    };
    view! {
        <TopBar title=Signal::derive(move || answering.with(|session| session.form().title(reader.language().tag()))) wide=true />
        <main id="main" tabindex="-1" data-page="assessment">
            <Practice answering />
            <Finished device id />
            <LastChance device id copies />
            {report}
        </main>
        <div class="bottom screen-only">
            <div class="bottom-row">
                <PrintButton copies />
                <button type="button" class="button main" data-action="leave" on:click=leave>
                    {live(move || {
                        let words = reader.language().words();
                        if finished.get() { words.to_outbox } else { words.to_survey }
                    })}
                </button>
            </div>
        </div>
    }
}

/// The same of a survey that is sealed and waits to be sent.
#[component]
pub fn SealedAssessment(session: Looked, id: Uuid) -> impl IntoView {
    let reader = use_reader();
    let device = use_device();
    title(|words| words.assessment.to_owned());
    start_at("assessment-heading");
    provide_context(Seek(None));
    let told = Memo::new(move |_| {
        let language = reader.language();
        session.with_value(|session| {
            session.borrow_mut().set_language(language.tag());
            told(&session.borrow(), language.tag())
        })
    });
    let copies = copies_of(told.into());
    provide_context(copies);
    let report = live(move || report(told.get(), false));
    let id = Memo::new(move |_| Some(id));
    view! {
        <TopBar title=Signal::derive(say(|w| w.assessment.to_owned())) wide=true />
        <main id="main" tabindex="-1" data-page="assessment">
            <Finished device id />
            {report}
        </main>
        <footer class="bottom screen-only">
            <div class="bottom-row">
                <PrintButton copies />
                <a class="button main" href="/outbox">{say(|w| w.to_outbox)}</a>
            </div>
        </footer>
    }
}

/// The papers that a report makes; of none there is nothing to hand out.
fn copies_of(told: Signal<Option<Told>>) -> Copies {
    let of = move || told.with(|told| told.as_ref().map_or(Papers::One, papers));
    let withhold = move || told.with(|told| told.as_ref().and_then(|told| told.wishes.withhold.clone()));
    Copies::of(Signal::derive(of), Signal::derive(withhold))
}

fn report(told: Option<Told>, draft: bool) -> AnyView {
    match told {
        Some(told) => view! { <Report told draft /> }.into_any(),
        None => view! { <p class="empty">{say(|w| w.assessment_none)}</p> }.into_any(),
    }
}

/// Of one that is sealed for the office: nobody can open it here once this page is left.
#[component]
fn LastChance(device: Device, id: Memo<Option<Uuid>>, copies: Copies) -> impl IntoView {
    let sealed = move || {
        let Some(id) = id.get() else { return false };
        let is_it = |item: &OutboxItem| item.id == id && item.for_office;
        device.outbox.with(|items| items.iter().any(is_it))
            || device.delivered.with(|items| items.iter().any(is_it))
    };
    shown_when(sealed, move || {
        view! {
            <div class="notice warn screen-only" role="status" data-last-chance="now">
                <p>{say(|w| w.report.last_chance)}</p>
                <PrintButton copies />
            </div>
        }
        .into_any()
    })
}
