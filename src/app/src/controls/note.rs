//! Words to read; a calculated value may stand in them or below.

use crate::components::icon::{Icon, Shape};
use crate::components::live::live;
use crate::components::marked::marked;
use crate::components::rejected::rests_on_rejected;
use crate::platform::page;
use doorstep_engine::view::Control as Kind;
use leptos::prelude::*;

use super::{Asked, Control, Frame, readable};

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
        {live(move || value.get().map(|value| view! { <p class="shown-value">{value}</p> }))}
        {rests_on_rejected(asked.answering, asked.key)}
    }
    .into_any()
}
