//! What somebody can do here: a menu of big buttons, each with an icon and words, and the forms that say that residents fill them in.

use doorstep_delivery::FormVersion;
use leptos::prelude::*;

use super::{HELP, Kiosk, OPINION, StaffButton, Step, version_of, word};
use crate::components::icon::{Icon, Shape};
use crate::components::live::{Row, live, rows, shown_when};
use crate::state::reader::use_reader;
use crate::state::{forms, kiosk};
use crate::words::kiosk::KioskWords;

#[component]
pub fn Menu(at: Kiosk) -> impl IntoView {
    let device = at.device;
    let offline = move || !device.online.get() || device.reached.get() == Some(false);
    let has = move |form: &'static str| Signal::derive(move || version_of(device, form).is_some());
    let always = Signal::derive(|| true);
    let others = Memo::new(move |_| {
        let mut others = device.forms.with(|all| kiosk::forms(all));
        others.retain(|version| ![HELP, OPINION].contains(&&*version.form.id));
        others
    });
    let other = move |version: FormVersion| {
        let key = version.form.hash.clone();
        Row::new(key, move || form_choice(at, version))
    };
    view! {
        <main id="main" tabindex="-1" data-step="menu">
            <h1>{word(|w| w.menu)}</h1>
            {shown_when(offline, || view! { <p class="notice warn" role="status" data-offline>{word(|w| w.offline)}</p> }.into_any())}
            <div class="kiosk-menu">
                {choice(at, "help", Step::Form(HELP.to_owned()), Shape::Person, has(HELP), |w| (w.help, w.help_explained))}
                {choice(at, "own-case", Step::Prove, Shape::List, always, |w| (w.own, w.own_explained))}
                {choice(at, "opinion", Step::Form(OPINION.to_owned()), Shape::Alert, has(OPINION), |w| (w.opinion, w.opinion_explained))}
                {rows(move || others.get().into_iter().map(other).collect())}
                {choice(at, "call", Step::Call, Shape::Door, always, |w| (w.call, ""))}
            </div>
            <div class="kiosk-foot">
                <button type="button" class="button" data-action="end" on:click=move |_| at.end()>{word(|w| w.end)}</button>
                <StaffButton at />
            </div>
        </main>
    }
}

/// A big button; one whose form is not on the device says so, and where to go.
fn choice(
    at: Kiosk,
    action: &'static str,
    to: Step,
    shape: Shape,
    ready: Signal<bool>,
    words: fn(&'static KioskWords) -> (&'static str, &'static str),
) -> AnyView {
    let go = move |_| {
        if ready.get_untracked() {
            at.to(to.clone());
        }
    };
    let reader = use_reader();
    let explained = move |w: &'static KioskWords| words(w).1;
    view! {
        <button type="button" class="kiosk-choice" data-action=action aria-disabled=live(move || (!ready.get()).then_some("true")) on:click=go>
            <Icon shape=shape />
            <span>
                <strong>{word(move |w| words(w).0)}</strong>
                <span class="soft">{live(move || {
                    let w = &reader.language().words().kiosk;
                    if ready.get() { explained(w) } else { w.not_ready }
                })}</span>
            </span>
        </button>
    }
    .into_any()
}

/// A big button for a form that has no words of the kiosk's own: called as the form is.
fn form_choice(at: Kiosk, version: FormVersion) -> impl IntoView {
    let reader = use_reader();
    let id = version.form.id.clone();
    let to = id.clone();
    view! {
        <button type="button" class="kiosk-choice" data-action="form" data-form=id on:click=move |_| at.to(Step::Form(to.clone()))>
            <Icon shape=Shape::List />
            <span><strong>{live(move || forms::title(&version, reader.language().tag()))}</strong></span>
        </button>
    }
}
