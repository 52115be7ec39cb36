//! Words to read; a calculated value may stand in them or below.

use crate::components::icon::{Icon, Shape};
use crate::components::live::live;
use crate::components::marked::marked;
use crate::components::rejected::rests_on_rejected;
use crate::platform::page;
use crate::state::reader::use_reader;
use doorstep_engine::session::Session;
use doorstep_engine::view::{Control as Kind, Key, ScopeId};
use leptos::prelude::*;

use super::{Asked, Control, Frame, beside_words, readable};

/// See the module.
pub const CONTROL: Control =
    Control { name: "note", takes: |question| question.control == Kind::Note, frame: Frame::Bare, show };

fn show(asked: Asked) -> AnyView {
    let value = Memo::new(move |_| asked.view.with(readable));
    // A form says so of what must not be passed over: loud, and told at once to who listens.
    let (class, role, icon) = match (asked.looks("danger"), asked.looks("warning")) {
        (true, _) => ("note-words notice danger", Some("alert"), true),
        (false, true) => ("note-words notice warn", Some("status"), true),
        (false, false) => ("note-words", None, false),
    };
    let id = asked.id();
    if asked.looks("danger") {
        // What must not be passed over must not stay below the screen's edge either.
        Effect::new(move || page::reveal(&id));
    }
    view! {
        <p class=class role=role id=asked.id() tabindex="-1">
            <span>
                {icon.then(|| view! { <Icon shape=Shape::Alert small=true />" " })}
                {live(move || asked.view.with(|view| marked(&view.label)))}
            </span>
        </p>
        {live(move || asked.view.with(|view| view.hint.clone()).map(|hint| view! { <p class="hint">{marked(&hint)}</p> }))}
        {beside_words(asked)}
        {asked.looks("danger").then(|| whom(asked))}
        {live(move || value.get().map(|value| view! { <p class="shown-value">{value}</p> }))}
        {rests_on_rejected(asked.answering, asked.key)}
    }
    .into_any()
}

/// Does a note of danger speak of the household? Within a person's card it is theirs.
fn is_danger_told(session: &Session, note: Key) -> bool {
    note.scope == ScopeId(0) && session.flags_up() > 0
}

/// The dangers that are up, all of them, and whom they are about.
fn whom(asked: Asked) -> AnyView {
    let reader = use_reader();
    let answering = asked.answering;
    let told = Memo::new(move |_| {
        reader.language();
        answering.revision.track();
        answering
            .with(|session| if is_danger_told(session, asked.key) { session.dangers() } else { Vec::new() })
    });
    live(move || {
        let words = reader.words_now();
        let rows = told.get().into_iter().map(|danger| {
            let whom = (words.concerns)(&danger.whom.join(words.between));
            let whom = (!danger.whom.is_empty()).then(|| format!(" · {whom}"));
            let to_do = danger.to_do.map(|to_do| view! { <p>{marked(&to_do)}</p> });
            view! { <div class="danger-of"><p><strong>{danger.label} {whom}</strong></p>{to_do}</div> }
        });
        rows.collect_view()
    })
    .into_any()
}
