//! Signing in: name and password, the second factor's code once the server asks for it, or the office's own identity provider.

use leptos::prelude::*;

use super::desk::{Desk, use_desk};
use super::field::{Field, Kind, Outcome, Submit, Told};
use super::frame::Frame;
use super::tell;
use super::wire::{Oidc, Ways};
use crate::components::entry::EntryErrors;
use crate::components::live::shown_when;
use crate::platform::{page as screen, timer};

const NAME: &str = "login-name";
const PASSWORD: &str = "login-password";
const CODE: &str = "login-code";

/// What stands at `/office` for whoever is not signed in.
#[component]
pub fn SignIn() -> impl IntoView {
    let desk = use_desk();
    let oidc = RwSignal::new(None::<Oidc>);
    timer::spawn(async move {
        // A server that knows only the one way answers 404.
        if let Ok(ways) = desk.ask::<Ways>("GET", "/api/v1/session/ways", None).await {
            oidc.try_set(
                ways.oidc.filter(|oidc| oidc.start.starts_with('/') && !oidc.start.starts_with("//")),
            );
        }
    });
    view! {
        <Frame title=|w| w.sign_in screen="sign-in">
            <div class="narrow alone section">
                <h1>{tell(|w| w.sign_in)}</h1>
                {shown_when(move || desk.ended.get(), || view! {
                    <p class="notice warn" role="status" data-ended="true">{tell(|w| w.session_over)}</p> }.into_any())}
                <p class="soft">{tell(|w| w.sign_in_explained)}</p>
                <LoginForm desk />
                {shown_when(move || oidc.with(Option::is_some), move || view! { <Provider oidc /> }.into_any())}
                <p class="lone"><a href="/" rel="external">{tell(|w| w.to_phone_app)}</a></p>
            </div>
        </Frame>
    }
}

#[component]
fn LoginForm(desk: Desk) -> impl IntoView {
    let new = || RwSignal::new(String::new());
    let (name, password, code) = (new(), new(), new());
    let asked = RwSignal::new(false);
    let outcome = Outcome::new();
    let sign_in = move || {
        if !outcome.begin() {
            return;
        }
        let typed = [name, password, code].map(|text| text.get_untracked());
        let ids = [NAME, PASSWORD, CODE];
        let needed = if asked.get_untracked() { 3 } else { 2 };
        if let Some(missing) = (0..needed).find(|place| typed[*place].trim().is_empty()) {
            return outcome.complain(ids[missing], |w| w.empty);
        }
        timer::spawn(async move {
            match desk.sign_in(typed[0].trim(), &typed[1], typed[2].trim()).await {
                Ok(()) => outcome.done(),
                Err(refusal) if refusal.code == "second_factor" => {
                    outcome.done();
                    asked.try_set(true);
                    timer::sleep(30).await;
                    screen::focus(CODE);
                }
                Err(refusal) => outcome.refused(refusal, |refusal| match refusal.code.as_str() {
                    "wrong_login" if asked.get_untracked() => Some(CODE),
                    "wrong_login" => Some(PASSWORD),
                    _ => None,
                }),
            }
        });
    };
    view! {
        <EntryErrors wrong=outcome.wrong />
        <Told outcome />
        <form class="entry-form card" novalidate on:submit=move |event| {
            event.prevent_default();
            sign_in();
        }>
            <Field id=NAME kind=Kind::Name label=|w| w.name text=name wrong=outcome.wrong />
            <Field id=PASSWORD kind=Kind::Password label=|w| w.password text=password wrong=outcome.wrong />
            {shown_when(move || asked.get(), move || view! {
                <p class="notice" role="status" data-code-wanted="true">{tell(|w| w.code_wanted)}</p>
                <Field id=CODE kind=Kind::Code label=|w| w.code hint=|w| w.code_hint text=code wrong=outcome.wrong /> }.into_any())}
            <div class="actions">
                <Submit outcome action="sign-in" word=|w| w.sign_in busy=|w| w.signing_in />
            </div>
        </form>
    }
}

#[component]
fn Provider(oidc: RwSignal<Option<Oidc>>) -> impl IntoView {
    oidc.get_untracked().map(|Oidc { name, start }| {
        view! {
            <p class="soft">{tell(|w| w.or)}</p>
            <a class="button" href=format!("{start}?to=/office") rel="external" data-action="oidc">{tell(move |w| (w.sign_in_by)(&name))}</a>
        }
    })
}
