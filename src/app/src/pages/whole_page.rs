//! A form that is all in one page: what would be pages are its sections, one below the other.
//!
//! Kept here: its top is there at once and the rest comes in slices ([`Slices`](crate::state::slices::Slices)); nothing of an answer's work goes over the whole form.

use doorstep_engine::view::{Item, Key};
use leptos::prelude::*;

use super::form_page::{HEADING, Place};
use super::turning::{Turning, start_at};
use crate::components::error_summary::ErrorSummary;
use crate::components::items::items_in_turn;
use crate::components::live::live;
use crate::platform::{page as screen, timer};
use crate::state::answering::Answering;
use crate::state::reader::use_reader;
use crate::state::seeking::section_id;
use crate::state::whole::WHOLE;
use crate::words::direction::Direction;

const TRIES: u32 = 20;
const WAIT_MS: u32 = 30;

/// How far the whole form is.
pub fn place(answering: Answering) -> Place {
    answering.pages.with(|pages| {
        let all = pages.iter().map(|page| page.progress);
        let (answered, askable) =
            all.fold((0, 0), |(answered, askable), of| (answered + of.answered, askable + of.askable));
        Place { number: None, answered, askable }
    })
}

/// All questions of the form.
#[component]
pub fn WholeBody(
    answering: Answering,
    turning: Turning,
    place: Memo<Place>,
    form_title: Memo<String>,
) -> impl IntoView {
    answering.turn_to(WHOLE);
    let reader = use_reader();
    let tongue = answering.other_tongue(reader);
    if answering.sought.get_untracked().is_none() && turning.wanted.get_untracked().is_none() {
        start_at(HEADING);
    }
    Effect::new(move || {
        if let Some(section) = turning.wanted.get() {
            turning.wanted.set(None);
            go_to(answering, turning, section);
        }
    });
    view! {
        <div
            class="page-body whole" data-page=answering.page_name(WHOLE)
            lang=live(move || tongue.get()) dir=live(move || tongue.get().map(|tag| Direction::of(&tag).attribute()))
        >
            <div class="page-head">
                <h1 id=HEADING tabindex="-1">{live(move || form_title.get())}</h1>
                <p class="soft small figures">{live(move || place.get().said(reader.language().words()))}</p>
            </div>
            <ErrorSummary answering page=WHOLE />
            {items_in_turn(answering, answering.with(|session| session.whole()), WHOLE)}
        </div>
    }
}

/// To the heading of a section; to its first question, if it has none.
fn go_to(answering: Answering, turning: Turning, section: Key) {
    turning.section.set(Some(section));
    let view = answering.pages.with_untracked(|pages| pages.iter().find(|view| view.key == section).cloned());
    let Some(view) = view else { return };
    if view.label.is_empty() {
        let first = view.items.iter().find_map(|item| match item {
            Item::Question(key) => Some(*key),
            Item::Group(_) | Item::Repeat(_) => None,
        });
        return answering.sought.set(first);
    }
    answering.stands_in(section);
    let heading = section_id(section);
    timer::spawn(async move {
        let mut tries = 0;
        while tries < TRIES && !answering.is_gone() {
            if screen::focus(&heading) {
                screen::scroll_to(&heading);
                break;
            }
            timer::sleep(WAIT_MS).await;
            // What lies far below may not be made yet.
            tries += u32::from(answering.slices.more.try_get_untracked() != Some(true));
        }
    });
}
