//! What the head of a station looks at: assessments that wait for sign-off, levels that are other than the system's, objections, and a sample to be
//! checked again.
//!
//! Kept here: nothing is signed here, that is the report's; the sample is the same for whoever asks, and nobody chooses it.

use leptos::prelude::*;
use leptos_router::components::A;

use super::area::{ChooseTown, in_town};
use super::ask::{CASES, Entity, Found, Query, all, search};
use super::dates::{day, days, month, month_before, today};
use super::filter::Month;
use super::households::danger_sign;
use super::known::{Known, use_known};
use super::onward::{report_on, way};
use super::sample::sample;
use crate::components::icon::{Icon, Shape};
use crate::components::live::{live, shown_when};
use crate::office::desk::use_desk;
use crate::office::field::Word;
use crate::office::frame::{Awaited, Frame, Remote, Settled};
use crate::office::tell;
use crate::platform::page as screen;
use crate::state::groups::dangers;
use crate::state::keeping::now;

/// Rows of a part that are shown first, and that one may have on the page at most.
const STEP: usize = 50;
const MOST: usize = 400;
/// A month's assessments that are read at most.
const MONTH: usize = 2_000;

/// The page at `/office/review`.
#[component]
pub fn ReviewPage() -> impl IntoView {
    let (desk, known) = (use_desk(), use_known());
    let town = RwSignal::new(String::new());
    let [waiting, signed, again, objections, differ, drawn] = [(); 6].map(|()| Remote::<Found>::new());
    let of_month = RwSignal::new(month_before(today(now())));
    let percent = RwSignal::new(5_u64);
    let [most_waiting, most_again, most_objections, most_differ] = [(); 4].map(|()| RwSignal::new(STEP));
    let load = move |remote: Remote<Found>, conditions: &[&str], order: &'static str, most: usize| {
        let mut only = in_town(&town.get_untracked());
        only.extend(conditions.iter().map(|condition| (*condition).to_owned()));
        remote
            .load(async move { search(desk, CASES, &Query { only, order, most, ..Query::default() }).await });
    };
    let load_waiting = move || load(waiting, &["state=surveyed"], "visited_on", most_waiting.get_untracked());
    let load_signed = move || load(signed, &["state=assessed"], "-assessed_on", 1);
    let load_again = move || load(again, &["state=reassess"], "reassess_by", most_again.get_untracked());
    let load_objections =
        move || load(objections, &["objection_on!="], "objection_on", most_objections.get_untracked());
    let load_differ = move || {
        let (place, most) = (in_town(&town.get_untracked()), most_differ.get_untracked());
        differ.load(async move {
            let mut found = Found::default();
            // What a survey of levels other than these would be called, no form says.
            for level in ["high", "medium", "low", "none"] {
                let mut only = place.clone();
                only.extend([
                    format!("level_system={level}"),
                    format!("level!={level}"),
                    "level!=".to_owned(),
                ]);
                let part =
                    search(desk, CASES, &Query { only, order: "-assessed_on", most, ..Query::default() })
                        .await?;
                found.of += part.of;
                found.entities.extend(part.entities);
            }
            found.entities.sort_by(|one, other| other.get("assessed_on").cmp(one.get("assessed_on")));
            // What comes after the last of a level may be newer than what another level has left.
            found.entities.truncate(most);
            Ok(found)
        });
    };
    let load_drawn = move || {
        let Some((first, next)) = month(&of_month.get_untracked()) else { return drawn.value.set(None) };
        let mut only = in_town(&town.get_untracked());
        only.extend([format!("assessed_on>={first}"), format!("assessed_on<{next}")]);
        let query = Query { only, order: "assessed_on", ..Query::default() };
        drawn.load(all(desk, CASES, query, MONTH));
    };
    Effect::new(move || {
        town.track();
        load_waiting();
        load_signed();
        load_again();
        load_objections();
        load_differ();
    });
    Effect::new(move || {
        town.track();
        of_month.track();
        load_drawn();
    });
    let chosen = Memo::new(move |_| {
        let (month, percent) = (of_month.get(), percent.get());
        drawn
            .value
            .with(|drawn| drawn.as_ref().map(|drawn| picked(drawn, &month, percent)).unwrap_or_default())
    });
    let mut answered: Vec<Signal<bool>> = [waiting, signed, again, objections, differ, drawn]
        .map(|part| Signal::derive(move || part.is_answered()))
        .into();
    answered.push(Signal::derive(move || known.dictionary.is_answered()));
    view! {
        <Frame title=|w| w.station.review screen="review">
            <div class="head">
                <div class="welcome">
                    <h1>{tell(|w| w.station.review)}</h1>
                    <p class="soft">{tell(|w| w.station.review_explained)}</p>
                </div>
                <button type="button" class="button no-print" data-action="print" on:click=move |_| screen::print()>{tell(|w| w.print)}</button>
            </div>
            <div class="filters card no-print"><ChooseTown id="review-town" known chosen=town /></div>
            <Settled all=answered>
            <Awaited remote=known.dictionary again=move |()| known.load() />
            <Part name="waiting" title=|w| w.station.waiting none=|w| w.station.waiting_none remote=waiting most=most_waiting again=move |()| load_waiting() row=move |case| to_report(case, known, since) />
            {shown_when(move || signed.is_here(), move || view! {
                <p class="soft small" data-signed=live(move || of(signed).to_string())>{tell(move |w| (w.station.signed_off)(of(signed)))}</p> }.into_any())}
            <Awaited remote=signed again=move |()| load_signed() />
            <Part name="again" title=|w| w.station.again_waiting none=|w| w.station.again_none remote=again most=most_again again=move |()| load_again() row=move |case| to_report(case, known, by) />
            <Part name="differ" title=|w| w.station.differ none=|w| w.station.differ_none remote=differ most=most_differ again=move |()| load_differ() row=move |case| row(case, known, levels) />
            <Part name="objections" title=|w| w.station.objections none=|w| w.station.objections_none remote=objections most=most_objections again=move |()| load_objections() row=move |case| row(case, known, objection) />
            <section class="section" data-part="sample">
                <h2>{tell(|w| w.station.sample)}<span class="count" data-drawn=live(move || chosen.with(Vec::len).to_string())>{live(move || chosen.with(Vec::len).to_string())}</span></h2>
                <p class="soft small">{tell(|w| w.station.sample_explained)}</p>
                <div class="filters card no-print">
                    <Month id="sample-month" label=|w| w.station.month chosen=of_month />
                    <div class="line">
                        <label class="question-label" for="sample-percent">{tell(|w| w.station.percent)}</label>
                        <input type="number" class="field" id="sample-percent" min="1" max="100" inputmode="numeric"
                            prop:value=live(move || percent.get().to_string())
                            on:change:target=move |event| {
                                // What is no percentage leaves it as it was.
                                let typed = event.target().value().parse().ok().filter(|typed| (1..=100).contains(typed));
                                percent.set(typed.unwrap_or_else(|| percent.get_untracked()));
                            } />
                    </div>
                </div>
                <Awaited remote=drawn again=move |()| load_drawn() />
                {shown_when(move || drawn.is_here(), move || view! {
                    <p class="soft small" role="status">{tell(move |w| drawn.value.with(|drawn| {
                        let of = drawn.as_ref().map_or(0, |drawn| drawn.of);
                        if of > MONTH { (w.station.sample_too_many)(of, MONTH) } else { (w.station.sample_of)(chosen.with(Vec::len), of) }
                    }))}</p> }.into_any())}
                <ul class="records">{live(move || chosen.get().into_iter().map(|case| row(case, known, levels)).collect::<Vec<_>>())}</ul>
            </section>
            </Settled>
        </Frame>
    }
}

