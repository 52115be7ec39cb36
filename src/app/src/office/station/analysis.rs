//! What is difficult, where and for how many: difficulties by count and area, households by level, the six dimensions in their order.
//!
//! Kept here: everything is counted by the server, over all that its user may see; nothing is drawn that has no figure beside it.

use leptos::prelude::*;

use super::area::{ChooseTown, in_town, told_apart};
use super::ask::{CASES, Total, totals};
use super::chart::Bar;
use super::compare::figure;
use super::counts::{IN_HAND, Mean, by, cross, in_order, mean, share};
use super::known::{Known, use_known};
use crate::components::live::{live, shown_when};
use crate::office::desk::use_desk;
use crate::office::field::Word;
use crate::office::frame::{Awaited, Frame, Remote, Settled};
use crate::office::tell;
use crate::platform::page as screen;
use crate::state::groups::DIMENSIONS;

/// The page at `/office/analysis`.
#[component]
pub fn AnalysisPage() -> impl IntoView {
    let (desk, known) = (use_desk(), use_known());
    let (town, closed) = (RwSignal::new(String::new()), RwSignal::new(false));
    let difficulties = Remote::<Vec<Total>>::new();
    let levels = Remote::<Vec<Total>>::new();
    let points = Remote::<Vec<Vec<Total>>>::new();
    let area = told_apart(desk);
    let only = move || {
        let mut only = in_town(&town.get_untracked());
        if !closed.get_untracked() {
            only.extend(IN_HAND.map(str::to_owned));
        }
        only
    };
    let load_difficulties = move || {
        difficulties
            .load(async move { totals(desk, CASES, &["difficulties:each", area], &only(), None).await });
    };
    let load_levels = move || {
        levels.load(async move { totals(desk, CASES, &["level"], &only(), None).await });
    };
    let load_points = move || {
        points.load(async move {
            let mut all = Vec::new();
            for (name, _) in DIMENSIONS {
                all.push(totals(desk, CASES, &[name], &only(), None).await?);
            }
            Ok(all)
        });
    };
    Effect::new(move || {
        town.track();
        closed.track();
        load_levels();
        load_difficulties();
        load_points();
    });
    let in_all = move || {
        levels.value.with(|levels| {
            levels.as_ref().map_or(0, |levels| by(levels, 0).iter().map(|(_, count)| count).sum())
        })
    };
    let answered = vec![
        Signal::derive(move || difficulties.is_answered()),
        Signal::derive(move || levels.is_answered()),
        Signal::derive(move || points.is_answered()),
        Signal::derive(move || known.dictionary.is_answered()),
    ];
    view! {
        <Frame title=|w| w.station.analysis screen="analysis">
            <div class="head">
                <h1>{tell(|w| w.station.analysis)}</h1>
                <button type="button" class="button no-print" data-action="print" on:click=move |_| screen::print()>{tell(|w| w.print)}</button>
            </div>
            <div class="filters card no-print">
                <ChooseTown id="analysis-town" known chosen=town />
                <label class="choice slim">
                    <input type="checkbox" prop:checked=live(move || closed.get()) on:change:target=move |event| closed.set(event.target().checked()) />
                    <span>{tell(|w| w.station.closed_too)}</span>
                </label>
            </div>
            <p class="soft" role="status" data-households=live(move || in_all().to_string())>
                {live(move || town.with(|town| (!town.is_empty()).then(|| format!("{} · ", known.area(town)))))}
                {tell(move |w| (w.station.counted_over)(in_all(), closed.get()))}
            </p>
            <Settled all=answered>
            <Awaited remote=known.dictionary again=move |()| known.load() />
            <section class="section" data-part="difficulties">
                <h2>{tell(|w| w.station.difficulties)}</h2>
                <Awaited remote=difficulties again=move |()| load_difficulties() />
                {live(move || difficulties.value.with(|all| all.as_ref().map(|all| of_difficulties(all, in_all(), known))))}
            </section>
            <section class="section" data-part="levels">
                <h2>{tell(|w| w.station.levels)}</h2>
                <Awaited remote=levels again=move |()| load_levels() />
                {live(move || levels.value.with(|all| all.as_ref().map(|all| {
                    let counted = in_order(&by(all, 0), &known.codes(CASES, "level"));
                    bars(counted, in_all(), |w| w.station.level, move |code| match code {
                        "" => tell(|w| w.station.no_level).into_any(),
                        _ => { let code = code.to_owned(); live(move || known.say(CASES, "level", &code)).into_any() }
                    })
                })))}
            </section>
            <section class="section" data-part="dimensions">
                <h2>{tell(|w| w.station.dimensions)}</h2>
                <p class="soft small">{tell(|w| w.station.dimensions_explained)}</p>
                <Awaited remote=points again=move |()| load_points() />
                {live(move || points.value.with(|all| all.as_ref().map(|all| ranking(&ranked(all), known))))}
            </section>
            {shown_when(move || levels.is_here() && in_all() == 0, || view! {
                <p class="empty" data-none="analysis">{tell(|w| w.station.analysis_none)}</p> }.into_any())}
            </Settled>
        </Frame>
    }
}

