//! What was done: by month, by area, by service and category, in a span of time.

use leptos::prelude::*;

use super::analysis::area_word;
use super::area::{ChooseTown, in_town, told_apart};
use super::ask::{CASES, REFERRALS, Total, totals};
use super::chart::{Bar, Columns};
use super::counts::{by, share};
use super::dates::{months, months_back, today};
use super::filter::Day;
use super::known::{Known, use_known};
use super::months::{of_months, within};
use crate::components::live::live;
use crate::office::desk::use_desk;
use crate::office::field::Word;
use crate::office::frame::{Awaited, Frame, Remote};
use crate::office::tell;
use crate::platform::page as screen;
use crate::state::keeping::now;

/// What has a day: its list, the property, its word.
const EVENTS: [(&str, &str, Word); 9] = [
    (CASES, "found_on", |w| w.station.event_found),
    (CASES, "visited_on", |w| w.station.event_visited),
    (CASES, "assessed_on", |w| w.station.event_assessed),
    (CASES, "closed_on", |w| w.station.event_closed),
    (REFERRALS, "made_on", |w| w.station.event_made),
    (REFERRALS, "accepted_on", |w| w.station.event_accepted),
    (REFERRALS, "first_service_on", |w| w.station.event_first_service),
    (REFERRALS, "checked_on", |w| w.station.event_checked),
    (REFERRALS, "closed_on", |w| w.station.event_finished),
];
/// Those that are drawn.
const DRAWN: [usize; 3] = [0, 4, 3];

/// Everything that is counted for a span.
#[derive(Clone, PartialEq, Debug, Default)]
struct Counts {
    months: Vec<String>,
    /// For each of the events, a count for each month.
    events: Vec<Vec<usize>>,
    /// Households found, by area; by difficulty.
    found: Vec<Total>,
    difficulties: Vec<Total>,
    /// Referrals made, by area; by category; by category and service.
    made: Vec<Total>,
    categories: Vec<Total>,
    services: Vec<Total>,
}

/// The page at `/office/statistics`.
#[component]
pub fn StatisticsPage() -> impl IntoView {
    let (desk, known) = (use_desk(), use_known());
    let day = today(now());
    let (town, from, to) =
        (RwSignal::new(String::new()), RwSignal::new(months_back(day, 5)), RwSignal::new(day.to_string()));
    let counts = Remote::<Counts>::new();
    let area = told_apart(desk);
    let load = move || {
        let (from, to, place) = (from.get_untracked(), to.get_untracked(), in_town(&town.get_untracked()));
        counts.load(async move {
            let only = |property: &str| {
                let mut only = place.clone();
                only.extend(within(property, &from, &to));
                only
            };
            let months = months(&from, &to);
            let mut events = Vec::new();
            for (list, property, _) in EVENTS {
                let all = totals(desk, list, &[&format!("{property}:month")], &only(property), None).await?;
                events.push(of_months(&all, &months));
            }
            let (found, made, case) = (only("found_on"), only("made_on"), Some("case"));
            Ok(Counts {
                months,
                events,
                found: totals(desk, CASES, &[area], &found, None).await?,
                difficulties: totals(desk, CASES, &["difficulties:each"], &found, None).await?,
                made: totals(desk, REFERRALS, &[area], &made, case).await?,
                categories: totals(desk, REFERRALS, &["category"], &made, case).await?,
                services: totals(desk, REFERRALS, &["category", "service"], &made, case).await?,
            })
        });
    };
    Effect::new(move || {
        [town, from, to].iter().for_each(RwSignal::track);
        load();
    });
    let shown = move || counts.value.with(|counts| counts.as_ref().map(|counts| whole(counts, known)));
    view! {
        <Frame title=|w| w.station.statistics screen="statistics">
            <div class="head">
                <h1>{tell(|w| w.station.statistics)}</h1>
                <button type="button" class="button no-print" data-action="print" on:click=move |_| screen::print()>{tell(|w| w.print)}</button>
            </div>
            <div class="filters card no-print">
                <Day id="statistics-from" label=|w| w.station.from chosen=from />
                <Day id="statistics-to" label=|w| w.station.to chosen=to />
                <ChooseTown id="statistics-town" known chosen=town />
            </div>
            <p class="print-only">
                {live(move || format!("{} – {}", from.get(), to.get()))}
                {live(move || town.with(|town| (!town.is_empty()).then(|| format!(" · {}", known.area(town)))))}
            </p>
            <Awaited remote=known.dictionary again=move |()| known.load() />
            <Awaited remote=counts again=move |()| load() />
            {live(shown)}
        </Frame>
    }
}

