//! A target's login: entered, kept sealed on the phone, never shown again, and forgotten.

use leptos::prelude::*;
use serde_json::{Value as Json, json};

use crate::components::icon::{Icon, Shape};
use crate::components::live::{live, shown_when};
use crate::platform::timer;
use crate::state::device::Device;
use crate::state::reader::{say, use_reader};
use crate::state::targets::{self as known, NotTaken};

/// What a target's login is made of, as its reader chose and typed it.
#[derive(Clone, Copy)]
struct Typed {
    kind: RwSignal<String>,
    user: RwSignal<String>,
    secret: RwSignal<String>,
    signing: RwSignal<String>,
}

impl Typed {
    /// As the file of credentials has it.
    fn json(self) -> Json {
        let (kind, user) = (self.kind.get_untracked(), self.user.get_untracked());
        let secret = self.secret.get_untracked();
        let mut login = match kind.as_str() {
            "basic" | "digest" => json!({"login": kind, "user": user.trim(), "password": secret}),
            "bearer" | "token" | "address" => json!({"login": kind, "token": secret.trim()}),
            _ => json!({}),
        };
        let signing = self.signing.get_untracked();
        if !signing.trim().is_empty() {
            login["signing"] = json!(signing.trim());
        }
        login
    }

    fn clear(self) {
        for field in [self.user, self.secret, self.signing] {
            field.set(String::new());
        }
    }
}

/// The form, folded away behind whether there is a login.
#[component]
pub fn LoginForm(device: Device, target: String) -> impl IntoView {
    let reader = use_reader();
    let target = StoredValue::new(target);
    let new = || RwSignal::new(String::new());
    let typed = Typed { kind: RwSignal::new("none".to_owned()), user: new(), secret: new(), signing: new() };
    let said = RwSignal::new(None::<Result<(), NotTaken>>);
    let there = Memo::new(move |_| {
        target.with_value(|name| device.targets.with_login.with(|all| all.contains(name)))
    });
    let take = move |login: Option<Json>| {
        said.set(None);
        timer::spawn(async move {
            let outcome = known::set_login(device, &target.get_value(), login).await;
            if said.is_disposed() {
                return;
            }
            if outcome.is_ok() {
                typed.clear();
            }
            said.set(Some(outcome));
        });
    };
    let outcome = move || {
        let words = &reader.language().words().settings;
        said.get().map(|outcome| match outcome {
            Ok(()) => {
                view! { <p class="notice" role="status" data-login-saved="true">{words.saved}</p> }.into_any()
            }
            Err(NotTaken::NotKept) => {
                view! { <p class="wrong-words" role="alert">{words.failed}</p> }.into_any()
            }
            Err(NotTaken::Wrong(wrong)) => {
                view! { <p class="wrong-words" role="alert">{(words.wrong)(&wrong)}</p> }.into_any()
            }
        })
    };
    view! {
        <details class="fold" data-login=live(move || there.get().to_string())>
            <summary>
                {say(|w| w.settings.login)} " · "
                {live(move || {
                    let words = &reader.language().words().settings;
                    if there.get() { words.login_there } else { words.login_missing }
                })}
            </summary>
            <form class="entry-form" novalidate on:submit=move |event| {
                event.prevent_default();
                take(Some(typed.json()));
            }>
                <KindMenu target typed />
                <Fields target typed />
                <p class="soft small">{say(|w| w.settings.login_secret_hint)}</p>
                <div class="actions">
                    <button type="submit" class="button" data-action="save-login">{say(|w| w.settings.login_save)}</button>
                    {shown_when(move || there.get(), move || view! {
                        <button type="button" class="button" data-action="forget-login" on:click=move |_| take(None)>
                            {say(|w| w.settings.login_forget)}
                        </button> }.into_any())}
                </div>
                {live(outcome)}
            </form>
        </details>
    }
}

#[component]
fn KindMenu(target: StoredValue<String>, typed: Typed) -> impl IntoView {
    let id = target.with_value(|name| format!("login-{name}"));
    let option = move |kind: &'static str, words: fn(&'static crate::words::Words) -> &'static str| {
        view! { <option value=kind selected=live(move || typed.kind.with(|chosen| chosen == kind))>{say(words)}</option> }
    };
    view! {
        <div class="question">
            <label class="question-label" for=id.clone()>{say(|w| w.settings.login_kind)}</label>
            <div class="menu">
                <select class="field" id=id on:change:target=move |event| typed.kind.set(event.target().value())>
                    {option("none", |w| w.settings.login_none)}
                    {option("basic", |w| w.settings.login_basic)}
                    {option("digest", |w| w.settings.login_digest)}
                    {option("bearer", |w| w.settings.login_bearer)}
                    {option("token", |w| w.settings.login_token)}
                    {option("address", |w| w.settings.login_address)}
                </select>
                <Icon shape=Shape::Down />
            </div>
        </div>
    }
}

#[component]
fn Fields(target: StoredValue<String>, typed: Typed) -> impl IntoView {
    let named = move || typed.kind.with(|kind| matches!(kind.as_str(), "basic" | "digest"));
    let secret = move || typed.kind.with(|kind| kind != "none");
    let field = move |what: &'static str,
                      label: fn(&'static crate::words::Words) -> &'static str,
                      text: RwSignal<String>,
                      hidden: bool| {
        let id = target.with_value(|name| format!("{what}-{name}"));
        let class = if hidden { "field secret" } else { "field" };
        view! {
            <div class="question">
                <label class="question-label" for=id.clone()>{say(label)}</label>
                <input
                    type="text" class=class id=id autocomplete="off" autocapitalize="off" spellcheck="false"
                    prop:value=live(move || text.get())
                    on:input:target=move |event| text.set(event.target().value())
                />
            </div>
        }
        .into_any()
    };
    view! {
        {shown_when(named, move || field("login-user", |w| w.settings.login_user, typed.user, false))}
        {shown_when(secret, move || field("login-secret", |w| w.settings.login_password, typed.secret, true))}
        {field("login-signing", |w| w.settings.login_signing, typed.signing, true)}
    }
}
