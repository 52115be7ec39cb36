//! An address that leads nowhere.

use leptos::prelude::*;

use crate::components::message::Message;
use crate::state::reader::say;

/// The page.
#[component]
pub fn NotFound() -> impl IntoView {
    view! {
        <Message heading=|w| w.not_found explained=Signal::derive(say(|w| w.not_found_explained.to_owned())) />
    }
}
