//! Everything unsent as one file, out of this device and into another one.

use leptos::prelude::*;

use crate::components::icon::{Icon, Shape};
use crate::components::live::live;
use crate::components::top_bar::TopBar;
use crate::platform::rescue::OpenError;
use crate::platform::timer;
use crate::state::device::{Device, use_device};
use crate::state::mending::{self, HandedOver, NotTakenUp};
use crate::state::reader::{say, title};
use crate::words::Words;

/// The shortest password, in characters.
const SHORTEST: usize = 8;
/// The file field's id.
const FILE: &str = "rescue-file";

/// What is said under a form: an error of the reader's, or what came of it.
#[derive(Clone)]
enum Said {
    Wrong(fn(&'static Words) -> String),
    Done(std::sync::Arc<dyn Fn(&'static Words) -> String + Send + Sync>),
}

/// The page at `/rescue`.
#[component]
pub fn RescuePage() -> impl IntoView {
    let device = use_device();
    title(|words| words.rescue_title.to_owned());
    view! {
        <TopBar title=Signal::derive(say(|w| w.rescue_title.to_owned())) />
        <main id="main" tabindex="-1">
            <h1>{say(|w| w.rescue_title)}</h1>
            <p>{say(|w| w.rescue_explained)}</p>
            <Out device />
            <In device />
        </main>
    }
}

#[component]
fn Out(device: Device) -> impl IntoView {
    let (password, said, busy) = (RwSignal::new(String::new()), RwSignal::new(None), RwSignal::new(false));
    let waiting = Memo::new(move |_| {
        let mut ids: Vec<_> = device.outbox.with(|items| items.iter().map(|item| item.id).collect());
        ids.dedup();
        (ids.len(), device.drafts.with(Vec::len))
    });
    let save = move |_| {
        if password.with_untracked(|password| password.chars().count() < SHORTEST) {
            return said.set(Some(Said::Wrong(|w| w.password_short.to_owned())));
        }
        busy.set(true);
        said.set(None);
        timer::spawn(async move {
            let outcome = mending::hand_over(device, &password.get_untracked()).await;
            password.set(String::new());
            busy.set(false);
            said.set(Some(match outcome {
                HandedOver::Saved(sealed, drafts, unreadable) => {
                    Said::Done(std::sync::Arc::new(move |w| (w.rescue_saved)(sealed, drafts, unreadable)))
                }
                HandedOver::Nothing => Said::Done(std::sync::Arc::new(|w| w.rescue_nothing.to_owned())),
                HandedOver::Failed => Said::Wrong(|w| w.device_failed.to_owned()),
            }));
        });
    };
    view! {
        <section class="section" data-section="rescue-out">
            <h2>{say(|w| w.rescue_out)}</h2>
            <p>{live(move || { let (sealed, drafts) = waiting.get(); view! { {say(move |w| (w.rescue_counts)(sealed, drafts))} } })}</p>
            <Password id="rescue-password-out" label=|w| w.rescue_password hint=Some(|w| w.rescue_password_hint) new=true password said />
            <button type="button" class="button main" data-action="rescue-out" disabled=move || busy.get() on:click=save>
                {say(|w| w.rescue_save)}
            </button>
        </section>
    }
}

#[component]
fn In(device: Device) -> impl IntoView {
    let (password, said, busy) = (RwSignal::new(String::new()), RwSignal::new(None), RwSignal::new(false));
    let take = move |_| {
        busy.set(true);
        said.set(None);
        timer::spawn(async move {
            let outcome = mending::take_up(device, FILE, &password.get_untracked()).await;
            busy.set(false);
            said.set(Some(match outcome {
                Ok(done) => {
                    password.set(String::new());
                    Said::Done(std::sync::Arc::new(move |w| {
                        (w.rescue_taken)(done.submissions, done.drafts, done.known)
                    }))
                }
                Err(NotTakenUp::NoFile) => Said::Wrong(|w| w.rescue_no_file.to_owned()),
                Err(NotTakenUp::NotOpened(OpenError::WrongPassword)) => {
                    Said::Wrong(|w| w.rescue_wrong_password.to_owned())
                }
                Err(NotTakenUp::NotOpened(OpenError::Damaged)) => {
                    Said::Wrong(|w| w.rescue_damaged.to_owned())
                }
                Err(NotTakenUp::NotOpened(OpenError::Newer)) => Said::Wrong(|w| w.rescue_newer.to_owned()),
                Err(NotTakenUp::Failed) => Said::Wrong(|w| w.device_failed.to_owned()),
            }));
        });
    };
    view! {
        <section class="section" data-section="rescue-in">
            <h2>{say(|w| w.rescue_in)}</h2>
            <p>{say(|w| w.rescue_in_explained)}</p>
            <label class="label" for=FILE>{say(|w| w.rescue_file)}</label>
            <input type="file" class="field" id=FILE accept=".json,application/json" />
            <Password id="rescue-password-in" label=|w| w.rescue_its_password hint=None new=false password said />
            <button type="button" class="button" data-action="rescue-in" disabled=move || busy.get() on:click=take>
                {say(|w| w.rescue_take)}
            </button>
        </section>
    }
}

#[component]
fn Password(
    id: &'static str,
    label: fn(&'static Words) -> &'static str,
    hint: Option<fn(&'static Words) -> &'static str>,
    /// Is it made up now?
    new: bool,
    password: RwSignal<String>,
    said: RwSignal<Option<Said>>,
) -> impl IntoView {
    let wrong = move || said.with(|said| matches!(said, Some(Said::Wrong(_))));
    let told = format!("{id}-said");
    let described = told.clone();
    view! {
        <label class="label" for=id>{say(label)}</label>
        {hint.map(|hint| view! { <p class="hint">{say(hint)}</p> })}
        <input
            type="password"
            class="field"
            id=id
            autocomplete=if new { "new-password" } else { "off" }
            aria-describedby=described
            aria-invalid=move || wrong().then_some("true")
            prop:value=move || password.get()
            on:input=move |event| password.set(event_target_value(&event))
        />
        <div id=told role="status">
            {live(move || {
                said.get().map(|said| match said {
                    Said::Wrong(words) => view! {
                        <p class="notice danger"><Icon shape=Shape::Alert small=true />" "{say(words)}</p>
                    }
                    .into_any(),
                    Said::Done(words) => view! {
                        <p class="notice"><Icon shape=Shape::Check small=true />" "{say(move |w| words(w))}</p>
                    }
                    .into_any(),
                })
            })}
        </div>
    }
}
