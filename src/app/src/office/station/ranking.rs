//! Who needs it most: the households of one's area in the order of the index or of one dimension, whoever is in danger before all; how many stand at each
//! level, and where.
//!
//! Kept here: the server ranks, exactly; nothing is sorted or rounded again on the way to the screen.

use leptos::prelude::*;
use leptos_router::components::A;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::analysis::area_word;
use super::area::ChooseTown;
use super::ask::CASES;
use super::chart::Bar;
use super::counts::{IN_HAND, share};
use super::filter::Choose;
use super::households::danger_sign;
use super::known::{Known, use_known};
use super::paged::PagedPage;
use crate::components::icon::{Icon, Shape};
use crate::components::live::{live, shown_when};
use crate::office::field::Menu;
use crate::office::frame::Remote;
use crate::office::tell;
use crate::state::dictionary::Label;
use crate::state::groups::DIMENSIONS;
use crate::state::reader::use_reader;
use crate::words::office::Office;

/// The index on the wire.
const INDEX: &str = "index";

/// `POST /api/v1/rankings/cases`.
#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(default)]
struct Ranked {
    /// What is to be known of the index.
    note: Option<Label>,
    of: usize,
    entities: usize,
    ranked: usize,
    danger: usize,
    not_applicable: usize,
    missing: usize,
    /// Codes of levels, the lowest first, and how many stand at each: by the index, and as people have settled it (at last those not settled).
    bands: Vec<String>,
    by_index: Vec<usize>,
    settled: Vec<usize>,
    areas: Vec<Area>,
    rows: Vec<Row>,
}

#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(default)]
struct Area {
    area: String,
    entities: usize,
    danger: usize,
    by_index: Vec<usize>,
}

#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(default)]
struct Row {
    id: String,
    label: String,
    town: String,
    danger: String,
    place: Option<usize>,
    place_in_area: Option<usize>,
    shown: Option<String>,
    percentile: Option<String>,
    band: Option<String>,
    level: String,
}

/// What is asked of the server, but for the rows.
fn question(measure: &str, category: &str, town: &str, closed: bool) -> Json {
    let mut only: Vec<String> = Vec::new();
    if !closed {
        only.extend(IN_HAND.map(str::to_owned));
    }
    if !category.is_empty() {
        only.push(format!("categories~{category}"));
    }
    let mut asked = json!({"by": measure, "only": only});
    if !town.is_empty() {
        asked["area"] = town.into();
    }
    asked
}

/// The page at `/office/ranking`.
#[component]
pub fn RankingPage() -> impl IntoView {
    let known = use_known();
    let [town, category] = [(); 2].map(|()| RwSignal::new(String::new()));
    let (measure, closed) = (RwSignal::new(INDEX.to_owned()), RwSignal::new(false));
    let ranked = Remote::<Ranked>::new();
    let asked =
        Signal::derive(move || question(&measure.read(), &category.read(), &town.read(), closed.get()));
    let measures = Signal::derive(move || {
        std::iter::once(INDEX)
            .chain(DIMENSIONS.iter().map(|(name, _)| *name))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    });
    let called = move |(name, words): (String, &'static Office)| match name.as_str() {
        INDEX => words.ranking.index.to_owned(),
        name => known.called(CASES, name),
    };
    let of = Signal::derive(move || ranked.value.with(|all| all.as_ref().map_or(0, |all| all.of)));
    let parts = move || ranked.value.with(|all| all.as_ref().map(|all| levels(all, known)));
    let rows = move || {
        ranked.value.with(|all| {
            let rows = all.as_ref().map(|all| all.rows.clone()).unwrap_or_default();
            rows.into_iter().map(|one| row(one, known)).collect::<Vec<_>>()
        })
    };
    let filters = move || {
        view! {
            <Menu id="ranking-measure" label=|w| w.ranking.measure values=measures called=called chosen=measure />
            <ChooseTown id="ranking-town" known chosen=town />
            <Choose id="ranking-category" label=|w| w.ranking.category any=|w| w.ranking.all_categories list=CASES property="categories" known chosen=category />
            <label class="choice slim">
                <input type="checkbox" prop:checked=live(move || closed.get()) on:change:target=move |event| closed.set(event.target().checked()) />
                <span>{tell(|w| w.station.closed_too)}</span>
            </label>
        }
    };
    let printed = move || {
        view! {
            {live(move || match measure.get().as_str() {
                INDEX => tell(|w| w.ranking.index).into_any(),
                name => known.called(CASES, name).into_any(),
            })}
            {live(move || town.with(|town| (!town.is_empty()).then(|| format!(" · {}", known.area(town)))))}
            {live(move || category.with(|category| (!category.is_empty()).then(|| format!(" · {}", known.say(CASES, "categories", category)))))}
        }
    };
    view! {
        <PagedPage
            title=|w| w.ranking.title screen="ranking" explained=|w| w.ranking.explained path="/api/v1/rankings/cases" asked answer=ranked
            of=|all: &Ranked| all.of known filters printed
        >
            {live(parts)}
            {shown_when(move || ranked.is_here(), move || view! {
                <section class="section" data-part="list" data-of=live(move || of.get().to_string())>
                    <h2>{tell(|w| w.ranking.list)}<span class="count">{live(move || of.get().to_string())}</span></h2>
                    <p class="soft small">{tell(|w| w.ranking.percentile_explained)}</p>
                    {shown_when(move || of.get() == 0, || view! {
                        <p class="empty" data-none="ranking">{tell(|w| w.ranking.none)}</p> }.into_any())}
                    <ul class="records">{live(rows)}</ul>
                </section> }.into_any())}
        </PagedPage>
    }
}

