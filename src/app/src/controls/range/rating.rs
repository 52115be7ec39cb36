//! A number of a range as stars (`rating`): each star is a choice, and those before it are filled.

use leptos::prelude::*;

use super::{Asked, Control, Frame, Scale, clear, is_range_like};
use crate::components::live::live;

/// See the module.
pub const CONTROL: Control = Control {
    name: "rating",
    takes: |question| is_range_like(question, "rating"),
    frame: Frame::Group,
    show,
};

fn show(asked: Asked) -> AnyView {
    let (scale, data_type) = asked.view.with_untracked(|view| (Scale::of(view), view.data_type));
    let value = asked.value();
    let at = Memo::new(move |_| value.with(|value| scale.at(value)));
    let star = |step: i64| {
        let text = scale.text(step);
        view! {
            <label class="star" class:full=live(move || at.get().is_some_and(|at| step <= at))>
                <input
                    type="radio"
                    name=asked.id()
                    value=text.clone()
                    aria-invalid=asked.is_wrong()
                    prop:checked=live(move || at.get() == Some(step))
                    on:change=move |_| asked.give(scale.value(step, data_type))
                />
                <svg viewBox="0 0 24 24" aria-hidden="true" focusable="false">
                    <path d="M12 2.5l2.9 6.2 6.8.8-5 4.6 1.3 6.7-6-3.4-6 3.4 1.3-6.7-5-4.6 6.8-.8z"></path>
                </svg>
                <span class="figures">{text}</span>
            </label>
        }
    };
    view! {
        <div class="rating">{(0..=scale.steps).map(star).collect_view()}</div>
        {clear(asked)}
    }
    .into_any()
}
