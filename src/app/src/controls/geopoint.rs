//! A place: measured by the device, never demanded. What the device says of its exactness is shown.

use crate::components::live::{live, shown_when};
use doorstep_engine::value::{DataType, Value};
use leptos::prelude::*;

use super::{Asked, Control, Frame, readable};
use crate::components::icon::{Icon, Shape};
use crate::platform::location::{NoPlace, measure};
use crate::platform::timer;
use crate::state::reader::{say, use_reader};

const TIMEOUT_MS: u32 = 20_000;

/// See the module.
pub const CONTROL: Control = Control {
    name: "geopoint",
    takes: |question| question.data_type == DataType::Geopoint,
    frame: Frame::Group,
    show,
};

#[derive(Clone, Copy, PartialEq)]
enum Measuring {
    No,
    Yes,
    Failed(NoPlace),
}

fn show(asked: Asked) -> AnyView {
    let reader = use_reader();
    let measuring = RwSignal::new(Measuring::No);
    let place = Memo::new(move |_| asked.view.with(readable));
    let accuracy = move || asked.view.with(|view| accuracy(&view.value));
    let take = move |_| {
        if measuring.get_untracked() == Measuring::Yes {
            return;
        }
        measuring.set(Measuring::Yes);
        timer::spawn(async move {
            let outcome = measure(TIMEOUT_MS).await;
            // The page may be gone by now.
            if measuring.is_disposed() {
                return;
            }
            match outcome {
                Ok(place) => {
                    asked.give_text(&place.to_text());
                    measuring.set(Measuring::No);
                }
                Err(why) => measuring.set(Measuring::Failed(why)),
            }
        });
    };
    let button = move || {
        let words = reader.language().words();
        match (measuring.get(), place.with(Option::is_some)) {
            (Measuring::Yes, _) => words.taking_place,
            (_, true) => words.take_place_again,
            (_, false) => words.take_place,
        }
    };
    let optional = move || place.with(Option::is_none) && !asked.view.with(|view| view.required);
    let state = move || {
        let words = reader.language().words();
        match measuring.get() {
            Measuring::Failed(NoPlace::Denied) => Some(words.place_refused),
            Measuring::Failed(NoPlace::Unavailable) => Some(words.place_unavailable),
            Measuring::Failed(NoPlace::TimedOut) => Some(words.place_timeout),
            Measuring::No if optional() => Some(words.place_optional),
            Measuring::No | Measuring::Yes => None,
        }
    };
    view! {
        <div class="choices">
            {live(move || place.get().map(|place| view! {
                <p class="shown-value figures">
                    {place}
                    {live(move || accuracy().map(|metres| view! {
                        <span class="optional">{say(move |w| (w.place_accuracy)(metres))}</span>
                    }))}
                </p>
            }))}
            <button type="button" class="button" on:click=take aria-disabled=live(move || (measuring.get() == Measuring::Yes).then_some("true"))>
                <Icon shape=Shape::Place />
                {button}
            </button>
            <p class="hint" role="status">{state}</p>
            {shown_when(move || place.with(Option::is_some), move || view! {
                <button type="button" class="button plain" on:click=move |_| asked.give(Value::Blank)>
                    {say(|w| w.clear)}
                </button> }.into_any())}
        </div>
    }
    .into_any()
}

/// The fourth number of ODK's text form, in metres.
fn accuracy(value: &Value) -> Option<f64> {
    match value {
        Value::Geo(text) => text.split_whitespace().nth(3)?.parse().ok(),
        _ => None,
    }
}
