//! The safety page: is what lies on this phone kept, is there room for more, who can open it, and what was deleted.

mod here;
mod log;
mod office;
mod pin;
mod settings;
mod users;

pub use pin::{PinOwed, PinPage};

use leptos::prelude::*;

use super::settings::SettingsLine;
use crate::components::live::Live;
use crate::components::top_bar::TopBar;
use crate::state::device::use_device;
use crate::state::gate::use_gate;
use crate::state::reader::{say, title};

/// The page at `/safety`.
#[component]
pub fn SafetyPage() -> impl IntoView {
    let device = use_device();
    let gate = use_gate();
    title(|words| words.safety.safety.to_owned());
    view! {
        <TopBar title=Signal::derive(say(|w| w.safety.safety.to_owned())) />
        <main id="main" tabindex="-1" data-screen="safety">
            <h1>{say(|w| w.safety.safety)}</h1>
            <settings::PinSection gate />
            <users::UsersSection gate />
            // Below what is touched: what the server knows of a key, and what the browser says of its storage, comes a moment later, and is longer or shorter.
            <office::OfficeSection gate />
            <here::Here device />
            <log::LogSection device />
            <SettingsLine />
        </main>
    }
}

/// A line of facts: what, and how it stands.
pub fn fact(name: &'static str, what: Live<&'static str>, is: AnyView) -> AnyView {
    view! {
        <div class="fact" data-fact=name>
            <dt>{what}</dt>
            <dd>{is}</dd>
        </div>
    }
    .into_any()
}