fn whole(counts: &Counts, known: Known) -> AnyView {
    if counts.months.is_empty() {
        return view! { <p class="empty" data-none="statistics">{tell(|w| w.station.span_none)}</p> }
            .into_any();
    }
    view! {
        <section class="section" data-part="months">
            <h2>{tell(|w| w.station.by_month)}</h2>
            {by_month(counts)}
        </section>
        <section class="section" data-part="areas">
            <h2>{tell(|w| w.station.by_area)}</h2>
            {by_area(counts, known)}
        </section>
        <section class="section" data-part="services">
            <h2>{tell(|w| w.station.by_service)}</h2>
            {by_service(counts, known)}
        </section>
        <section class="section" data-part="difficulties">
            <h2>{tell(|w| w.station.by_difficulty)}</h2>
            {by_difficulty(counts, known)}
        </section>
    }
    .into_any()
}

fn by_month(counts: &Counts) -> AnyView {
    let drawn: Vec<Vec<usize>> = DRAWN.iter().map(|event| counts.events[*event].clone()).collect();
    let legend: Vec<_> = DRAWN
        .iter()
        .enumerate()
        .map(|(kind, event)| view! { <li><span class=format!("swatch kind-{kind}") aria-hidden="true"></span>{tell(EVENTS[*event].2)}</li> })
        .collect();
    let heads: Vec<_> =
        EVENTS.iter().map(|(.., word)| view! { <th scope="col" class="number">{tell(*word)}</th> }).collect();
    let row = |place: usize, month: &String| {
        let cells: Vec<_> =
            counts.events.iter().map(|event| view! { <td class="number">{event[place]}</td> }).collect();
        view! { <tr data-month=month.clone()><th scope="row" class="figures">{month.clone()}</th>{cells}</tr> }
    };
    let rows: Vec<_> = counts.months.iter().enumerate().map(|(place, month)| row(place, month)).collect();
    let sums: Vec<_> = counts
        .events
        .iter()
        .map(|event| view! { <td class="number">{event.iter().sum::<usize>()}</td> })
        .collect();
    view! {
        <figure class="scrolls" tabindex="0">
            <Columns labels=counts.months.iter().map(|month| month.replacen('-', ".", 1)).collect() kinds=drawn />
            <figcaption><ul class="parts small">{legend}</ul></figcaption>
        </figure>
        <div class="scrolls" tabindex="0">
            <table class="table">
                <thead><tr><th scope="col">{tell(|w| w.station.month)}</th>{heads}</tr></thead>
                <tbody>{rows}</tbody>
                <tfoot><tr data-month="all"><th scope="row">{tell(|w| w.station.sum)}</th>{sums}</tr></tfoot>
            </table>
        </div>
        <p class="soft small">{tell(|w| w.station.months_explained)}</p>
    }
    .into_any()
}

