//! A form at the kiosk: one question of it at a time, large, with nothing around it but back, next and the desk.
//!
//! Kept here: no page has an address; what is wrong is said beside its question, which is not left before it is right; the draft is gone once it is handed in, or left.

use doorstep_delivery::{Wake, query_code};
use doorstep_engine::entities::{EntityAct, EntityChange};
use leptos::prelude::*;

use super::hand_over::HandOver;
use super::ticket::Ticket;
use super::walk::Walk;
use super::{Kiosk, Step, title_of, version_of, word};
use crate::components::icon::{Icon, Shape};
use crate::components::live::{live, shown_when};
use crate::platform::{clock, page as screen, timer};
use crate::state::answering::Answering;
use crate::state::drafts::{self, Opening};
use crate::state::keeping::NotFinished;
use crate::state::reader::{say, use_reader};
use crate::state::{office, sending};

/// The end of a case's id by which the office finds it.
const NUMBER_LENGTH: usize = 6;
/// The list of households.
const CASES: &str = "cases";

/// Begins a form and shows it.
#[component]
pub fn Filling(at: Kiosk, form: String) -> impl IntoView {
    let reader = use_reader();
    let opened = RwSignal::new(Opening::Loading);
    let owner = Owner::current().unwrap_or_default();
    let version = untrack(|| version_of(at.device, &form));
    timer::spawn(async move {
        let begun = match version {
            Some(version) => {
                drafts::begin(at.device, &version.form.hash, reader.language_now().tag()).await.ok()
            }
            None => None,
        };
        let opening = match begun {
            Some(id) => drafts::open(at.device, id, false, owner).await,
            None => Opening::Failed,
        };
        // A kiosk asks page by page, whatever the form says.
        let opening = match opening {
            Opening::Open(answering, lost) => Opening::Open(answering.in_one(false), lost),
            other => other,
        };
        if opened.is_disposed() {
            // They left meanwhile: the page is on its way out, and takes the draft with it.
            return;
        }
        if let Opening::Open(answering, _) = &opening {
            at.open.set_value(Some(answering.keeping()));
            fill_in(*answering, at);
        }
        opened.set(opening);
    });
    let form = StoredValue::new(form);
    live(move || {
        match opened.get() {
        Opening::Loading => view! { <p class="opening" role="status">{say(|w| w.loading)}</p> }.into_any(),
        Opening::Open(answering, _) => view! { <Pages at answering form=form.get_value() /> }.into_any(),
        Opening::Sealed(_)
        | Opening::Gone
        | Opening::Elsewhere
        | Opening::HandedOn
        | Opening::FormGone
        | Opening::Broken(_)
        | Opening::Failed => view! {
            <main id="main" tabindex="-1" data-step="failed">
                <h1>{live(move || title_of(at.device, form.get_value()).get())}</h1>
                <p class="notice warn" role="alert">{word(|w| w.not_ready)}</p>
                <button type="button" class="button main" data-action="menu" on:click=move |_| at.to(at.home())>{word(|w| w.back)}</button>
            </main>
        }
        .into_any(),
    }
    })
}

/// What is known of whoever proved their case is not asked again.
fn fill_in(answering: Answering, at: Kiosk) {
    let Some(case) = at.proved.get_untracked() else { return };
    answering.fill("case", &case.case);
    for fact in &case.record {
        if matches!(&*fact.name, "person" | "phone") {
            answering.fill(&fact.name, fact.value.of(crate::words::Language::Chinese));
        }
    }
}

#[component]
fn Pages(at: Kiosk, answering: Answering, form: String) -> impl IntoView {
    let reader = use_reader();
    let (busy, failed) = (RwSignal::new(false), RwSignal::new(false));
    // Whoever comes back from the staff's code goes on where they were.
    let place = RwSignal::new(None);
    Effect::new(move || answering.read_in(reader.language().tag()));
    let with_staff = RwSignal::new(false);
    let ask_staff = move |_| {
        screen::blur();
        if !busy.get_untracked() {
            with_staff.set(true);
            screen::scroll_to_top();
        }
    };
    let is_known = move || at.device.enrolment.with(Option::is_some);
    let titled = title_of(at.device, form.clone());
    let form_page = move || {
        view! {
        <main id="main" tabindex="-1" data-step="form" data-form=form.clone()>
            <p class="kiosk-form">{live(move || titled.get())}</p>
            <Walk
                answering place busy failed
                alone=true
                over=move |()| hand_in(at, answering, busy, failed)
                out=move |()| at.end()
            />
            // Who takes it up is known to the server, and so must this device be.
            {shown_when(is_known, move || view! {
                <div class="kiosk-foot">
                    <button type="button" class="button plain" data-action="with-staff" on:click=ask_staff>
                        <Icon shape=Shape::Person />
                        {word(|w| w.with_staff)}
                    </button>
                </div> }.into_any())}
        </main>
    }.into_any()
    };
    live(move || match with_staff.get() {
        true => view! { <HandOver at answering on=with_staff /> }.into_any(),
        false => form_page(),
    })
}

/// Seals it and shows the ticket. The code is made here and is on no device and in no survey: only what it proves together with the number.
fn hand_in(at: Kiosk, answering: Answering, busy: RwSignal<bool>, failed: RwSignal<bool>) {
    busy.set(true);
    failed.set(false);
    let device = at.device;
    let asks_number = answering.named(query_code::NUMBER_FIELD).is_some();
    let proved = answering.named(query_code::FIELD).and_then(|_| {
        let code = query_code::new(u64::from_be_bytes(clock::random_bytes()));
        let proof = query_code::proof(&answering.said(query_code::NUMBER_FIELD), &code)?;
        Some((code, proof))
    });
    // Tried again, or without a number any more: never an earlier code's.
    answering.fill(query_code::FIELD, proved.as_ref().map_or("", |(_, proof)| proof));
    let ticket = Ticket { number: number_of(answering), code: proved.map(|(code, _)| code), asks_number };
    let keeping = answering.keeping();
    let office = answering.with(|session| office::for_form(device, session.form().id()));
    timer::spawn(async move {
        match keeping.finish(office, |submission| device.targets.items(submission)).await {
            Ok(_) => {
                at.open.set_value(None);
                device.read().await;
                sending::wake(device, Wake::Network);
                // Whoever was cleared meanwhile has gone; it is handed in all the same.
                if !at.ending.get_value() {
                    at.to(Step::Ticket(ticket));
                }
            }
            Err(NotFinished) => {
                if !busy.is_disposed() {
                    busy.set(false);
                    failed.set(true);
                }
            }
        }
    });
}

/// The end of the id of the case that the form makes; empty if it makes none.
fn number_of(answering: Answering) -> String {
    let made = answering.with(|session| session.entities());
    let makes = |change: &EntityChange| change.list == CASES && change.act == EntityAct::Create;
    let case = made.into_iter().flatten().find(makes).map(|change| change.id).unwrap_or_default();
    case.get(case.len().saturating_sub(NUMBER_LENGTH)..).unwrap_or_default().to_uppercase()
}
