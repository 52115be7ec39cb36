//! Levels: what was decided, in large words, without what and why; and, folded, which one answer would tip it if it was recorded wrongly.
//!
//! That no answer would is said only where all of them were tried.

use doorstep_engine::assess::{Explanation, Outcome, Search, Turn};
use doorstep_engine::session::{HeldBack, KeptByHand, LeftOut, MadeWithout};
use leptos::prelude::*;

use super::awaited::Awaited;
use super::left_out::{self, NotAsked};
use super::without::Without;
use crate::components::by_hand;
use crate::components::reasons::Reasons;
use crate::state::reader::use_reader;
use crate::words::Words;

/// The section.
#[component]
pub fn Levels(
    levels: Vec<Explanation>,
    turns: Vec<(String, Search)>,
    left_out: Vec<(String, LeftOut)>,
    made_without: Vec<(String, Vec<MadeWithout>)>,
    /// By level, by its name: what it would lie between, had everything been asked.
    held_back: Vec<(String, HeldBack)>,
    /// Who was there.
    people: Vec<Vec<(String, String)>>,
    /// What a person decided and is not asked for now.
    kept_by_hand: Vec<KeptByHand>,
    /// Is a danger told of? A level is no measure of it.
    dangers: bool,
    /// What a family reads of them: what each is called, and what it came to.
    for_family: Vec<(String, String)>,
) -> impl IntoView {
    let words = use_reader().words_now();
    let without_for_family = not_asked_for_family(&made_without, words);
    let cards = levels.into_iter().map(|told| {
        let search = turns.iter().find(|(name, _)| *name == told.name).map(|(_, search)| search.clone());
        let left_out = left_out::of(&left_out, &told.name);
        let without = made_without.iter().find(|(name, _)| *name == told.name);
        let without = without.map(|(_, parts)| parts.clone()).unwrap_or_default();
        let between =
            held_back.iter().find(|(name, _)| *name == told.name).map(|(_, between)| between.clone());
        let decided = by_hand::lines(&told, &people, words);
        let kept = by_hand::kept(&kept_by_hand, &told.name, words);
        level(told, search, left_out, (without, between), (decided, kept), words)
    });
    let told_later = for_family.is_empty();
    let for_family = for_family.iter().map(|(label, level)| (words.named)(label, level));
    let for_family = for_family.map(|line| view! { <p class="signed">{line}</p> }).collect_view();
    view! {
        <section class="section" data-part="levels">
            <h2>{words.levels}</h2>
            <div class="stack for-office">
                {dangers.then(|| view! { <p class="hint" data-level-is="hardship">{words.report.level_is_hardship}</p> })}
                {cards.collect_view()}
            </div>
            <div class="paper-only for-family">
                {for_family}
                {without_for_family.map(|line| view! { <p data-without-family="true">{line}</p> })}
                <p>{if told_later { words.report.level_told_later } else { words.report.level_provisional }}</p>
            </div>
        </section>
    }
}

/// What a family signs says what it was made without: that nobody asked about a part, by its name alone.
fn not_asked_for_family(made_without: &[(String, Vec<MadeWithout>)], words: &Words) -> Option<String> {
    let parts = made_without.iter().flat_map(|(_, parts)| parts);
    let mut labels: Vec<&str> =
        parts.filter(|part| part.whole && part.because.is_some()).map(|part| part.label.as_str()).collect();
    labels.dedup();
    (!labels.is_empty()).then(|| (words.report.family_without)(&labels.join(words.between)))
}

fn level(
    told: Explanation,
    search: Option<Search>,
    left_out: Option<LeftOut>,
    // What it was made without, and what it would lie between.
    (without, between): (Vec<MadeWithout>, Option<HeldBack>),
    // By hand: what counts, and what is kept and does not.
    (decided, kept): (Vec<String>, Option<AnyView>),
    words: &'static Words,
) -> AnyView {
    let shown = shown(&told, left_out.is_some(), words);
    let name = told.name.clone();
    let label = told.label.clone();
    let awaits = told.awaits.clone();
    view! {
        <div class="card level" data-level=name>
            <p class="level-row">
                <span class="grow">{label}</span>
                <strong class="level-value">{shown}</strong>
            </p>
            <NotAsked left_out />
            <div class="for-office"><Without parts=without between /></div>
            {by_hand::by_hand(decided)}
            {kept}
            <Reasons told />
            <Awaited awaits />
            {search.filter(|search| search.complete || !search.turns.is_empty()).map(|search| what_would_change(search.turns, words))}
        </div>
    }
    .into_any()
}

/// What a measure came to, or why there is nothing to show: what an answer kept from being asked may well apply.
pub(super) fn shown(told: &Explanation, is_left_out: bool, words: &'static Words) -> String {
    match (&told.outcome, told.shown.is_empty()) {
        (Outcome::NotApplicable, _) if is_left_out => words.nobody_asked.to_owned(),
        (Outcome::NotApplicable, _) => words.not_applicable.to_owned(),
        (_, true) => words.cannot_say.to_owned(),
        (_, false) => told.shown.clone(),
    }
}

fn what_would_change(turns: Vec<Turn>, words: &'static Words) -> AnyView {
    // By what it would become, the nearest first: upwards or downwards is for the reader to see.
    let mut becomes: Vec<(String, Vec<String>)> = Vec::new();
    for turn in &turns {
        match becomes.iter_mut().find(|(shown, _)| *shown == turn.shown) {
            Some((_, sentences)) => sentences.push(turn.sentence.clone()),
            None => becomes.push((turn.shown.clone(), vec![turn.sentence.clone()])),
        }
    }
    let rows = becomes.into_iter().map(|(shown, sentences)| {
        let rows = sentences.into_iter().map(|sentence| view! { <li class="reason">{sentence}</li> });
        view! {
            <p><strong>{(words.report.would_be)(&shown)}</strong></p>
            <ul class="reason-list">{rows.collect_view()}</ul>
        }
    });
    let rows = rows.collect_view();
    view! {
        <details class="reasons screen-only" data-turns=turns.len().to_string()>
            <summary>{words.what_would_change}</summary>
            {(!turns.is_empty()).then(|| view! { <p class="hint">{words.what_would_change_explained}</p> })}
            {turns.is_empty().then(|| view! { <p>{words.nothing_would_change}</p> })}
            {rows}
        </details>
    }
    .into_any()
}
