//! Answers that are typed: what stands in the field is the reader's until the field is left.
//!
//! Without this, `12.` would become `12` under the reader's hands before the `5` is typed, and a Chinese input
//! method would be cut off in the middle of a word.

use doorstep_engine::value::Value;
use leptos::prelude::*;

use super::Asked;
use crate::platform::page;

/// The text of a field, and when it becomes an answer.
#[derive(Clone, Copy)]
pub struct Typed {
    asked: Asked,
    text: RwSignal<String>,
    composing: StoredValue<bool>,
    /// From the answer to the field, and back.
    show: fn(&Value) -> String,
    read: fn(&str) -> String,
}

impl Typed {
    /// A field whose text is the answer's own.
    pub fn new(asked: Asked) -> Typed {
        Typed::through(asked, Value::to_text, str::to_owned)
    }

    /// A field that writes the answer in another way than an instance does.
    pub fn through(asked: Asked, show: fn(&Value) -> String, read: fn(&str) -> String) -> Typed {
        let text = RwSignal::new(asked.view.with_untracked(|view| show(&view.value)));
        let typed = Typed { asked, text, composing: StoredValue::new(false), show, read };
        let value = asked.value();
        Effect::new(move || {
            let value = value.get();
            if typed.text.with_untracked(|text| typed.value_of(text)) != value {
                typed.text.set(show(&value));
            }
        });
        typed
    }

    /// What is to stand in the field: for `prop:value`.
    pub fn text(self) -> impl Fn() -> String + Send + Copy + 'static {
        move || self.text.get()
    }

    /// Something was typed. While an input method composes, nothing is answered.
    pub fn input(self, text: String) {
        if !self.composing.get_value() {
            // The field has it already: setting it again would move the caret.
            self.text.update_untracked(|old| old.clone_from(&text));
            self.asked.give_text(&(self.read)(&text));
        }
    }

    /// An input method begins to compose.
    pub fn compose(self) {
        self.composing.set_value(true);
    }

    /// It has composed.
    pub fn composed(self, text: String) {
        self.composing.set_value(false);
        self.input(text);
    }

    /// The field was left: it shows the answer as it was understood.
    pub fn leave(self) {
        // A field that goes with its page is left, too: after its row is gone.
        let Some(shown) = self.asked.view.try_with_untracked(|view| (self.show)(&view.value)) else { return };
        self.composing.set_value(false);
        self.asked.leave();
        self.text.set(shown);
    }

    fn value_of(self, text: &str) -> Value {
        let data_type = self.asked.view.with_untracked(|view| view.data_type);
        Value::read(data_type, &(self.read)(text))
    }
}

/// The keyboard's "next" key goes to the next field. Not while an input method composes: there it picks a word.
pub fn next_on_enter(event: leptos::ev::KeyboardEvent) {
    if event.key() == "Enter" && !event.is_composing() {
        event.prevent_default();
        page::focus_next();
    }
}
