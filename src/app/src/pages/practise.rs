//! The way to practise with a form, at home below the forms, and the end of a practice.

use doorstep_delivery::{FormVersion, Uuid};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use crate::components::icon::{Icon, Shape};
use crate::components::live::{Row, live, rows, shown_when};
use crate::components::message::Message;
use crate::platform::timer;
use crate::state::answering::Answering;
use crate::state::device::{Device, use_device};
use crate::state::reader::{say, use_reader};
use crate::state::{forms, practice};

/// Every form that can be begun, folded away.
#[component]
pub fn Practise(device: Device, forms: Memo<Vec<FormVersion>>) -> impl IntoView {
    let row = move |version: FormVersion| {
        Row::new(version.form.hash.clone(), move || view! { <PractiseForm device version /> })
    };
    view! {
        {shown_when(move || forms.with(|forms| !forms.is_empty()), move || view! {
            <details class="fold section" data-section="practise">
                <summary>{say(|w| w.practice.title)}</summary>
                <p class="soft small">{say(|w| w.practice.how)}</p>
                <div class="stack">{rows(move || forms.get().into_iter().map(row).collect())}</div>
            </details> }.into_any())}
    }
}

#[component]
fn PractiseForm(device: Device, version: FormVersion) -> impl IntoView {
    let reader = use_reader();
    let (form, hash) = (version.form.id.clone(), version.form.hash.clone());
    let failed = RwSignal::new(false);
    let start = starting(device, failed);
    view! {
        <button type="button" class="button" data-action="practise" data-form=form on:click=move |_| start(hash.clone(), false)>
            <Icon shape=Shape::Door small=true />
            <span class="grow">{live(move || forms::title(&version, reader.language().tag()))}</span>
        </button>
        {shown_when(move || failed.get(), || view! {
            <p class="notice danger" role="alert">{say(|w| w.store_failed_explained)}</p> }.into_any())}
    }
}

/// The practice is over; what of it there was is gone.
#[component]
pub fn PracticeOver(answering: Answering, id: Uuid) -> impl IntoView {
    let device = use_device();
    let hash = answering.with(|session| session.form().hash().to_owned());
    practice::end(id);
    let failed = RwSignal::new(false);
    let start = starting(device, failed);
    view! {
        <Message heading=|w| w.practice.over explained=Signal::derive(say(|w| w.practice.over_explained.to_owned()))>
            <button type="button" class="button" data-action="practise-again" on:click=move |_| start(hash.clone(), true)>
                {say(|w| w.practice.again)}
            </button>
            {shown_when(move || failed.get(), || view! {
                <p class="notice danger" role="alert">{say(|w| w.store_failed_explained)}</p> }.into_any())}
        </Message>
    }
}

/// Begins one and goes there; `instead`: going back does not come here again.
fn starting(device: Device, failed: RwSignal<bool>) -> impl Fn(String, bool) + Clone {
    let (reader, navigate) = (use_reader(), use_navigate());
    move |hash: String, instead: bool| {
        let navigate = navigate.clone();
        failed.set(false);
        timer::spawn(async move {
            match practice::begin(device, &hash, reader.language_now()).await {
                Ok(id) => {
                    let options = NavigateOptions { replace: instead, ..NavigateOptions::default() };
                    navigate(&format!("/draft/{id}"), options);
                }
                Err(error) => {
                    leptos::logging::error!("{error:?}");
                    failed.try_set(true);
                }
            }
        });
    }
}
