//! Any of a list.

use std::sync::Arc;

use doorstep_engine::value::Value;
use doorstep_engine::view::{ChoiceView, Control as Kind};
use leptos::prelude::*;

use super::choice_list::{ChoiceRows, columns_wanted, layout};
use super::image_map::map;
use super::{Asked, Control, Frame};

/// See the module.
pub const CONTROL: Control = Control {
    name: "select-multiple",
    takes: |question| question.control == Kind::SelectMultiple,
    frame: Frame::Group,
    show,
};

fn show(asked: Asked) -> AnyView {
    let value = asked.value();
    let choices = asked.choices();
    let chosen = Callback::new(move |name: Arc<str>| value.with(|value| has(value, &name)));
    let pick = Callback::new(move |(name, on): (Arc<str>, bool)| {
        asked.give(with(&value.get_untracked(), &choices.get_untracked(), &name, on));
    });
    view! {
        {map(asked, chosen, pick)}
        <div class=layout(asked, choices) style=("--columns", columns_wanted(asked))>
            <ChoiceRows asked choices=Signal::derive(move || choices.get().to_vec()) many=true chosen pick />
        </div>
    }
    .into_any()
}

/// Is this choice among the answer's?
pub fn has(value: &Value, name: &str) -> bool {
    matches!(value, Value::Choices(names) if names.iter().any(|chosen| &**chosen == name))
}

/// The answer with one choice on or off, in the list's order. What is no longer in the list goes.
pub fn with(value: &Value, choices: &[ChoiceView], name: &str, on: bool) -> Value {
    let names = choices.iter().map(|choice| &choice.name);
    let chosen: Arc<[Arc<str>]> =
        names.filter(|choice| if &***choice == name { on } else { has(value, choice) }).cloned().collect();
    if chosen.is_empty() { Value::Blank } else { Value::Choices(chosen) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_keeps_the_lists_order_and_drops_what_is_not_in_it() {
        let choices: Vec<ChoiceView> = ["a", "b", "c"]
            .map(|name| ChoiceView { name: name.into(), label: name.into(), media: None })
            .into();
        let value = Value::Choices(["c".into(), "gone".into()].into());
        assert_eq!(with(&value, &choices, "a", true), Value::Choices(["a".into(), "c".into()].into()));
        assert_eq!(with(&value, &choices, "c", false), Value::Blank);
    }
}
