//! Giving a draft to a colleague: a QR code that they scan, and what became of it; the draft goes from here once they have kept it.

use doorstep_delivery::hand_over::HandedOn;
use doorstep_delivery::{DraftSummary, Uuid};
use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::use_params_map;

use super::draft_card::called;
use crate::components::live::live;
use crate::components::message::Message;
use crate::components::qr::picture;
use crate::components::top_bar::TopBar;
use crate::platform::timer;
use crate::state::device::{Device, use_device};
use crate::state::handing_over::{NotOffered, Offered, Where, give, keep_here, settle, take_back};
use crate::state::keeping::now;
use crate::state::reader::{say, title, use_reader};
use crate::words::Words;
use crate::words::handing::HandingWords;

/// How often it is asked what became of it.
const LOOK_MS: u32 = 2_000;
/// After so long without a word of whoever fetched it, in milliseconds, its reader decides.
const STUCK_MS: i64 = 15 * 60_000;

#[derive(Clone, PartialEq)]
enum Standing {
    /// Nothing was done yet.
    Here,
    Making,
    /// The code is on the screen.
    Offered(Offered),
    /// It waits, and nobody here knows its code any more.
    Waiting,
    Taken(Option<String>),
    Kept(Option<String>),
    /// Nobody came: it is this device's again.
    Over,
    Failed(NotOffered),
}

/// The page at `/hand-on/:id`.
#[component]
pub fn HandOnPage() -> impl IntoView {
    let device = use_device();
    let params = use_params_map();
    title(|words| words.handing.give.to_owned());
    let id = params.with_untracked(|params| params.get("id").and_then(|id| Uuid::parse_str(&id).ok()));
    let draft = RwSignal::new(None::<DraftSummary>);
    let read = RwSignal::new(false);
    timer::spawn(async move {
        // The list may not be read yet, where the page is opened by its address.
        device.read().await;
        let found =
            device.drafts.with_untracked(|all| all.iter().find(|draft| Some(draft.id) == id).cloned());
        draft.try_set(found);
        read.try_set(true);
    });
    live(move || {
        match (draft.get(), read.get()) {
        (Some(draft), _) => view! { <Giving device draft /> }.into_any(),
        (None, true) => view! {
            <Message heading=|w| w.draft_gone explained=Signal::derive(say(|w| w.draft_gone_explained.to_owned())) />
        }
        .into_any(),
        (None, false) => view! { <p class="opening" role="status">{say(|w| w.loading)}</p> }.into_any(),
    }
    })
}

