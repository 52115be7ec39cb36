//! The field of days, times and moments: the device's own picker, which is quicker in the hand than any of ours.

use doorstep_engine::value::Value;
use leptos::prelude::*;

use super::Asked;
use super::typed::Typed;
use crate::words::when::offset_text;

/// A field of that `type`, with the latest that can be picked.
pub fn field(asked: Asked, typed: Typed, kind: &'static str, max: Option<&'static str>) -> AnyView {
    view! {
        <input
            type=kind
            class="field when"
            id=asked.id()
            max=max
            autocomplete="off"
            aria-describedby=asked.described_by()
            aria-invalid=asked.is_wrong()
            prop:value=typed.text()
            on:input:target=move |event| typed.input(event.target().value())
            on:blur=move |_| typed.leave()
        />
    }
    .into_any()
}

/// As much of an answer as a field shows that knows no seconds and no zone: `09:30:00.000+08:00` as `09:30`.
pub fn to_minutes(value: &Value, shape: &str) -> String {
    value.text().chars().take(shape.len()).collect()
}

/// The other way round, in the device's zone.
pub fn with_zone(text: &str) -> String {
    if text.is_empty() {
        String::new()
    } else {
        format!("{text}:00.000{}", offset_text(crate::state::keeping::now()))
    }
}
