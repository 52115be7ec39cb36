//! That what is said is recorded, because the form wants it: asked before it begins, said on every page while it goes on, and taken back with two taps.

use leptos::prelude::*;

use super::icon::{Icon, Shape};
use super::live::live;
use crate::platform::timer;
use crate::state::answering::Answering;
use crate::state::background_sound::State;
use crate::state::reader::{say, use_reader};
use crate::words::Words;

/// Over a page of a survey; nothing where the form wants none. `first`: is it the first page, where all that was decided is said?
#[component]
pub fn Recorded(answering: Answering, #[prop(into)] first: Signal<bool>) -> impl IntoView {
    let sound = answering.sound;
    live(move || {
        let state = sound.state.get()?;
        let shown = match state {
            State::Offered | State::Asking | State::Recording => true,
            State::Kept | State::Declined | State::None | State::Failed => first.get(),
        };
        shown.then(|| notice(answering, state))
    })
}

fn notice(answering: Answering, state: State) -> AnyView {
    let reader = use_reader();
    let sound = answering.sound;
    let line = move || {
        let words = &reader.language().words().audit;
        match state {
            State::Offered => words.sound_offered.to_owned(),
            State::Asking => words.sound_asking.to_owned(),
            State::Recording => (words.sound_recording)(sound.seconds.get()),
            State::Kept => words.sound_kept.to_owned(),
            State::Declined => words.sound_declined.to_owned(),
            State::None => words.sound_none.to_owned(),
            State::Failed => words.sound_failed.to_owned(),
        }
    };
    let (class, name) = match state {
        State::Offered => ("notice warn", "offered"),
        State::Asking => ("notice warn", "asking"),
        State::Recording => ("notice danger", "recording"),
        State::Kept => ("notice", "kept"),
        State::Declined => ("notice", "declined"),
        State::None => ("notice", "none"),
        State::Failed => ("notice danger", "failed"),
    };
    let end = move || timer::spawn(async move { answering.end_sound().await });
    let begin = move || answering.record_sound();
    let buttons = match state {
        State::Offered => view! {
            {button("sound-begin", "button main", |w| w.audit.sound_begin, begin)}
            {button("sound-decline", "button", |w| w.audit.sound_decline, move || answering.decline_sound())}
        }
        .into_any(),
        State::Recording => button("sound-end", "button", |w| w.audit.sound_end, end),
        State::Kept => {
            button("sound-drop", "button plain", |w| w.audit.sound_drop, move || answering.drop_sound())
        }
        State::Declined | State::None | State::Failed => {
            button("sound-begin", "button plain", |w| w.audit.sound_begin, begin)
        }
        State::Asking => ().into_any(),
    };
    // A second that passes is not told to who listens.
    let role = (state != State::Recording).then_some("status");
    view! {
        <section class=class data-sound=name>
            <p class="card-row figures" role=role>
                {(state == State::Recording).then(|| view! { <Icon shape=Shape::Alert small=true /> })}
                <span>{live(line)}</span>
            </p>
            <div class="actions">{buttons}</div>
        </section>
    }
    .into_any()
}

fn button(
    action: &'static str,
    class: &'static str,
    word: fn(&'static Words) -> &'static str,
    press: impl Fn() + 'static,
) -> AnyView {
    view! { <button type="button" class=class data-action=action on:click=move |_| press()>{say(word)}</button> }
        .into_any()
}
