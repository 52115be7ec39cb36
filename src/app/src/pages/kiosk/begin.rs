//! The page at `/kiosk` of a device that is none: somebody of the staff makes it one.

use doorstep_delivery::FormVersion;
use leptos::prelude::*;

use super::word;
use crate::components::entry::{Entry, EntryErrors, Kind, Wrong, complain};
use crate::components::live::live;
use crate::components::top_bar::TopBar;
use crate::pages::unlock::pin_twice;
use crate::platform::timer;
use crate::state::device::use_device;
use crate::state::reader::{say, title, use_reader};
use crate::state::{forms, kiosk, pin};

const PIN: &str = "kiosk-pin";
const AGAIN: &str = "kiosk-pin-again";
const PHONE: &str = "kiosk-phone";
const FORM: &str = "kiosk-form";

#[component]
pub fn BeginKiosk() -> impl IntoView {
    let (reader, device) = (use_reader(), use_device());
    title(|words| words.kiosk.begin.to_owned());
    let text = || RwSignal::new(String::new());
    let (pin, again, phone) = (text(), text(), text());
    // Empty: a menu of all.
    let form = RwSignal::new(String::new());
    let theirs = Memo::new(move |_| device.forms.with(|all| kiosk::forms(all)));
    let wrong: Wrong = RwSignal::new(None);
    let busy = RwSignal::new(false);
    let begin = move || {
        if busy.get_untracked() {
            return;
        }
        let chosen = match pin_twice(pin::LEAST, (PIN, pin), (AGAIN, again)) {
            Ok(chosen) => chosen,
            Err((field, words)) => return complain(wrong, field, words(reader.words_now())),
        };
        wrong.set(None);
        busy.set(true);
        let desk = phone.with_untracked(|phone| phone.trim().to_owned());
        timer::spawn(async move {
            if let Err(error) = kiosk::begin(&chosen, &desk, &form.get_untracked()).await {
                leptos::logging::error!("{error}");
                busy.try_set(false);
                complain(wrong, PIN, reader.words_now().safety.pin_failed.to_owned());
            }
        });
    };
    let option = move |version: FormVersion| {
        let id = version.form.id.clone();
        view! { <option value=id>{live(move || forms::title(&version, reader.language().tag()))}</option> }
    };
    view! {
        <TopBar title=Signal::derive(say(|w| w.kiosk.title.to_owned())) />
        <main id="main" tabindex="-1" data-screen="begin-kiosk">
            <h1>{word(|w| w.begin)}</h1>
            <p>{word(|w| w.begin_explained)}</p>
            <p class="soft">{word(|w| w.begin_how)}</p>
            <EntryErrors wrong />
            <form class="entry-form" autocomplete="off" novalidate on:submit=move |event| {
                event.prevent_default();
                begin();
            }>
                <Entry id=PIN kind=Kind::Pin label=Signal::derive(say(|w| w.kiosk.staff_pin.to_owned())) hint=|w| w.kiosk.begin_pin text=pin wrong />
                <Entry id=AGAIN kind=Kind::Pin label=Signal::derive(say(|w| w.safety.pin_again.to_owned())) text=again wrong />
                <Entry id=PHONE kind=Kind::Plain label=Signal::derive(say(|w| w.kiosk.begin_phone.to_owned())) hint=|w| w.kiosk.begin_phone_hint text=phone wrong />
                <div class="question">
                    <label class="question-label" for=FORM>{word(|w| w.begin_form)}</label>
                    <p class="hint" id="kiosk-form-hint">{word(|w| w.begin_form_hint)}</p>
                    <select class="field" id=FORM aria-describedby="kiosk-form-hint" on:change:target=move |event| form.set(event.target().value())>
                        <option value="">{word(|w| w.begin_menu)}</option>
                        {live(move || theirs.get().into_iter().map(option).collect::<Vec<_>>())}
                    </select>
                </div>
                <button type="submit" class="button main" data-action="begin-kiosk" aria-disabled=live(move || busy.get().then_some("true"))>{word(|w| w.begin_go)}</button>
            </form>
        </main>
    }
}
