//! One household as this phone knows it: who and where, its dangers, the last assessment, what came when, its forms here, and forms to begin for it.

use std::sync::Arc;

use doorstep_engine::entities::{EntityList, ListedEntity, end_of};
use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::use_params_map;

use super::Saying;
use crate::components::begin_forms::BeginForms;
use crate::components::icon::{Icon, Shape};
use crate::components::live::live;
use crate::components::top_bar::TopBar;
use crate::pages::day::lines;
use crate::platform::timer;
use crate::state::day::{ATTEMPT, Day, forms_of};
use crate::state::device::{Device, use_device};
use crate::state::forms;
use crate::state::groups::{DIMENSIONS, Group, dangers, grouped, level_now, of};
use crate::state::held::{Lists, use_held};
use crate::state::households::{
    Happened, WithoutReferral, is_in_danger, referrals_of, timeline, who, without_referral,
};
use crate::state::keeping::now;
use crate::state::reader::{say, title, use_reader};
use crate::state::surveys_of::{Stage, Survey, known_members, people, surveys_of};
use crate::words::Words;
use crate::words::when::when;

/// The forms of the chain that begin with a household, in the order of the work.
const FORMS: [&str; 10] = [
    "household-needs",
    ATTEMPT,
    "consent",
    "minors",
    "assessment-report",
    "service-plan",
    "referral",
    "follow-up",
    "closure",
    "complaint",
];

/// The page at `/households/ID`.
#[component]
pub fn HouseholdPage() -> impl IntoView {
    let held = use_held();
    title(|words| words.households.household.to_owned());
    let params = use_params_map();
    let id = StoredValue::new(params.with_untracked(|params| params.get("id")).unwrap_or_default());
    // What came down of others is none of its business.
    let lists = Memo::new(move |_| held.get());
    let case = Memo::new(move |_| {
        let lists = lists.get()?;
        Some(id.with_value(|id| lists.cases.entities.iter().find(|case| case.id == *id).cloned()))
    });
    view! {
        <TopBar title=Signal::derive(say(|w| w.households.household.to_owned())) />
        <main id="main" tabindex="-1" data-page="household">
            <p class="lone no-print"><A href="/households">{say(|w| w.households.back)}</A></p>
            {live(move || case.get().map(|case| match (case, lists.get_untracked()) {
                (Some(case), Some(lists)) => whole(case, lists),
                _ => view! { <p class="empty" data-gone="true">{say(|w| w.households.gone)}</p> }.into_any(),
            }))}
        </main>
    }
}

