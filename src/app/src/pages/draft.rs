//! A draft: opened once, then shown page by page or as its review, until the reader goes elsewhere.

use doorstep_delivery::{Change, Uuid};
use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::use_params_map;

use super::form_page::FormPage;
use super::turning::Turning;
use crate::components::audited::Identify;
use crate::components::message::Message;
use crate::components::read_aloud::ReadsAloud;
use crate::parts::parts;
use crate::platform::{page as screen, timer};
use crate::state::answering::Answering;
use crate::state::device::use_device;
use crate::state::drafts::{self, Opening};
use crate::state::keeping::now;
use crate::state::reader::{say, use_reader};
use crate::state::seeking::field_id;
use crate::state::{aloud, auditing, awake, place, practice};

const FOCUS_TRIES: u32 = 20;
const FOCUS_WAIT_MS: u32 = 30;

/// The page at `/draft/:id`, its review at `/draft/:id/review`.
#[component]
pub fn DraftPage() -> impl IntoView {
    let params = use_params_map();
    let id =
        Memo::new(move |_| params.with(|params| params.get("id").and_then(|id| Uuid::parse_str(&id).ok())));
    move || match id.get() {
        Some(id) => opening(id).into_any(),
        None => gone().into_any(),
    }
}

fn opening(id: Uuid) -> impl IntoView {
    let device = use_device();
    let opening = RwSignal::new(Opening::Loading);
    let owner = Owner::current().unwrap_or_default();
    let open = move |take_over: bool| {
        let owner = owner.clone();
        timer::spawn(async move {
            let opened = drafts::open(device, id, take_over, owner).await;
            if !opening.is_disposed() {
                opening.set(opened);
            }
        });
    };
    open(false);
    let take_over = StoredValue::new_local(open);
    move || {
        match opening.get() {
        Opening::Loading => view! { <p class="opening" role="status">{say(|w| w.loading)}</p> }.into_any(),
        Opening::Open(answering, lost) => view! { <OpenDraft answering id lost /> }.into_any(),
        Opening::Sealed(session) => (parts().sealed_assessment)(session, id),
        Opening::Gone => gone().into_any(),
        Opening::Elsewhere => view! {
            <Message heading=|w| w.draft_elsewhere explained=Signal::derive(say(|w| w.draft_elsewhere_explained.to_owned()))>
                <button
                    type="button"
                    class="button"
                    data-action="take-over"
                    on:click=move |_| take_over.with_value(|open| open(true))
                >
                    {say(|w| w.take_here)}
                </button>
            </Message>
        }
        .into_any(),
        Opening::HandedOn => view! {
            <Message heading=|w| w.handing.given explained=Signal::derive(say(|w| w.handing.given_explained.to_owned()))>
                <A href=format!("/hand-on/{id}") attr:class="button">{say(|w| w.handing.see)}</A>
            </Message>
        }
        .into_any(),
        Opening::FormGone => view! {
            <Message heading=|w| w.form_gone explained=Signal::derive(say(|w| w.form_gone_explained.to_owned())) />
        }
        .into_any(),
        Opening::Broken(place) => view! {
            <Message heading=|w| w.draft_broken explained=Signal::derive(say(move |w| (w.draft_broken_explained)(&place))) />
        }
        .into_any(),
        Opening::Failed => view! {
            <Message heading=|w| w.store_failed explained=Signal::derive(say(|w| w.store_failed_explained.to_owned())) />
        }
        .into_any(),
    }
    }
}

fn gone() -> impl IntoView {
    view! { <Message heading=|w| w.draft_gone explained=Signal::derive(say(|w| w.draft_gone_explained.to_owned())) /> }
}

