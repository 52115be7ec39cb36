//! Going on with staff: a QR code that a member of the staff scans, instead of the form; what was filled in goes with it, and the kiosk clears itself.

use std::rc::Rc;

use leptos::prelude::*;

use super::{Kiosk, word};
use crate::components::live::live;
use crate::components::qr::picture;
use crate::platform::timer;
use crate::state::answering::Answering;
use crate::state::handing_over::{As, Offered, Where, look, offer, withdraw};
use crate::state::keeping::Keeping;
use crate::state::kiosk::call::{Called, call};
use crate::state::reader::use_reader;

/// How often it is asked whether somebody has it.
const LOOK_MS: u32 = 2_000;

#[derive(Clone, PartialEq)]
enum Standing {
    Making,
    Offered(Offered),
    /// Somebody has it, and it is on its way to their device.
    Taken,
    /// Nobody came in time.
    Over,
    Failed,
}

/// In place of the page while `on`; back leads to it again.
#[component]
pub fn HandOver(at: Kiosk, answering: Answering, on: RwSignal<bool>) -> impl IntoView {
    let standing = RwSignal::new(Standing::Making);
    let unsure = RwSignal::new(false);
    let called = RwSignal::new(Called::Calling);
    make(at, answering.keeping(), standing, called);
    let looking = timer::every(LOOK_MS, move || {
        let offered = match standing.get_untracked() {
            Standing::Offered(offered) => offered,
            Standing::Making | Standing::Taken | Standing::Over | Standing::Failed => return,
        };
        timer::spawn(async move {
            // What can't be asked now is asked again soon.
            match look(at.device, As::Kiosk, &offered.id).await {
                Some(Where::Taken(_)) => follow(at, offered, standing).await,
                Some(Where::Kept(_)) => at.end(),
                Some(Where::Over) => drop(standing.try_set(Standing::Over)),
                Some(Where::Waiting) | None => {}
            }
        });
    });
    let looking = StoredValue::new_local(looking);
    on_cleanup(move || looking.dispose());
    let back = move |_| {
        let Standing::Offered(offered) = standing.get_untracked() else {
            return on.set(false);
        };
        unsure.set(false);
        timer::spawn(async move {
            match withdraw(at.device, As::Kiosk, &offered.id).await {
                // What somebody has is gone on with there.
                Some(Where::Taken(_) | Where::Kept(_)) => follow(at, offered, standing).await,
                Some(Where::Over | Where::Waiting) => drop(on.try_set(false)),
                None => drop(unsure.try_set(true)),
            }
        });
    };
    // Whoever says that it is to be gone has it gone; whoever is cleared by the clock may be waiting for a phone to be unlocked.
    let clear = move |_| {
        let Standing::Offered(offered) = standing.get_untracked() else { return at.end() };
        standing.set(Standing::Making);
        timer::spawn(async move {
            let _ = withdraw(at.device, As::Kiosk, &offered.id).await;
            at.end();
        });
    };
    let shown = move || match standing.get() {
        Standing::Making => state("making", |w| w.hand_over_making),
        Standing::Offered(offered) => code(&offered, called),
        Standing::Taken => state("taken", |w| w.hand_over_taken),
        Standing::Over => state("over", |w| w.hand_over_over),
        Standing::Failed => state("failed", |w| w.hand_over_failed),
    };
    let can_go_back = move || {
        let can = !matches!(standing.get(), Standing::Taken | Standing::Making);
        can.then(|| {
            view! { <button type="button" class="button" data-action="fill-in-here" on:click=back>{word(|w| w.hand_over_back)}</button> }
        })
    };
    view! {
        <main id="main" tabindex="-1" data-step="hand-over">
            <h1>{word(|w| w.with_staff)}</h1>
            {live(shown)}
            {live(move || unsure.get().then(|| view! { <p class="notice warn" role="alert" data-unsure>{word(|w| w.hand_over_unsure)}</p> }))}
            <div class="kiosk-foot">
                {live(can_go_back)}
                <button type="button" class="button" data-action="end" on:click=clear>{word(|w| w.clear)}</button>
            </div>
        </main>
    }
}

/// Hands it over, and calls somebody who scans it.
fn make(at: Kiosk, keeping: Rc<Keeping>, standing: RwSignal<Standing>, called: RwSignal<Called>) {
    timer::spawn(async move {
        let offered = offer(at.device, &keeping).await;
        if standing.is_disposed() || at.ending.get_value() {
            // They left meanwhile: nobody has seen the code.
            if let Ok(offered) = offered {
                let _ = withdraw(at.device, As::Kiosk, &offered.id).await;
            }
            return;
        }
        match offered {
            Ok(offered) => {
                standing.set(Standing::Offered(offered));
                let told = call(at.device).await;
                called.try_set(told);
            }
            Err(_) => standing.set(Standing::Failed),
        }
    });
}

/// Somebody fetches it: clears this device once they have kept it. Whoever is left waiting is cleared by the clock.
async fn follow(at: Kiosk, offered: Offered, standing: RwSignal<Standing>) {
    if standing.try_set(Standing::Taken).is_some() {
        return;
    }
    while !standing.is_disposed() && !at.ending.get_value() {
        if let Some(Where::Kept(_) | Where::Over) = look(at.device, As::Kiosk, &offered.id).await {
            return at.end();
        }
        timer::sleep(LOOK_MS).await;
    }
}

fn state(tag: &'static str, words: fn(&'static crate::words::kiosk::KioskWords) -> &'static str) -> AnyView {
    view! { <p class="kiosk-state" role="status" data-handed-over=tag>{word(words)}</p> }.into_any()
}

fn code(offered: &Offered, called: RwSignal<Called>) -> AnyView {
    let reader = use_reader();
    let coming = move || {
        let words = &reader.language().words().kiosk;
        match called.get() {
            Called::Calling | Called::Waiting | Called::Seen => words.called,
            Called::Nobody => words.hand_over_nobody,
        }
    };
    let named = live(move || reader.language().words().kiosk.hand_over_code);
    view! {
        <p class="kiosk-state" role="status" data-handed-over="waiting">{word(|w| w.hand_over_scan)}</p>
        <div class="shown-qr">{picture(&offered.link, named)}</div>
        <p>{word(|w| w.hand_over_typed)} <strong class="figures" data-hand-over-code translate="no">{offered.code.clone()}</strong></p>
        <p role="status">{live(coming)}</p>
        <p class="soft">{word(|w| w.hand_over_once)}</p>
    }
    .into_any()
}