fn whole(case: ListedEntity, lists: Arc<Lists>) -> AnyView {
    let saying = Saying::new();
    let said = &case.properties;
    let value = move |name: &'static str, value: String| {
        (!value.is_empty()).then(
            || view! { <span data-said=name>{live(move || saying.value("cases", name, &value))}</span> },
        )
    };
    let [state, town] = ["state", "town"].map(|name| of(said, name).to_owned());
    let (of_level, level) = level_now(said);
    let level = level.to_owned();
    let flags = dangers(said).join(" ");
    let danger = is_in_danger(&case);
    let phone = of(said, "phone").to_owned();
    let short = end_of(&case.id).to_owned();
    let about: Vec<_> = lists.about(&case.id).into_iter().map(|said| said.submission).collect();
    let waits =
        use_device().outbox.with_untracked(|outbox| outbox.iter().any(|item| about.contains(&item.id)));
    let its: Vec<&ListedEntity> = referrals_of(&lists.referrals, &case.id);
    let happened = timeline(&case, &its);
    let without = without_referral(&case);
    let referrals: Vec<_> = its.into_iter().map(|one| referral(one, saying)).collect();
    view! {
        <h1 translate="no">{who(&case).to_owned()}</h1>
        <p class="parts">
            {value("state", state)}
            {value(of_level, level)}
            {value("town", town)}
            <span class="soft">{say(|w| w.households.id)} " " {short}</span>
            {waits.then(|| view! { <span class="state wait" data-waits="true">{say(|w| w.households.unsent)}</span> })}
        </p>
        {danger.then(|| view! {
            <p class="notice danger" data-flags="true">
                <span class="state bad wraps"><Icon shape=Shape::Alert small=true /><span>{live(move || saying.value("cases", "red_flags", &flags))}</span></span>
            </p> })}
        {lists.contradict.contains(&case.id).then(|| view! { <p class="notice warn">{say(|w| w.households.contradicts)}</p> })}
        <Begin case=case.clone() today=lists.today.clone() phone withhold=of(said, "withhold").trim().to_owned() />
        <div class="stack">{grouped(said).into_iter().map(|(group, pairs)| facts(group, pairs, saying)).collect_view()}</div>
        {points(&case, saying)}
        <section class="section" data-part="referrals">
            <h2>{say(|w| w.households.referrals)}</h2>
            {referrals.is_empty().then(|| view! { <p class="empty">{say(move |w| none_referred(&without, w))}</p> })}
            {referrals}
        </section>
        <section class="section" data-part="timeline">
            <h2>{say(|w| w.households.timeline)}</h2>
            <p class="soft small">{say(|w| w.households.timeline_explained)}</p>
            {happened.is_empty().then(|| view! { <p class="empty">{say(|w| w.households.timeline_none)}</p> })}
            <ol class="card events">{happened.into_iter().map(|one| event(one, saying)).collect_view()}</ol>
        </section>
        // Last: they take a while to be read, and nothing is to move for them.
        <Surveys id=case.id.clone() lists=lists.clone() />
    }
    .into_any()
}

/// Why somebody is to go, as on the day; what is to be kept from whom, before anybody can be called; the form for the visit, and the others folded away.
#[component]
fn Begin(case: ListedEntity, today: String, phone: String, withhold: String) -> impl IntoView {
    let reader = use_reader();
    let device = use_device();
    let id = case.id.clone();
    let onward = onward_from(of(&case.properties, "state"));
    let day = Day::of(&EntityList { name: "cases".into(), entities: vec![case] }, &today);
    let visit = day.due.into_iter().chain(day.ahead).next();
    let wanted: Vec<String> = visit
        .as_ref()
        .map_or(onward, |visit| forms_of(visit))
        .iter()
        .map(|form| (*form).to_owned())
        .collect();
    let others: Vec<String> =
        FORMS.iter().map(|form| (*form).to_owned()).filter(|form| !wanted.contains(form)).collect();
    let why = visit.map(|visit| live(move || lines(&visit, device, &today, reader.language())));
    let call = move || {
        let (address, phone) = (format!("tel:{phone}"), phone.clone());
        (!phone.is_empty()).then(|| {
            view! { <a class="button" href=address data-action="call">{say(move |w| (w.visits.call)(&phone))}</a> }
        })
    };
    // Forms that come down later have their buttons then.
    let hashes = Memo::new(move |_| {
        device.forms.with(|forms| forms.iter().map(|form| form.form.hash.clone()).collect::<Vec<_>>())
    });
    view! {
        <section class="card stack" data-part="begin">
            {(!withhold.is_empty()).then(|| view! {
                <p class="notice warn" data-withhold="true" translate="no">{say(move |w| (w.households.withhold)(&withhold))}</p> })}
            {why}
            {live(move || {
                hashes.track();
                view! {
                    <div class="actions">
                        <BeginForms forms=wanted.clone() about=vec![id.clone()] />
                        {call()}
                    </div>
                    <details class="reasons screen-only">
                        <summary>{say(|w| w.households.other_forms)}</summary>
                        <div class="actions"><BeginForms forms=others.clone() about=vec![id.clone()] /></div>
                    </details>
                }
            })}
        </section>
    }
}

