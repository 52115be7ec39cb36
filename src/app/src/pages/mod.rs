//! The pages of the app, and the addresses they have. No address carries personal data.

mod assessment;
mod begin;
mod choose;
mod day;
mod diagnostics;
mod draft;
mod draft_card;
mod finish;
mod form_page;
mod gallery;
mod go_on;
mod hand_on;
mod home;
mod households;
mod kiosk;
mod not_found;
mod outbox;
mod outbox_item;
mod outbox_sealed;
mod outbox_target;
mod practise;
mod recover;
mod referred;
mod rescue;
mod review;
mod review_page;
mod safety;
mod settings;
mod staying;
mod turning;
mod unlock;
mod whole_page;

pub use safety::fact;

use leptos::prelude::*;
use leptos_router::components::{FlatRoutes, Route, Router};
use leptos_router::path;

use crate::components::message::Message;
use crate::platform::{page as screen, timer, worker};
use crate::state::device::{Device, use_device};
use crate::state::gate::{Gate, Standing};
use crate::state::held::Held;
use crate::state::reader::{Reader, say};
use crate::state::{enrolment, going_on, keeping, sending, targets};

/// The whole app. Nothing of a user is shown before they are let in, and nothing once they are out again;
/// the address stays meanwhile, so that they come back to it.
#[component]
pub fn App() -> impl IntoView {
    Reader::provide();
    let device = Device::provide();
    let gate = Gate::provide(device);
    sending::start(device);
    enrolment::start(device);
    going_on::take_up_link(device);
    targets::start(device);
    // A tab that is closed takes with it what could not be kept yet, whatever page is on the screen.
    screen::ask_before_leaving(keeping::any_failed).forget();
    let update = RwSignal::new(false);
    provide_context(Update(update));
    timer::spawn(async move {
        worker::register(move || update.set(true)).await;
    });
    Effect::new(move || {
        if let Standing::Choosing | Standing::Locked | Standing::Open = gate.standing.get() {
            worker::started();
        }
    });
    // Whoever changes their name stays on their page.
    let is_kiosk = Memo::new(move |_| gate.is_kiosk());
    let owes_pin = Memo::new(move |_| gate.owes_pin());
    view! {
        <Router>
            {move || match gate.standing.get() {
                Standing::Opening => view! { <p class="opening" role="status">{say(|w| w.loading)}</p> }.into_any(),
                Standing::Failed => view! {
                    <Message
                        heading=|w| w.store_failed
                        explained=Signal::derive(say(|w| w.store_failed_explained.to_owned()))
                    />
                }
                .into_any(),
                Standing::Choosing => view! { <choose::Choose /> }.into_any(),
                Standing::Locked => view! { <unlock::Unlock /> }.into_any(),
                Standing::Open if is_kiosk.get() => view! { <kiosk::KioskPage /> }.into_any(),
                Standing::Open if owes_pin.get() => view! { <safety::PinOwed /> }.into_any(),
                Standing::Open => view! { <Pages /> }.into_any(),
            }}
        </Router>
    }
}

/// The pages, for whoever is let in.
#[component]
fn Pages() -> impl IntoView {
    Held::provide(use_device());
    view! {
        <FlatRoutes fallback=not_found::NotFound>
            <Route path=path!("/") view=home::Home />
            <Route path=path!("/draft/:id/:part?") view=draft::DraftPage />
            <Route path=path!("/begin/:form/:about") view=begin::BeginPage />
            <Route path=path!("/day") view=day::DayPage />
            <Route path=path!("/households") view=households::HouseholdsPage />
            <Route path=path!("/households/:id") view=households::HouseholdPage />
            <Route path=path!("/counts") view=households::CountsPage />
            <Route path=path!("/referred") view=referred::ReferredPage />
            <Route path=path!("/outbox") view=outbox::OutboxPage />
            <Route path=path!("/rescue") view=rescue::RescuePage />
            <Route path=path!("/safety") view=safety::SafetyPage />
            <Route path=path!("/safety/pin") view=safety::PinPage />
            <Route path=path!("/settings") view=settings::SettingsPage />
            <Route path=path!("/kiosk") view=kiosk::BeginKiosk />
            <Route path=path!("/go-on") view=go_on::GoOnPage />
            <Route path=path!("/hand-on/:id") view=hand_on::HandOnPage />
            <Route path=path!("/gallery") view=gallery::GalleryPage />
            <Route path=path!("/diagnostics") view=diagnostics::DiagnosticsPage />
        </FlatRoutes>
    }
}

/// Does a new build wait to take over?
#[derive(Clone, Copy)]
pub struct Update(pub RwSignal<bool>);
