//! Rows of choices, each as wide as the screen: the whole row is the target.

use std::sync::Arc;

use doorstep_engine::view::ChoiceView;
use leptos::prelude::*;

use super::Asked;
use super::media::{Kind, Medium, beside_choice};
use super::media_waiting::waiting;
use crate::components::live::{Row, live, rows, shown_when};

/// Labels up to so wide, in half-width characters, have room for two in a row on the narrowest phone.
const SHORT_LABEL: usize = 8;

/// The class that lays the rows out: by the form's appearance, else by how short the labels are.
pub fn layout(asked: Asked, choices: Memo<Arc<[ChoiceView]>>) -> impl Fn() -> String + Send + Copy + 'static {
    let scale = asked.looks("likert");
    let plain = asked.looks("no-buttons");
    let packed = asked.looks("columns-pack");
    let columns = asked.view.with_untracked(|view| columns(&view.appearance));
    move || {
        let (count, short, pictured) = choices.with(|choices| {
            let short = choices.iter().all(|choice| width(&choice.label) <= SHORT_LABEL);
            let pictured = choices.iter().any(|choice| choice.media.is_some());
            (choices.len(), short, pictured)
        });
        let rows = match (count, short) {
            _ if packed => "choices pack",
            _ if scale => "choices scale",
            _ if columns != Columns::Any => "choices grid",
            _ if pictured => "choices grid",
            (2 | 4, true) => "choices short",
            // Three would leave a hole on a phone.
            (3, true) => "choices scale",
            _ if count > 7 => "choices two",
            _ => "choices",
        };
        let pictured = if pictured { " pictured" } else { "" };
        format!("{rows}{pictured}{}", if plain { " no-buttons" } else { "" })
    }
}

/// How many columns there are, for the style sheet.
pub fn columns_wanted(asked: Asked) -> &'static str {
    match asked.view.with_untracked(|view| columns(&view.appearance)) {
        Columns::Of(columns) => COUNTS[usize::from(columns) - 1],
        Columns::Any | Columns::Two => "2",
    }
}

const COUNTS: [&str; 10] = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10"];

#[derive(Clone, Copy, PartialEq, Debug)]
enum Columns {
    Any,
    /// As many as have room: two.
    Two,
    Of(u8),
}

/// `columns`, `columns-3`, and `horizontal`, as it was once called.
fn columns(appearance: &[Arc<str>]) -> Columns {
    let said = appearance.iter().find_map(|word| match &**word {
        "columns" | "horizontal" | "compact" => Some(Columns::Two),
        word => word.strip_prefix("columns-")?.parse().ok().filter(|n| (1..=10).contains(n)).map(Columns::Of),
    });
    said.unwrap_or(Columns::Any)
}

/// How wide a label is, in half-width characters.
fn width(label: &str) -> usize {
    label.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum()
}

/// The rows of a select. `chosen` says which are; `pick` is called with a row's name and whether it is on now; `settle` with the name of a row that somebody decides
/// for, by a tap, a space or Enter, while arrows only look around.
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
    #[prop(optional)] settle: Option<Callback<Arc<str>>>,
) -> impl IntoView {
    let by_arrow = StoredValue::new(false);
    let group = asked.id();
    let kind = if many { "checkbox" } else { "radio" };
    let row = move |choice: ChoiceView| {
        let group = group.clone();
        let (name, picked) = (choice.name.clone(), choice.name.clone());
        let (clicked, entered) = (choice.name.clone(), choice.name.clone());
        let (pictures, played): (Vec<_>, Vec<_>) =
            beside_choice(&choice).into_iter().partition(|it| it.kind == Kind::Picture);
        let of = choice.label.clone();
        let one = move |it| view! { <Medium asked it of=of.clone() /> };
        // The label is in the key, since a row does not follow the language by itself.
        Row::new(format!("{} {} {:?}", choice.name, choice.label, choice.media), move || {
            view! {
                <label class="choice">
                    <input
                        type=kind
                        name=group
                        value=choice.name.to_string()
                        aria-invalid=asked.is_wrong()
                        prop:checked=live(move || chosen.run(name.clone()))
                        on:change:target=move |event| pick.run((picked.clone(), event.target().checked()))
                        // An arrow clicks the row that it comes to before it is let go.
                        on:click=move |_| if let Some(settle) = settle.filter(|_| !by_arrow.get_value()) {
                            settle.run(clicked.clone());
                        }
                        on:keydown=move |event| {
                            by_arrow.set_value(event.key().starts_with("Arrow"));
                            if let Some(settle) = settle.filter(|_| event.key() == "Enter") {
                                event.prevent_default();
                                settle.run(entered.clone());
                            }
                        }
                        on:keyup=move |_| by_arrow.set_value(false)
                    />
                    {pictures.into_iter().map(&one).collect_view()}
                    <span>{choice.label}</span>
                    {played.into_iter().map(&one).collect_view()}
                </label>
            }
        })
    };
    let media = Signal::derive(move || {
        choices.with(|choices| choices.iter().flat_map(beside_choice).collect::<Vec<_>>())
    });
    // A row has no room for a button beside its own.
    let has_media = move || choices.with(|choices| choices.iter().any(|choice| choice.media.is_some()));
    view! {
        {rows(move || choices.get().into_iter().map(&row).collect())}
        {shown_when(has_media, move || waiting(asked, media))}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_many_as_the_form_says() {
        let of = |words: &str| columns(&words.split(' ').map(Arc::from).collect::<Vec<Arc<str>>>());
        assert_eq!(of("minimal"), Columns::Any);
        assert_eq!(of("no-buttons columns"), Columns::Two);
        assert_eq!(of("columns-4"), Columns::Of(4));
        assert_eq!(of("columns-99"), Columns::Any);
        assert_eq!(of("columns-pack"), Columns::Any);
    }
}
