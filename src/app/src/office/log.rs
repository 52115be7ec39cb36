//! The audit log, the newest first, for auditors.

use leptos::prelude::*;
use serde_json::Value as Json;

use super::desk::{Desk, use_desk};
use super::frame::{Awaited, Frame, Remote};
use super::refusal::Refusal;
use super::tell;
use super::wire::{Entry, Line};
use crate::components::live::{live, shown_when};
use crate::state::keeping::now;
use crate::state::reader::say;
use crate::words::when::when;

/// Lines that the server gives at a time.
const PAGE: usize = 200;

async fn read(desk: Desk, before: Option<i64>) -> Result<Vec<Line>, Refusal> {
    let path = match before {
        Some(number) => format!("/api/v1/audit?before={number}"),
        None => "/api/v1/audit?before=".to_owned(),
    };
    let mut answer: Json = desk.ask("GET", &path, None).await?;
    serde_json::from_value(answer["lines"].take()).map_err(|_| Refusal::not_the_server())
}

/// The page at `/office/log`.
#[component]
pub fn LogPage() -> impl IntoView {
    let desk = use_desk();
    let lines = Remote::<Vec<Line>>::new();
    let before = RwSignal::new(None::<i64>);
    let load = move || lines.load(read(desk, before.get_untracked()));
    load();
    let go = move |number: Option<i64>| {
        before.set(number);
        lines.value.set(None);
        load();
    };
    let rows = move || {
        lines.value.with(|lines| {
            lines.as_ref().map(|lines| lines.iter().map(row).collect::<Vec<_>>()).unwrap_or_default()
        })
    };
    let last = move || {
        lines.value.with(|lines| lines.as_ref().and_then(|lines| lines.last()).map(|line| line.number))
    };
    let is_full = move || lines.value.with(|lines| lines.as_ref().is_some_and(|lines| lines.len() >= PAGE));
    let is_empty = move || lines.value.with(|lines| lines.as_ref().is_some_and(Vec::is_empty));
    view! {
        <Frame title=|w| w.log screen="log">
            <div class="welcome">
                <h1>{tell(|w| w.log)}</h1>
                <p class="soft">{tell(|w| w.log_explained)}</p>
            </div>
            <Awaited remote=lines again=move |()| load() />
            {shown_when(is_empty, || view! { <p class="empty">{tell(|w| w.log_none)}</p> }.into_any())}
            <ol class="records log">{live(rows)}</ol>
            <div class="actions">
                {shown_when(is_full, move || view! {
                    <button type="button" class="button" data-action="older" on:click=move |_| go(untrack(last))>
                        {tell(|w| w.log_older)}
                    </button> }.into_any())}
                {shown_when(move || before.with(Option::is_some), move || view! {
                    <button type="button" class="button" data-action="newest" on:click=move |_| go(None)>
                        {tell(|w| w.log_newest)}
                    </button> }.into_any())}
            </div>
        </Frame>
    }
}

fn row(line: &Line) -> AnyView {
    // A line that can't be read is shown all the same, by its number: that is what a log is for.
    let entry: Entry = serde_json::from_str(&line.line).unwrap_or_default();
    let Entry { at, event, user, device, to } = entry;
    let refused = event.contains("refused") || event == "forbidden";
    let name = event.clone();
    let nobody = user.is_none() && device.is_none();
    let part = |id: Option<String>, said: fn(&'static crate::words::office::Office) -> fn(&str) -> String| {
        id.map(|id| {
            let short = id.get(..8).unwrap_or(&id).to_owned();
            view! { <span class="small soft" title=id>{tell(move |w| said(w)(&short))}</span> }
        })
    };
    view! {
        <li class="record" data-line=line.number data-event=event>
            <span class="figures small soft">{line.number}</span>
            <strong class=if refused { "bad-words" } else { "" }>
                {tell(move |w| (w.event)(&name).map_or_else(|| name.clone(), str::to_owned))}
            </strong>
            <span class="small">{say(move |w| when(at, now(), w))}</span>
            <span class="parts">
                {part(user, |w| w.log_by_user)}
                {part(device, |w| w.log_by_device)}
                {part(to, |w| w.log_to)}
                {nobody.then(|| view! { <span class="small soft">{tell(|w| w.log_by_nobody)}</span> })}
            </span>
        </li>
    }
    .into_any()
}
