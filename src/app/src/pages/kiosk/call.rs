//! Calling somebody of the staff: the station's pages show it at once; where nobody can be told, it says where help is.

use leptos::prelude::*;

use super::{Kiosk, word};
use crate::components::live::live;
use crate::platform::timer;
use crate::state::kiosk::call::{Called, call, look};
use crate::state::kiosk::phone;
use crate::state::reader::use_reader;

/// How often it is asked whether somebody has seen it.
const LOOK_MS: u32 = 3_000;

#[component]
pub fn Call(at: Kiosk) -> impl IntoView {
    let reader = use_reader();
    let called = RwSignal::new(Called::Calling);
    timer::spawn(async move {
        let told = call(at.device).await;
        called.try_set(told);
    });
    let looking = timer::every(LOOK_MS, move || {
        if called.get_untracked() != Called::Waiting {
            return;
        }
        timer::spawn(async move {
            // What can't be asked now is asked again soon.
            if let Some(told @ (Called::Seen | Called::Nobody)) = look(at.device).await {
                called.try_set(told);
            }
        });
    });
    let looking = StoredValue::new_local(looking);
    on_cleanup(move || looking.dispose());
    let said = move || {
        let words = &reader.language().words().kiosk;
        match called.get() {
            Called::Calling => words.calling,
            Called::Waiting => words.called,
            Called::Seen => words.call_seen,
            Called::Nobody => words.not_called,
        }
    };
    let tag = move || match called.get() {
        Called::Calling => "calling",
        Called::Waiting => "waiting",
        Called::Seen => "seen",
        Called::Nobody => "none",
    };
    let meanwhile = move || {
        let words = &reader.language().words().kiosk;
        (called.get() == Called::Waiting).then_some(words.call_meanwhile)
    };
    let phone = phone();
    view! {
        <main id="main" tabindex="-1" data-step="call">
            <h1>{word(|w| w.call)}</h1>
            <p role="status" class="kiosk-state" data-called=live(tag)>{live(said)}</p>
            <p>{live(meanwhile)}</p>
            {(!phone.is_empty()).then(|| view! { <p>{word(move |w| (w.call_phone)(&phone))}</p> })}
            <div class="kiosk-foot">
                <button type="button" class="button main" data-action="menu" on:click=move |_| at.to(at.home())>{word(|w| w.back)}</button>
                <button type="button" class="button" data-action="end" on:click=move |_| at.end()>{word(|w| w.end)}</button>
            </div>
        </main>
    }
}
