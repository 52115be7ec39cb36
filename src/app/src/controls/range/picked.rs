//! A number of a range, picked from the device's own menu (`picker`).

use doorstep_engine::value::Value;
use leptos::prelude::*;

use super::{Asked, Control, Frame, Scale, is_range_like};
use crate::components::icon::{Icon, Shape};
use crate::components::live::live;
use crate::state::reader::say;

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
    let at = Memo::new(move |_| value.with(|value| scale.at(value)));
    let options = (0..=scale.steps)
        .map(|step| {
            let text = scale.text(step);
            view! { <option value=step.to_string() prop:selected=live(move || at.get() == Some(step))>{text}</option> }
        })
        .collect_view();
    view! {
        <div class="menu"><select
            class="field"
            id=asked.id()
            autocomplete="off"
            aria-describedby=asked.described_by()
            aria-invalid=asked.is_wrong()
            on:change:target=move |event| {
                let step = event.target().value().parse();
                asked.give(step.map_or(Value::Blank, |step| scale.value(step, data_type)));
            }
        >
            <option value="" prop:selected=live(move || at.get().is_none())>{say(|w| w.choose)}</option>
            {options}
        </select><Icon shape=Shape::Down /></div>
    }
    .into_any()
}
