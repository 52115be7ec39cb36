//! One household: what is known, what was consented to, how assessments came out over time, what it was referred to, and who changed what.

use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::use_params_map;
use serde_json::json;

use super::ask::{CASES, Entity, REFERRALS};
use super::board::{days_late, due};
use super::change::{Related, Timeline, entries};
use super::compare::{Compared, assessments};
use super::dates::{late, today};
use super::households::{danger_words, level_words, next_word};
use super::known::{Known, use_known};
use super::onward::{next_form, way};
use super::people::Members;
use super::query_codes::QueryCodes;
use super::timeline::{Joined, Versions, facts};
use crate::components::live::live;
use crate::office::desk::use_desk;
use crate::office::field::Word;
use crate::office::frame::{Awaited, Frame, Remote, Settled};
use crate::office::tell;
use crate::platform::page as screen;
use crate::state::groups::{Group, grouped, next};
use crate::state::keeping::now;

/// The page at `/office/households/ID`.
#[component]
pub fn HouseholdPage() -> impl IntoView {
    let (desk, known) = (use_desk(), use_known());
    let params = use_params_map();
    let id = params.with_untracked(|params| params.get("id")).unwrap_or_default();
    let path = StoredValue::new(format!("/api/v1/entities/{CASES}/{id}/timeline"));
    let told = Remote::<Timeline>::new();
    let load = move || {
        told.load(async move { desk.ask("POST", &path.get_value(), Some(&json!({}))).await });
    };
    load();
    let shown = move || told.value.with(|told| told.as_ref().map(|told| whole(told, known)));
    let answered = vec![
        Signal::derive(move || told.is_answered()),
        Signal::derive(move || known.dictionary.is_answered()),
    ];
    view! {
        <Frame title=|w| w.station.household screen="household">
            <p class="lone no-print"><A href="/office/households">{tell(|w| w.station.back_to_households)}</A></p>
            <Settled all=answered>
                <Awaited remote=known.dictionary again=move |()| known.load() />
                <Awaited remote=told again=move |()| load() />
                {live(shown)}
            </Settled>
        </Frame>
    }
}

fn whole(told: &Timeline, known: Known) -> AnyView {
    let case = &told.entity;
    let [state, town] = ["state", "town"].map(|name| case.get(name).to_owned());
    let due = next(&case.properties).map(|(next, day)| {
        let (is_late, day) = (late(day, today(now())).is_some(), day.get(..10).unwrap_or(day).to_owned());
        let class = if is_late { "state bad" } else { "state wait" };
        view! { <span class=class>{tell(move |w| next_word(next, &w.station)(&day))}</span> }
    });
    let versions = told.in_order();
    let compared = assessments(&versions);
    let entries = entries(versions, &told.listed);
    let (on_list, count) = (!told.listed.is_empty(), entries.len());
    let has_consent = !case.get("consent").is_empty();
    view! {
        <div class="head">
            <div class="welcome">
                <h1 translate="no">{case.who().to_owned()}</h1>
                <p class="parts">
                    <span>{live(move || known.say(CASES, "state", &state))}</span>
                    {level_words(case, known)}
                    <span class="soft">{live(move || known.say(CASES, "town", &town))}</span>
                    {danger_words(case, known)}
                    {on_list.then(|| view! { <span class="state wait" data-on-list="true">{tell(|w| w.monitoring.on_list)}</span> })}
                    {due}
                </p>
            </div>
            <button type="button" class="button no-print" data-action="print" on:click=move |_| screen::print()>{tell(|w| w.print)}</button>
        </div>
        {case.contradicts().then(|| view! {
            <p class="notice warn"><A href="/office/lists">{tell(|w| w.station.contradicts_explained)}</A></p> })}
        {(!has_consent).then(|| view! { <p class="notice warn" data-consent="none">{tell(|w| w.station.consent_none)}</p> })}
        <div class="groups">{grouped(&case.properties).into_iter().map(|(group, pairs)| card(group, pairs, known)).collect::<Vec<_>>()}</div>
        {(!told.listed.is_empty()).then(|| view! {
            <section class="section" data-part="listed">
                <h2>{tell(|w| w.monitoring.of_lists)}<span class="count">{told.listed.len()}</span></h2>
                <ul class="records">
                    {told.listed.iter().rev().cloned().map(|row| view! { <Joined row known /> }).collect::<Vec<_>>()}
                </ul>
            </section> })}
        {told.people.clone().map(|people| view! { <Members people known /> })}
        <section class="section" data-part="assessments">
            <h2>{tell(|w| w.station.assessments)}</h2>
            {match compared.is_empty() {
                true => view! { <p class="empty">{tell(|w| w.station.assessments_none)}</p> }.into_any(),
                false => view! { <Compared assessments=compared known /> }.into_any(),
            }}
        </section>
        <section class="section" data-part="related">
            <h2>{tell(|w| w.station.related)}<span class="count">{told.related.len()}</span></h2>
            {told.related.is_empty().then(|| view! { <p class="empty">{tell(|w| w.station.related_none)}</p> })}
            <ul class="records">{told.related.iter().cloned().map(|related| referral(related, known)).collect::<Vec<_>>()}</ul>
        </section>
        <QueryCodes case=case.id.clone() />
        <section class="section" data-part="timeline">
            <h2>{tell(|w| w.station.timeline)}<span class="count">{count}</span></h2>
            <Versions entries list=CASES known />
        </section>
    }
    .into_any()
}

