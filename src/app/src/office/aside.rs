//! What came under an id that another submission has: a draft that was finished on two phones. Both beside each other, what differs, and what becomes of the other one.
//!
//! Kept here: nothing goes for good. What is left out stays on the server and can be taken in later; both are asked about first, since phones are told of them.

use leptos::prelude::*;
use serde_json::{Value as Json, json};

use super::desk::{Desk, use_desk};
use super::field::{Outcome, Told};
use super::frame::{Awaited, Frame, Remote};
use super::tell;
use super::wire::{Aside, AsideSide, Asides, Difference};
use super::words_now;
use crate::components::confirm::Confirm;
use crate::components::live::{live, shown_when};
use crate::platform::timer;
use crate::state::keeping::now;
use crate::state::reader::{say, use_reader};
use crate::words::office::{Office, words};
use crate::words::when::when;

/// What somebody decides.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Verdict {
    TakeIn,
    LeaveOut,
}

impl Verdict {
    fn path(self) -> &'static str {
        match self {
            Verdict::TakeIn => "take-in",
            Verdict::LeaveOut => "leave-out",
        }
    }

    fn done(self, words: &'static Office) -> &'static str {
        match self {
            Verdict::TakeIn => words.aside_taken_in,
            Verdict::LeaveOut => words.aside_left_out,
        }
    }
}

/// The page at `/office/aside`.
#[component]
pub fn AsidePage() -> impl IntoView {
    let desk = use_desk();
    let (waiting, left_out) = (Remote::<Asides>::new(), Remote::<Asides>::new());
    let load = move || {
        waiting.load(async move { desk.ask("GET", "/api/v1/aside", None).await });
        left_out.load(async move { desk.ask("GET", "/api/v1/aside?which=left_out", None).await });
    };
    load();
    let done = RwSignal::new(None::<Verdict>);
    let decided = move |verdict: Verdict| {
        done.set(Some(verdict));
        load();
    };
    let rows = move |remote: Remote<Asides>| {
        let found =
            remote.value.with(|found| found.as_ref().map(|found| found.aside.clone()).unwrap_or_default());
        found.into_iter().map(|one| view! { <AsideCard desk one done=decided /> }).collect::<Vec<_>>()
    };
    let is_empty = move |remote: Remote<Asides>| {
        remote.value.with(|found| found.as_ref().is_some_and(|found| found.aside.is_empty()))
    };
    let more = move || waiting.value.with(|found| found.as_ref().is_some_and(|found| found.more));
    view! {
        <Frame title=|w| w.aside screen="aside">
            <div class="welcome">
                <h1>{tell(|w| w.aside)}</h1>
                <p class="soft">{tell(|w| w.aside_explained)}</p>
            </div>
            <Awaited remote=waiting again=move |()| load() />
            {live(move || done.get().map(|verdict| view! {
                <p class="notice" role="status" data-decided=verdict.path()>{tell(move |w| verdict.done(w))}</p> }))}
            {shown_when(move || is_empty(waiting), || view! {
                <p class="empty" data-none="aside">{tell(|w| w.aside_none)}</p> }.into_any())}
            <ul class="section" data-section="waiting">{live(move || rows(waiting))}</ul>
            {shown_when(more, || view! { <p class="soft">{tell(|w| w.aside_more)}</p> }.into_any())}
            {shown_when(move || left_out.is_here() && !is_empty(left_out), move || view! {
                <section class="section" data-section="left-out">
                    <h2>{tell(|w| w.aside_left_out_title)}</h2>
                    <ul>{live(move || rows(left_out))}</ul>
                </section> }.into_any())}
        </Frame>
    }
}