/// The server's words in the reader's language.
pub fn said(label: Label) -> AnyView {
    let reader = use_reader();
    live(move || label.or("", reader.language()).to_owned()).into_any()
}

/// How many there are, at which level, and where.
fn levels(all: &Ranked, known: Known) -> AnyView {
    let Ranked { entities, ranked, danger, not_applicable, missing, .. } = *all;
    let most = all.by_index.iter().copied().max().unwrap_or(0);
    let words = move |code: String| live(move || known.say(CASES, "level", &code));
    // The highest first.
    let highest: Vec<usize> = (0..all.bands.len()).rev().collect();
    let rows: Vec<_> = highest
        .iter()
        .map(|place| {
            let count = all.by_index.get(*place).copied().unwrap_or(0);
            let settled = all.settled.get(*place).copied().unwrap_or(0);
            let code = all.bands[*place].clone();
            let word = words(code.clone());
            view! {
                <tr data-level=code data-count=count>
                    <th scope="row">{word}</th>
                    <td class="wide"><Bar percent=share(count, most) /></td>
                    <td class="number">{count}</td>
                    <td class="number soft">{settled}</td>
                </tr>
            }
        })
        .collect();
    let note = all.note.clone().map(|note| view! { <p class="soft small">{said(note)}</p> });
    let not_settled = all.settled.last().copied().unwrap_or(0);
    let heads: Vec<_> = highest
        .iter()
        .map(|place| view! { <th scope="col" class="number">{words(all.bands[*place].clone())}</th> })
        .collect();
    let areas: Vec<_> = all
        .areas
        .iter()
        .map(|area| {
            let cells: Vec<_> = highest
                .iter()
                .map(|place| view! { <td class="number">{area.by_index.get(*place).copied().unwrap_or(0)}</td> })
                .collect();
            let (code, entities, danger) = (area.area.clone(), area.entities, area.danger);
            let word = area_word(code.clone(), known);
            view! {
                <tr data-area=code>
                    <th scope="row">{word}</th>
                    <td class="number">{danger}</td>
                    {cells}
                    <td class="number soft">{entities}</td>
                </tr>
            }
        })
        .collect();
    view! {
        <p class="parts" role="status" data-ranked=ranked data-entities=entities>
            {(danger > 0).then(|| view! { <span class="state bad" data-danger=danger><Icon shape=Shape::Alert small=true />{tell(move |w| (w.ranking.in_danger)(danger))}</span> })}
            <span>{tell(move |w| (w.ranking.ranked)(ranked, entities))}</span>
            {(missing > 0).then(|| view! { <span class="soft">{tell(move |w| (w.ranking.missing)(missing))}</span> })}
            {(not_applicable > 0).then(|| view! { <span class="soft">{tell(move |w| (w.ranking.not_applicable)(not_applicable))}</span> })}
        </p>
        <section class="section" data-part="levels">
            <h2>{tell(|w| w.ranking.levels)}</h2>
            {note}
            <div class="scrolls" tabindex="0"><table class="table bars">
                <thead><tr>
                    <th scope="col">{tell(|w| w.station.level)}</th><td class="wide"></td>
                    <th scope="col" class="number">{tell(|w| w.ranking.by_index)}</th><th scope="col" class="number">{tell(|w| w.ranking.settled)}</th>
                </tr></thead>
                <tbody>
                    {rows}
                    <tr data-level=""><th scope="row" class="soft">{tell(|w| w.ranking.not_settled)}</th><td class="wide"></td><td></td><td class="number soft">{not_settled}</td></tr>
                </tbody>
            </table></div>
            <h3>{tell(|w| w.ranking.areas)}</h3>
            <div class="scrolls" tabindex="0"><table class="table">
                <thead><tr>
                    <th scope="col">{tell(|w| w.station.area)}</th><th scope="col" class="number">{tell(|w| w.ranking.danger)}</th>{heads}
                    <th scope="col" class="number">{tell(|w| w.station.households_count)}</th>
                </tr></thead>
                <tbody>{areas}</tbody>
            </table></div>
        </section>
    }
    .into_any()
}