/// The forms about it that are on this phone, and who lives there.
#[component]
fn Surveys(id: String, lists: Arc<Lists>) -> impl IntoView {
    let device = use_device();
    let surveys = RwSignal::new(None::<Vec<Survey>>);
    let told = RwSignal::new(None);
    timer::spawn(async move {
        let all = surveys_of(device, &id, &lists).await;
        if surveys.try_set(Some(all.clone())).is_some() {
            return;
        }
        let people = match known_members(device, &id, &lists).await {
            Some(names) => Some((None, names)),
            // A form that says nothing of members by themselves.
            None => people(device, &all).await.map(|(at, names)| (Some(at), names)),
        };
        let _ = told.try_set(Some(people));
    });
    view! {
        <section class="section" data-part="surveys">
            <h2>{say(|w| w.households.surveys)}</h2>
            {live(move || surveys.get().map(|all| match all.is_empty() {
                true => view! { <p class="empty">{say(|w| w.households.surveys_none)}</p> }.into_any(),
                false => all.into_iter().map(|survey| survey_row(survey, device)).collect_view().into_any(),
            }))}
        </section>
        {live(move || told.get().map(|people| view! {
            <section class="section" data-part="people">
                <h2>{say(|w| w.households.people)}</h2>
                {match people {
                    None => view! { <p class="empty">{say(|w| w.households.people_none)}</p> }.into_any(),
                    Some((at, names)) => view! {
                        <p class="soft small">{say(move |w| match at {
                            Some(at) => (w.households.people_from)(&when(at.ms, now(), w)),
                            None => w.households.people_known.to_owned(),
                        })}</p>
                        <ul class="card people" translate="no">{names.into_iter().map(|name| view! { <li>{name}</li> }).collect_view()}</ul>
                    }.into_any(),
                }}
            </section>
        }))}
    }
}

