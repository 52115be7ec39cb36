//! The worker's day at `/day`: to whom to go, dangers first, with what a visit begins by; who was visited, and how the day stands at one glance. All of it
//! is on the device.

mod done;
mod given_to;

use leptos::prelude::*;
use leptos_router::components::A;

use self::done::DoneToday;
use self::given_to::GivenTo;
use crate::components::begin_forms::BeginForms;
use crate::components::icon::{Icon, Shape};
use crate::components::live::{Row, live, rows, shown_when};
use crate::components::top_bar::TopBar;
use crate::state::day::{Call, Day, Over, Visit, Why, forms_of};
use crate::state::device::{Device, use_device};
use crate::state::forms;
use crate::state::held::use_held;
use crate::state::outbox::submissions;
use crate::state::reader::{say, title, use_reader};
use crate::words::Language;
use crate::words::when::when;

/// So many are shown before somebody asks for more.
const SHOWN: usize = 50;

/// What this phone knows of the day; nothing until it was read.
#[derive(Clone, PartialEq)]
struct Known {
    day: Day,
    /// Does it know any household?
    any: bool,
    today: String,
}

/// What is known of the day.
fn known() -> Memo<Option<Known>> {
    let held = use_held();
    Memo::new(move |_| {
        let lists = held.get()?;
        let day = Day::of(&lists.cases, &lists.today);
        Some(Known { day, any: !lists.cases.entities.is_empty(), today: lists.today.clone() })
    })
}

/// The day in two lines of the home page. They are there from the first moment, so that nothing moves once the list was read.
#[component]
pub fn DayLine() -> impl IntoView {
    let reader = use_reader();
    let known = known();
    view! {
        <section class="section" data-section="day">
            <A href="/day" attr:class="card card-link way" attr:data-action="day">
                <Icon shape=Shape::Place />
                <span class="grow stack tight">
                    <strong class="card-title">{say(|w| w.visits.day)}</strong>
                    {live(move || {
                        let words = reader.language().words();
                        known.with(|known| match known {
                            None => lines_of(words.loading.to_owned(), None),
                            Some(Known { any: false, .. }) => lines_of(words.visits.day_nobody.to_owned(), None),
                            Some(Known { day, .. }) => {
                                let dangers = day.due.iter().filter(|visit| visit.danger).count();
                                let dangers = (dangers > 0).then(|| (words.visits.day_dangers)(dangers));
                                lines_of((words.visits.day_line)(day.due.len(), day.done.len()), dangers)
                            }
                        })
                    })}
                </span>
                <Icon shape=Shape::Next />
            </A>
        </section>
    }
}

/// How the day stands, and of how many dangers it knows.
fn lines_of(said: String, dangers: Option<String>) -> AnyView {
    view! {
        <span class="soft">{said}</span>
        {dangers.map(|dangers| view! { <span class="state bad">{dangers}</span> })}
    }
    .into_any()
}

