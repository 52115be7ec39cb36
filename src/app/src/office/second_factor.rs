//! Setting up the second factor: the secret as a QR code, a first code as the proof, and the recovery codes, shown once.

use leptos::prelude::*;
use serde::Deserialize;
use serde_json::json;

use super::account::SignOut;
use super::desk::{Desk, use_desk};
use super::field::{Field, Kind, Once, Outcome, Submit, Told};
use super::frame::Frame;
use super::qr::Qr;
use super::tell;
use crate::components::entry::EntryErrors;
use crate::components::live::{live, shown_when};
use crate::platform::{page as screen, timer};

const PASSWORD: &str = "factor-password";
const CODE: &str = "factor-code";

#[derive(Clone, PartialEq, Deserialize)]
struct Begun {
    secret: String,
    uri: String,
}

#[derive(Deserialize)]
struct Confirmed {
    recovery_codes: Vec<String>,
}

/// What stands instead of all pages while a role's second factor is missing.
#[component]
pub fn FirstFactor() -> impl IntoView {
    let desk = use_desk();
    view! {
        <Frame title=|w| w.second_factor screen="second-factor">
            <div class="narrow alone section">
                <h1>{tell(|w| w.second_factor)}</h1>
                <p>{tell(|w| w.second_factor_wanted)}</p>
                <SetUp desk />
                <SignOut desk />
            </div>
        </Frame>
    }
}

/// The steps.
#[component]
pub fn SetUp(desk: Desk) -> impl IntoView {
    let begun = RwSignal::new(None::<Begun>);
    let recovery = RwSignal::new(None::<Vec<String>>);
    view! {
        {live(move || match (recovery.get(), begun.get()) {
            (Some(codes), _) => view! { <Recovery desk codes /> }.into_any(),
            (None, Some(begun)) => view! { <Confirm desk begun recovery /> }.into_any(),
            (None, None) => view! { <Begin desk begun /> }.into_any(),
        })}
    }
}

#[component]
fn Begin(desk: Desk, begun: RwSignal<Option<Begun>>) -> impl IntoView {
    let password = RwSignal::new(desk.typed_password());
    let outcome = Outcome::new();
    // Whoever logs in at the office's own service has none here; the server asks that this was a moment ago.
    let elsewhere = desk.user.with_untracked(super::wire::User::lacks_password);
    let begin = move || {
        if !outcome.begin() {
            return;
        }
        let typed = password.get_untracked();
        if typed.is_empty() && !elsewhere {
            return outcome.complain(PASSWORD, |w| w.empty);
        }
        timer::spawn(async move {
            let body = json!({ "password": typed });
            match desk.ask::<Begun>("POST", "/api/v1/me/second-factor", Some(&body)).await {
                Ok(answer) => {
                    outcome.done();
                    begun.try_set(Some(answer));
                }
                Err(refusal) => {
                    outcome.refused(refusal, |refusal| (refusal.code == "wrong_login").then_some(PASSWORD))
                }
            }
        });
    };
    view! {
        <p class="soft">{tell(|w| w.second_factor_explained)}</p>
        <EntryErrors wrong=outcome.wrong />
        <Told outcome />
        <form class="entry-form card" novalidate on:submit=move |event| {
            event.prevent_default();
            begin();
        }>
            {(!elsewhere).then(|| view! {
                <Field id=PASSWORD kind=Kind::Password label=|w| w.old_password text=password wrong=outcome.wrong /> })}
            <div class="actions">
                <Submit outcome action="begin-factor" word=|w| w.second_factor_begin busy=|w| w.loading />
            </div>
        </form>
    }
}

#[component]
fn Confirm(desk: Desk, begun: Begun, recovery: RwSignal<Option<Vec<String>>>) -> impl IntoView {
    let code = RwSignal::new(String::new());
    let outcome = Outcome::new();
    let confirm = move || {
        if !outcome.begin() {
            return;
        }
        let typed = code.get_untracked();
        if typed.trim().is_empty() {
            return outcome.complain(CODE, |w| w.empty);
        }
        timer::spawn(async move {
            let body = json!({ "code": typed.trim() });
            match desk.ask::<Confirmed>("POST", "/api/v1/me/second-factor/confirm", Some(&body)).await {
                Ok(answer) => {
                    outcome.done();
                    recovery.try_set(Some(answer.recovery_codes));
                }
                Err(refusal) => {
                    outcome.refused(refusal, |refusal| (refusal.code == "wrong_code").then_some(CODE))
                }
            }
        });
    };
    view! {
        <EntryErrors wrong=outcome.wrong />
        <Told outcome />
        <form class="entry-form card" novalidate on:submit=move |event| {
            event.prevent_default();
            confirm();
        }>
            <p>{tell(|w| w.second_factor_scan)}</p>
            <Qr text=begun.uri />
            <p class="small">{tell(|w| w.second_factor_typed)}</p>
            <Once text=in_fours(&begun.secret) name="factor-secret" />
            <Field id=CODE kind=Kind::Code label=|w| w.second_factor_code text=code wrong=outcome.wrong />
            <div class="actions">
                <Submit outcome action="confirm-factor" word=|w| w.second_factor_confirm busy=|w| w.saving />
            </div>
        </form>
    }
}

/// A secret as it is typed: `ABCD EFGH`. Authenticator apps pass blanks over.
fn in_fours(secret: &str) -> String {
    let letters: Vec<char> = secret.chars().collect();
    letters.chunks(4).map(|part| part.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

#[component]
fn Recovery(desk: Desk, codes: Vec<String>) -> impl IntoView {
    let kept = RwSignal::new(false);
    let codes: Vec<_> =
        codes.into_iter().map(|code| view! { <li class="mono" translate="no">{code}</li> }).collect();
    view! {
        <div class="card" data-recovery="true">
            <h2>{tell(|w| w.recovery)}</h2>
            <p>{tell(|w| w.recovery_explained)}</p>
            <ol class="codes">{codes}</ol>
            <label class="choice">
                <input type="checkbox" id="recovery-kept" on:change:target=move |event| kept.set(event.target().checked()) />
                <span>{tell(|w| w.recovery_kept)}</span>
            </label>
            <div class="actions">
                <button type="button" class="button" data-action="print" on:click=move |_| screen::print()>
                    {tell(|w| w.print)}
                </button>
                {shown_when(move || kept.get(), move || view! {
                    <button type="button" class="button main" data-action="go-on" on:click=move |_| desk.go_on()>
                        {tell(|w| w.recovery_go_on)}
                    </button> }.into_any())}
            </div>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_shown_as_it_is_typed() {
        assert_eq!(in_fours("ABCDEFGHIJ"), "ABCD EFGH IJ");
        assert_eq!(in_fours(""), "");
    }
}
