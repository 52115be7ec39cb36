//! Dimensions by need: a radar for the eye, a list in the order of the ranking for the mind, each opening to its reasons.

use doorstep_engine::assess::{Exact, Explanation, Outcome, Reason};
use doorstep_engine::session::LeftOut;
use leptos::prelude::*;

use super::left_out::{self, NotAsked};
use super::radar::{Axis, Radar};
use crate::components::reasons::ReasonList;
use crate::state::reader::use_reader;

/// The section. The ranking's reasons are its dimensions.
#[component]
pub fn Dimensions(
    ranking: Explanation,
    measures: Vec<Explanation>,
    left_out: Vec<(String, LeftOut)>,
) -> impl IntoView {
    let words = use_reader().words_now();
    let axes: Vec<Axis> = ranking
        .reasons
        .iter()
        .filter_map(|reason| Some(Axis { label: reason.label.clone(), percent: reason.points?.nearest() }))
        .collect();
    let place = |reason: &Reason| match (&ranking.outcome, &reason.measure) {
        (Outcome::Order(names), Some(measure)) => {
            names.iter().position(|name| **name == **measure).unwrap_or(usize::MAX)
        }
        _ => usize::MAX,
    };
    let mut dimensions = ranking.reasons.clone();
    dimensions.sort_by_key(place);
    let ranked = !ranking.outcome.is_blank();
    let rows = dimensions.into_iter().enumerate().map(|(index, reason)| {
        let told =
            reason.measure.as_ref().and_then(|name| measures.iter().find(|told| told.name == *name)).cloned();
        let percent = reason.points;
        let number = (ranked && percent.is_some()).then(|| format!("{}.", index + 1));
        let name = reason.measure.clone();
        let left_out = name.as_ref().and_then(|name| left_out::of(&left_out, name));
        let figure = match percent {
            Some(percent) => format!("{}%", percent.shown(1)),
            None if left_out.is_some() => words.nobody_asked.to_owned(),
            None if told.as_ref().is_some_and(|told| told.outcome == Outcome::NotApplicable) => {
                words.not_applicable.to_owned()
            }
            None => words.cannot_say.to_owned(),
        };
        let bar = percent.map(|percent| {
            let value = percent.max(Exact::ZERO).nearest().to_string();
            view! { <progress class="meter" max="100" value=value aria-hidden="true"></progress> }
        });
        // What it is counted by, a standard that nobody has entered above all, is not for those alone who open it.
        let note = told.as_ref().and_then(|told| told.note.clone());
        let told = told.map(|told| Explanation { note: None, ..told });
        // Of what was not asked at all there is one reason, and no list.
        let told = told.filter(|_| left_out.is_none());
        view! {
            <li>
                <details class="dimension" data-dimension=name>
                    <summary>
                        <span class="dimension-row">
                            <span class="grow">{number} " " {reason.label.clone()}</span>
                            <span class="figures">{figure}</span>
                        </span>
                        {bar}
                        {note.map(|note| view! { <p class="small soft" data-note="true">{note}</p> })}
                        <NotAsked left_out />
                    </summary>
                    {told.map(|told| view! { <ReasonList told /> })}
                </details>
            </li>
        }
    });
    view! {
        <section class="section">
            <h2>{words.dimensions}</h2>
            <div class="card dimensions">
                {(axes.len() >= 3).then(|| view! { <Radar axes /> })}
                <ol class="dimension-list">{rows.collect_view()}</ol>
            </div>
        </section>
    }
}