/// The page at `/day`.
#[component]
pub fn DayPage() -> impl IntoView {
    let (device, held) = (use_device(), use_held());
    title(|words| words.visits.day.to_owned());
    let known = known();
    let by_village = RwSignal::new(false);
    let wanted = RwSignal::new(String::new());
    let list = move |ahead: bool| {
        let visits = Memo::new(move |_| {
            known.with(|known| {
                let day = known.as_ref().map(|known| if ahead { &known.day.ahead } else { &known.day.due });
                let found =
                    day.into_iter().flatten().filter(|visit| wanted.with(|wanted| is_found(visit, wanted)));
                let found = found.filter(|visit| {
                    held.given_to.with(|to| to.as_ref().is_none_or(|to| visit.assigned == *to))
                });
                found.cloned().collect::<Vec<_>>()
            })
        });
        view! { <Visits visits by_village today=Signal::derive(move || known.with(|known| known.as_ref().map(|known| known.today.clone()).unwrap_or_default())) /> }
    };
    let found_none = move || {
        let wanted = wanted.get();
        known.with(|known| {
            known.as_ref().is_some_and(|known| {
                let mut all = known.day.due.iter().chain(&known.day.ahead);
                let narrowed = !wanted.trim().is_empty() || held.given_to.with(Option::is_some);
                let is_given = |visit: &Visit| {
                    held.given_to.with(|to| to.as_ref().is_none_or(|to| visit.assigned == *to))
                };
                narrowed && !all.any(|visit| is_found(visit, &wanted) && is_given(visit))
            })
        })
    };
    view! {
        <TopBar title=Signal::derive(say(|w| w.visits.day.to_owned())) />
        <main id="main" tabindex="-1" data-page="day">
            <h1>{say(|w| w.visits.day)}</h1>
            <Glance device known />
            {shown_when(move || known.with(|known| known.as_ref().is_some_and(|known| !known.any)), || view! {
                <p class="empty">{say(|w| w.visits.day_unknown)}</p> }.into_any())}
            {shown_when(move || known.with(|known| known.as_ref().is_some_and(|known| known.any)), move || view! {
                <div class="stack">
                    <input
                        type="search"
                        class="field"
                        autocomplete="off"
                        data-action="search-visits"
                        aria-label=say(|w| w.visits.search)
                        placeholder=say(|w| w.visits.search)
                        prop:value=live(move || wanted.get())
                        on:input:target=move |event| wanted.set(event.target().value())
                    />
                    <GivenTo held known />
                    <div class="actions" role="group">
                        <button type="button" class="button" data-action="by-urgency" aria-pressed=live(move || (!by_village.get()).to_string()) on:click=move |_| by_village.set(false)>
                            {say(|w| w.visits.by_urgency)}
                        </button>
                        <button type="button" class="button" data-action="by-village" aria-pressed=live(move || by_village.get().to_string()) on:click=move |_| by_village.set(true)>
                            {say(|w| w.visits.by_village)}
                        </button>
                    </div>
                    {shown_when(move || known.with(|known| known.as_ref().is_some_and(|known| known.day.due.is_empty())), || view! {
                        <p class="empty">{say(|w| w.visits.day_none)}</p> }.into_any())}
                    {shown_when(found_none, || view! { <p class="empty" role="status">{say(|w| w.visits.search_none)}</p> }.into_any())}
                    <section class="section" data-section="due">{list(false)}</section>
                    {shown_when(move || known.with(|known| known.as_ref().is_some_and(|known| !known.day.ahead.is_empty())), move || view! {
                        <section class="section" data-section="ahead">
                            <h2>{say(|w| w.visits.ahead)}</h2>
                            {list(true)}
                        </section> }.into_any())}
                    <DoneToday held known />
                </div> }.into_any())}
        </main>
    }
}

/// How many are done, how many to go, what waits to be sent, and when the server was last there.
#[component]
fn Glance(device: Device, known: Memo<Option<Known>>) -> impl IntoView {
    let reader = use_reader();
    let waiting = Memo::new(move |_| {
        device.outbox.with(|outbox| device.delivered.with(|delivered| submissions(outbox, delivered).0.len()))
    });
    live(move || {
        let words = reader.language().words();
        device.fetching.track();
        let (to_go, done) = known
            .with(|known| known.as_ref().map_or((0, 0), |known| (known.day.due.len(), known.day.done.len())));
        let contact = forms::last_contact().map_or(words.safety.contact_never.to_owned(), |at| {
            when(at, crate::state::keeping::now(), words)
        });
        let facts = [
            ("to-go", words.visits.to_go, to_go.to_string()),
            ("done", words.visits.done, done.to_string()),
            ("to-send", words.visits.to_send, waiting.get().to_string()),
            ("contact", words.visits.contact, contact),
        ];
        view! {
            <dl class="facts card" data-glance="true">
                {facts
                    .into_iter()
                    .map(|(name, what, said)| view! { <div data-fact=name><dt>{what}</dt><dd class="figures">{said}</dd></div> })
                    .collect_view()}
            </dl>
        }
    })
}

/// Is that what somebody looks for? Each of the words stands somewhere.
fn is_found(visit: &Visit, wanted: &str) -> bool {
    let told =
        format!("{} {} {} {} {}", visit.person, visit.village, visit.address, visit.phone, visit.assigned);
    let told = told.to_lowercase();
    wanted.to_lowercase().split_whitespace().all(|word| told.contains(word))
}

/// A list of visits, in their order or village by village.
#[component]
fn Visits(visits: Memo<Vec<Visit>>, by_village: RwSignal<bool>, today: Signal<String>) -> impl IntoView {
    let reader = use_reader();
    let shown = RwSignal::new(SHOWN);
    let more = move || visits.with(Vec::len).saturating_sub(shown.get());
    view! {
        {rows(move || {
            let words = reader.language().words();
            let mut visits = visits.get();
            let grouped = by_village.get();
            if grouped {
                // What stands first in a village says where the village stands.
                let mut villages: Vec<String> = Vec::new();
                for visit in &visits {
                    if !villages.contains(&visit.village) {
                        villages.push(visit.village.clone());
                    }
                }
                visits.sort_by_cached_key(|visit| villages.iter().position(|village| *village == visit.village));
            }
            visits.truncate(shown.get());
            let mut before: Option<String> = None;
            let today = today.get();
            visits
                .into_iter()
                .map(|visit| {
                    let heading = (grouped && before.as_ref() != Some(&visit.village)).then(|| match visit.village.is_empty() {
                        true => words.visits.no_village.to_owned(),
                        false => visit.village.clone(),
                    });
                    before = Some(visit.village.clone());
                    let key = format!("{visit:?} {grouped} {} {today}", heading.is_some());
                    let today = today.clone();
                    Row::new(key, move || view! { <VisitCard visit heading today /> })
                })
                .collect()
        })}
        {shown_when(move || { more() > 0 }, move || view! {
            <button type="button" class="button" data-action="more" on:click=move |_| shown.update(|shown| *shown += SHOWN)>
                {say(move |w| (w.visits.more)(more().min(SHOWN)))}
            </button> }.into_any())}
    }
}

