//! Rows of choices, each as wide as the screen: the whole row is the target.

use std::sync::Arc;

use doorstep_engine::view::ChoiceView;
use leptos::prelude::*;

use super::Asked;

/// Up to so many characters, and so many choices, stand side by side.
const SHORT_LABEL: usize = 5;
const SHORT_LIST: usize = 4;

/// The class that lays the rows out: by the form's appearance, else by how short the labels are.
pub fn layout(
    asked: Asked,
    choices: Memo<Arc<[ChoiceView]>>,
) -> impl Fn() -> &'static str + Send + Copy + 'static {
    let scale = asked.looks("likert");
    let quick = asked.looks("quick") || asked.looks("columns-pack");
    let columns =
        asked.view.with_untracked(|view| view.appearance.iter().any(|word| word.starts_with("columns")));
    move || {
        let short = choices.with(|choices| {
            choices.len() <= SHORT_LIST
                && choices.iter().all(|choice| width(&choice.label) <= SHORT_LABEL * 2)
        });
        match (scale, short || quick && short, columns || choices.with(|choices| choices.len() > 7)) {
            (true, _, _) => "choices scale",
            (_, true, _) => "choices short",
            (_, _, true) => "choices two",
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
    view! {
        <For
            each=move || choices.get()
            // The label is in the key, since a row does not follow the language by itself.
            key=|choice| (choice.name.clone(), choice.label.clone())
            children=move |choice| {
                let name = choice.name.clone();
                let picked = choice.name.clone();
                view! {
                    <label class="choice">
                        <input
                            type=kind
                            name=group.clone()
                            value=choice.name.to_string()
                            aria-invalid=asked.is_wrong()
                            prop:checked=move || chosen.run(name.clone())
                            on:change:target=move |event| pick.run((picked.clone(), event.target().checked()))
                        />
                        <span>{choice.label}</span>
                    </label>
                }
            }
        />
    }
}
