//! Trying a form out: what was filled in is recorded as a case, all cases run at each look, and random filling tells what is never asked and never right.

use doorstep_app::designing::{Language, Row, live, rows, shown_when, use_reader, world};
use doorstep_app::platform::rescue::save_as;
use doorstep_app::platform::timer;
use doorstep_engine::trial::{Coverage, Found, Told, fill, record};
use doorstep_engine::{Form, case};
use leptos::prelude::*;
use serde_json::Value as Json;
use std::sync::Arc;

use super::desk::{Desk, use_desk};
use super::said::said;
use super::words::{tell, words};

const ABOUT: &str = "design-about";
/// Fillings of one run.
const FILLINGS: usize = 100;
/// So many of what was not reached are told by name.
const MOST_TOLD: usize = 20;

/// What running the cases, or filling in at random, came to.
#[derive(Clone, Debug, Default)]
struct Ran {
    coverage: Option<Reach>,
    told: Option<Vec<Told>>,
}

#[derive(Clone, PartialEq, Debug)]
struct Reach {
    questions: (usize, usize),
    choices: (usize, usize),
    bands: (usize, usize),
    rules: (usize, usize),
    missing: Vec<String>,
}

impl Reach {
    fn of(coverage: &Coverage) -> Reach {
        let all = [coverage.questions(), coverage.choices(), coverage.bands(), coverage.rules()];
        let [questions, choices, bands, rules] = all.each_ref().map(|reached| (reached.count, reached.of));
        // Of each some: of a long form the questions alone would be too many to tell.
        let missing = all.into_iter().flat_map(|reached| reached.missing.into_iter().take(MOST_TOLD));
        Reach { questions, choices, bands, rules, missing: missing.collect() }
    }
}

/// The drawer.
#[component]
pub fn Trials() -> impl IntoView {
    let (desk, reader) = (use_desk(), use_reader());
    let about = RwSignal::new(String::new());
    let ran = RwSignal::new(Ran::default());
    let busy = RwSignal::new(false);
    let form = move || desk.running.get().map(|running| running.with(|session| session.form().clone()));
    let keep = move || {
        let said = about.get_untracked().trim().to_owned();
        let Some(running) = desk.running.get_untracked() else { return };
        let number = desk.cases.with_untracked(Vec::len) + 1;
        let said = if said.is_empty() { (words(reader.language_now()).case)(number) } else { said };
        let case = running.with(|session| record(session, &said));
        desk.add_case(case);
        about.set(String::new());
    };
    // Each case beside what the form makes of it now.
    let results = Memo::new(move |_| {
        let cases = desk.cases.get();
        let Some(form) = form() else { return Vec::new() };
        cases.into_iter().map(|case| passes(desk, &form, case, reader.language())).collect::<Vec<_>>()
    });
    let reach = move |_| {
        let Some(form) = untrack(form) else { return };
        let mut coverage = Coverage::default();
        for case in desk.cases.get_untracked() {
            if let (Some(session), _) = case::run_through(&form, &case) {
                coverage.take(&session);
            }
        }
        ran.set(Ran { coverage: Some(Reach::of(&coverage)), told: None });
    };
    let random = move |_| {
        let Some(form) = untrack(form).filter(|_| !busy.get_untracked()) else { return };
        busy.set(true);
        timer::spawn(async move {
            // Said first: it takes a moment.
            timer::sleep(30).await;
            let (told, coverage) = fill(&form, &world(), FILLINGS, 1);
            ran.try_set(Ran { coverage: Some(Reach::of(&coverage)), told: Some(told) });
            busy.try_set(false);
        });
    };
    let row = move |(at, result): (usize, Passed)| {
        Row::new(format!("{at} {result:?}"), move || case_view(desk, at, result))
    };
    view! {
        <div class="publish">
            <label class="question-label" for=ABOUT>{tell(|w| w.case_about)}</label>
            <p class="hint" id="design-about-hint">{tell(|w| w.case_hint)}</p>
            <input class="field" id=ABOUT autocomplete="off" aria-describedby="design-about-hint" prop:value=live(move || about.get()) on:input:target=move |event| about.set(event.target().value()) />
            <div class="actions">
                <button type="button" class="button main" data-action="record" on:click=move |_| keep()>{tell(|w| w.record)}</button>
                <button type="button" class="button" data-action="coverage" on:click=reach>{tell(|w| w.coverage)}</button>
                <button type="button" class="button" data-action="random" on:click=random>{tell(|w| w.random)}</button>
            </div>
        </div>
        <ul class="problems" data-cases="true">{rows(move || results.get().into_iter().enumerate().map(row).collect())}</ul>
        {shown_when(move || desk.cases.with(Vec::is_empty), || view! { <p class="soft">{tell(|w| w.no_cases)}</p> }.into_any())}
        <div role="status" data-ran=live(move || ran.with(|ran| ran.coverage.is_some()).to_string())>
            {shown_when(move || busy.get(), || view! { <p class="soft">{tell(|w| w.filling)}</p> }.into_any())}
            {live(move || ran.get().told.map(|told| told_view(desk, told, reader.language())))}
            {live(move || ran.get().coverage.map(|reach| reach_view(desk, reach, reader.language())))}
        </div>
    }
}

