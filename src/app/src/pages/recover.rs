//! A forgotten PIN: what goes to the office, what comes back, and a new PIN.

use doorstep_delivery::recovery::{SECRET_BYTES, read_code};
use leptos::prelude::*;

use super::unlock::{Complaint, complaint, pin_twice};
use crate::components::entry::{Entry, EntryErrors, Kind, Wrong, complain};
use crate::components::live::live;
use crate::platform::timer;
use crate::state::gate::Gate;
use crate::state::reader::{say, use_reader};

const CODE: &str = "recovery-code";
const NEW: &str = "recovery-pin";
const AGAIN: &str = "recovery-pin-again";

/// Within the unlock page.
#[component]
pub fn Recover(gate: Gate) -> impl IntoView {
    let reader = use_reader();
    let request = RwSignal::new(String::new());
    timer::spawn(async move {
        let found = gate.recovery_request().await.unwrap_or_default();
        if !request.is_disposed() {
            request.set(found);
        }
    });
    let code = RwSignal::new(String::new());
    let (new, again) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let wrong: Wrong = RwSignal::new(None);
    let busy = RwSignal::new(false);
    let least = gate.pin_least();
    let read = move || -> Result<([u8; SECRET_BYTES], String), Complaint> {
        let secret = read_code(&code.get_untracked());
        let secret = secret.ok_or_else(|| complaint(CODE, |w| w.safety.recover_code_wrong.to_owned()))?;
        Ok((secret, pin_twice(least, (NEW, new), (AGAIN, again))?))
    };
    let recover = move || {
        if busy.get_untracked() {
            return;
        }
        let (secret, pin) = match read() {
            Ok(read) => read,
            Err((field, words)) => return complain(wrong, field, words(reader.words_now())),
        };
        wrong.set(None);
        busy.set(true);
        timer::spawn(async move {
            let outcome = gate.recover(&secret, &pin).await;
            if busy.is_disposed() {
                return;
            }
            busy.set(false);
            let words = &reader.words_now().safety;
            match outcome {
                Ok(true) => {}
                Ok(false) => complain(wrong, CODE, words.recover_code_wrong.to_owned()),
                Err(error) => {
                    leptos::logging::error!("{error}");
                    complain(wrong, CODE, words.pin_failed.to_owned());
                }
            }
        });
    };
    view! {
        <EntryErrors wrong />
        <form
            class="entry-form"
            novalidate
            on:submit=move |event| {
                event.prevent_default();
                recover();
            }
        >
            <p>{say(|w| w.safety.recover_explained)}</p>
            <div class="question">
                <label class="question-label" for="recovery-request">{say(|w| w.safety.recover_request)}</label>
                <textarea class="field mono small" id="recovery-request" readonly prop:value=live(move || request.get())></textarea>
            </div>
            <Entry
                id=CODE
                kind=Kind::Plain
                label=Signal::derive(say(|w| w.safety.recover_code.to_owned()))
                hint=|w| w.safety.recover_code_hint
                text=code
                wrong
            />
            <Entry
                id=NEW
                kind=Kind::Pin
                label=Signal::derive(say(move |w| (w.safety.pin_new)(least)))
                hint=|w| w.safety.pin_new_hint
                text=new
                wrong
            />
            <Entry id=AGAIN kind=Kind::Pin label=Signal::derive(say(|w| w.safety.pin_again.to_owned())) text=again wrong />
            <button type="submit" class="button main" data-action="recover" aria-disabled=live(move || busy.get().then_some("true"))>
                {live(move || {
                    let words = &reader.language().words().safety;
                    if busy.get() { words.unlocking } else { words.recover }
                })}
            </button>
        </form>
    }
}
