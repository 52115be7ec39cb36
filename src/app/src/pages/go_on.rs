//! Going on with what somebody began at a kiosk, or a colleague gives away: the code of its QR code is in the link, or is typed, and the draft opens here as any other.

use doorstep_delivery::hand_over::read;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::components::A;
use leptos_router::hooks::use_navigate;

use crate::components::entry::{EntryForm, Kind, Wrong, complain};
use crate::components::live::{live, shown_when};
use crate::components::top_bar::TopBar;
use crate::platform::{page as screen, timer};
use crate::state::device::use_device;
use crate::state::going_on::{self, NotTaken};
use crate::state::reader::{say, title, use_reader};
use crate::words::Words;

const FIELD: &str = "go-on-code";

/// The page at `/go-on`.
#[component]
pub fn GoOnPage() -> impl IntoView {
    let (device, reader, navigate) = (use_device(), use_reader(), use_navigate());
    title(|words| words.kiosk.go_on.to_owned());
    // The same tab may be given a link while the page is open.
    going_on::take_up_link(device);
    let listening = StoredValue::new_local(Some(screen::on_fragment(move || going_on::take_up_link(device))));
    on_cleanup(move || drop(listening.try_update_value(Option::take)));
    let (text, busy) = (RwSignal::new(String::new()), RwSignal::new(false));
    let wrong: Wrong = RwSignal::new(None);
    Effect::new(move || {
        if let Some(code) = device.handed_over.get() {
            text.set(code);
        }
    });
    let take = move || {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        wrong.set(None);
        let navigate = navigate.clone();
        timer::spawn(async move {
            let taken = going_on::take(device, &text.get_untracked()).await;
            if taken.is_ok() {
                device.handed_over.set(None);
            }
            // Whoever went elsewhere meanwhile finds it among their drafts.
            if busy.is_disposed() {
                return;
            }
            busy.set(false);
            match taken {
                Ok(draft) => {
                    let options = NavigateOptions { replace: true, ..NavigateOptions::default() };
                    navigate(&format!("/draft/{draft}"), options);
                }
                Err(why) => complain(wrong, FIELD, words_of(why, reader.words_now()).to_owned()),
            }
        });
    };
    let is_filled_in =
        move || device.handed_over.with(|code| code.as_deref().is_some_and(|code| read(code).is_some()));
    view! {
        <TopBar title=Signal::derive(say(|w| w.kiosk.go_on.to_owned())) />
        <main id="main" tabindex="-1" data-page="go-on">
            <h1>{say(|w| w.kiosk.go_on)}</h1>
            <p>{say(|w| w.kiosk.go_on_explained)}</p>
            {shown_when(is_filled_in, || view! { <p class="notice" role="status" data-filled-in>{say(|w| w.kiosk.go_on_from_link)}</p> }.into_any())}
            <EntryForm id=FIELD kind=Kind::Plain label=|w| w.kiosk.go_on_code hint=|w| w.kiosk.go_on_code_hint text wrong submit=take>
                <button type="submit" class="button main" data-action="go-on" aria-disabled=live(move || busy.get().then_some("true"))>
                    {live(move || {
                        let words = &reader.language().words().kiosk;
                        if busy.get() { words.go_on_fetching } else { words.go_on_take }
                    })}
                </button>
            </EntryForm>
            <p class="lone"><A href="/">{say(|w| w.home)}</A></p>
        </main>
    }
}

fn words_of(why: NotTaken, words: &'static Words) -> &'static str {
    let words = &words.kiosk;
    match why {
        NotTaken::NotACode => words.go_on_no_code,
        NotTaken::None => words.go_on_none,
        NotTaken::Anothers => words.go_on_anothers,
        NotTaken::Unknown => words.go_on_unknown,
        NotTaken::Forbidden => words.go_on_forbidden,
        NotTaken::NoServer => words.go_on_no_server,
        NotTaken::Unreadable => words.go_on_unreadable,
        NotTaken::NotKept => words.go_on_not_kept,
        NotTaken::FinishedHere => words.go_on_finished,
    }
}