/// A case, and what did not come out as it says.
#[derive(Clone, PartialEq, Debug)]
struct Passed {
    about: String,
    case: Json,
    /// Each in words, and what it is about is called.
    failures: Vec<(String, Option<String>)>,
}

fn passes(desk: Desk, form: &Arc<Form>, case: Json, language: Language) -> Passed {
    let told = |failure: case::Failure| {
        let about =
            failure.about.and_then(|path| desk.now(|document| document.called(&path, language.tag())));
        match language {
            Language::Chinese => (failure.chinese, about),
            _ => (failure.message, about),
        }
    };
    let failures = case::run(form, &case).into_iter().map(told).collect();
    Passed { about: case["about"].as_str().unwrap_or_default().to_owned(), case, failures }
}

fn case_view(desk: Desk, at: usize, result: Passed) -> AnyView {
    let Passed { about, case, failures } = result;
    let (class, name) =
        if failures.is_empty() { ("problem passed", "passed") } else { ("problem wrong", "failed") };
    let is_unfinished = outcomes(&case).any(|outcome| outcome.starts_with("missing"));
    let again = {
        let (case, about) = (case.clone(), about.clone());
        move |_| {
            let Some(running) = desk.running.get_untracked() else { return };
            let form = running.with(|session| session.form().clone());
            if let (Some(session), _) = case::run_through(&form, &case) {
                desk.replace_case(at, record(&session, &about));
            }
        }
    };
    let take = move |_| {
        save_as(&format!("case-{}.json", at + 1), "application/json", format!("{case:#}\n").as_bytes())
    };
    view! {
        <li class=class data-case=name>
            <p><strong>{about}</strong> " · " {tell(move |w| if name == "passed" { w.passed } else { w.failed })}</p>
            {is_unfinished.then(|| view! { <p class="soft small" data-unfinished="true">{tell(|w| w.case_unfinished)}</p> })}
            {failures.into_iter().map(|(failure, about)| view! { <p class="small">{about.map(|about| view! { <strong>{about}</strong> " · " })} {said(&failure)}</p> }).collect_view()}
            <div class="actions">
                {(name == "failed").then(|| view! { <button type="button" class="button small" data-action="case-again" on:click=again>{tell(|w| w.case_again)}</button> })}
                <button type="button" class="button small" data-action="take-case" on:click=take>{tell(|w| w.take_away)}</button>
                <button type="button" class="button small plain" data-action="drop-case" on:click=move |_| desk.drop_case(at)>{tell(|w| w.forget)}</button>
            </div>
        </li>
    }
    .into_any()
}

/// What a case expects of the measures.
fn outcomes(case: &Json) -> impl Iterator<Item = &str> {
    let steps = case["steps"].as_array().into_iter().flatten();
    let expected = steps.filter_map(|step| step["expect"]["outcomes"].as_object());
    expected.flat_map(|outcomes| outcomes.values()).filter_map(Json::as_str)
}

/// A path with what it is called.
fn named(desk: Desk, path: &str, language: Language) -> AnyView {
    let called = desk.now(|document| document.called(path, language.tag()));
    view! { {called} " " <code class="soft">{path.to_owned()}</code> }.into_any()
}

fn told_view(desk: Desk, told: Vec<Told>, language: Language) -> AnyView {
    let words = words(language);
    if told.is_empty() {
        return view! { <p class="notice good" data-told="0">{(words.nothing_found)(FILLINGS)}</p> }
            .into_any();
    }
    let count = told.len();
    let lines = told.into_iter().take(MOST_TOLD).map(|Told { path, found }| {
        let what = match found {
            Found::NeverAsked => words.never_asked,
            Found::NeverRight => words.never_right,
            Found::NeverRests => words.never_rests,
        };
        view! { <li>{named(desk, &path, language)} " " {what}</li> }
    });
    view! {
        <div class="notice warn" data-told=count.to_string()>
            <p>{(words.found)(FILLINGS)}</p>
            <ul>{lines.collect_view()}</ul>
        </div>
    }
    .into_any()
}

fn reach_view(desk: Desk, reach: Reach, language: Language) -> AnyView {
    let words = words(language);
    let missing =
        reach.missing.iter().map(|path| view! { <li>{named(desk, path, language)}</li> }).collect_view();
    view! {
        <p data-reached=format!("{} {}", reach.questions.0, reach.choices.0)>{(words.reached)(reach.questions, reach.choices)}</p>
        {(reach.bands.1 + reach.rules.1 > 0).then(|| view! {
            <p data-levels=format!("{} {}", reach.bands.0, reach.rules.0)>{(words.levels_reached)(reach.bands, reach.rules)}</p> })}
        {(!reach.missing.is_empty()).then(|| view! {
            <details class="fold"><summary>{words.not_reached}</summary><ul>{missing}</ul></details> })}
    }
    .into_any()
}
