//! Whether a PIN is set, and when the app locks itself.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::components::icon::{Icon, Shape};
use crate::components::live::{live, shown_when};
use crate::platform::timer;
use crate::state::gate::{Gate, LOCK_CHOICES};
use crate::state::reader::{say, use_reader};

/// After so many wrong PINs an office may want the key wiped.
const WIPE_CHOICES: [u32; 3] = [10, 20, 50];

/// The PIN's part of the page.
#[component]
pub fn PinSection(gate: Gate) -> impl IntoView {
    let has_pin = Memo::new(move |_| gate.has_pin());
    view! {
        <section class="section" data-section="pin">
            <h2>{say(|w| w.safety.pin_title)}</h2>
            {live(move || match has_pin.get() {
                true => view! { <WithPin gate /> }.into_any(),
                false => view! {
                    <p>{say(|w| w.safety.pin_off)}</p>
                    <A href="/safety/pin" attr:class="button main" attr:data-action="set-pin">
                        <Icon shape=Shape::Lock />
                        {say(|w| w.safety.pin_set)}
                    </A>
                }
                .into_any(),
            })}
        </section>
    }
}

#[component]
fn WithPin(gate: Gate) -> impl IntoView {
    let failed = RwSignal::new(false);
    let wipe = move |chosen: &str| {
        let wrong = chosen.parse().ok();
        failed.set(false);
        timer::spawn(async move {
            if let Err(error) = gate.set_wipe_after(wrong).await {
                leptos::logging::error!("{error}");
                if !failed.is_disposed() {
                    failed.set(true);
                }
            }
        });
    };
    view! {
        <p>{say(|w| w.safety.pin_on)}</p>
        <A href="/safety/pin" attr:class="button" attr:data-action="change-pin">{say(|w| w.safety.pin_change)}</A>
        {shown_when(move || !gate.needs_pin(), || view! {
            <A href="/safety/pin?remove" attr:class="button" attr:data-action="remove-pin">{say(|w| w.safety.pin_remove)}</A> }.into_any())}
        {shown_when(move || gate.needs_pin(), move || view! {
            <p class="soft">{say(move |w| (w.safety.pin_needed)(gate.pin_least()))}</p> }.into_any())}
        <LockAfter gate />
        <div class="question">
            <label class="question-label" for="wipe-after">{say(|w| w.safety.wipe_after)}</label>
            <div class="menu">
                <select
                    class="field"
                    id="wipe-after"
                    on:change:target=move |event| wipe(&event.target().value())
                >
                    <option value="" selected=live(move || gate.protection.with(|now| now.wipe_after.is_none()))>
                        {say(|w| w.safety.wipe_never)}
                    </option>
                    {WIPE_CHOICES.map(|wrong| view! {
                        <option
                            value=wrong.to_string()
                            selected=live(move || gate.protection.with(|now| now.wipe_after == Some(wrong)))
                        >
                            {say(move |w| (w.safety.wipe_times)(wrong))}
                        </option>
                    }).collect_view()}
                </select>
                <Icon shape=Shape::Down />
            </div>
            {shown_when(move || failed.get(), move || view! {
                <p class="wrong-words" role="alert">{say(|w| w.safety.pin_failed)}</p> }.into_any())}
        </div>
    }
}

#[component]
fn LockAfter(gate: Gate) -> impl IntoView {
    let reader = use_reader();
    view! {
        <div class="question">
            <label class="question-label" for="lock-after">{say(|w| w.safety.lock_after)}</label>
            <div class="menu">
                <select
                    class="field"
                    id="lock-after"
                    on:change:target=move |event| {
                        if let Ok(minutes) = event.target().value().parse() {
                            gate.set_lock_after(minutes);
                        }
                    }
                >
                    {LOCK_CHOICES.map(|minutes| view! {
                        <option
                            value=minutes.to_string()
                            selected=live(move || gate.lock_after.get() == minutes)
                        >
                            {live(move || (reader.language().words().safety.minutes)(minutes))}
                        </option>
                    }).collect_view()}
                </select>
                <Icon shape=Shape::Down />
            </div>
        </div>
    }
}
