//! What was deleted on this phone, and when.

use doorstep_delivery::store::{LogEvent, LogLine, Store};
use doorstep_engine::entities::end_of;
use leptos::prelude::*;

use crate::components::live::{live, shown_when};
use crate::platform::timer;
use crate::state::device::Device;
use crate::state::keeping::now;
use crate::state::reader::{say, use_reader};
use crate::words::Words;
use crate::words::when::when;

/// The log of this user's store, the latest first.
#[component]
pub fn LogSection(device: Device) -> impl IntoView {
    let reader = use_reader();
    let log = RwSignal::new(Vec::<LogLine>::new());
    timer::spawn(async move {
        match device.store().log().await {
            Ok(mut listed) if !log.is_disposed() => {
                listed.items.reverse();
                log.set(listed.items);
            }
            Ok(_) => {}
            Err(error) => leptos::logging::error!("{error}"),
        }
    });
    let lines = move || {
        let words = reader.language().words();
        log.get().into_iter().map(|line| view! {
            <div class="fact" data-log>
                <dt class="figures">{when(line.at.ms, now(), words)}</dt>
                <dd>
                    {said(&line, words)}
                    {(!line.id.is_nil()).then(|| view! {
                        <span class="small soft mono">" " {(words.safety.id_ends)(end_of(&line.id.to_string()))}</span>
                    })}
                </dd>
            </div>
        }).collect_view()
    };
    view! {
        <section class="section" data-section="log">
            <h2>{say(|w| w.safety.log)}</h2>
            <p class="soft">{say(|w| w.safety.log_explained)}</p>
            {shown_when(move || log.with(Vec::is_empty), move || view! {
                <p class="empty">{say(|w| w.safety.log_none)}</p> }.into_any())}
            {shown_when(move || log.with(|log| !log.is_empty()), move || view! {
                <div class="card"><dl class="facts">{live(lines)}</dl></div> }.into_any())}
        </section>
    }
}

fn said(line: &LogLine, words: &Words) -> &'static str {
    match line.event {
        LogEvent::DraftDeleted => words.safety.log_draft,
        LogEvent::SubmissionDeleted => words.safety.log_submission,
        LogEvent::SubmissionSuperseded => words.safety.log_superseded,
        LogEvent::KeyWiped => words.safety.log_wiped,
        LogEvent::ReceiptedForgotten => words.safety.log_forgotten,
    }
}
