//! Whose phone it is now, under which name, and the way to the others.

use leptos::prelude::*;

use crate::components::entry::{EntryForm, Kind, Wrong, complain};
use crate::components::icon::{Icon, Shape};
use crate::components::live::{live, shown_when};
use crate::pages::choose::name_of;
use crate::pages::unlock::user_name;
use crate::platform::timer;
use crate::state::gate::Gate;
use crate::state::reader::{say, use_reader};

const FIELD: &str = "own-name";

/// The users' part of the page.
#[component]
pub fn UsersSection(gate: Gate) -> impl IntoView {
    let reader = use_reader();
    timer::spawn(gate.read_users());
    let text = RwSignal::new(gate.user.with_untracked(|user| user.name.clone()));
    let wrong: Wrong = RwSignal::new(None);
    let done = RwSignal::new(false);
    let rename = move || {
        done.set(false);
        let own = gate.user.with_untracked(|user| user.id.clone());
        let known = gate.user.with_untracked(|user| user.name == text.get_untracked().trim());
        let name = match name_of(&text.get_untracked(), gate, &own) {
            Ok(name) => name,
            // The first user has no id to tell their own name by.
            Err(_) if known && !text.get_untracked().trim().is_empty() => return done.set(true),
            Err(words) => return complain(wrong, FIELD, words(reader.words_now()).to_owned()),
        };
        wrong.set(None);
        timer::spawn(async move {
            let outcome = gate.rename(&name).await;
            if done.is_disposed() {
                return;
            }
            match outcome {
                Ok(()) => done.set(true),
                Err(error) => {
                    leptos::logging::error!("{error}");
                    complain(wrong, FIELD, reader.words_now().safety.user_failed.to_owned());
                }
            }
        });
    };
    view! {
        <section class="section" data-section="users">
            <h2>{say(|w| w.safety.users)}</h2>
            <p>
                {say(|w| w.safety.this_is)} " "
                <strong data-user-now>{live(move || gate.user.with(|user| user_name(&user.name, reader)))}</strong>
            </p>
            <EntryForm id=FIELD kind=Kind::Plain label=|w| w.safety.name hint=|w| w.safety.name_hint text wrong submit=rename>
                <button type="submit" class="button" data-action="rename">{say(|w| w.safety.rename)}</button>
                {shown_when(move || done.get(), move || view! {
                    <p class="notice" role="status">{say(|w| w.safety.rename_done)}</p> }.into_any())}
            </EntryForm>
            <p class="soft">{say(|w| w.safety.choose_explained)}</p>
            <button type="button" class="button" data-action="switch-user" on:click=move |_| gate.change_user()>
                <Icon shape=Shape::Person />
                {say(|w| w.safety.switch_user)}
            </button>
        </section>
    }
}
