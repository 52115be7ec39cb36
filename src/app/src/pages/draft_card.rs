//! The drafts on the home page: who, how far, when; going on and deleting.

use doorstep_delivery::{DraftSummary, Uuid};
use leptos::prelude::*;
use leptos_router::components::A;

use crate::components::confirm::Confirm;
use crate::components::icon::{Icon, Shape};
use crate::components::live::{Row, live, rows, shown_when};
use crate::platform::timer;
use crate::state::device::Device;
use crate::state::keeping::{now, word_on};
use crate::state::reader::{say, use_reader};
use crate::state::saving::Word;
use crate::state::{forms, handing_over};
use crate::words::Words;
use crate::words::when::when;

/// The list.
#[component]
pub fn Drafts(device: Device) -> impl IntoView {
    let reader = use_reader();
    let deleting = RwSignal::new(None::<(Uuid, String)>);
    // What a colleague has kept meanwhile goes, and what nobody came for is gone on with.
    timer::spawn(handing_over::settle_all(device));
    let row = move |draft: DraftSummary| {
        let given = draft.handed_on.is_some();
        let key = format!("{} {} {} {given}", draft.id, draft.updated_at.ms, draft.in_danger);
        Row::new(key, move || view! { <DraftCard device draft deleting /> })
    };
    view! {
        <section class="section" data-section="drafts">
            <h2>
                {say(|w| w.drafts_title)}
                {live(move || device.drafts.with(|drafts| (!drafts.is_empty()).then(|| view! { <span class="count">{drafts.len()}</span> })))}
            </h2>
            <Show
                when=move || device.drafts.with(|drafts| !drafts.is_empty())
                fallback=|| view! { <p class="empty">{say(|w| w.no_drafts)}</p> }
            >
                {rows(move || device.drafts.get().into_iter().map(row).collect())}
            </Show>
            <Confirm
                asking=deleting
                title=move |(_, name): (Uuid, String)| (reader.words_now().delete_title)(&name)
                explained=Signal::derive(say(|w| w.delete_explained))
                yes=Signal::derive(say(|w| w.delete))
                act=move |(id, _): (Uuid, String)| device.delete_draft(id)
            />
        </section>
    }
}

#[component]
fn DraftCard(
    device: Device,
    draft: DraftSummary,
    deleting: RwSignal<Option<(Uuid, String)>>,
) -> impl IntoView {
    let reader = use_reader();
    let id = draft.id;
    let named = StoredValue::new(draft.name.clone());
    let name = move |words: &'static Words| called(&named.get_value(), words);
    let (answered, askable) = (draft.progress.answered as usize, draft.progress.askable as usize);
    let form = draft.form.clone();
    let form_title = move || {
        let language = reader.language().tag();
        device.forms.with(|forms| {
            let version = forms.iter().find(|version| version.form.hash == form.hash);
            version.map_or_else(|| form.id.clone(), |version| forms::title(version, language))
        })
    };
    // What it is stands in the survey: the list may be seen by others.
    let danger = draft.in_danger.then(|| {
        view! {
            <p class="state bad" data-danger="true">
                <Icon shape=Shape::Alert small=true />
                {say(|w| w.left_urgent)}
            </p>
        }
    });
    let unkept = word_on(id).map(RwSignal::from).map(|word| {
        shown_when(
            move || word.get() == Word::Failed,
            move || {
                view! {
                    <p class="notice danger" role="alert" data-unkept="true">
                        <strong>{say(|w| w.save_failed)}</strong>
                        " "
                        {say(|w| w.save_failed_explained)}
                    </p>
                }
                .into_any()
            },
        )
    });
    let go_on = match draft.handed_on {
        Some(_) => view! {
            <p class="notice" data-given>{say(|w| w.handing.given)}</p>
            <A href=format!("/hand-on/{id}") attr:class="button" attr:data-action="see-given">{say(|w| w.handing.see)}</A>
        }
        .into_any(),
        None => view! {
            <A href=format!("/draft/{id}") attr:class="button" attr:data-action="continue">
                {say(|w| w.go_on)}
                <Icon shape=Shape::Next />
            </A>
            {shown_when(move || device.is_somebodys(), move || view! {
                <A href=format!("/hand-on/{id}") attr:class="small" attr:data-action="hand-on">{say(|w| w.handing.give)}</A>
            }.into_any())}
        }
        .into_any(),
    };
    view! {
        <article class=if draft.in_danger { "card danger" } else { "card" } data-draft=id.to_string()>
            {danger}
            {unkept}
            <div class="card-row">
                <div class="grow">
                    <h3 class="card-title">{say(name)}</h3>
                    <p class="soft small">{form_title}</p>
                </div>
                <button
                    type="button"
                    class="button plain icon-only danger"
                    data-action="delete"
                    aria-label=say(move |w| format!("{} {}", w.delete, name(w)))
                    on:click=move |_| deleting.set(Some((id, name(reader.words_now()))))
                >
                    <Icon shape=Shape::Bin />
                </button>
            </div>
            <progress class="meter" max=askable.max(1).to_string() value=answered.to_string() aria-hidden="true"></progress>
            <p class="soft small figures card-row">
                <span class="grow">{say(move |w| (w.answered_of)(answered, askable))}</span>
                <span>{say(move |w| when(draft.updated_at.ms, now(), w))}</span>
            </p>
            {go_on}
        </article>
    }
}

/// What a survey is called as long as its form has no name for it.
pub fn called(name: &str, words: &Words) -> String {
    if name.trim().is_empty() { words.unnamed.to_owned() } else { name.to_owned() }
}