fn title(group: Group) -> Word {
    match group {
        Group::Who => |w| w.station.group_who,
        Group::Danger => |w| w.station.group_danger,
        Group::Case | Group::Points => |w| w.station.group_case,
        Group::Level => |w| w.station.group_level,
        Group::Help => |w| w.station.group_help,
        Group::Consent => |w| w.station.group_consent,
        Group::Other => |w| w.station.group_other,
    }
}

fn card(group: Group, pairs: Vec<(String, String)>, known: Known) -> AnyView {
    view! {
        <section class="card" data-group=format!("{group:?}")>
            <h2>{tell(title(group))}</h2>
            {facts(CASES, pairs, known)}
        </section>
    }
    .into_any()
}

/// What was referred, to whom, how it stands, and whether it is late.
fn referral(related: Related, known: Known) -> AnyView {
    let Related { list, entity } = related;
    let (of_service, of_state) = (list.clone(), list.clone());
    let [service, state] = ["service", "state"].map(|name| entity.get(name).to_owned());
    let days = days_late(&entity, today(now()));
    let by = due(&entity).to_owned();
    let is_referral = list == REFERRALS;
    view! {
        <li class="record related" data-related=entity.id.clone() data-list=list>
            <span>
                <strong>{related_name(&entity, service, of_service, known)}</strong>
                <span class="lines soft small" translate="no">{entity.get("provider_name").to_owned()}</span>
            </span>
            <span>{live(move || known.say(&of_state, "state", &state))}</span>
            <span class="parts small">
                {dated(&entity, "made_on", |w| w.station.made_on)}
                {dated(&entity, "first_service_on", |w| w.station.first_service_on)}
                {dated(&entity, "last_service_on", |w| w.station.last_service_on)}
                {counted(&entity)}
            </span>
            {(!by.is_empty()).then(|| view! {
                <span class=if days.is_some() { "state bad" } else { "state wait" }>
                    {tell(move |w| match days {
                        Some(days) => (w.station.late)(days),
                        None => (w.station.due_on)(&by),
                    })}
                </span> })}
            {is_referral.then(|| next_form(&entity).map(way))}
        </li>
    }
    .into_any()
}

/// The service, or what it is called and where it stands.
fn related_name(entity: &Entity, service: String, list: String, known: Known) -> AnyView {
    match service.is_empty() {
        true => view! { {entity.label.clone()} " · " {live(move || known.list(&list))} }.into_any(),
        false => live(move || known.say(&list, "service", &service)).into_any(),
    }
}

/// A day with its word, if there is one.
fn dated(
    entity: &Entity,
    property: &str,
    word: fn(&'static crate::words::office::Office) -> fn(&str) -> String,
) -> Option<AnyView> {
    let day = entity.get(property).to_owned();
    (!day.is_empty()).then(|| view! { <span>{tell(move |w| word(w)(&day))}</span> }.into_any())
}

fn counted(entity: &Entity) -> Option<AnyView> {
    let times = entity.get("served_times").to_owned();
    (!times.is_empty())
        .then(|| view! { <span>{tell(move |w| (w.station.served_times)(&times))}</span> }.into_any())
}
