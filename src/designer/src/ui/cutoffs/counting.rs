//! What moving a cut-off makes of the households that are known here: counted once the slider rests, and told beside the button that does it.

use doorstep_app::designing::{live, shown_when, use_reader};
use doorstep_app::platform::timer;
use doorstep_engine::assess::Exact;
use doorstep_engine::{Form, Session, case};
use leptos::prelude::*;

use super::super::desk::Desk;
use super::super::words::words;
use super::Known;
use crate::cutoffs::{self, CutOff};
use crate::effect::{Effect, comes_to};

/// The effect is counted so long after the slider rests, in milliseconds.
const REST_MS: u32 = 150;

/// A cut-off that is being moved, and where to, as it is written.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Moving {
    pub(super) cut_off: CutOff,
    pub(super) to: String,
}

/// A cut-off that was moved, as it was written and is now.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Done {
    pub(super) cut_off: CutOff,
    pub(super) from: String,
    pub(super) to: String,
}

/// How far the counting is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Counted {
    Not,
    Broken,
    So(usize, usize),
    All(Effect),
}

/// What the drawer holds.
#[derive(Clone, Copy)]
pub(super) struct Bench {
    pub(super) desk: Desk,
    pub(super) surveys: StoredValue<Vec<Session>, LocalStorage>,
    pub(super) known: RwSignal<Known>,
    pub(super) moving: RwSignal<Option<Moving>>,
    pub(super) counted: RwSignal<Counted>,
    pub(super) turn: StoredValue<u64>,
    pub(super) done: RwSignal<Option<Done>>,
}

/// Where a cut-off is to be moved to; nothing if that is no number.
pub(super) fn wanted(moving: &Moving) -> Option<Exact> {
    moving.to.trim().parse().ok()
}

/// Counts what the move makes of the households, once the slider rests; the last move only.
pub(super) fn look(bench: Bench) {
    bench.turn.update_value(|turn| *turn += 1);
    let turn = bench.turn.get_value();
    let is_last = move || bench.turn.try_get_value() == Some(turn);
    bench.counted.set(Counted::Not);
    timer::spawn(async move {
        timer::sleep(REST_MS).await;
        let Some(moving) = bench.moving.try_get_untracked().flatten().filter(|_| is_last()) else { return };
        let Some(to) = wanted(&moving) else { return };
        let forms = bench.desk.try_now(|document| {
            let mut after = document.clone();
            after.apply(&cutoffs::moved(document, &moving.cut_off, to).ok()?);
            Some((Form::read(&document.bundle()).form, Form::read(&after.bundle()).form))
        });
        let forms = forms.flatten();
        let (before, after) = match forms {
            Some((Some(before), Some(after))) => (before, after),
            Some(_) => return drop(bench.counted.try_set(Counted::Broken)),
            None => return,
        };
        let measure = &moving.cut_off.of;
        let Some(cases) = bench.desk.cases.try_get_untracked() else { return };
        let Some(surveys) = bench.surveys.try_with_value(Vec::len) else { return };
        let all = surveys + cases.len();
        let mut effect = Effect::default();
        for at in 0..all {
            let both = |household: &Session| {
                (comes_to(&before, household, measure), comes_to(&after, household, measure))
            };
            let counted = match at.checked_sub(surveys) {
                None => bench.surveys.try_with_value(|surveys| surveys.get(at).map(both)).flatten(),
                Some(at) => case::run_through(&before, &cases[at]).0.as_ref().map(both),
            };
            if let Some((before, after)) = counted {
                effect.take(before, after);
            }
            // The page stays alive, and another move ends this one.
            timer::sleep(0).await;
            if !is_last() {
                return;
            }
            bench.counted.try_set(Counted::So(at + 1, all));
        }
        bench.counted.try_set(Counted::All(effect));
    });
}

/// What the move comes to, and the button that does it.
pub(super) fn effect_view(bench: Bench) -> AnyView {
    let Bench { desk, moving, counted, .. } = bench;
    let reader = use_reader();
    // Why it can't be moved there.
    let wrong = move || {
        let moving = moving.get()?;
        let words = &words(reader.language()).cutoffs;
        let Some(to) = wanted(&moving) else { return Some(words.not_number.to_owned()) };
        let moved = desk.with(|document| cutoffs::moved(document, &moving.cut_off, to).err());
        moved.map(|error| error.words(reader.language().tag()))
    };
    let wrong = Memo::new(move |_| wrong());
    let apply = move |_| {
        let Some(moving) = moving.get_untracked() else { return };
        let Some(to) = wanted(&moving) else { return };
        let here = (desk.sheet.get_untracked(), desk.place.get_untracked());
        desk.act(|document, _, _| cutoffs::moved(document, &moving.cut_off, to).ok());
        desk.go_to(here.0, here.1);
        let from = cutoffs::number(moving.cut_off.value);
        bench.done.set(Some(Done { cut_off: moving.cut_off.clone(), from, to: cutoffs::number(to) }));
        bench.moving.set(None);
    };
    let said = move || {
        let words = &words(reader.language()).cutoffs;
        let tag = reader.language().tag();
        match counted.get() {
            Counted::Not => ().into_any(),
            Counted::Broken => view! { <p class="notice warn">{words.broken}</p> }.into_any(),
            Counted::So(done, of) => {
                view! { <p class="soft small figures">{(words.counting)(done, of)}</p> }.into_any()
            }
            Counted::All(effect) if effect.of == 0 => ().into_any(),
            Counted::All(effect) => {
                let line = |(code, (before, after)): (&Option<String>, &(usize, usize))| {
                    let name = code
                        .as_ref()
                        .map_or(words.no_level.to_owned(), |code| code_label(desk, moving, code, tag));
                    view! { <tr data-band=code.clone().unwrap_or_default()><th scope="row">{name}</th><td class="number">{*before}</td><td class="number">{*after}</td></tr> }
                };
                view! {
                    <table class="table effect" data-moved=effect.moved.to_string()>
                        <thead><tr><th scope="col">{words.level}</th><th scope="col" class="number">{words.before}</th><th scope="col" class="number">{words.after}</th></tr></thead>
                        <tbody>{effect.counts.iter().map(line).collect_view()}</tbody>
                    </table>
                    <p>{(words.moved)(effect.moved, effect.of)}</p>
                }
                .into_any()
            }
        }
    };
    let to = move || {
        moving.with(|moving| moving.as_ref().map(|moving| moving.to.trim().to_owned()).unwrap_or_default())
    };
    view! {
        <div class="moved" role="status">
            {live(move || wrong.get().map(|wrong| view! { <p class="notice warn" data-not-moved="true">{wrong}</p> }))}
            {shown_when(move || wrong.with(Option::is_none), move || view! {
                {live(said)}
                <div class="actions"><button type="button" class="button main" data-action="move-cut-off" on:click=apply>
                    {live(move || (words(reader.language()).cutoffs.apply)(&to()))}
                </button></div> }.into_any())}
        </div>
    }
    .into_any()
}

/// What a band of the measure that is moved is called.
fn code_label(desk: Desk, moving: RwSignal<Option<Moving>>, code: &str, tag: &str) -> String {
    let of = moving.with_untracked(|moving| moving.as_ref().map(|moving| moving.cut_off.of.clone()));
    desk.now(|document| document.band_label(of.as_deref()?, code, tag)).unwrap_or_else(|| code.to_owned())
}
