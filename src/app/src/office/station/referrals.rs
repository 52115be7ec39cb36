//! The referrals as a board, from made to closed: how many stand where, which are late and by how much, and whose matter that is by now.
//!
//! What is given twice to one household is said first, and marked.
//!
//! Kept here: what is late is counted by the server, however few of it are on the screen.

use std::collections::BTreeSet;

use leptos::prelude::*;
use leptos_router::components::A;

use super::area::{ChooseTown, in_town};
use super::ask::{Entity, Query, REFERRALS, Total, search};
use super::board::{Column, Escalation, days_late, due, due_by, escalation, order, sort};
use super::dates::today;
use super::filter::Choose;
use super::known::{Known, use_known};
use super::onward::{next_form, way};
use super::twice::{GivenTwice, Pair, pairs, runs, twice};
use crate::components::icon::{Icon, Shape};
use crate::components::live::{live, shown_when};
use crate::office::desk::{Desk, use_desk};
use crate::office::field::Word;
use crate::office::frame::{Awaited, Frame, Remote};
use crate::office::refusal::Refusal;
use crate::office::tell;
use crate::state::keeping::now;

/// Cards of a state at a time.
const STEP: usize = 30;
/// The most that one question brings.
const MOST: usize = 200;

/// What stands in a column.
#[derive(Clone, PartialEq, Debug, Default)]
struct Lane {
    of: usize,
    late: usize,
    referrals: Vec<Entity>,
}

async fn lane(desk: Desk, column: Column, only: Vec<String>, most: usize) -> Result<Lane, Refusal> {
    let mut lane = Lane::default();
    let day = today(now());
    for state in column.states() {
        let with = |more: &[String]| {
            let state = format!("state={state}");
            only.iter().chain([&state]).chain(more).cloned().collect::<Vec<_>>()
        };
        let query = Query { only: with(&[]), order: order(state), most, ..Query::default() };
        let found = search(desk, REFERRALS, &query).await?;
        if let (true, Some(property)) = (found.of > 0, due_by(state)) {
            let only = with(&[format!("{property}<{day}")]);
            lane.late += search(desk, REFERRALS, &Query { only, most: 1, ..Query::default() }).await?.of;
        }
        lane.of += found.of;
        lane.referrals.extend(found.entities);
    }
    sort(&mut lane.referrals, day);
    Ok(lane)
}

/// The page at `/office/referrals`.
#[component]
pub fn ReferralsPage() -> impl IntoView {
    let (desk, known) = (use_desk(), use_known());
    let [town, category, urgency] = [(); 3].map(|()| RwSignal::new(String::new()));
    let lanes = Column::ALL.map(|column| (column, Remote::<Lane>::new(), RwSignal::new(STEP)));
    let only = move || {
        let mut only = in_town(&town.get_untracked());
        for (name, chosen) in [("category", category), ("urgency", urgency)] {
            chosen.with_untracked(|value| {
                if !value.is_empty() {
                    only.push(format!("{name}={value}"))
                }
            });
        }
        only
    };
    let load = move |column: Column| {
        if let Some((_, lane_of, most)) = lanes.iter().find(|(other, ..)| *other == column) {
            lane_of.load(lane(desk, column, only(), most.get_untracked()));
        }
    };
    Effect::new(move || {
        [town, category, urgency].iter().for_each(RwSignal::track);
        Column::ALL.into_iter().for_each(load);
    });
    // The board waits for it: what is said above it would push it down.
    let doubled = Remote::<Vec<Total>>::new();
    Effect::new(move || doubled.load(twice(desk, in_town(&town.get()))));
    let doubles = Memo::new(move |_| {
        doubled.value.with(|found| found.as_ref().map(|all| pairs(all)).unwrap_or_default())
    });
    view! {
        <Frame title=|w| w.station.referrals screen="referrals">
            <div class="welcome">
                <h1>{tell(|w| w.station.referrals)}</h1>
                <p class="soft">{tell(|w| w.station.referrals_explained)}</p>
            </div>
            <div class="filters card">
                <ChooseTown id="referrals-town" known chosen=town />
                <Choose id="referrals-category" label=|w| w.station.category any=|w| w.station.all_categories list=REFERRALS property="category" known chosen=category />
                <Choose id="referrals-urgency" label=|w| w.station.urgency any=|w| w.station.all_urgencies list=REFERRALS property="urgency" known chosen=urgency />
            </div>
            <Awaited remote=known.dictionary again=move |()| known.load() />
            <GivenTwice found=doubled known />
            {shown_when(move || doubled.is_answered(), move || view! {
                <nav class="tabs" aria-label=tell(|w| w.station.columns)>
                    {lanes.map(|(column, lane, _)| view! { <Chip column lane /> }).into_iter().collect::<Vec<_>>()}
                </nav>
                <div class="board">
                    {lanes.map(|(column, lane, most)| view! {
                        <LaneShown column lane most doubles known again=move |()| load(column) /> }).into_iter().collect::<Vec<_>>()}
                </div> }.into_any())}
        </Frame>
    }
}

fn title(column: Column) -> Word {
    match column {
        Column::Made => |w| w.station.column_made,
        Column::Refused => |w| w.station.column_refused,
        Column::Accepted => |w| w.station.column_accepted,
        Column::InService => |w| w.station.column_in_service,
        Column::Served => |w| w.station.column_served,
        Column::Checked => |w| w.station.column_checked,
        Column::Closed => |w| w.station.column_closed,
    }
}