fn by_area(counts: &Counts, known: Known) -> AnyView {
    let mut areas: Vec<String> = by(&counts.found, 0).into_iter().map(|(area, _)| area).collect();
    areas.extend(
        by(&counts.made, 0)
            .into_iter()
            .map(|(area, _)| area)
            .filter(|area| !areas.contains(area))
            .collect::<Vec<_>>(),
    );
    let of = |totals: &[Total], area: &String, read: fn(&Total) -> usize| {
        totals.iter().find(|total| total.group.first() == Some(area)).map_or(0, read)
    };
    let rows: Vec<_> = areas
        .into_iter()
        .map(|area| {
            let word = area_word(area.clone(), known);
            let found = of(&counts.found, &area, |total| total.entities);
            let made = of(&counts.made, &area, |total| total.entities);
            let served = of(&counts.made, &area, |total| total.different);
            view! {
                <tr data-area=area>
                    <th scope="row">{word}</th>
                    <td class="number">{found}</td><td class="number">{made}</td><td class="number">{served}</td>
                </tr>
            }
        })
        .collect();
    table(
        &[
            |w| w.station.area,
            |w| w.station.event_found,
            |w| w.station.event_made,
            |w| w.station.households_referred,
        ],
        rows,
    )
}

fn by_service(counts: &Counts, known: Known) -> AnyView {
    let mut rows = Vec::new();
    for total in &counts.categories {
        let category = total.group.first().cloned().unwrap_or_default();
        let within = counts.services.iter().filter(|service| service.group.first() == total.group.first());
        rows.push(service_row("category", category.clone(), total, known));
        rows.extend(within.map(|service| {
            service_row("service", service.group.get(1).cloned().unwrap_or_default(), service, known)
        }));
    }
    table(&[|w| w.station.service, |w| w.station.event_made, |w| w.station.households_referred], rows)
}

fn service_row(property: &'static str, code: String, total: &Total, known: Known) -> AnyView {
    let named = code.clone();
    let word = match code.is_empty() {
        true => tell(|w| w.station.not_said).into_any(),
        false => live(move || known.say(REFERRALS, property, &named)).into_any(),
    };
    view! {
        <tr class=if property == "category" { "subtotal" } else { "part-of" } data-code=code>
            <th scope="row">{word}</th>
            <td class="number">{total.entities}</td><td class="number">{total.different}</td>
        </tr>
    }
    .into_any()
}

fn by_difficulty(counts: &Counts, known: Known) -> AnyView {
    let counted: Vec<_> =
        by(&counts.difficulties, 0).into_iter().filter(|(code, _)| !code.is_empty()).collect();
    let most = counted.first().map_or(0, |(_, count)| *count);
    let rows: Vec<_> = counted
        .into_iter()
        .map(|(code, count)| {
            let named = code.clone();
            view! {
                <tr data-code=code>
                    <th scope="row">{live(move || known.say(CASES, "difficulties", &named))}</th>
                    <td class="wide"><Bar percent=share(count, most) /></td>
                    <td class="number">{count}</td>
                </tr>
            }
        })
        .collect();
    if rows.is_empty() {
        return view! { <p class="empty">{tell(|w| w.station.difficulties_none)}</p> }.into_any();
    }
    view! {
        <div class="scrolls" tabindex="0"><table class="table bars">
            <thead><tr><th scope="col">{tell(|w| w.station.difficulty)}</th><td class="wide"></td><th scope="col" class="number">{tell(|w| w.station.households_found)}</th></tr></thead>
            <tbody>{rows}</tbody>
        </table></div>
    }
    .into_any()
}

/// A table whose first column is words and whose others are figures.
fn table<R: IntoView + 'static>(heads: &[Word], rows: Vec<R>) -> AnyView {
    if rows.is_empty() {
        return view! { <p class="empty">{tell(|w| w.station.nothing_in_span)}</p> }.into_any();
    }
    let heads: Vec<_> = heads
        .iter()
        .enumerate()
        .map(|(place, word)| view! { <th scope="col" class=if place == 0 { "" } else { "number" }>{tell(*word)}</th> })
        .collect();
    view! {
        <div class="scrolls" tabindex="0">
            <table class="table"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>
        </div>
    }
    .into_any()
}
