//! What the office's keys do here: help whoever forgot the PIN, and open what is finished.

use leptos::prelude::*;

use crate::components::entry::{EntryForm, Kind, Wrong, complain};
use crate::components::live::{live, shown_when};
use crate::platform::timer;
use crate::state::device::use_device;
use crate::state::gate::Gate;
use crate::state::reader::{say, use_reader};

const FIELD: &str = "office-key";

/// The office's part of the page.
#[component]
pub fn OfficeSection(gate: Gate) -> impl IntoView {
    let reader = use_reader();
    let known = RwSignal::new(None::<bool>);
    timer::spawn(async move {
        let found = gate.find_office_key().await;
        if !known.is_disposed() {
            known.set(Some(found));
        }
    });
    let text = RwSignal::new(String::new());
    let wrong: Wrong = RwSignal::new(None);
    let save = move || {
        timer::spawn(async move {
            let taken = gate.set_office_key(&text.get_untracked()).await;
            if known.is_disposed() {
                return;
            }
            match taken {
                true => known.set(Some(true)),
                false => complain(wrong, FIELD, reader.words_now().safety.office_key_wrong.to_owned()),
            }
        });
    };
    let device = use_device();
    let seals = move || device.office.seals_for.with(Option::is_some);
    let renew = move || gate.protection.with(|now| now.has_pin && !now.has_recovery);
    view! {
        <section class="section" data-section="office">
            {shown_when(seals, || view! { <p class="notice" data-sealing="true">{say(|w| w.safety.sealing_on)}</p> }.into_any())}
            <h2>{say(|w| w.safety.office)}</h2>
            {live(move || known.get().map(|known| match known {
                true => view! {
                    <p data-office="known">
                        {say(|w| w.safety.office_on)}
                        {shown_when(renew, move || view! {
                            <strong>" " {say(|w| w.safety.office_renew)}</strong> }.into_any())}
                    </p>
                }
                .into_any(),
                false => view! {
                    <p>{say(|w| w.safety.office_off)}</p>
                    <EntryForm id=FIELD kind=Kind::Plain label=|w| w.safety.office_key hint=|w| w.safety.office_key_hint text wrong submit=save>
                        <button type="submit" class="button" data-action="save-office-key">
                            {say(|w| w.safety.office_key_save)}
                        </button>
                    </EntryForm>
                }
                .into_any(),
            }))}
        </section>
    }
}