#[component]
fn Giving(device: Device, draft: DraftSummary) -> impl IntoView {
    let id = draft.id;
    let standing = RwSignal::new(if draft.handed_on.is_some() { Standing::Waiting } else { Standing::Here });
    let unsure = RwSignal::new(false);
    let on = move || {
        let is_it = |draft: &&DraftSummary| draft.id == id;
        device.drafts.with_untracked(|all| all.iter().find(is_it).and_then(|draft| draft.handed_on.clone()))
    };
    let looking = timer::every(LOOK_MS, move || {
        let is_asked =
            matches!(standing.get_untracked(), Standing::Offered(_) | Standing::Waiting | Standing::Taken(_));
        let Some(on) = on().filter(|_| is_asked) else { return };
        timer::spawn(async move {
            let is = settle(device, id, &on).await;
            unsure.try_set(is.is_none());
            match is {
                Some(Where::Taken(who)) => drop(standing.try_set(Standing::Taken(who))),
                Some(Where::Kept(who)) => drop(standing.try_set(Standing::Kept(who))),
                Some(Where::Over) => drop(standing.try_set(Standing::Over)),
                Some(Where::Waiting) | None => {}
            }
        });
    });
    let looking = StoredValue::new_local(looking);
    on_cleanup(move || looking.dispose());
    let make = move |_| {
        standing.set(Standing::Making);
        timer::spawn(async move {
            let offered = give(device, id).await;
            standing.try_set(offered.map_or_else(Standing::Failed, Standing::Offered));
        });
    };
    let back = move |_| {
        let Some(on) = on() else { return standing.set(Standing::Here) };
        timer::spawn(async move {
            match take_back(device, id, &on).await {
                Some(Where::Over) => drop(standing.try_set(Standing::Over)),
                // What somebody has is gone on with there.
                Some(_) => drop(standing.try_set(Standing::Taken(None))),
                None => drop(unsure.try_set(true)),
            }
        });
    };
    let mine = move |_| {
        timer::spawn(async move {
            if keep_here(device, id).await.is_ok() {
                standing.try_set(Standing::Over);
            }
        });
    };
    let theirs = move |_| {
        device.delete_draft(id);
        standing.set(Standing::Kept(None));
    };
    let make_button = move || {
        view! {
            <button type="button" class="button main" data-action="make-code" on:click=make>{say(|w| w.handing.make)}</button>
        }
    };
    let back_button = move || {
        view! {
            <button type="button" class="button" data-action="take-back" on:click=back>{say(|w| w.handing.take_back)}</button>
        }
    };
    let go_on = move || {
        view! {
            <A href=format!("/draft/{id}") attr:class="button main" attr:data-action="continue">{say(|w| w.go_on)}</A>
        }
    };
    let shown = move || match standing.get() {
        Standing::Here => view! { <p>{say(|w| w.handing.explained)}</p> {make_button()} }.into_any(),
        Standing::Making => told("making", |w| w.making),
        Standing::Offered(offered) => view! { {code(&offered)} {back_button()} }.into_any(),
        Standing::Waiting => view! { {told("waiting", |w| w.waiting)} {back_button()} }.into_any(),
        Standing::Taken(who) => {
            let named = who.clone().unwrap_or_default();
            let is_stuck = on().is_some_and(|on: HandedOn| now().ms - on.at.ms > STUCK_MS);
            view! {
                <p role="status" data-handed-on="taken">{say(move |w| (w.handing.taken)(&named))}</p>
                {is_stuck.then(|| view! {
                    <p class="notice warn" data-stuck>{say(|w| w.handing.stuck)}</p>
                    <div class="actions">
                        <button type="button" class="button" data-action="mine" on:click=mine>{say(|w| w.handing.mine)}</button>
                        <button type="button" class="button danger" data-action="theirs" on:click=theirs>{say(|w| w.handing.theirs)}</button>
                    </div>
                })}
            }
            .into_any()
        }
        Standing::Kept(who) => {
            let named = who.unwrap_or_default();
            view! { <p class="notice good" role="status" data-handed-on="kept">{say(move |w| (w.handing.kept)(&named))}</p> }.into_any()
        }
        Standing::Over => view! { {told("over", |w| w.over)} {go_on()} }.into_any(),
        Standing::Failed(why) => view! {
            <p class="notice danger" role="alert" data-handed-on="failed">{say(move |w| why_not(why, w))}</p>
            {make_button()}
        }
        .into_any(),
    };
    let named = draft.name.clone();
    view! {
        <TopBar title=Signal::derive(say(|w| w.handing.give.to_owned())) />
        <main id="main" tabindex="-1" data-page="hand-on">
            <h1>{say(|w| w.handing.give)}</h1>
            <p class="card-title">{say(move |w| called(&named, w))}</p>
            <div class="stack">{live(shown)}</div>
            {live(move || unsure.get().then(|| view! { <p class="notice warn" role="status" data-unsure>{say(|w| w.handing.unsure)}</p> }))}
            <p class="lone"><A href="/">{say(|w| w.home)}</A></p>
        </main>
    }
}

fn told(tag: &'static str, words: fn(&'static HandingWords) -> &'static str) -> AnyView {
    view! { <p role="status" data-handed-on=tag>{say(move |w| words(&w.handing))}</p> }.into_any()
}

fn code(offered: &Offered) -> AnyView {
    let reader = use_reader();
    let named = live(move || reader.language().words().handing.code);
    view! {
        <p role="status" data-handed-on="offered">{say(|w| w.handing.scan)}</p>
        <div class="shown-qr">{picture(&offered.link, named)}</div>
        <p>{say(|w| w.handing.typed)} " " <strong class="figures" data-hand-over-code translate="no">{offered.code.clone()}</strong></p>
        <p class="soft">{say(|w| w.handing.once)}</p>
    }
    .into_any()
}

fn why_not(why: NotOffered, words: &'static Words) -> &'static str {
    let words = &words.handing;
    match why {
        NotOffered::NoServer => words.no_server,
        NotOffered::Forbidden => words.forbidden,
        NotOffered::Elsewhere => words.elsewhere,
        NotOffered::Gone => words.gone,
        NotOffered::Device => words.device,
    }
}
