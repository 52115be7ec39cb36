//! Sound, recorded here (`audio`); a file may be chosen instead. What is recorded is kept when it ends.

use doorstep_engine::value::Value;
use doorstep_engine::view::{Control as Kind, QuestionView};
use leptos::prelude::*;

use super::upload::{self, Media, Place};
use super::{Asked, Control, Frame, is_of};
use crate::components::live::{live, shown_when};
use crate::platform::recorder::{self, Rate, Recording};
use crate::platform::stream::{self, Wanted};
use crate::platform::timer;
use crate::state::reader::{say, use_reader};

/// See the module.
pub const CONTROL: Control = Control { name: "sound", takes: is_sound, frame: Frame::Group, show };

/// How often it is said how long it is.
const TELL_MS: u32 = 1_000;

fn is_sound(question: &QuestionView) -> bool {
    question.control == Kind::Upload && is_of(question, "audio/")
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Idle,
    /// The reader is asked whether the microphone may be used.
    Asking,
    Recording,
    Keeping,
    /// The microphone was refused, or there is none.
    None,
    Failed,
}

fn show(asked: Asked) -> AnyView {
    let reader = use_reader();
    let state = RwSignal::new(State::Idle);
    let seconds = RwSignal::new(0u32);
    // Dropped with the question: whoever leaves the page has ended it.
    let recording = StoredValue::new_local(None::<Recording>);
    let begin = move || {
        state.set(State::Asking);
        timer::spawn(async move {
            let stream = stream::open(Wanted::Sound).await;
            if state.is_disposed() {
                return;
            }
            let begun = stream.and_then(|stream| Recording::of(stream, Rate::default()));
            let Some(begun) = begun else { return state.set(State::None) };
            recording.set_value(Some(begun));
            seconds.set(0);
            state.set(State::Recording);
            while state.try_get_untracked() == Some(State::Recording) {
                timer::sleep(TELL_MS).await;
                seconds.try_update(|seconds| *seconds += 1);
            }
        });
    };
    let end = move || {
        let Some(ended) = recording.try_update_value(Option::take).flatten() else { return };
        state.set(State::Keeping);
        timer::spawn(async move { keep(asked, ended, state).await });
    };
    let press = move |_| match state.get_untracked() {
        State::Recording => end(),
        State::Idle | State::None | State::Failed => begin(),
        State::Asking | State::Keeping => {}
    };
    let button = move || {
        let words = reader.language().words();
        match state.get() {
            State::Recording => (words.controls.record_end)(seconds.get()),
            State::Keeping => words.file_working.to_owned(),
            State::Asking => words.controls.record_asking.to_owned(),
            State::Idle | State::None | State::Failed => words.controls.record.to_owned(),
        }
    };
    let said = move || {
        let words = reader.language().words();
        match state.get() {
            State::None => words.controls.record_none,
            State::Failed => words.file_failed,
            State::Recording => words.controls.recording,
            State::Idle | State::Asking | State::Keeping => "",
        }
    };
    let record = move || {
        view! {
        <button type="button" class="button" data-action="record" class:danger=live(move || state.get() == State::Recording) on:click=press>{live(button)}</button>
        <p class="hint" role="status">{live(said)}</p>
    }.into_any()
    };
    view! {
        <div class="choices">{shown_when(recorder::can_record, record)}</div>
        {shown_when(move || !matches!(state.get(), State::Recording | State::Keeping), move || upload::show(asked))}
        {(!recorder::can_record()).then(|| view! { <p class="hint">{say(|w| w.controls.record_none)}</p> })}
    }
    .into_any()
}

async fn keep(asked: Asked, ended: Recording, state: RwSignal<State>) {
    let (place, answering, key) = (Place::of(asked), asked.answering, asked.key);
    let kept = match ended.end().await {
        Some(recorded) => place.keep(&recorded, Media::Other).await.ok(),
        None => None,
    };
    // The page may have been turned by now: the answer is given all the same.
    if let (Some(name), false) = (&kept, answering.is_gone()) {
        answering.answer(key, Value::Attachment(name.as_str().into()));
    }
    state.try_set(if kept.is_some() { State::Idle } else { State::Failed });
}
