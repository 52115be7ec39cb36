//! A day, with the device's own date picker; below it the same day in another calendar: the Chinese one, or the one that the form names.

use doorstep_engine::value::{DataType, Value};
use leptos::prelude::*;

use super::typed::Typed;
use super::{Asked, Control, Frame, picker};
use crate::components::live::live;
use crate::platform::calendar;
use crate::state::reader::use_reader;

/// See the module.
pub const CONTROL: Control = Control {
    name: "date",
    takes: |question| question.data_type == DataType::Date,
    frame: Frame::Field,
    show,
};

/// ODK's appearances for calendars, and what browsers call them. Those of `bikram-sambat` and `myanmar` no browser knows.
const CALENDARS: [(&str, &str); 6] = [
    ("islamic", "islamic"),
    ("ethiopian", "ethiopic"),
    ("coptic", "coptic"),
    ("persian", "persian"),
    ("buddhist", "buddhist"),
    ("chinese", "chinese"),
];

fn show(asked: Asked) -> AnyView {
    view! {
        {picker::field(asked, Typed::new(asked), "date", Some("9999-12-31"))}
        {beside(asked)}
    }
    .into_any()
}

/// The day in another calendar.
pub fn beside(asked: Asked) -> impl IntoView {
    let reader = use_reader();
    let calendar =
        CALENDARS.iter().find(|(appearance, _)| asked.looks(appearance)).map_or("chinese", |(_, name)| name);
    let value = asked.value();
    let said = move || {
        let Value::Date(day) = value.get() else { return None };
        let language = reader.language();
        let said = calendar::day_in(calendar, &day.to_string(), language.page_tag())?;
        let shown = if calendar == "chinese" { (language.words().controls.lunar)(&said) } else { said };
        Some(view! { <p class="hint" data-calendar=calendar>{shown}</p> })
    };
    live(said)
}
