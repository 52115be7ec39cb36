//! A measure of the assessment, live: what it came to in words, what it waits for while it comes to nothing, and why when it is opened.

use doorstep_engine::assess::{Awaits, Explanation};
use doorstep_engine::view::QuestionView;
use leptos::prelude::*;

use super::{Asked, Control, Frame};
use crate::components::assessment::{AwaitedFrom, Without};
use crate::components::by_hand;
use crate::components::live::live;
use crate::components::reasons::Reasons;
use crate::state::answering::Answering;
use crate::state::reader::{say, use_reader};

/// See the module.
pub const CONTROL: Control = Control { name: "score", takes, frame: Frame::Bare, show };

fn takes(question: &QuestionView) -> bool {
    question.outcome.is_some()
}

fn show(asked: Asked) -> AnyView {
    let reader = use_reader();
    let answering = asked.answering;
    let name = asked.view.with_untracked(|view| view.name.to_string());
    // Made anew when an answer came, not when only the words of the label did.
    let told = Memo::new(move |_| {
        reader.language();
        answering.revision.track();
        answering.with(|session| session.explanation(&name))
    });
    let shown = move || {
        let words = reader.language().words();
        let shown = asked.view.with(|view| view.outcome.clone()).unwrap_or_default();
        if shown.is_empty() { words.cannot_say.to_owned() } else { shown }
    };
    view! {
        <p class="question-label">
            {live(move || match asked.view.with(|view| view.label.clone()) {
                // The measure has a name of its own.
                label if label.is_empty() => told.get().map(|told| told.label).unwrap_or_default(),
                label => label,
            })}
            <span class="optional">{say(|w| w.computed)}</span>
        </p>
        {live(move || asked.view.with(|view| view.hint.clone()).map(|hint| view! { <p class="hint">{hint}</p> }))}
        <output class="score-value" id=asked.id() tabindex="-1">{live(shown)}</output>
        {live(move || told.get().map(|told| with_reasons(asked, told)))}
    }
    .into_any()
}

/// What it waits for or was made without, in the open, and why, folded.
fn with_reasons(asked: Asked, told: Explanation) -> AnyView {
    let answering = asked.answering;
    let awaits = waits_for(answering, told.awaits.clone());
    let words = use_reader().words_now();
    let (without, decided, kept) = answering.with(|session| {
        let decided = by_hand::lines(&told, &by_hand::people(session), words);
        (session.made_without(&told.name), decided, session.kept_by_hand())
    });
    view! {
        {awaits}
        <Without parts=without />
        {by_hand::by_hand(decided)}
        {by_hand::kept(&kept, &told.name, words)}
        <Reasons told />
    }
    .into_any()
}

/// The questions that a figure waits for, each a way to it; nothing if it waits for none.
pub(super) fn waits_for(answering: Answering, awaits: Vec<Awaits>) -> Option<AnyView> {
    let seek = Callback::new(move |key| answering.sought.set(Some(key)));
    (!awaits.is_empty()).then(|| {
        view! {
            <div class="waits" data-waits="true">
                <AwaitedFrom awaits seek=Some(seek) />
            </div>
        }
        .into_any()
    })
}