/// Those of a month that are drawn, in the order of their lots.
fn picked(found: &Found, month: &str, percent: u64) -> Vec<Entity> {
    let ids = sample(found.entities.iter().map(|case| case.id.as_str()), month, percent);
    ids.into_iter().filter_map(|id| found.entities.iter().find(|case| case.id == id).cloned()).collect()
}

/// How many there are.
fn of(found: Remote<Found>) -> usize {
    found.value.with(|found| found.as_ref().map_or(0, |found| found.of))
}

/// A part of the page: how many, and the first of them.
#[component]
fn Part(
    name: &'static str,
    title: Word,
    none: Word,
    remote: Remote<Found>,
    most: RwSignal<usize>,
    #[prop(into)] again: Callback<()>,
    #[prop(into)] row: Callback<Entity, AnyView>,
) -> impl IntoView {
    let of = move || of(remote);
    let cases = move || {
        remote.value.with(|found| found.as_ref().map(|found| found.entities.clone()).unwrap_or_default())
    };
    view! {
        <section class="section" data-part=name data-of=live(move || of().to_string())>
            <h2>{tell(title)}<span class="count">{live(move || of().to_string())}</span></h2>
            <Awaited remote again />
            {shown_when(move || remote.is_here() && of() == 0, move || view! { <p class="soft small">{tell(none)}</p> }.into_any())}
            <ul class="records">{live(move || cases().into_iter().map(|case| row.run(case)).collect::<Vec<_>>())}</ul>
            {shown_when(move || { of() > cases().len() }, move || view! {
                <p class="soft small">{tell(move |w| (w.station.left)(of() - cases().len()))}</p> }.into_any())}
            {shown_when(move || { of() > cases().len() && most.get() < MOST }, move || view! {
                <button type="button" class="button no-print" data-action="more" on:click=move |_| {
                    most.update(|most| *most = (*most * 2).min(MOST));
                    again.run(());
                }>{tell(|w| w.more)}</button> }.into_any())}
        </section>
    }
}

