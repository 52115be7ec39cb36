//! The PIN is asked for. Nothing of what lies behind it is on this page.

use doorstep_delivery::Wake;
use leptos::prelude::*;

use super::recover::Recover;
use crate::components::entry::{Entry, EntryErrors, Kind, Wrong, complain};
use crate::components::icon::{Icon, Shape};
use crate::components::live::{live, shown_when};
use crate::components::top_bar::TopBar;
use crate::platform::store::Tried;
use crate::platform::{clock, page as screen, timer};
use crate::state::device::use_device;
use crate::state::gate::{Gate, use_gate};
use crate::state::keeping::now;
use crate::state::pin::{self, PinFault};
use crate::state::reader::{Reader, say, title, use_reader};
use crate::state::sending;
use crate::words::Words;
use crate::words::when::until;

const FIELD: &str = "pin";

/// Instead of every page while a user is locked out.
#[component]
pub fn Unlock() -> impl IntoView {
    let gate = use_gate();
    title(|words| words.safety.unlock_title.to_owned());
    let is_wiped = Memo::new(move |_| gate.protection.with(|protection| protection.is_wiped));
    view! {
        <TopBar title=Signal::derive(say(|w| w.app.to_owned())) home=true />
        <main id="main" tabindex="-1" data-screen="unlock">
            {live(move || match is_wiped.get() {
                true => view! { <Wiped gate /> }.into_any(),
                false => view! { <AskPin gate /> }.into_any(),
            })}
        </main>
    }
}

#[component]
fn AskPin(gate: Gate) -> impl IntoView {
    let reader = use_reader();
    let text = RwSignal::new(String::new());
    let wrong: Wrong = RwSignal::new(None);
    let busy = RwSignal::new(false);
    let wait = waiting(gate);
    let blocked = move || busy.get() || wait.get() > 0;
    let unlock = move || {
        if untrack(blocked) {
            return;
        }
        let digits = match pin::typed(&text.get_untracked()) {
            Ok(digits) => digits,
            Err(fault) => return complain(wrong, FIELD, fault_words(fault, reader.words_now())),
        };
        busy.set(true);
        timer::spawn(async move {
            let tried = gate.unlock(&digits).await;
            if busy.is_disposed() {
                return;
            }
            busy.set(false);
            text.set(String::new());
            match tried {
                Ok(Tried::Right | Tried::Wiped) => {}
                Ok(tried @ Tried::Wrong { free, .. }) => {
                    wait.set(seconds(tried));
                    // How long to wait is said once, where it is counted down.
                    let words = &reader.words_now().safety;
                    let said =
                        if free > 0 { (words.pin_wrong_free)(free) } else { words.pin_wrong.to_owned() };
                    complain(wrong, FIELD, said);
                }
                Ok(tried @ Tried::TooSoon(_)) => {
                    wrong.set(None);
                    wait.set(seconds(tried));
                }
                Err(error) => {
                    leptos::logging::error!("{error}");
                    complain(wrong, FIELD, reader.words_now().store_failed.to_owned());
                }
            }
        });
    };
    let heading = move || {
        let words = reader.language().words();
        match gate.user.with(|user| user.name.clone()) {
            name if name.is_empty() => words.safety.unlock_title.to_owned(),
            name => (words.safety.hello)(&name),
        }
    };
    timer::spawn(async {
        timer::sleep(0).await;
        screen::focus(FIELD);
    });
    view! {
        <EntryErrors wrong />
        <form
            class="entry-form"
            novalidate
            on:submit=move |event| {
                event.prevent_default();
                unlock();
            }
        >
            <h1>{live(heading)}</h1>
            <p class="soft">{say(|w| w.safety.unlock_explained)}</p>
            {shown_when(move || wait.get() > 0, move || view! {
                <p class="notice warn" data-wait role="status">
                    {live(move || (reader.language().words().safety.pin_wait)(wait.get()))}
                </p> }.into_any())}
            <Entry
                id=FIELD
                kind=Kind::Pin
                label=Signal::derive(say(|_| "PIN".to_owned()))
                text
                wrong
            />
            <button
                type="submit"
                class="button main"
                data-action="unlock"
                aria-disabled=live(move || blocked().then_some("true"))
            >
                {live(move || {
                    let words = reader.language().words();
                    if busy.get() { words.safety.unlocking } else { words.safety.unlock }
                })}
            </button>
        </form>
        <details class="fold" data-section="forgotten">
            <summary>{say(|w| w.safety.forgotten)}</summary>
            <Forgotten gate />
        </details>
        <OtherUser gate />
        // Last, since it comes a moment later: nothing that a thumb is on its way to moves.
        <Waiting />
    }
}

/// That what is sealed for the office still goes out, and when it is tried again; at once, if somebody wants that.
#[component]
fn Waiting() -> impl IntoView {
    let (device, reader) = (use_device(), use_reader());
    let said = move || {
        let words = reader.language().words();
        let waiting = device.locked.get();
        let time = waiting.next_ms.map(|at| until(at, now(), words));
        (words.safety.locked_waiting)(waiting.count, time.as_deref())
    };
    shown_when(
        move || device.locked.with(|waiting| waiting.count > 0),
        move || {
            view! {
                <div class="notice" role="status" data-locked-waiting>
                    <p>{live(said)}</p>
                    <div class="actions">
                        <button type="button" class="button" data-action="send" on:click=move |_| sending::wake(device, Wake::Hand)>
                            <Icon shape=Shape::Send />
                            {say(|w| w.send_all)}
                        </button>
                    </div>
                </div>
            }
            .into_any()
        },
    )
}

