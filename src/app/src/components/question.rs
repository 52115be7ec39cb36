//! A question: its words, what is wrong, and its control from the catalogue.

use super::changed::last_time;
use super::live::{live, shown_when};
use super::marked::marked;
use super::read_aloud::question_aloud;
use doorstep_engine::view::Key;
use leptos::prelude::*;

use super::icon::{Icon, Shape};
use crate::controls::{Asked, Control, Frame, beside_words, control_of};
use crate::state::answering::Answering;
use crate::state::reader::{say, use_reader};

/// Shown while it is relevant.
#[component]
pub fn Question(answering: Answering, key: Key, page: Key) -> impl IntoView {
    let asked = Asked::new(answering, key, page);
    asked.map(|asked| {
        let relevant = Memo::new(move |_| asked.view.with(|view| view.relevant));
        view! { {shown_when(move || relevant.get(), move || view! {{asked_view(asked)} }.into_any())} }
    })
}

fn asked_view(asked: Asked) -> impl IntoView {
    // A question becomes read-only, or its choices many, seldom; only then is its control another.
    let control = Memo::new_with_compare(
        move |_| asked.view.with(control_of),
        |old, new| old.map(|control| control.name) != new.map(|control| control.name),
    );
    let class = move || match (control.get().frame, asked.wrong.with(Option::is_some)) {
        (_, true) => "question wrong",
        (Frame::Bare, false) if control.get().name == "note" => "question note",
        (_, false) => "question",
    };
    let name = asked.view.with_untracked(|view| view.name.to_string());
    view! {
        <div class=class data-name=name data-control=live(move || control.get().name)>
            {question_aloud(asked)}
            {live(move || framed(control.get(), asked))}
        </div>
    }
}

fn framed(control: &'static Control, asked: Asked) -> AnyView {
    match control.frame {
        Frame::Bare => (control.show)(asked),
        Frame::Field => view! {
            <label class="question-label" for=asked.id()>{words(asked)}</label>
            {hint(asked)}
            {beside_words(asked)}
            {wrong(asked)}
            {(control.show)(asked)}
            {last_time(asked)}
        }
        .into_any(),
        Frame::Group => view! {
            <fieldset id=asked.id() tabindex="-1" aria-describedby=asked.described_by()>
                <legend class="question-label">{words(asked)}</legend>
                {hint(asked)}
                {beside_words(asked)}
                {wrong(asked)}
                {(control.show)(asked)}
                {last_time(asked)}
            </fieldset>
        }
        .into_any(),
    }
}

/// The label; what may be left out is marked, since most must be answered, and so is what that costs.
fn words(asked: Asked) -> impl IntoView {
    // Set anew when it is another: with most answers it is not.
    let label = Memo::new(move |_| asked.view.with(|view| view.label.clone()));
    view! {
        {live(move || label.with(|label| marked(label)))}
        {shown_when(move || asked.view.with(|view| !view.required && !view.scored), move || view! {
            <span class="optional">{say(|w| w.optional)}</span> }.into_any())}
        {shown_when(move || asked.view.with(|view| !view.required && view.scored), move || view! {
            <span class="optional" data-scored="true">{say(|w| w.scored)}</span> }.into_any())}
    }
}

fn hint(asked: Asked) -> impl IntoView {
    let hint = Memo::new(move |_| asked.view.with(|view| view.hint.clone()));
    move || hint.get().map(|hint| view! { <p class="hint" id=asked.part("hint")>{marked(&hint)}</p> })
}

fn wrong(asked: Asked) -> impl IntoView {
    let reader = use_reader();
    move || {
        asked.wrong.get().map(|wrong| {
            view! {
                <p class="wrong-words" id=asked.part("wrong")>
                    <Icon shape=Shape::Alert small=true />
                    <span>
                        <span class="unseen">{reader.language().words().error_prefix}</span>
                        {wrong}
                    </span>
                </p>
            }
        })
    }
}
