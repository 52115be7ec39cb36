//! A place: measured by the device, never demanded. What the device says of its exactness is shown.
//!
//! Where it can't be measured it is typed, in a line that is folded away until it is wanted; of a typed one no exactness is known.
//! With `placement-map` it is put on a map instead of being measured, with `maps` what was measured is seen on one.

use crate::components::live::{live, shown_when};
use doorstep_engine::value::{DataType, Value};
use leptos::prelude::*;

use super::line::{Look, line};
use super::typed::Typed;
use super::{Asked, Control, Frame, coordinates, on_map};
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
    let value = asked.value();
    let place = Memo::new(move |_| value.with(place));
    let accuracy = move || value.with(accuracy);
    let take = move |_| {
        if measuring.get_untracked() == Measuring::Yes {
            return;
        }
        measuring.set(Measuring::Yes);
        let before = value.get_untracked();
        timer::spawn(async move {
            let outcome = measure(TIMEOUT_MS).await;
            // The page may be gone by now.
            if measuring.is_disposed() {
                return;
            }
            match outcome {
                // What was typed in the meantime stays.
                _ if value.with_untracked(|value| *value != before) => measuring.set(Measuring::No),
                Ok(place) => {
                    asked.give_text(&place.to_text());
                    measuring.set(Measuring::No);
                }
                Err(why) => measuring.set(Measuring::Failed(why)),
            }
        });
    };
    // Why there was none is of no interest once there is one.
    Effect::watch(
        move || value.get(),
        move |_, _, _| {
            if measuring.with_untracked(|measuring| matches!(measuring, Measuring::Failed(_))) {
                measuring.set(Measuring::No);
            }
        },
        false,
    );
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
    let is_placed = asked.view.with_untracked(on_map::is_placed);
    let look = Look {
        ltr: true,
        called: Some(|_, words| words.controls.place_typed.to_owned()),
        ..Look::words(asked)
    };
    // What was typed and is no place has to be in sight.
    let unread = value.with_untracked(|value| matches!(value, Value::Unread(_)));
    view! {
        <div class="choices">
            {match is_placed {
                true => on_map::place(asked),
                false => view! {
                    <button type="button" class="button" data-action="take" on:click=take aria-disabled=live(move || (measuring.get() == Measuring::Yes).then_some("true"))>
                        <Icon shape=Shape::Place />
                        {button}
                    </button>
                }.into_any(),
            }}
            <details class="fold" open=unread>
                <summary>{say(|w| w.controls.place_by_hand)}</summary>
                <p class="hint">{say(|w| w.controls.place_typed)}</p>
                {line(asked, Typed::through(asked, shown, read), look)}
            </details>
            {live(move || place.get().map(|place| view! {
                <p class="shown-value figures">
                    {place}
                    {live(move || accuracy().map(|metres| view! {
                        <span class="optional">{say(move |w| (w.place_accuracy)(metres))}</span>
                    }))}
                </p>
            }))}
            {(!is_placed).then(|| on_map::seen(asked))}
            <p class="hint" role="status">{state}</p>
            {shown_when(move || place.with(Option::is_some), move || super::clear_button(asked))}
        </div>
    }
    .into_any()
}

/// The latitude and the longitude, as they were measured or typed.
fn place(value: &Value) -> Option<String> {
    match value {
        Value::Geo(text) => Some(text.split_whitespace().take(2).collect::<Vec<_>>().join(", ")),
        _ => None,
    }
}

/// The fourth number of ODK's text form, in metres; nothing of a place that was typed.
fn accuracy(value: &Value) -> Option<f64> {
    match value {
        Value::Geo(text) => text.split_whitespace().nth(3)?.parse().ok().filter(|metres| *metres > 0.0),
        _ => None,
    }
}

/// What stands in the line.
fn shown(value: &Value) -> String {
    place(value).unwrap_or_else(|| value.to_text())
}

/// The other way round; what is no place stays as it was typed, and is said to be none.
fn read(text: &str) -> String {
    coordinates::read(text).map_or_else(|| text.to_owned(), coordinates::to_text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str) -> Value {
        Value::read(DataType::Geopoint, &read(text))
    }

    #[test]
    fn what_is_typed_is_a_place_without_an_accuracy() {
        let value = typed("北纬37.513，东经122.12");
        assert_eq!(value, Value::Geo("37.513 122.12 0.0 0.0".into()));
        assert_eq!(accuracy(&value), None);
        assert_eq!(accuracy(&Value::Geo("37.513 122.12 3.0 4.5".into())), Some(4.5));
        // What stands in the line is the same place when it is read again.
        assert_eq!(shown(&value), "37.513, 122.12");
        assert_eq!(typed(&shown(&value)), value);
    }

    #[test]
    fn what_is_no_place_stays_as_it_was_typed() {
        for text in ["37.513", "122.12 37.513", "1 2 3 4 5", "威海"] {
            assert_eq!(typed(text), Value::Unread(text.into()));
            assert_eq!(shown(&typed(text)), text);
            assert_eq!(place(&typed(text)), None);
        }
        assert_eq!(typed(" "), Value::Blank);
    }
}
