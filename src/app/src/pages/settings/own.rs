//! A configuration of one's own: pasted or from a file, with what is wrong told at its place.

use doorstep_delivery::target::Configuration;
use leptos::prelude::*;

use crate::components::confirm::Confirm;
use crate::components::icon::{Icon, Shape};
use crate::components::live::{live, shown_when};
use crate::platform::{rescue as files, timer};
use crate::state::device::Device;
use crate::state::reader::{say, use_reader};
use crate::state::targets::{self as known, NotTaken};

const TEXT: &str = "own-targets";
const FILE: &str = "own-targets-file";

/// What came of it.
#[derive(Clone, PartialEq)]
enum Came {
    Saved,
    NoText,
    Not(NotTaken),
}

/// As its author would write it: over several lines.
fn written(own: &Configuration) -> String {
    let json: Option<serde_json::Value> = serde_json::from_slice(&own.to_bytes()).ok();
    json.and_then(|json| serde_json::to_string_pretty(&json).ok()).unwrap_or_default()
}

/// One's own targets' part of the page.
#[component]
pub fn OwnSection(device: Device) -> impl IntoView {
    let reader = use_reader();
    let own = device.targets.own;
    let there = Memo::new(move |_| own.with(|own| !own.targets.is_empty()));
    let text = RwSignal::new(String::new());
    // What is in force is what is edited.
    Effect::new(move || {
        if there.get() {
            text.set(own.with(written));
        }
    });
    let (came, asking) = (RwSignal::new(None::<Came>), RwSignal::new(None::<()>));
    let take = move |text: String| {
        came.set(None);
        timer::spawn(async move {
            let outcome = known::set_own(device, &text).await;
            if !came.is_disposed() {
                came.set(Some(outcome.map_or_else(Came::Not, |()| Came::Saved)));
            }
        });
    };
    let save = move || match text.with_untracked(|text| text.trim().is_empty()) {
        true => came.set(Some(Came::NoText)),
        false => take(text.get_untracked()),
    };
    let read_file = move || {
        timer::spawn(async move {
            if let Some(bytes) = files::chosen_file(FILE).await
                && !text.is_disposed()
            {
                text.set(String::from_utf8_lossy(&bytes).into_owned());
                save();
            }
        });
    };
    let wrong = move || {
        let words = &reader.language().words().settings;
        came.get().and_then(|came| match came {
            Came::Saved => None,
            Came::NoText => Some(words.own_no_text.to_owned()),
            Came::Not(NotTaken::NotKept) => Some(words.failed.to_owned()),
            Came::Not(NotTaken::Wrong(wrong)) => Some((words.wrong)(&wrong)),
        })
    };
    let remove = move |()| {
        text.set(String::new());
        take(String::new());
    };
    view! {
        <details class="fold section" data-section="own-targets" open=live(move || there.get())>
            <summary>{say(|w| w.settings.own)}</summary>
            <p class="soft small">{say(|w| w.settings.own_explained)}</p>
            <form class="entry-form" novalidate on:submit=move |event| {
                event.prevent_default();
                save();
            }>
                <div class=live(move || if wrong().is_some() { "question wrong" } else { "question" })>
                    <label class="question-label" for=TEXT>{say(|w| w.settings.own_field)}</label>
                    <p class="hint mono" id="own-targets-hint">{say(|w| w.settings.own_hint)}</p>
                    {live(move || wrong().map(|words| view! {
                        <p class="wrong-words" id="own-targets-wrong" role="alert">
                            <Icon shape=Shape::Alert small=true />
                            <span>{words}</span>
                        </p>
                    }))}
                    <textarea
                        class="field code" id=TEXT rows="5" autocomplete="off" autocapitalize="off" spellcheck="false"
                        aria-describedby="own-targets-hint"
                        aria-invalid=live(move || wrong().map(|_| "true"))
                        prop:value=live(move || text.get())
                        on:input:target=move |event| text.set(event.target().value())
                    ></textarea>
                </div>
                <div class="question">
                    <label class="question-label" for=FILE>{say(|w| w.settings.own_file)}</label>
                    <input type="file" class="field" id=FILE accept=".json,application/json" on:change=move |_| read_file() />
                </div>
                <div class="actions">
                    <button type="submit" class="button" data-action="save-own">{say(|w| w.settings.own_save)}</button>
                    {shown_when(move || there.get(), move || view! {
                        <button type="button" class="button" data-action="remove-own" on:click=move |_| asking.set(Some(()))>
                            <Icon shape=Shape::Bin small=true />
                            {say(|w| w.settings.own_remove)}
                        </button> }.into_any())}
                </div>
                {shown_when(move || came.with(|came| *came == Some(Came::Saved)), || view! {
                    <p class="notice" role="status" data-own-saved="true">{say(|w| w.settings.saved)}</p> }.into_any())}
            </form>
            <Confirm
                asking
                title=move |()| reader.words_now().settings.own_remove_title.to_owned()
                explained=Signal::derive(say(|w| w.settings.own_remove_explained))
                yes=Signal::derive(say(|w| w.settings.own_remove))
                act=remove
            />
        </details>
    }
}
