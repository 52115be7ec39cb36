//! One's own account: the password, the second factor, and the way out.

use leptos::prelude::*;
use serde_json::{Value as Json, json};

use super::desk::{Desk, use_desk};
use super::field::{Field, Kind, Outcome, Submit, Told};
use super::frame::Frame;
use super::refusal::Refusal;
use super::second_factor::SetUp;
use super::tell;
use crate::components::appearance::Appearance;
use crate::components::entry::EntryErrors;
use crate::components::live::{live, shown_when};
use crate::pages::fact;
use crate::platform::timer;

const OLD: &str = "old-password";
const NEW: &str = "new-password";

/// The page at `/office/account`.
#[component]
pub fn AccountPage() -> impl IntoView {
    let desk = use_desk();
    let user = desk.user;
    let area = move |w: &'static crate::words::office::Office| {
        user.with(|user| if user.area.is_empty() { w.everywhere.to_owned() } else { user.area.clone() })
    };
    view! {
        <Frame title=|w| w.account screen="account">
            <h1>{tell(|w| w.account)}</h1>
            <div class="card narrow">
                <dl class="facts">
                    {fact("name", tell(|w| w.name), live(move || user.with(|user| user.name.clone())).into_any())}
                    {fact("role", tell(|w| w.role_field), tell(move |w| user.with(|user| (w.role)(&user.role))).into_any())}
                    {fact("area", tell(|w| w.area_field), tell(area).into_any())}
                </dl>
                <SignOut desk />
            </div>
            {shown_when(move || user.with(|user| !user.lacks_password()), move || view! {
                <section class="section narrow">
                    <h2>{tell(|w| w.change_password)}</h2>
                    <PasswordForm desk />
                </section> }.into_any())}
            <section class="section narrow">
                <h2>{tell(|w| w.second_factor)}</h2>
                {shown_when(move || user.with(|user| user.second_factor), || view! {
                    <p>{tell(|w| w.second_factor_on)}</p>
                    <p class="soft">{tell(|w| w.second_factor_lost)}</p> }.into_any())}
                {shown_when(move || user.with(|user| !user.second_factor), move || view! { <SetUp desk /> }.into_any())}
            </section>
            <div class="narrow"><Appearance /></div>
        </Frame>
    }
}

/// What stands instead of all pages while the password is somebody else's.
#[component]
pub fn FirstPassword() -> impl IntoView {
    let desk = use_desk();
    view! {
        <Frame title=|w| w.choose_password screen="choose-password">
            <div class="narrow alone section">
                <h1>{tell(|w| w.choose_password)}</h1>
                <p>{tell(|w| w.choose_password_explained)}</p>
                <PasswordForm desk />
                <SignOut desk />
            </div>
        </Frame>
    }
}

#[component]
fn PasswordForm(desk: Desk) -> impl IntoView {
    let (old, new) = (RwSignal::new(desk.typed_password()), RwSignal::new(String::new()));
    let done = RwSignal::new(false);
    let outcome = Outcome::new();
    let change = move || {
        done.set(false);
        if !outcome.begin() {
            return;
        }
        let (typed_old, typed_new) = (old.get_untracked(), new.get_untracked());
        if typed_old.is_empty() || typed_new.is_empty() {
            return outcome.complain(if typed_old.is_empty() { OLD } else { NEW }, |w| w.empty);
        }
        timer::spawn(async move {
            let body = json!({"old": typed_old, "new": typed_new});
            match desk.ask::<Json>("POST", "/api/v1/me/password", Some(&body)).await {
                Ok(_) => {
                    outcome.done();
                    desk.keep_password(&typed_new);
                    for text in [old, new] {
                        text.try_set(String::new());
                    }
                    done.try_set(true);
                    desk.go_on();
                }
                Err(refusal) => outcome.refused(refusal, password_field),
            }
        });
    };
    view! {
        <EntryErrors wrong=outcome.wrong />
        <Told outcome />
        {shown_when(move || done.get(), || view! {
            <p class="notice" role="status" data-password-changed="true">{tell(|w| w.password_changed)}</p> }.into_any())}
        <form class="entry-form card" novalidate on:submit=move |event| {
            event.prevent_default();
            change();
        }>
            <Field id=OLD kind=Kind::Password label=|w| w.old_password text=old wrong=outcome.wrong />
            <Field id=NEW kind=Kind::NewPassword label=|w| w.new_password hint=|w| w.new_password_hint text=new wrong=outcome.wrong />
            <div class="actions">
                <Submit outcome action="change-password" word=|w| w.change_password busy=|w| w.saving />
            </div>
        </form>
    }
}

fn password_field(refusal: &Refusal) -> Option<&'static str> {
    match (refusal.code.as_str(), refusal.field()) {
        ("wrong_login", _) => Some(OLD),
        (_, Some("new")) => Some(NEW),
        _ => None,
    }
}

/// The way out.
#[component]
pub fn SignOut(desk: Desk) -> impl IntoView {
    let outcome = Outcome::new();
    let out = move |_| {
        if outcome.begin() {
            timer::spawn(async move {
                match desk.sign_out().await {
                    Ok(()) => outcome.done(),
                    Err(refusal) => outcome.refused(refusal, |_| None),
                }
            });
        }
    };
    view! {
        <Told outcome />
        <div class="actions">
            <button type="button" class="button" data-action="sign-out" on:click=out>{tell(|w| w.sign_out)}</button>
        </div>
    }
}
