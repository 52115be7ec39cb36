//! Says on every page of a practice that it is one.

use leptos::prelude::*;

use super::icon::{Icon, Shape};
use crate::state::answering::Answering;
use crate::state::reader::say;

/// The notice; nothing where it is no practice.
#[component]
pub fn Practice(answering: Answering) -> impl IntoView {
    answering.is_practice().then(|| {
        view! {
            <p class="notice warn" data-practice="true">{say(|w| w.practice.explained)}</p>
        }
    })
}

/// In the top bar, where it else says whether all is kept.
#[component]
pub fn PracticeState() -> impl IntoView {
    view! {
        <span class="state wait" data-state="practice">
            <Icon shape=Shape::Alert small=true />
            {say(|w| w.practice.practice)}
        </span>
    }
}
