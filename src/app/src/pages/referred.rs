//! What was referred to the organisation whose phone this is, at `/referred`: what to answer, whom to serve, and what is the office's turn.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::components::begin_forms::BeginForms;
use crate::components::icon::{Icon, Shape};
use crate::components::live::{Row, live, rows, shown_when};
use crate::components::top_bar::TopBar;
use crate::state::device::{Device, use_device};
use crate::state::held::use_held;
use crate::state::reader::{say, title, use_reader};
use crate::state::referred::{Referred, Task, referred};
use crate::words::Language;

/// So many are shown before somebody asks for more.
const SHOWN: usize = 50;

/// Is this a provider's phone? By the role that the server said, else by what it told: referrals, and no household.
pub fn is_providers(device: Device) -> Memo<bool> {
    let held = use_held();
    Memo::new(move |_| match device.enrolment.with(|now| now.as_ref().map(|now| now.role.clone())) {
        None => false,
        Some(Some(role)) => role == "provider",
        Some(None) => held
            .get()
            .is_some_and(|lists| lists.cases.entities.is_empty() && !lists.referrals.entities.is_empty()),
    })
}

/// What this phone knows of them; nothing until it was read.
fn known() -> Memo<Option<Vec<Referred>>> {
    let held = use_held();
    Memo::new(move |_| held.get().map(|lists| referred(&lists.referrals, &lists.today)))
}

/// The way there from home; its place is kept until the list was read.
#[component]
pub fn ReferredLine() -> impl IntoView {
    let known = known();
    let said = say(move |w| {
        known.with(|known| match known {
            None => w.loading.to_owned(),
            Some(all) => {
                let count = |wanted: &dyn Fn(Task) -> bool| all.iter().filter(|one| wanted(one.task)).count();
                let serve = count(&|task| matches!(task, Task::Serve | Task::PutRight));
                (w.referred.line)(count(&|task| task == Task::Answer), serve)
            }
        })
    });
    view! {
        <section class="section" data-section="referred">
            <A href="/referred" attr:class="card card-link way" attr:data-action="referred">
                <Icon shape=Shape::List />
                <span class="grow stack tight">
                    <strong class="card-title">{say(|w| w.referred.title)}</strong>
                    <span class="soft">{said}</span>
                </span>
                <Icon shape=Shape::Next />
            </A>
        </section>
    }
}

/// The page at `/referred`.
#[component]
pub fn ReferredPage() -> impl IntoView {
    title(|words| words.referred.title.to_owned());
    let known = known();
    let part = move |waits: bool| {
        Memo::new(move |_| {
            known.with(|known| {
                let all = known.iter().flatten();
                all.filter(|one| (one.task == Task::Wait) == waits).cloned().collect::<Vec<_>>()
            })
        })
    };
    let (to_do, waiting) = (part(false), part(true));
    let is_read = move || known.with(Option::is_some);
    let none_at_all = move || known.with(|known| known.as_ref().is_some_and(Vec::is_empty));
    view! {
        <TopBar title=Signal::derive(say(|w| w.referred.title.to_owned())) />
        <main id="main" tabindex="-1" data-page="referred">
            <h1>{say(|w| w.referred.title)}</h1>
            {shown_when(none_at_all, || view! { <p class="empty">{say(|w| w.referred.none_yet)}</p> }.into_any())}
            {shown_when(move || is_read() && !none_at_all() && to_do.with(Vec::is_empty), || view! {
                <p class="empty">{say(|w| w.referred.none)}</p> }.into_any())}
            <section class="section" data-section="to-do"><Cards all=to_do /></section>
            {shown_when(move || waiting.with(|waiting| !waiting.is_empty()), move || view! {
                <section class="section" data-section="waits">
                    <h2>{say(|w| w.referred.waits)}</h2>
                    <Cards all=waiting />
                </section> }.into_any())}
        </main>
    }
}

#[component]
fn Cards(all: Memo<Vec<Referred>>) -> impl IntoView {
    let shown = RwSignal::new(SHOWN);
    let more = move || all.with(Vec::len).saturating_sub(shown.get());
    view! {
        {rows(move || {
            let first = all.get().into_iter().take(shown.get());
            first.map(|one| Row::new(format!("{one:?}"), move || card(one))).collect()
        })}
        {shown_when(move || { more() > 0 }, move || view! {
            <button type="button" class="button" data-action="more" on:click=move |_| shown.update(|shown| *shown += SHOWN)>
                {say(move |w| (w.visits.more)(more().min(SHOWN)))}
            </button> }.into_any())}
    }
}

fn card(one: Referred) -> AnyView {
    let (device, reader) = (use_device(), use_reader());
    let place = [one.village.clone(), one.address.clone()];
    let place = place.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ");
    let call = (!one.phone.is_empty()).then(|| (format!("tel:{}", one.phone), one.phone.clone()));
    let form = one.task.form();
    let begin = form.map(|form| {
        let about = vec![one.id.clone()];
        view! { <BeginForms forms=vec![form.to_owned()] about /> }
    });
    let (danger, urgent, person, key) = (one.danger, one.urgent, one.person.clone(), one.id.clone());
    let service = one.service.clone();
    let mind = one.mind.clone();
    let called = live(move || device.dictionary.say("referrals", "service", &service, reader.language()));
    let told = live(move || lines(&one, device, reader.language()));
    view! {
        <article class=if danger { "card danger" } else { "card" } data-referral=key>
            <div class="card-row">
                <strong class="card-title grow" translate="no">{person}</strong>
                {danger.then(|| view! { <span class="state bad">{say(|w| w.visits.danger)}</span> })}
                {(urgent && !danger).then(|| view! { <span class="state bad">{say(|w| w.referred.urgent)}</span> })}
            </div>
            <p>{called}</p>
            {(!place.is_empty()).then(|| view! { <p class="soft" translate="no">{place}</p> })}
            {told}
            // Above what one calls with: it is read before the call.
            {(!mind.is_empty()).then(|| view! { <p class="notice warn" data-mind="true">{live(move || (reader.language().words().referred.mind)(&mind))}</p> })}
            <div class="actions">
                {begin}
                {call.map(|(address, phone)| view! { <a class="button" href=address data-action="call">{say(move |w| (w.visits.call)(&phone))}</a> })}
            </div>
        </article>
    }
    .into_any()
}

/// What is to be done, until when, and how often it was.
fn lines(one: &Referred, device: Device, language: Language) -> AnyView {
    let words = language.words();
    let what = match one.task {
        Task::Answer => words.referred.to_answer.to_owned(),
        Task::Serve => words.referred.to_serve.to_owned(),
        Task::PutRight => words.referred.to_put_right.to_owned(),
        Task::Wait => device.dictionary.say("referrals", "state", &one.state, language),
    };
    let due = one.due.as_deref().map(|due| format!(" · {}", (words.visits.due)(due)));
    let late = (one.late > 0).then(|| (words.visits.late)(one.late));
    let served =
        (one.served > 0 || one.planned > 0).then(|| (words.referred.served)(one.served, one.planned));
    view! {
        <p>
            {what}
            {due}
            {late.map(|late| view! { " · " <strong class="state bad">{late}</strong> })}
        </p>
        {served.map(|served| view! { <p class="soft small">{served}</p> })}
    }
    .into_any()
}