#[component]
fn AsideCard(desk: Desk, one: Aside, #[prop(into)] done: Callback<Verdict>) -> impl IntoView {
    let reader = use_reader();
    let outcome = Outcome::new();
    let asking = RwSignal::new(None::<Verdict>);
    let Aside { id, form, area, sealed, decision, aside, kept, differs } = one;
    let address = format!("/api/v1/aside/{id}");
    let decide = move |verdict: Verdict| {
        let path = format!("{address}/{}", verdict.path());
        if outcome.begin() {
            timer::spawn(async move {
                match desk.ask::<Json>("POST", &path, Some(&json!({}))).await {
                    Ok(_) => {
                        outcome.done();
                        done.try_run(verdict);
                    }
                    Err(refusal) => outcome.refused(refusal, |_| None),
                }
            });
        }
    };
    let was_left_out = decision.is_some();
    let title = if form.title.is_empty() { format!("{} {}", form.id, form.version) } else { form.title };
    let is_hidden = kept.is_none();
    view! {
        <li class="card" data-aside=id data-decision=decision>
            <div class="card-row wrap">
                <strong class="grow" translate="no">{title}</strong>
                <span class="soft" translate="no">{area}</span>
                {sealed.then(|| view! { <span class="soft small">{tell(|w| w.aside_sealed)}</span> })}
            </div>
            <div class="sides">
                {kept.map(|kept| view! { <Side called=|w| w.aside_first side=kept /> })}
                <Side called=|w| w.aside_other side=aside />
            </div>
            {is_hidden.then(|| view! { <p class="notice" data-hidden="true">{tell(|w| w.aside_hidden)}</p> })}
            <Differences differs is_hidden />
            <Told outcome />
            <div class="actions">
                <button type="button" class="button main" data-action="take-in" disabled=move || outcome.busy.get()
                    on:click=move |_| asking.set(Some(Verdict::TakeIn))>
                    {tell(|w| w.take_in)}
                </button>
                {(!was_left_out).then(|| view! {
                    <button type="button" class="button" data-action="leave-out" disabled=move || outcome.busy.get()
                        on:click=move |_| asking.set(Some(Verdict::LeaveOut))>
                        {tell(|w| w.leave_out)}
                    </button> })}
            </div>
            <Confirm
                asking
                title=move |verdict: Verdict| match verdict {
                    Verdict::TakeIn => words_now(reader).take_in_title.to_owned(),
                    Verdict::LeaveOut => words_now(reader).leave_out_title.to_owned(),
                }
                explained=Signal::derive(move || {
                    let words = words(reader.language());
                    if asking.get() == Some(Verdict::LeaveOut) { words.leave_out_explained } else { words.take_in_explained }
                })
                yes=Signal::derive(move || {
                    let words = words(reader.language());
                    if asking.get() == Some(Verdict::LeaveOut) { words.leave_out } else { words.take_in }
                })
                act=decide
            />
        </li>
    }
}

/// Who sent it, and when it was finished and came.
#[component]
fn Side(called: super::field::Word, side: AsideSide) -> impl IntoView {
    let AsideSide { received_at, finished_at, user, device, name } = side;
    let by = [user, device].into_iter().flatten().collect::<Vec<_>>().join(" · ");
    view! {
        <section class="side">
            <p><strong>{tell(called)}</strong></p>
            <p class="words" translate="no">{name}</p>
            <p class="small soft" translate="no">{by}</p>
            <p class="small">{tell(|w| w.finished_at)} " " {say(move |w| when(finished_at, now(), w))}</p>
            <p class="small">{tell(|w| w.came_at)} " " {say(move |w| when(received_at, now(), w))}</p>
        </section>
    }
}

/// What is not the same; that nothing is, or that it can't be told.
#[component]
fn Differences(differs: Option<Vec<Difference>>, is_hidden: bool) -> impl IntoView {
    let Some(differs) = differs else {
        return view! { <p class="notice warn" data-differs="unreadable">{tell(|w| w.aside_unreadable)}</p> }
            .into_any();
    };
    if differs.is_empty() {
        return view! { <p class="soft" data-differs="nothing">{tell(|w| w.aside_alike)}</p> }.into_any();
    }
    let rows: Vec<_> = differs
        .into_iter()
        .map(|Difference { path, label, aside, kept }| {
            let answer = |text: Option<String>| match text {
                Some(text) => view! { <td class="words" translate="no">{text}</td> }.into_any(),
                None => view! { <td class="soft">{tell(|w| w.not_answered)}</td> }.into_any(),
            };
            view! {
                <tr data-path=path>
                    <th scope="row" translate="no">{label}</th>
                    {(!is_hidden).then(|| answer(kept))}
                    {answer(aside)}
                </tr>
            }
        })
        .collect();
    view! {
        <div class="compare small">
            <table>
                <thead>
                    <tr>
                        <th scope="col">{tell(|w| w.question)}</th>
                        {(!is_hidden).then(|| view! { <th scope="col">{tell(|w| w.aside_first)}</th> })}
                        <th scope="col">{tell(|w| w.aside_other)}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}
