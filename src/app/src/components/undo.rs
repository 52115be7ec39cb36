//! Takes the last change back and leads to where it was: a button under the thumb, and Ctrl+Z where no text is being typed.

use leptos::prelude::*;

use super::icon::{Icon, Shape};
use super::live::live;
use crate::platform::{keys, page as screen};
use crate::state::answering::Answering;
use crate::state::reader::{say, use_reader};

/// The button, and what it says to screen readers once it was pressed.
#[component]
pub fn Undo(answering: Answering) -> impl IntoView {
    let reader = use_reader();
    let said = RwSignal::new(String::new());
    let nothing = Memo::new(move |_| answering.undoable.with(Vec::is_empty));
    let undo = move || {
        // The field that has the focus gives its answer first: that is what is taken back then.
        screen::blur();
        let Some(about) = answering.undo() else { return };
        let label = answering.with(|session| {
            let question = session.question(about).map(|view| view.label);
            question.or_else(|| session.repeat(about).map(|view| view.label)).unwrap_or_default()
        });
        said.set((reader.words_now().undone)(&label));
        answering.sought.set(Some(about));
    };
    let listening = StoredValue::new_local(keys::on_undo_key(undo));
    on_cleanup(move || listening.dispose());
    view! {
        <button
            type="button"
            class="button icon-only undo"
            data-action="undo-change"
            aria-label=say(|w| w.undo)
            title=say(|w| w.undo)
            disabled=live(move || nothing.get())
            on:click=move |_| undo()
        >
            <Icon shape=Shape::Undo />
        </button>
        <span class="unseen" role="status">{live(move || said.get())}</span>
    }
}
