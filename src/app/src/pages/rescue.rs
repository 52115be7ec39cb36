//! Everything unsent as one file, out of this device and into another one.

use std::sync::Arc;

use leptos::prelude::*;

use crate::components::entry::{EntryForm, Kind, Wrong, complain};
use crate::components::live::live;
use crate::components::top_bar::TopBar;
use crate::platform::rescue::OpenError;
use crate::platform::timer;
use crate::state::device::{Device, use_device};
use crate::state::mending::{self, HandedOver, NotTakenUp};
use crate::state::reader::{say, title, use_reader};
use crate::words::Words;

/// The shortest password, in characters.
const SHORTEST: usize = 8;
/// The fields' ids.
const FILE: &str = "rescue-file";
const OUT: &str = "rescue-password-out";
const IN: &str = "rescue-password-in";

/// What came of it, in words.
type Done = RwSignal<Option<Arc<dyn Fn(&'static Words) -> String + Send + Sync>>>;

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
    let reader = use_reader();
    let (password, busy) = (RwSignal::new(String::new()), RwSignal::new(false));
    let (wrong, done): (Wrong, Done) = (RwSignal::new(None), RwSignal::new(None));
    let waiting = Memo::new(move |_| {
        let mut ids: Vec<_> = device.outbox.with(|items| items.iter().map(|item| item.id).collect());
        ids.dedup();
        (ids.len(), device.drafts.with(Vec::len))
    });
    let save = move || {
        if password.with_untracked(|password| password.chars().count() < SHORTEST) {
            return complain(wrong, OUT, reader.words_now().password_short.to_owned());
        }
        busy.set(true);
        wrong.set(None);
        done.set(None);
        timer::spawn(async move {
            let outcome = mending::hand_over(device, &password.get_untracked()).await;
            if busy.is_disposed() {
                return;
            }
            password.set(String::new());
            busy.set(false);
            match outcome {
                HandedOver::Saved(sealed, drafts, unreadable) => {
                    done.set(Some(Arc::new(move |w| (w.rescue_saved)(sealed, drafts, unreadable))));
                }
                HandedOver::Nothing => done.set(Some(Arc::new(|w| w.rescue_nothing.to_owned()))),
                HandedOver::Failed => complain(wrong, OUT, reader.words_now().device_failed.to_owned()),
            }
        });
    };
    view! {
        <section class="section" data-section="rescue-out">
            <h2>{say(|w| w.rescue_out)}</h2>
            <p>{live(move || { let (sealed, drafts) = waiting.get(); view! { {say(move |w| (w.rescue_counts)(sealed, drafts))} } })}</p>
            <EntryForm id=OUT kind=Kind::Password label=|w| w.rescue_password hint=|w| w.rescue_password_hint text=password wrong submit=save>
                <button type="submit" class="button main" data-action="rescue-out" disabled=move || busy.get()>
                    {say(|w| w.rescue_save)}
                </button>
                <Came done />
            </EntryForm>
        </section>
    }
}

#[component]
fn In(device: Device) -> impl IntoView {
    let reader = use_reader();
    let (password, busy) = (RwSignal::new(String::new()), RwSignal::new(false));
    let (wrong, done): (Wrong, Done) = (RwSignal::new(None), RwSignal::new(None));
    let take = move || {
        busy.set(true);
        wrong.set(None);
        done.set(None);
        timer::spawn(async move {
            let outcome = mending::take_up(device, FILE, &password.get_untracked()).await;
            if busy.is_disposed() {
                return;
            }
            busy.set(false);
            let words = reader.words_now();
            let (field, said) = match outcome {
                Ok(taken) => {
                    password.set(String::new());
                    return done.set(Some(Arc::new(move |w| (w.rescue_taken)(taken))));
                }
                Err(NotTakenUp::NoFile) => (FILE, words.rescue_no_file),
                Err(NotTakenUp::NotOpened(OpenError::WrongPassword)) => (IN, words.rescue_wrong_password),
                Err(NotTakenUp::NotOpened(OpenError::Damaged)) => (FILE, words.rescue_damaged),
                Err(NotTakenUp::NotOpened(OpenError::Newer)) => (FILE, words.rescue_newer),
                Err(NotTakenUp::Failed) => (IN, words.device_failed),
            };
            complain(wrong, field, said.to_owned());
        });
    };
    view! {
        <section class="section" data-section="rescue-in">
            <h2>{say(|w| w.rescue_in)}</h2>
            <p>{say(|w| w.rescue_in_explained)}</p>
            <div class="question">
                <label class="question-label" for=FILE>{say(|w| w.rescue_file)}</label>
                <input type="file" class="field" id=FILE accept=".json,application/json" />
            </div>
            <EntryForm id=IN kind=Kind::Password label=|w| w.rescue_its_password text=password wrong submit=take>
                <button type="submit" class="button" data-action="rescue-in" disabled=move || busy.get()>
                    {say(|w| w.rescue_take)}
                </button>
                <Came done />
            </EntryForm>
        </section>
    }
}

/// Says what came of it, once something did.
#[component]
fn Came(done: Done) -> impl IntoView {
    view! {
        <div role="status">
            {live(move || done.get().map(|words| view! {
                <p class="notice">{say(move |w| words(w))}</p> }))}
        </div>
    }
}
