//! Every score with its reasons: what the levels above are made of.

use doorstep_engine::assess::Explanation;
use doorstep_engine::session::LeftOut;
use leptos::prelude::*;

use super::left_out::{self, NotAsked};
use super::levels::shown;
use crate::components::reasons::ReasonList;
use crate::state::reader::use_reader;

/// The section.
#[component]
pub fn Scores(scores: Vec<Explanation>, left_out: Vec<(String, LeftOut)>) -> impl IntoView {
    let words = use_reader().words_now();
    let rows = scores.into_iter().map(|told| {
        let left_out = left_out::of(&left_out, &told.name);
        let figure = match &told.max {
            Some(max) if !told.outcome.is_blank() => format!("{} / {}", told.shown, max.shown(1)),
            _ => shown(&told, left_out.is_some(), words),
        };
        let (name, label) = (told.name.clone(), told.label.clone());
        view! {
            <details class="dimension" data-score=name>
                <summary>
                    <span class="dimension-row">
                        <span class="grow">{label}</span>
                        <span class="figures">{figure}</span>
                    </span>
                    <NotAsked left_out />
                </summary>
                <ReasonList told />
            </details>
        }
    });
    view! {
        <section class="section">
            <h2>{words.scores}</h2>
            <div class="card">{rows.collect_view()}</div>
        </section>
    }
}