type Said = fn(&Entity, Known) -> Option<AnyView>;

/// The same, with the way to the form that signs it off.
fn to_report(case: Entity, known: Known, said: Said) -> AnyView {
    let way = way(report_on(&case.id));
    view! { {row(case, known, said)} <li class="onward">{way}</li> }.into_any()
}

fn row(case: Entity, known: Known, said: Said) -> AnyView {
    let (address, id, who) =
        (format!("/office/households/{}", case.id), case.id.clone(), case.who().to_owned());
    let [town, village] = ["town", "village"].map(|name| case.get(name).to_owned());
    let (words, danger) = (said(&case, known), danger_sign(!dangers(&case.properties).is_empty()));
    view! {
        <li>
            <A href=address attr:class="record card-link household" attr:data-case=id>
                <span>
                    <strong translate="no">{who}</strong>
                    <span class="lines soft small" translate="no">{village}</span>
                </span>
                <span class="small">{live(move || known.say(CASES, "town", &town))}</span>
                <span class="parts small">{words}</span>
                <span class="parts small">{danger}</span>
                <Icon shape=Shape::Next />
            </A>
        </li>
    }
    .into_any()
}

/// How long the survey has been waiting. An assessment is due two days after the visit.
fn since(case: &Entity, _: Known) -> Option<AnyView> {
    let visited = case.get("visited_on").to_owned();
    let waited = days(day(&visited)?, today(now()));
    let class = if waited > 2 { "state bad" } else { "state wait" };
    Some(
        view! {
            <span>{tell(move |w| (w.station.visited_on)(&visited))}</span>
            <span class=class data-waited=waited>{tell(move |w| (w.station.waits)(waited))}</span>
        }
        .into_any(),
    )
}

fn by(case: &Entity, _: Known) -> Option<AnyView> {
    let due = case.get("reassess_by").to_owned();
    let day = day(&due)?;
    let class = if day < today(now()) { "state bad" } else { "state wait" };
    Some(view! { <span class=class>{tell(move |w| (w.station.reassess_by)(&due))}</span> }.into_any())
}

/// The system's level beside the one decided, by whom, when.
fn levels(case: &Entity, known: Known) -> Option<AnyView> {
    let [by_system, level, on] =
        ["level_system", "level", "assessed_on"].map(|name| case.get(name).to_owned());
    let assessors: Vec<&str> = ["assessor_1", "assessor_2"]
        .map(|name| case.get(name))
        .into_iter()
        .filter(|name| !name.is_empty())
        .collect();
    let differs = by_system != level;
    let of = move |name: &'static str, value: String| live(move || known.say(CASES, name, &value));
    Some(
        view! {
            <span>
                {tell(|w| w.station.by_system)} " " {of("level_system", by_system)}
                {differs.then(|| view! { " → " <strong>{of("level", level)}</strong> })}
            </span>
            <span class="soft" translate="no">{on} " " {assessors.join(" · ")}</span>
        }
        .into_any(),
    )
}

fn objection(case: &Entity, known: Known) -> Option<AnyView> {
    let [on, reassessor] = ["objection_on", "reassessor"].map(|name| case.get(name).to_owned());
    Some(
        view! {
            <span>{tell(move |w| (w.station.objection_on)(&on))}</span>
            <span class="soft" translate="no">{reassessor}</span>
            {by(case, known)}
        }
        .into_any(),
    )
}