/// Rows of a word, a bar and figures.
fn bars(counted: Vec<(String, usize)>, of: usize, head: Word, word: impl Fn(&str) -> AnyView) -> AnyView {
    let most = counted.iter().map(|(_, count)| *count).max().unwrap_or(0);
    let rows: Vec<_> = counted
        .into_iter()
        .map(|(code, count)| {
            view! {
                <tr data-code=code.clone() data-count=count>
                    <th scope="row">{word(&code)}</th>
                    <td class="wide"><Bar percent=share(count, most) /></td>
                    <td class="number">{count}</td>
                    <td class="number soft">{format!("{:.1}%", share(count, of))}</td>
                </tr>
            }
        })
        .collect();
    view! {
        <div class="scrolls" tabindex="0"><table class="table bars">
            <thead><tr>
                <th scope="col">{tell(head)}</th><td class="wide"></td>
                <th scope="col" class="number">{tell(|w| w.station.households_count)}</th><th scope="col" class="number">{tell(|w| w.station.share)}</th>
            </tr></thead>
            <tbody>{rows}</tbody>
        </table></div>
    }
    .into_any()
}

/// By count, and by count in each area.
fn of_difficulties(all: &[Total], households: usize, known: Known) -> AnyView {
    let counted: Vec<(String, usize)> = by(all, 0).into_iter().filter(|(code, _)| !code.is_empty()).collect();
    if counted.is_empty() {
        return view! { <p class="empty">{tell(|w| w.station.difficulties_none)}</p> }.into_any();
    }
    let table = cross(all, (1, 0));
    let areas = by(all, 1);
    let word = move |code: &str| {
        let code = code.to_owned();
        live(move || known.say(CASES, "difficulties", &code)).into_any()
    };
    let heads: Vec<_> =
        counted.iter().map(|(code, _)| view! { <th scope="col" class="number">{word(code)}</th> }).collect();
    let rows: Vec<_> = areas
        .into_iter()
        .map(|(area, sum)| {
            let cells: Vec<_> = counted
                .iter()
                .map(|(code, _)| view! { <td class="number">{table.get(&area).and_then(|row| row.get(code)).copied().unwrap_or(0)}</td> })
                .collect();
            let name = area.clone();
            view! {
                <tr data-area=area>
                    <th scope="row">{area_word(name, known)}</th>
                    {cells}
                    <td class="number"><strong>{sum}</strong></td>
                </tr>
            }
        })
        .collect();
    view! {
        {bars(counted, households, |w| w.station.difficulty, word)}
        <h3>{tell(|w| w.station.by_area)}</h3>
        <div class="scrolls" tabindex="0">
            <table class="table">
                <thead><tr><th scope="col">{tell(|w| w.station.area)}</th>{heads}<th scope="col" class="number">{tell(|w| w.station.mentions)}</th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// An area's word; a blank is no area.
pub fn area_word(code: String, known: Known) -> AnyView {
    match code.is_empty() {
        true => tell(|w| w.station.no_town).into_any(),
        false => live(move || known.area(&code)).into_any(),
    }
}

/// The dimensions that somebody has points of, the greatest share of the most points first; ties in the survey's order.
fn ranked(all: &[Vec<Total>]) -> Vec<(&'static str, f64, Mean)> {
    let one = |(place, (name, most)): (usize, &(&'static str, f64))| {
        mean(all.get(place)?, *most).map(|mean| (*name, *most, mean))
    };
    let mut all: Vec<_> = DIMENSIONS.iter().enumerate().filter_map(one).collect();
    all.sort_by(|one, other| other.2.percent.total_cmp(&one.2.percent));
    all
}

fn ranking(ranked: &[(&'static str, f64, Mean)], known: Known) -> AnyView {
    if ranked.is_empty() {
        return view! { <p class="empty">{tell(|w| w.station.dimensions_none)}</p> }.into_any();
    }
    let rows: Vec<_> = ranked
        .iter()
        .enumerate()
        .map(|(place, (name, most, mean))| {
            let name = *name;
            view! {
                <tr data-dimension=name>
                    <td class="number">{place + 1}</td>
                    <th scope="row">{live(move || known.called(CASES, name))}</th>
                    <td class="wide"><Bar percent=mean.percent /></td>
                    <td class="number">{format!("{:.1}%", mean.percent)}</td>
                    <td class="number">{figure(mean.points)} <span class="soft small">" / " {*most}</span></td>
                    <td class="number soft">{mean.of}</td>
                </tr>
            }
        })
        .collect();
    view! {
        <div class="scrolls" tabindex="0">
            <table class="table bars">
                <thead><tr>
                    <th scope="col" class="number">{tell(|w| w.station.rank)}</th><th scope="col">{tell(|w| w.station.dimension)}</th><td class="wide"></td>
                    <th scope="col" class="number">{tell(|w| w.station.of_most)}</th><th scope="col" class="number">{tell(|w| w.station.mean_points)}</th>
                    <th scope="col" class="number">{tell(|w| w.station.households_count)}</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dimensions_are_ranked_by_their_share_of_the_most_points_and_not_by_points() {
        let totals = |value: &str| vec![Total { group: vec![value.into()], entities: 2, different: 0 }];
        let all = [totals("10"), totals("5"), totals(""), totals("12"), totals("10"), Vec::new()];
        assert_eq!(ranked(&all).iter().map(|(name, ..)| *name).collect::<Vec<_>>(), ["fs", "ce", "hd", "ie"]);
    }
}
