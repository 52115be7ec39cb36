//! How it stands with the data on this phone.

use leptos::prelude::*;

use super::fact;
use crate::components::live::{live, shown_when};
use crate::platform::{persist, timer};
use crate::state::device::Device;
use crate::state::forms;
use crate::state::keeping::now;
use crate::state::outbox::counted;
use crate::state::reader::{say, use_reader};
use crate::words::when::when;

/// What the browser says of the storage, and what lies in it.
#[component]
pub fn Here(device: Device) -> impl IntoView {
    let reader = use_reader();
    let persistent = RwSignal::new(None::<bool>);
    let asked = RwSignal::new(false);
    let room = RwSignal::new(None::<u64>);
    let look = move |ask: bool| {
        timer::spawn(async move {
            let granted = persist::is_granted().await || (ask && persist::ask().await);
            let found = persist::free().await;
            if !persistent.is_disposed() {
                persistent.set(Some(granted));
                asked.set(ask);
                room.set(found);
            }
        });
    };
    look(false);
    let kept = move || {
        let words = &reader.language().words().safety;
        persistent.get().map(|granted| if granted { words.persist_yes } else { words.persist_no })
    };
    let kept_explained = move || {
        let words = &reader.language().words().safety;
        persistent.get().map(|granted| match granted {
            true => words.persist_yes_explained,
            false => words.persist_no_explained,
        })
    };
    let free = move || {
        let words = &reader.language().words().safety;
        room.get().map_or(words.free_unknown.to_owned(), |free| (words.bytes)(free))
    };
    let contact = move || {
        // Looked at anew whenever the server was asked.
        device.reached.track();
        let words = reader.language().words();
        forms::last_contact().map_or(words.safety.contact_never.to_owned(), |at| when(at, now(), words))
    };
    // A refused one waits for nobody but its reader.
    let unsent = move || device.outbox.with(|outbox| counted(outbox));
    let count = move |n: usize| (reader.language().words().safety.count)(n);
    view! {
        <section class="section" data-section="here">
            <h2>{say(|w| w.safety.here)}</h2>
            <div class="card">
                <dl class="facts">
                    {fact("persistent", say(|w| w.safety.persist), live(kept).into_any())}
                    {fact("free", say(|w| w.safety.free), live(free).into_any())}
                    {fact("drafts", say(|w| w.safety.drafts), live(move || count(device.drafts.with(Vec::len))).into_any())}
                    {fact("waiting", say(|w| w.safety.waiting), live(move || count(unsent().0)).into_any())}
                    {live(move || (unsent().1 > 0).then(|| {
                        fact("refused", say(|w| w.safety.refused), live(move || count(unsent().1)).into_any()) }))}
                    {fact("contact", say(|w| w.safety.contact), live(contact).into_any())}
                    {fact("version", say(|w| w.safety.version), env!("CARGO_PKG_VERSION").into_any())}
                </dl>
                <p class="soft small" data-persistent=live(move || persistent.get().map(|granted| granted.to_string()))>
                    {live(kept_explained)}
                </p>
                {shown_when(move || asked.get() && persistent.get() == Some(false), move || view! {
                    <p class="notice warn" role="status">{say(|w| w.safety.persist_asked)}</p> }.into_any())}
                {shown_when(move || persistent.get() == Some(false), move || view! {
                    <button type="button" class="button" data-action="persist" on:click=move |_| look(true)>
                        {say(|w| w.safety.persist_ask)}
                    </button> }.into_any())}
            </div>
        </section>
    }
}