#[component]
fn VisitCard(
    visit: Visit,
    /// The village that begins with it.
    heading: Option<String>,
    today: String,
) -> impl IntoView {
    let (device, reader) = (use_device(), use_reader());
    let class = if visit.danger { "card danger" } else { "card" };
    let place = [visit.village.clone(), visit.address.clone()];
    let place = place.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ");
    let call = match visit.call() {
        Call::No => None,
        Call::At(phone) => {
            let address = format!("tel:{phone}");
            Some(view! { <a class="button" href=address data-action="call">{say(move |w| (w.visits.call)(&phone))}</a> }.into_any())
        }
        Call::FromItsPage => {
            let address = format!("/households/{}", visit.case);
            Some(view! { <A href=address attr:class="button" attr:data-action="before-calling">{say(|w| w.visits.before_calling)}</A> }.into_any())
        }
    };
    let forms = forms_of(&visit).iter().map(|form| (*form).to_owned()).collect();
    let case = visit.case.clone();
    let (danger, person, key) = (visit.danger, visit.person.clone(), visit.case.clone());
    let told = live(move || lines(&visit, device, &today, reader.language()));
    view! {
        {heading.map(|heading| view! { <h3 class="village">{heading}</h3> })}
        <article class=class data-visit=key>
            <div class="card-row">
                <strong class="card-title grow">{person}</strong>
                {danger.then(|| view! { <span class="state bad">{say(|w| w.visits.danger)}</span> })}
            </div>
            {(!place.is_empty()).then(|| view! { <p class="soft">{place}</p> })}
            {told}
            <div class="actions">
                <BeginForms forms about=vec![case] />
                {call}
            </div>
        </article>
    }
}

/// Why and by when, and what was before, how that went in the dictionary's words.
pub(super) fn lines(visit: &Visit, device: Device, today: &str, language: Language) -> AnyView {
    let day = &language.words().visits;
    let outcome = match &*visit.outcome {
        "" => String::new(),
        code => device.dictionary.say("cases", "last_outcome", code, language),
    };
    let due = visit.due.as_deref();
    let why = match visit.why {
        Why::Danger => day.why_danger.to_owned(),
        Why::Appointment => (day.why_appointment)(due.unwrap_or_default(), visit.hour.as_deref()),
        Why::Lead => day.why_lead.to_owned(),
        Why::Unfinished => day.why_unfinished.to_owned(),
        Why::Reassess => day.why_reassess.to_owned(),
        Why::FollowUp => day.why_follow_up.to_owned(),
        Why::Review => day.why_review.to_owned(),
    };
    let until = match (due, visit.why) {
        (_, Why::Danger) => None,
        (Some(due), _) if due == today => Some(day.due_today.to_owned()),
        (Some(_), Why::Appointment) if visit.late == 0 => None,
        (Some(due), _) => Some((day.due)(due)),
        (None, _) => Some(day.due_none.to_owned()),
    };
    let late = (visit.late > 0).then(|| (day.late)(visit.late));
    let before = visit.visited.as_deref().map(|at| (day.last_time)(at, &outcome));
    let over = visit.over.map(|over| match over {
        Over::Tried => day.tried_enough,
        Over::Gone => day.gone,
    });
    let attempts = (visit.attempts > 0).then(|| (day.attempts)(visit.attempts));
    let assigned = (!visit.assigned.is_empty()).then(|| (day.assigned)(&visit.assigned));
    let history: Vec<String> = [before, attempts, assigned].into_iter().flatten().collect();
    view! {
        <p>
            {why}
            {until.map(|until| format!(" · {until}"))}
            {late.map(|late| view! { " · " <strong class="state bad">{late}</strong> })}
        </p>
        {(!history.is_empty()).then(|| view! { <p class="soft small">{history.join(" · ")}</p> })}
        {over.map(|over| view! { <p class="notice warn" data-over="true">{over}</p> })}
    }
    .into_any()
}
