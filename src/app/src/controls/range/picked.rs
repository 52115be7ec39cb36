//! A number of a range, picked from the device's own menu (`picker`).

use doorstep_engine::value::Value;
use leptos::prelude::*;

use super::super::menu::menu;
use super::{Asked, Control, Frame, Scale, is_range_like};

/// See the module.
pub const CONTROL: Control = Control {
    name: "range-picker",
    takes: |question| is_range_like(question, "picker"),
    frame: Frame::Field,
    show,
};

fn show(asked: Asked) -> AnyView {
    let (scale, data_type) = asked.view.with_untracked(|view| (Scale::of(view), view.data_type));
    let value = asked.value();
    let items = move || (0..=scale.steps).map(|step| (step.to_string(), scale.text(step))).collect();
    let chosen = Memo::new(move |_| {
        value.with(|value| scale.at(value)).map_or_else(String::new, |step| step.to_string())
    });
    let pick = move |step: &str| {
        asked.give(step.parse().map_or(Value::Blank, |step| scale.value(step, data_type)));
    };
    menu(asked, items, chosen, pick)
}
