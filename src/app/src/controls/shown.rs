//! An answer that is not the reader's to change: read-only or calculated. Also any answer in readable words.

use crate::components::live::live;
use crate::components::rejected::rests_on_rejected;
use doorstep_engine::value::{DataType, Value};
use doorstep_engine::view::QuestionView;
use leptos::prelude::*;

use super::kept_file::{Kept, named, of_the_form};
use super::media::{Beside, Medium};
use super::{Asked, Control, Frame, beside_words, date_parts, masked, number, on_map, score, shape};
use crate::state::reader::{say, use_reader};

/// See the module.
pub const CONTROL: Control =
    Control { name: "shown", takes: |question| question.readonly, frame: Frame::Bare, show };

fn show(asked: Asked) -> AnyView {
    let reader = use_reader();
    let value = Memo::new(move |_| asked.view.with(readable));
    // A picture is looked at; its name says nothing.
    let file = Memo::new(move |_| asked.view.with(|view| named(&view.value)));
    let forms_own = Memo::new(move |_| asked.view.with(|view| of_the_form(&view.value)));
    let awaits = Memo::new(move |_| {
        if value.with(Option::is_some) {
            return Vec::new();
        }
        reader.language();
        asked.answering.revision.track();
        asked.answering.with(|session| session.awaited_by(asked.key))
    });
    view! {
        <p class="question-label">
            {live(move || asked.view.with(|view| view.label.clone()))}
            <span class="optional">{say(|w| w.computed)}</span>
        </p>
        {live(move || asked.view.with(|view| view.hint.clone()).map(|hint| view! { <p class="hint">{hint}</p> }))}
        {beside_words(asked)}
        <output class="shown-value" id=asked.id() tabindex="-1">
            {live(move || match (forms_own.get(), file.get(), value.get()) {
                (Some(address), ..) => view! { <Medium asked it=Beside::picture(address) /> }.into_any(),
                (None, Some(name), _) => view! { <Kept asked name /> }.into_any(),
                (None, None, Some(value)) => value.into_any(),
                (None, None, None) => reader.language().words().not_answered.into_any(),
            })}
        </output>
        {on_map::seen(asked)}
        {live(move || score::waits_for(asked.answering, awaits.get()))}
        {rests_on_rejected(asked.answering, asked.key)}
    }
    .into_any()
}

/// An answer as people read it: choices by their labels, moments without their zone. Nothing if there is none.
pub fn readable(question: &QuestionView) -> Option<String> {
    let label_of = |name: &str| {
        let choice = question.choices.iter().find(|choice| &*choice.name == name);
        choice.map_or_else(|| name.to_owned(), |choice| choice.label.clone())
    };
    if let Some(outcome) = &question.outcome {
        return (!outcome.is_empty()).then(|| outcome.clone());
    }
    let text = match &question.value {
        Value::Blank => return None,
        Value::Choice(name) => label_of(name),
        Value::Choices(names) => names.iter().map(|name| label_of(name)).collect::<Vec<_>>().join("\n"),
        Value::Time(text) => text.chars().take("09:30".len()).collect(),
        Value::DateTime(text) => {
            text.chars().take("2026-11-23T09:30".len()).collect::<String>().replace('T', " ")
        }
        Value::Geo(_) if matches!(question.data_type, DataType::Geotrace | DataType::Geoshape) => {
            shape::readable(question)
        }
        Value::Geo(text) => text.split_whitespace().take(2).collect::<Vec<_>>().join(", "),
        Value::Boolean(yes) => String::from(if *yes { "✓" } else { "✗" }),
        Value::Text(_) if question.control == doorstep_engine::view::Control::Acknowledge => {
            String::from("✓")
        }
        // Nobody reads it over a shoulder, nor from a list.
        Value::Text(text) | Value::Unread(text) if masked::is_masked(question) => {
            "•".repeat(text.chars().count())
        }
        Value::Integer(_) | Value::Decimal(_) if number::is_grouped(question) => {
            number::grouped(&question.value)
        }
        Value::Text(text) | Value::Attachment(text) | Value::Unread(text) => text.to_string(),
        Value::Date(_) if date_parts::exactness(question).is_some() => {
            let exact = date_parts::exactness(question)?;
            date_parts::shown(&question.value, exact)
        }
        Value::Integer(_) | Value::Decimal(_) | Value::Date(_) => question.value.to_text(),
    };
    Some(text)
}
