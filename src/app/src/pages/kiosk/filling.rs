//! A form at the kiosk: one question of it at a time, large, with nothing around it but back, next and the desk.
//!
//! Kept here: no page has an address; what is wrong is said beside its question, which is not left before it is right; the draft is gone once it is handed in, or left.

use doorstep_delivery::{Wake, query_code};
use doorstep_engine::entities::{EntityAct, EntityChange};
use doorstep_engine::session::Session;
use doorstep_engine::view::{GroupView, Key};
use leptos::prelude::*;

use super::hand_over::HandOver;
use super::screens::{self, Screen as Shown};
use super::ticket::Ticket;
use super::{Kiosk, Step, title_of, version_of, word};
use crate::components::icon::{Icon, Shape};
use crate::components::items::items;
use crate::components::live::{live, shown_when};
use crate::components::read_aloud::page_aloud;
use crate::platform::{clock, page as screen, timer};
use crate::state::answering::Answering;
use crate::state::drafts::{self, Opening};
use crate::state::keeping::NotFinished;
use crate::state::reader::{say, use_reader};
use crate::state::seeking::field_id;
use crate::state::{office, sending};
use crate::words::direction::Direction;

const HEADING: &str = "kiosk-heading";
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
    let all = StoredValue::new(answering.with(screens::all));
    let look = move |look: &dyn Fn(&Session, &[Shown]) -> Option<usize>| {
        all.with_value(|all| answering.with(|session| look(session, all)))
    };
    let here = RwSignal::new(look(&|session, all| screens::first(session, all)));
    let wrong = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let failed = RwSignal::new(false);
    Effect::new(move || answering.read_in(reader.language().tag()));
    let neighbours = Memo::new(move |_| {
        // What comes next hangs on what is answered here.
        answering.revision.track();
        let here = here.get();
        let around =
            |here| all.with_value(|all| answering.with(|session| screens::neighbours(session, all, here)));
        here.map(around).unwrap_or_default()
    });
    let turn = move |to: usize| {
        wrong.set(false);
        here.set(Some(to));
    };
    let next = move |_| {
        // The field that has the focus gives its answer first.
        screen::blur();
        let Some(place) = here.get_untracked().filter(|_| !busy.get_untracked()) else { return };
        let Some(shown) = all.with_value(|all| all.get(place).cloned()) else { return };
        // What is missing is said of this question only: the others of its page have not been seen.
        let page = answering.with(|session| shown.page(session));
        answering.checked.set(page.into_iter().collect());
        let violations = page.map(|page| untrack(|| answering.violations_on(page))).unwrap_or_default();
        let first_wrong = violations.into_iter().map(|(key, _)| key);
        let first_wrong =
            answering.with(|session| first_wrong.into_iter().find(|key| shown.shows(session, *key)));
        if let Some(key) = first_wrong {
            wrong.set(true);
            timer::spawn(async move {
                timer::sleep(30).await;
                screen::focus(&field_id(key));
            });
            return;
        }
        match untrack(|| neighbours.get()).1 {
            Some(next) => turn(next),
            None => {
                let left = look(&|session, all| {
                    let wrong = session.violations().into_iter();
                    wrong.map(|(key, _)| key).find_map(|key| screens::that_shows(session, all, key))
                });
                match left {
                    Some(left) => turn(left),
                    None => hand_in(at, answering, busy, failed),
                }
            }
        }
    };
    let back = move |_| {
        screen::blur();
        match untrack(|| neighbours.get()).0 {
            Some(before) => turn(before),
            None => at.end(),
        }
    };
    let with_staff = RwSignal::new(false);
    let ask_staff = move |_| {
        screen::blur();
        if !busy.get_untracked() {
            with_staff.set(true);
            screen::scroll_to_top();
        }
    };
    let shown = move || {
        let shown = all.with_value(|all| all.get(here.get()?).cloned())?;
        let page = answering.with(|session| shown.page(session))?;
        Some(view! { <Screen answering shown page /> })
    };
    let is_known = move || at.device.enrolment.with(Option::is_some);
    let titled = title_of(at.device, form.clone());
    let form_page = move || {
        view! {
        <main id="main" tabindex="-1" data-step="form" data-form=form.clone()>
            <p class="kiosk-form">{live(move || titled.get())}</p>
            {live(shown)}
            {shown_when(move || wrong.get(), || view! { <p class="notice danger" role="alert" data-wrong>{word(|w| w.not_right)}</p> }.into_any())}
            {shown_when(move || failed.get(), || view! { <p class="notice danger" role="alert" data-failed>{word(|w| w.not_handed_in)}</p> }.into_any())}
            <div class="kiosk-foot">
                <button type="button" class="button" data-action="back" on:click=back>
                    {live(move || {
                        let words = &reader.language().words().kiosk;
                        if neighbours.get().0.is_some() { words.back } else { words.clear }
                    })}
                </button>
                <button type="button" class="button main" data-action="next" aria-disabled=live(move || busy.get().then_some("true")) on:click=next>
                    {live(move || {
                        let words = &reader.language().words().kiosk;
                        match (busy.get(), neighbours.get().1) {
                            (true, _) => words.handing_in,
                            (false, Some(_)) => words.next,
                            (false, None) => words.hand_in,
                        }
                    })}
                </button>
            </div>
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

#[component]
fn Screen(answering: Answering, shown: Shown, page: Key) -> impl IntoView {
    // Of the question before on the same page nothing is judged here.
    answering.checked.set(Vec::new());
    answering.turn_to(page);
    let label = Memo::new(move |_| {
        answering
            .pages
            .with(|pages| pages.iter().find(|view| view.key == page).map(|view| view.label.clone()))
    });
    let within: Vec<_> = shown.within.iter().filter_map(|key| answering.group(*key)).map(named).collect();
    let tongue = answering.other_tongue(use_reader());
    timer::spawn(async {
        timer::sleep(30).await;
        screen::scroll_to_top();
        screen::focus(HEADING);
    });
    view! {
        <div
            class="page-body" data-page=answering.page_name(page)
            lang=live(move || tongue.get()) dir=live(move || tongue.get().map(|tag| Direction::of(&tag).attribute()))
        >
            <h1 id=HEADING tabindex="-1">{live(move || label.get())}</h1>
            {page_aloud(answering, page, shown.items.clone())}
            {within}
            {items(answering, shown.items, page)}
        </div>
    }
}

/// The heading of a group that the question stands in.
fn named(group: ArcRwSignal<GroupView>) -> AnyView {
    let label = Memo::new(move |_| group.with(|group| group.label.clone()));
    let shown = move || view! { <h2>{live(move || label.get())}</h2> }.into_any();
    shown_when(move || label.with(|label| !label.is_empty()), shown).into_any()
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
