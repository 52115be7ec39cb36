//! Who is using the phone: one tap each, and a place to add someone.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use doorstep_delivery::store::StoreErrorKind;

use super::unlock::user_name;
use crate::components::entry::{EntryForm, Kind, Wrong, complain};
use crate::components::icon::{Icon, Shape};
use crate::components::live::{Row, live, rows};
use crate::components::top_bar::TopBar;
use crate::platform::timer;
use crate::platform::users::User;
use crate::state::gate::{Gate, use_gate};
use crate::state::reader::{say, title, use_reader};
use crate::words::Words;

const FIELD: &str = "user-name";
/// So many characters has a name at most.
const LONGEST: usize = 20;

/// Instead of every page while nobody is at work.
#[component]
pub fn Choose() -> impl IntoView {
    let gate = use_gate();
    title(|words| words.safety.choose_title.to_owned());
    let row = move |user: User| {
        Row::new(format!("{} {}", user.id, user.name), move || view! { <UserRow gate user /> })
    };
    view! {
        <TopBar title=Signal::derive(say(|w| w.app.to_owned())) home=true />
        <main id="main" tabindex="-1" data-screen="choose">
            <h1>{say(|w| w.safety.choose_title)}</h1>
            <p class="soft">{say(|w| w.safety.choose_explained)}</p>
            <div class="stack">{rows(move || gate.users.get().into_iter().map(row).collect())}</div>
            <AddUser gate />
        </main>
    }
}

#[component]
fn UserRow(gate: Gate, user: User) -> impl IntoView {
    let reader = use_reader();
    let navigate = use_navigate();
    let (id, name) = (user.id.clone(), user.name.clone());
    let come = move |_| {
        // The address may name a survey of whoever was here before.
        if gate.is_another(&user) {
            navigate("/", NavigateOptions { replace: true, ..NavigateOptions::default() });
        }
        timer::spawn(gate.come(user.clone()));
    };
    view! {
        <button type="button" class="user" data-action="user" data-user=id on:click=come>
            <Icon shape=Shape::Person />
            <span class="grow">{live(move || user_name(&name, reader))}</span>
            <Icon shape=Shape::Next />
        </button>
    }
}

#[component]
fn AddUser(gate: Gate) -> impl IntoView {
    let reader = use_reader();
    let navigate = use_navigate();
    let text = RwSignal::new(String::new());
    let wrong: Wrong = RwSignal::new(None);
    let add = move || {
        let name = match name_of(&text.get_untracked(), gate, "") {
            Ok(name) => name,
            Err(words) => return complain(wrong, FIELD, words(reader.words_now()).to_owned()),
        };
        wrong.set(None);
        let navigate = navigate.clone();
        timer::spawn(async move {
            match gate.add_user(&name).await {
                Ok(user) => {
                    navigate("/", NavigateOptions { replace: true, ..NavigateOptions::default() });
                    gate.come(user).await;
                }
                Err(error) => {
                    leptos::logging::error!("{error}");
                    let words = &reader.words_now().safety;
                    let full = error.kind == StoreErrorKind::Full;
                    complain(
                        wrong,
                        FIELD,
                        if full { words.users_full } else { words.user_failed }.to_owned(),
                    );
                }
            }
        });
    };
    view! {
        <section class="section">
            <h2>{say(|w| w.safety.add_user)}</h2>
            <EntryForm id=FIELD kind=Kind::Plain label=|w| w.safety.name hint=|w| w.safety.name_hint text wrong submit=add>
                <button type="submit" class="button" data-action="add-user">
                    <Icon shape=Shape::Plus />
                    {say(|w| w.safety.add_user)}
                </button>
            </EntryForm>
        </section>
    }
}

/// A name as typed, unless it is none or someone else's. `own`: the id of whose it is to be.
pub fn name_of(text: &str, gate: Gate, own: &str) -> Result<String, fn(&'static Words) -> &'static str> {
    let name = text.trim();
    let taken = gate.users.with_untracked(|users| {
        users.iter().any(|user| user.name == name && (own.is_empty() || user.id != own))
    });
    match name.chars().count() {
        0 => Err(|words| words.safety.name_empty),
        count if count > LONGEST => Err(|words| words.safety.name_too_long),
        _ if taken => Err(|words| words.safety.name_taken),
        _ => Ok(name.to_owned()),
    }
}