fn row(one: Row, known: Known) -> AnyView {
    let Row { id, label, town, danger, place, place_in_area, shown, percentile, band, level } = one;
    let is_in_danger = danger.split(' ').any(|flag| !flag.is_empty() && flag != "none");
    let said_level = move |code: String| live(move || known.say(CASES, "level", &code));
    let class = if is_in_danger {
        "record card-link household ranked danger"
    } else {
        "record card-link household ranked"
    };
    view! {
        <li>
            <A href=format!("/office/households/{id}") attr:class=class attr:data-case=id.clone() attr:data-place=place.map(|place| place.to_string())>
                <span>
                    <strong translate="no">{label}</strong>
                    <span class="lines soft small">{area_word(town, known)}</span>
                </span>
                <span class="parts figures">
                    {match place {
                        Some(place) => view! { <strong><span class="soft small">{tell(|w| w.ranking.place)}</span> " " {place}</strong> }.into_any(),
                        None => view! { <span class="soft">{tell(|w| w.ranking.no_place)}</span> }.into_any(),
                    }}
                    {shown.map(|shown| view! { <span><span class="soft small">{tell(|w| w.ranking.points)}</span> " " {shown}</span> })}
                    {percentile.map(|percentile| view! { <span class="small"><span class="soft">{tell(|w| w.ranking.percentile)}</span> " " {percentile}</span> })}
                    {place_in_area.map(|place| view! { <span class="small"><span class="soft">{tell(|w| w.ranking.place_in_area)}</span> " " {place}</span> })}
                </span>
                <span class="parts small">
                    {(!level.is_empty()).then(|| view! { <span class="level" data-level=level.clone()>{said_level(level.clone())} " · " {tell(|w| w.ranking.level_settled)}</span> })}
                    {band.map(|band| view! { <span class="level" data-level=band.clone()>{said_level(band.clone())} " · " {tell(|w| w.ranking.level_by_index)}</span> })}
                </span>
                <span class="parts small">
                    {danger_sign(is_in_danger)}
                </span>
                <Icon shape=Shape::Next />
            </A>
        </li>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_closed_is_left_out_unless_asked_for() {
        assert_eq!(question(INDEX, "", "", true), json!({"by": "index", "only": []}));
        let asked = question("fs", "DB", "371002001", false);
        let only: Vec<&str> = IN_HAND.into_iter().chain(["categories~DB"]).collect();
        assert_eq!(asked, json!({"by": "fs", "only": only, "area": "371002001"}));
    }

    #[test]
    fn what_the_server_says_is_read_and_who_has_no_points_has_no_place() {
        let told = json!({
            "label": {"zh": "需求指数", "en": "Need index"}, "note": {"zh": "暂定", "en": "assumed"}, "of": 2, "entities": 3, "ranked": 1, "danger": 1, "not_applicable": 0, "missing": 2,
            "bands": ["none", "high"], "by_index": [0, 1], "settled": [0, 0, 3],
            "areas": [{"area": "371002001", "entities": 3, "danger": 1, "ranked": 1, "by_index": [0, 1]}],
            "rows": [
                {"id": "b", "label": "乙", "area": "371002", "town": "371002001", "danger": "violence", "place": null, "place_in_area": null, "value": null,
                    "shown": null, "percentile": null, "index": null, "band": null, "level": ""},
                {"id": "a", "label": "甲", "area": "371002", "town": "371002001", "danger": "none", "place": 1, "place_in_area": 1, "value": "193/3",
                    "shown": "64.3", "percentile": "50", "index": "64.3", "band": "high", "level": "high"},
            ],
        });
        let read: Ranked = serde_json::from_value(told).expect("it reads");
        assert_eq!((read.rows[0].place, read.rows[1].place), (None, Some(1)));
        assert_eq!((read.rows[1].shown.as_deref(), read.areas[0].by_index[1]), (Some("64.3"), 1));
    }
}
