//! Rows of choices, each as wide as the screen: the whole row is the target.

use std::sync::Arc;

use doorstep_engine::view::ChoiceView;
use leptos::prelude::*;

use super::Asked;
use crate::components::live::{Row, live, rows};

/// Labels up to so wide, in half-width characters, have room for two in a row on the narrowest phone.
const SHORT_LABEL: usize = 8;

/// The class that lays the rows out: by the form's appearance, else by how short the labels are.
pub fn layout(
    asked: Asked,
    choices: Memo<Arc<[ChoiceView]>>,
) -> impl Fn() -> &'static str + Send + Copy + 'static {
    let scale = asked.looks("likert");
    let columns =
        asked.view.with_untracked(|view| view.appearance.iter().any(|word| word.starts_with("columns")));
    move || {
        let (count, short) = choices.with(|choices| {
            (choices.len(), choices.iter().all(|choice| width(&choice.label) <= SHORT_LABEL))
        });
        match (count, short) {
            _ if scale => "choices scale",
            (2 | 4, true) => "choices short",
            // Three would leave a hole on a phone.
            (3, true) => "choices scale",
            _ if columns || count > 7 => "choices two",
            _ => "choices",
        }
    }
}

/// How wide a label is, in half-width characters.
fn width(label: &str) -> usize {
    label.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum()
}

/// The rows of a select. `chosen` says which are; `pick` is called with a row's name and whether it is on now.
#[component]
pub fn ChoiceRows(
    asked: Asked,
    /// Which choices, in this order.
    #[prop(into)]
    choices: Signal<Vec<ChoiceView>>,
    /// Boxes instead of rounds.
    many: bool,
    chosen: Callback<Arc<str>, bool>,
    pick: Callback<(Arc<str>, bool)>,
) -> impl IntoView {
    let group = asked.id();
    let kind = if many { "checkbox" } else { "radio" };
    let row = move |choice: ChoiceView| {
        let group = group.clone();
        let (name, picked) = (choice.name.clone(), choice.name.clone());
        // The label is in the key, since a row does not follow the language by itself.
        Row::new(format!("{} {}", choice.name, choice.label), move || {
            view! {
                <label class="choice">
                    <input
                        type=kind
                        name=group
                        value=choice.name.to_string()
                        aria-invalid=asked.is_wrong()
                        prop:checked=live(move || chosen.run(name.clone()))
                        on:change:target=move |event| pick.run((picked.clone(), event.target().checked()))
                    />
                    <span>{choice.label}</span>
                </label>
            }
        })
    };
    view! {
        {rows(move || choices.get().into_iter().map(&row).collect())}
    }
}