/// What can be done about a forgotten PIN: with the office, or not at all.
#[component]
fn Forgotten(gate: Gate) -> impl IntoView {
    // What is typed there stays while the rest of the protection changes.
    let helped = Memo::new(move |_| gate.protection.with(|now| now.has_recovery));
    live(move || match helped.get() {
        true => view! { <Recover gate /> }.into_any(),
        false => view! { <p>{say(|w| w.safety.forgotten_explained)}</p> }.into_any(),
    })
}

#[component]
fn Wiped(gate: Gate) -> impl IntoView {
    view! {
        <div class="notice danger" data-wiped>
            <h1>{say(|w| w.safety.wiped_title)}</h1>
            <p>{say(|w| w.safety.wiped_explained)}</p>
        </div>
        {shown_when(move || gate.protection.with(|now| now.has_recovery), move || view! {
            <Recover gate /> }.into_any())}
        <OtherUser gate />
    }
}

#[component]
fn OtherUser(gate: Gate) -> impl IntoView {
    view! {
        <button type="button" class="button" data-action="other-user" on:click=move |_| gate.change_user()>
            <Icon shape=Shape::Person />
            {say(|w| w.safety.other_user)}
        </button>
    }
}

/// So many seconds until a PIN may be tried; counts down by itself.
fn waiting(gate: Gate) -> RwSignal<i64> {
    let wait = RwSignal::new(gate.protection.with_untracked(|protection| (protection.wait_ms + 999) / 1_000));
    let until = StoredValue::new(None::<f64>);
    let tick = timer::every(250, move || {
        let now = clock::elapsed_ms();
        let left = wait.get_untracked();
        match until.get_value() {
            _ if left == 0 => until.set_value(None),
            None => until.set_value(Some(now + left as f64 * 1_000.0)),
            Some(until) => {
                let left_now = ((until - now) / 1_000.0).ceil().max(0.0) as i64;
                if left_now < left {
                    wait.set(left_now);
                }
            }
        }
    });
    let tick = StoredValue::new_local(tick);
    on_cleanup(move || tick.dispose());
    wait
}

/// How long to wait after a try, in seconds.
pub fn seconds(tried: Tried) -> i64 {
    match tried {
        Tried::Wrong { wait_ms, .. } | Tried::TooSoon(wait_ms) => (wait_ms + 999) / 1_000,
        Tried::Right | Tried::Wiped => 0,
    }
}

/// What is said after a try that was not right.
pub fn tried_words(tried: Tried, words: &Words) -> String {
    match tried {
        Tried::Wrong { free, wait_ms: 0 } if free > 0 => (words.safety.pin_wrong_free)(free),
        Tried::Wrong { wait_ms: 0, .. } => words.safety.pin_wrong.to_owned(),
        Tried::Wrong { .. } | Tried::TooSoon(_) => (words.safety.pin_wait)(seconds(tried)),
        Tried::Wiped => words.safety.wiped_title.to_owned(),
        Tried::Right => String::new(),
    }
}

/// What is said of something that is no PIN.
pub fn fault_words(fault: PinFault, words: &Words) -> String {
    match fault {
        PinFault::Empty => words.safety.pin_empty.to_owned(),
        PinFault::NotDigits => words.safety.pin_not_digits.to_owned(),
        PinFault::TooShort(least) => (words.safety.pin_too_short)(least),
        PinFault::TooLong => words.safety.pin_too_long.to_owned(),
        PinFault::Obvious => words.safety.pin_obvious.to_owned(),
    }
}

/// What is wrong: the field, and the words for it.
pub type Complaint = (&'static str, Box<dyn Fn(&'static Words) -> String>);

/// A new PIN out of its field, if it has so many digits at least and the other field has the same.
pub fn pin_twice(
    least: usize,
    (new, typed): (&'static str, RwSignal<String>),
    (again, repeated): (&'static str, RwSignal<String>),
) -> Result<String, Complaint> {
    let pin = pin::chosen(&typed.get_untracked(), least).map_err(|fault| match fault {
        PinFault::Empty => complaint(new, |w| w.safety.pin_empty_new.to_owned()),
        fault => faulty(new, fault),
    })?;
    match pin::typed(&repeated.get_untracked()) {
        Ok(same) if same == pin => Ok(pin),
        Ok(_) | Err(_) => Err(complaint(again, |w| w.safety.pin_differs.to_owned())),
    }
}

/// That something is wrong with a field.
pub fn complaint(field: &'static str, words: impl Fn(&'static Words) -> String + 'static) -> Complaint {
    (field, Box::new(words))
}

/// That what is in the field is no PIN.
pub fn faulty(field: &'static str, fault: PinFault) -> Complaint {
    complaint(field, move |w| fault_words(fault, w))
}

/// The reader's words for a user: their name, or which one they are.
pub fn user_name(name: &str, reader: Reader) -> String {
    match name {
        "" => reader.language().words().safety.first_user.to_owned(),
        name => name.to_owned(),
    }
}
