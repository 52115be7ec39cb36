//! A measure of the assessment, live: what it came to in words, and why when it is opened.

use doorstep_engine::view::QuestionView;
use leptos::prelude::*;

use super::{Asked, Control, Frame};
use crate::components::live::live;
use crate::components::reasons::Reasons;
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
            {live(move || asked.view.with(|view| view.label.clone()))}
            <span class="optional">{say(|w| w.computed)}</span>
        </p>
        {live(move || asked.view.with(|view| view.hint.clone()).map(|hint| view! { <p class="hint">{hint}</p> }))}
        <output class="score-value" id=asked.id() tabindex="-1">{live(shown)}</output>
        {live(move || told.get().map(|told| view! { <Reasons told /> }))}
    }
    .into_any()
}
