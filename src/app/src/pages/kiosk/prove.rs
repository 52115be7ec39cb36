//! Number and code are asked for. Neither is shown as it is typed: somebody may stand behind.

use leptos::prelude::*;

use super::{Kiosk, Step, word};
use crate::components::entry::{Entry, EntryErrors, Kind, Wrong, complain};
use crate::components::live::{live, shown_when};
use crate::platform::{page as screen, timer};
use crate::state::kiosk::own_case;
use crate::state::reader::{say, use_reader};

const NUMBER: &str = "own-number";
const CODE: &str = "own-code";

#[component]
pub fn Prove(at: Kiosk) -> impl IntoView {
    let (reader, device) = (use_reader(), at.device);
    let (number, code) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let wrong: Wrong = RwSignal::new(None);
    let busy = RwSignal::new(false);
    let look = move || {
        if busy.get_untracked() {
            return;
        }
        wrong.set(None);
        busy.set(true);
        let (typed, with) = (number.get_untracked(), code.get_untracked());
        timer::spawn(async move {
            let shown = own_case(device, &typed, &with).await;
            // Whoever went meanwhile is shown nothing.
            if busy.is_disposed() || at.ending.get_value() {
                return;
            }
            busy.set(false);
            match shown {
                Ok(case) => {
                    number.set(String::new());
                    code.set(String::new());
                    at.proved.set(Some(case));
                    at.to(Step::Case);
                }
                Err(why) => {
                    code.set(String::new());
                    complain(wrong, CODE, why.words(&reader.words_now().kiosk).to_owned());
                }
            }
        });
    };
    timer::spawn(async {
        timer::sleep(30).await;
        screen::focus(NUMBER);
    });
    view! {
        <main id="main" tabindex="-1" data-step="prove">
            <h1>{word(|w| w.own)}</h1>
            {shown_when(move || !device.online.get(), || view! { <p class="notice warn" role="status" data-offline>{word(|w| w.offline_own)}</p> }.into_any())}
            <EntryErrors wrong />
            <form class="entry-form" autocomplete="off" novalidate on:submit=move |event| {
                event.prevent_default();
                look();
            }>
                <Entry id=NUMBER kind=Kind::IdNumber label=Signal::derive(say(|w| w.kiosk.number_field.to_owned())) text=number wrong />
                <Entry id=CODE kind=Kind::Pin label=Signal::derive(say(|w| w.kiosk.code_field.to_owned())) hint=|w| w.kiosk.code_hint text=code wrong />
                <div class="kiosk-foot">
                    <button type="button" class="button" data-action="menu" on:click=move |_| at.to(Step::Menu)>{word(|w| w.back)}</button>
                    <button type="submit" class="button main" data-action="look" aria-disabled=live(move || busy.get().then_some("true"))>
                        {live(move || {
                            let words = &reader.language().words().kiosk;
                            if busy.get() { words.looking } else { words.look }
                        })}
                    </button>
                </div>
            </form>
        </main>
    }
}
