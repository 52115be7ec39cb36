//! What a control is given: its question, where its answers go, and what is to be said of them.

use std::sync::Arc;

use doorstep_engine::value::Value;
use doorstep_engine::view::{ChoiceView, Key, QuestionView, ViolationKind};
use leptos::prelude::*;

use crate::state::answering::Answering;
use crate::state::reader::use_reader;
use crate::state::seeking::{field_id, violation_words};

/// A question on the screen. Its signals live as long as the row; the answers do not live in it.
#[derive(Clone, Copy)]
pub struct Asked {
    /// Which.
    pub key: Key,
    /// As the engine shows it.
    pub view: RwSignal<QuestionView>,
    /// Where answers go.
    pub answering: Answering,
    /// Was the field left since it was last right? Then mistakes of typing are said.
    left: RwSignal<bool>,
    /// What is said to be wrong now.
    pub wrong: Memo<Option<String>>,
}

impl Asked {
    /// Within the row's owner. Nothing if the question is gone.
    pub fn new(answering: Answering, key: Key, page: Key) -> Option<Asked> {
        let view = RwSignal::from(answering.question(key)?);
        let left = RwSignal::new(false);
        let reader = use_reader();
        let wrong = Memo::new(move |_| {
            let violation = view.with(|view| view.violation.clone())?;
            // No scolding while typing: a mistake is said once its field was left, what is missing once the page was.
            let said = match violation.kind {
                ViolationKind::Required => false,
                ViolationKind::Constraint | ViolationKind::Type(_) => left.get(),
            };
            let said = said || answering.checked.with(|pages| pages.contains(&page));
            said.then(|| violation_words(&violation, reader.language().words()))
        });
        Some(Asked { key, view, answering, left, wrong })
    }

    /// The id of the field, or of the fieldset.
    pub fn id(self) -> String {
        field_id(self.key)
    }

    /// The id of a part of the question: its hint, its mistake.
    pub fn part(self, part: &str) -> String {
        format!("{}-{part}", field_id(self.key))
    }

    /// Which parts describe the field.
    pub fn described_by(self) -> impl Fn() -> Option<String> + Send + Copy + 'static {
        move || {
            let hint = self.view.with(|view| view.hint.is_some()).then(|| self.part("hint"));
            let wrong = self.wrong.with(Option::is_some).then(|| self.part("wrong"));
            match (hint, wrong) {
                (Some(hint), Some(wrong)) => Some(format!("{hint} {wrong}")),
                (hint, wrong) => hint.or(wrong),
            }
        }
    }

    /// For `aria-invalid`.
    pub fn is_wrong(self) -> impl Fn() -> Option<&'static str> + Send + Copy + 'static {
        move || self.wrong.with(Option::is_some).then_some("true")
    }

    /// The answer, for what must follow it and nothing else.
    pub fn value(self) -> Memo<Value> {
        Memo::new(move |_| self.view.with(|view| view.value.clone()))
    }

    /// The choices, for what must follow them and nothing else.
    pub fn choices(self) -> Memo<Arc<[ChoiceView]>> {
        Memo::new(move |_| self.view.with(|view| view.choices.clone()))
    }

    /// Gives an answer.
    pub fn give(self, value: Value) {
        self.answering.answer(self.key, value);
        self.forgive();
    }

    /// Gives an answer as typed.
    pub fn give_text(self, text: &str) {
        self.answering.answer_text(self.key, text);
        self.forgive();
    }

    /// The field was left: from now on its mistakes are said, until it is right again.
    pub fn leave(self) {
        if self.view.with_untracked(|view| view.violation.is_some() && !view.value.is_blank()) {
            self.left.set(true);
        }
        self.answering.left.update(|left| *left += 1);
    }

    fn forgive(self) {
        if self.left.get_untracked() && self.view.with_untracked(|view| view.violation.is_none()) {
            self.left.set(false);
        }
    }

    /// The appearance and other things that a form does not change while it runs.
    pub fn looks(self, appearance: &str) -> bool {
        self.view.with_untracked(|view| super::looks(view, appearance))
    }
}