/// How many are in a column, and how many of them late; leads there.
#[component]
fn Chip(column: Column, lane: Remote<Lane>) -> impl IntoView {
    let of = move || lane.value.with(|lane| lane.as_ref().map(|lane| lane.of));
    let late = move || lane.value.with(|lane| lane.as_ref().map_or(0, |lane| lane.late));
    view! {
        <a class="tab" href=format!("#column-{}", column.name()) rel="external" data-chip=column.name()>
            {tell(title(column))}
            <span class="count">{live(move || of().map_or_else(|| "…".to_owned(), |of| of.to_string()))}</span>
            {shown_when(move || late() > 0, move || view! {
                <span class="state bad">{tell(move |w| (w.station.of_them_late)(late()))}</span> }.into_any())}
        </a>
    }
}

#[component]
fn LaneShown(
    column: Column,
    lane: Remote<Lane>,
    most: RwSignal<usize>,
    /// What is given twice.
    doubles: Memo<BTreeSet<Pair>>,
    known: Known,
    #[prop(into)] again: Callback<()>,
) -> impl IntoView {
    let cards = move || {
        lane.value.with(|lane| {
            let all = lane.as_ref().map(|lane| lane.referrals.clone()).unwrap_or_default();
            all.into_iter().map(|referral| card(referral, column, doubles, known)).collect::<Vec<_>>()
        })
    };
    let of = move || lane.value.with(|lane| lane.as_ref().map_or(0, |lane| lane.of));
    let left = move || {
        lane.value.with(|lane| lane.as_ref().map_or(0, |lane| lane.of.saturating_sub(lane.referrals.len())))
    };
    view! {
        <section class="lane" id=format!("column-{}", column.name()) data-column=column.name() data-of=live(move || of().to_string())>
            <h2>{tell(title(column))}<span class="count">{live(move || of().to_string())}</span></h2>
            <Awaited remote=lane again />
            {shown_when(move || lane.is_here() && of() == 0, || view! {
                <p class="soft small">{tell(|w| w.station.column_none)}</p> }.into_any())}
            <ul class="section">{live(cards)}</ul>
            {shown_when(move || { left() > 0 }, move || view! {
                <p class="soft small">{tell(move |w| (w.station.left)(left()))}</p> }.into_any())}
            {shown_when(move || { left() > 0 && most.get() < MOST }, move || view! {
                <button type="button" class="button" data-action="more" on:click=move |_| {
                    most.update(|most| *most = (*most * 2).min(MOST));
                    again.run(());
                }>{tell(|w| w.more)}</button> }.into_any())}
        </section>
    }
}

fn card(referral: Entity, column: Column, doubles: Memo<BTreeSet<Pair>>, known: Known) -> AnyView {
    let say =
        move |property: &'static str, value: String| live(move || known.say(REFERRALS, property, &value));
    let of = |name: &str| referral.get(name).to_owned();
    let case = of("case");
    let days = days_late(&referral, today(now()));
    let by = due(&referral).to_owned();
    let [state, urgency, service, reason] = ["state", "urgency", "service", "refusal_reason"].map(of);
    let several = column.states().len() > 1;
    let is_urgent = urgency == "urgent";
    let name = match service.is_empty() {
        true => referral.label.clone().into_any(),
        false => say("service", service).into_any(),
    };
    let who = referral.who().to_owned();
    let pair = (case.clone(), referral.get("service").to_owned());
    let is_open = runs(&referral);
    let is_twice = move || is_open && doubles.with(|doubles| doubles.contains(&pair));
    let words =
        [of("provider_name"), of("village")].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>();
    let further = [("reassign_to", of("reassign_to")), ("wanted", of("wanted"))]
        .into_iter()
        .filter(|(_, said)| !said.is_empty());
    let further: Vec<_> = further
        .map(|(property, said)| view! { <p class="small"><span class="soft">{live(move || known.called(REFERRALS, property))}</span> " " <span translate="no">{said}</span></p> })
        .collect();
    view! {
        <li class=if days.is_some() { "card danger tight" } else { "card tight" } data-referral=referral.id.clone() data-late=days.map(|days| days.to_string())>
            {days.map(|days| view! { <p class="state bad"><Icon shape=Shape::Clock small=true />{tell(move |w| (w.station.late)(days))}</p> })}
            <strong>{name}</strong>
            {match case.is_empty() {
                true => view! { <span translate="no">{who}</span> }.into_any(),
                false => view! { <A href=format!("/office/households/{case}") attr:translate="no">{who}</A> }.into_any(),
            }}
            <p class="soft small" translate="no">{words.join(" · ")}</p>
            <p class="parts small">
                {several.then(|| view! { <span class="state">{say("state", state)}</span> })}
                {is_urgent.then(|| view! { <span class="state bad">{say("urgency", urgency)}</span> })}
                {(days.is_none() && !by.is_empty()).then(|| view! { <span class="state wait">{tell(move |w| (w.station.due_on)(&by))}</span> })}
            </p>
            {shown_when(is_twice, || view! {
                <p class="state bad" data-given="twice"><Icon shape=Shape::Alert small=true />{tell(|w| w.station.given_twice)}</p> }.into_any())}
            {(!reason.is_empty()).then(|| view! { <p class="small">{say("refusal_reason", reason)}</p> })}
            {further}
            {next_form(&referral).map(way)}
            {days.map(|days| view! { <p class="small bad-words" data-escalation=format!("{:?}", escalation(days))>{tell(escalated(days))}</p> })}
        </li>
    }
    .into_any()
}

fn escalated(days: i64) -> Word {
    match escalation(days) {
        Escalation::Remind => |w| w.station.escalate_remind,
        Escalation::Head => |w| w.station.escalate_head,
        Escalation::Town => |w| w.station.escalate_town,
    }
}
