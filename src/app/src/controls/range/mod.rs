//! A number between two ends: a slider, with a button for one step at either side of it, so that nobody has to drag.
//!
//! Blank until it is touched: where the handle would stand is no answer. Down the page (`vertical`), with or without ticks (`no-ticks`).

mod picked;
mod rating;
mod scale;

use doorstep_engine::view::{ChoiceView, Control as Kind, QuestionView};
use leptos::prelude::*;

use super::{Asked, Control, Frame, looks};
use crate::components::live::{live, shown_when};
use crate::state::reader::{say, use_reader};
use scale::Scale;

pub use picked::CONTROL as PICKED;
pub use rating::CONTROL as RATING;

/// See the module.
pub const CONTROL: Control = Control { name: "range", takes: is_range, frame: Frame::Group, show };

fn is_range(question: &QuestionView) -> bool {
    question.control == Kind::Range
}

fn show(asked: Asked) -> AnyView {
    let reader = use_reader();
    let (scale, data_type) = asked.view.with_untracked(|view| (Scale::of(view), view.data_type));
    let value = asked.value();
    let at = Memo::new(move |_| value.with(|value| scale.at(value)));
    let go = move |to: i64| asked.give(scale.value(to, data_type));
    // From nothing, the first button that is pressed says where it begins: at its own end.
    let less = move |_| go(at.get_untracked().map_or(0, |at| (at - 1).max(0)));
    let more = move |_| go(at.get_untracked().map_or(scale.steps, |at| (at + 1).min(scale.steps)));
    let said = move || {
        at.get().map_or_else(|| reader.language().words().not_answered.to_owned(), |at| scale.text(at))
    };
    // A touch that moves nothing is an answer, too: the browser tells of no change then.
    let touched = move |text: String| {
        if at.get_untracked().is_none() {
            go(text.parse().unwrap_or(0));
        }
    };
    let keyed = move |event: leptos::ev::KeyboardEvent| {
        if at.get_untracked().is_none()
            && matches!(event.key().as_str(), "Home" | "Enter" | " " | "ArrowLeft" | "ArrowDown")
        {
            event.prevent_default();
            go(0);
        }
    };
    let choices = asked.choices();
    let ticks = if asked.looks("no-ticks") { vec![0, scale.steps] } else { scale.ticks() };
    let ticks = move || {
        let words = choices.get();
        ticks.iter().map(|tick| tick_view(scale, *tick, &words)).collect_view()
    };
    view! {
        <div class="range" class:vertical=asked.looks("vertical") class:blank=live(move || at.get().is_none())>
            <output class="range-value figures" for=asked.part("slider")>{live(said)}</output>
            <div class="range-row">
                <button type="button" class="button icon-only" data-action="less" aria-label=say(|w| w.controls.less) on:click=less>"−"</button>
                <div class="range-track">
                    <input
                        type="range"
                        id=asked.part("slider")
                        min="0"
                        max=scale.steps.to_string()
                        step="1"
                        aria-label=live(move || asked.view.with(|view| view.label.clone()))
                        aria-valuetext=live(said)
                        aria-describedby=asked.described_by()
                        aria-invalid=asked.is_wrong()
                        prop:value=live(move || at.get().unwrap_or(0).to_string())
                        on:input:target=move |event| go(event.target().value().parse().unwrap_or(0))
                        on:click:target=move |event| touched(event.target().value())
                        on:keydown=keyed
                        on:blur=move |_| asked.leave()
                    />
                    <div class="range-ticks figures" aria-hidden="true">{live(ticks)}</div>
                </div>
                <button type="button" class="button icon-only" data-action="more" aria-label=say(|w| w.controls.more) on:click=more>"+"</button>
            </div>
            {clear(asked)}
        </div>
    }
    .into_any()
}

/// A tick: its number, or its words where the form has a list of words for ticks (`tick_labelset`).
fn tick_view(scale: Scale, tick: i64, words: &[ChoiceView]) -> impl IntoView + use<> {
    let place = tick as f64 / scale.steps.max(1) as f64;
    let text = scale.text(tick);
    let named = words.iter().find(|choice| choice.name.parse::<f64>().ok() == text.parse().ok());
    let said = named
        .map_or_else(|| if words.is_empty() { text } else { String::new() }, |choice| choice.label.clone());
    view! { <span style=("--at", place.to_string())>{said}</span> }
}

/// The way back to no answer.
pub(super) fn clear(asked: Asked) -> impl IntoView {
    let value = asked.value();
    shown_when(
        move || !value.with(doorstep_engine::value::Value::is_blank),
        move || super::clear_button(asked),
    )
}

fn is_range_like(question: &QuestionView, appearance: &str) -> bool {
    is_range(question) && looks(question, appearance)
}