/// What lives as long as the draft is on the screen, whatever page of it.
#[component]
fn OpenDraft(answering: Answering, id: Uuid, lost: usize) -> impl IntoView {
    let device = use_device();
    let reader = use_reader();
    let turning = Turning::new(answering, id);

    // The form is read in the reader's language.
    Effect::new(move || answering.read_in(reader.language().tag()));
    awake::while_shown();
    let aloud = aloud::is_wanted();
    ReadsAloud::provide(Signal::stored(aloud));
    resume(answering, turning, lost);
    come_back(answering, turning, id);
    seek(answering, turning);

    let keeping = answering.keeping();
    let hidden = {
        let keeping = keeping.clone();
        screen::on_hide(move || {
            keeping.hurry();
            place::hold();
        })
    };
    let asked = screen::on_question(move |field| {
        if let Some(key) = answering.question_of_field(field) {
            place::at(id, answering.with(|session| session.path(key)));
            if answering.whole
                && let Some(section) = answering.section_of(key)
                && turning.section.get_untracked() != Some(section)
            {
                turning.section.set(Some(section));
                answering.stands_in(section);
            }
        }
    });
    let watching = StoredValue::new_local((hidden, asked, keeping));
    on_cleanup(move || {
        watching.with_value(|(_, _, keeping)| {
            auditing::leave(keeping);
            keeping.hurry();
        });
        practice::end(id);
        // The list at home shows how far it is now.
        timer::spawn(async move {
            timer::sleep(50).await;
            device.read().await;
        });
    });

    let awaits_user = RwSignal::new(answering.awaits_user());
    move || {
        if awaits_user.get() {
            view! { <Identify answering done=move |()| awaits_user.set(false) /> }.into_any()
        } else if turning.at_assessment.get() {
            (parts().assessment)(answering, turning)
        } else if turning.finished.get() && answering.is_practice() {
            (parts().practice_over)(answering, id)
        } else if turning.finished.get() {
            gone().into_any()
        } else if turning.at_review.get() {
            (parts().review)(answering, turning)
        } else {
            view! { <FormPage answering turning lost /> }.into_any()
        }
    }
}

/// Goes on where the draft was left, unless the address says otherwise.
fn resume(answering: Answering, turning: Turning, lost: usize) {
    let keeping = answering.keeping();
    let cursor = keeping.cursor();
    if lost > 0 {
        // What could not be taken again is dropped from the device only with a snapshot of all the rest.
        keeping.record(now(), Change::Page(cursor.clone()));
        keeping.hurry();
    }
    let page = cursor.page.and_then(|path| answering.with(|session| session.at(&path)));
    if answering.whole {
        turning.section.set(page);
        turning.wanted.set(page);
    }
    if turning.at_review.get_untracked() || turning.at_assessment.get_untracked() {
        turning.left_at.set(page);
        return;
    }
    if answering.whole {
        answering.card.set(cursor.card.and_then(|path| answering.with(|session| session.at(&path))));
        return;
    }
    if turning.is_named.get_untracked() {
        if page.is_some() && page == turning.page.get_untracked() {
            answering.card.set(cursor.card.and_then(|path| answering.with(|session| session.at(&path))));
        }
        return;
    }
    if let Some(page) = page {
        // At once: a first page that is shown meanwhile would be where the draft is next.
        turning.left_at.set(Some(page));
        turning.to_page_instead(page);
    }
    answering.card.set(cursor.card.and_then(|path| answering.with(|session| session.at(&path))));
}

/// After a lock or a reload: to the very question, if it is on the page where the draft is open.
fn come_back(answering: Answering, turning: Turning, id: Uuid) {
    let Some(path) = place::take(id) else { return };
    let Some(key) = answering.with(|session| session.at(&path)) else { return };
    if turning.at_review.get_untracked() || turning.at_assessment.get_untracked() {
        return;
    }
    let page = answering.page_of(key);
    let here = turning.left_at.get_untracked().filter(|_| !answering.whole).or(turning.page.get_untracked());
    if page.is_some() && page == here {
        turning.wanted.set(None);
        answering.sought.set(Some(key));
    }
}

/// A node that is sought gets its page, its card and the focus.
fn seek(answering: Answering, turning: Turning) {
    Effect::new(move || {
        let Some(sought) = answering.sought.get() else { return };
        let Some(page) = answering.page_of(sought) else { return };
        if turning.at_review.get() || turning.at_assessment.get() || turning.page.get() != Some(page) {
            turning.to_page(page);
            return;
        }
        if let Some(instance) = answering.instance_of(sought) {
            answering.open_card(Some(instance));
        }
        timer::spawn(async move {
            // The page and the card are there after a frame or two.
            let mut tries = 0;
            while tries < FOCUS_TRIES && !answering.is_gone() {
                timer::sleep(FOCUS_WAIT_MS).await;
                if screen::focus(&field_id(sought)) {
                    break;
                }
                // A long page may take longer to be there.
                tries += u32::from(answering.slices.more.try_get_untracked() != Some(true));
            }
            if !answering.sought.is_disposed() {
                answering.sought.set(None);
            }
        });
    });
}
