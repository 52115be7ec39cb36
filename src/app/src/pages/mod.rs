//! The pages of the app, and the addresses they have. No address carries personal data.

pub(crate) mod assessment;
pub(crate) mod begin;
pub(crate) mod choose;
pub(crate) mod day;
pub(crate) mod diagnostics;
mod draft;
mod draft_card;
mod finish;
mod form_page;
pub(crate) mod gallery;
pub(crate) mod go_on;
pub(crate) mod hand_on;
mod home;
pub(crate) mod households;
pub(crate) mod kiosk;
mod not_found;
pub(crate) mod outbox;
mod outbox_item;
mod outbox_sealed;
mod outbox_target;
pub(crate) mod practise;
mod recover;
pub(crate) mod referred;
pub(crate) mod rescue;
pub(crate) mod review;
mod review_page;
pub(crate) mod safety;
pub(crate) mod settings;
mod staying;
mod turning;
pub(crate) mod unlock;
mod whole_page;

pub use safety::fact;
pub use turning::Turning;

use leptos::prelude::*;
use leptos_router::components::{FlatRoutes, Route, Router};
use leptos_router::path;

use crate::components::message::Message;
use crate::parts::parts;
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
        if worker::register(move || update.set(true)).await {
            worker::fetch_rest().await;
        }
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
                Standing::Choosing => (parts().choose)(),
                Standing::Locked => (parts().unlock)(),
                Standing::Open if is_kiosk.get() => (parts().kiosk)(),
                Standing::Open if owes_pin.get() => (parts().pin_owed)(),
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
            <Route path=path!("/begin/:form/:about") view=parts().begin />
            <Route path=path!("/day") view=parts().day />
            <Route path=path!("/households") view=parts().households />
            <Route path=path!("/households/:id") view=parts().household />
            <Route path=path!("/counts") view=parts().counts />
            <Route path=path!("/referred") view=parts().referred />
            <Route path=path!("/outbox") view=parts().outbox />
            <Route path=path!("/rescue") view=parts().rescue />
            <Route path=path!("/safety") view=parts().safety />
            <Route path=path!("/safety/pin") view=parts().pin />
            <Route path=path!("/settings") view=parts().settings />
            <Route path=path!("/kiosk") view=parts().begin_kiosk />
            <Route path=path!("/go-on") view=parts().go_on />
            <Route path=path!("/hand-on/:id") view=parts().hand_on />
            <Route path=path!("/gallery") view=parts().gallery />
            <Route path=path!("/diagnostics") view=parts().diagnostics />
        </FlatRoutes>
    }
}

/// Does a new build wait to take over?
#[derive(Clone, Copy)]
pub struct Update(pub RwSignal<bool>);
