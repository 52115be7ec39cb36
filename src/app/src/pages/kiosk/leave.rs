//! The staff's way out: the PIN that was chosen when the kiosk was begun. What lies behind is locked by its own users' PINs.

use leptos::prelude::*;

use super::{Kiosk, word};
use crate::components::entry::{Entry, EntryErrors, Kind, Wrong, complain};
use crate::components::live::live;
use crate::pages::unlock::{fault_words, tried_words};
use crate::platform::store::Tried;
use crate::platform::{page as screen, timer};
use crate::state::reader::{say, use_reader};
use crate::state::{kiosk, pin};

const FIELD: &str = "kiosk-pin";

#[component]
pub fn Leave(at: Kiosk) -> impl IntoView {
    let reader = use_reader();
    let text = RwSignal::new(String::new());
    let wrong: Wrong = RwSignal::new(None);
    let busy = RwSignal::new(false);
    let leave = move || {
        if busy.get_untracked() {
            return;
        }
        let digits = match pin::typed(&text.get_untracked()) {
            Ok(digits) => digits,
            Err(fault) => return complain(wrong, FIELD, fault_words(fault, reader.words_now())),
        };
        busy.set(true);
        timer::spawn(async move {
            let tried = kiosk::leave(at.device, &digits).await;
            if busy.is_disposed() {
                return;
            }
            busy.set(false);
            text.set(String::new());
            match tried {
                Ok(Tried::Right) => {}
                Ok(tried) => complain(wrong, FIELD, tried_words(tried, reader.words_now())),
                Err(error) => {
                    leptos::logging::error!("{error}");
                    complain(wrong, FIELD, reader.words_now().store_failed.to_owned());
                }
            }
        });
    };
    timer::spawn(async {
        timer::sleep(30).await;
        screen::focus(FIELD);
    });
    view! {
        <main id="main" tabindex="-1" data-step="leave">
            <h1>{word(|w| w.leave)}</h1>
            <EntryErrors wrong />
            <form class="entry-form" autocomplete="off" novalidate on:submit=move |event| {
                event.prevent_default();
                leave();
            }>
                <Entry id=FIELD kind=Kind::Pin label=Signal::derive(say(|w| w.kiosk.staff_pin.to_owned())) text wrong />
                <div class="kiosk-foot">
                    <button type="button" class="button" data-action="menu" on:click=move |_| at.to(at.home())>{word(|w| w.back)}</button>
                    <button type="submit" class="button main" data-action="leave" aria-disabled=live(move || busy.get().then_some("true"))>{word(|w| w.leave)}</button>
                </div>
            </form>
        </main>
    }
}