fn survey_row(survey: Survey, device: Device) -> AnyView {
    let Survey { id, form, at, stage, readable } = survey;
    let reader = use_reader();
    let called = move || {
        let language = reader.language().tag();
        device.forms.with(|forms| {
            let version = forms.iter().find(|version| version.form.hash == form.hash);
            version.map_or_else(|| form.id.clone(), |version| forms::title(version, language))
        })
    };
    let (class, word): (_, fn(&'static Words) -> &'static str) = match stage {
        Stage::Begun => ("state wait", |w| w.households.begun),
        Stage::Waiting => ("state wait", |w| w.households.waiting),
        Stage::Arrived => ("state good", |w| w.households.arrived),
    };
    let address = match stage {
        Stage::Begun => format!("/draft/{id}"),
        Stage::Waiting | Stage::Arrived => "/outbox".to_owned(),
    };
    view! {
        <A href=address attr:class="card card-link" attr:data-survey=id.to_string()>
            <div class="card-row">
                <div class="grow stack tight">
                    <span>{live(called)}</span>
                    <span class="soft small">{say(move |w| when(at.ms, now(), w))}</span>
                    {(!readable).then(|| view! { <span class="soft small">{say(|w| w.households.for_office_only)}</span> })}
                </div>
                <span class=class>{say(word)}</span>
                <Icon shape=Shape::Next />
            </div>
        </A>
    }
    .into_any()
}

fn facts(group: Group, pairs: Vec<(String, String)>, saying: Saying) -> AnyView {
    let heading: fn(&'static Words) -> &'static str = match group {
        Group::Who => |w| w.households.group_who,
        Group::Danger => |w| w.households.group_danger,
        Group::Case | Group::Points => |w| w.households.group_case,
        Group::Level => |w| w.households.group_level,
        Group::Help => |w| w.households.group_help,
        Group::Consent => |w| w.households.group_consent,
        Group::Other => |w| w.households.group_other,
    };
    let pairs = pairs.into_iter().map(|(name, value)| {
        let (property, called) = (name.clone(), name.clone());
        view! {
            <div class="fact" data-property=name>
                <dt>{live(move || saying.called("cases", &called))}</dt>
                <dd>{live(move || saying.value("cases", &property, &value))}</dd>
            </div>
        }
    });
    view! {
        <section class="card" data-group=format!("{group:?}")>
            <h2>{say(heading)}</h2>
            <dl class="facts">{pairs.collect_view()}</dl>
        </section>
    }
    .into_any()
}

/// The points of the last survey, of the most that there are.
fn points(case: &ListedEntity, saying: Saying) -> Option<AnyView> {
    let told: Vec<_> = DIMENSIONS
        .iter()
        .map(|(name, most)| (*name, of(&case.properties, name).to_owned(), *most))
        .filter(|(_, points, _)| !points.is_empty())
        .map(|(name, points, most)| {
            view! {
                <div class="fact" data-property=name>
                    <dt>{live(move || saying.called("cases", name))}</dt>
                    <dd class="figures">{say(move |w| (w.households.of_most)(&points, most))}</dd>
                </div>
            }
        })
        .collect();
    (!told.is_empty()).then(|| {
        view! {
            <section class="card" data-group="Points">
                <h2>{say(|w| w.households.points)}</h2>
                <dl class="facts">{told}</dl>
            </section>
        }
        .into_any()
    })
}

/// What is said where nothing was referred: a danger that somebody was told of was not left alone.
fn none_referred(without: &WithoutReferral, words: &Words) -> String {
    match without {
        WithoutReferral::Quiet => words.households.referrals_none.to_owned(),
        WithoutReferral::Told(whom) => (words.households.referrals_none_told)(whom),
        WithoutReferral::Open => words.households.referrals_none_open.to_owned(),
    }
}

fn referral(one: &ListedEntity, saying: Saying) -> AnyView {
    let said = |name: &'static str| of(&one.properties, name).to_owned();
    let [service, state, provider, made] = ["service", "state", "provider_name", "made_on"].map(said);
    let label = one.label.clone();
    let next = next_of(one);
    view! {
        <div class="card" data-referral=one.id.clone()>
            <div class="card-row">
                <strong class="grow">{live(move || match service.is_empty() {
                    true => label.clone(),
                    false => saying.value("referrals", "service", &service),
                })}</strong>
                <span class="state">{live(move || saying.value("referrals", "state", &state))}</span>
            </div>
            <p class="parts small"><span translate="no">{provider}</span><span class="soft">{made}</span></p>
            {next.map(|(form, about)| view! { <BeginForms forms=vec![form.to_owned()] about /> })}
        </div>
    }
    .into_any()
}

/// The forms that come next for a household whom nobody has to visit now, by where it stands.
fn onward_from(state: &str) -> &'static [&'static str] {
    match state {
        "surveyed" => &["assessment-report", "household-needs"],
        "assessed" => &["service-plan"],
        "planned" => &["referral"],
        "in_service" => &["follow-up", "referral"],
        _ => &FORMS[..1],
    }
}

/// The form that a referral waits for here, and what that begins with: where it was served the check, where it came back another one.
fn next_of(one: &ListedEntity) -> Option<(&'static str, Vec<String>)> {
    match of(&one.properties, "state") {
        "served" => Some(("acceptance-check", vec![one.id.clone()])),
        "refused" | "reassign" | "failed" => {
            let about = ["case", "category", "service"].map(|name| of(&one.properties, name).to_owned());
            Some(("referral", about.into_iter().filter(|said| !said.is_empty()).collect()))
        }
        _ => None,
    }
}

fn event(one: Happened, saying: Saying) -> AnyView {
    let Happened { day, list, property, with, service } = one;
    let words = move || {
        let mut said = saying.called(list, property);
        if let Some((name, value)) = &with {
            said += " · ";
            said += &saying.value(list, name, value);
        }
        match service.is_empty() {
            true => said,
            false => format!("{} · {said}", saying.value(list, "service", &service)),
        }
    };
    view! { <li class="fact" data-event=property><span class="soft figures">{day}</span><span class="grow">{live(words)}</span></li> }.into_any()
}
